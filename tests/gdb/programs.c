/*
 * Guest program of the debugger tests: `programs KIND [SECONDS]` does one kind of work until it is told
 * to stop, by SIGTERM or by the end of its time.
 */
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
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

/* The only one that ends by itself. */
CALL static void once(void)
{
    sink += fibonacci(12);
    exit(0);
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

static void on_signal(int signo)
{
    integer_loop();
}

/* In a handler, from where a debugger must find what was interrupted. */
CALL static void handler(void)
{
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
}

/* Too large for the result: what the host does then is not what RISC-V does. */
CALL static void convert(void)
{
    volatile double x = 1e30;

    for (;;) {
        sink = (uint64_t)(int64_t)x;
    }
}

/* Every register but x0, sp, gp and tp has its number times 0x0101010101010101. */
CALL static void registers(void)
{
#ifdef __riscv
#define SET(n)  "li x" #n ", 0x0101010101010101 * " #n "\n"
#define SETF(n) "li x5, 0x0101010101010101 * " #n "\nfmv.d.x f" #n ", x5\n"
    __asm__ volatile(SETF(0) SETF(1) SETF(7) SETF(8) SETF(15) SETF(16) SETF(31) SET(1) SET(5) SET(6)
                         SET(7) SET(8) SET(9) SET(10) SET(11) SET(12) SET(13) SET(14) SET(15)
                             SET(16) SET(17) SET(18) SET(19) SET(20) SET(21) SET(22) SET(23) SET(24)
                                 SET(25) SET(26) SET(27) SET(28) SET(29) SET(30)
                                     SET(31) "1: ld x0, 0(sp)\n"
                                             "j 1b");
#undef SET
#undef SETF
#endif
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
    { "registers", registers },  { "convert", convert },  { "once", once },
    { "handler", handler },
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
