// A session with the client with which debuggers for Visual Studio Code are tested.
// usage: node session.js RHAMBDA FOLDER
"use strict";
const path = require("path");
const { DebugClient } = require("@vscode/debugadapter-testsupport");

const [rhambda, folder] = process.argv.slice(2);
const main = path.join(folder, "main.rhai");
const lib = path.join(folder, "lib", "money.rhai");
const launch = { cwd: folder, handler: "main.handler", event: { items: [5, 7] } };

async function session(work) {
    const client = new DebugClient(rhambda, "dap", "rhambda");
    client.defaultTimeout = 60000;
    await client.start();
    try {
        return await work(client);
    } finally {
        await client.stop();
    }
}

async function locals(client, frameId) {
    const scopes = (await client.scopesRequest({ frameId })).body.scopes;
    const reference = scopes.find(scope => scope.name === "Locals").variablesReference;
    const variables = (await client.variablesRequest({ variablesReference: reference })).body.variables;
    return variables.map(variable => `${variable.name}: ${variable.type} = ${variable.value}`);
}

async function everything() {
    const said = {};

    said.hit = await session(async client => {
        await client.hitBreakpoint(launch, { path: main, line: 5 });
        const stack = await client.stackTraceRequest({ threadId: 1 });
        const frame = stack.body.stackFrames[0];
        const shown = await locals(client, frame.id);
        const [inside] = await Promise.all([
            client.assertStoppedLocation("step", { path: lib, line: 2, column: 5 }),
            client.stepInRequest({ threadId: 1 }),
        ]);
        const names = inside.body.stackFrames.map(frame => frame.name);
        await Promise.all([
            client.assertStoppedLocation("step", { path: main, line: 6 }),
            client.stepOutRequest({ threadId: 1 }),
        ]);
        const watch = await client.evaluateRequest({ expression: "taxed * 2", context: "watch" });
        const threads = (await client.threadsRequest()).body.threads.length;
        await Promise.all([client.continueRequest({ threadId: 1 }), client.waitForEvent("terminated")]);
        return { shown, names, watch: watch.body.result, threads };
    });

    said.logged = await session(async client => {
        const initialized = client.waitForEvent("initialized").then(async () => {
            await client.setBreakpointsRequest({
                source: { path: main },
                breakpoints: [{ line: 5, logMessage: "items {event.items}" }],
            });
            await client.setExceptionBreakpointsRequest({ filters: [] });
            await client.configurationDoneRequest();
        });
        const output = client.assertOutput("console", "items [5, 7]");
        await Promise.all([initialized, client.launch(launch), output, client.waitForEvent("exited")]);
        return true;
    });

    said.failed = await session(async client => {
        const initialized = client.waitForEvent("initialized").then(async () => {
            await client.setExceptionBreakpointsRequest({ filters: ["uncaught"] });
            await client.configurationDoneRequest();
        });
        const stopped = client.assertStoppedLocation("exception", { path: lib, line: 2 });
        await Promise.all([initialized, client.launch({ ...launch, event: {} }), stopped]);
        const info = await client.exceptionInfoRequest({ threadId: 1 });
        return info.body.exceptionId;
    });

    said.refused = await session(async client => {
        await client.initializeRequest();
        try {
            await client.launchRequest({ cwd: path.join(folder, "missing") });
            return null;
        } catch (error) {
            return error.message.includes("cannot be found");
        }
    });

    return said;
}

everything().then(
    said => console.log(JSON.stringify(said)),
    error => {
        console.error(error);
        process.exit(1);
    },
);
