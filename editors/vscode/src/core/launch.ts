/** What the debug adapter is told. */

/** A configuration of launch.json, as far as it matters here. */
export interface Configuration {
    type?: string;
    request?: string;
    name?: string;
    mode?: string;
    program?: string;
    handler?: string;
    cwd?: string;
    event?: unknown;
    filter?: string | string[];
    [other: string]: unknown;
}

/** The script in the editor. */
export interface OpenScript {
    file: string;
    isTest: boolean;
}

/** Completes a configuration: without launch.json it runs the tests of the script in the editor, or invokes its handler. */
export function resolve(
    configuration: Configuration,
    script: OpenScript | undefined,
): Configuration | { problem: string } {
    if (!configuration.type && !configuration.request && !configuration.name) {
        if (script === undefined) {
            return { problem: "Open a script (.rhai) to debug it, or add a configuration to launch.json" };
        }
        return script.isTest
            ? {
                  type: "rhambda",
                  request: "launch",
                  name: "Tests of this script",
                  mode: "test",
                  program: script.file,
              }
            : { type: "rhambda", request: "launch", name: "Handler of this script", program: script.file };
    }
    if (configuration.request !== "launch") {
        return {
            problem: 'The debugger `rhambda` starts functions: set "request" to "launch" in launch.json',
        };
    }
    return configuration;
}

/** Invokes a handler. The event is a file of the task root, an event of the library, or a value. */
export function invocation(root: string, handler: string, event: unknown): Configuration {
    return { type: "rhambda", request: "launch", name: handler, cwd: root, handler, event };
}

/** Runs tests of a folder, each given as `FILE::NAME`. */
export function testing(folder: string, filter: string[]): Configuration {
    return { type: "rhambda", request: "launch", name: "Tests", mode: "test", cwd: folder, filter };
}
