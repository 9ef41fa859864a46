"""Run inside gdb: interrupt the process again and again; every backtrace must reach the bottom.

Environment: ROUNDS, ATTACH (gdb is attached already; else it starts the program), and GENERATED=1
where some of the stops must be in generated code.
"""
import os
import random
import subprocess
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import jit_list  # noqa: E402

ROUNDS = int(os.environ["ROUNDS"])
BOTTOM = {"main", "start_thread", "clone3", "clone"}


class Count:
    stops = threads = generated = bad = 0


def interrupt_later(pid):
    """By another process: gdb keeps Python's lock while the program runs."""
    delay = random.uniform(0.001, 0.02)
    subprocess.Popen(["sh", "-c", f"sleep {delay:.4f}; kill -INT {pid}"])


def frames_of(thread):
    thread.switch()
    frame, frames = gdb.newest_frame(), []
    while frame is not None and len(frames) < 200:
        frames.append(frame)
        if frame.name() in BOTTOM:
            break
        frame = frame.older()
    return frames


def check_stop(images):
    Count.stops += 1
    for thread in gdb.selected_inferior().threads():
        frames = frames_of(thread)
        Count.threads += 1
        Count.generated += any(image.start <= frame.pc() < image.end
                               for image in images for frame in frames)
        if frames[-1].name() not in BOTTOM:
            Count.bad += 1
            print("WRONG", " <- ".join(f"{f.pc():#x} {f.name()}" for f in frames))


def main():
    for command in ("set pagination off", "set confirm off",
                    "handle SIGSEGV SIGBUS SIGALRM nostop noprint pass",
                    "handle SIGINT stop print nopass"):
        gdb.execute(command, to_string=True)
    if not os.environ.get("ATTACH"):
        gdb.execute("catch syscall write", to_string=True)
        gdb.execute("run", to_string=True)
        gdb.execute("delete", to_string=True)
    for _ in range(ROUNDS):
        interrupt_later(gdb.selected_inferior().pid)
        gdb.execute("continue", to_string=True)
        check_stop(jit_list.images())
    print(f"RESULT {Count.stops} stops, {Count.threads} backtraces, {Count.generated} through "
          f"generated code, {Count.bad} wrong")
    gdb.execute("kill")


try:
    main()
except Exception as error:  # pylint: disable=broad-except
    print(f"FAILED {type(error).__name__}: {error}")
