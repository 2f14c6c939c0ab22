#!/usr/bin/env python3
"""Prints what each module adds to `bootstrap`, as the table in docs/performance.md.

    tools/module-sizes.py

It builds the released program for this machine (after `make toolchain`) and keeps the object that the linker gets, in which each
function and each constant is a section. Then it does what the linker does: it follows the references from the program's
entry, once with all modules, and once without each of them. What only that module needs is not reached then.
"""

import bisect
import collections
import os
import pathlib
import platform
import re
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = ROOT / "src/modules/mod.rs"

RELA, SYMTAB, SYMTAB_SHNDX, NOBITS = 4, 2, 18, 8
ALLOC = 2
EXTENDED = 0xFFFF
GLOBAL, WEAK = 1, 2

Section = collections.namedtuple("Section", "name kind flags offset size link info")


def build():
    """The object of the program, which is everything but libraries in C and assembly."""
    machine = platform.machine()
    folder = ROOT / "target/cross" / f"{machine}-unknown-linux-musl" / "release/deps"
    for old in folder.glob("bootstrap-*.rcgu.o"):
        old.unlink()
    environment = dict(os.environ, KEEP_SYMBOLS="1", KEEP_OBJECTS="1")
    subprocess.run(
        ["sh", "layer/bootstrap.sh", machine.replace("aarch64", "arm64")], cwd=ROOT, env=environment, check=True
    )
    return max(folder.glob("bootstrap-*.rcgu.o"), key=lambda file: file.stat().st_size)


class Object:
    """The sections of an ELF file, and which of them refer to which."""

    def __init__(self, data):
        self.data = data
        start, count, names = struct.unpack_from("<40xQ12xHH", data, 0)[0], *struct.unpack_from("<HH", data, 60)
        first = self._header(start)
        count, names = count or first[5], first[6] if names == EXTENDED else names
        headers = [self._header(start + 64 * number) for number in range(count)]
        texts = headers[names][4]
        self.sections = [
            Section(self._text(texts + name), kind, flags, offset, size, link, info)
            for name, kind, flags, _, offset, size, link, info, _, _ in headers
        ]
        self._read_symbols()
        self._read_references()

    def _header(self, at):
        return struct.unpack_from("<IIQQQQIIQQ", self.data, at)

    def _text(self, at):
        return self.data[at : self.data.index(b"\0", at)].decode()

    def _read_symbols(self):
        table = next(section for section in self.sections if section.kind == SYMTAB)
        extended = next((section for section in self.sections if section.kind == SYMTAB_SHNDX), None)
        self.section_of = []
        # What other objects may ask for, and what the system runs.
        self.roots = {n for n, section in enumerate(self.sections) if section.name.startswith((".init", ".fini"))}
        for number in range(table.size // 24):
            info, section = struct.unpack_from("<4xBxH", self.data, table.offset + 24 * number)
            if section == EXTENDED:
                section = struct.unpack_from("<I", self.data, extended.offset + 4 * number)[0]
            elif section >= 0xFF00:
                section = 0
            self.section_of.append(section)
            if section and info >> 4 in (GLOBAL, WEAK):
                self.roots.add(section)

    def _read_references(self):
        # The places in each section that refer to a section, and that section; no place for its entry in the table for unwinding.
        self.references = collections.defaultdict(list)
        # The bytes of a function in the table for unwinding.
        self.extra = collections.Counter()
        for table in self.sections:
            if table.kind != RELA or not self.sections[table.info].flags & ALLOC:
                continue
            found = []
            for at in range(table.offset, table.offset + table.size, 24):
                place, info = struct.unpack_from("<QQ", self.data, at)
                if section := self.section_of[info >> 32]:
                    found.append((place, section))
            if self.sections[table.info].name == ".eh_frame":
                self._read_frames(self.sections[table.info], sorted(found))
            else:
                self.references[table.info] += sorted(found)

    def _read_frames(self, frames, found):
        """Each entry is about the function that it mentions first; the other sections in it belong to that function."""
        at = 0
        while at < frames.size:
            length, kind = struct.unpack_from("<II", self.data, frames.offset + at)
            end = at + 4 + length
            mentioned = [s for _, s in found[bisect.bisect_left(found, (at, 0)) : bisect.bisect_left(found, (end, 0))]]
            if kind and mentioned:
                function, *others = mentioned
                self.extra[function] += length + 4
                self.references[function] += [(None, section) for section in others]
            at = end

    def size(self, without=frozenset()):
        """The bytes that are reached, if these sections are not."""
        seen, waiting = set(without), [root for root in self.roots if root not in without]
        total = 0
        while waiting:
            section = waiting.pop()
            if section in seen:
                continue
            seen.add(section)
            if self.sections[section].flags & ALLOC and self.sections[section].kind != NOBITS:
                total += self.sections[section].size + self.extra[section]
            waiting += {target for _, target in self.references[section]} - seen
        return total

    def tables(self, count):
        """The sections that the only list of so many pointers to data leads to, in its order."""
        found = []
        for places in self.references.values():
            targets = [target for _, target in places]
            is_list = [place for place, _ in places] == list(range(0, 8 * count, 8))
            if is_list and all(self.sections[target].name.startswith((".data", ".rodata")) for target in targets):
                found.append(targets)
        (targets,) = found
        return targets


def names():
    """The names of the modules, in the order of the list that the program has of them."""
    listed = re.search(r"\nmodules! \{(.*?)\n\}", MODULES.read_text(), re.DOTALL)[1]
    return re.findall(r"[\w:]+", listed)


def main():
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    program = Object(build().read_bytes())
    modules = collections.defaultdict(set)
    for name, section in zip(names(), program.tables(len(names()))):
        modules[name.split("::")[0]].add(section)
    everything = program.size()
    print(f"{everything} bytes without libraries in C and assembly")
    print("| module | KB |\n|---|---|")
    costs = {name: everything - program.size(sections) for name, sections in modules.items()}
    for name, cost in sorted(costs.items(), key=lambda item: -item[1]):
        print(f"| `{name}` | {cost / 1000:.1f} |")


main()
