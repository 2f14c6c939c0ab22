"""Writes upload_function.sh into every folder of scripts-examples, out of its example.json.

usage: write_uploads.py [--check]

With --check nothing is written: it fails, naming the files, if they are not what it would write.
"""

import json
import pathlib
import shlex
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

SCRIPT = """\
#!/bin/sh
# Uploads this example as a Lambda function. FUNCTION_NAME, ROLE_ARN and LAYER_ARN say which:
# see deploy/upload_function.sh, which does it. Written by deploy/write_uploads.py.
{notes}[ $# -gt 0 ] || set -- {handler}
folder=$(dirname "$0")
exec "$folder/../../deploy/upload_function.sh" "$folder" "$1"
"""


def script(functions: list[dict]) -> str:
    # What only prepares the emulator for the tests is nothing to deploy.
    functions = [function for function in functions if function["handler"] != "setup.handler"]
    handlers = list(dict.fromkeys(function["handler"] for function in functions))
    notes = ""
    if len(handlers) > 1:
        notes += f"#\n# usage: upload_function.sh [{' | '.join(handlers)}]\n"
    environment = {
        name: value
        for function in functions
        for name, value in function.get("environment", {}).items()
    }
    if environment:
        example = shlex.quote(json.dumps(environment, ensure_ascii=False))
        notes += f"#\n# It needs environment variables, such as ENVIRONMENT={example}\n"
    return SCRIPT.format(notes=notes, handler=shlex.quote(handlers[0]))


def main() -> None:
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    wrong = []
    for example in sorted(ROOT.glob("scripts-examples/*/example.json")):
        path = example.with_name("upload_function.sh")
        wanted = script(json.loads(example.read_text("utf-8")))
        is_right = path.exists() and path.read_text("utf-8") == wanted and path.stat().st_mode & 0o100
        if is_right:
            continue
        wrong.append(str(path.relative_to(ROOT)))
        if not sys.argv[1:]:
            path.write_text(wanted, "utf-8")
            path.chmod(0o755)
    if sys.argv[1:] and wrong:
        sys.exit(f"run deploy/write_uploads.py, for these are out of date: {' '.join(wrong)}")


main()
