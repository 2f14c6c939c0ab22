// The grammar: snapshots of scripts written for it, and all scripts of the repository beside the formatter's lexer.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { before, test } from "node:test";
import { loadWASM, OnigScanner, OnigString } from "vscode-oniguruma";
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from "vscode-textmate";

const GRAMMAR = path.resolve("syntaxes/rhai.tmLanguage.json");

let grammar: IGrammar;

before(async () => {
    await loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer as ArrayBuffer);
    const registry = new Registry({
        onigLib: Promise.resolve({
            createOnigScanner: patterns => new OnigScanner(patterns),
            createOnigString: text => new OnigString(text),
        }),
        loadGrammar: () => Promise.resolve(parseRawGrammar(readFileSync(GRAMMAR, "utf8"), GRAMMAR)),
    });
    const loaded = await registry.loadGrammar("source.rhai");
    assert(loaded);
    grammar = loaded;
});

test("snapshots have not changed", () => {
    const program = path.resolve("node_modules/.bin/vscode-tmgrammar-snap");
    const result = spawnSync(program, ["-g", GRAMMAR, "-s", "source.rhai", "test/grammar/*.rhai"], {
        encoding: "utf8",
    });
    const help = "if this is intended, run `npm run snapshots`";
    assert.equal(result.status, 0, `${result.stdout}${result.stderr}${help}`);
});

/** The scopes of each UTF-16 unit of a script, the innermost first. */
function scopes(script: string): string[] {
    const units: string[] = [];
    let state = INITIAL;
    for (const line of script.split("\n")) {
        const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
        state = ruleStack;
        for (const token of tokens) {
            const names = token.scopes
                .filter(name => name !== "source.rhai")
                .reverse()
                .join(" ");
            // The last token may end behind the line break.
            for (let at = token.startIndex; at < Math.min(token.endIndex, line.length); at += 1) {
                units.push(names);
            }
        }
        units.push("line break");
    }
    return units;
}

/** What the innermost scope that is not only about structure says. */
function kind(names: string): string {
    const inner = names.split(" ");
    for (const name of inner) {
        if (name.startsWith("meta.interpolation") || name.startsWith("punctuation.section.interpolation")) {
            return "code";
        }
        for (const kind of ["comment", "string"]) {
            if (name.startsWith(`${kind}.`)) {
                return kind;
            }
        }
        if (name.startsWith("constant.numeric")) {
            return "number";
        }
    }
    return inner.some(name => name !== "" && !name.startsWith("meta.")) ? "code" : "none";
}

const EXPECTED: Record<string, string> = {
    LineComment: "comment",
    BlockComment: "comment",
    Word: "code",
    Number: "number",
    String: "string",
    Symbol: "code",
};

/** A script with its tokens: kind, start and end in UTF-16 units. */
interface Lexed {
    file: string;
    script: string;
    tokens: [string, number, number][];
}

const lexed = process.env["RHAMBDA_TOKENS"];

test(
    "scripts have the tokens that the formatter's lexer finds",
    { skip: !lexed && "RHAMBDA_TOKENS is not set" },
    () => {
        const scripts = JSON.parse(readFileSync(String(lexed), "utf8")) as Lexed[];
        assert(scripts.length > 60, `there are only ${scripts.length} scripts`);
        for (const { file, script, tokens } of scripts) {
            const units = scopes(script);
            assert.equal(units.length, script.length + 1, file);
            for (const [lexer, start, end] of tokens) {
                const expected = EXPECTED[lexer];
                if (expected === undefined) {
                    continue;
                }
                const text = script.slice(start, end);
                const place = `${file}:${script.slice(0, start).split("\n").length}: ${lexer} ${text}`;
                // What is in an interpolation is code; the rest of the string is not.
                const isWhole = !(lexer === "String" && text.includes("${"));
                for (let at = start; at < end; at += 1) {
                    if (units[at] !== "line break" && (isWhole || at === start || at === end - 1)) {
                        assert.equal(kind(units[at] ?? ""), expected, `${place}: "${units[at]}"`);
                    }
                }
            }
        }
    },
);
