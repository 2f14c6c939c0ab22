#!/usr/bin/env python3
"""Writes how much each module of scripts adds to `bootstrap` into docs/performance.md.

    tools/module-sizes.py

Each module is left out of the list in src/modules/mod.rs once, and the program is built without it. Without link-time
optimization, which would take hours: with it, most modules are a little smaller.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/performance.md"
WORK = ROOT / "target/module-sizes"
LIST = re.compile(r"(?<=\nmodules! \{\n).*?(?=\n\})", re.S)
TABLE = re.compile(r"(?<=\n\| module \| KB \|\n\|---\|--:\|\n)(?:\|.*\n)*")
# What is smaller shares a row.
LEAST = 2


def copy():
    """The source as it is in git, to be changed."""
    source = WORK / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    archive = subprocess.run(
        ["tar", "-c", "--null", "-T", "-"], cwd=ROOT, check=True, input=files, stdout=subprocess.PIPE
    )
    subprocess.run(["tar", "-x"], cwd=source, check=True, input=archive.stdout)
    return source


def size(source):
    """How many bytes the program has in memory, or None if it cannot be built."""
    settings = {
        "CARGO_INCREMENTAL": "1",
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "64",
        "CARGO_PROFILE_RELEASE_LTO": "off",
        "CARGO_TARGET_DIR": str(WORK / "build"),
        "RUSTFLAGS": "-Ctarget-feature=+crt-static -Crelocation-model=static -Clink-arg=-Wl,--gc-sections --cap-lints=allow",
    }
    command = ["cargo", "build", "--release", "--quiet", "--package", "rhambda", "--bin", "bootstrap"]
    if subprocess.run(command, cwd=source, env={**os.environ, **settings}).returncode != 0:
        return None
    program = next((WORK / "build").glob("*/release/bootstrap"))
    sections = subprocess.run(["size", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    return int(sections.splitlines()[1].split()[3])


def main():
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    source = copy()
    path = source / "src/modules/mod.rs"
    text = path.read_text()
    entries = LIST.search(text)[0].splitlines()
    # Its methods belong to a module, and some are parts of the runtime.
    names = {}
    for entry in entries:
        names.setdefault(entry.strip(" ,").split("::")[0], []).append(entry)
    names.pop("crate")
    whole = size(source)
    if whole is None:
        sys.exit("bootstrap cannot be built")
    without = {}

    def measure(name, left_out):
        kept = "\n".join(entry for entry in entries if entry not in left_out)
        path.write_text(LIST.sub(lambda _: kept, text))
        without[name] = size(source)
        print(name, without[name] and f"{(whole - without[name]) / 1000:.1f} KB", flush=True)

    for name, own in names.items():
        measure(name, own)
    measure("all", [entry for own in names.values() for entry in own])

    costs = {name: (whole - left) / 1000 for name, left in without.items() if left is not None}
    together = costs.pop("all", None)
    large = sorted((name for name in costs if costs[name] >= LEAST), key=lambda name: -costs[name])
    rows = [f"| `{name}` | {costs[name]:.0f} |" for name in large]
    small = sorted(name for name in costs if costs[name] < LEAST)
    rows.append(f"| each of {', '.join(f'`{name}`' for name in small)} | < {LEAST} |")
    if together is not None:
        rows.append(f"| all of them | {together:.0f} |")
    page, count = TABLE.subn(lambda _: "".join(f"{row}\n" for row in rows), PAGE.read_text())
    if count != 1:
        sys.exit(f"{PAGE}: there is no table of modules")
    PAGE.write_text(page)


main()
