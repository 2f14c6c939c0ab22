/** What `rhambda test --format json` and its coverage say. */

/** The report. */
export interface Report {
    tests: TestResult[];
    /** Files whose tests could not run. */
    invalid: { file: string; error: TestError }[];
}

export interface TestResult {
    /** Relative to the folder where the tool ran. */
    file: string;
    name: string;
    status: "passed" | "failed";
    time_ms: number;
    output: string;
    error: TestError | null;
}

export interface TestError {
    errorType: string;
    errorMessage: string;
    stackTrace: string[];
    /** Values that an assertion compared. */
    data?: unknown;
    /** The case of a table, as a value of the language. */
    case?: string | null;
    /** As the tool prints it, with the source. */
    text?: string;
}

export interface Frame {
    name: string;
    file: string;
    /** From 1. */
    line: number;
    /** From 1. */
    column: number;
}

/** Reads a report. Throws an error that says what is wrong. */
export function parseReport(json: string): Report {
    const report: unknown = JSON.parse(json);
    if (!isRecord(report) || !Array.isArray(report["tests"]) || !Array.isArray(report["invalid"])) {
        throw new Error(
            "the report of `rhambda test` has no tests: the tool and the extension may not fit together",
        );
    }
    return report as unknown as Report;
}

/** The frames of a stack trace, the innermost first. Frames outside of scripts have no place, and are not in it. */
export function frames(error: TestError): Frame[] {
    return error.stackTrace.flatMap(text => {
        const found = /^at (?:(.*) \((.+):(\d+):(\d+)\)|(.+):(\d+):(\d+))$/.exec(text);
        if (!found) {
            return [];
        }
        const [, name = "", file = found[5] ?? "", line = found[6], column = found[7]] = found;
        return [{ name, file, line: Number(line), column: Number(column) }];
    });
}

/** The values that differ, if an assertion compared two. */
export function compared(error: TestError): { expected: string; actual: string } | undefined {
    const data = error.data;
    if (
        error.errorType !== "AssertionFailed" ||
        !isRecord(data) ||
        !("expected" in data && "actual" in data)
    ) {
        return undefined;
    }
    const show = (value: unknown) => JSON.stringify(value, undefined, 2);
    return { expected: show(data["expected"]), actual: show(data["actual"]) };
}

/** The message of a failed test. */
export function message(error: TestError): string {
    const inCase = error.case ? `case ${error.case}: ` : "";
    return `${inCase}${error.errorType}: ${error.errorMessage}`;
}

/** How often lines ran. */
export interface FileLines {
    file: string;
    /** Lines, from 1, with the number of times that each ran. */
    lines: { line: number; count: number }[];
}

/** Reads coverage in lcov's format. */
export function parseLcov(text: string): FileLines[] {
    const files: FileLines[] = [];
    for (const line of text.split(/\r?\n/)) {
        const [key, value = ""] = split(line);
        if (key === "SF") {
            files.push({ file: value, lines: [] });
        } else if (key === "DA") {
            const [at, count] = value.split(",").map(Number);
            if (at !== undefined && count !== undefined && at > 0) {
                files.at(-1)?.lines.push({ line: at, count });
            }
        }
    }
    return files;
}

function split(line: string): [string, string?] {
    const colon = line.indexOf(":");
    return colon < 0 ? [line] : [line.slice(0, colon), line.slice(colon + 1)];
}

function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}
