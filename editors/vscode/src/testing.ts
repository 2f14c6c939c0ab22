/** The test explorer: finds tests through the language server, and runs them with `rhambda test`. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { isTestScript, tests } from "./core/functions";
import { testing } from "./core/launch";
import {
    compared,
    frames,
    message,
    parseLcov,
    parseReport,
    type FileLines,
    type TestError,
} from "./core/report";
import { run } from "./core/run";
import type { LanguageServer } from "./server";
import { requireTool } from "./tool";

const SCRIPTS = "**/{*.test.rhai,tests/**/*.rhai}";

export function registerTests(server: LanguageServer): vscode.Disposable {
    const controller = vscode.tests.createTestController("rhambda", "Rhambda");
    const explorer = new Explorer(controller, server);
    controller.refreshHandler = () => explorer.refresh();
    controller.resolveHandler = item => (item ? explorer.update(item.uri) : explorer.refresh());
    const kinds = vscode.TestRunProfileKind;
    controller.createRunProfile("Run", kinds.Run, (request, stop) => explorer.run(request, stop), true);
    controller.createRunProfile("Debug", kinds.Debug, (request, stop) => explorer.debug(request, stop), true);
    const coverage = controller.createRunProfile(
        "Coverage",
        kinds.Coverage,
        (request, stop) => explorer.run(request, stop, true),
        true,
    );
    coverage.loadDetailedCoverage = (_run, file) =>
        Promise.resolve(file instanceof Lines ? file.statements() : []);
    const watcher = vscode.workspace.createFileSystemWatcher(SCRIPTS);
    return vscode.Disposable.from(
        controller,
        watcher,
        watcher.onDidCreate(file => explorer.update(file)),
        watcher.onDidChange(file => explorer.update(file)),
        watcher.onDidDelete(file => controller.items.delete(file.toString())),
        vscode.workspace.onDidOpenTextDocument(document => explorer.update(document.uri)),
        server.onDidStart(() => explorer.refresh()),
    );
}

class Explorer {
    constructor(
        private readonly controller: vscode.TestController,
        private readonly server: LanguageServer,
    ) {}

    async refresh(): Promise<void> {
        const files = await vscode.workspace.findFiles(SCRIPTS, "**/{node_modules,target}/**");
        const known = new Set(files.map(file => file.toString()));
        this.controller.items.forEach(item => {
            if (!known.has(item.id)) {
                this.controller.items.delete(item.id);
            }
        });
        for (const file of files) {
            await this.update(file);
        }
    }

    /** Reads the tests of a file. */
    async update(file: vscode.Uri | undefined): Promise<void> {
        const folder = file?.scheme === "file" ? vscode.workspace.getWorkspaceFolder(file) : undefined;
        if (!file || !folder || !isTestScript(path.relative(folder.uri.fsPath, file.fsPath))) {
            return;
        }
        const document = await vscode.workspace.openTextDocument(file);
        const found = tests(await this.server.functions(document), file.fsPath);
        if (found.length === 0) {
            this.controller.items.delete(file.toString());
            return;
        }
        const id = file.toString();
        const label = vscode.workspace.asRelativePath(file, false);
        const item = this.controller.items.get(id) ?? this.controller.createTestItem(id, label, file);
        item.children.replace(
            found.map(({ name, line }) => {
                const test = this.controller.createTestItem(name, name, file);
                test.range = document.lineAt(line).range;
                return test;
            }),
        );
        this.controller.items.add(item);
    }

    async run(
        request: vscode.TestRunRequest,
        stop: vscode.CancellationToken,
        withCoverage = false,
    ): Promise<void> {
        const run = this.controller.createTestRun(request);
        try {
            const program = await requireTool();
            if (program !== undefined && vscode.workspace.isTrusted) {
                await vscode.workspace.saveAll(false);
                for (const [folder, chosen] of this.chosen(request)) {
                    const filter = request.include || request.exclude?.length ? [...chosen.keys()] : [];
                    await this.runFolder(program, folder, chosen, filter, run, stop, withCoverage);
                }
            }
        } catch (problem) {
            run.appendOutput(`${String(problem)}\r\n`);
        } finally {
            run.end();
        }
    }

    async debug(request: vscode.TestRunRequest, stop: vscode.CancellationToken): Promise<void> {
        await vscode.workspace.saveAll(false);
        for (const [folder, chosen] of this.chosen(request)) {
            if (!stop.isCancellationRequested) {
                const configuration = testing(folder.uri.fsPath, [...chosen.keys()]);
                await vscode.debug.startDebugging(folder, configuration as vscode.DebugConfiguration);
            }
        }
    }

    /** The tests of a request by workspace folders, each with its `FILE::NAME`. */
    private chosen(
        request: vscode.TestRunRequest,
    ): Map<vscode.WorkspaceFolder, Map<string, vscode.TestItem>> {
        const folders = new Map<vscode.WorkspaceFolder, Map<string, vscode.TestItem>>();
        const excluded = new Set(request.exclude);
        const add = (item: vscode.TestItem): void => {
            if (excluded.has(item)) {
                return;
            }
            if (item.parent === undefined) {
                item.children.forEach(add);
                return;
            }
            const folder = item.uri && vscode.workspace.getWorkspaceFolder(item.uri);
            if (item.uri && folder) {
                const file = path.relative(folder.uri.fsPath, item.uri.fsPath).replaceAll("\\", "/");
                folders.set(folder, (folders.get(folder) ?? new Map()).set(`${file}::${item.id}`, item));
            }
        };
        if (request.include) {
            request.include.forEach(add);
        } else {
            this.controller.items.forEach(add);
        }
        return folders;
    }

    private async runFolder(
        program: string,
        folder: vscode.WorkspaceFolder,
        chosen: Map<string, vscode.TestItem>,
        filter: string[],
        testRun: vscode.TestRun,
        stop: vscode.CancellationToken,
        withCoverage: boolean,
    ): Promise<void> {
        const root = folder.uri.fsPath;
        const abort = new AbortController();
        stop.onCancellationRequested(() => abort.abort());
        const reports = await mkdtemp(path.join(tmpdir(), "rhambda-"));
        const lcov = path.join(reports, "lcov.info");
        chosen.forEach(item => testRun.started(item));
        try {
            const coverage = withCoverage ? ["--coverage=lcov", "--coverage-output", lcov] : [];
            const args = ["test", "--format", "json", "--show-output", ...coverage, "--", ...filter];
            const output = await run(program, args, root, abort.signal);
            if (output.status !== 0 && output.status !== 1) {
                throw new Error(output.stderr.trim());
            }
            const report = parseReport(output.stdout);
            for (const result of report.tests) {
                const item = chosen.get(`${result.file}::${result.name}`);
                if (!item) {
                    // The name of another test contains this one's.
                    continue;
                }
                if (result.output !== "") {
                    testRun.appendOutput(result.output.replaceAll(/\r?\n/g, "\r\n"), undefined, item);
                }
                if (result.error) {
                    testRun.failed(item, failure(root, result.error), result.time_ms);
                } else {
                    testRun.passed(item, result.time_ms);
                }
            }
            for (const { file, error } of report.invalid) {
                chosen.forEach((item, name) => {
                    if (name.startsWith(`${file}::`)) {
                        testRun.errored(item, failure(root, error));
                    }
                });
            }
            if (withCoverage) {
                parseLcov(await readFile(lcov, "utf8")).forEach(file =>
                    testRun.addCoverage(new Lines(file, root)),
                );
            }
        } finally {
            await rm(reports, { recursive: true, force: true });
        }
    }
}

function failure(root: string, error: TestError): vscode.TestMessage {
    const values = compared(error);
    const shown = values
        ? vscode.TestMessage.diff(message(error), values.expected, values.actual)
        : new vscode.TestMessage(message(error));
    const places = frames(error).map(frame => ({
        name: frame.name,
        file: vscode.Uri.file(path.resolve(root, frame.file)),
        position: new vscode.Position(frame.line - 1, frame.column - 1),
    }));
    const innermost = places[0];
    if (innermost) {
        shown.location = new vscode.Location(innermost.file, innermost.position);
    }
    shown.stackTrace = places.map(
        ({ name, file, position }) => new vscode.TestMessageStackFrame(name, file, position),
    );
    return shown;
}

/** The coverage of a script. */
class Lines extends vscode.FileCoverage {
    constructor(
        private readonly covered: FileLines,
        root: string,
    ) {
        const reached = covered.lines.filter(({ count }) => count > 0).length;
        super(
            vscode.Uri.file(path.resolve(root, covered.file)),
            new vscode.TestCoverageCount(reached, covered.lines.length),
        );
    }

    statements(): vscode.StatementCoverage[] {
        return this.covered.lines.map(
            ({ line, count }) => new vscode.StatementCoverage(count, new vscode.Position(line - 1, 0)),
        );
    }
}
