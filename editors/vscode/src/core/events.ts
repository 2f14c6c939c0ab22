/** Events that a handler can be invoked with: files of its task root, and the library of `rhambda event`. */

import { readdirSync } from "node:fs";
import * as path from "node:path";

/** An event of the library. */
export interface LibraryEvent {
    /** As in `s3:put`. */
    name: string;
    description: string;
    options: { name: string; default: string }[];
}

/** Reads what `rhambda event` lists. */
export function parseLibrary(list: string): LibraryEvent[] {
    const events: LibraryEvent[] = [];
    for (const line of list.split(/\r?\n/)) {
        const event = events.at(-1);
        const option = /^\s+--([a-z0-9-]+) \[default: (.*)\]$/.exec(line);
        if (/^[a-z0-9-]+:[a-z0-9-]+$/.test(line)) {
            events.push({ name: line, description: "", options: [] });
        } else if (event && option) {
            event.options.push({ name: option[1] ?? "", default: option[2] ?? "" });
        } else if (event && event.description === "") {
            event.description = line.trim();
        }
    }
    return events;
}

/** The sample events of a task root: `event.json`, `….event.json`, `…-event.json`, and all JSON files in `events`. */
export function sampleEvents(root: string): string[] {
    const files = list(root).filter(file => /(^|[-.])event\.json$/.test(file));
    const inFolder = list(path.join(root, "events"), true).filter(file => file.endsWith(".json"));
    return [...files.sort(), ...inFolder.map(file => `events/${file.replaceAll("\\", "/")}`).sort()];
}

function list(folder: string, recursive = false): string[] {
    try {
        return readdirSync(folder, { recursive, encoding: "utf8" });
    } catch {
        return [];
    }
}

/** The file for a new event of the library, relative to the task root. */
export function fileOfEvent(name: string): string {
    return `events/${name.replace(":", "-")}.json`;
}
