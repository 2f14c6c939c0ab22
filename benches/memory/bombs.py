"""The bombs of bombs.rhai in Python: reads an event a line, and writes a line for each."""

import base64
import copy
import csv
import gzip
import io
import json
import os
import re
import sys
import tomllib
import urllib.parse
import xml.etree.ElementTree


def main():
    for line in sys.stdin:
        event = json.loads(line)
        try:
            answer(event)
        except Exception as error:
            print("error", type(error).__name__, flush=True)


def answer(event):
    if event["bomb"] == "next":
        print("served", flush=True)
        return
    result = globals()[event["bomb"]](event.get("data", event.get("size")))
    json.dumps(result, default=len)
    print("finished", flush=True)


def text(length):
    return "".join(["x"] * min(length, 1)) * length


def part(whole, percent):
    return whole // 100 * percent


def push_strings(size):
    rows = []
    while True:
        rows.append(text(size))


def push_blobs(size):
    rows = []
    while True:
        rows.append(bytes(size))


def push_arrays(size):
    rows = []
    while True:
        rows.append([1] * (size // 8 + 1))


def push_maps(size):
    rows = []
    while True:
        rows.append({"id": len(rows), "name": text(size)})


def push_wide_maps(size):
    rows = []
    while True:
        rows.append({f"k{key}": key for key in range(min(size // 40 + 1, 10_000))})


def push_closures(size):
    rows = []
    while True:
        rows.append((lambda kept: lambda: kept)(text(size)))


def push_nested(size):
    rows = []
    while True:
        rows.append([[text(size)], {"a": {"b": text(size)}}])


def push_interpolated(size):
    item = text(size)
    rows = []
    while True:
        rows.append(f"{len(rows)} {item}")


def push_concatenated(size):
    item = text(size)
    rows = []
    while True:
        rows.append(item + "!")


def push_upper(size):
    item = text(size)
    rows = []
    while True:
        rows.append(item.upper())


def push_parts(size):
    item = text(size + 1)
    rows = []
    while True:
        rows.append(item[1:])


def push_split(size):
    item = text(size)
    rows = []
    while True:
        rows.append(item.split("x"))


def push_chars(size):
    item = text(size)
    rows = []
    while True:
        rows.append(list(item))


def push_changed_arrays(size):
    item = [1] * (size // 8 + 1)
    rows = []
    while True:
        rows.append([2, *item[1:]])


def push_changed_maps(size):
    item = {f"k{key}": key for key in range(min(size // 40 + 1, 10_000))}
    rows = []
    while True:
        rows.append({**item, "k0": 2})


def push_mapped(size):
    item = [1] * (size // 8 + 1)
    rows = []
    while True:
        rows.append([x + 1 for x in item])


def push_filtered(size):
    item = [1] * (size // 8 + 1)
    rows = []
    while True:
        rows.append([x for x in item if x == 1])


def push_json(size):
    item = [text(size)]
    rows = []
    while True:
        rows.append(json.dumps(item))


def push_decoded(size):
    item = json.dumps([text(size)])
    rows = []
    while True:
        rows.append(json.loads(item))


def push_base64(size):
    item = bytes(size)
    rows = []
    while True:
        rows.append(base64.b64encode(item).decode())


def push_random(size):
    rows = []
    while True:
        rows.append(os.urandom(size))


def push_debugged(size):
    item = [text(size)]
    rows = []
    while True:
        rows.append(repr(item))


def add_to_array(size):
    rows = []
    while True:
        rows += [text(size)]


def keys_of_map(size):
    item, rows = text(size), {}
    while True:
        rows[f"{item}{len(rows)}"] = 1


def values_of_map(size):
    rows = {}
    while True:
        rows[len(rows)] = text(size)


def nested_arrays(size):
    rows = []
    while True:
        rows = [rows, text(size)]


def nested_maps(size):
    rows = {}
    while True:
        rows = {"next": rows, "item": text(size)}


def append_blobs(size):
    item, all = bytes(size), bytearray()
    while True:
        all += item


def thrown(size):
    rows = []
    while True:
        try:
            raise ValueError(text(size))
        except ValueError as problem:
            rows.append(problem)


def double_string(memory):
    all = "x"
    while True:
        all += all


def double_by_interpolation(memory):
    all = "x"
    while True:
        all = f"{all}{all}"


def double_by_pad(memory):
    all = "x"
    while True:
        all = all.ljust(len(all) * 2)


def double_by_replace(memory):
    all = "x"
    while True:
        all = all.replace("x", "xx")


def double_array(memory):
    all = [1]
    while True:
        all += all


def double_by_array_sum(memory):
    all = [1]
    while True:
        all = all + all


def double_blob(memory):
    all = bytearray(1)
    while True:
        all += all


def double_in_arrays(memory):
    all = "x"
    for _ in range(40):
        all = [all, all]
    return json.dumps(all)


def double_in_maps(memory):
    all = "x"
    for _ in range(40):
        all = {"a": all, "b": all}
    return json.dumps(all)


def double_in_text(memory):
    all = "x"
    for _ in range(40):
        all = [all, all]
    return str(all)


def double_in_response(memory):
    all = "x"
    for _ in range(40):
        all = [all, all]
    return all


def pad_string(memory):
    return text(memory * 2)


def pad_array(memory):
    return [1] * (memory // 4)


def make_blob(memory):
    return bytearray(b"x" * (memory * 2))


def random_bytes(memory):
    return os.urandom(memory * 2)


def split_string(memory):
    return text(part(memory, 60)).split("x")


def characters(memory):
    return [c + "y" for c in text(part(memory, 20))]


def upper_case(memory):
    return text(part(memory, 60)).upper()


def replace_all(memory):
    return text(part(memory, 20)).replace("x", "0123456789")


def concatenate(memory):
    all = text(part(memory, 40))
    return all + all


def to_bytes(memory):
    return text(part(memory, 60)).encode()


def copy_array(memory):
    all = [1] * (part(memory, 60) // 8)
    return [all, all[:]]


def concatenate_arrays(memory):
    all = [1] * (part(memory, 40) // 8)
    return all + all


def map_to_strings(memory):
    return [f"item {x}" for x in range(part(memory, 30) // 8)]


def json_of_array(memory):
    return json.dumps([1234567890123456789] * (part(memory, 40) // 8))


def json_of_string(memory):
    return json.dumps(text(part(memory, 60)))


def json_of_same_string(memory):
    return json.dumps([text(1_000_000)] * 1000)


def decode_ints(memory):
    return json.loads("[" + "1," * (part(memory, 20) // 2) + "1]")


def decode_floats(memory):
    return json.loads("[" + "1.5," * (part(memory, 25) // 4) + "1]")


def decode_nulls(memory):
    return json.loads("[" + "null," * (part(memory, 30) // 5) + "1]")


def decode_arrays(memory):
    return json.loads("[" + "[]," * (part(memory, 10) // 3) + "1]")


def decode_objects(memory):
    return json.loads("[" + "{}," * (part(memory, 10) // 3) + "1]")


def decode_records(memory):
    return json.loads("[" + "{\"id\":1,\"name\":\"Ada\"}," * (part(memory, 25) // 22) + "1]")


def decode_strings(memory):
    return json.loads("[" + "\"ab\"," * (part(memory, 20) // 5) + "1]")


def decode_string(memory):
    return json.loads("\"" + text(part(memory, 45)) + "\"")


def decode_keys(memory):
    return json.loads("{" + ",".join(f"\"key{n}\":1" for n in range(part(memory, 20) // 12)) + "}")


def xml_elements(memory):
    return xml.etree.ElementTree.fromstring("<a>" + "<b/>" * (part(memory, 10) // 4) + "</a>")


def xml_texts(memory):
    return xml.etree.ElementTree.fromstring("<a>" + "<b>text</b>" * (part(memory, 15) // 11) + "</a>")


def xml_attributes(memory):
    return xml.etree.ElementTree.fromstring("<a>" + "<b c='1' d='2'/>" * (part(memory, 15) // 16) + "</a>")


def xml_nested(memory):
    return xml.etree.ElementTree.fromstring("<a>" + "<b><c><d>1</d></c></b>" * (part(memory, 15) // 22) + "</a>")


def csv_rows(memory):
    return list(csv.reader(io.StringIO("1,2,3\n" * (part(memory, 20) // 6))))


def csv_maps(memory):
    return list(csv.DictReader(io.StringIO("abc,b,c\n" * (part(memory, 20) // 8))))


def toml_array(memory):
    return tomllib.loads("a = [" + "1," * (part(memory, 10) // 2) + "1]")


def base64_encode(memory):
    return base64.b64encode(bytearray(b"x" * part(memory, 50)))


def hex_encode(memory):
    return bytearray(b"x" * part(memory, 40)).hex()


def gzip_bomb(memory):
    all, rows = gzip.compress(bytes(part(memory, 20)), 1), []
    while True:
        rows.append(gzip.decompress(all))


def url_encode(memory):
    return urllib.parse.quote(" " * part(memory, 25))


def url_params(memory):
    return urllib.parse.parse_qs("a=1" + "&a=1" * (part(memory, 20) // 4), max_num_fields=None)


def regex_find_all(memory):
    return [found.group() + "y" for found in re.finditer("x", text(part(memory, 15)))]


def regex_captures(memory):
    return [found.groups() for found in re.finditer("(x)(y?)", text(part(memory, 10)))]


def regex_replace(memory):
    return re.sub("x", "0123456789", text(part(memory, 15)))


def return_same_string(memory):
    return [text(1_000_000)] * 1000


def return_array(memory):
    return [1234567890123456789] * (part(memory, 40) // 8)


def throw_array(memory):
    all = [text(1_000_000)] * 1000
    raise ValueError(json.dumps(all))


def event_copies(data):
    rows = []
    while True:
        rows.append(copy.deepcopy(data))


def event_json(data):
    rows = []
    while True:
        rows.append(json.dumps(data))


if __name__ == "__main__":
    main()
