/** The language server, `rhambda lsp`. */

import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { declared, type Declared } from "./core/functions";
import { lookForTool, requireTool } from "./tool";

export class LanguageServer implements vscode.Disposable {
    private client: LanguageClient | undefined;
    private readonly started = new vscode.EventEmitter<void>();
    /** Restarts follow each other. */
    private last: Promise<void> = Promise.resolve();

    /** Fires when the server can be asked. */
    readonly onDidStart = this.started.event;

    start(): Promise<void> {
        return this.enqueue(() => this.startNow());
    }

    restart(): Promise<void> {
        return this.enqueue(async () => {
            await this.stopNow();
            await this.startNow();
        });
    }

    /** The functions of a script; none while the server is not there. */
    async functions(document: vscode.TextDocument): Promise<Declared[]> {
        await this.last;
        if (!this.client?.isRunning()) {
            return [];
        }
        const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
            "vscode.executeDocumentSymbolProvider",
            document.uri,
        );
        return declared(symbols ?? [], vscode.SymbolKind.Function, line => document.lineAt(line).text);
    }

    dispose(): void {
        this.started.dispose();
        void this.enqueue(() => this.stopNow());
    }

    private enqueue(work: () => Promise<void>): Promise<void> {
        this.last = this.last.then(work).catch((problem: unknown) => {
            void vscode.window.showErrorMessage(
                `The language server of Rhambda does not run: ${String(problem)}`,
            );
        });
        return this.last;
    }

    private async startNow(): Promise<void> {
        const tool = lookForTool();
        if ("problem" in tool) {
            // Nothing waits for the user to read the message.
            void requireTool();
            return;
        }
        const hints = vscode.workspace.getConfiguration("rhambda").get("inlayHints", false);
        this.client = new LanguageClient(
            "rhambda",
            "Rhambda",
            { command: tool.program, args: ["lsp"] },
            {
                documentSelector: [
                    { scheme: "file", language: "rhai" },
                    { scheme: "file", pattern: "**/rhambda.toml" },
                ],
                initializationOptions: { inlayHints: hints },
            },
        );
        await this.client.start();
        this.started.fire();
    }

    private async stopNow(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        if (client?.needsStop()) {
            await client.dispose();
        }
    }
}
