// Measures a handler: speed.mjs SCRIPT EVENT SECONDS.
// Prints the milliseconds of the fastest run, and the response in the next line.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const WARM_UP = 3;

function invoke(handler, event) {
    return Buffer.from(JSON.stringify(handler(JSON.parse(event.toString()))));
}

const [script, file, seconds] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(resolve(script)));
const event = readFileSync(file);
const enough = Number(seconds) * 1e3;
for (let i = 0; i < WARM_UP; i++) {
    invoke(handler, event);
}
let least = Infinity;
let response;
const start = performance.now();
while (least === Infinity || performance.now() - start < enough) {
    const run = performance.now();
    response = invoke(handler, event);
    least = Math.min(least, performance.now() - run);
}
process.stdout.write(`${least}\n${response}\n`);
