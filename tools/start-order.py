#!/usr/bin/env python3
"""Writes layer/start.ld: the functions that run from a cold start to the first answers, and after them those of the first
calls of AWS.

    tools/start-order.py layer/start.ld

build.rs gives that file to the linker, which places these functions next to each other. The kernel
maps a program's file 64 KB at a time, so a start touches few such pieces instead of nearly all.

The functions are those that valgrind (on Debian: apt-get install valgrind; it also needs openssl) sees in unstripped release
builds, which this makes: with glibc, and with musl after `make toolchain`. Their names go without what
differs between two builds, so that the list stays good when a dependency is updated; `.ci/run` says
when it has become too old.
"""

import bisect
import functools
import http.server
import json
import os
import pathlib
import platform
import re
import ssl
import subprocess
import sys
import tempfile
import threading

from runtime_api import serve

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "scripts-examples/hello"
INVOCATIONS = 3
TRACE_ID = (
    "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"
)
# Calls of all protocols.
CALLS = [
    ("dynamodb", "ListTables", "application/x-amz-json-1.0", b"{}"),
    ("lambda", "ListFunctions", "application/json", b"{}"),
    ("s3", "ListBuckets", "application/xml", b"<ListAllMyBucketsResult></ListAllMyBucketsResult>"),
    ("sns", "ListTopics", "text/xml", b"<R><ListTopicsResult></ListTopicsResult></R>"),
    ("ec2", "DescribeVpcs", "text/xml", b"<DescribeVpcsResponse></DescribeVpcsResponse>"),
    ("cloudwatchomni", "ListViews", "application/cbor", b"\xbf\xff"),
]
HEAD = """\
/* Made by tools/start-order.py, which says more: what runs from a cold start to the first answers, then the first calls of AWS. */
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
    run(bootstrap, profile, "hello.handler", EXAMPLE, [event] * INVOCATIONS)


def trace_calls(bootstrap, profile):
    """The same with calls of AWS, at a server of our own."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
        request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE"]
        subprocess.run([*request, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), AwsServer)
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_ENDPOINT_URL": f"https://localhost:{server.server_port}",
            "AWS_CA_BUNDLE": certificate,
        }
        call = {"parameters": {}, "count": 1}
        events = [
            json.dumps({"service": service, "operation": operation, **call}).encode()
            for service, operation, _, _ in CALLS
        ]
        run(bootstrap, profile, "aws.handler", ROOT / "benches/peers", events, environment)
        server.shutdown()
        assert AwsServer.calls == len(CALLS), f"{AwsServer.calls} calls of AWS"
        AwsServer.calls = 0


class AwsServer(http.server.BaseHTTPRequestHandler):
    """Responds to the calls in their order."""

    protocol_version = "HTTP/1.1"
    calls = 0

    def respond(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        _, _, content_type, body = CALLS[AwsServer.calls % len(CALLS)]
        AwsServer.calls += 1
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        if b"\xbf" in body:
            self.send_header("smithy-protocol", "rpc-v2-cbor")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = respond

    def log_message(self, *_):
        pass


def run(bootstrap, profile, handler, folder, events, more=()):
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_FUNCTION_NAME": "hello",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "_HANDLER": handler,
        "LAMBDA_TASK_ROOT": str(folder),
        **dict(more),
    }
    valgrind = ["valgrind", "--quiet", "--tool=callgrind", "--dump-instr=yes", f"--callgrind-out-file={profile}"]
    events = [(f"8476a536-e9f4-11e8-9739-{number:012}", event) for number, event in enumerate(events)]
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
    names, later = set(), set()
    for bootstrap in builds():
        with tempfile.TemporaryDirectory() as folder:
            for tracer, found in (trace, names), (trace_calls, later):
                profile = pathlib.Path(folder) / "profile"
                tracer(bootstrap, profile)
                found.update(functions(bootstrap, addresses(profile)))
    # Others are the C library's and ring's, which have no section of their own.
    patterns = sorted({pattern(name) for name in names if name.startswith("_R")})
    of_calls = sorted({pattern(name) for name in later if name.startswith("_R")} - set(patterns))
    # The section of one that the compiler holds to be cold begins with `.text.unlikely.`.
    lines = "".join(f"    *(.text*.{each})\n" for each in patterns + of_calls)
    pathlib.Path(sys.argv[1]).write_text(HEAD + lines + FOOT)
    print(f"{sys.argv[1]}: {len(patterns)} functions of a start, {len(of_calls)} of calls")


main()
