// Loads a packed extension, with nothing but names in place of Visual Studio Code.
// usage: node load.cjs FILE
"use strict";
const Module = require("module");

const anything = () =>
    new Proxy(function () {}, { get: (target, name) => (name === "prototype" ? target[name] : anything()) });
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? Object.create(anything()) : load(name, ...rest));
const extension = require(process.argv[2]);
if (typeof extension.activate !== "function") {
    throw new Error("the extension cannot be activated");
}
