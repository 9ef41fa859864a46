#!/usr/bin/env python3
"""scripts/decodetree.py: tables it must take, with what they decode to, and tables it must refuse.

usage: decodetree.py DECODETREE CC INCLUDE_DIR

Good tables are compiled with a driver that prints which function an encoding reaches and with
what arguments.
"""
import os
import subprocess
import sys
import tempfile

COMMON = """
width 16
format R R "{rd},{rs}" rd=d:x rs=s:x+8
format I I "{rd},{imm}" rd=d:x imm=i:s
format U U "{imm}" imm=i:u[5,3:2,4]
format N N ""
"""

# name: (rows, [(width, encoding, what it reaches)])
GOOD = {
    "fields": ("""
add  0000 dddd ssss 0001 R A
addi 0001 dddd iiiiiiii I A
""", [(16, 0x0531, "add rd=5 rs=11"), (16, 0x1f80, "addi rd=15 imm=-128"),
      (16, 0x107f, "addi rd=0 imm=127"), (16, 0x0530, "none"), (16, 0x2000, "none")]),
    "permuted bits": ("""
perm 0010 0000 0000 iiii U A
""", [(16, 0x2008, "perm imm=32"), (16, 0x2004, "perm imm=8"), (16, 0x2001, "perm imm=16"),
      (16, 0x200f, "perm imm=60")]),
    "don't care": ("""
any 0011 .... .... 0000 N A
""", [(16, 0x3000, "any"), (16, 0x3ff0, "any"), (16, 0x3001, "none")]),
    "unequal": ("""
mv   0100 dddd ssss 0000 R A s!=0
jr   0100 dddd 0000 0000 I0 A d!=0
trap 0100 0000 0000 0000 N A
""", [(16, 0x4510, "mv rd=5 rs=9"), (16, 0x4500, "jr rd=5"), (16, 0x4000, "trap"),
      (16, 0x4010, "mv rd=0 rs=9")]),
    "inside another": ("""
fence 0101 dddd .... .... I0 A
pause 0101 0001 0000 0000 N A of=fence
""", [(16, 0x5100, "pause"), (16, 0x5101, "fence rd=1"), (16, 0x5200, "fence rd=2")]),
    "lifted by another": ("""
add   0110 dddd ssss 0001 R A
c.add 0110 dddd ssss 0010 R A =add
""", [(16, 0x6231, "add rd=2 rs=11"), (16, 0x6232, "add rd=2 rs=11")]),
    "needs": ("""
a  0111 0000 0000 0000 N A
b  0111 0000 0000 0001 N B
ab 0111 0000 0000 0010 N A,B
or 0111 0000 0000 0011 N A|B
""", [(16, 0x7000, "a"), (16, 0x7001, "none"), (16, 0x7002, "none"), (16, 0x7003, "or")]),
    "two widths": ("""
short 1000 dddd ssss 0000 R A
width 32
long  1000 dddd ssss 0000 0000 0000 0000 0001 R A
""", [(16, 0x8120, "short rd=1 rs=10"), (32, 0x81200001, "long rd=1 rs=10"),
      (32, 0x81200000, "none")]),
}

# name: (rows, part of the complaint)
BAD = {
    "overlap": ("""
a 0000 dddd ssss 0000 R A
b 0000 dddd ssss 000. R A
""", "b overlaps a"),
    "overlap at one encoding": ("""
a 0000 dddd 0000 0000 I0 A
b 0000 0000 ssss 0000 S0 A
""", "b overlaps a"),
    "overlap that unequal does not prevent": ("""
a 0000 dddd ssss 0000 R A s!=1
b 0000 dddd 0000 0000 I0 A
""", "b overlaps a"),
    "not inside": ("""
a 0000 dddd 0000 0000 I0 A
b 0000 dddd .... 0000 I0 A of=a
""", "b is not inside a"),
    "inside something else": ("""
a 0000 dddd 0000 0000 I0 A
b 0001 dddd 0000 0000 I0 A of=a
""", "b is not inside a"),
    "inside nothing": ("a 0000 dddd 0000 0000 I0 A of=b\n", "no instruction b"),
    "too few bits": ("a 0000 dddd ssss 000 R A\n", "a has not 16 bits"),
    "too many bits": ("a 0000 dddd ssss 00000 R A\n", "a has not 16 bits"),
    "strange bits": ("a 0000 dddd ssss 00-0 R A\n", "a has not 16 bits"),
    "letter without field": ("a 0000 dddd ssss iiii R A\n", "letter i is not in its format"),
    "field without letter": ("a 0000 dddd 0000 0000 R A\n", "letter s is not in its bits"),
    "permutation of another length": ("a 0000 0000 0000 0iii U A\n", "imm lists 4 bits"),
    "unknown format": ("a 0000 0000 0000 0000 X A\n", "unknown format X"),
    "no needs": ("a 0000 0000 0000 0000 N\n", "lacks format or needs"),
    "unknown option": ("a 0000 0000 0000 0000 N A if=b\n", "unknown option if=b"),
    "unequal of an unknown letter": ("a 0000 0000 0000 0000 N A d!=0\n", "no bits are marked d"),
    "unequal to what does not fit": ("a 0000 dddd ssss 0000 R A d!=16\n", "16 does not fit in d"),
    "same name": ("a 0000 0000 0000 0000 N A\na 0000 0000 0000 0001 N A\n", "a is there already"),
    "same format": ('format N N ""\n', "format N is there already"),
    "text names an unknown field": ('format X X "{rs}" rd=d:x\n', "unknown field rs"),
    "struct with other fields": ('format X R "" rd=d:x\n', "R has fields rd rs, not rd"),
    "bad source": ('format X X "" rd=dd:x\n', "bad source dd:x"),
    "bit twice": ('format X X "" rd=d:x[3,3:2]\n', "a bit is listed twice"),
    "bad range": ('format X X "" rd=d:x[2:3]\n', "bad bit range 2:3"),
    "bad name": ("0a 0000 0000 0000 0000 N A\n", "bad name 0a"),
    "lifted with another struct": ("""
a 0000 dddd ssss 0000 R A
b 0000 dddd 0000 0001 I0 A =a
""", "a takes a R, not a I0"),
    "no trans": ("a 0000 0000 0000 0000 N A\n", "no function tt_trans_a"),
    "alias of nothing": ('alias b "" a\n', "no instruction a"),
    "alias of an unknown field": ('a 0000 0000 0000 0000 N A\nalias b "" a rd=1\n',
                                  "a has no field rd"),
}

DRIVER = """
#include <stdio.h>
#include <stdlib.h>
#include "insn.h"
struct TtLift { unsigned ext; };
enum { TT_EXT_A = 1, TT_EXT_B = 2 };
#include "insn.c"
%(functions)s
int main(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        TtLift c = { TT_EXT_A };
        uint32_t insn = strtoul(argv[i + 1], NULL, 0);
        bool ok = %(decode)s;
        if (!ok) {
            printf("none");
        }
        printf("\\n");
    }
}
"""

EXTRA = 'format I0 I0 "{rd}" rd=d:x\nformat S0 S0 "" rs=s:x\n'


def functions(tables):
    text, seen = [], set()
    for row in tables.rows:
        if row.trans in seen:
            continue
        seen.add(row.trans)
        fields = tables.structs[row.format.struct]
        shape = "".join(f" {field}=%d" for field in fields)
        args = "".join(f", a->{field}" for field in fields)
        text.append(f"bool tt_trans_{row.trans}(TtLift *c, const Tt{row.format.struct} *a)"
                    f'{{ printf("{row.trans}{shape}"{args}); return true; }}')
    return "\n".join(text)


class Tester:
    def __init__(self, decodetree, cc, include):
        self.decodetree, self.cc, self.include = decodetree, cc, include
        sys.path.insert(0, os.path.dirname(decodetree))

    def generate(self, folder, rows, trans):
        table = os.path.join(folder, "t.decode")
        with open(table, "w", encoding="utf-8") as file:
            file.write(COMMON + EXTRA + rows)
        source = os.path.join(folder, "trans.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(trans(table))
        return subprocess.run(
            [sys.executable, self.decodetree, "--prefix", "tt", "--header", f"{folder}/insn.h",
             "--source", f"{folder}/insn.c", "--trans", source, table],
            capture_output=True, text=True, check=False)

    def check_good(self, rows, wanted):
        import decodetree

        def trans(table):
            tables = decodetree.load([table])
            widths = {row.width for row in tables.rows}
            decode = "atoi(argv[i]) == 32 ? tt_decode32(&c, insn) : tt_decode16(&c, insn)"
            if widths == {16}:
                decode = "tt_decode16(&c, insn)"
            return DRIVER % {"functions": functions(tables), "decode": decode}
        with tempfile.TemporaryDirectory() as folder:
            done = self.generate(folder, rows, trans)
            if done.returncode:
                return [done.stderr]
            subprocess.run([*self.cc.split(), "-w", "-I", self.include, "-I", folder,
                            f"{folder}/trans.c", "-o", f"{folder}/driver"], check=True)
            args = [str(part) for width, insn, _ in wanted for part in (width, insn)]
            output = subprocess.run([f"{folder}/driver", *args], capture_output=True, text=True,
                                    check=True).stdout.splitlines()
        return [f"{insn:#x}: {got}, not {want}"
                for (_, insn, want), got in zip(wanted, output) if got != want]

    def check_bad(self, rows, complaint):
        def trans(table):
            return "" if "no function" in complaint else "tt_trans_a tt_trans_b"
        with tempfile.TemporaryDirectory() as folder:
            done = self.generate(folder, rows, trans)
        if not done.returncode:
            return ["accepted"]
        return [] if complaint in done.stderr else [f"complained: {done.stderr}"]


def main():
    tester = Tester(*sys.argv[1:])
    cases = [(f"takes {name}", tester.check_good, *case) for name, case in GOOD.items()]
    cases += [(f"refuses {name}", tester.check_bad, *case) for name, case in BAD.items()]
    print(f"1..{len(cases)}")
    failed = 0
    for number, (name, check, rows, wanted) in enumerate(cases, 1):
        complaints = check(rows, wanted)
        print(f"{'not ok' if complaints else 'ok'} {number} - {name}")
        for text in complaints:
            print("# " + text.strip().replace("\n", "\n# "))
        failed += bool(complaints)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
