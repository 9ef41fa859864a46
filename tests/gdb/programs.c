/*
 * Guest program of the debugger tests: `programs KIND [SECONDS]` does one kind of work until it is told
 * to stop, by SIGTERM or by the end of its time.
 */
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALL __attribute__((noinline, noclone))

static volatile uint64_t sink;

CALL static void integer_loop(void)
{
    uint64_t x = 1;

    for (;;) {
        for (unsigned n = 0; n < 1000; n++) {
            x = x * 6364136223846793005 + 1442695040888963407;
            x ^= x >> 17;
        }
        sink = x;
    }
}

CALL static void float_loop(void)
{
    double x = 1.5, y = 0.5;

    for (;;) {
        for (unsigned n = 0; n < 1000; n++) {
            x = x * 0.999 + y;
            y = y * 0.998 + 1 / x;
        }
        sink = (uint64_t)x;
    }
}

CALL static unsigned fibonacci(unsigned n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

CALL static void calls(void)
{
    unsigned (*volatile indirect)(unsigned) = fibonacci;

    for (;;) {
        sink += indirect(12);
    }
}

CALL static void blocked(void)
{
    char byte;
    int ends[2];

    if (pipe(ends) == 0) {
        sink = (uint64_t)read(ends[0], &byte, 1);
    }
}

/* Ties away from zero: no host instruction does it, so arithmetic goes through helpers. */
CALL static void helpers(void)
{
    double x = 1.1;

#ifdef __riscv
    __asm__ volatile("fsrmi 4");
#endif
    for (;;) {
        x = x * 1.0000001 + 1e-9;
        sink = (uint64_t)x;
    }
}

static void *thread(void *number)
{
    switch ((uintptr_t)number % 3) {
    case 0:
        integer_loop();
        break;
    case 1:
        calls();
        break;
    default:
        float_loop();
    }
    return NULL;
}

CALL static void threads(void)
{
    pthread_t id;

    for (uintptr_t n = 1; n < 4; n++) {
        pthread_create(&id, NULL, thread, (void *)n);
    }
    thread(NULL);
}

static const struct {
    const char *name;
    void (*run)(void);
} kinds[] = {
    { "integer", integer_loop }, { "float", float_loop }, { "calls", calls },
    { "blocked", blocked },      { "helpers", helpers },  { "threads", threads },
};

int main(int argc, char **argv)
{
    alarm(argc > 2 ? (unsigned)atoi(argv[2]) : 120);
    for (unsigned n = 0; argc > 1 && n < sizeof(kinds) / sizeof(kinds[0]); n++) {
        if (strcmp(argv[1], kinds[n].name) == 0) {
            printf("%s\n", argv[1]);
            fflush(stdout);
            kinds[n].run();
        }
    }
    return 1;
}
