#!/usr/bin/env python3
"""check-sizes.py -- files and functions stay within the limits of docs/style.md, section 2.

Fails on what is beyond the "second look" column; prints how the tree stands beside the aims.
With file names, looks at these only and lists their functions by size.  TAP for meson.
"""
import pathlib
import re
import statistics
import sys

FOLDERS = ["util", "disas", "tcg", "target", "accel", "gdbstub", "linux-user", "include"]
SOURCE_LINES = 1200
HEADER_LINES = 300
FUNCTION_LINES = 100
DISPATCH_LINES = 150            # a flat switch: a case every few lines
PARAMETERS = 7
LONG_FUNCTION = 60              # at most LONG_SHARE of all functions may be longer
LONG_SHARE = 0.03

# Files that had their second look: what is long about them is a list.
LOOKED_AT = {
    "include/tcg/ir.h": 450,    # the IR's one vocabulary: operand kinds, MemOps, flags, accessors
}

# As .clang-format leaves it: the name and its parameters, then a brace in column 0.
HEAD = re.compile(r"^[A-Za-z_][\w\s*]*?\b(\w+)\(([^;{}]*)\)\n\{\n(.*?)^\}", re.M | re.S)

root = pathlib.Path(__file__).resolve().parent.parent


def functions(text):
    """(name, line, lines of body, parameters, body) of each function."""
    for match in HEAD.finditer(text):
        body = match[3]
        line = text.count("\n", 0, match.start()) + 1
        parameters = 0 if match[2].strip() in ("", "void") else match[2].count(",") + 1
        yield match[1], line, body.count("\n"), parameters, body


def is_dispatch(body, lines):
    return len(re.findall(r"^\s+(case\b|default:)|\bCASE\w*\(", body, re.M)) * 5 >= lines


def check_file(path, sizes):
    """Complaints about one file; its function sizes are added to sizes."""
    text = path.read_text(errors="replace")
    where = path.relative_to(root) if path.is_relative_to(root) else path
    lines = text.count("\n")
    limit = LOOKED_AT.get(str(where), HEADER_LINES if path.suffix == ".h" else SOURCE_LINES)
    if lines > limit:
        yield f"{where}: {lines} lines, at most {limit}"
    for name, line, size, parameters, body in functions(text):
        sizes.append((size, name, f"{where}:{line}"))
        limit = DISPATCH_LINES if is_dispatch(body, size) else FUNCTION_LINES
        if size > limit:
            yield f"{where}:{line}: {name} has {size} lines, at most {limit}"
        if parameters > PARAMETERS:
            yield f"{where}:{line}: {name} has {parameters} parameters, at most {PARAMETERS}"


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


def main():
    if len(sys.argv) > 1:
        paths = [pathlib.Path(name).resolve() for name in sys.argv[1:]]
    else:
        paths = [p for folder in FOLDERS for p in sorted((root / folder).rglob("*.[ch]"))]
    sizes, complaints = [], []
    for path in paths:
        complaints += check_file(path, sizes)
    print("1..2")
    if len(sys.argv) > 1:
        for size, name, where in sorted(sizes, reverse=True)[:20]:
            print(f"# {size:4} {name} {where}")
    source_lines = [p.read_text(errors="replace").count("\n") for p in paths if p.suffix == ".c"]
    if source_lines and sizes:
        lengths = [size for size, _, _ in sizes]
        print(f"# .c files: median {statistics.median(source_lines):.0f} lines, "
              f"p90 {percentile(source_lines, 0.9)}")
        print(f"# functions: median {statistics.median(lengths):.0f} lines, "
              f"p90 {percentile(lengths, 0.9)}")
    for line in complaints:
        print(f"# {line}")
    print(f"{'not ok' if complaints else 'ok'} 1 - no file or function beyond the limits")
    long = [entry for entry in sizes if entry[0] > LONG_FUNCTION]
    too_many = len(long) > LONG_SHARE * len(sizes)
    if too_many:
        for size, name, where in sorted(long, reverse=True):
            print(f"# {where}: {name} has {size} lines")
    print(f"{'not ok' if too_many else 'ok'} 2 - {len(long)} of {len(sizes)} functions are longer "
          f"than {LONG_FUNCTION} lines, at most {LONG_SHARE:.0%}")
    return 1 if complaints or too_many else 0


if __name__ == "__main__":
    sys.exit(main())
