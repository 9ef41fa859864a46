#!/usr/bin/env python3
"""Random riscv64 instructions, alone and in sequences, here and under qemu-riscv64.

usage: qemu-check.py INSN_RUN CROSS_CC QEMU TABLE.decode... [--seed=N] [--cases=N] [--keep=DIR]

Each case is an initial state and instructions; insn-run prints the state after it.  For qemu a
static program is made that sets up the same states, runs the same bytes and writes what comes
out.  t6 holds the place of the state there, so no case uses it; s0 and sp point into the test page
and are not written.
"""
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))
import decodetree  # noqa: E402

M64 = (1 << 64) - 1
MEM, PAGE = 0x10000000, 4096
BASE = MEM + 2040            # s0 and sp: displacements reach neither end of the page
BASES, STATE_REG = (8, 2), 31
CPU = "rv64,zba=true,zbb=true,zbc=true,zbs=true,Zfhmin=true"

# Not comparable: places of code, time, traps; sp is a base; and what that qemu does not have.  Of
# ctzw qemu 7.2 makes 63 when the low half is zero and bit 63 is set; the manual says 32.  Whether
# sc.w succeeds behind lr.d is open.
LEFT_OUT = {"auipc", "jal", "jalr", "ecall", "ebreak", "fence.i", "pause", "c.j", "c.jr", "c.jalr",
            "c.ebreak", "c.addi16sp", "ctzw", "lr.w", "sc.w"}
LEFT_OUT_NEEDS = {"Zfa", "Zicond"}
BRANCHES = {"B", "CB"}
X_EDGES = [0, 1, M64, 1 << 63, (1 << 63) - 1, 0x7fffffff, 0x80000000, 0xffffffff, 31, 32, 63]
D_EDGES = [0, 1 << 63, 0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000,
           0xfff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001, 0x7fefffffffffffff, 1,
           0x000fffffffffffff, 0x0010000000000000, 0x43e0000000000000, 0x41dfffffffc00000,
           0x3fe0000000000000, 0x4004000000000000, 0x36a0000000000000, 0x47efffffe0000000]
S_EDGES = [0, 1 << 31, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001,
           0x7f7fffff, 1, 0x007fffff, 0x00800000, 0x5f000000, 0x4f000000, 0x3f000000, 0x40200000]
H_EDGES = [0, 0x8000, 0x3c00, 0x7c00, 0x7e00, 0x7c01, 0x7bff, 1, 0x3ff, 0x400]


class Generator:
    def __init__(self, tables, seed):
        self.random = random.Random(seed)
        rows = decodetree.load(tables).rows
        self.rows = [row for row in rows if row.name not in LEFT_OUT
                     and not LEFT_OUT_NEEDS & set(re.split("[,|]", row.needs))]
        # Few registers, so that instructions of a sequence feed each other.
        self.xs, self.fs = [10, 11, 12, 13, 14, 15, 9, 1, 5, 28], [8, 9, 10, 11, 12, 13, 14, 15, 0]

    def register(self, width, written, floating):
        choices = self.fs if floating else self.xs + ([] if written else [0])
        choices = [reg for reg in choices if width == 5 or 8 <= reg < 16]
        return self.random.choice(choices)

    def letter(self, row, source):
        """Bits for a letter of the row."""
        width = len(row.letters[source.letter])
        if source.kind in "xf":
            memory = "({rs1})" in row.text or "(sp)" in row.text
            if memory and source.name == "rs1":
                reg = 8
            else:
                reg = self.register(width, source.name == "rd", source.kind == "f")
            return reg - source.bias
        if source.kind == "m":
            return self.random.choice([7, 7, 7, 0, 1, 2, 3, 4])
        if source.kind == "c":
            return 1
        if self.random.random() < 0.3:
            return self.random.choice([0, 1, (1 << width) - 1, 1 << (width - 1)])
        return self.random.getrandbits(width)

    def memory_displacement(self, row, insn):
        """Of a load or store, to see that it stays in the page."""
        for source in row.format.sources:
            if source.name == "imm":
                value = sum((insn >> bit & 1) << to
                            for bit, to in decodetree.field_bits(row, source))
                if source.kind == "s" and value >> (decodetree.value_width(row, source) - 1):
                    value -= 1 << decodetree.value_width(row, source)
                return value
        return 0

    def insn(self, row):
        """(encoding, bytes)"""
        while True:
            insn, done = row.match, set()
            for source in row.format.sources:
                # rd comes first where one letter is rd and rs1.
                if source.letter and source.letter not in done:
                    done.add(source.letter)
                    bits = row.letters[source.letter]
                    value = self.letter(row, source)
                    for n, bit in enumerate(bits):
                        insn |= (value >> (len(bits) - 1 - n) & 1) << bit
            if any(insn & mask == value for mask, value in row.forbid):
                continue
            if not -2040 <= self.memory_displacement(row, insn) <= 2047:
                if "(" in row.text:
                    continue
            return insn, row.width // 8

    def csr(self):
        """A dynamic rounding mode that is a valid one."""
        return 0x00205073 | self.random.randrange(5) << 15, 4

    def branch(self, row, distance):
        insn, size = self.insn(row)
        for source in row.format.sources:
            if source.name == "imm":
                for bit, to in decodetree.field_bits(row, source):
                    insn = insn & ~(1 << bit) | (distance >> to & 1) << bit
        return insn, size

    def sequence(self, count):
        picked = [self.random.choice(self.rows) for _ in range(count)]
        sizes = [row.width // 8 for row in picked]
        insns = []
        for n, row in enumerate(picked):
            if row.format.name in BRANCHES:
                to = self.random.randrange(n + 1, min(n + 4, count) + 1)
                insns.append(self.branch(row, sum(sizes[n:to])))
            elif sizes[n] == 4 and self.random.random() < 0.05:
                insns.append(self.csr())
            else:
                insns.append(self.insn(row))
        return insns

    def x_value(self):
        kind = self.random.random()
        if kind < 0.4:
            return self.random.choice(X_EDGES)
        value = self.random.getrandbits(64)
        return value >> self.random.randrange(64) if kind < 0.8 else value

    def f_value(self):
        pick = self.random.choice
        kind = self.random.random()
        if kind < 0.35:
            return pick(D_EDGES)
        if kind < 0.45:
            return self.random.getrandbits(64)
        if kind < 0.55:
            return self.random.randrange(1000, 1050) << 52 | self.random.getrandbits(52)
        if kind < 0.6:
            return pick(S_EDGES)
        if kind < 0.85:
            return 0xffffffff << 32 | pick(S_EDGES)
        if kind < 0.92:
            return 0xffffffff << 32 | self.random.randrange(120, 140) << 23 | \
                self.random.getrandbits(23)
        return 0xffffffffffff << 16 | pick(H_EDGES)

    def state(self):
        x = {reg: self.x_value() for reg in self.xs}
        x.update({reg: BASE for reg in BASES})
        f = {reg: self.f_value() for reg in self.fs}
        fcsr = self.random.randrange(5) << 5 | self.random.choice([0, 0, 31, 1])
        cells = {BASE - MEM + 8 * n: self.f_value() for n in range(-4, 8)}
        return x, f, fcsr, cells

    def cases(self, per_row, sequences):
        for row in self.rows:
            for _ in range(per_row):
                insns = [self.branch(row, row.width // 8)] if row.format.name in BRANCHES else \
                    [self.insn(row)]
                yield insns, self.state()
        for _ in range(sequences):
            yield self.sequence(25), self.state()


def filler(index):
    """What insn-run puts in registers that a case does not name; index: place among all."""
    return 0x9e3779b97f4a7c15 * (index + 1) & M64 | 1


def full_state(state):
    """x1..x30, f0..f31, fcsr as one list, all as insn-run has them."""
    x, f, fcsr, _ = state
    return [x.get(reg, filler(reg)) for reg in range(1, 31)] + \
        [f.get(reg, filler(33 + reg)) for reg in range(32)] + [fcsr]


# Here


def case_line(insns, state):
    x, f, fcsr, cells = state
    text = "; ".join(f".{size}byte 0x{insn:x}" for insn, size in insns)
    words = [f"x{reg}=0x{value:x}" for reg, value in x.items()]
    words += [f"f{reg}=0x{value:x}" for reg, value in f.items()]
    words += [f"frm={fcsr >> 5}", f"fflags={fcsr & 31}"]
    words += [f"m64[mem+{offset}]=0x{value:x}" for offset, value in cells.items()]
    return f"{text} | {' '.join(words)} |"


X_NAMES = ("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 "
           "s11 t3 t4 t5 t6").split()
F_NAMES = ("ft0 ft1 ft2 ft3 ft4 ft5 ft6 ft7 fs0 fs1 fa0 fa1 fa2 fa3 fa4 fa5 fa6 fa7 fs2 fs3 fs4 "
           "fs5 fs6 fs7 fs8 fs9 fs10 fs11 ft8 ft9 ft10 ft11").split()


def state_after(line, state):
    """insn-run's changes over the state before: (registers and fcsr, memory words, exit)."""
    values = full_state(state)
    words = {offset: value for offset, value in state[3].items() if value}
    leave = "?"
    for word in line.split("|")[1].split():
        name, value = word.split("=", 1)
        if name in X_NAMES:
            values[X_NAMES.index(name) - 1] = int(value, 0)
        elif name in F_NAMES:
            values[30 + F_NAMES.index(name)] = int(value, 0)
        elif name == "fflags":
            values[62] = values[62] & ~31 | int(value, 0)
        elif name == "frm":
            values[62] = values[62] & 31 | int(value, 0) << 5
        elif name.startswith("m64"):
            offset = int(name[8:-1])
            words.pop(offset, None)
            if int(value, 0):
                words[offset] = int(value, 0)
        elif name == "exit":
            leave = value
    return values, words, leave


def run_here(insn_run, folder, cases):
    path = os.path.join(folder, "cases.txt")
    with open(path, "w", encoding="utf-8") as file:
        for insns, state in cases:
            file.write(case_line(insns, state) + "\n")
    done = subprocess.run([*insn_run.split(), "--print", path], capture_output=True, text=True,
                          check=True, timeout=300)
    lines = [line for line in done.stdout.splitlines() if "|" in line and line[0] != "#"]
    if len(lines) != len(cases):
        raise RuntimeError(f"insn-run printed {len(lines)} of {len(cases)} cases: "
                           + done.stdout[-300:] + done.stderr[-300:])
    return [state_after(line, state) for line, (_, state) in zip(lines, cases)]


# Under qemu


def program(cases):
    """Assembly: states in .data, a stretch of code per case, the page and states written out."""
    out = [".option norvc", ".text", ".globl _start", "_start:"]
    for number, (insns, state) in enumerate(cases):
        # The sc drops a reservation that the case before may have left.
        out += [f"la a0, cells{number}", "call fill_page", f"la t6, state{number}",
                "sc.w x0, x0, (t6)",
                "ld t5, 496(t6)", "csrw fcsr, t5"]
        out += [f"fld f{reg}, {8 * (30 + reg)}(t6)" for reg in range(32)]
        out += [f"ld x{reg}, {8 * (reg - 1)}(t6)" for reg in range(1, 31)]
        out += [f".{size}byte 0x{insn:x}" for insn, size in insns]
        out += [f"sd x{reg}, {8 * (reg - 1)}(t6)" for reg in range(1, 31)]
        out += [f"fsd f{reg}, {8 * (30 + reg)}(t6)" for reg in range(32)]
        out += ["csrr t5, fcsr", "sd t5, 496(t6)", "mv a1, t6", "li a2, 504", "call write_out",
                f"li a1, {MEM}", f"li a2, {PAGE}", "call write_out"]
    out += ["li a0, 0", "li a7, 93", "ecall",
            # a1, a2: bytes to standard output; the page is written whole.
            "write_out: li a0, 1", "li a7, 64", "ecall", "blez a0, 1f", "add a1, a1, a0",
            "sub a2, a2, a0", "bgtz a2, write_out", "ret", "1: li a0, 1", "li a7, 93", "ecall",
            # a0: pairs of address and value behind a count, over an empty page.
            f"fill_page: li a1, {MEM}", f"li a2, {PAGE}", "add a2, a2, a1",
            "1: sd x0, 0(a1)", "addi a1, a1, 8", "bltu a1, a2, 1b", "ld a1, 0(a0)",
            "2: beqz a1, 3f", "ld a2, 8(a0)", "ld a3, 16(a0)", "sd a3, 0(a2)", "addi a0, a0, 16",
            "addi a1, a1, -1", "j 2b", "3: ret", ".data", ".balign 8"]
    for number, (_, state) in enumerate(cases):
        values = ", ".join(f"0x{value:x}" for value in full_state(state))
        pairs = ", ".join(f"0x{MEM + offset:x}, 0x{value:x}"
                          for offset, value in state[3].items())
        out += [f"state{number}: .8byte {values}", f"cells{number}: .8byte {len(state[3])}, {pairs}"]
    out += ['.section .testpage, "aw", @nobits', f".space {PAGE}"]
    return "\n".join(out) + "\n"


def run_qemu(cc, qemu, folder, cases):
    source, binary = os.path.join(folder, "cases.S"), os.path.join(folder, "cases")
    with open(source, "w", encoding="utf-8") as file:
        file.write(program(cases))
    subprocess.run([cc, "-nostdlib", "-static", "-march=rv64gc", "-mabi=lp64d", "-x", "assembler",
                    f"-Wl,--section-start=.testpage=0x{MEM:x}", "-Wl,-Ttext=0x20000000",
                    "-Wl,--no-relax", source, "-o", binary], check=True)
    done = subprocess.run([qemu, "-cpu", CPU, binary], capture_output=True, check=False,
                          timeout=300)
    if done.returncode:
        raise RuntimeError(f"qemu ended with {done.returncode} after "
                           f"{len(done.stdout) // (504 + PAGE)} cases: {done.stderr[-300:]}")
    results = []
    for number in range(len(cases)):
        record = done.stdout[number * (504 + PAGE):][:504 + PAGE]
        page = struct.unpack_from(f"<{PAGE // 8}Q", record, 504)
        results.append((list(struct.unpack_from("<63Q", record)),
                        {8 * n: word for n, word in enumerate(page) if word}))
    return results


def differences(here, there):
    values, words, leave = here
    names = X_NAMES[1:31] + F_NAMES + ["fcsr"]
    if leave != "break":
        yield f"exit is {leave}"
    for name, got, want in zip(names, values, there[0]):
        if got != want:
            yield f"{name} is 0x{got:x}, qemu has 0x{want:x}"
    for offset in sorted(set(words) | set(there[1])):
        got, want = words.get(offset, 0), there[1].get(offset, 0)
        if got != want:
            yield f"m64[mem+{offset}] is 0x{got:x}, qemu has 0x{want:x}"


def check(insn_run, cc, qemu, cases, folder):
    here = run_here(insn_run, folder, cases)
    there = run_qemu(cc, qemu, folder, cases)
    complaints = []
    for case, mine, other in zip(cases, here, there):
        found = list(differences(mine, other))
        if found:
            complaints.append(case_line(*case))
            complaints += ["    " + text for text in found]
    return complaints


def main():
    options = dict(arg[2:].split("=", 1) for arg in sys.argv[1:] if arg.startswith("--"))
    insn_run, cc, qemu, *tables = [arg for arg in sys.argv[1:] if not arg.startswith("--")]
    for tool in (cc, qemu):
        if not shutil.which(tool):
            print(f"1..0 # SKIP {tool} is not installed")
            return 77
    generator = Generator(tables, int(options.get("seed", 1)))
    amount = int(options.get("cases", 4))
    cases = list(generator.cases(amount, 60 * amount))
    print("1..1")
    with tempfile.TemporaryDirectory() as folder:
        complaints = check(insn_run, cc, qemu, cases, options.get("keep", folder))
    print(f"{'not ok' if complaints else 'ok'} 1 - {len(cases)} random cases as under {qemu}")
    for text in complaints[:200]:
        print("# " + text)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
