#!/usr/bin/env python3
"""One -D file collects the log of every program that the guest executes, and takes no low descriptor."""
import pathlib
import subprocess
import sys
import tempfile

SOURCE = r"""
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    printf("lowest %d\n", dup(0));
    fflush(stdout);
    if (argc > 1) {
        char *again[] = { argv[0], NULL };
        execv(argv[1], again);
    }
    return 0;
}
"""


def main():
    dragoman = sys.argv[1]
    print("1..2")
    with tempfile.TemporaryDirectory() as folder:
        program, log = f"{folder}/again", f"{folder}/log"
        subprocess.run(["riscv64-linux-gnu-gcc", "-static", "-x", "c", "-", "-o", program],
                       input=SOURCE.encode(), check=True)
        done = subprocess.run([dragoman, "-strace", "-D", log, program, program],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        text = pathlib.Path(log).read_text()
        right = (done.returncode == 0 and done.stdout == "lowest 3\nlowest 4\n" and
                 "execve(" in text and text.count("exit_group(0") == 1)
        cpu = subprocess.run([dragoman, "-d", "cpu", program], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True).stderr
        print("ok 1" if right else f"not ok 1\n# {done}\n# {text.count('exit_group')} exits")
        print("ok 2" if "exec 0x" in cpu and "sp " in cpu else "not ok 2")


main()
