"""How long validations take with Python's libraries: target/aws/venv/bin/python crates/json-schema/examples/speed.py

`speed.rs` measures ours with the same schema and value.
"""

import json
import pathlib
import time

import fastjsonschema
import jsonschema

folder = pathlib.Path(__file__).parent
schema = json.loads((folder / "order.schema.json").read_text())
order = json.loads((folder / "order.json").read_text())


def fastest(rounds, work):
    times = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(rounds):
            work()
        times.append((time.perf_counter() - start) * 1e6 / rounds)
    return min(times)


# It knows draft 7, in which the definitions of this schema mean the same.
older = {name: value for name, value in schema.items() if name != "$schema"}
start = time.perf_counter()
validate = fastjsonschema.compile(older)
print(f"fastjsonschema: the first use {(time.perf_counter() - start) * 1e6:.1f} µs")
print(f"fastjsonschema: a validation {fastest(200, lambda: validate(order)):.1f} µs")

start = time.perf_counter()
validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
print(f"jsonschema: the first use {(time.perf_counter() - start) * 1e6:.1f} µs")
print(f"jsonschema: a validation {fastest(20, lambda: validator.validate(order)):.1f} µs")

try:
    import jsonschema_rs
except ImportError:
    print("jsonschema-rs: SKIPPED, it is not installed")
else:
    start = time.perf_counter()
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    print(f"jsonschema-rs: the first use {(time.perf_counter() - start) * 1e6:.1f} µs")
    print(f"jsonschema-rs: a validation {fastest(200, lambda: validator.validate(order)):.1f} µs")
