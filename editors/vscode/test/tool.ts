// The tool that the tests talk to, and folders for its work.

import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

export const RHAMBDA = String(process.env["RHAMBDA"]);

/** A new folder with these files. */
export function folder(files: Record<string, string>): string {
    const root = realpathSync(mkdtempSync(path.join(tmpdir(), "rhambda-")));
    for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
        writeFileSync(path.join(root, name), text);
    }
    return root;
}
