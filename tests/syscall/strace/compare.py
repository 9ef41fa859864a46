#!/usr/bin/env python3
"""Compare what -strace writes with what strace(1) writes.

The same program (calls.c), built for this machine under strace -f and for the guest under dragoman
-strace.  Addresses, process ids and what x86-64 alone has are evened out; each process' lines
must then be the same.  Skips where strace is missing or may not trace.
"""
import argparse
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import tap  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CROSS_CC = "riscv64-linux-gnu-gcc"
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-static", "-w"]
TIMEOUT = 120

# Calls that the C libraries make in their own ways.
LIBRARY = re.compile(r"^(clone|fork|vfork|getpid|set_robust_list|rseq|gettid|rt_sigreturn|"
                     r"riscv_flush_icache)\b")


def build(compiler, work, name):
    program = work / name
    subprocess.run([compiler, *FLAGS, "-o", program, HERE / "calls.c"], check=True)
    return program


def run_traced(command, directory):
    directory.mkdir()
    subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=TIMEOUT, env={"LC_ALL": "C"})


def join_unfinished(lines):
    """Calls that another process' line cut in two, as one."""
    waiting, whole = {}, []
    for line in lines:
        pid, text = line.split(maxsplit=1)
        if text.endswith(" <unfinished ...>"):
            waiting[pid] = text[:-len(" <unfinished ...>")]
            continue
        match = re.match(r"<\.\.\. \S+ resumed>(.*)", text)
        whole.append((pid, waiting.pop(pid) + match[1] if match and pid in waiting else text))
    return whole


def even_out(text, pids):
    # x86-64's own way back from a handler
    text = re.sub(r"SA_RESTORER\|?|, sa_restorer=0x[0-9a-f]+", "", text)
    text = text.replace("|, ", ", ").replace("|}", "}").replace("sa_flags=}", "sa_flags=0}")
    text = re.sub(r" +", " ", text).replace(") = ", ")=")
    for pid in pids:
        text = re.sub(rf"\b{pid}\b", "PID", text)
    text = re.sub(r"0x[0-9a-f]{4,}", "ADDRESS", text)
    text = re.sub(r"si_[us]time=\d+", "si_time", text)
    # strace's comments, and times in words
    text = re.sub(r" /\* [^*]*\*/", "", text)
    return text


def read_log(path):
    """Each process' lines, the processes in the order of their first lines."""
    lines = join_unfinished(path.read_text(errors="replace").splitlines())
    pids = list(dict.fromkeys(pid for pid, _ in lines))
    result = {pid: [] for pid in pids}
    children = {pid: [] for pid in pids}  # SIGCHLD: a child may end before it is waited for
    markers = 0
    for pid, text in lines:
        if '"marker"' in text:
            markers += 1
        elif (markers == 1 or text.startswith("+++")) and not LIBRARY.match(text):
            place = children if text.startswith("--- SIGCHLD") else result
            place[pid].append(even_out(text, pids))
    return [result[pid] + children[pid] for pid in pids]


def differences(want, got):
    complaints = []
    if len(want) != len(got):
        complaints.append(f"{len(want)} processes under strace, {len(got)} under -strace")
    for number, (a, b) in enumerate(zip(want, got)):
        for line in difflib.unified_diff(a, b, "strace", "-strace", n=0, lineterm=""):
            if not line.startswith("@@"):
                complaints.append(f"{number}: {line}")
    return complaints


def check_own_files(dragoman, guest, directory):
    """-D with %d: a file for each process, with lines of its own only."""
    run_traced([dragoman, "-strace", "-D", "log.%d", guest], directory)
    files = list(directory.glob("log.*"))
    complaints = [] if len(files) == 4 else [f"{len(files)} files, not one for each of 4 processes"]
    for path in files:
        pid = path.suffix[1:]
        if {line.split()[0] for line in path.read_text().splitlines()} - {pid}:
            complaints.append(f"{path.name} has lines of other processes")
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--keep", type=pathlib.Path, help="a new folder for programs and logs")
    args = parser.parse_args()
    dragoman = os.path.abspath(args.dragoman)

    for tool in (CROSS_CC, "strace"):
        if not shutil.which(tool):
            return tap.skip_all(f"{tool} is not installed (scripts/install-deps)")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode:
        return tap.skip_all("strace may not trace here")
    with tempfile.TemporaryDirectory() as scratch:
        work = args.keep or pathlib.Path(scratch)
        work.mkdir(exist_ok=True)
        native = build("gcc", work, "native")
        guest = build(CROSS_CC, work, "guest")

        def compare():
            run_traced(["strace", "-f", "-o", "log", native], work / "run-native")
            run_traced([dragoman, "-strace", "-D", "log", guest], work / "run-guest")
            return differences(read_log(work / "run-native/log"), read_log(work / "run-guest/log"))

        cases = {"same as strace": compare,
                 "a file per process": lambda: check_own_files(dragoman, guest, work / "run-own")}
        return tap.run_all(list(cases), lambda case: cases[case]())


if __name__ == "__main__":
    sys.exit(main())
