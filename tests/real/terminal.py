"""An interactive bash under a pseudo-terminal: jobs, ^Z and ^C, traps, process substitution."""
import os
import pty
import re
import select
import shutil
import sys
import termios
import time

TIMEOUT = 120
PROMPT = "ready>"


def no_echo(fd):
    mode = termios.tcgetattr(fd)
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(fd, termios.TCSANOW, mode)


class Shell:
    def __init__(self):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            no_echo(0)
            bash = shutil.which("bash")
            os.execve(bash, ["bash", "--norc", "--noprofile", "--noediting", "-i"],
                      {**os.environ, "TERM": "dumb", "PS1": PROMPT})
        self.text = ""

    def read(self, limit):
        if not select.select([self.fd], [], [], limit)[0]:
            sys.exit(f"nothing came after {self.text!r}")
        self.text += os.read(self.fd, 4096).decode(errors="replace").replace("\r", "")

    def wait_for(self, words):
        while words not in self.text:
            self.read(TIMEOUT)
        found, _, self.text = self.text.partition(words)
        return found

    def send(self, line):
        os.write(self.fd, (line + "\n").encode())

    def run(self, line):
        self.send(line)
        print(f"# {line}\n" + re.sub(r"\[(\d)\] \d+", r"[\1] PID", self.wait_for(PROMPT)), end="")

    def key(self, line, started, key):
        """Start a line in the foreground; when it has said that it runs, press a key."""
        self.send(line)
        self.wait_for(started)
        time.sleep(0.3)
        os.write(self.fd, key)
        print(f"# {line}, {key}\n" + re.sub(r"\[(\d)\] \d+", r"[\1] PID", self.wait_for(PROMPT)), end="")


def main():
    shell = Shell()
    shell.wait_for(PROMPT)
    shell.run("sleep 100 & jobs")
    shell.run("kill %1; wait %1; echo status $?")
    shell.key("sh -c 'echo up; exec sleep 100'", "up\n", b"\x1a")
    shell.run("echo status $?; jobs")
    shell.run("bg; jobs")
    shell.run("kill -STOP %1; while [ -z \"$(jobs -s)\" ]; do :; done; jobs -s | wc -l")
    shell.key("(echo up); fg", "up\n", b"\x03")
    shell.run("echo status $?; jobs")
    shell.key("trap 'echo caught' INT; sh -c 'echo up; sleep 100'", "up\n", b"\x03")
    shell.run("trap - INT; trap 'echo usr1' USR1; kill -USR1 $$; sh -c 'kill -USR1 $PPID'; sleep 0.1")
    shell.key("python3 -c 'import sys, time; print(\"up\", file=sys.stderr, flush=True); time.sleep(100)' 2>&1 | "
              "grep -E 'up|Key'; echo ${PIPESTATUS[*]}", "up\n", b"\x03")
    shell.key("(echo up); cat > typed", "up\n", b"one line\n\x04")
    shell.run("cat typed; diff <(seq 3) <(seq 4); cat <(echo a) <(echo b)")
    shell.run("seq 1000 | tee >(wc -l > count) > /dev/null; sleep 1; cat count")
    shell.run("(coproc { while read x; do echo got $x; done; }; echo hi >&${COPROC[1]}; read y <&${COPROC[0]}; echo $y)")
    shell.run("(trap 'echo bye' EXIT; exit 3); echo status $?")
    shell.run("(for i in 1 2 3; do (sleep $((i - 1)).2; exit $i) & done; wait -n; echo first $?; wait; echo all)")
    shell.run("set -m; (sleep 0.2; exit 6) & fg; echo status $?")
    shell.run("stty rows 33 cols 77; stty size; tty | tr -d 0-9; [ -t 0 ] && echo terminal")
    shell.run("read -t 0.2 x; echo timeout $(($? > 128)); ulimit -n > /dev/null; echo $- | grep -c im")
    shell.send("exit 7")
    print("exit", os.waitstatus_to_exitcode(os.waitpid(shell.pid, 0)[1]))


main()
