#!/usr/bin/env python3
"""--perf-map and --jitdump: the files are right whatever the guest does, and perf understands them.

usage: perf.py --dragoman PROGRAM --work DIR [--option OPTION]... [CASE...]
"""
import argparse
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import jitdump  # noqa: E402
import tap  # noqa: E402

CROSS_CC = "riscv64-linux-gnu-gcc"
MAP_LINE = re.compile(r"([0-9a-f]+) ([0-9a-f]+) (\S.*)\n")
SAMPLE_RATE = 499
CASES = []


def case(function):
    CASES.append(function)
    return function


class Run:
    """One case's directory, and dragoman in it."""

    def __init__(self, args, name):
        self.args = args
        self.dir = args.work / name
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True)
        self.maps = []

    def command(self, options, program, *arguments):
        return [self.args.dragoman, *self.args.option, *options,
                self.args.work / program, *arguments]

    def start(self, options, program, *arguments, **how):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
        how.setdefault("env", environment)
        return subprocess.Popen(self.command(options, program, *arguments), cwd=self.dir, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)

    def finish(self, process, status):
        out, errors = process.communicate(timeout=120)
        jitdump.check(process.returncode == status,
                      f"status {process.returncode}, not {status}: {errors}")
        return out, errors

    def run(self, options, program, *arguments, status=0, **how):
        """(pid, output, errors) of a run that ends with this status."""
        process = self.start(options, program, *arguments, **how)
        return process.pid, *self.finish(process, status)

    def dump(self, pid):
        return jitdump.Dump(self.dir / f"jit-{pid}.dump")

    def map(self, pid):
        """[(start, size, name)], sorted; the file is removed when the case ends."""
        path = pathlib.Path(f"/tmp/perf-{pid}.map")
        self.maps.append(path)
        jitdump.check(path.stat().st_mode & 0o7777 == 0o600 and path.stat().st_uid == os.geteuid(),
                      "mode or owner of the map")
        lines = path.read_text().splitlines(keepends=True)
        found = [MAP_LINE.fullmatch(line) for line in lines]
        jitdump.check(all(found), "a line of the map is none")
        codes = sorted((int(m[1], 16), int(m[2], 16), m[3]) for m in found)
        for (start, size, name), (after, _, other) in zip(codes, codes[1:]):
            jitdump.check(size and start + size <= after, f"{other} lies in {name}")
        names = {name for _, _, name in codes}
        jitdump.check({"dragoman_enter_code", "dragoman_leave_code", "dragoman_slow_call"} <= names,
                      "no entry code in the map")
        return codes

    def done(self):
        for path in self.maps:
            path.unlink(missing_ok=True)


def names_of(codes):
    return {name.split("+")[0] for name in codes}


def map_names(codes):
    return names_of(name for _, _, name in codes)


def wanted(names, has=(), lacks=()):
    jitdump.check(set(has) <= names and not set(lacks) & names,
                  f"wanted {has}, not {lacks}: {sorted(names)[:20]}")


# ------------------------------------------------------------------ files, without perf


def read_memory(pid, code):
    with open(f"/proc/{pid}/mem", "rb") as memory:
        memory.seek(code.start)
        return memory.read(code.size)


def wait_for_text(process):
    """What the guest prints before it starts its work; then it blocks, soon."""
    jitdump.check(process.stdout.readline(), "no output")
    stat = pathlib.Path(f"/proc/{process.pid}/stat")
    for _ in range(100):
        if stat.read_text().rsplit(")")[-1].split()[0] == "S":
            break
        time.sleep(0.05)


@case
def dump_is_memory(run):
    """Both files against the code buffer of the process, and the unwind records by readelf."""
    # Links would change the code after it was written down.
    process = run.start(["--jitdump", "--perf-map", "--no-chain"], "programs", "blocked", "100")
    try:
        wait_for_text(process)
        os.kill(process.pid, signal.SIGSTOP)
        dump = run.dump(process.pid)
        for code in dump.codes:
            jitdump.check(read_memory(process.pid, code) == code.bytes, f"bytes of {code.name}")
        codes = run.map(process.pid)
        maps = pathlib.Path(f"/proc/{process.pid}/maps").read_text()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    jitdump.check(re.search(rf"r-xp .*/jit-{process.pid}\.dump", maps), "the dump is not mapped")
    dump.check_apart()
    wanted(names_of(dump.names()), {"dragoman_enter_code", "guest!_start", "guest!main"})
    blocks = [(c.start, c.size, c.name) for c in dump.codes if c.lines]
    jitdump.check([c for c in codes if c[2].startswith("guest!")] == sorted(blocks),
                  "map and dump differ")
    read_frames(run, [dump.codes[0], dump.codes[-1]])
    return []


def read_frames(run, codes):
    for code in codes:
        raw, elf = run.dir / "frame.bin", run.dir / "frame.elf"
        raw.write_bytes(code.frame)
        subprocess.run(["objcopy", "-I", "binary", "-O", "elf64-x86-64", "--rename-section",
                        ".data=.eh_frame,alloc,load,readonly,data,contents", raw, elf], check=True)
        done = subprocess.run(["readelf", "-wF", elf], capture_output=True, text=True, check=True,
                              env=dict(os.environ, LC_ALL="C"))
        row = r"FDE cie=00000000.*\n.*LOC +CFA .* ra *\n[0-9a-f]+ +rsp\+\d+ .*c-8"
        jitdump.check(re.search(row, done.stdout) and not done.stderr,
                      f"readelf of {code.name}: {done.stdout}{done.stderr}")


@case
def end_of_dump(run):
    """The end is written when the guest exits or faults; a signal of the host's leaves none."""
    pid, _, _ = run.run(["--jitdump=" + str(run.dir)], "perf-programs", "executed")
    jitdump.check(run.dump(pid).closed, "no end after exit")
    pid, _, _ = run.run(["--jitdump"], "perf-programs", "fault", status=-signal.SIGSEGV)
    jitdump.check(run.dump(pid).closed, "no end after a fault")
    pid, _, _ = run.run(["--jitdump"], "programs", "calls", "1", status=-signal.SIGALRM)
    dump = run.dump(pid)
    wanted(names_of(dump.names()), {"guest!fibonacci", "guest!calls"})
    return []


@case
def threads(run):
    """Threads that translate at once."""
    pid, _, _ = run.run(["--jitdump", "--perf-map"], "programs", "threads", "1",
                        status=-signal.SIGALRM)
    dump = run.dump(pid)
    dump.check_apart()
    wanted(map_names(run.map(pid)), {"guest!fibonacci", "guest!integer_loop", "guest!float_loop"})
    jitdump.check(len({code.tid for code in dump.codes}) > 1, "one thread made all")
    return []


@case
def flushed(run):
    """A flush empties the map; the dump goes on."""
    pid, _, errors = run.run(["--jitdump", "--perf-map", "--code-buffer=1M", "-d", "stats"],
                             "perf-programs", "many")
    jitdump.check(re.search(r"^flushes +[1-9]", errors, re.MULTILINE), "no flush")
    codes, dump = run.map(pid), run.dump(pid)
    wanted(map_names(codes), {"guest!late_work"}, {"guest!_start"})
    wanted(names_of(dump.names()), {"guest!late_work", "guest!_start"})
    jitdump.check(len(dump.codes) > len(codes) > 100, "sizes")
    return []


@case
def fork_and_exec(run):
    """A child has files of its own, and goes on with them when it executes another program."""
    pid, out, _ = run.run(["--jitdump", "--perf-map"], "perf-programs", "fork-exec")
    parent, child = map(int, out.split())
    jitdump.check(parent == pid, "pid")
    parents, childs = "guest!parent_work", "guest!child_work"
    wanted(names_of(run.dump(pid).names()), {parents}, {childs, "guest!exec_work"})
    wanted(names_of(run.dump(child).names()), {childs, "guest!exec_work"})
    wanted(map_names(run.map(pid)), {parents}, {childs, "guest!exec_work"})
    wanted(map_names(run.map(child)), {"guest!exec_work"}, {parents, childs})
    jitdump.check(sum(code.name == "dragoman_enter_code" for code in run.dump(child).codes) == 1,
                  "entry code of the executed program")
    return []


@case
def forked_map(run):
    """Without exec the child's map begins with what it inherited."""
    process = run.start(["--perf-map", "-E", "ROUNDS=41"], "perf-programs", "fork-exec")
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    names = set()
    try:
        for _ in range(600):
            child = children.read_text().split()
            if child:
                names = map_names(run.map(child[0]))
            if "guest!child_work" in names or process.poll() is not None:
                break
            time.sleep(0.05)
    finally:
        for pid in [*children.read_text().split(), process.pid]:
            os.kill(int(pid), signal.SIGKILL)
        process.communicate()
        run.map(process.pid)
    wanted(names, {"guest!_start", "guest!parent_work", "guest!child_work"})
    return []


@case
def environment(run):
    environment = dict(os.environ, DRAGOMAN_PERF_MAP="1", DRAGOMAN_JITDUMP=str(run.dir))
    pid, _, _ = run.run([], "perf-programs", "executed", env=environment)
    wanted(map_names(run.map(pid)), {"guest!exec_work"})
    wanted(names_of(run.dump(pid).names()), {"guest!exec_work"})
    return []


@case
def descriptors(run):
    """The guest cannot close or replace ours; it sees EBADF as if they were not there."""
    pid, _, _ = run.run(["--jitdump", "--perf-map", "-D", "log", "-d", "unimp"], "perf-programs",
                        "closing")
    wanted(map_names(run.map(pid)), {"guest!late_work"})
    dump = run.dump(pid)
    jitdump.check(dump.closed, "no end")
    wanted(names_of(dump.names()), {"guest!late_work"})
    return []


def refused(run, options, pattern, status=2, **how):
    pid, out, errors = run.run(options, "perf-programs", "executed", status=status, **how)
    jitdump.check(out == "" and re.fullmatch(f"dragoman: {pattern}\n", errors),
                  f"wanted {pattern}: {errors}")
    return pid


@case
def refusals(run):
    """What cannot be written is said in a line, before the guest runs."""
    missing = run.dir / "missing"
    refused(run, [f"--jitdump={missing}"],
            rf"cannot create {missing}/jit-\d+\.dump: No such file or directory")
    (run.dir / "file").touch()
    refused(run, ["--jitdump=file"], r"cannot create .*/file/jit-\d+\.dump: Not a directory")
    refused(run, ["--jitdump=/proc/self"], r"cannot create /proc/self/jit-\d+\.dump: .*")
    pid = refused(run, ["--perf-map"], r"cannot create /tmp/perf-\d+\.map: Is a directory",
                  preexec_fn=lambda: os.mkdir(f"/tmp/perf-{os.getpid()}.map"))
    os.rmdir(f"/tmp/perf-{pid}.map")
    refused(run, ["--jitdump", "--backend=tci"], r".*the backend makes no code of the host's")
    return []


@case
def planted_names(run):
    """A link or an old file under the name is replaced, not followed or written to."""
    victim, old = run.dir / "victim", run.dir / "old"
    victim.write_text("precious")
    old.write_text("precious")

    def plant():
        os.symlink(victim, f"/tmp/perf-{os.getpid()}.map")
        os.link(old, run.dir / f"jit-{os.getpid()}.dump")

    pid, _, _ = run.run(["--jitdump", "--perf-map"], "perf-programs", "executed", preexec_fn=plant)
    jitdump.check(not os.path.islink(f"/tmp/perf-{pid}.map"), "still a link")
    run.map(pid)
    run.dump(pid)
    jitdump.check(victim.read_text() == old.read_text() == "precious", "written through a name")
    return []


@case
def no_space_by_limit(run):
    """The guest's file size limit: a line, whole records, no signal."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    pid, _, errors = run.run(["--jitdump", "--perf-map"], "perf-programs", "executed",
                             preexec_fn=limit)
    complaint = r"/[^\n]*: File too large; nothing more is written there, what is there is whole\n"
    jitdump.check(re.fullmatch(rf"(?:{complaint}){{2}}", errors), errors)
    dump = run.dump(pid)
    jitdump.check(not dump.closed and len(dump.codes) > 10, "what was written before")
    run.map(pid)
    return []


@case
def no_space_on_disk(run):
    small = run.dir / "small"
    small.mkdir()
    script = ('mount -t tmpfs -o size=64k none "$1" || exit 77; d=$1; shift; '
              '"$@"; status=$?; cp "$d"/jit-*.dump .; exit $status')
    command = run.command([f"--jitdump={small}"], "perf-programs", "executed")
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", small, *command],
                          cwd=run.dir, capture_output=True, text=True, timeout=60)
    if done.returncode in (1, 77) and "perf-programs" not in done.stderr:
        raise tap.Skip("no file system can be mounted: " + done.stderr.strip())
    jitdump.check(done.returncode == 0 and re.fullmatch(
        r"/[^\n]*: No space left on device; nothing more [^\n]*\n", done.stderr), done.stderr)
    (path,) = run.dir.glob("jit-*.dump")
    dump = jitdump.Dump(path)
    jitdump.check(not dump.closed and len(dump.codes) > 10, "what was written before")
    return []


# ------------------------------------------------------------------ perf


def perf(run, *command, **how):
    done = subprocess.run(["perf", "--buildid-dir", run.dir / "debug", *command], cwd=run.dir,
                          capture_output=True, text=True, timeout=120, **how)
    return done


def record(run, options, program, *arguments, more=()):
    if not shutil.which("perf"):
        raise tap.Skip("perf is not installed")
    probe = perf(run, "record", "-o", "probe.data", "-e", "cpu-clock", "true")
    if probe.returncode:
        raise tap.Skip("perf may not record: " + " ".join(probe.stderr.split())[:200])
    done = perf(run, "record", "-o", "perf.data", "-k", "mono", "-e", "cpu-clock",
                "-F", str(SAMPLE_RATE), *more, "--", *run.command(options, program, *arguments))
    jitdump.check((run.dir / "perf.data").exists(), done.stderr)
    return done


def inject(run):
    done = perf(run, "inject", "--jit", "-i", "perf.data", "-o", "perf.jit")
    jitdump.check(done.returncode == 0, done.stderr)


def report(run, data):
    """{symbol: percent}"""
    done = perf(run, "report", "-i", data, "--no-children", "--stdio", "-g", "none",
                "--sort", "sym")
    shares = {}
    for share, name in re.findall(r"^ +([\d.]+)% +\[.\] (\S+)", done.stdout, re.MULTILINE):
        name = name.split("+")[0]
        shares[name] = shares.get(name, 0) + float(share)
    jitdump.check(shares, done.stderr)
    return shares


@case
def perf_jitdump(run):
    """Samples are in the guest's function, and their call chains reach main."""
    record(run, ["--jitdump"], "programs", "calls", "2", more=["--call-graph", "dwarf"])
    inject(run)
    script = perf(run, "script", "-i", "perf.jit").stdout
    samples = [s for s in script.strip().split("\n\n") if s]
    ours = [s for s in samples if re.search(r"^\t +[0-9a-f]+ guest!fibonacci\b", s.split("\n")[1])]
    chains = [s for s in ours if re.search(r" machine_run\+.* cpu_loop\+.* main\+", s, re.DOTALL)]
    jitdump.check(len(samples) > SAMPLE_RATE / 10, f"{len(samples)} samples")
    jitdump.check(len(ours) > len(samples) / 2, f"{len(ours)} of {len(samples)} in fibonacci")
    jitdump.check(len(chains) >= len(ours) * 0.98, f"{len(chains)} chains of {len(ours)}")
    print(f"# {len(samples)} samples, {len(ours)} in guest!fibonacci, {len(chains)} reach main")
    return []


@case
def perf_map_names(run):
    record(run, ["--perf-map"], "programs", "calls", "2")
    for pid in re.findall(r"tid (\d+)", perf(run, "report", "-i", "perf.data", "--stdio",
                                              "--sort", "dso").stdout):
        run.map(pid)
    shares = report(run, "perf.data")
    jitdump.check(shares.get("guest!fibonacci", 0) > 50, f"{shares}")
    return []


@case
def perf_fork(run):
    """Code made before the fork, after it, and after exec, all in the child."""
    record(run, ["--jitdump", "-E", "ROUNDS=34"], "perf-programs", "fork-exec")
    inject(run)
    shares = report(run, "perf.jit")
    wanted(set(shares), {"guest!parent_work", "guest!child_work", "guest!exec_work"})
    return []


@case
def perf_map_fork(run):
    """What a child inherited perf looks for in the parent's map, what it made in its own."""
    done = record(run, ["--perf-map", "-E", "ROUNDS=36"], "perf-programs", "fork-only")
    for pid in done.stdout.split():
        run.map(pid)
    shares = report(run, "perf.data")
    wanted(set(shares), {"guest!parent_work", "guest!child_work"})
    unknown = sum(share for name, share in shares.items() if name.startswith("0x"))
    jitdump.check(unknown < 5, f"{unknown}% has no name")
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dragoman", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--option", action="append", default=[])
    parser.add_argument("case", nargs="*")
    args = parser.parse_args()
    args.dragoman, args.work = os.path.abspath(args.dragoman), args.work.resolve()
    if not shutil.which(CROSS_CC):
        return tap.skip_all(f"{CROSS_CC} is not installed")
    args.work.mkdir(parents=True, exist_ok=True)
    for name in ("programs", "perf-programs"):
        subprocess.run([CROSS_CC, "-O2", "-static", "-pthread", "-D_GNU_SOURCE",
                        HERE / f"{name}.c", "-o", args.work / name, "-lm"], check=True)

    def run_one(function):
        run = Run(args, function.__name__)
        try:
            return function(run)
        finally:
            run.done()

    cases = [c for c in CASES if not args.case or c.__name__ in args.case]
    return tap.run_all(cases, run_one, lambda c: c.__name__.replace("_", " "))


if __name__ == "__main__":
    sys.exit(main())
