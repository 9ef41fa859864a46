#!/usr/bin/env python3
"""make-source.py [LINES] -- a C file of about LINES lines (2000), the same at every run.

It needs no headers, so that every compiler reads the same text.
"""
import random
import sys

TYPES = ["int", "long", "unsigned", "unsigned char", "double", "float", "short"]
OPERATORS = ["+", "-", "*", "^", "|", "&"]


def expression(rng, names, depth, integer):
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(names + [str(rng.randrange(1, 1000))])
    left = expression(rng, names, depth - 1, integer)
    right = expression(rng, names, depth - 1, integer)
    operator = rng.choice(OPERATORS if integer else ["+", "-", "*", "/"])
    return f"({left} {operator} {right})"


def function(rng, number, lines):
    kind = rng.choice(TYPES)
    integer = kind not in ("double", "float")
    lines.append(f"{kind} function{number}({kind} a, {kind} b, struct record *r)")
    lines.append("{")
    lines.append(f"    {kind} x = a, y = b, table[8] = {{ a, b }};")
    for _ in range(rng.randrange(3, 8)):
        shape = rng.randrange(5)
        value = expression(rng, ["x", "y", "a", "b"], 3, integer)
        if shape == 0:
            lines.append(f"    x = {value};")
        elif shape == 1:
            lines.append(f"    for (int i = 0; i < {rng.randrange(4, 40)}; i++) {{")
            lines.append(f"        table[i & 7] += {value};")
            lines.append("    }")
        elif shape == 2:
            lines.append(f"    if (x < {rng.randrange(100)}) {{")
            lines.append(f"        y = {value};")
            lines.append("    } else {")
            lines.append("        r->count++;")
            lines.append("    }")
        elif shape == 3:
            lines.append(f"    switch ((int)x & {rng.choice([3, 7])}) {{")
            for case in range(rng.randrange(2, 5)):
                lines.append(f"    case {case}:")
                lines.append(f"        y += {expression(rng, ['x', 'a'], 2, integer)};")
                lines.append("        break;")
            lines.append("    }")
        else:
            lines.append(f"    r->total += {value};")
            lines.append(f"    r->text[r->count & 15] = \"{number % 10}abc\"[(int)y & 3];")
    if number > 0:
        lines.append(f"    y += function{rng.randrange(number)}(x, y, r->next);")
    lines.append(f"    return x + y + table[{rng.randrange(8)}];")
    lines.append("}")
    lines.append("")


def main():
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rng = random.Random(1)
    lines = ["struct record { struct record *next; long count; double total; char text[16]; };", ""]
    number = 0
    while len(lines) < limit:
        function(rng, number, lines)
        number += 1
    print("\n".join(lines))


if __name__ == "__main__":
    main()
