#!/usr/bin/env python3
"""Run small guest programs under dragoman and compare what they do with what they should do.

Each .c or .S file of --cases is a case.  It is built with the cross compiler and run under
dragoman; its standard output and how it ended (exit status or signal) are compared with

  NAME.expect      if there is such a file: the standard output, and the `exit:` line below
  a native build   else: the same source built for this machine

Lines at the top of a source say what differs from the usual:

  /* flags: -O1 -static -lm */       compiler flags, in place of -O2 -static (COMMON_FLAGS always)
  /* dragoman: -L DIR */             options of dragoman; a program that is not static gets -L
  /* args: a b */                    program arguments
  /* env: NAME=value ... */          environment, beside LC_ALL=C
  /* exit: 3 */  or  SIGSEGV         how it ends where there is an .expect file; 0 else
  /* stdin: text */                  one line of standard input
  /* memory: GIB */                  at most this much address space, in GiB

With --dragoman qemu-riscv64 the cases themselves are put to the test.
"""
import argparse
import hashlib
import os
import pathlib
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tap  # noqa: E402

CROSS_CC = "riscv64-linux-gnu-gcc"
SYSROOT = "/usr/riscv64-linux-gnu"
COMMON_FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-fno-strict-aliasing"]
HOST_CC = os.environ.get("CC", "gcc")
TIMEOUT = 120
DIRECTIVE = re.compile(r"^/[/*]\s*(flags|dragoman|args|env|exit|stdin|memory):\s*(.*?)\s*(?:\*/)?\s*$")

INCLUDE = re.compile(r'^#include "(\.\./.*)"$', re.M)


class Case:
    def __init__(self, path):
        self.path = path
        self.expect = path.with_suffix(".expect")
        self.options = {}
        for line in path.read_text().splitlines()[:20]:
            match = DIRECTIVE.match(line)
            if match:
                self.options[match[1]] = match[2]
        self.flags = shlex.split(self.options.get("flags", "-O2 -static"))
        self.args = shlex.split(self.options.get("args", ""))
        self.stdin = (self.options["stdin"] + "\n") if "stdin" in self.options else ""

    def __str__(self):
        return self.path.stem

    def environment(self):
        env = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
        env.update(pair.split("=", 1) for pair in shlex.split(self.options.get("env", "")))
        return env

    def dragoman_options(self):
        if "dragoman" in self.options:
            return shlex.split(self.options["dragoman"])
        is_static = any(flag in self.flags for flag in ("-static", "-static-pie", "-nostdlib"))
        return [] if is_static else ["-L", SYSROOT]

    def expected_end(self):
        text = self.options.get("exit", "0")
        return -signal.Signals[text] if text.startswith("SIG") else int(text)


def build(compiler, case, work):
    """Compile once per content: the name holds a hash of all that goes into the program."""
    sources = [case.path, *sorted(case.path.parent.glob("*.h"))]
    for source in list(sources):
        sources += [source.parent / name for name in INCLUDE.findall(source.read_text())]
    content = b"".join(source.read_bytes() for source in sources)
    key = hashlib.sha256(content + repr([compiler, COMMON_FLAGS, case.flags]).encode()).hexdigest()[:12]
    program = work / f"{case}-{compiler.split('-')[0]}-{key}"
    if not program.exists():
        scratch = program.with_suffix(f".{os.getpid()}")
        flags = [flag for flag in case.flags if not flag.startswith("-l")]
        libraries = [flag for flag in case.flags if flag.startswith("-l")]
        subprocess.run([compiler, *COMMON_FLAGS, *flags, "-o", scratch, case.path, *libraries], check=True)
        scratch.rename(program)
    return program


def has_shadow(program):
    """The address sanitizer reserves 20 TiB of address space before main."""
    return b"__asan_init" in pathlib.Path(program).read_bytes()


def limit_resources(memory):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory << 30, memory << 30))
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (8 << 20, hard))


def run(command, case):
    """(end, stdout, stderr); end is an exit status, or minus a signal's number."""
    memory = 0 if has_shadow(command[0]) else int(case.options.get("memory", 0))
    with tempfile.TemporaryDirectory() as directory:
        result = subprocess.run(
            command, cwd=directory, env=case.environment(), input=case.stdin.encode(),
            capture_output=True, timeout=TIMEOUT, preexec_fn=lambda: limit_resources(memory))
    return result.returncode, result.stdout.decode(errors="backslashreplace"), result.stderr


def end_text(end):
    return signal.Signals(-end).name if end < 0 else f"exit status {end}"


def first_difference(want, got):
    want, got = want.splitlines(), got.splitlines()
    for number in range(max(len(want), len(got))):
        w = want[number] if number < len(want) else "(nothing)"
        g = got[number] if number < len(got) else "(nothing)"
        if w != g:
            return f"line {number + 1}: expected: {w}\n     but got: {g}"
    return "they differ in line ends only"


def check(case, dragoman, work):
    guest = build(CROSS_CC, case, work)
    if case.expect.exists():
        want_end, want = case.expected_end(), case.expect.read_text()
    else:
        native = build(HOST_CC, case, work)
        want_end, want, _ = run([native, *case.args], case)
    end, got, errors = run([*dragoman, *case.dragoman_options(), guest, *case.args], case)
    complaints = []
    if end != want_end:
        complaints.append(f"ended with {end_text(end)}, expected {end_text(want_end)}")
    if got != want:
        complaints.append(first_difference(want, got))
    if complaints and errors:
        complaints.append("standard error: " + errors.decode(errors="replace")[-2000:])
    if complaints:
        complaints.append("again: " + shlex.join(
            map(str, [*dragoman, *case.dragoman_options(), guest, *case.args])))
    return complaints


def find_cases(directory, names):
    paths = sorted(p for p in directory.iterdir() if p.suffix in (".c", ".S"))
    if names:
        unknown = set(names) - {p.stem for p in paths}
        if unknown:
            sys.exit(f"run-guest: no such case in {directory}: {', '.join(sorted(unknown))}")
        paths = [p for p in paths if p.stem in names]
    return [Case(p) for p in paths]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True, help="the translator")
    parser.add_argument("--option", action="append", default=[], metavar="OPTION",
                        help="an option for it: --option=--backend=tci")
    parser.add_argument("--cases", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent / "guest")
    parser.add_argument("--work", type=pathlib.Path, help="where programs are built")
    parser.add_argument("names", nargs="*", help="cases to run; all if none is given")
    args = parser.parse_args()

    if not shutil.which(CROSS_CC):
        return tap.skip_all(f"{CROSS_CC} is not installed (scripts/install-deps cross)")
    dragoman = [os.path.abspath(shutil.which(args.dragoman) or args.dragoman), *args.option]
    work = args.work or pathlib.Path(tempfile.mkdtemp(prefix="run-guest-"))
    work.mkdir(parents=True, exist_ok=True)
    cases = find_cases(args.cases, args.names)
    return tap.run_all(cases, lambda case: check(case, dragoman, work.resolve()))


if __name__ == "__main__":
    sys.exit(main())
