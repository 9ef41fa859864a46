"""The guests that the gdb server is tested with: the one place that names them."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


class Guest:
    def __init__(self, name, compiler, sysroot):
        self.name, self.compiler, self.sysroot = name, compiler, sysroot


GUESTS = [Guest("riscv64", "riscv64-linux-gnu-gcc", "/usr/riscv64-linux-gnu")]


def missing(guest):
    """The tool that is not there; None: all are."""
    for tool in (guest.compiler, "gdb-multiarch"):
        if not shutil.which(tool):
            return tool
    return None


def compile_local(guest, folder, name, value):
    """The object of remote/local.c with one variable in it."""
    target = folder / f"{name}.o"
    subprocess.run([guest.compiler, "-O0", "-fPIC", f"-DLOCAL={name}", f"-DVALUE={value}", "-c",
                    HERE / "remote/local.c", "-o", target], check=True)
    return target


def build(guest, work):
    """{"static": program, "dynamic": program}; the library lies beside the latter."""
    programs = {}
    for kind, options in (("static", ["-static"]), ("dynamic", [])):
        folder = work / guest.name / kind
        folder.mkdir(parents=True, exist_ok=True)
        programs[kind] = folder / "guest"
        subprocess.run([guest.compiler, "-g", "-O0", *options, "-pthread",
                        HERE / "remote/guest.c", compile_local(guest, folder, "own", 5),
                        "-o", programs[kind], "-ldl"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([guest.compiler, "-g", "-O0", "-shared", "-fPIC", HERE / "remote/library.c",
                    compile_local(guest, folder, "library_own", 11), "-o", folder / "library.so"],
                   check=True)
    return programs


class Running:
    """dragoman with a program that waits at a socket for gdb."""

    def __init__(self, dragoman, guest, program, kind, option="", stdin=subprocess.DEVNULL,
                 extra=()):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "gdb")
        self.process = subprocess.Popen(
            [dragoman, *extra, "-L", guest.sysroot, "-g", self.path + option, program, kind],
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(500):
            if self.listens() or self.process.poll() is not None:
                break
            time.sleep(0.01)

    def listens(self):
        """Whether the socket takes connections: flag 0x10000 in the kernel's list."""
        lines = pathlib.Path("/proc/net/unix").read_text().splitlines()
        return any(line.endswith(self.path) and line.split()[3] == "00010000" for line in lines)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.folder.cleanup()

    def finish(self, seconds=20):
        """(status, output) once it has ended by itself."""
        output, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, output


class Remote:
    """The other end of the protocol, packet by packet."""

    def __init__(self, running, ack=False):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(running.path)
        self.input = b""
        self.ack = True
        if not ack:
            assert self.ask("QStartNoAckMode") == "OK"
            self.ack = False

    def send(self, data):
        data = data.encode("latin-1") if isinstance(data, str) else data
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 255))

    def raw(self, data):
        self.socket.sendall(data)

    def byte(self):
        if not self.input:
            self.input = self.socket.recv(1 << 18)
            if not self.input:
                raise EOFError
        byte, self.input = self.input[:1], self.input[1:]
        return byte

    def receive(self):
        while self.byte() != b"$":
            pass
        data = b""
        while (byte := self.byte()) != b"#":
            data += byte
        wanted = self.byte() + self.byte()
        assert int(wanted, 16) == sum(data) & 255, "checksum"
        if self.ack:
            self.socket.sendall(b"+")
        return data.decode("latin-1")

    def ask(self, data):
        self.send(data)
        return self.receive()

    def close(self):
        self.socket.close()
