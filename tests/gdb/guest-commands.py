"""Run inside gdb: what scripts/dragoman-gdb.py says of a guest program of programs.c that is doing KIND, in a process or
a core file; prints WRONG lines and a RESULT line.

Environment: KIND, LIVE=1 for a process, SOURCE=1 where the program has debug information.
"""
import os
import re

import gdb

KIND, LIVE, SOURCE = (os.environ.get(name, "") for name in ("KIND", "LIVE", "SOURCE"))
CHAIN = {
    "calls": r"(fibonacci )*calls main",
    "blocked": r"(\S+ )?(__libc_)?read blocked main",
    "registers": r"registers",
    "handler": r"integer_loop on_signal (\S+ )?raise main",
    "threads": r"integer_loop threads main",
}
# What it is called in a libc.so without symbols: nothing.
BOTTOM = r" (__libc_start_call_main|\?\?|0x\w+) __libc_start_main\S* _start"
FRAME = re.compile(r"^(?:#\d+\s+)?(?:0x[0-9a-f]+ in )?(?:guest!)?([^\s(]+) \(", re.M)


class Count:
    checks = wrong = 0


def output(command):
    try:
        return gdb.execute(command, to_string=True)
    except gdb.error as error:
        return f"error: {error}"


def check(what, text, pattern):
    Count.checks += 1
    if not re.search(pattern, text, re.S):
        Count.wrong += 1
        print(f"WRONG {what}: wanted {pattern}, not:\n{text}")


def names(text):
    return " ".join(FRAME.findall(text))


def check_frames():
    # Where the return address should be is a number of ours.
    bottom = r" (\?\?|0x1010101\w+)" if KIND == "registers" else BOTTOM
    text = output("guest-bt")
    check("guest-bt", names(text), f"^{CHAIN[KIND]}{bottom}$")
    if KIND == "handler":
        check("signal", text, r"\n#2 +<signal handler called>\n")
    if SOURCE:
        check("lines", text, r"programs\.c:\d+")
    if KIND != "blocked":
        # Behind the guest's frames come those of dragoman that led to them.
        text = output("bt")
        if os.environ.get("STRIPPED"):
            check("bt", names(text), f"^{CHAIN[KIND]}{bottom}( |$)")
            check("bt, host", text, r"\n#3 +0x[0-9a-f]+ in ")
        else:
            host = "(enter )?(loop )?machine_run cpu_loop main"  # gdb shows inlined ones too
            check("bt", names(text), f"^{CHAIN[KIND]}{bottom} {host}$")
    check("bt -no-filters", output("bt -no-filters"), "guest!" if KIND != "blocked" else "main|#")


def check_all_threads():
    text = output("guest-threads")
    lines = re.findall(r"^[* ] \d+ +\d+ +0x[0-9a-f]+ <(\w+)\+0x", text, re.M)
    check("guest-threads", " ".join(sorted(lines)),
          r"^(calls|fibonacci) float_loop integer_loop integer_loop$|^float_loop .*integer_loop")
    text = output("thread apply all guest-bt")
    for chain in (r"(fibonacci )*calls", "float_loop", "integer_loop"):
        check("thread apply all", names(text), rf"{chain} thread start_thread __thread_start")


def check_threads():
    if KIND == "threads":
        check_all_threads()
        return
    text = output("guest-threads")
    where = "dragoman" if KIND == "blocked" else "translated code"
    check("guest-threads", text, rf"^\* 1 .*0x[0-9a-f]+ <\w+\+0x[0-9a-f]+>.* in {where}\n$")
    check("guest-pc", output("guest-pc"), r"^0x[0-9a-f]+ <\w+\+0x[0-9a-f]+>")


def check_registers():
    text = output("guest-regs")
    check("guest-regs pc", text, r"pc      0x0+[1-9a-f]")
    if KIND != "registers":
        return
    abi = ("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 "
           "t3 t4 t5 t6").split()
    for number, name in enumerate(abi):
        if number not in (0, 2, 3, 4):
            check(name, text, rf"^{name} +0x{number * 0x0101010101010101:016x}$".replace("^", "(?m)^"))
    for number, name in ((0, "ft0"), (1, "ft1"), (7, "ft7"), (8, "fs0"), (15, "fa5"), (16, "fa6"),
                         (31, "ft11")):
        check(name, text, rf"(?m)^{name} +0x{number * 0x0101010101010101:016x}$")
    check("guest-regs s11", output("guest-regs s11"), r"^(\(about.*\n)?s11 .*\n$")
    check("guest-regs nonsense", output("guest-regs x99"), "has no register x99")


def check_sync():
    before = output("info symbol $pc")
    text = output("guest-sync")
    check("guest-sync", text, r"^[1-9]\d+ blocks have their names")
    check("twice", output("guest-sync"), r"^[1-9]\d+ blocks have their names")
    if KIND != "blocked":
        if SOURCE:
            check("frame", output("frame"), r" at \S+/programs\.c:\d+\n\d+\t")
            check("list", output("list"), r"(?m)^\d+\t.*(fibonacci|indirect)")
        check("before it", before, r"^guest!0x[0-9a-f]+ ")
        check("info symbol", output("info symbol $pc"),
              rf"^guest!({CHAIN[KIND].split()[0].strip('()*')}|fibonacci|calls)")


def main():
    output("set pagination off")
    output("set height 0")
    check_frames()
    check_threads()
    check_registers()
    if LIVE:
        check_sync()
        check_frames()
    print(f"RESULT {Count.checks} checks, {Count.wrong} wrong")


try:
    main()
except Exception as error:  # pylint: disable=broad-except
    print(f"FAILED {type(error).__name__}: {error}")
