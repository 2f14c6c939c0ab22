/** The debugger: `rhambda dap`, and how it starts without launch.json. */

import * as vscode from "vscode";
import { isTestScript } from "./core/functions";
import { resolve } from "./core/launch";
import { requireTool } from "./tool";

export function registerDebugger(): vscode.Disposable {
    return vscode.Disposable.from(
        vscode.debug.registerDebugConfigurationProvider("rhambda", {
            resolveDebugConfiguration(_folder, configuration) {
                const editor = vscode.window.activeTextEditor;
                const uri = editor?.document.languageId === "rhai" ? editor.document.uri : undefined;
                const resolved = resolve(
                    configuration,
                    uri && {
                        file: uri.fsPath,
                        isTest: isTestScript(vscode.workspace.asRelativePath(uri, false)),
                    },
                );
                if ("problem" in resolved) {
                    void vscode.window.showErrorMessage(String(resolved.problem));
                    return undefined;
                }
                return resolved as vscode.DebugConfiguration;
            },
        }),
        vscode.debug.registerDebugAdapterDescriptorFactory("rhambda", {
            async createDebugAdapterDescriptor(session) {
                const program = await requireTool();
                if (program === undefined) {
                    return undefined;
                }
                // Paths of a configuration are relative to the folder that it belongs to.
                const cwd = session.workspaceFolder?.uri.fsPath;
                return new vscode.DebugAdapterExecutable(program, ["dap"], cwd === undefined ? {} : { cwd });
            },
        }),
    );
}
