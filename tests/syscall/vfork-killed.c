/* A vfork child that a signal ends wherever it is, over and over: its parent goes on. */
/* flags: -O1 -static */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 200 };

typedef struct Shared {
    volatile pid_t child;
    volatile int counter;
} Shared;

static Shared *shared;

#define ONE(n)                                          \
    static __attribute__((noinline)) void part##n(void) \
    {                                                   \
        shared->counter = shared->counter * 3 + n;      \
        if (shared->counter % 7 == n) {                 \
            shared->counter++;                          \
        }                                               \
    }
ONE(0)
ONE(1)
ONE(2)
ONE(3)
ONE(4)
ONE(5)
ONE(6)
ONE(7)

/* Code is new each time: a translator has work to do, a processor does not notice. */
static void work(void)
{
    static void (*const parts[])(void) = { part0, part1, part2, part3, part4, part5, part6, part7 };

    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        parts[i]();
    }
    __builtin___clear_cache((char *)part0, (char *)part7);
}

static void kill_children(void)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE };
    pid_t last = 0;

    for (int round = 0; round < ROUNDS; round++) {
        while (shared->child == last) {
            usleep(50);
        }
        last = shared->child;
        usleep(round * 7 % 331);
        kill(last, signals[round % 5]);
    }
    _exit(0);
}

int main(void)
{
    int killed = 0, status;
    pid_t killer, pid;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    alarm(60);
    killer = fork();
    if (killer == 0) {
        kill_children();
    }
    for (int round = 0; round < ROUNDS; round++) {
        pid = vfork();
        if (pid == 0) {
            shared->child = getpid();
            for (;;) {
                work();
            }
        }
        work();
        waitpid(pid, &status, 0);
        killed += WIFSIGNALED(status) != 0;
    }
    waitpid(killer, &status, 0);
    printf("%d killed, %d\n", killed, status);
    return 0;
}
