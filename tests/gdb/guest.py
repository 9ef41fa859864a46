#!/usr/bin/env python3
"""gdb attached to a dragoman that runs already: the guest's frames, registers, threads; in core files too.

usage: guest.py --dragoman PROGRAM --script dragoman-gdb.py --work DIR [--rounds N]

The scripts guest-*.py run inside gdb; each prints WRONG lines and one RESULT line.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import tap  # noqa: E402

CROSS_CC = "riscv64-linux-gnu-gcc"
SYSROOT = "/usr/riscv64-linux-gnu"
RESULT = re.compile(r"^RESULT (.*)", re.MULTILINE)
BUILDS = {
    "static": ["-static"],
    "static-g": ["-static", "-g"],
    "dynamic": [],
    "dynamic-g": ["-g"],
}
CHAINS = {
    "calls": r"(fibonacci )*calls main",
    "helpers": r"helpers main",
    "float": r"float_loop main",
    "blocked": r"(\S+ )?(__libc_)?read blocked main",
}
BOTTOM = r" __libc_start_call_main __libc_start_main\S* _start"


class Case:
    def __init__(self, name, build, kind, **rest):
        self.name, self.build, self.kind = name, build, kind
        self.core, self.strip = rest.get("core", False), rest.get("strip", False)
        self.rounds = rest.get("rounds", 0)

    def __str__(self):
        return f"{self.name}: {self.build} {self.kind}"


def cases(rounds):
    for build in BUILDS:
        yield Case("attach", build, "calls")
    yield Case("attach", "static", "registers")
    yield Case("attach", "static", "blocked")
    yield Case("attach", "static", "handler")
    yield Case("attach", "static", "threads")
    yield Case("core file", "static", "threads", core=True)
    yield Case("attach, stripped dragoman", "static-g", "calls", strip=True)
    yield Case("core file", "dynamic-g", "calls", core=True)
    yield Case("core file", "static", "registers", core=True)
    yield Case("core file, stripped dragoman", "static", "blocked", core=True, strip=True)
    for kind in CHAINS:
        yield Case(f"{rounds} interruptions", "static", kind, rounds=rounds)


def build(work, dragoman):
    work.mkdir(parents=True, exist_ok=True)
    for name, flags in BUILDS.items():
        subprocess.run([CROSS_CC, "-O2", "-pthread", *flags, HERE / "programs.c", "-o", work / name,
                        "-lm"], check=True)
    subprocess.run([CROSS_CC, "-nostdlib", "-static", HERE / "many.S", "-o", work / "many"],
                   check=True)
    subprocess.run(["strip", "-o", work / "dragoman-stripped", dragoman], check=True)


def program_of(args, case):
    """dragoman, or a copy that strip went over."""
    if not case.strip:
        return args.dragoman
    return args.work / "dragoman-stripped"


class Running:
    """The program under dragoman, at its work."""

    def __init__(self, args, case):
        command = [program_of(args, case), "-L", SYSROOT, args.work / case.build, case.kind, "200"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def __enter__(self):
        self.process.stdout.readline()
        time.sleep(0.3)
        return self.process.pid

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def gdb(args, options, script, environment):
    """A stripped dragoman brings its commands along: there nobody loads them."""
    load = ["-iex", f"add-auto-load-safe-path {args.work}"]
    if "STRIPPED" not in environment:
        load = ["-x", args.script]
    command = ["gdb", "-nx", "-q", "-batch", "-iex", "set debuginfod enabled off", *options, *load,
               "-x", HERE / script]
    environment = dict(os.environ, **{k: str(v) for k, v in environment.items()})
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200,
                          stdin=subprocess.DEVNULL)


def complaints(done, wanted):
    result = RESULT.search(done.stdout)
    if result and re.search(wanted, result[1]):
        return []
    return [f"wanted: {wanted}", *done.stdout.splitlines()[-20:], done.stderr[-1000:]]


def run(args, case):
    environment = {"KIND": case.kind}
    if case.build.endswith("-g"):
        environment["SOURCE"] = 1
    if case.strip:
        environment["STRIPPED"] = 1
    with Running(args, case) as pid:
        if case.rounds:
            environment.update(ROUNDS=case.rounds, CHAIN=CHAINS[case.kind] + BOTTOM)
            done = gdb(args, ["-p", str(pid)], "guest-stops.py", environment)
            return complaints(done, f"^{case.rounds} stops, .* 0 wrong$")
        if not case.core:
            environment["LIVE"] = 1
            done = gdb(args, ["-p", str(pid)], "guest-commands.py", environment)
            return complaints(done, r"^\d+ checks, 0 wrong$")
        core = args.work / f"core-{pid}"
        subprocess.run(["gdb", "-nx", "-q", "-batch", "-p", str(pid), "-ex", f"gcore {core}"],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)
    try:
        done = gdb(args, [program_of(args, case), core], "guest-commands.py", environment)
    finally:
        core.unlink(missing_ok=True)
    return complaints(done, r"^\d+ checks, 0 wrong$")


class ManyCase:
    """The time it takes to attach does not grow with what has been translated: seconds of CPU, since gdb alone
    takes half of one, and with room for a busy machine where they are real."""

    LIMIT, SYNC_LIMIT, kind = 1.0, 5.0, "many"

    def __str__(self):
        return "attach to 100,000 blocks"

    @staticmethod
    def result(args, program):
        with Running(args, program) as pid:
            time.sleep(0.5)
            return gdb(args, ["-p", str(pid)], "guest-many.py", {})

    def run(self, args):
        times = []
        for case in (Case("", "static", "calls"), Case("", "many", "")):
            done = self.result(args, case)
            found = re.search(r"^RESULT (\d+) blocks, attached ([\d.]+), synced ([\d.]+), at guest!\w+",
                              done.stdout, re.M)
            if not found:
                return [done.stdout[-1000:], done.stderr[-1000:]]
            times.append([int(found[1]), float(found[2]), float(found[3])])
        few, many = times
        if many[0] < 100000 or many[1] - few[1] > self.LIMIT or many[2] > self.SYNC_LIMIT:
            return [f"blocks, seconds to attach, to sync: {few}, {many}"]
        return []


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--script", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=30)
    args = parser.parse_args()
    for tool in (CROSS_CC, "gdb", "strip"):
        if not shutil.which(tool):
            return tap.skip_all(f"{tool} is not installed")
    build(args.work, args.dragoman)
    return tap.run_all([*cases(args.rounds), ManyCase()],
                       lambda case: case.run(args) if isinstance(case, ManyCase) else run(args, case))


if __name__ == "__main__":
    sys.exit(main())
