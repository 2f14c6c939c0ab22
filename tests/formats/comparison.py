"""What the scripts here have in common: `make` writes an event, `check` looks at a function's response to it."""

import json
import random
import sys

# The same every time, so that a failure can be looked at.
RANDOM = random.Random(20260203)


def run(make, check):
    if sys.argv[1] == "make":
        json.dump(make(), sys.stdout)
        return
    question = json.load(sys.stdin)
    failures = list(check(question["event"], question["response"]))
    for failure in failures[:10]:
        print(failure, file=sys.stderr)
    sys.exit(bool(failures))


def same(what, ours, theirs):
    """A failure, if two values differ."""
    if ours != theirs:
        yield f"{what}: {ours!r}, not {theirs!r}"
