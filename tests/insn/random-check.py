#!/usr/bin/env python3
"""Random riscv64 code: the same program and cases under dragoman's ways to run and under qemu.

usage: random-check.py --dragoman D --cc CROSS_CC [--qemu Q]... TABLE.decode...

Each case is registers, memory and a piece of code (random_cases.py); random-driver.c runs them one
after the other and writes the state after each: all registers, memory, and how it ended, which may
be a fault.  What comes out must be the same, byte for byte, under

  native code, native code on a host of plain SSE2, the interpreter, and one instruction at a time

or, with --qemu, under native code, one instruction at a time, and the newest of the qemu given (and
$QEMU_RISCV64).  That one is asked what it supports, and cases hold nothing else.  The instructions
run one at a time are logged: each of the tables must have been executed.

A difference is cut down to the instructions that make it, and shown as insn-run's cases are.
"""
import argparse
import collections
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

from random_cases import CODE, CODE_SIZE, M64, Case, Generator, Insn, extension

SSE2 = "--host-features=-sse4.1,-bmi1,-bmi2,-lzcnt,-movbe,-popcnt"
CFLAGS = ["-std=gnu11", "-O2", "-ffreestanding", "-fno-stack-protector", "-nostdlib", "-static",
          "-mno-relax", "-msmall-data-limit=0", "-march=rv64gc", "-mabi=lp64d"]
TRAPS = {4: "illegal", 5: "break", 7: "bus error", 8: "SIGFPE", 11: "fault"}
ADDRESS = 67            # word of a result that is si_addr
FIXED = 69              # words of a result before the changes of memory
BATCH = 4000            # cases that are run at once

NOPS = (0x13, 1)        # nop, c.nop

# Rows that no case executes, and why: there are none.
UNCOVERED = {}

# qemu's names of extensions; what they are called differs by release.
PROPERTIES = {"Zba": ["zba"], "Zbb": ["zbb"], "Zbc": ["zbc"], "Zbs": ["zbs"],
              "Zfhmin": ["zfhmin", "Zfhmin"], "Zfa": ["zfa"], "Zicond": ["zicond"]}
# qemu before 8: bit 63 counts in ctzw, which counts in 32 bits by the manual.
WRONG_CTZW = ("ctzw", 1 << 63, 32)
# Operands that raise invalid, and inexact where anything does.
RAISING = {"s": (0xffffffff7f800001, 0xffffffff3fc00001), "h": (M64 << 16 & M64 | 0x7c01,
                                                                M64 << 16 & M64 | 0x3e01),
           "d": (0x7ff0000000000001, 0x3ff8000000000001)}


class Runner:
    """A way to run the driver."""

    def __init__(self, name, command, driver, folder):
        self.name, self.command, self.driver, self.folder = name, command, driver, folder
        self.timeout = 300

    def run(self, cases, *options):
        """[Result], one per case."""
        path = os.path.join(self.folder, "cases")
        with open(path, "wb") as file:
            for case in cases:
                file.write(case.pack())
        done = subprocess.run([*self.command, *options, self.driver, path], capture_output=True,
                              check=False, timeout=self.timeout)
        results = list(split_results(done.stdout))
        if done.returncode or len(results) != len(cases):
            raise RuntimeError(f"{self.name}: ended with {done.returncode} after {len(results)} of "
                               f"{len(cases)} cases: {done.stderr[-300:]}")
        return results


class Result:
    def __init__(self, data):
        self.data = data
        words = struct.unpack(f"<{len(data) // 8}Q", data)
        self.x, self.f, self.fcsr = words[:32], words[32:64], words[64]
        self.signo, self.code, self.address = words[65:68]
        self.cells = dict(zip(words[FIXED::2], words[FIXED + 1::2]))

    def without_wild_address(self):
        """With no si_addr if it is not canonical: x86 hosts do not tell it, and qemu has none."""
        if ((self.address + (1 << 47)) & M64) >> 48:
            return self.data[:8 * ADDRESS] + bytes(8) + self.data[8 * ADDRESS + 8:]
        return self.data

    def named(self):
        """Everything, by name."""
        yield "pc", self.x[0]
        for reg in range(1, 32):
            yield f"x{reg}", self.x[reg]
        for reg in range(32):
            yield f"f{reg}", self.f[reg]
        yield "fcsr", self.fcsr
        yield "exit", TRAPS.get(self.signo, self.signo)
        yield "si_code", self.code
        yield "si_addr", self.address


def same(runner, a, b):
    """Are the results of dragoman and of runner for a case the same?"""
    return a.data == b.data or (runner.name == "qemu" and a.without_wild_address() == b.data)


def split_results(data):
    at = 0
    while at + 8 * FIXED <= len(data):
        size = 8 * (FIXED + 2 * struct.unpack_from("<Q", data, at + 8 * (FIXED - 1))[0])
        yield Result(data[at:at + size])
        at += size


def value_text(value):
    return value if isinstance(value, str) else f"0x{value:x}"


def differences(names, one, other):
    for (what, a), (_, b) in zip(one.named(), other.named()):
        if a != b:
            yield f"{what} is {value_text(a)} by {names[0]}, {value_text(b)} by {names[1]}"
    for offset in sorted(set(one.cells) | set(other.cells)):
        a, b = (result.cells.get(offset, "as before") for result in (one, other))
        if a != b:
            yield f"memory +{offset} is {value_text(a)} by {names[0]}, " \
                f"{value_text(b)} by {names[1]}"


# Making a failing case small


def emptied(generator, insn):
    """An instruction of the same size that does nothing, if the case ends without this one."""
    if insn.keep:
        return insn
    shape = generator.shapes["addi" if insn.size == 4 else "c.addi"]
    copy = Insn(shape, shape.match)
    copy.offset = insn.offset
    return copy


def shrink(generator, case, one, other):
    """The case with instructions replaced by nops while it still differs."""
    chunk = len(case.insns) // 2
    while chunk:
        tries = []
        for at in range(0, len(case.insns) - 1, chunk):
            insns = list(case.insns)
            insns[at:at + chunk] = [emptied(generator, insn) for insn in insns[at:at + chunk]]
            if [insn.bits for insn in insns] != [insn.bits for insn in case.insns]:
                tries.append(Case(case.pc, case.x, case.f, case.fcsr, case.cells, insns))
        try:
            results = zip(tries, one.run(tries), other.run(tries)) if tries else []
            better = next((small for small, a, b in results if not same(other, a, b)), None)
        except (RuntimeError, subprocess.TimeoutExpired):
            return case
        if better:
            case = better
        else:
            chunk //= 2
    return case


def explain(generator, case, one, other):
    case = shrink(generator, case, one, other)
    names = (one.name, other.name)
    yield case.line()
    for insn in case.insns:
        if insn.bits not in NOPS:
            yield f"    start+{insn.offset}: {insn.shape.name} (0x{insn.bits:0{2 * insn.size}x})"
    for text in differences(names, one.run([case])[0], other.run([case])[0]):
        yield "    " + text


# What was executed


def count_executed(counts, log, cases, results):
    """Of a log of blocks with one instruction each; the jump at CODE begins a case.

    The instruction that a fault or an illegal instruction ends a case with is not counted.
    """
    number, names = -1, {}
    with open(log, encoding="utf-8") as file:
        for line in file:
            found = re.match(r"exec 0x([0-9a-f]+)", line)
            pc = int(found[1], 16) if found else 0
            if pc == CODE:
                number += 1
                case = cases[number]
                names = {case.pc + insn.offset: insn.shape.name for insn in case.insns}
            elif pc in names:
                counts[names[pc]] += 1
    if number != len(cases) - 1:
        raise RuntimeError(f"the log has {number + 1} of {len(cases)} cases")
    for case, result in zip(cases, results):
        for insn in case.insns:
            if case.pc + insn.offset == result.x[0] and result.signo != 5:
                counts[insn.shape.name] -= 1


def summary(generator, counts):
    """(lines to print, names of rows that never ran)"""
    per_extension = collections.Counter()
    for row in generator.rows:
        per_extension[extension(row)] += counts[row.name]
    text = ", ".join(f"{name} {number}" for name, number in sorted(per_extension.items()))
    missing = [shape.name for shape in generator.usable
               if counts[shape.name] <= 0 and shape.name not in UNCOVERED]
    needless = [name for name in UNCOVERED if counts[name] > 0]
    return [f"{sum(per_extension.values())} instructions executed: {text}"], missing, needless


# qemu


def newest_qemu(names):
    """The path of the newest one that there is, or None."""
    found = []
    for name in names + [os.environ.get("QEMU_RISCV64", "")]:
        path = shutil.which(name)
        if path:
            text = subprocess.run([path, "--version"], capture_output=True, text=True,
                                  check=True).stdout
            version = re.search(r"version (\d+)\.(\d+)\.(\d+)", text)
            found.append((tuple(map(int, version.groups())), path))
    return max(found)[1] if found else None


def qemu_cpu(path, driver, folder):
    """The -cpu with all that this qemu has of PROPERTIES, and what it has not."""
    empty = os.path.join(folder, "empty")
    with open(empty, "wb") as file:
        file.write(b"\0")
    cpu, lacks = "rv64", []
    for name, spellings in PROPERTIES.items():
        for spelling in spellings:
            wanted = f"{cpu},{spelling}=true"
            if not subprocess.run([path, "-cpu", wanted, driver, empty], check=False,
                                  capture_output=True).returncode:
                cpu = wanted
                break
        else:
            lacks.append(name)
    return cpu, lacks


def wrong_anywhere(runner, generator):
    """Names that this one gets wrong by the manual."""
    name, value, right = WRONG_CTZW
    generator.start_case(1)
    generator.emit(name, rd=10, rs1=11)
    generator.add_end()
    case = generator.finish()
    case.x[11] = value
    return [name] if runner.run([case])[0].x[10] != right else []


def raising_cases(generator, shape):
    """In pairs: an instruction alone, and with its result overwritten unread."""
    kinds = [field.float_type for field in shape.fields if field.name != "rd" and field.float_type]
    dead = ("fmv.d.x", "addi")[shape.by_name["rd"].kind == "x"]
    for value in RAISING[kinds[0]] if kinds else ():
        for then in ([], [dead]):
            generator.start_case(2)
            fields = {name: 11 for name in shape.by_name if name.startswith("rs")}
            generator.emit(shape.name, rd=10, **fields)
            for name in then:
                generator.emit(name, rd=10)
            generator.add_end()
            case = generator.finish()
            case.f[11], case.fcsr = value, 0
            yield case


def wrong_in_sequences(runner, generator):
    """Names that raise no flags, or others, if what follows overwrites the result.

    In the manual flags do not depend on that.  qemu 10 is so with some of Zfa.
    """
    owners, cases = [], []
    for shape in generator.floating:
        for case in raising_cases(generator, shape):
            owners.append(shape.name)
            cases.append(case)
    flags = [result.fcsr for result in runner.run(cases)]
    pairs = zip(owners[::2], flags[::2], flags[1::2])
    return sorted({name for name, alone, overwritten in pairs if alone != overwritten})


def prepare_qemu(options, driver, folder):
    """(its Runner, its Generator), or None."""
    path = newest_qemu(options.qemu)
    if not path:
        return None
    cpu, lacks = qemu_cpu(path, driver, folder)
    runner = Runner("qemu", [path, "-cpu", cpu], driver, folder)
    probe = Generator(options.tables, 1, lambda row: extension(row) in lacks)
    wrong, alone = wrong_anywhere(runner, probe), wrong_in_sequences(runner, probe)
    print(f"# {path} -cpu {cpu}; left out: {' '.join(lacks + wrong) or 'nothing'}; "
          f"left out of sequences: {' '.join(alone) or 'nothing'}")
    return runner, Generator(options.tables, options.seed,
                             lambda row: extension(row) in lacks or row.name in wrong, alone)


# The test


class Check:
    def __init__(self, options, generator, runners, folder):
        self.options, self.generator, self.runners = options, generator, runners
        self.log = os.path.join(folder, "log")
        self.counts = collections.Counter()
        self.ends = collections.Counter()
        self.complaints = collections.defaultdict(list)
        self.differ, self.explained = collections.Counter(), collections.Counter()
        self.cases = 0

    def batches(self):
        cases = list(self.generator.singles(self.options.singles))
        for _ in range(self.options.cases):
            if len(cases) >= BATCH:
                yield cases
                cases = []
            cases.append(self.generator.sequence(self.options.length))
        yield cases

    def options_of(self, runner):
        if runner.name != "step":
            return []
        open(self.log, "w", encoding="utf-8").close()
        return ["-d", "exec", "-D", self.log, "-dfilter", f"0x{CODE:x}+0x{CODE_SIZE:x}"]

    def batch(self, cases):
        first = self.runners[0]
        want = first.run(cases)
        self.cases += len(cases)
        self.ends.update(TRAPS.get(result.signo, "?") for result in want)
        for runner in self.runners[1:]:
            got = runner.run(cases, *self.options_of(runner))
            differ = [case for case, a, b in zip(cases, want, got) if not same(runner, a, b)]
            self.differ[runner.name] += len(differ)
            for case in differ[:max(0, self.options.explain - self.explained[runner.name])]:
                self.explained[runner.name] += 1
                self.complaints[runner.name] += explain(self.generator, case, first, runner)
            if runner.name == "step":
                count_executed(self.counts, self.log, cases, got)

    def report(self):
        """TAP; true if all is well."""
        good = True
        for number, runner in enumerate(self.runners[1:], 1):
            differ = self.differ[runner.name]
            good &= not differ
            print(f"{'not ok' if differ else 'ok'} {number} - {self.runners[0].name} and "
                  f"{runner.name}: {self.cases} cases of random code, {differ} differ")
            for text in self.complaints[runner.name]:
                print("# " + text)
        lines, missing, needless = summary(self.generator, self.counts)
        print(f"{'not ok' if missing or needless else 'ok'} {len(self.runners)} - each instruction "
              "of the tables was executed")
        for text in lines + [f"never executed: {name}" for name in missing] + \
                [f"executed, yet in UNCOVERED: {name}" for name in needless]:
            print("# " + text)
        print("# ends: " + ", ".join(f"{name} {n}" for name, n in sorted(self.ends.items())))
        return good and not missing and not needless


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--cc", default="riscv64-linux-gnu-gcc")
    parser.add_argument("--interpreter", action="store_true", help="it has no native code")
    parser.add_argument("--qemu", action="append", default=[], help="compare with it; repeatable")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=3000, help="sequences")
    parser.add_argument("--length", type=int, default=60, help="instructions of a sequence, about")
    parser.add_argument("--singles", type=int, default=2, help="cases of each instruction alone")
    parser.add_argument("--explain", type=int, default=4, help="differences shown in full")
    parser.add_argument("tables", nargs="+")
    return parser.parse_args()


def runners_of(options, driver, folder):
    def dragoman(name, *more):
        return Runner(name, [options.dragoman, *more], driver, folder)

    step = dragoman("step", "--one-insn-per-block")
    if options.qemu:
        return [dragoman("x86"), step]
    if options.interpreter:
        return [dragoman("tci"), step]
    return [dragoman("x86"), dragoman("x86-sse2", SSE2), dragoman("tci", "--backend=tci"), step]


def main():
    options = parse_options()
    if not shutil.which(options.cc):
        print(f"1..0 # SKIP {options.cc} is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        driver = os.path.join(folder, "random-driver")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "random-driver.c")
        subprocess.run([options.cc, *CFLAGS, "-o", driver, source], check=True)
        runners = runners_of(options, driver, folder)
        generator = Generator(options.tables, options.seed, lambda row: False)
        if options.qemu:
            qemu = prepare_qemu(options, driver, folder)
            if not qemu:
                print(f"1..0 # SKIP none of {' '.join(options.qemu)} is installed")
                return 77
            runners.insert(1, qemu[0])
            generator = qemu[1]
        check = Check(options, generator, runners, folder)
        print(f"1..{len(runners)}")
        for cases in check.batches():
            check.batch(cases)
        return 0 if check.report() else 1


if __name__ == "__main__":
    sys.exit(main())
