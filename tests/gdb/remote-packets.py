#!/usr/bin/env python3
"""The gdb server packet by packet: what gdb itself does not send, and how long answers take.

usage: remote-packets.py --dragoman PROGRAM --work DIR [--option OPTION]... [NAME]...
"""
import argparse
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))
import remote_guest  # noqa: E402
import tap  # noqa: E402
from remote_guest import Remote  # noqa: E402

LATENCY = 0.1       # seconds from 0x03 to the reply; a busy machine may delay one or two
WORST = 1
COUNT_SIGNAL = 36   # SIGRTMIN + 2 of the guest program


class Context:
    def __init__(self, args, guest, program):
        self.args, self.guest, self.program = args, guest, program
        names = subprocess.run(["gdb-multiarch", "-nx", "-batch", program] +
                               [a for n in ("add_up", "hit", "counter", "one", "main", "fault")
                                for a in ("-ex", f"info address {n}")],
                               capture_output=True, text=True, check=True).stdout
        self.address = {m[1]: int(m[2], 16) for m in
                        re.finditer(r'Symbol "(\w+)" is .*?(0x[0-9a-f]+)', names)}

    def start(self, kind, option="", **more):
        return remote_guest.Running(self.args.dragoman, self.guest, self.program, kind, option,
                                    extra=self.args.option, **more)


def little(text):
    return int.from_bytes(bytes.fromhex(text), "little")


def pc_number(remote):
    """gdb's number of pc, from the description of the registers."""
    text = remote.ask("qXfer:features:read:target.xml:0,fffff")
    assert text[0] == "l", text[:40]
    return int(re.search(r'name="pc"[^>]*regnum="(\d+)"', text)[1])


def read_pc(remote):
    return little(remote.ask(f"p{pc_number(remote):x}"))


def stop_thread(reply):
    return int(re.search(r"thread:(?:p[0-9a-f]+\.)?([0-9a-f]+);", reply)[1], 16)


def interrupt(remote):
    begin = time.monotonic()
    remote.raw(b"\x03")
    reply = remote.receive()
    return reply, time.monotonic() - begin


def run_to(remote, address):
    assert remote.ask(f"Z0,{address:x},2") == "OK"
    reply = remote.ask("vCont;c")
    assert remote.ask(f"z0,{address:x},2") == "OK"
    assert read_pc(remote) == address, reply
    return reply


def test_unknown(context):
    with context.start("calls") as running:
        remote = Remote(running)
        for packet in ("qNoSuch", "vNoSuch", "!", "R00", "b", "QNonStop:1", "qTStatus", "jThreads",
                       "Z9,0,0", "qXfer:nosuch:read::0,10", "vFile:nosuch:1", "", "z2,0,4", "_M1"):
            assert remote.ask(packet) == "", packet
        for packet in ("m", "m0,10", "mzz,1", "M1", "Mffffffffffffff00,1:00", "p", "pffff", "P1",
                       "P0=12", "Hg7fffffff", "Hq1", "Tffffff", "T", "Z0", "Z0,zz,1", "vCont;x",
                       "vCont", "vCont;c:7q", "C", "qXfer:auxv:read::fffff,10", "qXfer:auxv:read:",
                       "qXfer:features:read:other.xml:0,100", "X10,4:ab", "G00",
                       "qCRC:0,100", "qSearch:memory:0;10;a", "qThreadExtraInfo,7fffff"):
            assert remote.ask(packet)[:1] == "E", packet
        for packet in ("vFile:open:zz", "vFile:close:9", "vFile:pread:1,10,0", "vFile:fstat:5"):
            assert remote.ask(packet)[:3] == "F-1", packet
        assert remote.ask("qNoSuch") == ""
        assert remote.ask("?")[:3] == "T05"
        remote.ask("vCont;c")
        assert running.finish()[0] == 7


def test_supported(context):
    with context.start("calls") as running:
        remote = Remote(running)
        text = remote.ask("qSupported:multiprocess+;swbreak+;no-resumed+;vContSupported+")
        features = text.split(";")
        assert "PacketSize=20000" in features and "QStartNoAckMode+" in features, text
        assert remote.ask("vMustReplyEmpty") == ""
        assert remote.ask("vCont?") == "vCont;c;C;s;S;t;r"
        assert remote.ask("qAttached") == "0"
        pid = running.process.pid
        assert remote.ask("qC") == f"QCp{pid:x}.{pid:x}"
        assert remote.ask("qfThreadInfo") == f"mp{pid:x}.{pid:x}"
        assert remote.ask("qsThreadInfo") == "l"
        assert bytes.fromhex(remote.ask(f"qThreadExtraInfo,p{pid:x}.{pid:x}")) == b"guest"
        assert remote.ask("qXfer:exec-file:read::0,1000") == "l" + str(context.program)
        reply = remote.ask("vCont;c")
        assert reply == f"W07;process:{pid:x}", reply


def test_garbage(context):
    """Damaged, cut and random bytes: the session goes on."""
    with context.start("calls") as running:
        remote = Remote(running, ack=True)
        remote.raw(b"$g#00")
        assert remote.byte() == b"-"
        remote.raw(b"hello\x00\xff#12$?#3f")
        assert remote.byte() == b"+"
        assert remote.receive()[:3] == "T05"
        remote.raw(b"-")            # once more
        assert remote.receive()[:3] == "T05"
        remote.raw(b"$" + b"a" * 300000 + b"#00")
        assert remote.byte() == b"-"
        remote.raw(b"$qNoS$?#3f")
        assert remote.receive()[:3] == "T05"
        rng = random.Random(1)
        for _ in range(200):
            remote.raw(bytes(rng.choice(b"$#}*0123456789abcdef,;:mMpPHTqZz\x00\xff")
                             for _ in range(rng.randrange(1, 200))))
        remote.raw(b"\x00#00#00")
        time.sleep(0.2)
        remote.close()
        remote = Remote(running)    # whatever that did, the next gdb is served
        assert remote.ask("?")[0] == "T"
        remote.send("vKill;1")
        assert remote.receive() == "OK"
        assert running.finish()[0] == -signal.SIGKILL


def test_memory(context):
    with context.start("calls") as running:
        remote = Remote(running)
        at = context.address["counter"]
        code = context.address["one"]
        remote.send(b"X%x,8:a}\x03b}\x04c}\x0a}]d" % at)
        assert remote.receive() == "OK"
        assert bytes.fromhex(remote.ask(f"m{at:x},8")) == b"a#b$c*}d"
        assert remote.ask(f"M{at:x},8:0102030405060708") == "OK"
        assert remote.ask(f"m{at:x},8") == "0102030405060708"
        binary = remote.ask(f"x{at:x},8")
        assert binary == "b\x01\x02\x03\x04\x05\x06\x07\x08", binary
        assert remote.ask(f"qSearch:memory:{at:x};40;\x03\x04") == f"1,{at + 2:x}"
        assert remote.ask(f"qSearch:memory:{at:x};8;\x03\x05") == "0"
        # Breakpoints are not seen in memory.
        before = remote.ask(f"m{code:x},10")
        assert remote.ask(f"Z0,{code:x},2") == "OK"
        assert remote.ask(f"m{code:x},10") == before
        assert remote.ask(f"Z0,{code:x},2") == "OK"     # again: no harm
        assert remote.ask(f"z0,{code:x},2") == "OK"
        assert remote.ask(f"z0,{code:x},2") == "OK"
        # As much as there is.
        reply = remote.ask(f"m{at:x},100000")
        assert 0 < len(reply) <= 0x20000 and reply[:4] == "0102"


def test_steps(context):
    """Each step is one instruction; a range is one round trip; breakpoints in the range count."""
    with context.start("calls") as running:
        remote = Remote(running)
        start = context.address["add_up"]
        run_to(remote, start)
        seen = []
        for _ in range(5):
            assert remote.ask("vCont;s")[:3] == "T05"
            seen.append(read_pc(remote))
        assert seen == sorted(seen) and 2 <= seen[0] - start <= 4, seen
        # The whole loop of ten rounds.
        begin = little(remote.ask(f"m{context.address['counter']:x},8"))
        reply = remote.ask(f"vCont;r{start:x},{start + 0x60:x}:-1")
        assert reply[:3] == "T05", reply
        end = little(remote.ask(f"m{context.address['counter']:x},8"))
        assert end - begin == 10, end - begin
        assert not start <= read_pc(remote) < start + 0x60


def test_step_breakpoint_in_range(context):
    with context.start("calls") as running:
        remote = Remote(running)
        start = context.address["add_up"]
        run_to(remote, start)
        inside = seen = 0
        for _ in range(8):
            remote.ask("vCont;s")
            inside = read_pc(remote)
        remote.ask(f"Z0,{inside:x},2")
        for _ in range(3):
            remote.ask(f"vCont;r{start:x},{start + 0x60:x}")
            seen += read_pc(remote) == inside
        assert seen == 3, seen


def test_step_calls_and_signals(context):
    """Steps over system calls; into handlers, whose first instruction is not yet executed."""
    with context.start("signals") as running:
        remote = Remote(running)
        signals = 0
        handler = None
        run_to(remote, context.address["main"])
        for _ in range(40000):
            reply = remote.ask("vCont;s")
            if reply[:3] == "T1e":
                signals += 1
                before = read_pc(remote)
                reply = remote.ask("vCont;S1e")
                assert reply[:3] == "T05", reply
                handler = read_pc(remote)
                assert handler != before
            if reply[0] == "W":
                break
        assert signals == 3 and reply[:3] == "W00", (signals, reply)
        assert "usr1 3 usr2 0 value 44" in running.finish()[1]


def latency(context, kind, prepare=0.2, **more):
    with context.start(kind, **more) as running:
        remote = Remote(running)
        remote.send("vCont;c")
        if kind == "read":
            assert running.process.stdout.readline() == "ready\n"
        times = []
        for _ in range(5):
            time.sleep(prepare)
            reply, seconds = interrupt(remote)
            assert reply[:3] == "T02", reply
            times.append(seconds)
            pc = read_pc(remote)
            assert read_pc(remote) == pc
            remote.send("vCont;c")
        if kind == "spin":
            running.process.kill()
            return sorted(times), (0, "")
        if kind == "read":
            running.process.stdin.write("hello")
            running.process.stdin.close()
            running.process.stdin = None
        remote.receive()
        status, output = running.finish()
        return sorted(times), (status, output)


def check_latency(context, kind, wanted, **more):
    times, (status, output) = latency(context, kind, **more)
    print(f"# interrupt in {kind}: {' '.join(f'{t * 1000:.1f}' for t in times)} ms", flush=True)
    assert times[2] < LATENCY and times[-1] < WORST, times
    assert re.search(wanted, output), output


def test_interrupt_loop(context):
    check_latency(context, "spin", "")


def test_interrupt_read(context):
    check_latency(context, "read", "read 5 errno 0", stdin=subprocess.PIPE)


def test_interrupt_futex(context):
    check_latency(context, "futex", "futex -1 timeout after [67]$")


def test_interrupt_sleep(context):
    check_latency(context, "sleep", "slept 0 after [67]$")


def registers_of(remote):
    return remote.ask("g")


def test_call_in_sleep(context):
    """A function called while the thread sleeps in a system call, which then is made again."""
    for kind, wanted, more in (("read", "read 5 errno 0", {"stdin": subprocess.PIPE}),
                               ("sleep", "slept 0 after [67]$", {})):
        with context.start(kind, **more) as running:
            remote = Remote(running)
            remote.send("vCont;c")
            if kind == "read":
                running.process.stdout.readline()
            time.sleep(1.1)         # a whole sleep after this would be too long
            interrupt(remote)
            before = registers_of(remote)
            number = pc_number(remote)
            one = context.address["one"].to_bytes(8, "little").hex()
            assert remote.ask(f"P{number:x}={one}") == "OK"
            for _ in range(3):
                assert remote.ask("vCont;s")[:3] == "T05"
            assert read_pc(remote) > context.address["one"]
            assert remote.ask("G" + before) == "OK"
            assert registers_of(remote) == before
            remote.send("vCont;c")
            if kind == "read":
                running.process.stdin.write("hello")
                running.process.stdin.close()
                running.process.stdin = None
            assert remote.receive()[0] == "W"
            output = running.finish()[1]
            assert re.search(wanted, output), output


def test_signal_in_sleep(context):
    """A signal that gdb drops does not end a sleep, nor shorten or lengthen it."""
    with context.start("sleep") as running:
        remote = Remote(running)
        remote.send("vCont;c")
        time.sleep(1.1)
        for _ in range(3):
            os.kill(running.process.pid, signal.SIGUSR1)
            assert remote.receive()[:3] == "T1e"
            remote.send("vCont;c")
        assert remote.receive()[0] == "W"
        output = running.finish()[1]
        assert re.search("slept 0 after [67]$", output), output


def test_detach(context):
    """Twenty debuggers come and go while signals arrive: none is lost."""
    with context.start("count", ",suspend=n") as running:
        assert running.process.stdout.readline() == "ready\n"
        sent = 0
        for _ in range(20):
            remote = Remote(running)
            assert remote.ask("qAttached") == "1"
            for _ in range(3):
                os.kill(running.process.pid, COUNT_SIGNAL)
                sent += 1
            remote.send("vCont;c")
            reply = remote.receive()
            assert reply[0] == "T", reply
            os.kill(running.process.pid, COUNT_SIGNAL)
            sent += 1
            if sent % 8:
                assert remote.ask("D") == "OK"
            remote.close()
            os.kill(running.process.pid, COUNT_SIGNAL)
            sent += 1
        time.sleep(0.3)
        os.kill(running.process.pid, signal.SIGTERM)
        status, output = running.finish()
        assert status == 0 and f"queued {sent}\n" in output, (sent, status, output)


def test_threads_stop(context):
    """When one thread has stopped, nothing moves; each hit is reported once."""
    with context.start("threads") as running:
        remote = Remote(running)
        hit, counter = context.address["hit"], context.address["counter"]
        assert remote.ask(f"Z0,{hit:x},2") == "OK"
        hits = 0
        while (reply := remote.ask("vCont;c"))[0] == "T":
            hits += 1
            thread = stop_thread(reply)
            before = remote.ask(f"m{counter:x},8")
            assert read_pc(remote) == hit
            assert remote.ask(f"z0,{hit:x},2") == "OK"
            assert remote.ask(f"m{counter:x},8") == before
            assert remote.ask(f"vCont;s:{thread:x}")[:3] == "T05"
            assert remote.ask(f"Z0,{hit:x},2") == "OK"
        assert hits == 100 and reply == "W00", (hits, reply)


def test_no_resumed(context):
    """The one thread that may run ends: gdb is told."""
    with context.start("threads") as running:
        remote = Remote(running)
        remote.ask("qSupported:no-resumed+")
        reply = run_to(remote, context.address["hit"])
        thread = stop_thread(reply)
        assert thread != running.process.pid
        assert remote.ask(f"vCont;c:{thread:x}") == "N"
        assert remote.ask(f"T{thread:x}")[0] == "E"
        assert remote.ask("vCont;c") == "W00"


def test_pass_signals(context):
    with context.start("signals") as running:
        remote = Remote(running)
        assert remote.ask("QPassSignals:1e;1f") == "OK"
        assert remote.ask("vCont;c") == "W00"
        assert "usr1 3 usr2 0 value 44" in running.finish()[1]


def test_old_commands(context):
    with context.start("fault") as running:
        remote = Remote(running)
        pid = running.process.pid
        assert remote.ask("Hc-1") == "OK" and remote.ask(f"Hg{pid:x}") == "OK"
        assert remote.ask("s")[:3] == "T05"
        assert remote.ask("c")[:3] == "T0b"
        info = remote.ask("qXfer:siginfo:read::0,1000")
        assert info[:5] == "l\x0b\0\0\0" and len(info) == 129, info
        assert remote.ask("c")[:3] == "T0b"
        assert remote.ask("C0b") == "X0b"
        assert running.finish()[0] == -signal.SIGSEGV


def complaint(context, where, expected):
    done = subprocess.run([context.args.dragoman, "-g", where, context.program, "calls"],
                          capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    lines = done.stderr.splitlines()
    assert done.returncode == 2 and len(lines) == 1 and expected in lines[0], (where, done)


def test_options(context):
    for where, expected in (("x", "PORT"), ("0", "PORT"), ("70000", "PORT"), ("12,now=1", "now=1"),
                            ("/nonexistent/x", "cannot listen"), ("1.2.3.4:5000", "cannot listen")):
        complaint(context, where, expected)
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        complaint(context, str(used.getsockname()[1]), "cannot listen")
        port = used.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, DRAGOMAN_GDB=f"{folder}/%d")
        process = subprocess.Popen([context.args.dragoman, context.program, "calls"],
                                   env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(0.5)
        assert os.listdir(folder) == [str(process.pid)]
        assert process.poll() is None
        process.terminate()         # it waits, and can be ended like any other
        assert process.wait(10) == -signal.SIGTERM
        process.stdout.close()
    # TCP is on the loopback alone.
    process = subprocess.Popen([context.args.dragoman, "-g", f"localhost:{port},suspend=n",
                                context.program, "calls"], stdout=subprocess.PIPE, text=True)
    assert "one 1 two 2" in process.communicate(timeout=20)[0] and process.returncode == 7


class Case:
    def __init__(self, context, name, function):
        self.context, self.name, self.function = context, name, function

    def __str__(self):
        return f"{self.context.guest.name} {self.name}"


def run(case):
    try:
        case.function(case.context)
    except AssertionError as error:
        line = error.__traceback__
        while line.tb_next:
            line = line.tb_next
        return [f"line {line.tb_lineno}: {error}"]
    return []


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
        context = Context(args, guest, remote_guest.build(guest, args.work)["static"])
        cases += [Case(context, name[5:], function) for name, function in globals().items()
                  if name.startswith("test_") and (not args.name or name[5:] in args.name)]
    return tap.run_all(cases, run)


if __name__ == "__main__":
    sys.exit(main())
