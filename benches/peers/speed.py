"""Measures a handler: speed.py SCRIPT EVENT SECONDS.

Prints the milliseconds of the fastest run, and the response in the next line.
"""

import importlib
import json
import sys
import time
from pathlib import Path

WARM_UP = 3


def main(script, event, seconds):
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(Path(script).parent))
    handler = importlib.import_module(Path(script).stem).handler
    event = Path(event).read_bytes()
    enough = float(seconds)
    for _ in range(WARM_UP):
        response = invoke(handler, event)
    least = float("inf")
    start = time.perf_counter()
    while least == float("inf") or time.perf_counter() - start < enough:
        run = time.perf_counter()
        response = invoke(handler, event)
        least = min(least, time.perf_counter() - run)
    print(least * 1e3)
    print(response.decode())


def invoke(handler, event):
    return json.dumps(handler(json.loads(event)), ensure_ascii=False).encode()


main(*sys.argv[1:])
