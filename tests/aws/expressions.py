"""Compares what Rhambda finds with the JMESPath expressions of AWS's models, in random values, with what jmespath does.

tests/aws/operations.rs runs it, and answers its questions as it does those of operations.py.
"""

import json
import random
import re
import sys

import jmespath
from botocore.loaders import Loader

# The same every time, so that a failure can be looked at.
RANDOM = random.Random(20260203)
# So many values for each expression.
COUNT = 30
LOADER = Loader()


def expressions():
    found = set()
    for service in LOADER.list_available_services("waiters-2"):
        for waiter in LOADER.load_service_model(service, "waiters-2")["waiters"].values():
            found |= {acceptor["argument"] for acceptor in waiter["acceptors"] if "argument" in acceptor}
    for service in LOADER.list_available_services("paginators-1"):
        for paginator in LOADER.load_service_model(service, "paginators-1")["pagination"].values():
            for key in ("output_token", "result_key", "more_results"):
                paths = paginator.get(key, [])
                found |= set(paths if isinstance(paths, list) else [paths])
    # Plain names say nothing that paths do not.
    return sorted(" ".join(path.split()) for path in found if not path.isalnum())


def value(names, literals, depth):
    kind = RANDOM.random()
    if depth == 0 or kind < 0.2:
        return RANDOM.choice([*literals, "", "x", 0, 1, 2, True, False, None])
    if kind < 0.5:
        return [value(names, literals, depth - 1) for _ in range(RANDOM.randrange(4))]
    return {name: value(names, literals, depth - 1) for name in names if RANDOM.random() < 0.8}


def main():
    failures = []
    found = expressions()
    for expression in found:
        compiled = jmespath.compile(expression)
        # In the order of a script's maps: JMESPath does not say in which `*` takes a map's values.
        names = sorted(set(re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'", "", expression))) - {"length"})
        literals = re.findall(r"'([^']*)'", expression)
        for _ in range(COUNT):
            data = {name: value(names, literals, 4) for name in names}
            try:
                theirs = compiled.search(data)
            except jmespath.exceptions.JMESPathTypeError:
                # `length` of what has none: nothing is found.
                continue
            print(json.dumps({"expression": expression, "value": data}), flush=True)
            ours = json.loads(sys.stdin.readline())
            if ours != theirs:
                failures.append(f"{expression} in {json.dumps(data)}: {ours}, not {theirs}")
    print(f"{len(found)} expressions, {len(failures)} differ", file=sys.stderr)
    for failure in failures[:10]:
        print(failure, file=sys.stderr)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
