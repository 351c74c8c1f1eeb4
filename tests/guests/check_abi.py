#!/usr/bin/env python3
"""Checks guests made with the C SDK against the contract's names in core modules.

    check_abi.py wit/core-names.txt FOLDER_OF_GUESTS

Every import and export of a guest has the name and type that the WIT tools give; the probe uses all
of them; memories are as large as the flags say. Prints what differs; exits 1 if anything does.
"""

import pathlib
import re
import sys

NUMBER_TYPES = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64"}
FIXED = ["echo", "counter", "forward", "pingpong", "sink", "debug"]
GROWABLE = ["allocator", "probe", "bindings_echo"]


class Reader:
    """Reads the binary format from front to back."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def bytes(self):
        size = self.number()
        self.at += size
        return self.data[self.at - size : self.at]

    def text(self):
        return self.bytes().decode()

    def limits(self):
        flags, least = self.byte(), self.number()
        most = self.number() if flags & 1 else None
        return {"min": least, "max": most, "page": 2 ** self.number() if flags & 8 else 65536}


class Module:
    """Imports, exports and memory of a core module."""

    def __init__(self, path):
        reader = Reader(path.read_bytes())
        assert reader.data[:8] == b"\0asm\1\0\0\0", f"{path}: not a core module"
        reader.at = 8
        types, functions = [], []
        self.imports, self.exports, self.memories = set(), set(), []
        while reader.at < len(reader.data):
            kind, section = reader.byte(), Reader(reader.bytes())
            if kind not in (1, 2, 3, 5, 7):
                continue
            for _ in range(section.number()):
                if kind == 1:
                    types.append(self.signature(section))
                elif kind == 2:
                    module, name = section.text(), section.text()
                    assert section.byte() == 0, f"{path}: imports something but functions"
                    functions.append(types[section.number()])
                    self.imports.add(f"import {module} {name} {functions[-1]}")
                elif kind == 3:
                    functions.append(types[section.number()])
                elif kind == 5:
                    self.memories.append(section.limits())
                else:
                    name, what, index = section.text(), section.byte(), section.number()
                    self.exports.add(f"export {name} {functions[index] if what == 0 else 'memory'}")

    @staticmethod
    def signature(section):
        assert section.byte() == 0x60
        lists = [" ".join(NUMBER_TYPES[t] for t in section.bytes()) for _ in range(2)]
        return f"({lists[0]}) -> ({lists[1]})"


def main():
    names = set(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    folder = pathlib.Path(sys.argv[2])
    wrong = []
    for name in FIXED + GROWABLE:
        module = Module(folder / f"{name}.wasm")
        for line in sorted((module.imports | module.exports) - names):
            wrong.append(f"{name}: not in the contract: {line}")
        memory = module.memories[0]
        if memory["page"] != 1 or (memory["min"] == memory["max"]) != (name in FIXED):
            wrong.append(f"{name}: memory is {memory}")
    probe = Module(folder / "probe.wasm")
    optional = re.compile("export (cabi_post_|_initialize)")
    for line in sorted(names - probe.imports - probe.exports):
        if not optional.match(line):
            wrong.append(f"probe: does not reach: {line}")
    print("\n".join(wrong) or f"{len(FIXED + GROWABLE)} guests agree with {len(names)} names")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
