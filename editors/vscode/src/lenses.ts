/** "Run Handler | Run with Event… | Debug Handler" above handlers. */

import * as vscode from "vscode";
import { findHandlers } from "./handlers";
import type { LanguageServer } from "./server";

export class HandlerLenses implements vscode.CodeLensProvider {
    readonly onDidChangeCodeLenses: vscode.Event<void>;

    constructor(private readonly server: LanguageServer) {
        this.onDidChangeCodeLenses = server.onDidStart;
    }

    async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
        const { root, handlers } = await findHandlers(this.server, document);
        return handlers.flatMap(({ setting, line }) => {
            const range = new vscode.Range(line, 0, line, 0);
            return [
                { title: "Run Handler", command: "rhambda.runHandler" },
                { title: "Run with Event…", command: "rhambda.runHandlerWithEvent" },
                { title: "Debug Handler", command: "rhambda.debugHandler" },
            ].map(command => new vscode.CodeLens(range, { ...command, arguments: [{ root, setting }] }));
        });
    }
}
