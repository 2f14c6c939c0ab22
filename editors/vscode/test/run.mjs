// Bundles the tests and runs them. RHAMBDA is the tool; without it, the workspace's debug build.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const project = path.join(here, "..");
const outdir = path.join(project, "dist/test");
const names = readdirSync(here).filter(name => name.endsWith(".test.ts"));

rmSync(outdir, { recursive: true, force: true });
await build({
    entryPoints: names.map(name => path.join(here, name)),
    outdir,
    bundle: true,
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    logLevel: "warning",
    packages: "external",
    alias: {
        vscode: path.join(here, "stand-in/vscode.ts"),
        "vscode-languageclient/node": path.join(here, "stand-in/languageclient.ts"),
    },
});
const files = names.map(name => path.join(outdir, name.replace(/\.ts$/, ".js")));
const tests = spawnSync(
    process.execPath,
    ["--enable-source-maps", "--test", "--test-timeout=120000", ...files],
    {
        cwd: project,
        stdio: "inherit",
        env: { RHAMBDA: path.join(project, "../../target/debug/rhambda"), ...process.env },
    },
);
process.exit(tests.status ?? 1);
