"""Checks layers as they are: what is in the zip, and that it is the right program.

usage: check.py rhambda-ARCHITECTURE.zip…
"""

import pathlib
import struct
import sys
import zipfile

EXECUTABLE = 0o100755
MACHINES = {"x86_64": 62, "arm64": 183}  # e_machine in <elf.h>
PROGRAM_INTERPRETER = 3  # PT_INTERP in <elf.h>: what a dynamically linked program has


def program_headers(elf: bytes) -> list[int]:
    """The types of a 64-bit little-endian ELF file's program headers."""
    [offset] = struct.unpack_from("<Q", elf, 0x20)
    size, count = struct.unpack_from("<HH", elf, 0x36)
    return [struct.unpack_from("<I", elf, offset + size * index)[0] for index in range(count)]


def problems(layer: pathlib.Path) -> list[str]:
    """What is wrong with a layer."""
    architecture = layer.stem.removeprefix("rhambda-")
    with zipfile.ZipFile(layer) as archive:
        entries = [(entry.filename, entry.external_attr >> 16) for entry in archive.infolist()]
        if entries != [("bootstrap", EXECUTABLE)]:
            return [f"it should hold one executable `bootstrap`, but holds {entries}"]
        program = archive.read("bootstrap")
    if program[:6] != b"\x7fELF\x02\x01":
        return ["bootstrap is not a 64-bit little-endian ELF file"]
    found = []
    [machine] = struct.unpack_from("<H", program, 0x12)
    if machine != MACHINES.get(architecture):
        found.append(f"bootstrap is for machine {machine}, not for {architecture}")
    if PROGRAM_INTERPRETER in program_headers(program):
        found.append("bootstrap is not statically linked")
    print(f"{layer}: {layer.stat().st_size:,} bytes; bootstrap {len(program):,} bytes, {architecture}, static")
    return found


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    found = [f"{layer}: {problem}" for layer in sys.argv[1:] for problem in problems(pathlib.Path(layer))]
    if found:
        sys.exit("\n".join(found))


main()
