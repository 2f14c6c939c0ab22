#!/usr/bin/env python3
"""Writes layer/ARCHITECTURE.profdata: how often what runs in the benchmark's scripts, and in what looks up operations of AWS
for first calls; for layer/bootstrap.sh.

    tools/profile.py

The compiler arranges the machine for scripts and what loads them by it, which makes scripts a fifth faster. It needs Rust's target for musl,
llvm-profdata (rustup component add llvm-tools) and the events that `make bench` writes. Run it when crates/rhai-vm or the
compiler has changed much: what no longer fits in the profile is built without it.
"""

import concurrent.futures
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

from runtime_api import serve

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "benches/scripts"
PEERS = ROOT / "benches/peers"
EVENTS = ROOT / "target/bench/events"
# Each script runs for so many seconds.
SECONDS = 1
# And is loaded so many times: what loads scripts would seem to be rare otherwise, and be built for size.
STARTS = 40
# So many of these processes run at the same time: each waits most of its time for a Runtime API that has gone.
STARTS_AT_ONCE = 10
# First calls of services with small and large tables.
CALLS = [
    ("connect", "ListInstances"),
    ("dynamodb", "ListTables"),
    ("ec2", "DescribeVpcs"),
    ("s3", "ListBuckets"),
    ("sns", "ListTopics"),
]
# Of these calls, the profile gets what reads the tables. The rest would be larger, and not faster than the network.
TABLES = "aws_api|miniz_oxide"
REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"


def run(bootstrap, folder, script, events, **environment):
    """Starts a script and invokes its handler with these events; the process adds to its profile when it ends."""
    environment |= {
        "AWS_LAMBDA_FUNCTION_NAME": "profile",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "_HANDLER": f"{script}.handler",
        "LAMBDA_TASK_ROOT": str(folder),
    }
    serve([bootstrap], environment, events, stderr=subprocess.DEVNULL)


def repeated(script):
    """The event of a script, as often as it would be handled in some time if nothing else ran: a busy machine must not
    change what seems to be rare."""
    event = (EVENTS / f"{script}.json").read_bytes()
    count, fastest = 0, SECONDS
    while count * fastest < SECONDS:
        begin = time.monotonic()
        yield REQUEST_ID, event
        count, fastest = count + 1, min(fastest, time.monotonic() - begin)


def start_often(work):
    """Does work that starts a process."""
    with concurrent.futures.ThreadPoolExecutor(STARTS_AT_ONCE) as pool:
        list(pool.map(lambda _: work(), range(STARTS)))


def call_services(bootstrap, folder):
    """Makes the first calls of services, whose profiles go to this folder. Nobody is there to respond: the tables are read before
    a call is sent."""
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "LLVM_PROFILE_FILE": f"{folder}/%m_%p.profraw",
    }
    for service, operation in CALLS:
        call = {"service": service, "operation": operation, "parameters": {}, "count": 1}
        events = [(REQUEST_ID, json.dumps(call).encode())]
        start_often(lambda: run(bootstrap, PEERS, "aws", events, **environment))


def build(target, folder):
    """The path of a program like the released one that writes its profile to this folder. Functions have the same names
    in both, but zig cannot link this one."""
    flags = ["-Ctarget-feature=+crt-static", "-Crelocation-model=static", "-Csymbol-mangling-version=v0"]
    flags.append(f"-Cprofile-generate={folder}")
    environment = dict(os.environ, CARGO_ENCODED_RUSTFLAGS="\x1f".join(flags))
    environment["CC_" + target.replace("-", "_")] = "cc"
    command = ["cargo", "build", "--release", "--locked", "--package", "rhambda", "--bin", "bootstrap"]
    command += ["--target", target, "--target-dir", "target/profile"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return ROOT / "target/profile" / target / "release/bootstrap"


def merge(profdata, more, folder, output):
    """Makes one of the profiles in a folder; with further arguments."""
    raw = sorted(pathlib.Path(folder).glob("*.profraw"))
    # Sparse: what did not run stays unknown. Otherwise it would be built for size, such as the modules.
    subprocess.run([profdata, "merge", "--sparse", *more, "-o", output, *raw], check=True)


def main():
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    machine = platform.machine()
    architecture = machine.replace("aarch64", "arm64")
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, stdout=subprocess.PIPE, text=True).stdout
    profdata = next(pathlib.Path(sysroot.strip()).glob("lib/rustlib/*/bin/llvm-profdata"))
    output = ROOT / "layer" / f"{architecture}.profdata"
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as calls:
        bootstrap = build(f"{machine}-unknown-linux-musl", folder)
        for script in sorted(SCRIPTS.glob("*.rhai")):
            run(bootstrap, SCRIPTS, script.stem, repeated(script.stem))
            start_often(lambda: run(bootstrap, SCRIPTS, script.stem, []))
        call_services(bootstrap, calls)
        tables = pathlib.Path(calls, "tables")
        merge(profdata, [f"--function={TABLES}"], calls, tables)
        merge(profdata, [tables], folder, output)
    print(f"{output.relative_to(ROOT)}: {output.stat().st_size} bytes")


main()
