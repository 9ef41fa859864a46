#!/usr/bin/env python3
"""Programs that cannot be run: one line on standard error, the exit status a shell gives, no crash.

usage: bad-input.py DRAGOMAN
The files are made here, byte by byte, so that no compiler is needed.
"""
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile

EM_RISCV, EM_AARCH64 = 243, 183
ET_EXEC, ET_DYN = 2, 3
PT_LOAD, PT_INTERP = 1, 3
TEXT, DATA = 0x10000, 0x20000
# addi a7, zero, 93; addi a0, zero, 7; ecall: exit(7)
EXIT_7 = struct.pack("<III", 0x05d00893, 0x00700513, 0x00000073)


def phdr(kind=PT_LOAD, flags=5, offset=0, vaddr=TEXT, filesz=0, memsz=None, align=4096):
    memsz = filesz if memsz is None else memsz
    return struct.pack("<IIQQQQQQ", kind, flags, offset, vaddr, vaddr, filesz, memsz, align)


def elf(phdrs, machine=EM_RISCV, kind=ET_EXEC, entry=TEXT + 0x400, size=0x1100, ident=b"\2\1\1"):
    header = b"\x7fELF" + ident + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56,
                          len(phdrs), 0, 0, 0)
    body = bytearray((header + b"".join(phdrs)).ljust(size, b"\0"))
    body[0x400:0x400 + len(EXIT_7)] = EXIT_7
    return bytes(body)


def good(**changes):
    text = phdr(filesz=0x1000)
    data = dict(flags=6, offset=0x1000, vaddr=DATA, filesz=0x100, memsz=0x2000)
    data.update(changes)
    return elf([text, phdr(**data)])


def interp(name):
    body = bytearray(elf([phdr(filesz=0x1000), phdr(PT_INTERP, 4, 0x800, 0, len(name) + 1)]))
    body[0x800:0x800 + len(name)] = name
    return bytes(body)


def write(name, contents, mode=0o755):
    path = pathlib.Path(name)
    path.write_bytes(contents)
    path.chmod(mode)
    return "./" + name


def run(dragoman, *args):
    return subprocess.run([dragoman, *args], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60)


class Checker:
    def __init__(self, dragoman):
        self.dragoman = dragoman
        self.results = []

    def status(self, name, args, status, *parts):
        """Ends with status, and says one line that has all parts in it."""
        result = run(self.dragoman, *args)
        said = result.stderr.decode(errors="replace")
        wrong = []
        if result.returncode != status:
            wrong.append(f"status {result.returncode}, not {status}")
        if said.count("\n") != 1 or not said.startswith("dragoman: "):
            wrong.append("not one line")
        wrong += [f"no {part!r}" for part in parts if part not in said]
        self.add(name, wrong, said)

    def add(self, name, wrong, said=""):
        self.results.append((name, wrong, said))

    def report(self):
        print(f"1..{len(self.results)}")
        for number, (name, wrong, said) in enumerate(self.results, 1):
            print(f"{'not ok' if wrong else 'ok'} {number} {name}")
            if wrong:
                print(f"# {'; '.join(wrong)}: {said!r}")
        return any(wrong for _, wrong, _ in self.results)


def check_files(check):
    check.status("no such file", ["./nothing"], 127, "./nothing", "No such file")
    check.status("no such name", ["nothing"], 127, "PATH")
    check.status("a file as a directory", [write("file", good()) + "/x"], 127)
    check.status("a directory", ["."], 126, "directory")
    check.status("a device", ["/dev/null"], 126, "not a regular file")
    check.status("no permission", [write("noperm", good(), 0o644)], 126, "Permission denied")
    check.status("an empty file", [write("empty", b"")], 126, "not an ELF file")
    check.status("text", [write("text", b"hello\n")], 126, "not an ELF file")
    check.status("another machine", [write("arm", elf([phdr(filesz=0x1000)], EM_AARCH64))], 126,
                 "aarch64", "riscv64")
    check.status("an unknown machine", [write("what", elf([phdr(filesz=0x1000)], 0x7777))], 126,
                 str(0x7777), "riscv64")


def check_segments(check):
    page = 0x1000
    cases = [
        ("overlapping segments", good(vaddr=TEXT + 0x800 - 0x800), "overlap"),
        ("segments in disorder", good(vaddr=0x1000), "not in order"),
        ("a misaligned segment", good(vaddr=DATA + 8), "misaligned"),
        ("a segment behind the end", good(offset=0x7000), "cut off"),
        ("more in file than memory", good(memsz=0x10), "more bytes in the file"),
        ("a wrapping segment", good(memsz=2**64 - DATA), "wraps"),
        ("a segment at the end of everything", good(vaddr=2**64 - page, memsz=page), "wraps"),
        ("an enormous segment", good(memsz=1 << 62), "cannot map"),
        ("a segment larger than the guest", good(memsz=1 << 47), "cannot map"),
        ("an enormous alignment", good(align=1 << 60), "alignment"),
        ("an odd alignment", good(align=3), "power of two"),
        ("an entry point outside", elf([phdr(filesz=0x1000)], entry=4), "entry point"),
        ("no segment", elf([phdr(kind=4)]), "nothing to load"),
        ("no program header", elf([]), "no program headers"),
        ("an unknown class", elf([phdr(filesz=0x1000)], ident=b"\7\1\1"), "class"),
        ("an object file", elf([phdr(filesz=0x1000)], kind=1), "object file"),
        ("two interpreters", elf([phdr(filesz=0x1000)] + 2 * [phdr(PT_INTERP, 4, 0x404, 0, 4)]),
         "interpreter"),
    ]
    for name, contents, part in cases:
        check.status(name, [write("broken", contents)], 126, part)


def check_cuts(check):
    whole = good()
    wrong = []
    # Each byte of the headers, then a sample: every cut must be refused in the same way.
    for size in [*range(0, 64 + 2 * 56 + 1), *range(200, len(whole), 97), len(whole) - 1]:
        result = run(check.dragoman, write("cut", whole[:size]))
        if result.returncode != 126 or result.stderr.count(b"\n") != 1:
            wrong.append(f"at {size}: {result.returncode} {result.stderr!r}")
    check.add("cut at any byte", wrong[:3])


def check_interpreters(check):
    check.status("a missing interpreter", [write("dyn", interp(b"/lib/ld-none.so"))], 126,
                 "/lib/ld-none.so", "-L")
    check.status("a missing interpreter under -L", ["-L", ".", "./dyn"], 126, "-L")
    write("ld-text", b"nothing\n")
    check.status("an interpreter that is none",
                 [write("dyn2", interp(os.path.abspath("ld-text").encode()))], 126, "ld-text")
    check.status("a script without its interpreter",
                 [write("script", b"#!/nowhere/to/be/found -x\n")], 126, "/nowhere")
    check.status("a script for itself",
                 [write("loop", b"#!" + os.path.abspath("loop").encode() + b"\n")], 126, "levels")
    check.status("a script with an endless name", [write("long", b"#!/" + b"x" * 5000)], 126)
    check.status("a script with no name", [write("blank", b"#!   \n")], 126)


def check_options(check):
    program = write("good", good())
    check.status("an unknown option", ["-nonsense", program], 2, "-nonsense")
    check.status("an option without its value", ["-L"], 2, "-L")
    check.status("no program", [], 2, "no program")
    check.status("an unknown log item", ["-d", "nonsense", program], 2, "nonsense")
    check.status("an unwritable log", ["-d", "page", "-D", "/nowhere/log", program], 2,
                 "/nowhere/log")
    check.status("an unknown CPU", ["-cpu", "nonsense", program], 2, "nonsense")
    check.status("a bad stack size", ["-s", "12q", program], 2, "12q")
    check.status("a stack that does not fit", ["-s", "300000G", program], 126, "stack")
    check.status("an unknown backend", ["--backend", "nonsense", program], 2, "nonsense")


def check_good(check):
    """The base of all the broken files does run, and ends by its own status."""
    result = run(check.dragoman, write("good", good()))
    check.add("a good file", [] if result.returncode == 7 and not result.stderr else
              [f"status {result.returncode}"], result.stderr.decode())
    result = run(check.dragoman, write("script", b"#!" + os.path.abspath("good").encode() + b" -a b \n"))
    check.add("a good script", [] if result.returncode == 7 else [f"status {result.returncode}"])


def main():
    check = Checker(os.path.abspath(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # In sanitizer builds: a program that ends right away frees nothing.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        check_good(check)
        check_files(check)
        check_segments(check)
        check_cuts(check)
        check_interpreters(check)
        check_options(check)
        os.chdir("/")
    return check.report()


if __name__ == "__main__":
    sys.exit(main())
