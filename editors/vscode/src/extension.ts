/** Rhambda in Visual Studio Code. What knows nothing of the editor is in `core`. */

import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { registerDebugger } from "./debugger";
import { HandlerLenses } from "./lenses";
import { LanguageServer } from "./server";
import { registerTasks } from "./tasks";
import { registerTests } from "./testing";

export function activate(context: vscode.ExtensionContext): void {
    const server = new LanguageServer();
    context.subscriptions.push(
        server,
        vscode.languages.registerCodeLensProvider(
            { language: "rhai", scheme: "file" },
            new HandlerLenses(server),
        ),
        registerDebugger(),
        registerTasks(),
        registerCommands(server, context.workspaceState),
        registerTests(server),
        vscode.workspace.onDidChangeConfiguration(change => {
            if (["rhambda.path", "rhambda.inlayHints"].some(name => change.affectsConfiguration(name))) {
                void server.restart();
            }
        }),
        vscode.workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
    );
    void server.start();
}
