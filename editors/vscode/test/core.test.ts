// What knows nothing of the editor.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { fileOfEvent, parseLibrary, sampleEvents } from "../src/core/events";
import {
    configuredHandler,
    handlers,
    handlerSetting,
    isTestScript,
    taskRoot,
    tests,
    type Declared,
} from "../src/core/functions";
import { invocation, resolve, testing } from "../src/core/launch";
import { compared, frames, message, parseLcov, parseReport, type TestError } from "../src/core/report";
import { findTool, type Surroundings } from "../src/core/tool";

function declared(signature: string, before = "fn ", line = 0): Declared {
    return { signature, before, line };
}

test("the tool is where the setting says, in the PATH, or in target", () => {
    const surroundings: Surroundings = {
        setting: "",
        folders: ["/shop"],
        isTrusted: true,
        path: "/bin:relative::/usr/bin",
        isWindows: false,
    };
    const look = (change: Partial<Surroundings>, ...files: string[]) =>
        findTool({ ...surroundings, ...change }, file => files.includes(file));
    const built = "/shop/target/debug/rhambda";

    assert.deepEqual(look({}, "/usr/bin/rhambda", built), { program: "/usr/bin/rhambda" });
    assert.deepEqual(look({}, built), { program: built });
    assert.deepEqual(look({}, built, "/shop/target/release/rhambda"), {
        program: "/shop/target/release/rhambda",
    });
    assert.deepEqual(look({ setting: "/opt/r" }, "/opt/r", "/usr/bin/rhambda"), { program: "/opt/r" });
    assert.deepEqual(look({ setting: "tools/r" }, "/shop/tools/r"), { program: "/shop/tools/r" });

    assert.match(
        JSON.stringify(look({ setting: "/opt/r" }, "/usr/bin/rhambda")),
        /"\/opt\/r\\" of the setting|problem/,
    );
    assert.match(JSON.stringify(look({})), /was not found: install it with `cargo install --path cli`/);
    assert(
        "problem" in look({ isTrusted: false }, built),
        "an untrusted workspace must not choose what runs",
    );
    assert(
        "problem" in look({}, "relative/rhambda", "rhambda"),
        "the current folder must not choose what runs",
    );
});

test("a program that cannot be executed is not the tool", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "rhambda-"));
    const surroundings = { setting: "", folders: [], isTrusted: true, path: folder, isWindows: false };
    writeFileSync(path.join(folder, "rhambda"), "", { mode: 0o755 });
    assert("program" in findTool(surroundings));
    const other = mkdtempSync(path.join(tmpdir(), "rhambda-"));
    mkdirSync(path.join(other, "rhambda"));
    assert("problem" in findTool({ ...surroundings, path: other }));
});

test("the task root is the nearest folder with rhambda.toml, or the script's own", () => {
    const exists = (file: string) => file === "/w/shop/rhambda.toml";
    assert.equal(taskRoot("/w/shop/api/orders.rhai", exists), "/w/shop");
    assert.equal(taskRoot("/w/other/a.rhai", exists), "/w/other");
    assert.equal(handlerSetting("/w/shop", "/w/shop/api/orders.rhai", "list"), "api/orders.list");
});

test("rhambda.toml names the handler", () => {
    assert.equal(
        configuredHandler('name = "a"\nhandler = "main.run" # the one\n[environment]\n'),
        "main.run",
    );
    assert.equal(configuredHandler("handler='main.run'"), "main.run");
    assert.equal(configuredHandler('[environment]\nhandler = "not.this"\n'), undefined);
    assert.equal(configuredHandler('# handler = "not.this"\nmy-handler = "nor.this"\n'), undefined);
    assert.equal(configuredHandler("handler = 7"), undefined);
});

test("handlers are functions that look like one, and the one that rhambda.toml names", () => {
    const functions = [
        declared("handler()", "fn ", 1),
        declared("add(event)", "fn ", 2),
        declared("stream(event, context, stream)", "fn ", 3),
        declared("ignore(_event, _context)", "fn ", 4),
        declared("helper(event)", "private fn ", 5),
        declared("total(items)", "fn ", 6),
        declared("run(input)", "fn ", 7),
        declared("four(event, b, c, d)", "fn ", 8),
        declared("int.handler(event)", "fn int.", 9),
    ];
    const names = (script: string, configured?: string) =>
        handlers(functions, "/w", script, configured).map(handler => `${handler.setting}:${handler.line}`);
    assert.deepEqual(names("/w/a.rhai", "a.run"), [
        "a.handler:1",
        "a.add:2",
        "a.stream:3",
        "a.ignore:4",
        "a.run:7",
    ]);
    assert.deepEqual(names("/w/b.rhai", "a.run"), ["b.handler:1", "b.add:2", "b.stream:3", "b.ignore:4"]);
    assert.deepEqual(names("/w/a.test.rhai"), []);
    assert.deepEqual(names("/w/tests/a.rhai"), []);
    const below = handlers(functions, "/tests/w", "/tests/w/a.rhai");
    assert(below.length > 0, "a folder above the function's own says nothing about tests");
});

test("tests are functions without parameters in test scripts", () => {
    const functions = [
        declared("test_a()"),
        declared("test_b(x)"),
        declared("before_each()"),
        declared("int.test_c()"),
    ];
    assert.deepEqual(
        tests(functions, "a.test.rhai").map(found => found.name),
        ["test_a"],
    );
    assert.deepEqual(tests(functions, "a.rhai"), []);
    assert(isTestScript("/w/tests/deep/a.rhai") && isTestScript("C:\\w\\tests\\a.rhai"));
    assert(!isTestScript("tests.rhai") && !isTestScript("tests/a.json"));
});

test("what `rhambda event` lists is understood", () => {
    const list =
        "s3:put\n    An upload\n    From a\n    --bucket [default: b]\n    --key [default: [x] y]\nsqs:send\n    A message\n";
    assert.deepEqual(parseLibrary(list), [
        {
            name: "s3:put",
            description: "An upload",
            options: [
                { name: "bucket", default: "b" },
                { name: "key", default: "[x] y" },
            ],
        },
        { name: "sqs:send", description: "A message", options: [] },
    ]);
    assert.equal(fileOfEvent("s3:put"), "events/s3-put.json");
});

test("sample events are in the task root and its folder events", () => {
    const root = mkdtempSync(path.join(tmpdir(), "rhambda-"));
    mkdirSync(path.join(root, "events/s3"), { recursive: true });
    for (const name of [
        "event.json",
        "add-event.json",
        "example.json",
        "events/b.json",
        "events/s3/a.json",
        "events/c.txt",
    ]) {
        writeFileSync(path.join(root, name), "{}");
    }
    assert.deepEqual(sampleEvents(root), [
        "add-event.json",
        "event.json",
        "events/b.json",
        "events/s3/a.json",
    ]);
    assert.deepEqual(sampleEvents(path.join(root, "missing")), []);
});

test("without launch.json the script in the editor is debugged", () => {
    const script = resolve({}, { file: "/w/a.rhai", isTest: false });
    assert("program" in script && script.program === "/w/a.rhai" && script.mode === undefined);
    const tests = resolve({}, { file: "/w/a.test.rhai", isTest: true });
    assert("mode" in tests && tests.mode === "test");
    assert("problem" in resolve({}, undefined));
});

test("configurations of launch.json stay as they are, unless they are refused", () => {
    const given = { type: "rhambda", request: "launch", name: "x", handler: "a.b", event: [1] };
    assert.deepEqual(resolve(given, { file: "/w/other.rhai", isTest: false }), given);
    assert("problem" in resolve({ ...given, request: "attach" }, undefined));
});

test("handlers and tests are launched in their folder", () => {
    assert.deepEqual(invocation("/w", "a.handler", "s3:put"), {
        type: "rhambda",
        request: "launch",
        name: "a.handler",
        cwd: "/w",
        handler: "a.handler",
        event: "s3:put",
    });
    assert.deepEqual(testing("/w", ["a.test.rhai::test_a"]).filter, ["a.test.rhai::test_a"]);
});

const failed: TestError = {
    errorType: "AssertionFailed",
    errorMessage: "the values are not equal",
    stackTrace: ["at <closure> (lib/a b.rhai:2:47)", "at main.rhai:7:1", "at somewhere else"],
    data: { expected: [1], actual: "1" },
    case: '"empty"',
};

test("failures have a message, places and values", () => {
    assert.equal(message(failed), 'case "empty": AssertionFailed: the values are not equal');
    assert.deepEqual(frames(failed), [
        { name: "<closure>", file: "lib/a b.rhai", line: 2, column: 47 },
        { name: "", file: "main.rhai", line: 7, column: 1 },
    ]);
    assert.deepEqual(compared(failed), { expected: "[\n  1\n]", actual: '"1"' });
    assert.equal(compared({ ...failed, errorType: "Custom" }), undefined);
    assert.equal(compared({ ...failed, data: null }), undefined);
});

test("what is not a report is refused", () => {
    assert.throws(() => parseReport("{}"), /has no tests/);
    assert.throws(() => parseReport("null"), /has no tests/);
    assert.throws(() => parseReport("not JSON"), SyntaxError);
});

test("coverage in lcov's format is understood", () => {
    assert.deepEqual(
        parseLcov("TN:\nSF:/w/C:/a.rhai\nDA:1,3\nDA:2,0\nDA:x\nLF:2\nend_of_record\nSF:b\nend_of_record\n"),
        [
            {
                file: "/w/C:/a.rhai",
                lines: [
                    { line: 1, count: 3 },
                    { line: 2, count: 0 },
                ],
            },
            { file: "b", lines: [] },
        ],
    );
    assert.deepEqual(parseLcov("DA:1,1"), []);
});
