#!/usr/bin/env python3
"""The tables of docs/ir.md from tcg/ir/opcodes.def.

gen-ir-docs.py [--check] OPCODES IR_MD

Everything behind the marker line in IR_MD is generated; --check only says whether it is current.
"""
import re
import sys

MARKER = "<!-- Below this line: made by scripts/gen-ir-docs.py from tcg/ir/opcodes.def. -->"
ROW = re.compile(r"^(VALUE|FLOAT|VECTOR|EFFECT)_OP\((\w+),\s*(.*)\)\s*$")
TITLES = {
    "VALUE": "Integer operations",
    "FLOAT": "Floating-point operations",
    "VECTOR": "Vector operations",
    "EFFECT": "Operations with effects",
}
COLUMNS = {
    "VALUE": ["operation", "shape", "in", "imm", "flags", "value"],
    "EFFECT": ["operation", "out", "in", "imm", "flags"],
}


def split_arguments(text, count):
    """count arguments; the last one keeps its commas."""
    return [part.strip() for part in text.split(",", count - 1)]


def flag_text(flags):
    return "" if flags == "0" else flags.replace(" | ", ", ").lower().replace("_", " ")


def columns_of(kind):
    return COLUMNS["EFFECT" if kind == "EFFECT" else "VALUE"]


def row_cells(kind, name, rest):
    cells = split_arguments(rest, len(columns_of(kind)) - 1)
    cells[3] = flag_text(cells[3])  # the same column in both kinds of table
    if kind != "EFFECT":
        cells[-1] = "`" + cells[-1].replace("|", "\\|") + "`"
    return [f"`{name}`"] + ["any" if cell == "VAR" else cell for cell in cells]


def read_table(path):
    """[(kind, comment, cells)]: the comment above a row goes with it."""
    rows, comment, in_comment = [], [], False
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            text = line.strip()
            if text.startswith("/*"):
                comment, in_comment = [], True
            if in_comment:
                comment.append(text.strip("/* ").strip())
                in_comment = "*/" not in text
                continue
            match = ROW.match(text)
            if match:
                kind, name, rest = match.groups()
                rows.append((kind, " ".join(comment), row_cells(kind, name, rest)))
            elif "_OP(" in text:
                raise SystemExit(f"{path}: not understood: {text}")
            comment = []
    return rows


def markdown_row(cells):
    return "| " + " | ".join(cells) + " |"


def kind_section(kind, rows):
    columns = columns_of(kind)
    lines = ["", f"### {TITLES[kind]}", "", markdown_row(columns), "|" + "---|" * len(columns)]
    notes = []
    for row_kind, comment, cells in rows:
        if row_kind == kind:
            lines.append(markdown_row(cells))
            if comment and comment not in ("Integers.", "Floating point."):
                notes.append(f"- {cells[0]}: {comment}")
    return lines + ([""] + ["Notes; each is for its row and the similar ones below it:", ""] + notes if notes else [])


def generate(path):
    rows = read_table(path)
    lines = [MARKER]
    for kind in TITLES:
        lines += kind_section(kind, rows)
    return "\n".join(lines) + "\n"


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    with open(arguments[1], encoding="utf-8") as file:
        text = file.read()
    if MARKER not in text:
        raise SystemExit(f"{arguments[1]}: the marker line is missing")
    current = text[:text.index(MARKER)] + generate(arguments[0])
    if "--check" in sys.argv:
        if current != text:
            raise SystemExit(f"{arguments[1]} is not current: run scripts/gen-ir-docs.py")
        return
    with open(arguments[1], "w", encoding="utf-8") as file:
        file.write(current)


if __name__ == "__main__":
    main()
