// The extension from its entry on, with stand-ins for Visual Studio Code and the language client, and the real tool.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { before, beforeEach, test } from "node:test";
import manifest from "../package.json";
import snippets from "../snippets/rhai.json";
import { clients } from "./stand-in/languageclient";
import { document, Uri, window, workspace, world, type Task } from "./stand-in/vscode";
import { folder, RHAMBDA } from "./tool";
import { activate } from "../src/extension";

const FILES = {
    "rhambda.toml": 'handler = "main.run"\n',
    "main.rhai": "fn run(input) { input }\nfn handler(event) { event }\nprivate fn hidden(event) { event }\n",
    "main.test.rhai":
        "fn test_a() { assert_eq(1, 1); }\nfn test_ab() { assert_eq([1], [2]); }\nfn test_log() { print(`log`); }\n",
    "tests/bad.rhai": "fn test_bad() { assert_eq(1,; }\n",
    "events/one.json": '{"a":1}',
    "events/two.json": "{}",
};

const root = folder(FILES);
const main = path.join(root, "main.rhai");
const memory = new Map<string, unknown>();
const context = {
    subscriptions: [] as unknown[],
    workspaceState: {
        get: (key: string) => memory.get(key),
        update: (key: string, value: unknown) => Promise.resolve(memory.set(key, value)),
    },
};

/** The functions of a script as symbols: as simple as these scripts. */
function symbols(file: string): object[] {
    return readFileSync(file, "utf8")
        .split("\n")
        .flatMap((text, line) => {
            const found = /fn (\w+\([^)]*\))/.exec(text);
            const start = { line, character: found ? found.index + 3 : 0 };
            return found ? [{ name: found[1], kind: 11, selectionRange: { start } }] : [];
        });
}

async function command(name: string, ...args: unknown[]): Promise<void> {
    const work = world.commands.get(name);
    assert(work, `the command ${name} is not registered`);
    await work(...args);
}

before(() => {
    world.settings["path"] = RHAMBDA;
    world.symbols = symbols;
    world.read = file => readFileSync(file, "utf8");
    world.files = ["main.test.rhai", "tests/bad.rhai"].map(name => path.join(root, name));
    workspace.workspaceFolders.push({ uri: Uri.file(root), name: "root" });
    activate(context as never);
});

beforeEach(() => {
    window.activeTextEditor = { document: document(main) };
    world.picks = [];
    world.offered = [];
    world.sessions = [];
    world.errors = [];
    memory.clear();
});

test("every command of the manifest exists, and no other", () => {
    const declared = manifest.contributes.commands.map(entry => entry.command);
    assert.deepEqual([...world.commands.keys()].sort(), declared.sort());
    const inMenus = Object.values(manifest.contributes.menus).flat();
    assert(inMenus.every(entry => world.commands.has(entry.command)));
});

test("files of the manifest exist", () => {
    const { languages, grammars, snippets } = manifest.contributes;
    const files = [...languages.map(entry => entry.configuration), ...grammars, ...snippets];
    for (const file of files) {
        assert(existsSync(typeof file === "string" ? file : file.path));
    }
    JSON.parse(readFileSync("language-configuration.json", "utf8"));
});

test("the language server is the tool's", async () => {
    await command("rhambda.restartServer");
    const running = clients.filter(client => client.isRunning);
    assert.deepEqual(
        running.map(({ command, args }) => [command, args]),
        [[RHAMBDA, ["lsp"]]],
    );
});

test("handlers have lenses, and what they run is debugged or not", async () => {
    const lenses = await world.lenses?.provideCodeLenses(document(main));
    assert(lenses);
    assert.deepEqual(
        lenses.map(lens => [lens.range.line, lens.command.title]),
        [0, 1].flatMap(line =>
            ["Run Handler", "Run with Event…", "Debug Handler"].map(title => [line, title]),
        ),
    );
    world.picks = ["one", "two", "Empty"];
    for (const lens of lenses.slice(0, 3)) {
        await command(lens.command.command, ...lens.command.arguments);
    }
    assert.deepEqual(
        world.sessions.map(({ configuration, options }) => [
            configuration["handler"],
            configuration["event"],
            options,
        ]),
        [
            ["main.run", "events/one.json", { noDebug: true }],
            ["main.run", "events/two.json", { noDebug: true }],
            ["main.run", "events/two.json", { noDebug: false }],
        ],
    );
    assert.equal(world.sessions[0]?.configuration["cwd"], root);
});

test("an event of the library is offered, and remembered for the handler", async () => {
    world.picks = ["main.handler", "From the library", "s3:put"];
    await command("rhambda.runHandlerWithEvent");
    world.picks = ["main.handler"];
    await command("rhambda.debugHandler");
    assert.deepEqual(
        world.sessions.map(({ configuration }) => configuration["event"]),
        ["s3:put", "s3:put"],
    );
    assert.deepEqual(world.offered[1]?.slice(0, 2), ["events/one.json", "events/two.json"]);
});

test("nothing runs when the user chooses nothing", async () => {
    await command("rhambda.runHandlerWithEvent");
    assert.deepEqual(world.sessions, []);
});

test("a script without handlers is an error that says what a handler is", async () => {
    window.activeTextEditor = { document: document(path.join(root, "main.test.rhai")) };
    await command("rhambda.runHandler");
    assert.match(world.errors.join(), /has no handler: a function `handler`/);
});

test("a new event of the library is written and opened", async () => {
    world.picks = ["sqs:receive-message"];
    await command("rhambda.newEvent");
    const file = path.join(root, "events/sqs-receive-message.json");
    assert.deepEqual(world.opened, [file]);
    assert("Records" in (JSON.parse(readFileSync(file, "utf8")) as object));
});

test("debugging starts the tool's adapter", async () => {
    const adapter = await world.adapters?.createDebugAdapterDescriptor({
        workspaceFolder: { uri: Uri.file(root) },
    });
    assert.deepEqual({ ...(adapter as object) }, { command: RHAMBDA, args: ["dap"], options: { cwd: root } });
    const resolved = world.configurations?.resolveDebugConfiguration(undefined, {}) as { program: string };
    assert.equal(resolved.program, main);
});

test("in a script of tests, F5 runs these", () => {
    window.activeTextEditor = { document: document(path.join(root, "main.test.rhai")) };
    const resolved = world.configurations?.resolveDebugConfiguration(undefined, {}) as { mode: string };
    assert.equal(resolved.mode, "test");
});

test("a missing tool is an error that says what to do", async () => {
    world.settings["path"] = "/missing/rhambda";
    try {
        await world.adapters?.createDebugAdapterDescriptor({});
        assert.match(
            world.errors.join(),
            /"\/missing\/rhambda" of the setting rhambda.path is not a program/,
        );
        assert.deepEqual(world.tasks?.provideTasks(), []);
    } finally {
        world.settings["path"] = RHAMBDA;
    }
});

test("tasks run the tool, and its findings match the problem matcher", async () => {
    const names = world.tasks?.provideTasks().map(task => task.name);
    assert.deepEqual(names, ["check", "test", "fmt"]);
    await command("rhambda.checkFolder", Uri.file(root));
    const task = world.executed.at(-1) as Task;
    assert.deepEqual([task.execution.process, task.execution.args], [RHAMBDA, ["check", root]]);
    const output = spawnSync(task.execution.process, task.execution.args, { encoding: "utf8", cwd: root });
    const [matcher] = manifest.contributes.problemMatchers;
    assert.equal(task.problemMatchers, `$${matcher?.name}`);
    const [what, where] = (matcher?.pattern ?? []).map(part => new RegExp(part.regexp));
    const lines = `${output.stdout}${output.stderr}`.split("\n");
    const at = lines.findIndex(line => what?.test(line));
    assert(at >= 0, output.stdout);
    const place = where?.exec(lines[at + 1] ?? "");
    assert(existsSync(path.join(root, place?.[1] ?? "missing")), place?.[1]);
});

const never = { isCancellationRequested: false, onCancellationRequested: () => {} };

test("the explorer finds tests, runs them and shows where they fail", async () => {
    const controller = world.controller;
    assert(controller);
    await controller.refreshHandler?.();
    const found: string[] = [];
    controller.items.forEach(file =>
        file.children.forEach(item => found.push(`${file.label} ${item.label}`)),
    );
    assert.deepEqual(found, [
        "main.test.rhai test_a",
        "main.test.rhai test_ab",
        "main.test.rhai test_log",
        "tests/bad.rhai test_bad",
    ]);
    await controller.profiles.get("Run")?.run({}, never);
    assert.deepEqual(controller.results.splice(0).sort(), [
        "end",
        "errored test_bad",
        "failed test_ab",
        "passed test_a",
        "passed test_log",
    ]);
    assert.match(controller.output, /log\r\n/);
    const [failed] = controller.messages;
    assert.match(failed?.message ?? "", /^AssertionFailed: the values are not equal/);
    assert.deepEqual([failed?.actualOutput, failed?.expectedOutput], ["[\n  1\n]", "[\n  2\n]"]);
    assert.equal(failed?.location?.uri.fsPath, path.join(root, "main.test.rhai"));
    assert.equal(failed?.location?.range.line, 1);
});

test("only the chosen test has a result", async () => {
    const controller = world.controller;
    const file = controller?.items.get(`file://${path.join(root, "main.test.rhai")}`);
    const chosen = file?.children.get("test_a");
    await controller?.profiles.get("Run")?.run({ include: [chosen] }, never);
    assert.deepEqual(controller?.results.splice(0), ["passed test_a", "end"]);
    await controller?.profiles.get("Run")?.run({ include: [file], exclude: [chosen] }, never);
    assert.deepEqual(controller?.results.splice(0).sort(), ["end", "failed test_ab", "passed test_log"]);
    await controller?.profiles.get("Debug")?.run({ include: [chosen] }, never);
    assert.deepEqual(world.sessions[0]?.configuration["filter"], ["main.test.rhai::test_a"]);
});

test("coverage has the lines of scripts", async () => {
    const controller = world.controller;
    assert(controller);
    const profile = controller.profiles.get("Coverage");
    await profile?.run({}, never);
    controller.results.splice(0);
    const covered = controller.coverage.find(file => file.uri.fsPath === main);
    assert(covered && covered.statementCoverage.total > 0);
    const lines = await profile?.loadDetailedCoverage?.(undefined, covered);
    assert.equal(lines?.length, covered.statementCoverage.total);
});

test("nothing runs in a workspace that is not trusted", async () => {
    workspace.isTrusted = false;
    try {
        await world.controller?.profiles.get("Run")?.run({}, never);
        assert.deepEqual(world.controller?.results.splice(0), ["end"]);
    } finally {
        workspace.isTrusted = true;
    }
});

test("snippets are code", () => {
    for (const [name, { body }] of Object.entries(snippets)) {
        // As Visual Studio Code expands it: a placeholder ends at its first brace that is not escaped.
        const text = body
            .join("\n")
            .replaceAll(/\$\{\d+:((?:[^\\}]|\\.)*)\}/g, (_, value: string) =>
                value.replaceAll(/\\(.)/g, "$1"),
            )
            .replaceAll(/\$\d/g, "");
        const formatted = spawnSync(RHAMBDA, ["fmt", "-"], { input: `${text}\n`, encoding: "utf8" });
        assert.equal(formatted.status, 0, `${name}: ${text}\n${formatted.stderr}`);
    }
});
