#!/usr/bin/env python3
"""dragoman crashes, made to by gdb: it says where, on both sides, and dies of the signal.

usage: crash.py --dragoman PROGRAM --work DIR
"""
import argparse
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import tap  # noqa: E402

CROSS_CC = "riscv64-linux-gnu-gcc"
GUEST_BOTTOM = ["__libc_start_call_main", "__libc_start_main", "_start"]
SECTIONS = re.compile(r"^dragoman: internal error: (?P<signal>SIG\w+) at host pc 0x[0-9a-f]+.*?\n"
                      r"host stack:\n(?P<host>.*?)"
                      r"guest registers(?P<which>.*?):\n(?P<registers>.*?)"
                      r"guest stack:\n(?P<guest>.*)\Z", re.S)
HOST_FRAME = re.compile(r"^  #(\d+) +0x[0-9a-f]{16} (\S.*)$", re.M)
GUEST_FRAME = re.compile(r"^  #(\d+) +0x[0-9a-f]{16} (\w+)\+0x[0-9a-f]+$", re.M)


class Case:
    """kind: of programs.c; commands: for gdb, until dragoman is about to crash."""

    def __init__(self, name, kind, commands, signo, through_block, chain):
        self.name, self.kind, self.commands, self.signo = name, kind, commands, signo
        self.through_block, self.chain = through_block, chain

    def __str__(self):
        return self.name


CASES = [
    Case("in a helper that a block called", "helpers",
         ["break helper_fma_d", "continue", "delete", "set $rsi = 16", "set $rdi = 16"],
         "SIGSEGV", True, ["helpers", "main"]),
    Case("in a function that a slow path called", "convert",
         ["break x86_slow_to_int", "continue", "delete", "set $rdi = 16"],
         "SIGSEGV", True, ["convert", "main"]),
    Case("by abort()", "blocked",
         ["set $orig_rax = -1", "set $rsp = ($rsp & ~15) - 264", "set $pc = (long)&abort"],
         "SIGABRT", False, ["read", "blocked", "main"]),
    Case("between system calls", "blocked",
         ["set $orig_rax = -1", "set $rdi = 0", "set $pc = (long)&vcpu_dump"],
         "SIGSEGV", False, ["read", "blocked", "main"]),
]


def program(work):
    work.mkdir(parents=True, exist_ok=True)
    path = work / "crash-program"
    subprocess.run([CROSS_CC, "-O2", "-static", "-pthread", HERE / "programs.c", "-o", path, "-lm"],
                   check=True)
    return path


def crash(args, guest, case):
    """(status, standard error)"""
    command = [args.dragoman, guest, case.kind, "100"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        process.stdout.readline()
        time.sleep(0.3)
        words = ["gdb", "-nx", "-q", "-batch", "-p", str(process.pid),
                 "-ex", "handle SIGSEGV SIGABRT nostop noprint pass"]
        for line in [*case.commands, "continue"]:
            words += ["-ex", line]
        subprocess.run(words, capture_output=True, timeout=100, stdin=subprocess.DEVNULL)
        try:
            _, text = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            _, text = process.communicate()
    return process.returncode, text


def run(args, guest, case):
    status, text = crash(args, guest, case)
    report = SECTIONS.search(text)
    if not report:
        return ["no report", f"status {status}", text]
    complaints = []
    host, frames = HOST_FRAME.findall(report["host"]), GUEST_FRAME.findall(report["guest"])
    names = [name for _, name in frames]
    in_block = [name for _, name in host if name.startswith("translated guest code at 0x")]
    if status != -getattr(signal, case.signo) or report["signal"] != case.signo:
        complaints.append(f"status {status}, {report['signal']}")
    # At least: the run loop, cpu_loop(), main() and what called it.
    callers = [name for _, name in host if name.startswith("dragoman+0x")]
    if len(callers) < (4 if case.through_block else 2) or not host[-1][1].startswith("dragoman+0x"):
        complaints.append("the host's stack is not whole")
    if len(in_block) != case.through_block or bool(report["which"]) == case.through_block:
        complaints.append(f"{in_block}, registers{report['which']}")
    if names != case.chain + GUEST_BOTTOM:
        complaints.append(f"guest's frames: {names}")
    if not re.search(r"  pc +0*[1-9a-f]", report["registers"]) or "fs11" not in report["registers"]:
        complaints.append("registers")
    if text.count("host stack") != 1:
        complaints.append("more than one report")
    return [*complaints, text] if complaints else []


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    args = parser.parse_args()
    for tool in (CROSS_CC, "gdb"):
        if not shutil.which(tool):
            return tap.skip_all(f"{tool} is not installed")
    guest = program(args.work)
    return tap.run_all(CASES, lambda case: run(args, guest, case))


if __name__ == "__main__":
    sys.exit(main())
