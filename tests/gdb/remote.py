#!/usr/bin/env python3
"""The gdb server under real gdb: the scripts remote/*.gdb on static and dynamic programs.

usage: remote.py --dragoman PROGRAM --work DIR [--option OPTION]... [NAME]...

The first lines of a script say what it needs:
  # guest: KIND     what the guest program does
  # build: dynamic  only that; else both
  # file: none      gdb is not told the program: it finds out
  # status: N       how the guest ends; -N: by signal N
  # after: SIGNAL   is sent to the guest when gdb has quit
  # ready: yes      gdb comes when the guest has said so
  # option: TEXT    behind the socket's path
  # arch: NAME      registers of that guest are named
Lines `# expect: REGEX` must be matched by lines of the output, in order.
"""
import argparse
import pathlib
import re
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))
import remote_guest  # noqa: E402
import tap  # noqa: E402

HEADER = re.compile(r"^# (guest|build|file|status|arch|option|after|ready): (.*)$", re.MULTILINE)
EXPECT = re.compile(r"^# expect: (.*)$", re.MULTILINE)


class Case:
    def __init__(self, script, guest, kind, program):
        self.script, self.guest, self.kind, self.program = script, guest, kind, program
        text = script.read_text()
        self.header = dict(HEADER.findall(text))
        self.expect = EXPECT.findall(text)

    def applies(self):
        return (self.header.get("build", self.kind) == self.kind
                and self.header.get("arch", self.guest.name) == self.guest.name)

    def __str__(self):
        return f"{self.guest.name} {self.kind} {self.script.stem}"


def unmatched(expect, output):
    """The first expectation that no line fulfils behind the one before."""
    lines = iter(output.splitlines())
    for pattern in expect:
        if not any(re.search(pattern, line) for line in lines):
            return pattern
    return None


def run_gdb(case, running):
    command = ["gdb-multiarch", "-nx", "-q", "-batch", "-iex", "set debuginfod enabled off",
               "-ex", "set confirm off", "-ex", "set width 0", "-ex", "set height 0"]
    if case.header.get("file") != "none":
        command += ["-ex", f"file {case.program}"]
    command += ["-ex", f"target remote {running.path}", "-x", case.script]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60, stdin=subprocess.DEVNULL)


def run(args, case):
    complaints = []
    with remote_guest.Running(args.dragoman, case.guest, case.program, case.header["guest"],
                              case.header.get("option", ""), extra=args.option) as running:
        if "ready" in case.header:
            assert running.process.stdout.readline() == "ready\n"
        gdb = run_gdb(case, running)
        if "after" in case.header:
            running.process.send_signal(signal.Signals[case.header["after"]])
        status, output = running.finish()
    whole = gdb.stdout
    if gdb.returncode < 0:
        complaints.append(f"gdb died of signal {-gdb.returncode}")
    # The program's own lines come on another way: each kind of line is in order by itself.
    own = [e for e in case.expect if any(re.search(e, line) for line in output.splitlines())]
    missed = unmatched([e for e in case.expect if e not in own], whole) or unmatched(own, output)
    if missed:
        complaints.append(f"not found: {missed}")
    if status != int(case.header["status"]):
        complaints.append(f"the guest's status is {status}")
    if complaints:
        complaints += whole.splitlines()[-40:] + ["--- the guest:"] + output.splitlines()[-10:]
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--option", action="append", default=[])
    parser.add_argument("name", nargs="*")
    args = parser.parse_args()
    cases = []
    for guest in remote_guest.GUESTS:
        missing = remote_guest.missing(guest)
        if missing:
            return tap.skip_all(f"{missing} is not installed")
        for kind, program in remote_guest.build(guest, args.work).items():
            scripts = sorted((HERE / "remote").glob("*.gdb"))
            cases += [Case(s, guest, kind, program) for s in scripts
                      if not args.name or s.stem in args.name]
    return tap.run_all([c for c in cases if c.applies()], lambda case: run(args, case))


if __name__ == "__main__":
    sys.exit(main())
