/*
 * measure FD COMMAND ARG... -- run a command; write seconds, KiB and wait status to FD.
 *
 * A program of its own because the kernel counts what the forking process had resident towards
 * its child's peak: forked from a large interpreter, every small program would look as large.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int report = atoi(argv[1]);
    double start = now();
    int status;
    pid_t child = vfork();

    if (child == 0) {
        close(report);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("measure");
        return 1;
    }
    dprintf(report, "%.6f %ld %d\n", now() - start, usage.ru_maxrss, status);
    return 0;
}
