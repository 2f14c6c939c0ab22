// What the extension and the real tool say to each other.

import assert from "node:assert/strict";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
    createProtocolConnection,
    DocumentFormattingRequest,
    DocumentSymbolRequest,
    ExitNotification,
    InitializedNotification,
    InitializeRequest,
    PublishDiagnosticsNotification,
    ShutdownRequest,
    StreamMessageReader,
    StreamMessageWriter,
    SymbolKind,
    DidOpenTextDocumentNotification,
    type Diagnostic,
    type DocumentSymbol,
    type ProtocolConnection,
} from "vscode-languageserver-protocol/node";
import { parseLibrary } from "../src/core/events";
import { declared, handlers, isTestScript, tests } from "../src/core/functions";
import { invocation, resolve, testing } from "../src/core/launch";
import { compared, frames, message, parseLcov, parseReport } from "../src/core/report";
import { run } from "../src/core/run";
import { folder, RHAMBDA } from "./tool";

const MAIN = `import "lib/money" as money;

/// Adds up.
fn handler(event, context) {
    let sum = money::total(event.items);
    #{ sum: sum }
}

private fn hidden(event) { event }
fn helper(x) { x }
fn string.shout(event) { this.to_upper() }
`;
const MONEY = "fn total(items) {\n    items.reduce(|sum, item| (sum ?? 0) + item)\n}\n";
const TESTS = `import "lib/money" as money;

fn test_total() { assert_eq(money::total([1, 2]), 3); }
fn test_total_of_none() {
    assert_eq(money::total([1]), 2, "one");
}
fn test_throws() { money::total(7) }
fn helper() {}
`;
const FILES = {
    "main.rhai": MAIN,
    "lib/money.rhai": MONEY,
    "main.test.rhai": TESTS,
    "event.json": '{ "items": [5, 7] }',
};

async function withServer(root: string, work: (server: ProtocolConnection) => Promise<void>): Promise<void> {
    const child = spawn(RHAMBDA, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
    const server = createProtocolConnection(
        new StreamMessageReader(child.stdout),
        new StreamMessageWriter(child.stdin),
    );
    server.onUnhandledNotification(() => {});
    server.onRequest("client/registerCapability", () => null);
    server.listen();
    try {
        const { capabilities } = await server.sendRequest(InitializeRequest.type, {
            processId: process.pid,
            rootUri: pathToFileURL(root).href,
            capabilities: { textDocument: { documentSymbol: { hierarchicalDocumentSymbolSupport: true } } },
            workspaceFolders: [{ uri: pathToFileURL(root).href, name: "root" }],
            initializationOptions: { inlayHints: true },
        });
        assert(capabilities.inlayHintProvider, "the setting rhambda.inlayHints has no effect");
        await server.sendNotification(InitializedNotification.type, {});
        await work(server);
        await server.sendRequest(ShutdownRequest.type);
        await server.sendNotification(ExitNotification.type);
    } finally {
        server.dispose();
        child.kill();
    }
}

async function open(server: ProtocolConnection, root: string, name: string): Promise<string> {
    const uri = pathToFileURL(path.join(root, name)).href;
    const text = readFileSync(path.join(root, name), "utf8");
    await server.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId: "rhai", version: 1, text },
    });
    return uri;
}

async function functions(server: ProtocolConnection, root: string, name: string) {
    const uri = await open(server, root, name);
    const symbols = await server.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } });
    const lines = readFileSync(path.join(root, name), "utf8").split("\n");
    return declared((symbols ?? []) as DocumentSymbol[], SymbolKind.Function, line => lines[line] ?? "");
}

test("handlers and tests are those that the language server declares", async () => {
    const root = folder(FILES);
    await withServer(root, async server => {
        const main = await functions(server, root, "main.rhai");
        assert.deepEqual(handlers(main, root, path.join(root, "main.rhai")), [
            { name: "handler", setting: "main.handler", line: 3 },
        ]);
        assert.deepEqual(
            handlers(main, root, path.join(root, "main.rhai"), "main.helper").map(handler => handler.name),
            ["handler", "helper"],
        );
        assert.deepEqual(tests(await functions(server, root, "main.test.rhai"), "main.test.rhai"), [
            { name: "test_total", line: 2 },
            { name: "test_total_of_none", line: 3 },
            { name: "test_throws", line: 6 },
        ]);
    });
});

test("the language server finds mistakes and formats", async () => {
    const root = folder({ "a.rhai": "fn handler(event){ missing(event) }\n" });
    await withServer(root, async server => {
        const found = new Promise<Diagnostic[]>(fulfil =>
            server.onNotification(PublishDiagnosticsNotification.type, ({ diagnostics }) =>
                fulfil(diagnostics),
            ),
        );
        const uri = await open(server, root, "a.rhai");
        assert.match(JSON.stringify(await found), /missing/);
        const edits = await server.sendRequest(DocumentFormattingRequest.type, {
            textDocument: { uri },
            options: { tabSize: 4, insertSpaces: true },
        });
        assert(edits && edits.length > 0);
    });
});

async function debug(work: (client: DebugClient) => Promise<unknown>): Promise<void> {
    const client = new DebugClient(RHAMBDA, "dap", "rhambda");
    client.defaultTimeout = 60_000;
    await client.start();
    try {
        await work(client);
    } finally {
        await client.stop();
    }
}

test("Debug Handler stops at a breakpoint with the event of a file", async () => {
    const root = folder(FILES);
    await debug(async client => {
        const launch = invocation(root, "main.handler", "event.json");
        await client.hitBreakpoint(launch, { path: path.join(root, "lib/money.rhai"), line: 2 });
        const { body } = await client.stackTraceRequest({ threadId: 1 });
        assert.deepEqual(
            body.stackFrames.map(frame => frame.name),
            ["total", "handler"],
        );
        await Promise.all([client.waitForEvent("terminated"), client.continueRequest({ threadId: 1 })]);
    });
});

test("Run Handler prints the response", async () => {
    const root = folder(FILES);
    await debug(async client => {
        const launch = { ...invocation(root, "main.handler", { items: [20, 22] }), noDebug: true };
        let output = "";
        client.on("output", (event: { body: { output: string } }) => (output += event.body.output));
        const configured = client.waitForEvent("initialized").then(() => client.configurationDoneRequest());
        await Promise.all([configured, client.waitForEvent("terminated"), client.launch(launch as never)]);
        assert.match(output, /"sum":\s*42/);
    });
});

test("events of the library reach the handler", async () => {
    const root = folder({ "a.rhai": "fn handler(event) { event.Records[0].s3.bucket.name }\n" });
    const events = parseLibrary((await run(RHAMBDA, ["event"], root)).stdout);
    assert(events.length > 50 && events.every(event => event.description !== ""));
    const put = events.find(event => event.name === "s3:put");
    assert(put?.options.some(option => option.name === "bucket"));
    await debug(async client => {
        let output = "";
        client.on("output", (event: { body: { output: string } }) => (output += event.body.output));
        const launch = { ...invocation(root, "a.handler", "s3:put"), eventOptions: { bucket: "photos" } };
        await Promise.all([
            client.configurationSequence(),
            client.waitForEvent("terminated"),
            client.launch(launch as never),
        ]);
        assert.match(output, /photos/);
    });
});

test("F5 in a script and in its tests starts them", async () => {
    const root = folder(FILES);
    for (const [script, line] of [
        ["main.rhai", 5],
        ["main.test.rhai", 3],
    ] as const) {
        const file = path.join(root, script);
        const launch = resolve({}, { file, isTest: isTestScript(script) });
        await debug(client => client.hitBreakpoint({ ...launch, event: undefined }, { path: file, line }));
    }
});

test("a test of the explorer is debugged alone", async () => {
    const root = folder(FILES);
    await debug(async client => {
        const launch = testing(root, ["main.test.rhai::test_total_of_none"]);
        await client.hitBreakpoint(launch, { path: path.join(root, "lib/money.rhai"), line: 2 });
        const { body } = await client.stackTraceRequest({ threadId: 1 });
        assert(body.stackFrames.some(frame => frame.name === "test_total_of_none"));
    });
});

test("a report of tests says what failed where, and which lines ran", async () => {
    const root = folder(FILES);
    const lcov = path.join(root, "lcov.info");
    const args = [
        "test",
        "--format",
        "json",
        "--coverage=lcov",
        "--coverage-output",
        lcov,
        "--",
        "main.test.rhai::test_total",
    ];
    const { stdout, status } = await run(RHAMBDA, args, root);
    assert.equal(status, 1);
    const report = parseReport(stdout);
    assert.deepEqual(
        report.tests.map(result => [result.file, result.name, result.status]),
        [
            ["main.test.rhai", "test_total", "passed"],
            ["main.test.rhai", "test_total_of_none", "failed"],
        ],
    );
    const error = report.tests[1]?.error;
    assert(error);
    assert.deepEqual(frames(error)[0], {
        name: "test_total_of_none",
        file: "main.test.rhai",
        line: 5,
        column: 5,
    });
    assert.deepEqual(compared(error), { expected: "2", actual: "1" });
    assert.match(message(error), /^AssertionFailed: .*one/);
    const covered = parseLcov(readFileSync(lcov, "utf8"));
    const reached = covered.map(({ file, lines }) => [
        path.relative(root, file),
        lines.some(line => line.count > 0),
    ]);
    assert.deepEqual(reached, [
        ["lib/money.rhai", true],
        ["main.rhai", false],
    ]);
});

test("scripts that cannot be parsed are in the report", async () => {
    const root = folder({ "bad.test.rhai": "fn test_a() {\n    assert_eq(1,;\n}\n" });
    const report = parseReport((await run(RHAMBDA, ["test", "--format", "json"], root)).stdout);
    assert.equal(report.invalid[0]?.file, "bad.test.rhai");
    assert.equal(frames(report.invalid[0].error)[0]?.line, 2);
});

test("a run of the tool can be stopped", async () => {
    const root = folder({ "slow.test.rhai": "fn test_slow() { loop {} }\n" });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    await assert.rejects(run(RHAMBDA, ["test"], root, abort.signal), { name: "AbortError" });
});
