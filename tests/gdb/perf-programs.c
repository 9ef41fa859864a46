/*
 * Guest program of the tests of --perf-map and --jitdump: `perf-programs KIND` forks, executes itself, has
 * much code, faults, or closes descriptors that are not its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL __attribute__((noinline, noclone))

static volatile unsigned sink;

/* Functions of one shape but their own code. */
#define FUNCTION(name, base)                                             \
    CALL static unsigned name(unsigned n)                                \
    {                                                                    \
        return n < 2 ? (base) * (n + 1) : 1 + name(n - 1) + name(n - 2); \
    }
FUNCTION(parent_work, 3)
FUNCTION(child_work, 5)
FUNCTION(exec_work, 7)
FUNCTION(late_work, 11)

static unsigned rounds(void)
{
    const char *text = getenv("ROUNDS");

    return text ? (unsigned)atoi(text) : 10;
}

static int executed(const char *self)
{
    sink = exec_work(rounds());
    return 0;
}

static int fork_work(const char *self, bool exec)
{
    char *argv[] = { (char *)self, (char *)"executed", NULL };
    int status = -1;
    pid_t child;

    sink = parent_work(rounds());
    child = fork();
    if (child == 0) {
        sink = parent_work(rounds());
        sink = child_work(rounds());
        if (exec) {
            execv(self, argv);
        }
        _exit(exec ? 3 : 0);
    }
    waitpid(child, &status, 0);
    printf("%d %d\n", (int)getpid(), (int)child);
    return status;
}

static int fork_only(const char *self)
{
    return fork_work(self, false);
}

static int fork_exec(const char *self)
{
    return fork_work(self, true);
}

/* Blocks of their own, more of them than the smallest code buffer has room for. */
static int many(const char *self)
{
    __asm__ volatile(".rept 12000\n"
                     "    addi t0, t0, 1\n"
                     "    j 1f\n"
                     "1:\n"
                     ".endr" ::
                         : "t0");
    sink = late_work(rounds());
    return 0;
}

/* All but the standard ones, in all the ways there are; then code that is new. */
static int closing(const char *self)
{
    int fd, wrong = 0;

    for (fd = 3; fd < 1100; fd++) {
        wrong += close(fd) == 0 || errno != EBADF;
    }
    wrong += close_range(3, 1100, 0) != 0;
    fd = open("/dev/null", O_WRONLY);
    for (int to = 4; to < 1100; to++) {
        dup2(fd, to);
        dup3(fd, to, O_CLOEXEC);
    }
    wrong += close_range(3, ~0U, 0) != 0;
    sink = late_work(rounds());
    printf("%d wrong\n", wrong);
    return wrong != 0;
}

static int fault(const char *self)
{
    return *(volatile int *)0;
}

static const struct {
    const char *name;
    int (*run)(const char *self);
} kinds[] = {
    { "executed", executed }, { "fork-only", fork_only }, { "fork-exec", fork_exec },
    { "many", many },         { "closing", closing },     { "fault", fault },
};

int main(int argc, char **argv)
{
    for (unsigned n = 0; argc > 1 && n < sizeof(kinds) / sizeof(kinds[0]); n++) {
        if (strcmp(argv[1], kinds[n].name) == 0) {
            return kinds[n].run(argv[0]);
        }
    }
    return 2;
}
