#!/usr/bin/env python3
"""binfmt_misc: which files the rules catch, and programs started by the kernel through them.

usage: binfmt.py DRAGOMAN SCRIPT WORK
Rules are registered in a user namespace of our own (Linux 6.7), so the machine's are not touched;
where that cannot be had, what needs it is skipped.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import tap  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parent / "binfmt/show.c"
CROSS_CC, HOST_CC = "riscv64-linux-gnu-gcc", os.environ.get("CC", "gcc")
TIMEOUT = 60

# In the namespace: registers with FLAGS, runs the command in the work directory, goes away.
INSIDE = """
set -e
mkdir -p fs
mount -t binfmt_misc binfmt_misc fs
"$SCRIPT" register --fs fs --flags "$FLAGS" --dragoman "$DRAGOMAN" --interpreter "$INTERPRETER" >&2
exec "$@"
"""

LIFE_CYCLE = """
"$SCRIPT" status --fs fs --dragoman "$DRAGOMAN" || exit
"$SCRIPT" register --fs fs --flags P --dragoman "$DRAGOMAN" || exit
"$SCRIPT" status --fs fs --dragoman "$DRAGOMAN" || exit
echo 0 >fs/dragoman-riscv64
"$SCRIPT" status --fs fs --dragoman "$DRAGOMAN"
echo "$?"
"$SCRIPT" unregister --fs fs --dragoman "$DRAGOMAN" || exit
"$SCRIPT" status --fs fs --dragoman "$DRAGOMAN"
"""


def unescape(text):
    return bytes.fromhex(text.replace("\\x", ""))


class Rule:
    def __init__(self, line):
        fields = line.split(line[0])
        _, self.name, self.kind, self.offset, magic, mask, self.interpreter, self.flags = fields
        self.magic, self.mask = unescape(magic), unescape(mask)

    def matches(self, head):
        """As the kernel compares: search_binfmt_handler, load_misc_binary."""
        return len(head) >= len(self.magic) and all(
            (have ^ want) & mask == 0 for have, want, mask in zip(head, self.magic, self.mask))


class Suite:
    def __init__(self, dragoman, script, work):
        self.dragoman, self.script = os.path.abspath(dragoman), os.path.abspath(script)
        self.work = pathlib.Path(work).resolve()
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.show = self.build("show", CROSS_CC, "-static")

    def build(self, name, compiler, *flags):
        out = self.work / name
        subprocess.run([compiler, "-O1", *flags, "-o", out, SOURCE], check=True)
        return out

    def run_script(self, *args, **environment):
        return subprocess.run([self.script, *args, "--dragoman", self.dragoman], text=True,
                              capture_output=True, timeout=TIMEOUT,
                              env={**os.environ, **environment})

    def rules(self):
        return [Rule(line) for line in self.run_script("print").stdout.splitlines()]

    def riscv64(self):
        return next(rule for rule in self.rules() if rule.name == "dragoman-riscv64")

    def inside(self, flags, *command, interpreter=None):
        """The command's result in a namespace with the rules; Skip where there can be none."""
        namespace = ["unshare", "--user", "--map-root-user", "--mount"]
        (self.work / "fs").mkdir(exist_ok=True)
        probe = subprocess.run([*namespace, "mount", "-t", "binfmt_misc", "binfmt_misc", "fs"],
                               cwd=self.work, capture_output=True, text=True)
        if probe.returncode:
            raise tap.Skip("cannot mount binfmt_misc in a user namespace (Linux 6.7, and user "
                           f"namespaces allowed): {probe.stderr.strip()}")
        environment = {**os.environ, "SCRIPT": self.script, "FLAGS": flags,
                       "DRAGOMAN": self.dragoman, "INTERPRETER": interpreter or self.dragoman}
        return subprocess.run([*namespace, "sh", "-c", INSIDE, "sh", *command], cwd=self.work,
                              env=environment, capture_output=True, text=True, timeout=TIMEOUT)


def differs(result, output, status):
    if (result.stdout, result.returncode) != (output, status):
        return [f"said {result.stdout!r}, status {result.returncode}, not {output!r}, {status}: "
                f"{result.stderr}"]
    return []


def head_of(path):
    return pathlib.Path(path).read_bytes()[:256]


def check_magic(suite):
    """Programs of the guest are caught, all else is left alone."""
    rule = suite.riscv64()
    static = head_of(suite.show)
    yes = {"static": static, "PIE": head_of(suite.build("pie", CROSS_CC, "-pie", "-fPIE")),
           "not PIE": head_of(suite.build("no-pie", CROSS_CC, "-no-pie")),
           "the C library": head_of("/usr/riscv64-linux-gnu/lib/libc.so.6"),
           "GNU's OS/ABI": static[:7] + b"\3" + static[8:]}
    no = {"amd64": head_of(suite.build("amd64", HOST_CC)),
          "amd64, not PIE": head_of(suite.build("amd64-no-pie", HOST_CC, "-no-pie")),
          "dragoman": head_of(suite.dragoman), "a shell": head_of("/bin/sh"),
          "an object file": head_of(suite.build("object", CROSS_CC, "-c")),
          "a core file": static[:16] + b"\4" + static[17:],
          "32 bits": static[:4] + b"\1" + static[5:],
          "big-endian": static[:5] + b"\2" + static[6:16] + b"\0\2\0\xf3" + static[20:],
          "another version": static[:6] + b"\2" + static[7:],
          "another machine": static[:18] + b"\xb7" + static[19:],
          "a large machine": static[:19] + b"\1" + static[20:],
          "a script": b"#!/bin/sh\nexit\n", "nothing": b"", "cut off": static[:19],
          "zeros": bytes(256), "ones": b"\xff" * 256}
    return [f"{name} is not caught" for name, head in yes.items() if not rule.matches(head)] + \
           [f"{name} is caught" for name, head in no.items() if rule.matches(head)]


def check_print(suite):
    """A rule for each guest, within the kernel's limits."""
    guests = subprocess.run([suite.dragoman, "--list-guests"], capture_output=True,
                            text=True).stdout.split()
    rules = suite.rules()
    bad = [] if [r.name for r in rules] == [f"dragoman-{g}" for g in guests] else ["names"]
    for rule in rules:
        have = rule.kind, rule.offset, rule.interpreter, rule.flags
        if have != ("M", "0", suite.dragoman, "PF"):
            bad.append(f"{rule.name}: {vars(rule)}")
        if len(rule.magic) != len(rule.mask) or len(rule.magic) > 128:
            bad.append(f"{rule.name}: magic of {len(rule.magic)} bytes")
    if suite.run_script("print", "vax").returncode == 0:
        bad.append("an unknown guest is taken")
    if suite.run_script("print", "--flags", "X").returncode == 0:
        bad.append("an unknown flag is taken")
    return bad


def check_install(suite):
    root = suite.work / "root"
    done = suite.run_script("install", "--interpreter", "/usr/bin/dragoman", DESTDIR=str(root))
    text = (root / "usr/lib/binfmt.d/dragoman-riscv64.conf").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    want = suite.run_script("print", "riscv64", "--interpreter", "/usr/bin/dragoman").stdout
    bad = [] if done.returncode == 0 and lines == want.splitlines() else [f"{done} {text}"]
    if Rule(lines[0]).interpreter != "/usr/bin/dragoman":
        bad.append(lines[0])
    return bad


def check_run(suite):
    """Programs run by their name, with their own argv[0] and arguments that look like options."""
    bad = differs(suite.inside("PF", "./show", "-L", "--help"),
                  "called ./show: [./show] [-L] [--help] lowest 3\n", 3)
    for name in ("other", " ", "-x"):
        bad += differs(suite.inside("PF", sys.executable, "-c", "import os; os.execv('./show', "
                                    f"[{name!r}, 'a b', ''])"),
                       f"called ./show: [{name}] [a b] [] lowest 3\n", 3)
    # A name that looks like an option, in a path without a slash.
    shutil.copy(suite.show, suite.work / "-version")
    return bad + differs(suite.inside("PF", sys.executable, "-c",
                                      "import os; os.execv('-version', ['v'])"),
                         "called -version: [v] lowest 3\n", 1)


def check_life_cycle(suite):
    """Register, register again, disable, unregister."""
    done = suite.inside("PF", "sh", "-c", LIFE_CYCLE)
    name, to = "dragoman-riscv64", suite.dragoman
    want = [f"{name}: enabled, {to}, flags PF", f"{name}: registered, {to}, flags P",
            f"{name}: enabled, {to}, flags P", f"{name}: disabled, {to}, flags P", "1",
            f"{name}: unregistered", f"{name}: not registered"]
    return [] if done.stdout.splitlines() == want and done.returncode == 1 else [str(done)]


def check_no_flags(suite):
    """Without P argv[0] is the path, as the kernel gives it; with O no descriptor is left open."""
    bad = differs(suite.inside("", "./show", "-L"), "called ./show: [./show] [-L] lowest 3\n", 2)
    bad += differs(suite.inside("O", "./show"), "called ./show: [./show] lowest 3\n", 1)
    return bad + differs(suite.inside("POC", sys.executable, "-c",
                                      "import os; os.execv('./show', ['name', '-x'])"),
                         "called ./show: [name] [-x] lowest 3\n", 2)


def check_environment(suite):
    """Options come from the environment."""
    return differs(suite.inside("PF", "env", "DRAGOMAN_SET_ENV=A=1", "DRAGOMAN_ARGV0=ignored",
                                "./show"), "called ./show: [./show] lowest 3\n", 1)


def check_script(suite):
    """#! names a program of the guest."""
    script = suite.work / "script"
    script.write_text(f"#!{suite.show} -s\n")
    script.chmod(0o755)
    return differs(suite.inside("PF", "./script", "x"),
                   f"called ./script: [{suite.show}] [-s] [./script] [x] lowest 3\n", 4)


def check_exec(suite):
    """A program of the guest starts another, and one of the host starts one."""
    bad = differs(suite.inside("PF", "./show", "again", "./show"),
                  "called ./show: [./show] [again] [./show] lowest 3\n"
                  "called ./show: [again's] [-x] lowest 3\n", 2)
    return bad + differs(suite.inside("PF", "./show", "again", "/bin/echo"),
                         "called ./show: [./show] [again] [/bin/echo] lowest 3\n-x\n", 0)


def make_root(suite):
    """A root directory with the guest's program and what the kernel needs to start dragoman."""
    root = suite.work / "chroot"
    root.mkdir(exist_ok=True)
    shutil.copy(suite.show, root / "show")
    listed = subprocess.run(["ldd", suite.dragoman], capture_output=True, text=True).stdout
    for library in re.findall(r"(/\S+) \(0x", listed):
        target = root / library[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    return root


def check_chroot(suite):
    """With F, programs run where there is no dragoman and no /proc, and start others there."""
    root = make_root(suite)
    chroot = ["chroot", root, "/show"]
    bad = differs(suite.inside("PF", *chroot, "again", "/show"),
                  "called /show: [/show] [again] [/show] lowest 3\n"
                  "called /show: [again's] [-x] lowest 3\n", 2)
    # The other way round: without F the kernel looks for dragoman in there.
    if suite.inside("P", *chroot).returncode not in (126, 127):
        bad.append("runs without F")
    return bad


CASES = [check_magic, check_print, check_install, check_life_cycle, check_run, check_no_flags,
         check_environment, check_script, check_exec, check_chroot]


def main():
    if not shutil.which(CROSS_CC):
        return tap.skip_all(f"{CROSS_CC} is not installed (scripts/install-deps cross)")
    suite = Suite(*sys.argv[1:4])
    names = sys.argv[4:]
    cases = [c for c in CASES if not names or c.__name__[len("check_"):] in names]
    turn = threading.Lock()  # they share the files of the work directory

    def run(case):
        with turn:
            return case(suite)
    return tap.run_all(cases, run, lambda case: case.__name__[len("check_"):])


if __name__ == "__main__":
    sys.exit(main())
