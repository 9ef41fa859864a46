#!/usr/bin/env python3
"""--jit-dump: what readelf and objdump see in the file.

usage: jit-dump.py --dragoman PROGRAM --work DIR
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import tap  # noqa: E402

CROSS_CC = "riscv64-linux-gnu-gcc"


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    return done.stdout + done.stderr


def dump(args):
    """Of a guest that ends by itself: where a signal ends it nobody is asked."""
    args.work.mkdir(parents=True, exist_ok=True)
    guest, file = args.work / "guest", args.work / "dump"
    subprocess.run([CROSS_CC, "-O2", "-static", "-pthread", HERE / "programs.c", "-o", guest, "-lm"],
                   check=True)
    file.unlink(missing_ok=True)
    output(args.dragoman, f"--jit-dump={file}", guest, "once")
    return file


def check_sections(file):
    text = output("readelf", "-SW", file)
    wanted = [r"\.text +PROGBITS +[0-9a-f]{16} [0-9a-f]+ 0*[1-9a-f][0-9a-f]* 00  AX",
              r"\.debug_frame +PROGBITS", r"\.symtab +SYMTAB"]
    return [f"{pattern} in: {text}" for pattern in wanted if not re.search(pattern, text)]


def check_symbols(file):
    text = output("readelf", "-sW", file)
    wanted = [r"FUNC +GLOBAL DEFAULT +1 guest!fibonacci$", r" guest!once\+0x[0-9a-f]+$",
              r" guest!main$", r" dragoman_enter_code$"]
    complaints = [pattern for pattern in wanted if not re.search(pattern, text, re.M)]
    if "Warning" in text or "Error" in text:
        complaints.append(text[-1000:])
    return complaints


def check_frames(file):
    """From the prologue's first instruction, where the CFA is 8 above, to the row of all blocks."""
    rows = re.findall(r"^[0-9a-f]{16} rsp\+(\d+) ", output("readelf", "-wF", file), re.M)
    rows = [int(row) for row in rows[1:]]  # the first is the CIE's
    pushes = [8 * n for n in range(1, 8)]
    if rows[:7] != pushes or rows[-1] != max(rows) or rows[8:15] != pushes[::-1]:
        return [f"rows: {rows}"]
    return []


def check_code(file):
    """A block's code is there: objdump finds its jump out."""
    text = output("objdump", "-d", "--no-show-raw-insn", file)
    block = re.search(r"<guest!fibonacci>:\n(.*?)\n\n", text, re.S)
    if not block:
        return ["no block of fibonacci"]
    code = block[1]
    return [] if "(bad)" not in code and re.search(r"\tj\w+ ", code) else [code]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    args = parser.parse_args()
    for tool in (CROSS_CC, "readelf", "objdump"):
        if not shutil.which(tool):
            return tap.skip_all(f"{tool} is not installed")
    file = dump(args)

    def check_errors(_):
        text = output(args.dragoman, f"--jit-dump={args.work}/none/dump", args.work / "guest")
        return [] if re.fullmatch(r"dragoman: .*--jit-dump: .*\n", text) else [text]

    checks = [check_sections, check_symbols, check_frames, check_code, check_errors]
    return tap.run_all(checks, lambda check: check(file), lambda check: check.__name__)


if __name__ == "__main__":
    sys.exit(main())
