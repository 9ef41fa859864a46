"""Run inside gdb: interrupt dragoman again and again; the guest's own frames must be those of the program.

Environment: ROUNDS, CHAIN (regular expression of the names of all frames of the selected thread, innermost first,
separated by spaces).
"""
import os
import random
import re
import subprocess

import gdb

ROUNDS, CHAIN = int(os.environ["ROUNDS"]), re.compile(os.environ["CHAIN"])
FRAME = re.compile(r"^#\d+\s+0x([0-9a-f]{16}) in (\S+) \(\)", re.M)


class Count:
    stops = generated = wrong = exact = 0


def interrupt_later(pid):
    """By another process: gdb keeps Python's lock while the program runs."""
    delay = random.uniform(0.001, 0.02)
    subprocess.Popen(["sh", "-c", f"sleep {delay:.4f}; kill -INT {pid}"])


def output(command):
    return gdb.execute(command, to_string=True)


def check_stop():
    text = output("guest-bt")
    names = " ".join(name for _, name in FRAME.findall(text))
    Count.stops += 1
    Count.generated += "translated" in output("guest-threads")
    Count.exact += "about" not in output("guest-pc")
    if not CHAIN.fullmatch(names):
        Count.wrong += 1
        print("WRONG", output("x/i $pc").strip(), "|", output("guest-pc").strip(), "|", names)


def main():
    for command in ("set pagination off", "set confirm off",
                    "handle SIGSEGV SIGBUS SIGALRM nostop noprint pass",
                    "handle SIGINT stop print nopass"):
        output(command)
    for _ in range(ROUNDS):
        interrupt_later(gdb.selected_inferior().pid)
        output("continue")
        gdb.selected_inferior().threads()[-1].switch()
        check_stop()
    print(f"RESULT {Count.stops} stops, {Count.generated} in translated code, {Count.exact} exact, "
          f"{Count.wrong} wrong")


try:
    main()
except Exception as error:  # pylint: disable=broad-except
    print(f"FAILED {type(error).__name__}: {error}")
