"""Zip archives that Python writes and reads, and that unzip reads; and hostile ones."""

import base64
import io
import os
import shutil
import struct
import subprocess
import tempfile
import zipfile

from comparison import RANDOM, run, same

FILES = {
    "empty.txt": b"",
    "hello.txt": b"hello " * 1000,
    "folder/binary.bin": bytes(range(256)) * 50,
    "folder/ü €.txt": "grün".encode(),
    "random.bin": RANDOM.randbytes(100_000),
}


class Unseekable(io.BytesIO):
    """So that zipfile writes sizes after the data."""

    def seekable(self):
        return False

    def seek(self, *_):
        raise OSError

    def tell(self):
        raise OSError


def archive(method, stream=False, zip64=False, prefix=b""):
    output = Unseekable() if stream else io.BytesIO()
    output.write(prefix)
    with zipfile.ZipFile(output, "w", method) as written:
        for name, data in FILES.items():
            with written.open(zipfile.ZipInfo(name), "w", force_zip64=zip64) as entry:
                entry._compress_type = method
                entry.write(data)
        written.mkdir("a folder")
        written.comment = b"a comment"
    return output.getvalue()


def compressed():
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in FILES.items():
            written.writestr(name, data)
        written.mkdir("a folder")
    return output.getvalue()


def one(name, data=b"evil", **changes):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", changes.pop("method", zipfile.ZIP_DEFLATED)) as written:
        info = zipfile.ZipInfo("placeholder" if name is None else name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for key, value in changes.items():
            setattr(info, key, value)
        written.writestr(info, data)
    return output.getvalue()


def lying(real, claimed):
    """An entry that says that it has another size than it has."""
    data = bytearray(one("a.bin", b"\0" * real))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, claimed)
    return bytes(data)


def bomb():
    """A kilobyte that becomes a gigabyte many times over: all entries have the same data."""
    kernel = one("a.bin", b"\0" * (40 << 20))
    end = kernel.index(b"PK\x05\x06")
    directory = kernel[kernel.index(b"PK\x01\x02") : end]
    count = 100
    entries = b"".join(directory.replace(b"a.bin", b"%05d" % n) for n in range(count))
    tail = bytearray(kernel[end:])
    struct.pack_into("<HHI", tail, 8, count, count, len(entries))
    return kernel[: kernel.index(b"PK\x01\x02")] + entries + bytes(tail)


def hostile():
    good = compressed()
    damaged = bytearray(good)
    damaged[good.index(b"hello.txt") + 20] ^= 0xFF
    encrypted = bytearray(one("a.txt"))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(signature) + offset] |= 1
    twice = bytearray(compressed().replace(b"empty.txt", b"hello.txt"))
    return [
        one("../evil.txt"),
        one("/tmp/rhambda-evil.txt"),
        one("a/../../evil.txt"),
        one("..\\evil.txt"),
        one("link", b"/etc/passwd", external_attr=0o120777 << 16, create_system=3),
        one("a.txt", method=zipfile.ZIP_DEFLATED, compress_type=zipfile.ZIP_BZIP2),
        lying(1000, 10),
        lying(10, 1000),
        lying(1000, 0xFFFFFFF0),
        bomb(),
        b"",
        b"PK\x05\x06",
        b"not an archive at all" * 100,
        good[: len(good) // 2],
        good[:-10],
        bytes(damaged),
        bytes(encrypted),
        bytes(twice),
    ]


def make():
    archives = [
        compressed(),
        archive(zipfile.ZIP_STORED),
        archive(zipfile.ZIP_STORED, stream=True),
        archive(zipfile.ZIP_STORED, zip64=True),
        zip_of_streams(),
        b"#!/bin/sh\nexit\n" + compressed(),
    ]
    encode = lambda data: base64.b64encode(data).decode()
    return {
        "archives": [encode(a) for a in archives],
        "files": [[name, encode(data)] for name, data in FILES.items()],
        "hostile": [encode(a) for a in hostile()],
    }


def zip_of_streams():
    output = Unseekable()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in FILES.items():
            written.writestr(name, data)
        written.mkdir("a folder")
    return output.getvalue()


def check(event, response):
    expected = {name: base64.b64encode(data).decode() for name, data in FILES.items()}
    for number, decoded in enumerate(response["decoded"]):
        yield from same(f"archive {number}", decoded["files"], expected)
        yield from same(f"archive {number}", sorted(decoded["names"]), sorted([*FILES, "a folder/"]))
    for encoded in response["encoded"]:
        encoded = base64.b64decode(encoded)
        with zipfile.ZipFile(io.BytesIO(encoded)) as read:
            yield from same("test", read.testzip(), None)
            yield from same("files", {name: read.read(name) for name in read.namelist()}, FILES)
        if shutil.which("unzip"):
            with tempfile.NamedTemporaryFile(suffix=".zip") as file:
                file.write(encoded)
                file.flush()
                result = subprocess.run(["unzip", "-tq", file.name], capture_output=True, text=True, errors="replace")
                yield from same(result.stdout + result.stderr, result.returncode, 0)
    for number, errors in enumerate(response["errors"]):
        yield from same(f"hostile archive {number}", errors, ["ZipError", "ZipError"])
    yield from same("files outside", response["outside"], False)
    yield from same("files outside", os.path.exists("/tmp/rhambda-evil.txt"), False)


run(make, check)
