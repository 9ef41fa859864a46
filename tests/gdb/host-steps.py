"""Run inside gdb: single-step through generated code and compare every frame with what is known.

At the first instruction of the entry code the caller's frame can be read off without any unwind
information.  From there on, whatever the instruction, the frame around generated code must be that
one: its pc, its stack pointer, its callee-saved registers.

Environment: DISPATCHES (how many entries), STEPS (instructions of each at most), AFTER_WRITE (begin when
the guest has written something).
"""
import os
import subprocess
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import jit_list  # noqa: E402

SAVED = ["rbx", "rbp", "r12", "r13", "r14", "r15"]
DISPATCHES, STEPS = int(os.environ["DISPATCHES"]), int(os.environ["STEPS"])


def reg_value(frame, name):
    return int(frame.read_register(name).cast(gdb.lookup_type("unsigned long")))


def is_generated(frame):
    return any(image.start <= frame.pc() < image.end for image in Count.images)


class Caller:
    """The frame that called the entry code, seen from its first instruction."""

    def __init__(self):
        frame = gdb.newest_frame()
        sp = reg_value(frame, "rsp")
        self.sp = sp + 8
        self.pc = int(gdb.parse_and_eval(f"*(unsigned long *){sp}"))
        self.saved = [reg_value(frame, name) for name in SAVED]

    def difference(self, frame):
        """In words; None: frame is the caller."""
        if frame is None:
            return "no caller"
        if frame.pc() != self.pc:
            return f"caller's pc {frame.pc():#x}, not {self.pc:#x}"
        if reg_value(frame, "rsp") != self.sp:
            return f"CFA {reg_value(frame, 'rsp'):#x}, not {self.sp:#x}"
        for name, value in zip(SAVED, self.saved):
            if reg_value(frame, name) != value:
                return f"{name} {reg_value(frame, name):#x}, not {value:#x}"
        return None

    def has_returned(self):
        frame = gdb.newest_frame()
        return frame.pc() == self.pc and reg_value(frame, "rsp") == self.sp


def caller_of_generated_code():
    """The frame outside of generated code, whatever is called from there now."""
    frame = gdb.newest_frame()
    while frame is not None and not is_generated(frame):
        frame = frame.older()
    while frame is not None and is_generated(frame):
        frame = frame.older()
    return frame


class Count:
    instructions = outside = wrong = 0
    parts = set()
    images = []


def note_part(frame):
    name = frame.name() or ""
    Count.parts.add(name if name.startswith("dragoman_") else "block")


def step_through():
    caller = Caller()
    for _ in range(STEPS):
        if caller.has_returned():
            return
        frame = gdb.newest_frame()
        if is_generated(frame):
            note_part(frame)
            Count.instructions += 1
        else:
            Count.outside += 1
        wrong = caller.difference(caller_of_generated_code())
        if wrong:
            Count.wrong += 1
            insn = gdb.execute("x/i $pc", to_string=True).strip()
            print(f"WRONG in {frame.name()}: {insn}: {wrong}")
        gdb.execute("stepi", to_string=True)


def continue_for_a_while():
    """To the next entry; a guest that has come to its loop does not leave it any more."""
    pid = gdb.selected_inferior().pid
    killer = subprocess.Popen(["sh", "-c", f"sleep 3; exec kill -INT {pid}"])
    gdb.execute("continue", to_string=True)
    killer.kill()
    killer.wait()


def main():
    for command in ("set pagination off", "set confirm off", "set breakpoint pending on",
                    "handle SIGSEGV SIGBUS SIGALRM nostop noprint pass"):
        gdb.execute(command, to_string=True)
    gdb.execute("break __jit_debug_register_code", to_string=True)
    gdb.execute("run", to_string=True)
    gdb.execute("finish", to_string=True)
    gdb.execute("delete", to_string=True)
    Count.images = jit_list.images()
    entry = Count.images[0].start
    # gdb cannot write to generated code: no software breakpoints there.
    if os.environ.get("AFTER_WRITE"):
        gdb.execute("catch syscall write", to_string=True)
        gdb.execute("continue", to_string=True)
        gdb.execute("delete", to_string=True)
    gdb.execute(f"hbreak *{entry:#x}", to_string=True)
    gdb.execute("continue", to_string=True)
    for _ in range(DISPATCHES):
        if gdb.newest_frame().pc() != entry:
            break
        step_through()
        continue_for_a_while()
    print(f"RESULT {Count.instructions} instructions, {Count.outside} of helpers, "
          f"{Count.wrong} wrong, in {' '.join(sorted(Count.parts))}")
    gdb.execute("kill")


try:
    main()
except Exception as error:  # pylint: disable=broad-except
    print(f"FAILED {type(error).__name__}: {error}")
