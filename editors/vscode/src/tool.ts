/** The program `rhambda`, as the settings of this window choose it. */

import * as vscode from "vscode";
import { findTool } from "./core/tool";

const SETTINGS = "Open Settings";

/** The program; without one, tells the user. */
export async function requireTool(): Promise<string | undefined> {
    const tool = lookForTool();
    if ("program" in tool) {
        return tool.program;
    }
    if ((await vscode.window.showErrorMessage(tool.problem, SETTINGS)) === SETTINGS) {
        await vscode.commands.executeCommand("workbench.action.openSettings", "rhambda.path");
    }
    return undefined;
}

export function lookForTool() {
    return findTool({
        setting: vscode.workspace.getConfiguration("rhambda").get("path", ""),
        folders: (vscode.workspace.workspaceFolders ?? []).map(folder => folder.uri.fsPath),
        isTrusted: vscode.workspace.isTrusted,
        path: process.env["PATH"] ?? "",
        isWindows: process.platform === "win32",
    });
}
