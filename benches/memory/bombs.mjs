// The bombs of bombs.rhai in JavaScript: reads an event a line, and writes a line for each.

import crypto from "node:crypto";
import { createInterface } from "node:readline";
import { gunzipSync, gzipSync } from "node:zlib";
import * as bombs from "./bombs.mjs";

function text(length) {
    return Buffer.alloc(length, "x").toString("latin1");
}

// V8 joins strings only when somebody looks into them.
function flat(string) {
    Number(string);
    return string;
}

function part(whole, percent) {
    return Math.floor(whole / 100) * percent;
}

function push_wide_map(size) {
    const keys = Math.min(Math.floor(size / 40) + 1, 10_000);
    return Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, key]));
}

export function push_strings(size) { const rows = []; for (;;) rows.push(text(size)); }
export function push_blobs(size) { const rows = []; for (;;) rows.push(new Uint8Array(size)); }
export function push_arrays(size) { const rows = []; for (;;) rows.push(new Array(Math.floor(size / 8) + 1).fill(1)); }
export function push_maps(size) { const rows = []; for (;;) rows.push(({ id: rows.length, name: text(size) })); }
export function push_wide_maps(size) { const rows = []; for (;;) rows.push(Object.fromEntries(Array.from({ length: Math.min(Math.floor(size / 40) + 1, 10_000) }, (_, key) => [`k${key}`, key]))); }
export function push_closures(size) { const rows = []; for (;;) rows.push(((kept) => () => kept)(text(size))); }
export function push_nested(size) { const rows = []; for (;;) rows.push([[text(size)], { a: { b: text(size) } }]); }
export function push_interpolated(size) { const item = text(size); const rows = []; for (;;) rows.push(flat(`${rows.length} ${item}`)); }
export function push_concatenated(size) { const item = text(size); const rows = []; for (;;) rows.push(flat(item + "!")); }
export function push_upper(size) { const item = text(size); const rows = []; for (;;) rows.push(item.toUpperCase()); }
export function push_parts(size) { const item = text(size + 1); const rows = []; for (;;) rows.push(flat(item.slice(1))); }
export function push_split(size) { const item = text(size); const rows = []; for (;;) rows.push(item.split("x")); }
export function push_chars(size) { const item = text(size); const rows = []; for (;;) rows.push([...item]); }
export function push_changed_arrays(size) { const item = new Array(Math.floor(size / 8) + 1).fill(1); const rows = []; for (;;) rows.push([2, ...item.slice(1)]); }
export function push_changed_maps(size) { const item = push_wide_map(size); const rows = []; for (;;) rows.push(({ ...item, k0: 2 })); }
export function push_mapped(size) { const item = new Array(Math.floor(size / 8) + 1).fill(1); const rows = []; for (;;) rows.push(item.map((x) => x + 1)); }
export function push_filtered(size) { const item = new Array(Math.floor(size / 8) + 1).fill(1); const rows = []; for (;;) rows.push(item.filter((x) => x === 1)); }
export function push_json(size) { const item = [text(size)]; const rows = []; for (;;) rows.push(JSON.stringify(item)); }
export function push_decoded(size) { const item = JSON.stringify([text(size)]); const rows = []; for (;;) rows.push(JSON.parse(item)); }
export function push_base64(size) { const item = Buffer.alloc(size); const rows = []; for (;;) rows.push(item.toString("base64")); }
export function push_random(size) { const rows = []; for (;;) rows.push(crypto.randomBytes(size)); }
export function push_debugged(size) { const item = [text(size)]; const rows = []; for (;;) rows.push(JSON.stringify(item, null, 1)); }
export function add_to_array(size) { let rows = []; for (;;) rows.push(text(size)); }
export function keys_of_map(size) { const item = text(size); const rows = new Map(); for (;;) rows.set(flat(`${item}${rows.size}`), 1); }
export function values_of_map(size) { const rows = new Map(); for (;;) rows.set(rows.size, text(size)); }
export function nested_arrays(size) { let rows = []; for (;;) rows = [rows, text(size)]; }
export function nested_maps(size) { let rows = {}; for (;;) rows = { next: rows, item: text(size) }; }
export function append_blobs(size) { const item = Buffer.alloc(size); const rows = []; for (;;) rows.push(Buffer.from(item)); }
export function thrown(size) { const rows = []; for (;;) { try { throw new Error(text(size)); } catch (problem) { rows.push(problem); } } }
export function double_string(memory) { let all = "x"; for (;;) all = flat(all + all); }
export function double_by_interpolation(memory) { let all = "x"; for (;;) all = flat(`${all}${all}`); }
export function double_by_pad(memory) { let all = "x"; for (;;) all = all.padEnd(all.length * 2); }
export function double_by_replace(memory) { let all = "x"; for (;;) all = all.replaceAll("x", "xx"); }
export function double_array(memory) { let all = [1]; for (;;) all = all.concat(all); }
export function double_by_array_sum(memory) { let all = [1]; for (;;) all = [...all, ...all]; }
export function double_blob(memory) { let all = Buffer.alloc(1); for (;;) all = Buffer.concat([all, all]); }
export function double_in_arrays(memory) { let all = "x"; for (let n = 0; n < 40; n++) all = [all, all]; return JSON.stringify(all); }
export function double_in_maps(memory) { let all = "x"; for (let n = 0; n < 40; n++) all = { a: all, b: all }; return JSON.stringify(all); }
export function double_in_text(memory) { let all = "x"; for (let n = 0; n < 40; n++) all = [all, all]; return String(all); }
export function double_in_response(memory) { let all = "x"; for (let n = 0; n < 40; n++) all = [all, all]; return all; }
export function pad_string(memory) { return text(memory * 2); }
export function pad_array(memory) { return new Array(memory / 4).fill(1); }
export function make_blob(memory) { return Buffer.alloc(memory * 2, 1); }
export function random_bytes(memory) { return crypto.randomBytes(memory * 2); }
export function split_string(memory) { return text(part(memory, 60)).split("x"); }
export function characters(memory) { return [...text(part(memory, 60))]; }
export function upper_case(memory) { return flat(text(part(memory, 60)).toUpperCase()); }
export function replace_all(memory) { return text(part(memory, 20)).replaceAll("x", "0123456789"); }
export function concatenate(memory) { const all = text(part(memory, 60)); return flat(all + all); }
export function to_bytes(memory) { return Buffer.from(text(part(memory, 60))); }
export function copy_array(memory) { const all = new Array(part(memory, 60) / 4 | 0).fill(1); return [all, [...all]]; }
export function concatenate_arrays(memory) { const all = new Array(part(memory, 40) / 4 | 0).fill(1); return [...all, ...all]; }
export function map_to_strings(memory) { return Array.from({ length: part(memory, 30) / 4 | 0 }, (_, x) => `item ${x}`); }
export function json_of_array(memory) { return JSON.stringify(new Array(part(memory, 40) / 8 | 0).fill(123456789012345)); }
export function json_of_string(memory) { return JSON.stringify(text(part(memory, 60))); }
export function json_of_same_string(memory) { return JSON.stringify(new Array(1000).fill(text(1_000_000))); }
export function decode_ints(memory) { return JSON.parse("[" + "1,".repeat(part(memory, 20) / 2 | 0) + "1]"); }
export function decode_floats(memory) { return JSON.parse("[" + "1.5,".repeat(part(memory, 25) / 4 | 0) + "1]"); }
export function decode_nulls(memory) { return JSON.parse("[" + "null,".repeat(part(memory, 30) / 5 | 0) + "1]"); }
export function decode_arrays(memory) { return JSON.parse("[" + "[],".repeat(part(memory, 10) / 3 | 0) + "1]"); }
export function decode_objects(memory) { return JSON.parse("[" + "{},".repeat(part(memory, 10) / 3 | 0) + "1]"); }
export function decode_records(memory) { return JSON.parse("[" + "{\"id\":1,\"name\":\"Ada\"},".repeat(part(memory, 25) / 22 | 0) + "1]"); }
export function decode_strings(memory) { return JSON.parse("[" + "\"ab\",".repeat(part(memory, 20) / 5 | 0) + "1]"); }
export function decode_string(memory) { return JSON.parse("\"" + text(part(memory, 45)) + "\""); }
export function decode_keys(memory) { return JSON.parse("{" + Array.from({ length: part(memory, 20) / 12 | 0 }, (_, n) => `"key${n}":1`).join() + "}"); }
export function base64_encode(memory) { return Buffer.alloc(part(memory, 60), 1).toString("base64"); }
export function hex_encode(memory) { return Buffer.alloc(part(memory, 60), 1).toString("hex"); }
export function gzip_bomb(memory) { const all = gzipSync(Buffer.alloc(part(memory, 20))); const rows = []; for (;;) rows.push(gunzipSync(all)); }
export function url_encode(memory) { return encodeURIComponent(" ".repeat(part(memory, 25))); }
export function url_params(memory) { return [...new URLSearchParams("a=1" + "&a=1".repeat(part(memory, 20) / 4 | 0))]; }
export function regex_find_all(memory) { return text(part(memory, 15)).match(/x/g); }
export function regex_captures(memory) { return [...text(part(memory, 10)).matchAll(/(x)(y?)/g)]; }
export function regex_replace(memory) { return text(part(memory, 15)).replace(/x/g, "0123456789"); }
export function return_same_string(memory) { return new Array(1000).fill(text(1_000_000)); }
export function return_array(memory) { return new Array(part(memory, 40) / 8 | 0).fill(123456789012345); }
export function throw_array(memory) { throw new Error(JSON.stringify(new Array(1000).fill(text(1_000_000)))); }
export function event_copies(data) { const rows = []; for (;;) rows.push(structuredClone(data)); }
export function event_json(data) { const rows = []; for (;;) rows.push(JSON.stringify(data)); }

for await (const line of createInterface({ input: process.stdin })) {
    const event = JSON.parse(line);
    if (event.bomb === "next") {
        console.log("served");
        continue;
    }
    try {
        JSON.stringify(bombs[event.bomb](event.data ?? event.size));
        console.log("finished");
    } catch (error) {
        console.log("error", error.name);
    }
}
