#!/usr/bin/env python3
"""Blocks of real programs, as --dump-block writes them, run as cases of this folder.

usage: dump-block.py DRAGOMAN IR_RUN GUEST_SOURCES WORK

Every backend, with all passes, each one left out, each host feature off, must do with them what the
interpreter does, from the registers and memory that the program had.
"""
import pathlib
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import tap  # noqa: E402

PROGRAMS = ["integer", "strings", "float-arith", "float-convert", "atomics", "bits", "setjmp",
            "wide-multiply", "structs"]
BLOCKS = 150
CROSS_CC = "riscv64-linux-gnu-gcc"


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=120, **options)


def build(sources, name, work):
    work.mkdir(parents=True, exist_ok=True)
    program = work / name
    subprocess.run([CROSS_CC, "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-static", "-pthread",
                    "-fno-strict-aliasing", sources / f"{name}.c", "-o", program, "-lm"], check=True)
    return program


def some_blocks(dragoman, program):
    """Addresses of blocks that are translated; the same ones each time for the same program."""
    log = run([dragoman, "-d", "in_asm", program]).stderr
    blocks = sorted(set(re.findall(r"^-- guest (0x[0-9a-f]+)", log, re.MULTILINE)))
    return random.Random(1).sample(blocks, min(BLOCKS, len(blocks)))


def complaints_about(args, name):
    dragoman, ir_run, sources, work = args
    program = build(sources, name, work)
    blocks = some_blocks(dragoman, program)
    with tempfile.TemporaryDirectory() as folder:
        done = run([dragoman, "--dump-block", ",".join(blocks), program], cwd=folder)
        files = sorted(pathlib.Path(folder).glob("block-*.ir"))
        # An address may lie in a block that was dumped for another one.
        if done.stderr.count("dump-block: wrote") < len(blocks) or len(files) < len(blocks) / 2:
            return [f"{len(files)} files for {len(blocks)} blocks", done.stderr[-300:]]
        result = run([ir_run, *files])
    lines = result.stdout.splitlines()
    if sum(line.startswith("ok ") for line in lines) == len(files):
        return []
    return [line for line in lines if not line.startswith("ok ")] + [result.stderr[-500:]]


def notices_wrong_values(args):
    """A case with a value that is not so must fail."""
    dragoman, ir_run, sources, work = args
    program = build(sources, PROGRAMS[0], work)
    with tempfile.TemporaryDirectory() as folder:
        run([dragoman, "--dump-block", "main", program], cwd=folder)
        files = list(pathlib.Path(folder).glob("block-*.ir"))
        if len(files) != 1:
            return [f"{len(files)} files for main"]
        text = files[0].read_text()
        files[0].write_text(text.replace("expect interpreter", "expect sp=0x1234"))
        result = run([ir_run, *files])
    return [] if "sp is" in result.stdout and result.returncode else [result.stdout]


def bad_lists(args):
    """One line of error and status 2."""
    dragoman, _, sources, work = args
    program = build(sources, PROGRAMS[0], work)
    for text in ("0x12zz", "1,,2", ""):
        done = run([dragoman, f"--dump-block={text}", program])
        if done.returncode == 0 or done.stdout or done.stderr.count("\n") != 1 or \
                "--dump-block" not in done.stderr:
            return [f"{text!r}: status {done.returncode}, {done.stdout!r}, {done.stderr!r}"]
    return []


def main():
    args = [pathlib.Path(path).resolve() for path in sys.argv[1:]]
    cases = [*PROGRAMS, notices_wrong_values, bad_lists]
    return tap.run_all(cases, lambda case: case(args) if callable(case)
                       else complaints_about(args, case),
                       lambda case: getattr(case, "__name__", case))


if __name__ == "__main__":
    sys.exit(main())
