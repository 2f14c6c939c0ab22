/** Handlers and tests among the functions that the language server finds in a script. */

import * as path from "node:path";

/** A function, as a symbol of a document describes it. */
export interface Declared {
    /** Its name with its parameters: `handler(event, context)`. */
    signature: string;
    /** What is in the line before the name. */
    before: string;
    /** The line, from 0. */
    line: number;
}

/** A symbol of a document, as the Language Server Protocol and Visual Studio Code have it. */
export interface DocumentSymbol {
    name: string;
    kind: number;
    selectionRange: { start: { line: number; character: number } };
}

/** The functions among symbols; `kind` is the number that they have there. */
export function declared(
    symbols: readonly DocumentSymbol[],
    kind: number,
    lineText: (line: number) => string,
): Declared[] {
    return symbols
        .filter(symbol => symbol.kind === kind)
        .map(({ name, selectionRange: { start } }) => {
            return {
                signature: name,
                before: lineText(start.line).slice(0, start.character),
                line: start.line,
            };
        });
}

export interface Handler {
    /** The function's name. */
    name: string;
    /** The handler setting. */
    setting: string;
    line: number;
}

export interface Test {
    name: string;
    line: number;
}

/** The file that makes a folder a function's. */
export const CONFIG_FILE = "rhambda.toml";

/** The task root of a script: the nearest folder with a `rhambda.toml`, or its own. */
export function taskRoot(script: string, exists: (file: string) => boolean): string {
    const own = path.dirname(script);
    for (let folder = own; ; folder = path.dirname(folder)) {
        if (exists(path.join(folder, CONFIG_FILE))) {
            return folder;
        }
        if (path.dirname(folder) === folder) {
            return own;
        }
    }
}

/** The handler setting of a function in a script of a task root. */
export function handlerSetting(root: string, script: string, name: string): string {
    const relative = path.relative(root, script).replaceAll("\\", "/");
    return `${relative.replace(/\.rhai$/, "")}.${name}`;
}

/** The handler setting in the text of a `rhambda.toml`. */
export function configuredHandler(config: string): string | undefined {
    const beforeTables = config.split(/^\s*\[/m, 1)[0] ?? "";
    const found = /^[ \t]*(?:handler|"handler"|'handler')[ \t]*=[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)')/m.exec(
        beforeTables,
    );
    return found?.[1] ?? found?.[2];
}

/** Whether a script, relative to the folder that is tested, contains tests: `….test.rhai`, or in a folder `tests`. */
export function isTestScript(script: string): boolean {
    const parts = script.replaceAll("\\", "/").split("/");
    const file = parts.pop() ?? "";
    return file.endsWith(".test.rhai") || (file.endsWith(".rhai") && parts.includes("tests"));
}

/**
 * The functions that Lambda can call as handlers: the one that rhambda.toml names, and those that look like one, with
 * the name `handler` or with `event` as the first of up to three parameters.
 */
export function handlers(
    functions: readonly Declared[],
    root: string,
    script: string,
    configured?: string,
): Handler[] {
    if (isTestScript(path.relative(root, script))) {
        return [];
    }
    return functions.flatMap(declared => {
        const { name, parameters } = parse(declared.signature);
        if (name === undefined || /\bprivate\b/.test(declared.before) || parameters.length > 3) {
            return [];
        }
        const setting = handlerSetting(root, script, name);
        const looksLikeOne = name === "handler" || /^_?event$/.test(parameters[0] ?? "");
        return looksLikeOne || setting === configured ? [{ name, setting, line: declared.line }] : [];
    });
}

/** The functions that `rhambda test` runs. */
export function tests(functions: readonly Declared[], script: string): Test[] {
    if (!isTestScript(script)) {
        return [];
    }
    return functions.flatMap(declared => {
        const { name, parameters } = parse(declared.signature);
        return name?.startsWith("test_") && parameters.length === 0 ? [{ name, line: declared.line }] : [];
    });
}

/** The name is missing where the function is a method of a type. */
function parse(signature: string): { name?: string; parameters: string[] } {
    const [, name, list] = /^([A-Za-z_]\w*)\((.*)\)$/s.exec(signature) ?? [];
    const parameters = (list ?? "")
        .split(",")
        .map(parameter => parameter.trim())
        .filter(parameter => parameter !== "");
    return name === undefined ? { parameters } : { name, parameters };
}
