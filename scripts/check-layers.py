#!/usr/bin/env python3
"""check-layers.py -- no file includes a higher layer, or another folder's private header.

docs/style.md, section 4.  Prints each offence with its line; TAP for meson.
"""
import pathlib
import re
import sys

# Lowest first.  A layer may include itself and the layers before it.
LAYERS = ["util", "disas", "tcg", "target", "accel", "gdbstub", "linux-user"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
# What is public though it does not lie in include/: the opcode table, which many files expand.
PUBLIC = {"tcg/ir/opcodes.def"}

root = pathlib.Path(__file__).resolve().parent.parent


def layer_of(path):
    """The layer of a path below the root; include/tcg/x.h counts as tcg."""
    parts = path.relative_to(root).parts
    return parts[1] if parts[0] == "include" else parts[0]


def includes(path):
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1]


def offence(path, included):
    """What is wrong with path including included; None if nothing is."""
    layer = layer_of(path)
    public = root / "include" / included
    if public.exists():
        used = layer_of(public)
        if used in LAYERS and LAYERS.index(used) > LAYERS.index(layer):
            return f"{layer} must not include {used}/"
        return None
    if (path.parent / included).exists():
        target = (path.parent / included).resolve()
    elif (root / included).exists():
        target = root / included
    else:
        return None                             # generated into the build directory
    if target.parent.name == "common" and layer_of(target) == layer:
        return None                             # shared by the folders of one layer
    if target.parent != path.parent and str(target.relative_to(root)) not in PUBLIC:
        return f"{included} is private to {target.parent.relative_to(root)}/"
    return None


def main():
    sources = [path for layer in LAYERS for folder in (root / layer, root / "include" / layer)
               for path in sorted(folder.rglob("*.[ch]"))]
    print("1..1")
    bad = [f"{path.relative_to(root)}:{number}: {what}" for path in sources
           for number, included in includes(path)
           for what in [offence(path, included)] if what]
    for line in bad:
        print(f"# {line}")
    print(f"{'not ok' if bad else 'ok'} 1 - {len(sources)} files keep to their layers")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
