#!/usr/bin/env python3
"""Hold the host code of known guest code against what was approved.

    codegen.py --dragoman D FILE.S...     compare with FILE.expect (TAP)
    codegen.py --bless ...                write FILE.expect anew; read the difference before committing

Each program is built with the cross compiler and run with a fixed set of host features, so that the
code is the same on every machine.  Addresses and bytes are left out: what counts is which
instructions are made of which, and how many.
"""
import argparse
import pathlib
import re
import subprocess
import tempfile

FEATURES = "-bmi1,-bmi2,-lzcnt,-movbe,-popcnt,-avx,-sse4.1"
HOST = re.compile(r"^ {8}0x[0-9a-f]+:\s+[0-9a-f]+\s+(.*)$")
GUEST = re.compile(r"^  0x[0-9a-f]+:\s+[0-9a-f]+\s+(.*)$")


def normal(text):
    """Without what depends on where code lies."""
    text = re.sub(r"^(j\w+|call) 0x[0-9a-f]+$", r"\1 L", text)
    text = re.sub(r"\[rip [+-] 0x[0-9a-f]+\]", "[rip]", text)
    return re.sub(r"\b0x[0-9a-f]{5,}\b", "N", text)


def host_code(dragoman, source):
    """Lines: block, guest instructions, host instructions; cold code behind the last jump left out."""
    out, guest, nb_host = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        program, log = f"{folder}/program", f"{folder}/log"
        subprocess.run(["riscv64-linux-gnu-gcc", "-nostdlib", "-static", "-o", program, source], check=True)
        done = subprocess.run([dragoman, f"--host-features={FEATURES}", "-d", "out_asm", "-D", log, program],
                              stdin=subprocess.DEVNULL)
        lines = pathlib.Path(log).read_text().splitlines()
    if done.returncode:
        raise SystemExit(f"{source}: ended with {done.returncode}")
    cold = False
    for line in lines:
        if line.startswith("-- host code for"):
            cold = False
            out.append("block " + re.search(r"<(.*?)>", line)[1])
        elif match := GUEST.match(line):
            guest += 1
            out.append("  " + re.sub(r"\b0x[0-9a-f]{5,}\b", "N", match[1]))
        elif line.startswith("    ; "):
            cold |= line.startswith("    ; exit_tb #interrupt")
        elif (match := HOST.match(line)) and not cold:
            if not match[1].startswith("nop"):
                nb_host += 1
                out.append("      " + normal(match[1]))
    out.append(f"{guest} guest instructions, {nb_host} host instructions")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("sources", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    if not args.bless:
        print(f"1..{len(args.sources)}")
    for number, source in enumerate(args.sources, 1):
        code, expect = host_code(args.dragoman, source), source.with_suffix(".expect")
        if args.bless:
            expect.write_text(code)
            continue
        wanted = expect.read_text() if expect.exists() else ""
        print(f"{'ok' if code == wanted else 'not ok'} {number} - {source.name}")
        for got, want in zip(code.splitlines(), wanted.splitlines()):
            if got != want:
                print(f"# got      {got}\n# expected {want}\n# (ninja bless takes the new code over)")
                break


main()
