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

CROSS = "riscv64-linux-gnu-"
CROSS_CC = f"{CROSS}gcc"


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    return done.stdout + done.stderr


def dump(args, name="", flags=()):
    """Of a guest that ends by itself: where a signal ends it nobody is asked."""
    args.work.mkdir(parents=True, exist_ok=True)
    guest, file = args.work / f"guest{name}", args.work / f"dump{name}"
    subprocess.run([CROSS_CC, "-O2", "-static", "-pthread", *flags, HERE / "programs.c", "-o", guest,
                    "-lm"], check=True)
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
    block = re.search(r"^([0-9a-f]+) ([0-9a-f]+) T guest!fibonacci$", output("nm", "-S", file), re.M)
    if not block:
        return ["no block of fibonacci"]
    start, size = int(block[1], 16), int(block[2], 16)
    code = output("objdump", "-d", "--no-show-raw-insn", f"--start-address={start:#x}",
                  f"--stop-address={start + size:#x}", file)
    return [] if "(bad)" not in code and re.search(r"\tj\w+ ", code) else [code]


def lines_at(tool, file, addresses):
    """file:line of each, from binutils."""
    done = subprocess.run([tool, "-e", file], input="".join(f"{a:#x}\n" for a in addresses),
                          capture_output=True, text=True, timeout=100)
    lines = [line.split(" (")[0] for line in done.stdout.splitlines()]
    return ["unknown" if line.endswith(":?") else line for line in lines]


def check_lines(args, version):
    """Blocks begin at the line that the guest's own debug information has for their pc."""
    file = dump(args, f"-dwarf-{version}", [f"-gdwarf-{version}"])
    guest = args.work / f"guest-dwarf-{version}"
    starts = {}
    for line in output(f"{CROSS}nm", guest).splitlines():
        words = line.split()
        if len(words) == 3:
            starts.setdefault(words[2], int(words[0], 16))
    blocks = []
    for address, name, offset in re.findall(r"^([0-9a-f]+) T guest!([\w.]+)(?:\+0x([0-9a-f]+))?$",
                                            output("nm", file), re.M):
        if name in starts:
            blocks.append((int(address, 16), starts[name] + int(offset or "0", 16), name))
    ours = lines_at("addr2line", file, [block[0] for block in blocks])
    wanted = lines_at(f"{CROSS}addr2line", guest, [block[1] for block in blocks])
    wrong = [f"{block[2]} {block[1]:#x}: {a}, not {b}"
             for block, a, b in zip(blocks, ours, wanted) if a != b]
    if sum("programs.c:" in line for line in wanted) < 5 or len(ours) != len(blocks):
        wrong.append(f"{len(blocks)} blocks, {len(ours)} lines: too few")
    return wrong[:20]


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

    def check_dwarf_4(_):
        return check_lines(args, 4)

    def check_dwarf_5(_):
        return check_lines(args, 5)

    checks = [check_dwarf_4, check_dwarf_5, check_sections, check_symbols, check_frames, check_code, check_errors]
    return tap.run_all(checks, lambda check: check(file), lambda check: check.__name__)


if __name__ == "__main__":
    sys.exit(main())
