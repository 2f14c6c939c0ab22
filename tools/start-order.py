#!/usr/bin/env python3
"""Writes layer/start.ld: the functions that run from a cold start to the first answers.

    tools/start-order.py layer/start.ld

build.rs gives that file to the linker, which places these functions next to each other. The kernel
maps a program's file 64 KB at a time, so a start touches few such pieces instead of nearly all.

The functions are those that valgrind (on Debian: apt-get install valgrind) sees in unstripped release
builds, which this makes: with glibc, and with musl after `make toolchain`. Their names go without what
differs between two builds, so that the list stays good when a dependency is updated; `.ci/run` says
when it has become too old.
"""

import bisect
import functools
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

from runtime_api import serve

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "scripts-examples/hello"
INVOCATIONS = 3
TRACE_ID = (
    "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"
)
HEAD = """\
/* Made by tools/start-order.py, which says more: what runs from a cold start to the first answers. */
SECTIONS
{
  .text.start :
  {
"""
FOOT = """\
  }
}
INSERT BEFORE .text;
"""


def builds():
    """The paths of the unstripped release builds, each made when it is asked for."""
    # With musl, a changed profile would change the names of functions, and layer/*.profdata would not fit any more.
    symbols = ["--config", "profile.release.package.rhambda.strip=false"]
    run = functools.partial(subprocess.run, cwd=ROOT, text=True)
    command = ["cargo", "build", "--release", "--package", "rhambda", "--bin", "bootstrap"]
    lines = run(
        [*command, *symbols, "--message-format", "json-render-diagnostics"], check=True, stdout=subprocess.PIPE
    ).stdout
    yield next(path for line in lines.splitlines() if (path := json.loads(line).get("executable")))
    machine = platform.machine()
    architecture = machine.replace("aarch64", "arm64")
    if run(["sh", "layer/bootstrap.sh", "--check", architecture]).returncode == 0:
        run(["sh", "layer/bootstrap.sh", architecture], env=dict(os.environ, KEEP_SYMBOLS="1"), check=True)
        yield ROOT / "target/cross" / f"{machine}-unknown-linux-musl" / "release/bootstrap"


def trace(bootstrap, profile):
    """Runs a few invocations under valgrind, which writes what was run to `profile`."""
    event = (EXAMPLE / "event.json").read_bytes()
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_FUNCTION_NAME": "hello",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "_HANDLER": "hello.handler",
        "LAMBDA_TASK_ROOT": str(EXAMPLE),
    }
    valgrind = ["valgrind", "--quiet", "--tool=callgrind", "--dump-instr=yes", f"--callgrind-out-file={profile}"]
    events = [(f"8476a536-e9f4-11e8-9739-{number:012}", event) for number in range(INVOCATIONS)]
    serve([*valgrind, bootstrap], environment, events, [TRACE_ID])


def addresses(profile):
    """The addresses of the instructions that were run (the format is in the manual of callgrind)."""
    address = 0
    for line in profile.read_text().splitlines():
        if match := re.match(r"0x[0-9a-f]+|[+-]\d+|\*", line):
            word = match[0]
            address = int(word, 16) if word.startswith("0x") else address + int(word.replace("*", "0"))
            yield address


def functions(bootstrap, run):
    """The names of the functions that these addresses are in."""
    symbols = []
    for line in subprocess.run(["nm", "-n", bootstrap], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        match = re.fullmatch(r"([0-9a-f]+) [tTwWi] (.*)", line)
        if match:
            symbols.append((int(match[1], 16), match[2]))
    starts = [start for start, _ in symbols]
    return {symbols[bisect.bisect_right(starts, address) - 1][1] for address in run}


def pattern(name):
    """A name without the hashes of crates, without references back to a place in the name, which
    their lengths move, without the number that tells copies of a function apart, and without the crate
    that a generic function was compiled for: which of several that is can change with any of them."""
    name = re.sub(r"\.\d+$", ".*", name)
    name = re.sub(r"E(Cs[0-9A-Za-z]+_\d+\w+|B[0-9A-Za-z]{0,3}_)(\.\*)?$", "E*", name)
    return re.sub(r"B[0-9A-Za-z]{0,3}_", "B*_", re.sub(r"Cs[0-9A-Za-z]+_", "Cs*_", name))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    names = set()
    for bootstrap in builds():
        with tempfile.TemporaryDirectory() as folder:
            profile = pathlib.Path(folder) / "profile"
            trace(bootstrap, profile)
            names |= functions(bootstrap, addresses(profile))
    # Others are the C library's and ring's, which have no section of their own.
    patterns = sorted({pattern(name) for name in names if name.startswith("_R")})
    # The section of one that the compiler holds to be cold begins with `.text.unlikely.`.
    lines = "".join(f"    *(.text*.{each})\n" for each in patterns)
    pathlib.Path(sys.argv[1]).write_text(HEAD + lines + FOOT)
    print(f"{sys.argv[1]}: {len(patterns)} functions")


main()
