#!/usr/bin/env python3
"""Unwinders in the process itself pass through generated code, with libgcc's alone and with libunwind.

usage: backtrace.py --program BACKTRACE --work DIR      (BACKTRACE is made from backtrace.c)
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
LIBUNWIND = "libunwind.so.8"
RUNS = [("calls", 1000), ("helpers", 200), ("convert", 200)]


class Case:
    def __init__(self, kind, samples, preload):
        self.kind, self.samples, self.preload = kind, samples, preload

    def __str__(self):
        return f"{self.samples} samples: {self.kind}{', ' + LIBUNWIND if self.preload else ''}"


def run(args, guest, case):
    environment = dict(os.environ, LD_PRELOAD=LIBUNWIND if case.preload else "")
    done = subprocess.run([args.program, str(case.samples), guest, case.kind], env=environment,
                          capture_output=True, text=True, timeout=200)
    if case.preload and "cannot be preloaded" in done.stderr:
        raise tap.Skip(f"{LIBUNWIND} is not installed")
    lines = re.findall(r"^ok \d - .*(?: come to main| a block itself)$", done.stdout, re.M)
    if done.returncode == 0 and len(lines) == (4 if case.preload else 3):
        return []
    return [f"status {done.returncode}", *done.stdout.splitlines()[-12:], done.stderr]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    args = parser.parse_args()
    if not shutil.which(CROSS_CC):
        return tap.skip_all(f"{CROSS_CC} is not installed")
    args.work.mkdir(parents=True, exist_ok=True)
    guest = args.work / "guest"
    subprocess.run([CROSS_CC, "-O2", "-static", "-pthread", HERE / "programs.c", "-o", guest, "-lm"],
                   check=True)
    cases = [Case("calls", 300, True), *(Case(*run_, False) for run_ in RUNS)]
    return tap.run_all(cases, lambda case: run(args, guest, case))


if __name__ == "__main__":
    sys.exit(main())
