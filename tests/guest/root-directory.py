#!/usr/bin/env python3
"""A directory that only the root of -L has can be entered; one that the host has stays the host's."""
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = r"""
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (chdir(argv[i])) {
            perror(argv[i]);
        } else {
            printf("%s: %s\n", argv[i], access("mark", R_OK) ? "host" : "root");
        }
    }
    return 0;
}
"""


def main():
    dragoman = os.path.abspath(sys.argv[1])
    print("1..2")
    with tempfile.TemporaryDirectory() as folder:
        program, root = f"{folder}/enter", pathlib.Path(folder, "root")
        subprocess.run(["riscv64-linux-gnu-gcc", "-static", "-x", "c", "-", "-o", program],
                       input=SOURCE.encode(), check=True)
        for path in ("only/here", "etc"):
            (root / path).mkdir(parents=True)
            (root / path / "mark").touch()
        (root / "only/link").symlink_to("/only/here")

        def run(*options):
            return subprocess.run([dragoman, *options, program, "/only/here", "/only/link", "/etc",
                                   "/only/nowhere"], capture_output=True, text=True)

        under, without = run("-L", root), run()
        nowhere = "/only/nowhere: No such file or directory\n"
        if (under.stdout, under.stderr) == (
                "/only/here: root\n/only/link: root\n/etc: host\n", nowhere):
            print("ok 1")
        else:
            print(f"not ok 1\n# {under}")
        print("ok 2" if without.stdout == "/etc: host\n" else f"not ok 2\n# {without}")


main()
