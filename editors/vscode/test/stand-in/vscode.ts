// A stand-in for the module `vscode`, as far as the extension uses it: it records what is registered, and plays the user.

import * as path from "node:path";

type Work = (...args: never[]) => unknown;

/** What the extension has registered and shown, and what the test wants to be there. */
export const world = {
    commands: new Map<string, (...args: unknown[]) => unknown>(),
    lenses: undefined as { provideCodeLenses(document: unknown): Promise<CodeLens[]> } | undefined,
    configurations: undefined as
        { resolveDebugConfiguration(folder: unknown, configuration: object): unknown } | undefined,
    adapters: undefined as { createDebugAdapterDescriptor(session: object): Promise<unknown> } | undefined,
    tasks: undefined as
        { provideTasks(): Task[]; resolveTask(task: Task): Promise<Task | undefined> } | undefined,
    controller: undefined as TestController | undefined,
    settings: {} as Record<string, unknown>,
    symbols: (_file: string): object[] => [],
    /** The texts of documents by their paths. */
    read: (_file: string): string => "",
    files: [] as string[],
    errors: [] as string[],
    sessions: [] as { configuration: Record<string, unknown>; options: unknown }[],
    executed: [] as Task[],
    opened: [] as string[],
    /** Labels that the user picks, in order. */
    picks: [] as string[],
    offered: [] as string[][],
};

export class Disposable {
    constructor(private readonly work: () => void) {}
    static from(...parts: { dispose(): unknown }[]) {
        return new Disposable(() => parts.forEach(part => part.dispose()));
    }
    dispose() {
        this.work();
    }
}
const nothing = () => new Disposable(() => {});

export class EventEmitter<T> {
    private readonly listeners: ((value: T) => unknown)[] = [];
    readonly event = (listener: (value: T) => unknown) => {
        this.listeners.push(listener);
        return nothing();
    };
    fire(value: T) {
        this.listeners.forEach(listener => listener(value));
    }
    dispose() {}
}

export class Uri {
    readonly scheme = "file";
    private constructor(readonly fsPath: string) {}
    static file(file: string) {
        return new Uri(file);
    }
    toString() {
        return `file://${this.fsPath}`;
    }
}
export class Position {
    constructor(
        readonly line: number,
        readonly character: number,
    ) {}
}
export class Range {
    constructor(
        readonly line: number,
        readonly character: number,
        readonly endLine: number,
        readonly endCharacter: number,
    ) {}
}
export class Location {
    constructor(
        readonly uri: Uri,
        readonly range: Position,
    ) {}
}
export class CodeLens {
    constructor(
        readonly range: Range,
        readonly command: { title: string; command: string; arguments: unknown[] },
    ) {}
}
export class DebugAdapterExecutable {
    constructor(
        readonly command: string,
        readonly args: string[],
        readonly options?: object,
    ) {}
}
export class ProcessExecution {
    constructor(
        readonly process: string,
        readonly args: string[],
        readonly options?: object,
    ) {}
}
export class Task {
    group: unknown;
    constructor(
        readonly definition: { type: string; command: string; args?: string[] },
        readonly scope: unknown,
        readonly name: string,
        readonly source: string,
        readonly execution: ProcessExecution,
        readonly problemMatchers: string,
    ) {}
}
export class TestMessage {
    location: Location | undefined;
    stackTrace: unknown[] = [];
    expectedOutput: string | undefined;
    actualOutput: string | undefined;
    constructor(readonly message: string) {}
    static diff(message: string, expected: string, actual: string) {
        return Object.assign(new TestMessage(message), { expectedOutput: expected, actualOutput: actual });
    }
}
export class TestMessageStackFrame {
    constructor(
        readonly label: string,
        readonly uri: Uri,
        readonly position: Position,
    ) {}
}
export class TestCoverageCount {
    constructor(
        readonly covered: number,
        readonly total: number,
    ) {}
}
export class FileCoverage {
    constructor(
        readonly uri: Uri,
        readonly statementCoverage: TestCoverageCount,
    ) {}
}
export class StatementCoverage {
    constructor(
        readonly executed: number,
        readonly location: Position,
    ) {}
}

export const SymbolKind = { Function: 11 };
export const TaskScope = { Global: 1, Workspace: 2 };
export const TaskGroup = { Build: "build", Test: "test" };
export const TestRunProfileKind = { Run: 1, Debug: 2, Coverage: 3 };

class Items {
    private readonly items = new Map<string, TestItem>();
    get(id: string) {
        return this.items.get(id);
    }
    add(item: TestItem) {
        this.items.set(item.id, item);
    }
    delete(id: string) {
        this.items.delete(id);
    }
    replace(items: TestItem[]) {
        this.items.clear();
        items.forEach(item => this.add(item));
    }
    forEach(work: (item: TestItem) => void) {
        this.items.forEach(item => work(item));
    }
}
export class TestItem {
    readonly children = new (class extends Items {
        constructor(private readonly parent: TestItem) {
            super();
        }
        override add(item: TestItem) {
            item.parent = this.parent;
            super.add(item);
        }
    })(this);
    parent: TestItem | undefined;
    range: unknown;
    constructor(
        readonly id: string,
        readonly label: string,
        readonly uri: Uri,
    ) {}
}
interface Profile {
    run: (request: object, stop: object) => Promise<void>;
    loadDetailedCoverage?: (run: unknown, file: FileCoverage) => Promise<StatementCoverage[]>;
}
export class TestController {
    readonly items = new Items();
    readonly profiles = new Map<string, Profile>();
    readonly results: string[] = [];
    readonly messages: TestMessage[] = [];
    readonly coverage: FileCoverage[] = [];
    output = "";
    refreshHandler: (() => Promise<void>) | undefined;
    resolveHandler: unknown;
    createTestItem(id: string, label: string, uri: Uri) {
        return new TestItem(id, label, uri);
    }
    createRunProfile(label: string, _kind: number, run: Profile["run"]) {
        const profile: Profile = { run };
        this.profiles.set(label, profile);
        return profile;
    }
    createTestRun() {
        const failed = (status: string) => (item: TestItem, message: TestMessage) => {
            this.results.push(`${status} ${item.id}`);
            this.messages.push(message);
        };
        return {
            started: () => {},
            passed: (item: TestItem) => this.results.push(`passed ${item.id}`),
            failed: failed("failed"),
            errored: failed("errored"),
            appendOutput: (text: string) => (this.output += text),
            addCoverage: (file: FileCoverage) => this.coverage.push(file),
            end: () => this.results.push("end"),
        };
    }
    dispose() {}
}

export function document(file: string) {
    const lines = world.read(file).split("\n");
    return {
        uri: Uri.file(file),
        languageId: "rhai",
        lineAt: (line: number) => ({
            text: lines[line] ?? "",
            range: new Range(line, 0, line, lines[line]?.length ?? 0),
        }),
    };
}

export const workspace = {
    workspaceFolders: [] as { uri: Uri; name: string }[],
    isTrusted: true,
    getConfiguration: () => ({ get: (name: string, value: unknown) => world.settings[name] ?? value }),
    getWorkspaceFolder: (uri: Uri) =>
        workspace.workspaceFolders.find(
            folder => uri.fsPath === folder.uri.fsPath || uri.fsPath.startsWith(`${folder.uri.fsPath}/`),
        ),
    asRelativePath: (uri: Uri) => path.relative(workspace.workspaceFolders[0]?.uri.fsPath ?? "", uri.fsPath),
    findFiles: () => Promise.resolve(world.files.map(file => Uri.file(file))),
    openTextDocument: (uri: Uri) => Promise.resolve(document(uri.fsPath)),
    saveAll: () => Promise.resolve(true),
    onDidChangeConfiguration: nothing,
    onDidGrantWorkspaceTrust: nothing,
    onDidOpenTextDocument: nothing,
    createFileSystemWatcher: () => ({
        onDidCreate: nothing,
        onDidChange: nothing,
        onDidDelete: nothing,
        dispose() {},
    }),
    fs: {
        writeFile: async (uri: Uri, bytes: Uint8Array) => {
            const { mkdir, writeFile } = await import("node:fs/promises");
            await mkdir(path.dirname(uri.fsPath), { recursive: true });
            await writeFile(uri.fsPath, bytes);
        },
    },
};

export const window = {
    activeTextEditor: undefined as { document: ReturnType<typeof document> } | undefined,
    showErrorMessage: (text: string) => {
        world.errors.push(text);
        return Promise.resolve(undefined);
    },
    showWarningMessage: () => Promise.resolve(undefined),
    showQuickPick: (items: (string | { label: string })[]) => {
        const label = (item: string | { label: string }) => (typeof item === "string" ? item : item.label);
        world.offered.push(items.map(label));
        const wanted = world.picks.shift();
        return Promise.resolve(items.find(item => wanted !== undefined && label(item).includes(wanted)));
    },
    showInputBox: ({ value }: { value: string }) => Promise.resolve(value),
    showTextDocument: (uri: Uri) => {
        world.opened.push(uri.fsPath);
        return Promise.resolve();
    },
};

export const commands = {
    registerCommand: (name: string, work: Work) => {
        world.commands.set(name, work as never);
        return nothing();
    },
    executeCommand: (name: string, uri?: Uri) =>
        Promise.resolve(
            name === "vscode.executeDocumentSymbolProvider" && uri ? world.symbols(uri.fsPath) : undefined,
        ),
};

export const languages = {
    registerCodeLensProvider: (_selector: unknown, provider: typeof world.lenses) => {
        world.lenses = provider;
        return nothing();
    },
};

export const debug = {
    registerDebugConfigurationProvider: (_type: string, provider: typeof world.configurations) => {
        world.configurations = provider;
        return nothing();
    },
    registerDebugAdapterDescriptorFactory: (_type: string, factory: typeof world.adapters) => {
        world.adapters = factory;
        return nothing();
    },
    startDebugging: (_folder: unknown, configuration: Record<string, unknown>, options: unknown) => {
        world.sessions.push({ configuration, options });
        return Promise.resolve(true);
    },
};

export const tasks = {
    registerTaskProvider: (_type: string, provider: typeof world.tasks) => {
        world.tasks = provider;
        return nothing();
    },
    executeTask: (task: Task) => {
        world.executed.push(task);
        return Promise.resolve();
    },
};

export const tests = {
    createTestController: () => (world.controller = new TestController()),
};
