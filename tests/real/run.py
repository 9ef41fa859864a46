#!/usr/bin/env python3
"""Debian's own programs under dragoman, beside the amd64 builds of the same versions.

Each case is a script in this folder, run once with the programs of roots/riscv64 under dragoman
and once natively with those of roots/amd64, each in an empty directory of its own.  Standard
output, standard error and exit status must be the same.  The ending says what reads the script:

  .sh bash   .pl perl   .py python3   .lua lua5.4   .sql sqlite3   .bc bc   .awk gawk   .jq jq
  .js node

A case with a NAME.expect file has that in place of a native run, and no standard error: compilers,
Java and node find their parts by path, which would lead to those of the machine.  The text is what
the amd64 builds wrote in a chroot of their root, but for names of the architecture.

python-NAME cases run a part of Python's own test suite; cc1 compares compilers' assembly.
--fast takes a few cases that need little time and small roots.

The native programs run through the root's own dynamic loader, and where a case starts others by
name, through small scripts that do so; nothing of the machine but its kernel takes part.
With --wrap the guest's children are started that way too, for a translator without execve.
"""
import argparse
import itertools
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import tap  # noqa: E402

READERS = {
    ".sh": ["bash"],
    ".pl": ["perl"],
    ".py": ["python3"],
    ".lua": ["lua5.4"],
    ".sql": ["sqlite3", "-batch", ":memory:"],
    ".bc": ["bc", "-lq"],
    ".awk": ["gawk", "-f"],
    ".jq": ["jq", "-S", "-f"],
    ".js": ["node"],
}
FROM_STDIN = {".sql", ".bc"}
PYTHON_TESTS = ["test_math", "test_float", "test_struct", "test_json", "test_re", "test_decimal",
                "test_long", "test_unicodedata", "test_str", "test_zlib", "test_hashlib",
                "test_sqlite3", "test_fork1", "test_pty", "test_queue", "test_selectors",
                "test_socketserver", "test_thread", "test_threadsignals", "test_wait4"]
NOT_CASES = ["run.py", "make-source.py", "debootstrap.py"]
FAST = ["bash.sh", "text-tools.sh", "words.awk", "lua.lua", "pi.bc"]
CC1_LEVELS = ["-O0", "-O1", "-O2", "-Os"]
TIMEOUT = 1800
BINARIES = "usr/bin"
FOLDERS = [BINARIES, "usr/sbin"]


class Side:
    """One of the two worlds: where its programs are and how one is started."""

    def __init__(self, root, starter, work, wrap):
        self.root = root
        self.starter = starter          # [words before -- the program's path]; {} is its argv[0]
        self.path = self.make_wrappers(work) if wrap else "/usr/bin:/bin:/usr/sbin"

    def command(self, name, path=None):
        path = path or self.root / BINARIES / name
        return [str(word).replace("{}", name) for word in self.starter] + [str(path)]

    def make_wrappers(self, work):
        """A folder with a script for each ELF program of the root; its scripts come as links."""
        folder = work / f"bin-{self.root.name}"
        folder.mkdir(exist_ok=True)
        for path in itertools.chain(*[(self.root / name).iterdir() for name in FOLDERS]):
            wrapper = folder / path.name
            try:
                with open(path, "rb") as file:
                    magic = file.read(4)
            except OSError:
                continue                # a link to what only an installation would make
            if magic == b"\x7fELF":
                words = shlex.join(self.command(path.name, path))
                wrapper.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
                wrapper.chmod(0o755)
            elif magic[:2] == b"#!" and not wrapper.exists():
                wrapper.symlink_to(path)
        return str(folder)

    def environment(self, extra):
        env = {"PATH": self.path, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": ".", "USER": "guest"}
        env.update(extra)
        return env


class Native(Side):
    def __init__(self, root, work):
        loader = [root / "lib64/ld-linux-x86-64.so.2", "--argv0", "{}",
                  "--library-path", root / "usr/lib/x86_64-linux-gnu"]
        super().__init__(root, loader, work, wrap=True)

    def environment(self, extra):
        env = super().environment(extra)
        perl = [self.root / "usr/lib/x86_64-linux-gnu/perl/5.40", self.root / "usr/share/perl/5.40",
                self.root / "usr/lib/x86_64-linux-gnu/perl-base"]
        env["PERL5LIB"] = ":".join(map(str, perl))
        env["PYTHONHOME"] = str(self.root / "usr")
        env["OPENSSL_CONF"] = "/dev/null"
        env["GIT_EXEC_PATH"] = self.path
        env["OPENSSL_MODULES"] = str(self.root / "usr/lib/x86_64-linux-gnu/ossl-modules")
        return env


class Guest(Side):
    def __init__(self, root, translator, work, wrap):
        super().__init__(root, [*translator, "-L", root, "-0", "{}"], work, wrap)

    def environment(self, extra):
        env = super().environment(extra)
        env["PYTHONHOME"] = "/usr"
        env["OPENSSL_CONF"] = "/dev/null"
        return env


class Case:
    """A name and what to run: a program of the root, arguments, and a file for standard input."""

    def __init__(self, name, program, arguments, stdin=None, files=(), result=None, expect=None):
        self.name = name
        self.program = program
        self.arguments = arguments
        self.stdin = stdin
        self.files = files              # copied into the working directory
        self.result = result            # a file the program writes, compared as well
        self.expect = expect            # a file with what it prints, in place of a native run

    def __str__(self):
        return self.name


def tidy(text):
    """Leave out what may differ: run times, addresses, and where a program's files lie."""
    text = re.sub(r"(duration:|\] test_\S+ \w+ in) [0-9.]+ (ms|sec|min).*", r"\1 TIME", text)
    text = re.sub(r"^(== (?!Tests result).*|0:\d\d:\d\d .*)\n", "", text, flags=re.M)
    text = re.sub(r"0x[0-9a-f]{7,}", "ADDRESS", text)
    return re.sub(r"\S*/usr/lib/python3", "/usr/lib/python3", text)


def run(side, case, path=None):
    with tempfile.TemporaryDirectory() as directory:
        for file in case.files:
            shutil.copy(file, directory)
        stdin = open(case.stdin, "rb") if case.stdin else subprocess.DEVNULL
        result = subprocess.run(
            side.command(case.program, path) + case.arguments, cwd=directory, stdin=stdin,
            capture_output=True, timeout=TIMEOUT, env=side.environment({}))
        produced = b""
        if case.result:
            file = pathlib.Path(directory, case.result)
            produced = file.read_bytes() if file.exists() else b"(no file)"
    parts = [f"exit status {result.returncode}"]
    parts += [part.decode(errors="backslashreplace") for part in
              (result.stdout, result.stderr, produced)]
    return [tidy(part) for part in parts]


def expected(case):
    return ["exit status 0", case.expect.read_text(), "", ""]


def difference(want, got):
    want, got = want.splitlines(), got.splitlines()
    for number in range(max(len(want), len(got))):
        w = want[number] if number < len(want) else "(nothing)"
        g = got[number] if number < len(got) else "(nothing)"
        if w != g:
            return f"line {number + 1}: native: {w[:300]}\n      guest: {g[:300]}"
    return "line ends"


def check(case, native, guest):
    paths = (None, None)
    for side in (guest,) if case.expect else (native, guest):
        if case.program != "cc1" and not (side.root / BINARIES / case.program).exists():
            raise tap.Skip(f"{side.root} holds no {case.program}; `make roots` completes it")
    if case.program == "cc1":
        paths = tuple(next(side.root.glob("usr/libexec/gcc*/riscv64-linux-gnu/*/cc1"), None)
                      for side in (native, guest))
        if None in paths:
            raise tap.Skip("the roots hold no cc1 for riscv64")
    want = expected(case) if case.expect else run(native, case, paths[0])
    got = run(guest, case, paths[1])
    names = ("status", "standard output", "standard error", "result")
    return [f"{name}: {difference(w, g)}" for name, w, g in zip(names, want, got) if w != g]


def all_cases(source):
    """The scripts of this folder, then what is not a script."""
    cases = []
    for path in sorted(HERE.iterdir()):
        if path.suffix not in READERS or path.name in NOT_CASES:
            continue
        program, *arguments = READERS[path.suffix]
        if path.suffix in FROM_STDIN:
            cases.append(Case(path.name, program, arguments, stdin=path))
        else:
            expect = path.with_suffix(".expect")
            cases.append(Case(path.name, program, [*arguments, path.name], files=[path],
                              expect=expect if expect.exists() else None))
    for test in PYTHON_TESTS:
        cases.append(Case(f"python-{test}", "python3", ["-m", "test", "-q", "--randseed", "1", test]))
    for level in CC1_LEVELS:
        cases.append(Case(f"cc1{level}", "cc1",
                          ["-quiet", "-w", level, "-march=rv64gc", "-mabi=lp64d", source.name,
                           "-o", "out.s"], files=[source], result="out.s"))
    return cases


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--option", action="append", default=[], help="an option for it")
    parser.add_argument("--roots", type=pathlib.Path, default=HERE.parent.parent / "roots")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--wrap", action="store_true")
    parser.add_argument("names", nargs="*", help="cases to run; all if none is given")
    args = parser.parse_args()

    names = FAST if args.fast else args.names
    roots = args.roots.resolve()
    for arch in ("riscv64", "amd64"):
        if not (roots / arch / ".guest-root").exists():
            return tap.skip_all(f"no {roots / arch}; `make roots` unpacks it")
    translator = [os.path.abspath(shutil.which(args.dragoman) or args.dragoman), *args.option]
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        source = work / "source.c"
        source.write_bytes(subprocess.run([sys.executable, HERE / "make-source.py"], check=True,
                                          capture_output=True).stdout)
        cases = [case for case in all_cases(source) if not names or str(case) in names]
        native = Native(roots / "amd64", work)
        guest = Guest(roots / "riscv64", translator, work, args.wrap)
        return tap.run_all(cases, lambda case: check(case, native, guest))


if __name__ == "__main__":
    sys.exit(main())
