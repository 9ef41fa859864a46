/* rounds: 1000 */
/*
 * Fork and execute a static program (this one, which then ends at once), and wait for it.
 * BENCH_TRANSLATOR names the program to run it with, where the kernel cannot and nobody else does.
 */
#include <stdlib.h>

#define main bench_main
#include "../bench.h"
#undef main

#include <sys/wait.h>
#include <unistd.h>

static const char *self;

static void execute_self(void)
{
    const char *translator = getenv("BENCH_TRANSLATOR");

    if (translator) {
        execl(translator, translator, self, "child", (char *)NULL);
    } else {
        execl(self, self, "child", (char *)NULL);
    }
    _exit(127);
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t good = 0;

    for (unsigned n = 0; n < rounds; n++) {
        pid_t child = fork();
        int status;

        if (child == 0) {
            execute_self();
        }
        good += waitpid(child, &status, 0) == child && status == 7 << 8;
    }
    return good;
}

int main(int argc, char **argv)
{
    self = argv[0];
    return argc > 1 && strcmp(argv[1], "child") == 0 ? 7 : bench_main(argc, argv);
}
