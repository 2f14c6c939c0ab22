/** Where the program `rhambda` is. */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

export interface Surroundings {
    /** The setting `rhambda.path`. */
    setting: string;
    /** The workspace's folders. */
    folders: readonly string[];
    /** Whether the workspace may choose what runs. */
    isTrusted: boolean;
    /** The variable `PATH`. */
    path: string;
    isWindows: boolean;
}

export type Tool = { program: string } | { problem: string };

/** Looks where the setting says; without one in the `PATH`, then in what Cargo built in the workspace. */
export function findTool(
    surroundings: Surroundings,
    isProgram: (file: string) => boolean = isExecutable,
): Tool {
    const { setting, folders, isTrusted, isWindows } = surroundings;
    const name = isWindows ? "rhambda.exe" : "rhambda";
    if (setting.trim() !== "") {
        const given = setting.trim().replace(/^~(?=[/\\])/, homedir());
        const candidates = path.isAbsolute(given) ? [given] : folders.map(folder => path.join(folder, given));
        const program = candidates.find(isProgram);
        return program === undefined
            ? {
                  problem: `"${setting}" of the setting rhambda.path is not a program: correct it, or remove it`,
              }
            : { program };
    }
    const inPath = surroundings.path
        .split(isWindows ? ";" : ":")
        .filter(folder => path.isAbsolute(folder))
        .map(folder => path.join(folder, name));
    const built = isTrusted
        ? folders.flatMap(folder =>
              ["release", "debug"].map(profile => path.join(folder, "target", profile, name)),
          )
        : [];
    const program = [...inPath, ...built].find(isProgram);
    return program === undefined
        ? {
              problem:
                  "The program `rhambda` was not found: install it with `cargo install --path cli` in Rhambda's " +
                  "folder, or enter its path in the setting rhambda.path",
          }
        : { program };
}

function isExecutable(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
    } catch {
        return false;
    }
}
