#!/usr/bin/env python3
"""bench.py -- kernels native, under qemu-user and under dragoman, side by side.

Builds each kernel of tests/bench with one set of flags for the host and for the guest, runs the
three interleaved, and prints medians: native seconds, the time of each translator relative to
that, and how many times faster than qemu-user dragoman is; with geometric means by group, and the
peak memory of each.  The group `system` is about the kernel's interface; the group `startup` runs
whole programs, from roots/ where they are Debian's (`make roots` fetches them).
"""
import argparse
import json
import math
import os
import pathlib
import re
import shlex
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "tests/bench"
GROUPS = ["integer", "float", "control", "system", "startup"]
CROSS_CC = "riscv64-linux-gnu-gcc"
HOST_CC = os.environ.get("CC", "gcc")
SYSROOT = "/usr/riscv64-linux-gnu"
ROUNDS_LINE = re.compile(r"rounds: (\d+)")
# A start takes milliseconds: one sample is this many of them.
STARTS = 5
HOST_LOADER = "lib64/ld-linux-x86-64.so.2"
HOST_LIBRARIES = "usr/lib/x86_64-linux-gnu"


class Sample:
    """Medians over the rounds of one program run one way."""

    def __init__(self):
        self.seconds = []
        self.memory = []            # KiB

    def time(self):
        return statistics.median(self.seconds)

    def peak(self):
        return max(self.memory)


class Kernel:
    """A program in its builds: one command line per way to run it."""

    def __init__(self, group, name, commands, repeat=1, compare=True):
        self.group = group
        self.name = name
        self.commands = commands    # {way: argv}
        self.repeat = repeat
        self.compare = compare      # whether standard output must agree
        self.samples = {way: Sample() for way in commands}
        self.output = None


def compile_once(compiler, flags, source, work):
    """The program; built anew only if a source is newer."""
    arch = "riscv64" if compiler == CROSS_CC else "native"
    program = work / f"{source.parent.name}-{source.stem}-{arch}"
    inputs = [source, source.parent.parent / "bench.h"]
    stamp = program.with_suffix(".flags")
    text = shlex.join([compiler, *flags])
    if (not program.exists() or not stamp.exists() or stamp.read_text() != text
            or any(p.exists() and p.stat().st_mtime > program.stat().st_mtime for p in inputs)):
        subprocess.run([compiler, *flags, "-o", program, source, "-lm"], check=True)
        stamp.write_text(text)
    return program


def three_ways(args, native, guest, options=()):
    """The ways to run a program, given its native command and its guest's."""
    ways = {"native": native}
    if args.qemu:
        ways["qemu"] = [args.qemu, *options, *guest]
    ways["dragoman"] = [*shlex.split(args.dragoman), *options, *guest]
    return ways


def compiled_kernels(args, group):
    flags = shlex.split(args.cflags)
    for source in sorted((BENCH / group).glob("*.c")):
        if not args.selects(group, source.stem):
            continue
        rounds = ROUNDS_LINE.search(source.read_text())[1]
        native = compile_once(HOST_CC, flags, source, args.work)
        guest = compile_once(CROSS_CC, flags, source, args.work)
        ways = three_ways(args, [native, rounds], [guest, rounds])
        if "qemu" in ways and "BENCH_TRANSLATOR" in source.read_text():
            # It executes programs; without binfmt_misc they have to name the translator.
            ways["qemu"] = ["env", f"BENCH_TRANSLATOR={args.qemu}", *ways["qemu"]]
        yield Kernel(group, source.stem, ways)


def hello_kernels(args):
    source = BENCH / "startup/hello.c"
    for name, flags in (("hello-static", ["-O2", "-static"]), ("hello-dynamic", ["-O2"])):
        if not args.selects("startup", name):
            continue
        work = args.work / name
        work.mkdir(exist_ok=True)
        native = compile_once(HOST_CC, flags, source, work)
        guest = compile_once(CROSS_CC, flags, source, work)
        options = [] if "-static" in flags else ["-L", SYSROOT]
        yield Kernel("startup", name, three_ways(args, [native], [guest], options), STARTS)


def find_cc1(root):
    return next(root.glob("usr/libexec/gcc*/riscv64-linux-gnu/*/cc1"), None)


def root_kernels(args):
    """Debian's programs: the guest's from roots/riscv64, the host's from roots/amd64."""
    guest_root, host_root = args.roots / "riscv64", args.roots / "amd64"
    programs = [
        ("bash", "usr/bin/bash", ["-c", "true"], STARTS),
        ("perl", "usr/bin/perl", ["-e", "1"], STARTS),
        ("python3", "usr/bin/python3", ["-c", "pass"], 1),
        ("cc1", None, None, 1),
    ]
    programs = [entry for entry in programs if args.selects("startup", entry[0])]
    if not programs:
        return
    if not (guest_root / ".guest-root").exists() or not (host_root / ".guest-root").exists():
        print(f"bench: SKIPPED {', '.join(entry[0] for entry in programs)}: no roots in "
              f"{args.roots}; `make roots` unpacks them", file=sys.stderr)
        return
    loader = [host_root / HOST_LOADER, "--library-path", host_root / HOST_LIBRARIES]
    for name, path, arguments, repeat in programs:
        if name == "cc1":
            guest, host = find_cc1(guest_root), find_cc1(host_root)
            source = args.work / "cc1-input.c"
            text = subprocess.run([ROOT / "tests/real/make-source.py"], check=True,
                                  capture_output=True).stdout
            source.write_bytes(text)
            arguments = ["-quiet", "-w", "-O1", source, "-o", "/dev/null"]
        else:
            guest, host = guest_root / path, host_root / path
        if guest is None or host is None or not guest.exists() or not host.exists():
            print(f"bench: SKIPPED {name}: not in the roots", file=sys.stderr)
            continue
        yield Kernel("startup", name,
                     three_ways(args, [*loader, host, *arguments], [guest, *arguments],
                                ["-L", guest_root]), repeat)


def run_once(measure, command):
    """(seconds, KiB, output) of one run; None if it failed."""
    read_end, write_end = os.pipe()
    try:
        result = subprocess.run([measure, str(write_end), *command],
                                capture_output=True, pass_fds=[write_end])
    finally:
        os.close(write_end)
    with os.fdopen(read_end) as report:
        fields = report.read().split()
    if len(fields) != 3 or int(fields[2]) != 0:
        error = result.stderr.decode(errors="replace").strip()
        print(f"bench: {shlex.join(map(str, command))} failed: {error[-300:]}", file=sys.stderr)
        return None
    return float(fields[0]), int(fields[1]), result.stdout


def run_round(kernel, measure, shift):
    """Each way once, starting with another one each round; a way that fails is dropped."""
    ways = list(kernel.commands)
    for way in ways[shift % len(ways):] + ways[:shift % len(ways)]:
        total = 0
        for _ in range(kernel.repeat):
            result = run_once(measure, kernel.commands[way])
            if result is None:
                break
            seconds, memory, output = result
            total += seconds
            kernel.samples[way].memory.append(memory)
            if kernel.output is None:
                kernel.output = output
            if kernel.compare and output != kernel.output:
                print(f"bench: {kernel.name}: {way} computes {output!r}, not {kernel.output!r}",
                      file=sys.stderr)
                result = None
                break
        if result is None:
            del kernel.commands[way]
            del kernel.samples[way]
        else:
            kernel.samples[way].seconds.append(total / kernel.repeat)


def geometric_mean(values):
    values = [value for value in values if value]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def figures(kernel):
    """What the table and the JSON file show of one kernel."""
    times = {way: sample.time() for way, sample in kernel.samples.items() if sample.seconds}
    native, qemu, ours = (times.get(way) for way in ("native", "qemu", "dragoman"))
    return {
        "group": kernel.group,
        "kernel": kernel.name,
        "seconds": times,
        "memory_kib": {way: s.peak() for way, s in kernel.samples.items() if s.memory},
        "qemu_ratio": qemu / native if qemu and native else None,
        "dragoman_ratio": ours / native if ours and native else None,
        "speedup": qemu / ours if qemu and ours else None,
    }


def cell(value, form):
    return format(value, form) if value is not None else "-".rjust(int(form.split(".")[0]))


def print_table(rows):
    print(f"{'':24} {'native':>8} {'qemu':>8} {'dragoman':>8} {'speed':>7}  {'peak memory, MB':>22}")
    print(f"{'':24} {'seconds':>8} {'/native':>8} {'/native':>8} {'/qemu':>7}  "
          f"{'native':>6} {'qemu':>7} {'dragoman':>8}")
    for group in GROUPS:
        members = [row for row in rows if row["group"] == group]
        if not members:
            continue
        print(group)
        for row in members:
            memory = [row["memory_kib"].get(way) for way in ("native", "qemu", "dragoman")]
            memory = [kib / 1024 if kib else None for kib in memory]
            print(f"  {row['kernel']:22} {cell(row['seconds'].get('native'), '8.4f')} "
                  f"{cell(row['qemu_ratio'], '8.2f')} {cell(row['dragoman_ratio'], '8.2f')} "
                  f"{cell(row['speedup'], '7.2f')}  {cell(memory[0], '6.1f')} "
                  f"{cell(memory[1], '7.1f')} {cell(memory[2], '8.1f')}")
        means = [geometric_mean([row[key] for row in members])
                 for key in ("qemu_ratio", "dragoman_ratio", "speedup")]
        print(f"  {'geometric mean':22} {'':8} {cell(means[0], '8.2f')} {cell(means[1], '8.2f')} "
              f"{cell(means[2], '7.2f')}")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", default=str(ROOT / "build/dragoman"),
                        help="the translator, with options if any")
    parser.add_argument("--qemu", default=shutil.which("qemu-riscv64"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--group", action="append", choices=GROUPS, help="only these groups")
    parser.add_argument("--cflags", default="-O2 -static")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/bench")
    parser.add_argument("--roots", type=pathlib.Path, default=ROOT / "roots")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all figures here")
    parser.add_argument("--list", action="store_true", help="print the kernels' names, and stop")
    parser.add_argument("kernels", nargs="*", help="only these kernels")
    args = parser.parse_args()
    args.selects = lambda group, name: (
        (not args.group or group in args.group) and (not args.kernels or name in args.kernels))
    return args


def build_kernels(args):
    args.work.mkdir(parents=True, exist_ok=True)
    kernels = [kernel for group in GROUPS[:-1] for kernel in compiled_kernels(args, group)]
    return kernels + list(hello_kernels(args)) + list(root_kernels(args))


def main():
    args = parse_arguments()
    if not shutil.which(CROSS_CC):
        sys.exit(f"bench: {CROSS_CC} is not installed (scripts/install-deps cross)")
    if not args.qemu:
        print("bench: no qemu-riscv64 here: its columns stay empty", file=sys.stderr)
    kernels = build_kernels(args)
    if args.list:
        for kernel in kernels:
            print(kernel.group, kernel.name)
        return 0
    if not kernels:
        sys.exit("bench: no such kernel; --list names them")
    measure = args.work / "measure"
    subprocess.run([HOST_CC, "-O2", "-static", "-o", measure, BENCH / "measure.c"], check=True)
    wanted = {kernel.name: len(kernel.commands) for kernel in kernels}
    for number in range(args.rounds):
        for kernel in kernels:
            if sys.stderr.isatty():
                print(f"\rround {number + 1}/{args.rounds} {kernel.name:24}", end="",
                      file=sys.stderr, flush=True)
            run_round(kernel, measure, number)
    if sys.stderr.isatty():
        print(f"\r{'':40}\r", end="", file=sys.stderr)
    rows = [figures(kernel) for kernel in kernels]
    print_table(rows)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 0 if all(len(kernel.commands) == wanted[kernel.name] for kernel in kernels) else 1


if __name__ == "__main__":
    sys.exit(main())
