#!/usr/bin/env python3
"""A guest that has called chroot executes guest programs in there, where dragoman is not.

usage: chroot-exec.py DRAGOMAN
In a user namespace, which gives the right to chroot(2).
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import tap  # noqa: E402

CROSS_CC = "riscv64-linux-gnu-gcc"
NAMESPACE = ["unshare", "--user", "--map-root-user"]

# A line of letters is done from left to right, each with the arguments it needs.
SOURCE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(const char *what, long result)
{
    if (result < 0) {
        printf("%s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static void show(const char *name)
{
    char cwd[256] = "?", mark[16] = "none\n";
    int up, lowest, fd = open("/mark", O_RDONLY);

    if (fd >= 0) {
        mark[read(fd, mark, sizeof(mark) - 1)] = 0;
        close(fd);
    }
    up = open("..", O_RDONLY);
    printf("%s: cwd %s, %d of mark %s", name, getcwd(cwd, sizeof(cwd)) ? cwd : "?",
           faccessat(up, "mark", F_OK, 0) == 0, mark);
    close(up);
    lowest = fcntl(0, F_DUPFD, 0);
    printf("lowest %d\n", lowest);
    close(lowest);
}

static char **long_arguments(void)
{
    enum { COUNT = 200, SIZE = 100000 };
    char **list = calloc(COUNT + 1, sizeof(*list)), *text = malloc(SIZE);

    memset(text, 'x', SIZE);
    text[SIZE - 1] = 0;
    for (int i = 0; i < COUNT; i++) {
        list[i] = text;
    }
    return list;
}

static void finish_child(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, 0);
    printf("child %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

int main(int argc, char **argv)
{
    char **args = argv + 2;

    setvbuf(stdout, NULL, _IONBF, 0);
    for (const char *p = argc > 1 ? argv[1] : ""; *p; p++) {
        pid_t pid = 0;

        switch (*p) {
        case 'c':
            check("chroot", chroot(*args++));
            break;
        case 'd':
            check("chdir", chdir(*args++));
            break;
        case 's':
            show(argv[0]);
            break;
        case 'a':
            check("close_range", syscall(SYS_close_range, 3, ~0u, 0));
            break;
        case 'f': /* fork: the child does the rest */
            pid = fork();
            if (pid) {
                finish_child(pid);
                return 0;
            }
            break;
        case 'v': /* vfork: the child enters and executes, the parent shows where it is */
            pid = vfork();
            if (!pid) {
                if (chroot(args[0]) || chdir("/")) {
                    _exit(9);
                }
                execv(args[1], args + 2);
                _exit(10);
            }
            finish_child(pid);
            args += argc; /* used up */
            break;
        case 'p': /* no privileges */
            check("capset", syscall(SYS_capset, &(int[]){ 0x20080522, 0 }, &(int[6]){ 0 }));
            break;
        case 'l': /* more arguments than the kernel takes */
            execv(args[0], long_arguments());
            printf("exec: %s\n", strerror(errno));
            break;
        case 'x':
            execv(args[0], args + 1);
            printf("exec: %s\n", strerror(errno));
        }
    }
    return 7;
}
"""


class Suite:
    def __init__(self, dragoman, folder):
        self.dragoman, self.folder = os.path.abspath(dragoman), pathlib.Path(folder)
        self.program, self.root = self.folder / "go", self.folder / "root"
        subprocess.run([CROSS_CC, "-static", "-x", "c", "-", "-o", self.program],
                       input=SOURCE.encode(), check=True)
        for path, mark in ((self.root, "outer"), (self.root / "in/ner", "inner")):
            (path / "sub").mkdir(parents=True)
            (path / "mark").write_text(f"{mark}\n")
            shutil.copy(self.program, path)

    def run(self, *arguments, options=(), status=7):
        done = subprocess.run([*NAMESPACE, self.dragoman, *options, self.program, *arguments],
                              capture_output=True, text=True, cwd=self.folder, timeout=60)
        bad = [] if done.returncode == status else [f"status {done.returncode}"]
        return done.stdout, bad + done.stderr.splitlines()

    def expect(self, output, *arguments, **keywords):
        got, bad = self.run(*arguments, **keywords)
        return bad + ([] if got == output else [f"said {got!r}, not {output!r}"])


def line(name, cwd="/", up=1, mark="outer"):
    return f"{name}: cwd {cwd}, {up} of mark {mark}\nlowest 3\n"


def check_exec(suite):
    """The program sees the new root, and can execute another."""
    return suite.expect(line("one") + line("two"), "cdx", suite.root, "/", "/go", "one", "sx", "/go",
                        "two", "s")


def check_fork(suite):
    bad = suite.expect(line("one") + "child 7\n", "cfdx", suite.root, "/", "/go", "one", "s",
                       status=0)
    return bad + suite.expect(line("one") + "child 7\n", "fcdx", suite.root, "/", "/go", "one", "s",
                              status=0)


def check_vfork(suite):
    """The parent of a vfork child stays where it was, with the descriptors it had."""
    here = line(suite.program, suite.folder, 0, "none")
    return suite.expect(line("one") + "child 7\n" + here, "vs", suite.root, "/go", "one", "s")


def check_directory(suite):
    """The current directory is the one of before: under the root, or outside of it."""
    bad = suite.expect(line("one", "/sub"), "dcx", suite.root / "sub", suite.root, "/go", "one", "s")
    got, more = suite.run("cx", suite.root, "/go", "one", "s")
    if got != line("one", "?", 0):
        more.append(got)
    return bad + more


def check_nested(suite):
    """A root in the root, entered by a program that was executed in the first."""
    return suite.expect(line("two", mark="inner"), "cdx", suite.root, "/", "/go", "one", "cdx",
                        "/in/ner", "/", "/go", "two", "s")


def check_close(suite):
    """Programs that close all descriptors."""
    return suite.expect(line("one"), "cadx", suite.root, "/", "/go", "one", "as")


def check_failure(suite):
    """execve that fails leaves the guest where it was: inside."""
    bad = suite.expect("exec: No such file or directory\n" + line(suite.program), "cdxs", suite.root,
                       "/", "/none")
    return bad + suite.expect("exec: Argument list too long\n" + line(suite.program, "/sub"), "cdls",
                              suite.root, "/sub", "/go")


def check_no_right(suite):
    """A guest that has dropped the right to chroot: a static dragoman runs in there as well."""
    headers = subprocess.run(["readelf", "-lW", suite.dragoman], capture_output=True, text=True)
    static = "INTERP" not in headers.stdout
    failed = "exec: Exec format error\n" + line(suite.program, "/sub")
    return suite.expect(line("one", "/sub") if static else failed, "cdpxs", suite.root, "/sub",
                        "/go", "one", "s")


def check_options(suite):
    """Options go along: the log goes on in its file, which is not in there either."""
    log = suite.folder / "log"
    bad = suite.expect(line("one"), "cdx", suite.root, "/", "/go", "one", "s",
                       options=["-d", "strace", "-D", log, "-L", suite.folder / "none"])
    text = log.read_text()
    return bad + [f"no {call} in the log" for call in ("chroot(", "execve(", "exit_group(7)")
                  if call not in text]


def check_under_root(suite):
    """chroot to a directory that only the root of -L has, as chdir does."""
    return suite.expect(line("one", mark="inner"), "cdx", "/in/ner", "/", "/go", "one", "s",
                        options=["-L", suite.root])


CASES = [check_exec, check_fork, check_vfork, check_directory, check_nested, check_close,
         check_failure, check_no_right, check_options, check_under_root]


def main():
    probe = subprocess.run([*NAMESPACE, "true"], capture_output=True, text=True)
    if probe.returncode:
        return tap.skip_all(f"no user namespaces here: {probe.stderr.strip()}")
    if not shutil.which(CROSS_CC):
        return tap.skip_all(f"{CROSS_CC} is not installed (scripts/install-deps cross)")
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(sys.argv[1], folder)
        return tap.run_all(CASES, lambda case: case(suite), lambda case: case.__name__[6:])


if __name__ == "__main__":
    sys.exit(main())
