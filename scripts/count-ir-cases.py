#!/usr/bin/env python3
"""count-ir-cases.py OPCODES FOLDER -- how many runs of the folder's `run: exec` files each operation is in.

Fails for an operation, or a type that its shape allows, that none of the files runs.  A run is an
`inputs` line of a file that has the operation in its region.  TAP, one line per operation.
"""
import collections
import pathlib
import re
import sys

ROW = re.compile(r"^(VALUE|FLOAT|VECTOR|EFFECT)_OP\((\w+),\s*(\w+)", re.M)
OPERATION = re.compile(r"^\s+(?:[%\w]+ = )?(\w+)(?:\.(\w+))?(?: |$)")
INT, FLOAT, VECTOR = ["i32", "i64"], ["f32", "f64"], ["v64", "v128", "v256"]
SHAPES = {
    "INT": INT, "WIDEN": INT,
    "FLT": FLOAT, "FCMP": FLOAT, "F2I32": FLOAT, "F2I64": FLOAT, "I32_2F": FLOAT, "I64_2F": FLOAT,
    "F2F": FLOAT,
    "VEC": VECTOR, "V2I": VECTOR, "I2V": VECTOR, "VINS": VECTOR,
}
EFFECTS = {
    "ld": INT + VECTOR, "st": INT + VECTOR, "gld": INT + VECTOR, "gst": INT + VECTOR,
    "gldx": INT + VECTOR, "gstx": INT + VECTOR, "gatomic": INT, "gcmpxchg": INT,
    "brcond": INT, "fbrcond": FLOAT,
    "goto_ptr": ["i64"],        # the width of the guests there are
    "call": ["i64"],
}


def wanted(path):
    """(operation, its types) in the order of the table; no types: one without a suffix."""
    for kind, name, shape in ROW.findall(open(path).read()):
        yield name, EFFECTS.get(name, [None]) if kind == "EFFECT" else SHAPES[shape]


def operations(text):
    """(operation, type or None) of all lines of the region."""
    for line in text.splitlines():
        match = OPERATION.match(line)
        if match:
            yield match[1], match[2]


def main():
    runs = collections.Counter()
    for path in pathlib.Path(sys.argv[2]).glob("*.ir"):
        text = path.read_text()
        if re.search(r"^run: exec$", text, re.M):
            nb = len(re.findall(r"^inputs\b", text, re.M))
            for operation in set(operations(text)):
                runs[operation] += nb
    table = list(wanted(sys.argv[1]))
    print(f"1..{len(table)}")
    failed = False
    for number, (name, types) in enumerate(table, 1):
        missing = [t or name for t in types if not runs[name, t]]
        failed |= bool(missing)
        counts = ", ".join(f"{t + ' ' if t else ''}{runs[name, t]}" for t in types)
        print(f"{'not ok' if missing else 'ok'} {number} - {name}: {counts} runs")
    return failed


if __name__ == "__main__":
    sys.exit(main())
