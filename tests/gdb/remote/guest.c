/*
 * Guest program of the gdb server's tests: `guest KIND` does one thing that a debugger looks at.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALL __attribute__((noinline, noclone))

enum { NB_THREADS = 4, NB_HITS = 25 };

struct point {
    int x, y;
    double weight;
};

struct point place = { 3, 4, 0.5 };
double scale = 2.5;
volatile unsigned long counter;
static volatile int word;
extern __thread int own; /* local.c */

CALL double multiply(double a, double b, int n)
{
    return a * b + n;
}

CALL int add_up(int n)
{
    int sum = 0;

    for (int i = 0; i < n; i++) {
        sum += i;
        counter++;
    }
    return sum;
}

CALL int descend(int depth)
{
    if (depth == 0) {
        return add_up(10);
    }
    return descend(depth - 1) + 1;
}

CALL int one(void)
{
    return 1;
}

CALL int two(void)
{
    return 2;
}

static int do_calls(void)
{
    double product = multiply(scale, 4, 1);
    int sum = descend(3);

    printf("product %g sum %d point %d %d %g\n", product, sum, place.x, place.y, place.weight);
    printf("one %d two %d\n", one(), two());
    return 7;
}

CALL void hit(int n)
{
    __atomic_add_fetch(&counter, 1, __ATOMIC_SEQ_CST);
    own++;
}

static void *hitter(void *opaque)
{
    own = 100;
    errno = ENOSPC;
    for (int n = 0; n < NB_HITS; n++) {
        hit(n);
    }
    return NULL;
}

static int do_threads(void)
{
    pthread_t thread[NB_THREADS];

    errno = EDOM;
    own++;
    for (int n = 0; n < NB_THREADS; n++) {
        pthread_create(&thread[n], NULL, hitter, NULL);
    }
    for (int n = 0; n < NB_THREADS; n++) {
        pthread_join(thread[n], NULL);
    }
    printf("hits %lu\n", counter);
    return 0;
}

static volatile sig_atomic_t nb_usr1, nb_usr2, last_value;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    if (signo == SIGUSR1) {
        nb_usr1++;
    } else {
        nb_usr2++;
    }
    last_value = info->si_value.sival_int;
}

static void handle(int signo)
{
    struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

    sigaction(signo, &action, NULL);
}

CALL void after_signals(void)
{
    printf("usr1 %d usr2 %d value %d\n", nb_usr1, nb_usr2, last_value);
    fflush(stdout);
}

static int do_signals(void)
{
    handle(SIGUSR1);
    handle(SIGUSR2);
    for (int n = 0; n < 3; n++) {
        sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 42 + n });
    }
    after_signals();
    return 0;
}

/* Count real-time signals, which queue, until SIGTERM. */
static volatile sig_atomic_t nb_queued, done;

static void on_queued(int signo)
{
    nb_queued++;
}

static void on_term(int signo)
{
    done = 1;
}

static int do_count(void)
{
    signal(SIGRTMIN + 2, on_queued);
    signal(SIGTERM, on_term);
    printf("ready\n");
    fflush(stdout);
    while (!done) {
        counter++;
    }
    printf("queued %d\n", nb_queued);
    return 0;
}

CALL int fault(int *at)
{
    return *at;
}

static int do_spin(void)
{
    for (;;) {
        counter++;
    }
}

static int do_read(void)
{
    char buf[16];
    int size;

    printf("ready\n");
    fflush(stdout);
    size = read(0, buf, sizeof(buf));
    printf("read %d errno %d\n", size, size < 0 ? errno : 0);
    return 3;
}

static int do_futex(void)
{
    struct timespec limit = { 3, 0 }, start, end;
    long ret;

    clock_gettime(CLOCK_MONOTONIC, &start);
    ret = syscall(SYS_futex, &word, FUTEX_WAIT, 0, &limit, NULL, 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("futex %ld %s after %ld\n", ret, errno == ETIMEDOUT ? "timeout" : "other",
           ((end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000) / 500);
    return 4;
}

static int do_sleep(void)
{
    struct timespec limit = { 3, 0 }, start, end;
    int ret;

    clock_gettime(CLOCK_MONOTONIC, &start);
    ret = nanosleep(&limit, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("slept %d after %ld\n", ret,
           ((end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000) / 500);
    return 5;
}

static int do_library(const char *program)
{
    char path[4096];
    int (*function)(int);
    void *library;

    snprintf(path, sizeof(path), "%.*s/library.so", (int)(strrchr(program, '/') - program),
             program);
    library = dlopen(path, RTLD_NOW);
    function = library ? (int (*)(int))dlsym(library, "library_function") : NULL;
    printf("library %d\n", function ? function(20) : -1);
    return 0;
}

/* A program that closes all it does not know, as daemons do, goes on being debugged. */
static int do_close(void)
{
    for (int fd = 3; fd < 2000; fd++) {
        close(fd);
    }
    hit(0);
    return open("/dev/null", O_RDONLY);
}

static int do_children(void)
{
    char *args[] = { "/bin/true", NULL };
    int status;

    for (int n = 0; n < 2; n++) {
        pid_t pid = n ? vfork() : fork();

        if (pid == 0) {
            hit(n);
            if (n) {
                execve("/nowhere", args, NULL);
            }
            _exit(10 + n);
        }
        waitpid(pid, &status, 0);
        printf("child %d\n", WEXITSTATUS(status));
        fflush(stdout);
    }
    hit(2);
    return 0;
}

/* Whether what is ignored stays so in the next program, which gdb does not see. */
static int do_exec(char *program)
{
    char *args[] = { program, "executed", NULL };

    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, on_queued);
    execv("/nowhere", args);
    raise(SIGUSR1);
    raise(SIGUSR2);
    hit(nb_queued);
    execv(program, args);
    return 98;
}

static int do_executed(void)
{
    struct sigaction one, two;

    sigaction(SIGUSR1, NULL, &one);
    sigaction(SIGUSR2, NULL, &two);
    printf("ignored %d default %d\n", one.sa_handler == SIG_IGN, two.sa_handler == SIG_DFL);
    return 6;
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";

    if (strcmp(kind, "calls") == 0) {
        return do_calls();
    } else if (strcmp(kind, "threads") == 0) {
        return do_threads();
    } else if (strcmp(kind, "signals") == 0) {
        return do_signals();
    } else if (strcmp(kind, "count") == 0) {
        return do_count();
    } else if (strcmp(kind, "fault") == 0) {
        return fault((int *)16);
    } else if (strcmp(kind, "abort") == 0) {
        abort();
    } else if (strcmp(kind, "spin") == 0) {
        return do_spin();
    } else if (strcmp(kind, "read") == 0) {
        return do_read();
    } else if (strcmp(kind, "futex") == 0) {
        return do_futex();
    } else if (strcmp(kind, "sleep") == 0) {
        return do_sleep();
    } else if (strcmp(kind, "library") == 0) {
        return do_library(argv[0]);
    } else if (strcmp(kind, "close") == 0) {
        return do_close();
    } else if (strcmp(kind, "exec") == 0) {
        return do_exec(argv[0]);
    } else if (strcmp(kind, "executed") == 0) {
        return do_executed();
    } else if (strcmp(kind, "children") == 0) {
        return do_children();
    }
    return 99;
}
