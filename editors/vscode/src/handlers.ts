/** The handlers of a script in the editor. */

import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type * as vscode from "vscode";
import { CONFIG_FILE, configuredHandler, handlers, taskRoot, type Handler } from "./core/functions";
import type { LanguageServer } from "./server";

export async function findHandlers(
    server: LanguageServer,
    document: vscode.TextDocument,
): Promise<{ root: string; handlers: Handler[] }> {
    const script = document.uri.fsPath;
    const root = taskRoot(script, existsSync);
    const configured = configuredHandler(config(root));
    return { root, handlers: handlers(await server.functions(document), root, script, configured) };
}

function config(root: string): string {
    try {
        return readFileSync(path.join(root, CONFIG_FILE), "utf8");
    } catch {
        return "";
    }
}
