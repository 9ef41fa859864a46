#!/usr/bin/env python3
"""Core files of guests: gdb reads them, and the kernel's rules hold for when and what is written.

usage: core-dump.py DRAGOMAN WORK
What gdb shows is held against what core/*.c do; rules are held against the host kernel's own
core files of the same programs, built for this machine.
"""
import os
import pathlib
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import tap  # noqa: E402

SOURCES = pathlib.Path(__file__).resolve().parent / "core"
CROSS_CC, HOST_CC, GDB = "riscv64-linux-gnu-gcc", os.environ.get("CC", "gcc"), "gdb-multiarch"
TIMEOUT = 120
PT_LOAD, PT_NOTE, EM_RISCV = 1, 4, 243


def core_pattern():
    return pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()


def host_makes_files():
    """The host's kernel writes its core files to the current directory."""
    return "/" not in core_pattern() and core_pattern()[:1] not in ("|", "@", "")


class Core:
    """The parts of an ELF file that are looked at without a debugger."""

    def __init__(self, path):
        self.bytes = path.read_bytes()
        head = struct.unpack_from("<16sHHIQQQIHHHHHH", self.bytes)
        self.kind, self.machine, count = head[1], head[2], head[10]
        self.segments = [struct.unpack_from("<IIQQQQQQ", self.bytes, head[5] + 56 * n)
                         for n in range(count)]

    def notes(self):
        """[(owner, type, contents)]"""
        _, _, at, _, _, size, _, _ = next(s for s in self.segments if s[0] == PT_NOTE)
        end, out = at + size, []
        while at < end:
            name, length, kind = struct.unpack_from("<III", self.bytes, at)
            at += 12
            owner = self.bytes[at:at + name - 1].decode()
            at += (name + 3) & ~3
            out.append((owner, kind, self.bytes[at:at + length]))
            at += (length + 3) & ~3
        return out

    def dumped(self, start, size):
        """[(offset, bytes in the file, flags)] of the segments in [start, start + size)."""
        return [(s[3] - start, s[5], s[1]) for s in self.segments
                if s[0] == PT_LOAD and start <= s[3] < start + size]


class Run:
    """A program's end, and the core files it left in a fresh directory."""

    def __init__(self, command, limit=resource.RLIM_INFINITY, filter=None, prepare=None,
                 file_size=None, send=None):
        self.directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.directory.name)
        if prepare:
            prepare(self.path)
        before = set(os.listdir(self.path))

        def set_up():
            _, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (limit, hard))
            if file_size is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
            if filter is not None:
                pathlib.Path("/proc/self/coredump_filter").write_text(hex(filter))

        process = subprocess.Popen(command, cwd=self.path, preexec_fn=set_up, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.pid = process.pid
        if send:
            process.stdout.readline()
            process.send_signal(send)
        self.output = process.stdout.read()
        self.errors = process.stderr.read()
        _, self.status, _ = os.wait4(process.pid, 0)
        process.returncode = self.status  # it has been waited for
        after = sorted(set(os.listdir(self.path)) - before)
        self.cores = [self.path / name for name in after if name not in ("text", "elf")]

    def signal(self):
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0

    def complaints(self, want_signal, want_cores):
        out = []
        if self.signal() != want_signal:
            out.append(f"status {self.status:#x}, not signal {want_signal}: {self.errors}")
        if len(self.cores) != want_cores:
            out.append(f"core files: {[p.name for p in self.cores]}, not {want_cores}")
        return out


class Suite:
    def __init__(self, dragoman, work):
        self.dragoman = os.path.abspath(dragoman)
        self.work = pathlib.Path(work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.die = self.build(CROSS_CC, "die.c", "-O1", "-pthread")
        self.registers = self.build(CROSS_CC, "registers.S", "-nostdlib")
        self.mappings = self.build(CROSS_CC, "mappings.c", "-O1")
        self.native_die = self.build(HOST_CC, "die.c", "-O1", "-pthread")
        self.native_mappings = self.build(HOST_CC, "mappings.c", "-O1")

    def build(self, compiler, source, *flags):
        program = self.work / f"{pathlib.Path(source).stem}-{compiler.split('-')[0]}"
        subprocess.run([compiler, "-g", "-static", "-D_GNU_SOURCE", *flags, "-o", program,
                        SOURCES / source], check=True)
        return program

    def run(self, program, *args, **options):
        return Run([self.dragoman, program, *args], **options)

    def gdb(self, program, core, *commands):
        if not shutil.which(GDB):
            raise tap.Skip(f"{GDB} is not installed (scripts/install-deps test)")
        words = [GDB, "-nx", "-batch", "-iex", "set auto-load no", "-iex",
                 "set debuginfod enabled off", "-ex", "set width 0", "-ex", "set height 0"]
        for command in commands:
            words += ["-ex", command]
        done = subprocess.run([*words, program, core], capture_output=True, text=True,
                              timeout=TIMEOUT, stdin=subprocess.DEVNULL)
        return done.stdout + done.stderr

    def value(self, text, name):
        """What `printf "name %...\n"` in gdb printed."""
        match = re.search(rf"^{re.escape(name)} (.*)$", text, re.M)
        return match[1] if match else None


def frames(text):
    return re.findall(r"^#\d+ +(?:0x[0-9a-f]+ in )?(\w+)", text, re.M)


def missing(text, *patterns):
    return [f"gdb does not say {p!r}:\n{text}" for p in patterns if not re.search(p, text, re.M)]


def check_crash(suite):
    run = suite.run(suite.die, "null")
    bad = run.complaints(signal.SIGSEGV, 1)
    if bad:
        return bad
    text = suite.gdb(suite.die, run.cores[0], "bt", "print global_count", "print *thing",
                     "print $_siginfo", "info auxv", "info proc mappings", "info threads")
    entry = re.search(r"0x[0-9a-f]+", subprocess.run(
        ["readelf", "-h", suite.die], capture_output=True, text=True).stdout.split("Entry")[1])[0]
    bad = missing(text, r"^Program terminated with signal SIGSEGV", r"^\$1 = 78$",
                  r'number = 47, real = 2\.5, text = "some text', r"si_signo = 11, si_errno = 0, "
                  r"si_code = 1,", r"si_addr = 0x10", rf"AT_ENTRY .*{entry}$",
                  rf"{re.escape(str(suite.die))}$", rf"^\* 1 .*LWP {run.pid}")
    # The first line is what gdb says by itself.
    if frames(text)[1:] != ["inner", "middle", "outer", "main"]:
        bad.append(f"frames {frames(text)}")
    return bad


def check_registers(suite):
    run = suite.run(suite.registers)
    bad = run.complaints(signal.SIGSEGV, 1)
    if bad:
        return bad
    commands = [f'printf "x{n} %lx\\n", $x{n}' for n in range(1, 32)]
    commands += ["print/x (long)$pc == (long)&fault", 'printf "fcsr %x\\n", $fcsr',
                 "info registers float"]
    text = suite.gdb(suite.registers, run.cores[0], *commands)
    bad = missing(text, r"^\$1 = 0x1$", r"^fcsr 71$")
    for n in range(1, 32):
        want = f"{0x1234567800000000 + n * 0x1001:x}"
        if suite.value(text, f"x{n}") != want:
            bad.append(f"x{n} is {suite.value(text, f'x{n}')}, not {want}")
    raw = re.findall(r"^f\w+ .*raw 0x([0-9a-f]+)", text, re.M)
    if [int(r, 16) for r in raw] != [0x4000000000000000 + n for n in range(32)]:
        bad.append(f"float registers {raw}:\n{text}")
    return bad


def check_threads(suite):
    run = suite.run(suite.die, "threads")
    bad = run.complaints(signal.SIGABRT, 1)
    if bad:
        return bad
    text = suite.gdb(
        suite.die, run.cores[0], "thread apply all bt", "info threads",
        "thread apply all -q -s printf \"ahead %ld\\n\", $s2 - spin_count",
        "thread apply all -q -s printf \"syscall %d\\n\", *(int *)$pc == 0x73")
    parts = re.split(r"^Thread ", text.split("Id ")[0], flags=re.M)[1:]
    chains = {part.split(" ")[0]: frames(part) for part in parts}
    if sorted(chains) != ["1", "2", "3", "4"]:
        return [f"threads {chains}:\n{text}"]
    if not {"abort", "give_up", "start_threads", "main"} <= set(chains["1"]):
        bad.append(f"the first thread is in {chains['1']}")
    others = [chains["2"], chains["3"], chains["4"]]
    if not any(c[:2] == ["spin", "spinner"] for c in others):
        bad.append(f"no thread is in spin: {others}")
    if not any("wait_for_lock" in c and "waiter" in c for c in others):
        bad.append(f"no thread waits for the lock: {others}")
    if not any("sleep_long" in c and "sleeper" in c for c in others):
        bad.append(f"no thread sleeps: {others}")
    if not re.search(r"^ahead [01]$", text, re.M):
        bad.append(f"the spinning thread's register does not fit its memory:\n{text}")
    if len(re.findall(r"^syscall 1$", text, re.M)) != 2:
        bad.append(f"the threads that wait are not at their system calls:\n{text}")
    bad += missing(text, rf"^\* 1 .*LWP {run.pid}\b")
    return bad


def check_notes(suite):
    """Sizes and contents that uapi/linux/elfcore.h and riscv's ptrace.h fix."""
    run = suite.run(suite.die, "threads")
    bad = run.complaints(signal.SIGABRT, 1)
    if bad:
        return bad
    core = Core(run.cores[0])
    notes = core.notes()
    want = [1, 3, 0x53494749, 6, 0x46494c45, 2, 1, 2, 1, 2, 1, 2]
    if (core.kind, core.machine) != (4, EM_RISCV) or [n[1] for n in notes] != want:
        bad.append(f"type {core.kind}, machine {core.machine}, notes {[n[:2] for n in notes]}")
    sizes = {1: 376, 3: 136, 0x53494749: 128, 2: 264}
    bad += [f"note {kind:#x} has {len(data)} bytes" for _, kind, data in notes
            if len(data) != sizes.get(kind, len(data))]
    pids = [struct.unpack_from("<i", data, 32)[0] for _, kind, data in notes if kind == 1]
    if pids[0] != run.pid or len(set(pids)) != 4:
        bad.append(f"threads {pids} of {run.pid}")
    info = notes[1][2]
    if info[40:56].rstrip(b"\0") != b"die-riscv64" or b"die-riscv64 threads" not in info[56:]:
        bad.append(f"prpsinfo {info}")
    done = subprocess.run(["readelf", "-n", run.cores[0]], capture_output=True, text=True)
    if done.returncode or "NT_PRSTATUS" not in done.stdout or "orrupt" in done.stdout + done.stderr:
        bad.append(f"readelf: {done}")
    return bad


def check_many(suite):
    """Threads that crash at the same time leave one whole core."""
    run = suite.run(suite.die, "many")
    bad = run.complaints(signal.SIGSEGV, 1)
    if not bad and len([n for n in Core(run.cores[0]).notes() if n[1] == 1]) != 9:
        bad.append("not all threads are in the core")
    return bad


def check_vfork(suite):
    run = suite.run(suite.die, "vfork")
    bad = run.complaints(0, 1)
    if run.output != "child: signal 11\n":
        bad.append(f"the parent said {run.output!r}")
    if not bad:
        text = suite.gdb(suite.die, run.cores[0], "bt", "info threads")
        if frames(text)[1:5] != ["inner", "middle", "outer", "vfork_child"]:
            bad.append(text)
    return bad


def check_kill(suite):
    bad = []
    for signo in (signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV, signal.SIGFPE, signal.SIGXCPU,
                  signal.SIGSYS):
        run = suite.run(suite.die, "sleep", send=signo)
        bad += [f"{signo.name}: {c}" for c in run.complaints(signo, 1)]
        if not bad:
            cursig = struct.unpack_from("<h", Core(run.cores[0]).notes()[0][2], 12)[0]
            bad += [] if cursig == signo else [f"{signo.name}: the core says {cursig}"]
    run = suite.run(suite.die, "sleep", send=signal.SIGTERM)
    return bad + [f"SIGTERM: {c}" for c in run.complaints(signal.SIGTERM, 0)]


def check_limits(suite):
    cases = [("none", dict(limit=0), "null", 0), ("less than a page", dict(limit=4095), "null", 0),
             ("cut off", dict(limit=16384), "null", 1), ("the guest's own", {}, "limit0", 0),
             ("raised by the guest", dict(limit=0), "limit-up", 1),
             ("not dumpable", {}, "undumpable", 0)]
    bad = []
    for name, options, how, cores in cases:
        run = suite.run(suite.die, how, **options)
        bad += [f"{name}: {c}" for c in run.complaints(signal.SIGSEGV, cores)]
        native = Run([suite.native_die, how], **options)
        if host_makes_files() and len(native.cores) != cores:
            bad.append(f"{name}: the host leaves {native.cores}")
        size = run.cores[0].stat().st_size if run.cores else 0
        if name == "cut off" and not (4096 <= size <= 16384 and Core(run.cores[0]).notes()):
            bad.append(f"cut off at {size}")
    return bad


def check_file_size(suite):
    """Half a file is none."""
    run = suite.run(suite.die, "null", file_size=8192)
    return run.complaints(signal.SIGSEGV, 0)


def check_flag(suite):
    """The parent's WCOREDUMP(), as with the host's own programs."""
    if not host_makes_files():
        raise tap.Skip(f"core files of this machine go elsewhere: {core_pattern()}")
    if subprocess.run(["unshare", "-Ur", "true"], capture_output=True).returncode:
        raise tap.Skip("no user namespaces here: the flag cannot be set")
    bad = []
    for how, limit in (("null", resource.RLIM_INFINITY), ("threads", 8192), ("null", 0)):
        run = suite.run(suite.die, how, limit=limit)
        native = Run([suite.native_die, how], limit=limit)
        if run.status != native.status:
            bad.append(f"{how}: status {run.status:#x}, the host's {native.status:#x}")
        bad += run.complaints(native.signal(), len(native.cores))
    return bad


def occupy(kind, name):
    """Something that lies where the core is to go."""
    def prepare(path):
        core = path / name
        if kind == "symlink":
            (path / "target").write_text("precious")
            core.symlink_to("target")
        elif kind == "hard link":
            (path / "target").write_text("precious")
            os.chmod(path / "target", 0o600)
            os.link(path / "target", core)
        elif kind == "fifo":
            os.mkfifo(core, 0o600)
        elif kind == "directory":
            core.mkdir()
        else:
            core.write_text("precious" * 10000)
            os.chmod(core, 0o600 if kind == "old core" else 0o644)
    return prepare


def check_occupied(suite):
    """What is in the way is replaced, not written to; or there is no core, as with the host."""
    uses_pid = pathlib.Path("/proc/sys/kernel/core_uses_pid").read_text().strip()
    if (core_pattern(), uses_pid) != ("core", "0"):
        raise tap.Skip("needs core_pattern \"core\" and core_uses_pid 0: "
                       f"the name must be known before; here {core_pattern()}")
    bad = []
    for kind in ("symlink", "hard link", "fifo", "directory", "old core", "readable file"):
        outcomes = []
        for command in ([suite.dragoman, suite.die], [suite.native_die]):
            run = Run([*command, "null"], prepare=occupy(kind, "core"))
            core = run.path / "core"
            kept = core.read_bytes()[:4] if core.is_file() else b"none"
            outcomes.append((run.signal(), kept, sorted(os.listdir(run.path))))
        if outcomes[0] != outcomes[1]:
            bad.append(f"{kind}: {outcomes[0]}, the host: {outcomes[1]}")
    return bad


def check_mappings(suite):
    """Which part of which mapping is in the file, for the filters that matter."""
    if not host_makes_files():
        raise tap.Skip(f"core files of this machine go elsewhere: {core_pattern()}")
    bad = []
    for filter in (0x33, 0x00, 0x01, 0x02, 0x0c, 0x10, 0x3f):
        ours = suite.run(suite.mappings, filter=filter)
        native = Run([suite.native_mappings], filter=filter)
        bad += ours.complaints(signal.SIGSEGV, 1)
        if ours.output != native.output or bad:
            return bad + [f"{ours.output!r} {native.output!r}"]
        ours, native, output = Core(ours.cores[0]), Core(native.cores[0]), ours.output
        for line in output.splitlines():
            name, start, size = line.split()
            place = int(start, 16), int(size, 16)
            if ours.dumped(*place) != native.dumped(*place):
                bad.append(f"filter {filter:#x}, {name}: {ours.dumped(*place)}, "
                           f"the host: {native.dumped(*place)}")
    return bad


def check_contents(suite):
    """Bytes of the dumped mappings, no-access ones and written file pages included."""
    run = suite.run(suite.mappings, filter=0x3f)
    bad = run.complaints(signal.SIGSEGV, 1)
    core = Core(run.cores[0])
    want = {"touched": b"\1" * 4096 + bytes(12288), "now-noaccess": b"\4" * 16384,
            "dodump": b"\2" * 16384, "shared-anonymous": b"\5" * 4096 + bytes(12288),
            "shared-memfd": b"\6" + bytes(16383),
            "private-file-written": (b"hello\0\0\0\7\10" + bytes(16374))}
    places = {line.split()[0]: int(line.split()[1], 16) for line in run.output.splitlines()}
    for name, contents in want.items():
        segment = next(s for s in core.segments if s[3] == places[name] and s[0] == PT_LOAD)
        if core.bytes[segment[2]:segment[2] + segment[5]] != contents:
            bad.append(f"{name}: not what is in memory")
    return bad


CASES = [check_crash, check_registers, check_threads, check_notes, check_many, check_vfork,
         check_kill, check_limits, check_file_size, check_flag, check_occupied, check_mappings,
         check_contents]


def main():
    if not shutil.which(CROSS_CC):
        return tap.skip_all(f"{CROSS_CC} is not installed (scripts/install-deps cross)")
    pattern = core_pattern()
    if "/" in pattern and pattern[0] not in "|@":
        return tap.skip_all(f"core files of this machine all go to one place: {pattern}")
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard != resource.RLIM_INFINITY:
        return tap.skip_all(f"the hard limit of core files is {hard}")
    # The address sanitizer sets RLIMIT_CORE to 0 unless it is told not to.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":disable_coredump=0"
    suite = Suite(*sys.argv[1:3])
    names = sys.argv[3:]
    cases = [c for c in CASES if not names or c.__name__[len("check_"):] in names]
    return tap.run_all(cases, lambda case: case(suite), lambda case: case.__name__[len("check_"):])


if __name__ == "__main__":
    sys.exit(main())
