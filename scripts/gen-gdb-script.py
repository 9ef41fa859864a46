#!/usr/bin/env python3
"""gen-gdb-script.py SCRIPT OUT.S -- a Python script for gdb as a section of the program.

GDB manual, "The .debug_gdb_scripts section".  Allocated, so that strip leaves it there.
"""
import pathlib
import sys

SECTION_SCRIPT_ID_PYTHON_TEXT = 4
LINE = 64


def main():
    script, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    data = f"{script.name}\n".encode() + script.read_bytes() + b"\0"
    lines = [f"/* Made by scripts/gen-gdb-script.py from {script.name}. */",
             '    .section .debug_gdb_scripts, "a", @progbits',
             f"    .byte {SECTION_SCRIPT_ID_PYTHON_TEXT}"]
    for at in range(0, len(data), LINE):
        lines.append("    .byte " + ",".join(map(str, data[at:at + LINE])))
    lines.append('    .section .note.GNU-stack, "", @progbits')
    out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
