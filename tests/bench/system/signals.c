/* rounds: 100000 */
/* Signals to itself: sent, handled and returned from, one by one. */
#include "../bench.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile uint64_t handled;

static void handler(int signo, siginfo_t *info, void *context)
{
    handled += info->si_signo == SIGUSR1;
}

static uint64_t kernel(unsigned rounds)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    long pid = syscall(SYS_getpid), tid = syscall(SYS_gettid);

    sigaction(SIGUSR1, &action, NULL);
    for (unsigned n = 0; n < rounds; n++) {
        syscall(SYS_tgkill, pid, tid, SIGUSR1);
    }
    return handled;
}
