/** Tasks that run the tool in the terminal; their findings become problems. */

import * as vscode from "vscode";
import { lookForTool, requireTool } from "./tool";

const COMMANDS = ["check", "test", "fmt"] as const;

/** Tasks of the type `rhambda`, for "Run Task" and tasks.json. */
export function registerTasks(): vscode.Disposable {
    return vscode.tasks.registerTaskProvider("rhambda", {
        provideTasks() {
            const tool = lookForTool();
            return "program" in tool
                ? (vscode.workspace.workspaceFolders ?? []).flatMap(folder =>
                      COMMANDS.map(command => task(tool.program, folder, { type: "rhambda", command })),
                  )
                : [];
        },
        async resolveTask({ definition, scope }) {
            const program = await requireTool();
            return program === undefined
                ? undefined
                : task(
                      program,
                      (scope as vscode.WorkspaceFolder | undefined) ?? vscode.TaskScope.Workspace,
                      definition,
                  );
        },
    });
}

/** Runs a command of the tool on a folder. */
export async function runOn(folder: vscode.Uri, command: "check" | "fmt"): Promise<void> {
    const program = await requireTool();
    const scope = vscode.workspace.getWorkspaceFolder(folder);
    if (program !== undefined) {
        const definition = { type: "rhambda", command, args: [folder.fsPath] };
        await vscode.tasks.executeTask(task(program, scope ?? vscode.TaskScope.Workspace, definition));
    }
}

function task(
    program: string,
    scope: vscode.WorkspaceFolder | vscode.TaskScope.Global | vscode.TaskScope.Workspace,
    definition: vscode.TaskDefinition,
): vscode.Task {
    const command = String(definition["command"]);
    const args = Array.isArray(definition["args"]) ? definition["args"].map(String) : [];
    const cwd = typeof scope === "object" ? { cwd: scope.uri.fsPath } : {};
    const execution = new vscode.ProcessExecution(program, [command, ...args], cwd);
    const task = new vscode.Task(definition, scope, command, "rhambda", execution, "$rhambda");
    if (command === "test") {
        task.group = vscode.TaskGroup.Test;
    } else if (command === "check") {
        task.group = vscode.TaskGroup.Build;
    }
    return task;
}
