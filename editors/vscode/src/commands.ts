/** What the command palette, code lenses and menus run. */

import { existsSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { fileOfEvent, parseLibrary, sampleEvents } from "./core/events";
import { taskRoot } from "./core/functions";
import { invocation } from "./core/launch";
import { run } from "./core/run";
import { findHandlers } from "./handlers";
import type { LanguageServer } from "./server";
import { runOn } from "./tasks";
import { requireTool } from "./tool";

/** A handler, as a code lens passes it. */
interface Chosen {
    root: string;
    setting: string;
}

export function registerCommands(server: LanguageServer, memory: vscode.Memento): vscode.Disposable {
    const invoke = async (given: unknown, options: { asks: boolean; noDebug: boolean }) => {
        const handler = isChosen(given) ? given : await pickHandler(server);
        if (!handler) {
            return;
        }
        const key = `event of ${path.join(handler.root, handler.setting)}`;
        const event = await chooseEvent(
            handler.root,
            options.asks ? undefined : memory.get<string>(key),
            options.asks,
        );
        if (event === undefined) {
            return;
        }
        await memory.update(key, event);
        await vscode.workspace.saveAll(false);
        const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(handler.root));
        // The empty string is no event, which the adapter takes for {}.
        const configuration = invocation(handler.root, handler.setting, event === "" ? {} : event);
        await vscode.debug.startDebugging(folder, configuration as vscode.DebugConfiguration, {
            noDebug: options.noDebug,
        });
    };
    const commands: Record<string, (given?: unknown) => unknown> = {
        "rhambda.runHandler": given => invoke(given, { asks: false, noDebug: true }),
        "rhambda.runHandlerWithEvent": given => invoke(given, { asks: true, noDebug: true }),
        "rhambda.debugHandler": given => invoke(given, { asks: false, noDebug: false }),
        "rhambda.runTest": () => vscode.commands.executeCommand("testing.runAtCursor"),
        "rhambda.checkFolder": given => onFolder(given, folder => runOn(folder, "check")),
        "rhambda.formatFolder": given =>
            onFolder(given, async folder => {
                await vscode.workspace.saveAll(false);
                await runOn(folder, "fmt");
            }),
        "rhambda.newEvent": () => newEvent(),
        "rhambda.restartServer": () => server.restart(),
    };
    return vscode.Disposable.from(
        ...Object.entries(commands).map(([name, work]) => vscode.commands.registerCommand(name, work)),
    );
}

function isChosen(given: unknown): given is Chosen {
    return typeof given === "object" && given !== null && "root" in given && "setting" in given;
}

async function pickHandler(server: LanguageServer): Promise<Chosen | undefined> {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== "rhai") {
        void vscode.window.showErrorMessage("Open a script (.rhai) with a handler");
        return undefined;
    }
    const { root, handlers } = await findHandlers(server, document);
    if (handlers.length === 0) {
        void vscode.window.showErrorMessage(
            "This script has no handler: a function `handler`, one with the parameter `event`, or the one that " +
                "rhambda.toml names",
        );
        return undefined;
    }
    const settings = handlers.map(handler => handler.setting);
    const setting = settings.length === 1 ? settings[0] : await vscode.window.showQuickPick(settings);
    return setting === undefined ? undefined : { root, setting };
}

/** A file of the task root, an event of the library, JSON, or the empty string for no event. */
async function chooseEvent(
    root: string,
    last: string | undefined,
    asks: boolean,
): Promise<string | undefined> {
    const samples = sampleEvents(root);
    if (!asks) {
        const isFile = last?.endsWith(".json");
        if (last !== undefined && (!isFile || samples.includes(last))) {
            return last;
        }
        if (samples.length <= 1) {
            return samples[0] ?? "";
        }
    }
    const library = "$(library) From the library…";
    const typed = "$(edit) Enter JSON…";
    const none = "$(circle-slash) Empty event";
    const picked = await vscode.window.showQuickPick(
        [
            ...samples.map(file => ({ label: file, description: root })),
            ...[library, typed, none].map(label => ({ label })),
        ],
        { placeHolder: "The event" },
    );
    switch (picked?.label) {
        case library:
            return (await pickLibraryEvent(root))?.name;
        case typed:
            return vscode.window.showInputBox({
                prompt: "The event, as JSON",
                value: "{}",
                validateInput: invalidJson,
            });
        case none:
            return "";
        default:
            return picked?.label;
    }
}

function invalidJson(text: string): string | undefined {
    try {
        JSON.parse(text);
        return undefined;
    } catch (problem) {
        return problem instanceof Error ? problem.message : String(problem);
    }
}

async function pickLibraryEvent(cwd: string) {
    const program = await requireTool();
    if (program === undefined) {
        return undefined;
    }
    const events = parseLibrary((await run(program, ["event"], cwd)).stdout);
    const items = events.map(event => ({ label: event.name, detail: event.description, event }));
    const picked = await vscode.window.showQuickPick(items, {
        matchOnDetail: true,
        placeHolder: "The event",
    });
    return picked && { program, ...picked.event };
}

/** Writes an event of the library into the folder `events` of the function, and opens it. */
async function newEvent(): Promise<void> {
    const script = vscode.window.activeTextEditor?.document;
    const folder = vscode.workspace.workspaceFolders?.[0];
    const root =
        script?.uri.scheme === "file" && script.languageId === "rhai"
            ? taskRoot(script.uri.fsPath, existsSync)
            : folder?.uri.fsPath;
    const event = root === undefined ? undefined : await pickLibraryEvent(root);
    if (root === undefined || event === undefined) {
        return;
    }
    const args: string[] = [];
    for (const option of event.options) {
        const value = await vscode.window.showInputBox({ prompt: `--${option.name}`, value: option.default });
        if (value === undefined) {
            return;
        }
        if (value !== option.default) {
            args.push(`--${option.name}`, value);
        }
    }
    const { stdout, stderr, status } = await run(event.program, ["event", event.name, ...args], root);
    if (status !== 0) {
        void vscode.window.showErrorMessage(stderr.trim());
        return;
    }
    const file = vscode.Uri.file(path.join(root, fileOfEvent(event.name)));
    if (existsSync(file.fsPath)) {
        const answer = await vscode.window.showWarningMessage(
            `${file.fsPath} exists.`,
            { modal: true },
            "Replace",
        );
        if (answer !== "Replace") {
            return;
        }
    }
    await vscode.workspace.fs.writeFile(file, Buffer.from(stdout));
    await vscode.window.showTextDocument(file);
}

async function onFolder(given: unknown, work: (folder: vscode.Uri) => Promise<void>): Promise<void> {
    const folder =
        given instanceof vscode.Uri
            ? given
            : ((vscode.workspace.workspaceFolders?.length ?? 0) > 1
                  ? await vscode.window.showWorkspaceFolderPick()
                  : vscode.workspace.workspaceFolders?.[0]
              )?.uri;
    if (folder) {
        await work(folder);
    }
}
