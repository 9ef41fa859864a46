#!/usr/bin/env python3
"""-d stats,chain: the counters are printed at exit while other threads still log what they link."""
import subprocess
import sys
import tempfile

SOURCE = r"""
#include <pthread.h>
#include <unistd.h>
static volatile int sink;
static void __attribute__((noinline, aligned(64))) step(int n)
{
    if (n & 1) {
        sink += n;
    }
}
static void *work(void *arg)
{
    for (int n = 0;; n++) {
        __builtin___clear_cache((char *)step, (char *)step + 64); /* cut off, then linked again */
        step(n);
    }
    return arg;
}
int main(void)
{
    pthread_t thread;
    for (int n = 0; n < 4; n++) {
        pthread_create(&thread, NULL, work, NULL);
    }
    usleep(20000);
    return 0;
}
"""
RUNS = 20


def main():
    dragoman = sys.argv[1]
    print("1..1")
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/busy"
        subprocess.run(["riscv64-linux-gnu-gcc", "-O1", "-static", "-pthread", "-x", "c", "-",
                        "-o", program], input=SOURCE.encode(), check=True)
        for run in range(RUNS):
            try:
                done = subprocess.run([dragoman, "-d", "stats,chain", program], timeout=60,
                                      stdin=subprocess.DEVNULL, capture_output=True, text=True)
            except subprocess.TimeoutExpired:
                print(f"not ok 1\n# run {run} did not end")
                return
            if done.returncode or "guest insns" not in done.stderr:
                print(f"not ok 1\n# run {run}: {done.returncode} {done.stderr[-200:]}")
                return
    print("ok 1")


main()
