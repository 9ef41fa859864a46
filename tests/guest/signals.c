/* Handlers, masks, nesting, pending signals, alternate stacks, and values that survive a handler. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t seen[65], depth, deepest;
static char *alternate;
static volatile sig_atomic_t on_alternate;

static void count(int number)
{
    int saved = errno;

    seen[number]++;
    errno = saved;
}

static void nested(int number)
{
    depth++;
    if (depth > deepest) {
        deepest = depth;
    }
    if (number == SIGUSR1) {
        raise(SIGUSR2);
    }
    if (number == SIGUSR2 && depth < 6) {
        raise(SIGUSR1);
    }
    depth--;
}

static void with_info(int number, siginfo_t *info, void *context)
{
    char here;

    on_alternate = &here > alternate && &here < alternate + 65536;
    printf("signal %d code %d from myself %d value %d alternate stack %d\n", info->si_signo,
           info->si_code, info->si_pid == getpid(), info->si_value.sival_int, on_alternate);
}

static void install(int number, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

    sigaction(number, &action, NULL);
}

static void masks(void)
{
    sigset_t block, old, pending;

    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigaddset(&block, SIGRTMIN);
    install(SIGUSR1, count, 0);
    install(SIGRTMIN, count, 0);
    sigprocmask(SIG_BLOCK, &block, &old);
    raise(SIGUSR1);
    raise(SIGUSR1);
    raise(SIGRTMIN);
    raise(SIGRTMIN);
    sigpending(&pending);
    printf("pending %d %d, seen %d\n", sigismember(&pending, SIGUSR1),
           sigismember(&pending, SIGUSR2), seen[SIGUSR1]);
    sigprocmask(SIG_SETMASK, &old, NULL);
    printf("standard signals merge: %d, real-time ones queue: %d\n", seen[SIGUSR1], seen[SIGRTMIN]);
}

/* Every register that a signal must not disturb is in use while the alarms come in. */
static uint64_t busy(void)
{
    uint64_t a = 1, b = 2, c = 3, sum = 0;
    double x = 0.5, y = 1.5;

    for (unsigned round = 0; round < 1000 || seen[SIGALRM] < 3; round++) {
        a = 1, b = 2, c = 3, x = 0.5, y = 1.5;
        for (unsigned i = 0; i < 20000; i++) {
            a = a * 6364136223846793005 + b;
            b ^= a >> 17;
            c += a & b;
            x = x * 0.75 + y;
            y = y * 0.5 + 1.0 / (1 + x);
        }
        sum = a ^ b ^ c ^ (uint64_t)(x * 1e9) ^ (uint64_t)(y * 1e9);
        if (round > 0 &&
            sum != a + (b ^ c ^ (uint64_t)(x * 1e9) ^ (uint64_t)(y * 1e9)) -
                       (2 * (a & (b ^ c ^ (uint64_t)(x * 1e9) ^ (uint64_t)(y * 1e9))))) {
            printf("disturbed in round %u\n", round);
        }
    }
    return sum;
}

int main(void)
{
    stack_t stack = { .ss_size = 65536 }, got;
    struct sigaction action = { .sa_sigaction = with_info, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    union sigval value = { .sival_int = 77 };

    masks();
    install(SIGUSR1, nested, SA_NODEFER);
    install(SIGUSR2, nested, SA_NODEFER);
    raise(SIGUSR1);
    printf("nested %d deep, back at %d\n", deepest, depth);

    alternate = stack.ss_sp = malloc(stack.ss_size);
    sigaltstack(&stack, NULL);
    sigaltstack(NULL, &got);
    printf("altstack %d %d\n", got.ss_sp == alternate, got.ss_flags);
    sigaction(SIGTERM, &action, NULL);
    raise(SIGTERM);
    sigaction(SIGRTMIN + 2, &action, NULL);
    sigqueue(getpid(), SIGRTMIN + 2, value);

    install(SIGALRM, count, SA_RESTART);
    ualarm(2000, 2000);
    printf("%llx\n", (unsigned long long)busy());
    ualarm(0, 0);
    install(SIGHUP, SIG_IGN, 0);
    raise(SIGHUP);
    install(SIGHUP, count, SA_RESETHAND);
    raise(SIGHUP);
    sigaction(SIGHUP, NULL, &action);
    printf("reset %d %d\n", seen[SIGHUP], action.sa_handler == SIG_DFL);
    return 0;
}
