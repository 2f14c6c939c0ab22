/** Runs the tool and collects its output. */

import { spawn } from "node:child_process";

export interface Output {
    stdout: string;
    stderr: string;
    status: number | null;
}

/** Runs a program to its end, or until the signal aborts it. */
export function run(
    program: string,
    args: readonly string[],
    cwd: string,
    signal?: AbortSignal,
): Promise<Output> {
    return new Promise((fulfil, reject) => {
        const child = spawn(program, args, {
            cwd,
            stdio: ["ignore", "pipe", "pipe"],
            ...(signal && { signal }),
        });
        const output = { stdout: "", stderr: "" };
        for (const stream of ["stdout", "stderr"] as const) {
            child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
        }
        child.on("error", reject);
        child.on("close", status => fulfil({ ...output, status }));
    });
}
