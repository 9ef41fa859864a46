#!/usr/bin/env python3
"""Make the computed cases of tests/insn/riscv64: edge values through Python's exact arithmetic.

usage: make-riscv64.py OUTDIR

The files it writes are kept in the tree; it is run again when it changes.  Those not made here
(system.txt, memory.txt, illegal.txt, ...) are written by hand.
"""
import itertools
import os
import random
import sys

import fpmodel as fp
from fpmodel import D, H, S

M64 = (1 << 64) - 1
INT_MIN, INT_MAX = 1 << 63, (1 << 63) - 1
EDGES = [0, 1, M64, 2, M64 - 1, INT_MAX, INT_MIN, INT_MIN + 1, 0x7fffffff, 0x80000000,
         0xffffffff80000000, 0xffffffff, 0x100000000, 0x123456789abcdef0, 0xfedcba9876543210,
         31, 32, 63, 64, 65, 0xaaaaaaaaaaaaaaaa, 0x5555555555555555, 0x00ff00000100ff80]
# Hot and cold registers, so that those kept in host registers and those in memory both occur.
XREGS = ["a5", "t6", "a0", "s11", "a4", "gp", "a1", "s10", "sp", "tp", "s0", "t0"]
FREGS = ["fa5", "ft11", "fa0", "fs11", "fa4", "fs10", "fa1", "ft10", "fa2", "ft9"]


def sx(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def u64(value):
    return value & M64


def hexed(value):
    value = u64(value)
    return str(value) if value < 10 else f"0x{value:x}"


class File:
    def __init__(self, outdir, name, about):
        self.path = os.path.join(outdir, name + ".txt")
        self.lines = [f"# {about}", "# Made by tests/insn/make-riscv64.py; the columns are "
                      "instructions | before | after."]
        self.random = random.Random(name)
        self.turn = 0

    def regs(self, names, count):
        """The next count registers, all different."""
        self.turn += 1
        return [names[(self.turn + n * 7) % len(names)] for n in range(count)]

    def put(self, insn, before, after):
        def text(items):
            return " ".join(f"{name}={value if isinstance(value, str) else hexed(value)}"
                            for name, value in items)
        self.lines.append(f"{insn} | {text(before)} | {text(after)}")

    def blank(self):
        self.lines.append("")

    def save(self):
        with open(self.path, "w", encoding="utf-8") as out:
            out.write("\n".join(line.rstrip() for line in self.lines) + "\n")


def pairs(file, count, special=()):
    chosen = list(special)
    every = list(itertools.product(EDGES, EDGES))
    while len(chosen) < count:
        pair = file.random.choice(every)
        if pair not in chosen:
            chosen.append(pair)
    return chosen


# Integers


def div(a, b, bits):
    a, b = sx(a, bits), sx(b, bits)
    if b == 0:
        return -1
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def rem(a, b, bits):
    sa, sb = sx(a, bits), sx(b, bits)
    return sa if sb == 0 else sa - sb * div(a, b, bits)


def divu(a, b, bits):
    mask = (1 << bits) - 1
    return mask if not b & mask else (a & mask) // (b & mask)


def remu(a, b, bits):
    mask = (1 << bits) - 1
    return a & mask if not b & mask else (a & mask) % (b & mask)


def clmul(a, b):
    return sum_xor(a << n for n in range(64) if b >> n & 1)


def sum_xor(values):
    total = 0
    for value in values:
        total ^= value
    return total


def rol(a, n, bits):
    mask = (1 << bits) - 1
    a &= mask
    n %= bits
    return (a << n | a >> (bits - n)) & mask


def clz(a, bits):
    return bits - (a & (1 << bits) - 1).bit_length()


def ctz(a, bits):
    a &= (1 << bits) - 1
    return bits if not a else (a & -a).bit_length() - 1


def by_bytes(a, fn):
    return int.from_bytes(fn(u64(a).to_bytes(8, "little")), "little")


def w(fn):
    """A W instruction: the low 32 bits of the result, sign-extended."""
    return lambda a, b: sx(fn(a, b), 32)


LOW32 = 0xffffffff

I_RR = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "sll": lambda a, b: a << (b & 63),
    "slt": lambda a, b: int(sx(a, 64) < sx(b, 64)),
    "sltu": lambda a, b: int(a < b),
    "xor": lambda a, b: a ^ b,
    "srl": lambda a, b: a >> (b & 63),
    "sra": lambda a, b: sx(a, 64) >> (b & 63),
    "or": lambda a, b: a | b,
    "and": lambda a, b: a & b,
    "addw": w(lambda a, b: a + b),
    "subw": w(lambda a, b: a - b),
    "sllw": w(lambda a, b: a << (b & 31)),
    "srlw": w(lambda a, b: (a & LOW32) >> (b & 31)),
    "sraw": w(lambda a, b: sx(a, 32) >> (b & 31)),
}

M_RR = {
    "mul": lambda a, b: a * b,
    "mulh": lambda a, b: sx(a, 64) * sx(b, 64) >> 64,
    "mulhsu": lambda a, b: sx(a, 64) * b >> 64,
    "mulhu": lambda a, b: a * b >> 64,
    "div": lambda a, b: div(a, b, 64),
    "divu": lambda a, b: divu(a, b, 64),
    "rem": lambda a, b: rem(a, b, 64),
    "remu": lambda a, b: remu(a, b, 64),
    "mulw": w(lambda a, b: a * b),
    "divw": w(lambda a, b: div(a, b, 32)),
    "divuw": w(lambda a, b: divu(a, b, 32)),
    "remw": w(lambda a, b: rem(a, b, 32)),
    "remuw": w(lambda a, b: remu(a, b, 32)),
}

B_RR = {
    "sh1add": lambda a, b: (a << 1) + b,
    "sh2add": lambda a, b: (a << 2) + b,
    "sh3add": lambda a, b: (a << 3) + b,
    "add.uw": lambda a, b: (a & LOW32) + b,
    "sh1add.uw": lambda a, b: ((a & LOW32) << 1) + b,
    "sh2add.uw": lambda a, b: ((a & LOW32) << 2) + b,
    "sh3add.uw": lambda a, b: ((a & LOW32) << 3) + b,
    "andn": lambda a, b: a & ~b,
    "orn": lambda a, b: a | u64(~b),
    "xnor": lambda a, b: ~(a ^ b),
    "max": lambda a, b: max(sx(a, 64), sx(b, 64)),
    "maxu": max,
    "min": lambda a, b: min(sx(a, 64), sx(b, 64)),
    "minu": min,
    "rol": lambda a, b: rol(a, b, 64),
    "ror": lambda a, b: rol(a, -b, 64),
    "rolw": w(lambda a, b: rol(a, b, 32)),
    "rorw": w(lambda a, b: rol(a, -b, 32)),
    "clmul": clmul,
    "clmulh": lambda a, b: clmul(a, b) >> 64,
    "clmulr": lambda a, b: clmul(a, b) >> 63,
    "bclr": lambda a, b: a & ~(1 << (b & 63)),
    "bext": lambda a, b: a >> (b & 63) & 1,
    "binv": lambda a, b: a ^ 1 << (b & 63),
    "bset": lambda a, b: a | 1 << (b & 63),
    "czero.eqz": lambda a, b: a if b else 0,
    "czero.nez": lambda a, b: 0 if b else a,
}

B_R = {
    "clz": lambda a: clz(a, 64),
    "ctz": lambda a: ctz(a, 64),
    "cpop": lambda a: bin(a).count("1"),
    "clzw": lambda a: clz(a, 32),
    "ctzw": lambda a: ctz(a, 32),
    "cpopw": lambda a: bin(a & LOW32).count("1"),
    "sext.b": lambda a: sx(a, 8),
    "sext.h": lambda a: sx(a, 16),
    "zext.h": lambda a: a & 0xffff,
    "orc.b": lambda a: by_bytes(a, lambda bs: bytes(255 if b else 0 for b in bs)),
    "rev8": lambda a: by_bytes(a, lambda bs: bs[::-1]),
}

# name: (function of value and immediate, immediates)
SIMM = [0, 1, -1, 2047, -2048, 255, -255, 16]
SH64, SH32 = [0, 1, 7, 31, 32, 63], [0, 1, 7, 16, 31]
I_RI = {
    "addi": (lambda a, i: a + i, SIMM),
    "slti": (lambda a, i: int(sx(a, 64) < i), SIMM),
    "sltiu": (lambda a, i: int(a < u64(i)), SIMM),
    "xori": (lambda a, i: a ^ u64(i), SIMM),
    "ori": (lambda a, i: a | u64(i), SIMM),
    "andi": (lambda a, i: a & u64(i), SIMM),
    "slli": (lambda a, i: a << i, SH64),
    "srli": (lambda a, i: a >> i, SH64),
    "srai": (lambda a, i: sx(a, 64) >> i, SH64),
    "addiw": (w(lambda a, i: a + i), SIMM),
    "slliw": (w(lambda a, i: a << i), SH32),
    "srliw": (w(lambda a, i: (a & LOW32) >> i), SH32),
    "sraiw": (w(lambda a, i: sx(a, 32) >> i), SH32),
}
B_RI = {
    "slli.uw": (lambda a, i: (a & LOW32) << i, SH64),
    "rori": (lambda a, i: rol(a, -i, 64), SH64),
    "roriw": (w(lambda a, i: rol(a, -i, 32)), SH32),
    "bclri": (lambda a, i: a & ~(1 << i), SH64),
    "bexti": (lambda a, i: a >> i & 1, SH64),
    "binvi": (lambda a, i: a ^ 1 << i, SH64),
    "bseti": (lambda a, i: a | 1 << i, SH64),
}
# Two-register forms of C: rd is rs1 too.
C_RR = {
    "c.sub": "sub", "c.xor": "xor", "c.or": "or", "c.and": "and", "c.subw": "subw",
    "c.addw": "addw",
}


def register_register(file, table, special=()):
    for name, fn in table.items():
        for a, b in pairs(file, 14, special):
            rd, rs1, rs2 = file.regs(XREGS, 3)
            file.put(f"{name} {rd}, {rs1}, {rs2}", [(rs1, a), (rs2, b)], [(rd, fn(a, b))])
        a, b = file.random.choice(EDGES[1:]), file.random.choice(EDGES[1:])
        file.put(f"{name} a0, a0, a1", [("a0", a), ("a1", b)], [("a0", fn(a, b))])
        file.put(f"{name} a1, a0, a1", [("a0", a), ("a1", b)], [("a1", fn(a, b))])
        file.put(f"{name} s2, s2, s2", [("s2", a)], [("s2", fn(a, a))])
        file.put(f"{name} x0, a0, a1", [("a0", a), ("a1", b)], [])
        file.put(f"{name} t3, x0, a1", [("a1", b)], [("t3", fn(0, b))])
        file.put(f"{name} t3, a0, x0", [("a0", a)], [("t3", fn(a, 0))])
        file.put(f"{name} t3, x0, x0", [], [("t3", fn(0, 0))])
        file.blank()


def register_only(file, table):
    for name, fn in table.items():
        for a in EDGES + [0x80, 0x7fff, 0x8000, 0x0001020300ff8000]:
            rd, rs1 = file.regs(XREGS, 2)
            file.put(f"{name} {rd}, {rs1}", [(rs1, a)], [(rd, fn(a))])
        file.put(f"{name} a0, a0", [("a0", EDGES[13])], [("a0", fn(EDGES[13]))])
        file.put(f"{name} x0, a0", [("a0", EDGES[13])], [])
        file.put(f"{name} a0, x0", [], [("a0", fn(0))])
        file.blank()


def register_immediate(file, table):
    for name, (fn, immediates) in table.items():
        for imm in immediates:
            for a in file.random.sample(EDGES, 3):
                rd, rs1 = file.regs(XREGS, 2)
                file.put(f"{name} {rd}, {rs1}, {imm}", [(rs1, a)], [(rd, fn(a, imm))])
        imm = immediates[2]
        file.put(f"{name} a0, a0, {imm}", [("a0", EDGES[13])], [("a0", fn(EDGES[13], imm))])
        file.put(f"{name} x0, a0, {imm}", [("a0", EDGES[13])], [])
        file.put(f"{name} a0, x0, {imm}", [], [("a0", fn(0, imm))])
        file.blank()


BRANCHES = {
    "beq": lambda a, b: a == b,
    "bne": lambda a, b: a != b,
    "blt": lambda a, b: sx(a, 64) < sx(b, 64),
    "bge": lambda a, b: sx(a, 64) >= sx(b, 64),
    "bltu": lambda a, b: a < b,
    "bgeu": lambda a, b: a >= b,
}


def branches(file):
    for name, fn in BRANCHES.items():
        for a, b in pairs(file, 12, [(0, 0), (INT_MIN, INT_MAX), (M64, 0), (5, 5)]):
            rs1, rs2 = file.regs(XREGS, 2)
            distance = file.random.choice([6, 8, 64, 0x100])
            end = f"start+{distance}" if fn(a, b) else "next"
            file.put(f"{name} {rs1}, {rs2}, .+{distance}", [(rs1, a), (rs2, b)], [("pc", end)])
        # Backward, over the first instruction: c.addi changes what is compared.
        for a, b in [(1, 2), (2, 1), (M64, 1), (7, 7)]:
            taken = fn(a, b)
            file.put(f"c.j .+6; c.addi16sp sp,16; c.ebreak; {name} a0, a1, .-4",
                     [("a0", a), ("a1", b), ("sp", 0x1000)],
                     [("pc", "start+4"), ("sp", 0x1010)] if taken else [])
        file.put(f"{name} a3, a3, .+8", [("a3", 9)], [("pc", "start+8")] if fn(9, 9) else [])
        file.put(f"{name} x0, a3, .+8", [("a3", 9)], [("pc", "start+8")] if fn(0, 9) else [])
        file.put(f"{name} a3, x0, .+8", [("a3", 9)], [("pc", "start+8")] if fn(9, 0) else [])
        file.blank()


# Floating point


class FpFile(File):
    """Lines with floating-point state: flags before are or'ed to those raised."""

    def put_fp(self, insn, before, after, flags, frm=None):
        sticky = self.random.choice([0, 0, 0, 0x1f, fp.NX, fp.NV])
        if frm is not None:
            before = before + [("frm", frm)]
        if sticky:
            before = before + [("fflags", sticky)]
        if (sticky | flags) != sticky:
            after = after + [("fflags", sticky | flags)]
        self.put(insn, before, after)


def fp_edges(fmt):
    one = fp.round_to(fmt, fp.Fraction(1), fp.RNE)[0]
    least_normal = 1 << (fmt.precision - 1)
    values = [0, one, 1, least_normal, least_normal - 1, fmt.infinity - 1, fmt.infinity, fmt.nan,
              fmt.infinity | 1, one + 1, one - 1]
    for text in ("3/2", "5/2", "1/2", "1/3", "10", "7/2", "123456789/1000", "1/1048576"):
        values.append(fp.round_to(fmt, fp.Fraction(text), fp.RNE)[0])
    values.append(fp.round_to(fmt, fp.Fraction(2) ** fmt.emax, fp.RNE)[0])
    values.append(fp.round_to(fmt, fp.Fraction(2) ** -fmt.precision, fp.RNE)[0])
    values.append(fp.round_to(fmt, fp.Fraction(2) ** (fmt.emin // 2), fp.RNE)[0])
    return values + [bits | fmt.sign for bits in values]


def reg_bits(fmt, bits):
    return fmt.box(bits) if fmt.bits < 64 else bits


def roundings(operands):
    """(mode, text behind the operands, frm before, operands): all of them for each dynamic mode, a
    part for each static one."""
    names = ["rne", "rtz", "rdn", "rup", "rmm"]
    for mode in range(5):
        yield mode, "", mode, operands
    for mode in range(5):
        yield mode, f", {names[mode]}", (mode + 1) % 5, operands[mode::4]


def arithmetic(file, name, fmt, count, fn, operands):
    """name with count register operands; fn(mode, *bits) -> (bits, flags)."""
    for mode, suffix, frm, some in roundings(operands):
        for bits in some:
            rd, *rs = file.regs(FREGS, count + 1)
            result, flags = fn(mode, *bits)
            file.put_fp(f"{name} {rd}, {', '.join(rs)}{suffix}",
                        [(r, reg_bits(fmt, b)) for r, b in zip(rs, bits)],
                        [(rd, reg_bits(fmt, result))], flags, frm)


def bad_boxes(file, name, fmt, count, fn, suffix=""):
    """An operand that is not NaN-boxed counts as the canonical NaN."""
    if fmt.bits == 64:
        return
    good = fp.round_to(fmt, fp.Fraction(3, 2), fp.RNE)[0]
    for which in range(count):
        regs = file.regs(FREGS, count + 1)
        bits = [good] * count
        before = [(r, fmt.box(good)) for r in regs[1:]]
        bits[which] = fmt.nan
        before[which] = (regs[1 + which], good | 0xfffffffe00000000 & ~((1 << fmt.bits) - 1))
        after, flags = fn(0, *bits)
        file.put_fp(f"{name} {', '.join(regs)}{suffix}", before,
                    [(regs[0], reg_bits(fmt, after))], flags)


def interesting_pairs(file, fmt, count):
    edges = fp_edges(fmt)
    one = edges[1]
    nan, snan, inf, big, tiny = fmt.nan, fmt.infinity | 1, fmt.infinity, fmt.infinity - 1, 1
    chosen = [(one, one), (one, one | fmt.sign), (0, fmt.sign), (fmt.sign, fmt.sign), (inf, inf),
              (inf, inf | fmt.sign), (0, inf), (one, 0), (0, 0), (nan, one), (one, snan),
              (nan | fmt.sign, nan), (big, big), (big, tiny), (tiny, tiny), (one, edges[14]),
              (big | fmt.sign, big | fmt.sign), (edges[11], edges[14]), (edges[3], edges[10]),
              (edges[3], edges[13])]
    while len(chosen) < count:
        chosen.append((file.random.choice(edges), file.random.choice(edges)))
    return chosen


def random_finite(file, fmt):
    exp = file.random.randrange(1, (1 << fmt.exp_bits) - 1)
    if file.random.random() < 0.7:
        exp = fmt.emax + file.random.randrange(-6, 6)
    return (file.random.getrandbits(1) << (fmt.bits - 1) | exp << (fmt.precision - 1)
            | file.random.getrandbits(fmt.precision - 1))


def two_operand(file, fmt, letter):
    for name, fn in (("fadd", fp.add), ("fsub", fp.sub), ("fmul", fp.mul), ("fdiv", fp.div)):
        def run(mode, a, b, fn=fn):
            return fn(fmt, mode, a, b)
        operands = interesting_pairs(file, fmt, 24)
        operands += [(random_finite(file, fmt), random_finite(file, fmt)) for _ in range(6)]
        arithmetic(file, f"{name}.{letter}", fmt, 2, run, operands)
        bad_boxes(file, f"{name}.{letter}", fmt, 2, run)
        file.blank()


def square_roots(file, fmt, letter):
    def run(mode, a):
        return fp.sqrt(fmt, mode, a)
    operands = [(bits,) for bits in fp_edges(fmt)]
    operands += [(random_finite(file, fmt) & ~fmt.sign,) for _ in range(4)]
    arithmetic(file, f"fsqrt.{letter}", fmt, 1, run, operands)
    bad_boxes(file, f"fsqrt.{letter}", fmt, 1, run)
    file.blank()


def fused(file, fmt, letter):
    for name, negate in (("fmadd", 0), ("fmsub", 2), ("fnmsub", 1), ("fnmadd", 3)):
        def run(mode, a, b, c, negate=negate):
            return fp.fma(fmt, mode, a, b, c, negate)
        edges = fp_edges(fmt)
        one, inf, nan = edges[1], fmt.infinity, fmt.nan
        operands = [(one, one, one), (one, one, one | fmt.sign), (inf, 0, nan), (0, inf, one),
                    (inf, one, inf), (inf, one, inf | fmt.sign), (nan, one, one),
                    (one, inf | 1, one), (one, one, inf | 1), (0, one, 0), (0, one, fmt.sign),
                    (1, 1, 1), (1, 1, fmt.sign | 1), (inf - 1, inf - 1, inf - 1),
                    (one + 1, one - 1, one | fmt.sign)]
        for _ in range(9):
            operands.append(tuple(file.random.choice(edges) for _ in range(3)))
        for _ in range(4):
            a, b = random_finite(file, fmt), random_finite(file, fmt)
            operands.append((a, b, fp.mul(fmt, 0, a, b)[0] ^ fmt.sign))
        arithmetic(file, f"{name}.{letter}", fmt, 3, run, operands)
        bad_boxes(file, f"{name}.{letter}", fmt, 3, run)
        file.blank()


def not_rounding(file, name, fmt, fn, to_int):
    """Two operands, no rounding mode; the result is an integer or of format fmt."""
    for a, b in interesting_pairs(file, fmt, 30):
        rs1, rs2 = file.regs(FREGS, 2)
        rd = file.regs(XREGS, 1)[0] if to_int else "ft0"
        result, flags = fn(a, b)
        file.put_fp(f"{name} {rd}, {rs1}, {rs2}",
                    [(rs1, reg_bits(fmt, a)), (rs2, reg_bits(fmt, b))],
                    [(rd, result if to_int else reg_bits(fmt, result))], flags)
    for a in fp_edges(fmt)[:9]:
        result, flags = fn(a, a)
        rd = "a3" if to_int else "fa3"
        file.put_fp(f"{name} {rd}, fa3, fa3", [("fa3", reg_bits(fmt, a))],
                    [(rd, result if to_int else reg_bits(fmt, result))], flags)
    if not to_int:
        bad_boxes(file, name, fmt, 2, lambda mode, a, b: fn(a, b))
    elif fmt.bits < 64:
        result, flags = fn(fmt.nan, fp_edges(fmt)[1])
        file.put_fp(f"{name} a0, fa0, fa1", [("fa0", 0x3f800000), ("fa1", fmt.box(0x3f800000))],
                    [("a0", result)], flags)
        result, flags = fn(fp_edges(fmt)[1], fmt.nan)
        file.put_fp(f"{name} a0, fa0, fa1", [("fa1", 0x3f800000), ("fa0", fmt.box(0x3f800000))],
                    [("a0", result)], flags)
    file.blank()


def signs(file, fmt, letter):
    table = {
        "fsgnj": lambda a, b: (a & ~fmt.sign) | (b & fmt.sign),
        "fsgnjn": lambda a, b: (a & ~fmt.sign) | (~b & fmt.sign),
        "fsgnjx": lambda a, b: a ^ (b & fmt.sign),
    }
    for name, fn in table.items():
        not_rounding(file, f"{name}.{letter}", fmt, lambda a, b, fn=fn: (fn(a, b), 0), False)


def min_max_compare(file, fmt, letter, zfa):
    suffix = "m" if zfa else ""
    for name, want_max in (("fmin", False), ("fmax", True)):
        not_rounding(file, f"{name}{suffix}.{letter}", fmt,
                     lambda a, b, m=want_max: fp.min_max(fmt, a, b, m, zfa), False)
    compares = (("fltq", "lt", True), ("fleq", "le", True)) if zfa else \
        (("feq", "eq", True), ("flt", "lt", False), ("fle", "le", False))
    for name, how, quiet in compares:
        not_rounding(file, f"{name}.{letter}", fmt,
                     lambda a, b, h=how, q=quiet: fp.compare(fmt, a, b, h, q), True)


INT_TYPES = {"w": (32, True), "wu": (32, False), "l": (64, True), "lu": (64, False)}


def near_limits(fmt):
    """Values where conversions to integers begin to saturate or round."""
    values = []
    for text in ("1/4", "1/2", "3/4", "3/2", "5/2", "2147483647", "4294967295/2", "2147483648",
                 "4294967295", "8589934591/2", "4294967296", "9223372036854775807",
                 "9223372036854775808", "18446744073709551615", "18446744073709551616",
                 "9007199254740991", "1000000000000000000000"):
        for mode in (fp.RDN, fp.RUP):
            bits = fp.round_to(fmt, fp.Fraction(text), mode)[0]
            for near in (bits - 1, bits, bits + 1):
                if near not in values:
                    values.append(near)
    return values + [bits | fmt.sign for bits in values]


def to_integers(file, fmt, letter):
    for name, (bits, signed) in INT_TYPES.items():
        values = file.random.sample(near_limits(fmt), 30) + fp_edges(fmt)[:9]
        for mode, suffix, frm, some in roundings(values):
            for value in some:
                rd, = file.regs(XREGS, 1)
                rs1, = file.regs(FREGS, 1)
                result, flags = fp.to_int(fmt, mode, value, bits, signed)
                file.put_fp(f"fcvt.{name}.{letter} {rd}, {rs1}{suffix}",
                            [(rs1, reg_bits(fmt, value))], [(rd, result)], flags, frm)
        if fmt.bits < 64:
            result, flags = fp.to_int(fmt, 0, fmt.nan, bits, signed)
            file.put_fp(f"fcvt.{name}.{letter} a0, fa0", [("fa0", 0x3f800000)],
                        [("a0", result)], flags)
        file.put_fp(f"fcvt.{name}.{letter} x0, fa0", [("fa0", reg_bits(fmt, fmt.nan))], [], fp.NV)
        file.blank()


def from_integers(file, fmt, letter):
    more = [(1 << 24) + 1, (1 << 24) + 3, (1 << 53) + 1, (1 << 53) + 3, M64 - 1024, M64 - 1023,
            INT_MIN + 513, 0x7fffffbf, 0x7fffffc0, 0xffffff7f, 0xffffff80]
    for name, (bits, signed) in INT_TYPES.items():
        for mode, suffix, frm, some in roundings(file.random.sample(EDGES, 8) + more):
            for value in some:
                rd, = file.regs(FREGS, 1)
                rs1, = file.regs(XREGS, 1)
                low = value & (1 << bits) - 1
                result, flags = fp.from_int(fmt, mode, sx(low, bits) if signed else low)
                file.put_fp(f"fcvt.{letter}.{name} {rd}, {rs1}{suffix}", [(rs1, value)],
                            [(rd, reg_bits(fmt, result))], flags, frm)
        file.put_fp(f"fcvt.{letter}.{name} fa0, x0", [], [("fa0", reg_bits(fmt, 0))], 0)
        file.blank()


def one_to_int(file, name, fmt, fn, suffix=""):
    for value in fp_edges(fmt) + near_limits(fmt)[::7]:
        rd, = file.regs(XREGS, 1)
        rs1, = file.regs(FREGS, 1)
        result, flags = fn(value)
        file.put_fp(f"{name} {rd}, {rs1}{suffix}", [(rs1, reg_bits(fmt, value))], [(rd, result)],
                    flags)
    file.blank()


def format_conversion(file, name, to, source):
    def run(mode, a):
        return fp.convert(to, source, mode, a)
    values = fp_edges(source)
    # Middles between neighbours of the narrower format, and what is next to them.
    if to.precision < source.precision:
        for bits in [1, 2, 0, 1 << (to.precision - 1), to.infinity - 1] + fp_edges(to)[9:14]:
            low = fp.value_of(to, bits)
            unit = fp.value_of(to, bits + 1) - low if bits + 1 < to.infinity else \
                low - fp.value_of(to, bits - 1)
            middle = fp.round_to(source, low + unit / 2, 0)[0]
            values += [middle - 1, middle, middle + 1, middle | source.sign]
    for mode, suffix, frm, some in roundings(values):
        for value in some:
            rd, rs1 = file.regs(FREGS, 2)
            result, flags = run(mode, value)
            file.put_fp(f"{name} {rd}, {rs1}{suffix}", [(rs1, reg_bits(source, value))],
                        [(rd, reg_bits(to, result))], flags, frm)
    if source.bits < 64:
        result, flags = run(0, source.nan)
        file.put_fp(f"{name} fa0, fa1", [("fa1", 0x3c003c00)], [("fa0", reg_bits(to, result))],
                    flags)
    file.blank()


def rounding_to_integral(file, fmt, letter):
    for name, raises in (("fround", False), ("froundnx", True)):
        def run(mode, a, raises=raises):
            return fp.round_to_int(fmt, mode, a, raises)
        operands = [(bits,) for bits in fp_edges(fmt) + near_limits(fmt)[::5]]
        arithmetic(file, f"{name}.{letter}", fmt, 1, run, operands)
        bad_boxes(file, f"{name}.{letter}", fmt, 1, run)
        file.blank()


FLI = ["-1", None, "1/65536", "1/32768", "1/256", "1/128", "1/16", "1/8", "1/4", "5/16", "3/8",
       "7/16", "1/2", "5/8", "3/4", "7/8", "1", "5/4", "3/2", "7/4", "2", "5/2", "3", "4", "8",
       "16", "128", "256", "32768", "65536"]


def load_constants(file, fmt, letter):
    for index, text in enumerate(FLI):
        bits = 1 << (fmt.precision - 1) if text is None else \
            fp.round_to(fmt, fp.Fraction(text), 0)[0]
        file.put(f"fli.{letter} fa{index % 8}, {index}", [], [(f"fa{index % 8}",
                                                              reg_bits(fmt, bits))])
    file.put(f"fli.{letter} ft11, 30", [], [("ft11", reg_bits(fmt, fmt.infinity))])
    file.put(f"fli.{letter} ft11, 31", [], [("ft11", reg_bits(fmt, fmt.nan))])
    file.blank()


def make_fp(outdir, fmt, letter, about):
    file = FpFile(outdir, letter == "s" and "f" or "d", about)
    two_operand(file, fmt, letter)
    square_roots(file, fmt, letter)
    fused(file, fmt, letter)
    signs(file, fmt, letter)
    min_max_compare(file, fmt, letter, False)
    to_integers(file, fmt, letter)
    from_integers(file, fmt, letter)
    one_to_int(file, f"fclass.{letter}", fmt, lambda a: (fp.classify(fmt, a), 0))
    if fmt is D:
        format_conversion(file, "fcvt.s.d", S, D)
        format_conversion(file, "fcvt.d.s", D, S)
    file.save()


def make_zfa(outdir):
    file = FpFile(outdir, "zfa", "Zfa, by the same definitions.")
    for fmt, letter in ((S, "s"), (D, "d")):
        load_constants(file, fmt, letter)
        min_max_compare(file, fmt, letter, True)
        rounding_to_integral(file, fmt, letter)
    one_to_int(file, "fcvtmod.w.d", D, fp.to_int_modular, ", rtz")
    file.save()


def make_zfhmin(outdir):
    file = FpFile(outdir, "zfhmin-convert", "Zfhmin: conversions.")
    format_conversion(file, "fcvt.s.h", S, H)
    format_conversion(file, "fcvt.d.h", D, H)
    format_conversion(file, "fcvt.h.s", H, S)
    format_conversion(file, "fcvt.h.d", H, D)
    file.save()


def make_integers(outdir):
    file = File(outdir, "i", "RV64I: register and immediate operands, branches.")
    register_register(file, I_RR)
    register_immediate(file, I_RI)
    branches(file)
    file.save()
    file = File(outdir, "m", "M: multiplication and division.")
    register_register(file, M_RR, [(INT_MIN, M64), (5, 0), (INT_MIN, 0), (0x80000000, M64),
                                   (M64 - 6, 2), (7, M64 - 1), (M64 - 6, M64 - 1)])
    file.save()
    file = File(outdir, "b", "Zba, Zbb, Zbc, Zbs, Zicond.")
    register_register(file, B_RR, [(EDGES[13], 0), (EDGES[13], 4)])
    register_only(file, B_R)
    register_immediate(file, B_RI)
    file.save()
    file = File(outdir, "c-arith", "C: arithmetic on two registers.")
    for name, of in C_RR.items():
        for a, b in pairs(file, 8):
            rd, rs2 = file.random.sample(["a0", "a1", "a2", "a3", "a4", "a5", "s0", "s1"], 2)
            file.put(f"{name} {rd}, {rs2}", [(rd, a), (rs2, b)], [(rd, I_RR[of](a, b))])
        file.put(f"{name} a0, a0", [("a0", EDGES[13])], [("a0", I_RR[of](EDGES[13], EDGES[13]))])
    file.save()


def main():
    outdir = sys.argv[1]
    make_integers(outdir)
    make_fp(outdir, S, "s", "F: exact results, rounded once, in every rounding mode.")
    make_fp(outdir, D, "d", "D: exact results, rounded once, in every rounding mode.")
    make_zfa(outdir)
    make_zfhmin(outdir)


if __name__ == "__main__":
    main()
