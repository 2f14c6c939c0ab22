// Packs the extension into target/rhambda-VERSION.vsix of the repository, with the version of the workspace.
import { createVSIX } from "@vscode/vsce";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../..");
const staged = path.join(root, "target/vscode");

const version = /^version = "(.*)"$/m.exec(await readFile(path.join(root, "Cargo.toml"), "utf8"))[1];
const manifest = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
delete manifest.scripts;
delete manifest.devDependencies;

await rm(staged, { recursive: true, force: true });
await mkdir(staged, { recursive: true });
await writeFile(path.join(staged, "package.json"), JSON.stringify({ ...manifest, version }, undefined, 2));
for (const name of [
    "README.md",
    "language-configuration.json",
    "syntaxes",
    "snippets",
    "dist/extension.js",
]) {
    await cp(path.join(here, name), path.join(staged, name), { recursive: true });
}
for (const name of ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"]) {
    await cp(path.join(root, name), path.join(staged, name));
}
const packagePath = path.join(root, `target/rhambda-${version}.vsix`);
await createVSIX({ cwd: staged, packagePath, dependencies: false, allowMissingRepository: true });
