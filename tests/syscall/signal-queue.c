/* Queued signals: each of many that arrive between mask changes, faults and returns is handled. */
/* flags: -O2 -static */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIGNALS = 20000 };

static volatile int handled, in_order = 1, faults, last[2] = { -1, -1 };
static sigjmp_buf after_fault;

static void on_queued(int signo, siginfo_t *info, void *context)
{
    int which = signo - SIGRTMIN;

    in_order = in_order && info->si_value.sival_int > last[which];
    last[which] = info->si_value.sival_int;
    handled++;
}

static void on_fault(int signo)
{
    faults++;
    siglongjmp(after_fault, 1);
}

static void send_all(pid_t to)
{
    for (int n = 0; n < SIGNALS; n++) {
        union sigval value = { .sival_int = n };

        while (sigqueue(to, SIGRTMIN + n % 2, value) < 0) {
            if (errno != EAGAIN) {
                _exit(1);
            }
            usleep(100); /* the queue is full */
        }
    }
    _exit(0);
}

/* What reopens the mask: sigprocmask, the end of a handler, a fault's handler. */
static void receive_all(volatile int *nothing)
{
    sigset_t set, old;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    do { /* once, if all have come before */
        sigprocmask(SIG_BLOCK, &set, &old);
        sigprocmask(SIG_SETMASK, &old, NULL);
        if (sigsetjmp(after_fault, 0) == 0) {
            *nothing = 1;
        }
    } while (handled < SIGNALS);
}

int main(void)
{
    struct sigaction queued = { .sa_sigaction = on_queued, .sa_flags = SA_SIGINFO };
    struct sigaction fault = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
    pid_t parent = getpid(), child;
    int status;

    sigaction(SIGRTMIN, &queued, NULL);
    sigaction(SIGRTMIN + 1, &queued, NULL);
    sigaction(SIGSEGV, &fault, NULL);
    alarm(60); /* one that is lost is waited for */
    child = fork();
    if (child == 0) {
        send_all(parent);
    }
    receive_all(NULL);
    waitpid(child, &status, 0);
    printf("%d signals, %s, sender %d, %s\n", handled, in_order ? "in order" : "out of order",
           status, faults > 0 ? "faults" : "no fault");
    return 0;
}
