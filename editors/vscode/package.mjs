// Packs the extension into target/rhambda-VERSION.vsix of the repository, or another file, with the workspace's version.
// usage: node package.mjs [FILE]
import { createVSIX } from "@vscode/vsce";
import { build } from "esbuild";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import * as path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../..");
const version = /^version = "(.*)"$/m.exec(await readFile(path.join(root, "Cargo.toml"), "utf8"))[1];
const packagePath = process.argv[2] ?? path.join(root, `target/rhambda-${version}.vsix`);

const staged = await mkdtemp(path.join(tmpdir(), "rhambda-vscode-"));
try {
    const { metafile } = await build({
        entryPoints: [path.join(here, "src/extension.ts")],
        outfile: path.join(staged, "dist/extension.js"),
        absWorkingDir: here,
        bundle: true,
        minify: true,
        platform: "node",
        target: "node20",
        external: ["vscode"],
        metafile: true,
        logLevel: "warning",
    });
    const manifest = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
    delete manifest.scripts;
    delete manifest.devDependencies;
    manifest.files = ["**"];
    await writeFile(
        path.join(staged, "package.json"),
        JSON.stringify({ ...manifest, version }, undefined, 2),
    );
    for (const name of ["README.md", "language-configuration.json", "syntaxes", "snippets"]) {
        await cp(path.join(here, name), path.join(staged, name), { recursive: true });
    }
    for (const name of ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"]) {
        await cp(path.join(root, name), path.join(staged, name));
    }
    await writeFile(path.join(staged, "NOTICES"), await notices(Object.keys(metafile.inputs)));
    await createVSIX({ cwd: staged, packagePath, dependencies: false, allowMissingRepository: true });
} finally {
    await rm(staged, { recursive: true, force: true });
}

/** The licenses of the packages that these files are from. */
async function notices(files) {
    const folders = files.flatMap(file => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
    const texts = [];
    for (const folder of [...new Set(folders)].sort()) {
        const { name, version } = JSON.parse(await readFile(path.join(here, folder, "package.json"), "utf8"));
        const license = (await readdir(path.join(here, folder))).find(file => /^licen[cs]e/i.test(file));
        if (license === undefined) {
            throw new Error(`${name} has no license file: the package may not be passed on`);
        }
        texts.push(
            `${name} ${version}\n\n${(await readFile(path.join(here, folder, license), "utf8")).trim()}\n`,
        );
    }
    return texts.join("\n----\n\n");
}
