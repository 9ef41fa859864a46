/* flags: -O2 -static -pthread */
/*
 * Signals that arrive around the start of a blocking call are never lost: they are blocked but for the
 * call, so each must end one.  A lost one shows as a call that runs into its time limit.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3000, LIMIT_S = 5 };

static volatile sig_atomic_t handled;
static atomic_int wanted, done;
static pthread_t waiter;
static int epoll_fd;

static void handler(int signo)
{
    handled++;
}

/* Waits a random while, so that the signal falls before, into and behind the call's start. */
static void *sender(void *unused)
{
    unsigned seed = 12345, sent = 0;

    for (;;) {
        while (atomic_load(&wanted) == (int)sent) {
            if (atomic_load(&done)) {
                return NULL;
            }
        }
        seed = seed * 1103515245 + 12345;
        for (volatile unsigned n = seed >> 16 & 0x3ff; n; n--) {
        }
        sent++;
        pthread_kill(waiter, SIGUSR1);
    }
}

static int call_sigsuspend(const sigset_t *open)
{
    return sigsuspend(open);
}

static int call_ppoll(const sigset_t *open)
{
    return ppoll(NULL, 0, &(struct timespec){ LIMIT_S }, open);
}

static int call_pselect(const sigset_t *open)
{
    return pselect(0, NULL, NULL, NULL, &(struct timespec){ LIMIT_S }, open);
}

static int call_epoll(const sigset_t *open)
{
    struct epoll_event event;

    return epoll_pwait(epoll_fd, &event, 1, LIMIT_S * 1000, open);
}

/* Takes the signal itself. */
static int call_sigtimedwait(const sigset_t *open)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (sigtimedwait(&set, NULL, &(struct timespec){ LIMIT_S }) != SIGUSR1) {
        return 0;
    }
    handled++;
    errno = EINTR;
    return -1;
}

static void try(const char *name, int (*call)(const sigset_t *open))
{
    sigset_t blocked, open;
    int bad = 0, before = handled;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, &open);
    sigdelset(&open, SIGUSR1);
    for (int n = 0; n < ROUNDS && !bad; n++) {
        atomic_fetch_add(&wanted, 1);
        bad = !(call(&open) < 0 && errno == EINTR && handled == before + n + 1);
    }
    printf("%s: %s, %d handled\n", name, bad ? "LOST" : "all", (int)handled - before);
}

int main(void)
{
    struct sigaction action = { .sa_handler = handler };
    pthread_t thread;

    setvbuf(stdout, NULL, _IOLBF, 0);
    waiter = pthread_self();
    epoll_fd = epoll_create1(0);
    sigaction(SIGUSR1, &action, NULL);
    alarm(100);
    pthread_create(&thread, NULL, sender, NULL);
    try("sigsuspend", call_sigsuspend);
    try("ppoll", call_ppoll);
    try("pselect", call_pselect);
    try("epoll_pwait", call_epoll);
    try("sigtimedwait", call_sigtimedwait);
    atomic_store(&done, 1);
    pthread_join(thread, NULL);
    return 0;
}
