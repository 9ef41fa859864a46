#!/usr/bin/env python3
"""gdb attached to dragoman itself: frames around generated code are right at every instruction.

usage: host.py --dragoman PROGRAM --work DIR [--rounds N] [--option OPTION]...

The scripts host-*.py run inside gdb; each prints WRONG lines and one RESULT line.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import tap  # noqa: E402

CROSS_CC = "riscv64-linux-gnu-gcc"
KINDS = ["integer", "float", "calls", "blocked", "helpers", "threads"]
RESULT = re.compile(r"^RESULT (.*)", re.MULTILINE)


class Case:
    def __init__(self, name, script, kind, environment, wanted):
        self.name, self.script, self.kind = name, script, kind
        self.environment, self.wanted = environment, wanted

    def __str__(self):
        return self.name


def cases(rounds):
    yield Case("stepi through entries, blocks, exits", "host-steps.py", "integer",
               {"DISPATCHES": 100, "STEPS": 60},
               r"[1-9]\d\d\d+ instructions, .* 0 wrong, in block dragoman_enter_code "
               r"dragoman_leave_code")
    yield Case("stepi through helper calls", "host-steps.py", "helpers",
               {"DISPATCHES": 60, "STEPS": 400, "AFTER_WRITE": 1},
               r"[1-9]\d+ of helpers, 0 wrong")
    for kind in KINDS:
        through = "0" if kind == "blocked" else r"[1-9]\d*"
        yield Case(f"{rounds} interruptions: {kind}", "host-interrupt.py", kind,
                   {"ROUNDS": rounds},
                   rf"{rounds} stops, \d+ backtraces, {through} through generated code, 0 wrong")


def build(work):
    work.mkdir(parents=True, exist_ok=True)
    program = work / "programs-riscv64"
    subprocess.run([CROSS_CC, "-O2", "-static", "-pthread", HERE / "programs.c", "-o", program,
                    "-lm"], check=True)
    return program


def run_gdb(args, case, program):
    environment = dict(os.environ, **{k: str(v) for k, v in case.environment.items()})
    command = ["gdb", "-nx", "-q", "-batch", "-x", HERE / case.script, "--args", args.dragoman,
               *args.option, program, case.kind, "200"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300,
                          stdin=subprocess.DEVNULL)


def run(args, program, case):
    done = run_gdb(args, case, program)
    result = RESULT.search(done.stdout)
    if result and re.search(case.wanted, result[1]):
        return []
    wrong = [line for line in done.stdout.splitlines() if line.startswith("WRONG")]
    return [f"wanted: {case.wanted}", *wrong[:5], *done.stdout.splitlines()[-12:], done.stderr[-1000:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--option", action="append", default=[])
    args = parser.parse_args()
    for tool in (CROSS_CC, "gdb"):
        if not shutil.which(tool):
            return tap.skip_all(f"{tool} is not installed")
    program = build(args.work)
    return tap.run_all(list(cases(args.rounds)), lambda case: run(args, program, case))


if __name__ == "__main__":
    sys.exit(main())
