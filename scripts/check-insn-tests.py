#!/usr/bin/env python3
"""List instructions of the decode tables that no case of tests/insn names; there are none.

usage: check-insn-tests.py ARCH CASES.txt... -- TABLE.decode...

Output is TAP: one test per table.
"""
import sys

import decodetree


def case_names(paths):
    """Every word that begins an instruction in the case files; .aq and .rl do not count."""
    names = set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for line in file:
                for insn in line.split("#")[0].split("|")[0].split(";"):
                    word = insn.split()[:1]
                    names.update(word)
                    for suffix in (".aqrl", ".aq", ".rl"):
                        names.update(name.removesuffix(suffix) for name in word)
    return names


def main():
    arch, *paths = sys.argv[1:]
    split = paths.index("--")
    names, tables = case_names(paths[:split]), paths[split + 1:]
    all_rows = decodetree.load(tables).rows
    print(f"1..{len(tables)}")
    failed = False
    for number, table in enumerate(tables, 1):
        rows = [row for row in all_rows if row.where.startswith(table + ":")]
        missing = [row.name for row in rows if row.name not in names]
        failed |= bool(missing)
        print(f"{'not ok' if missing else 'ok'} {number} - {arch}: {len(rows)} rows of "
              f"{table.rsplit('/', 1)[-1]} have cases")
        for name in missing:
            print(f"# no case: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
