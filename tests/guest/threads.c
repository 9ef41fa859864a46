/* Threads: locks, conditions, barriers, TLS, signals to one thread, cancellation, fork. */
/* flags: -O2 -static -pthread */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 5000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static __thread long local;
static long counter, atomic_counter, turn;

static void run(const char *name, void *(*body)(void *))
{
    pthread_t thread[THREADS];
    long sum = 0;
    void *ret;

    for (long n = 0; n < THREADS; n++) {
        if (pthread_create(&thread[n], NULL, body, (void *)n)) {
            printf("%s: cannot create\n", name);
            exit(1);
        }
    }
    for (int n = 0; n < THREADS; n++) {
        pthread_join(thread[n], &ret);
        sum += (long)ret;
    }
    printf("%s: sum %ld counter %ld atomic %ld\n", name, sum, counter, atomic_counter);
}

static void *count(void *arg)
{
    for (int n = 0; n < ROUNDS; n++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
        __atomic_fetch_add(&atomic_counter, 1, __ATOMIC_SEQ_CST);
        local += (long)arg;
    }
    return (void *)local;
}

static void *take_turns(void *arg)
{
    for (int n = 0; n < 200; n++) {
        pthread_mutex_lock(&mutex);
        while (turn % THREADS != (long)arg) {
            pthread_cond_wait(&cond, &mutex);
        }
        turn++;
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&mutex);
    }
    return (void *)turn == NULL ? (void *)1 : NULL;
}

static void *meet(void *arg)
{
    long serial = 0;

    for (int n = 0; n < 100; n++) {
        serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
    }
    return (void *)serial;
}

static __thread volatile sig_atomic_t got;

static void on_signal(int signo)
{
    got = signo;
}

static volatile int ready;

static void *wait_for_signal(void *arg)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    ready = 1;
    while (!got) { /* arrives in generated code */
    }
    return (void *)(long)got;
}

static void *wait_in_read(void *arg)
{
    char c;
    int *fds = arg;

    ready = 1;
    return (void *)(long)(read(fds[0], &c, 1) == -1 && errno == EINTR ? got : -1);
}

static void signals(void)
{
    struct sigaction act = { .sa_handler = on_signal };
    pthread_t thread;
    sigset_t set;
    void *ret;
    int fds[2];

    sigaction(SIGUSR1, &act, NULL);
    sigaction(SIGUSR2, &act, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, wait_for_signal, NULL);
    while (!ready) {
    }
    kill(getpid(), SIGUSR2); /* the main thread blocks it */
    pthread_join(thread, &ret);
    printf("process signal: thread got %d, main got %d\n", (int)(long)ret == SIGUSR2, got);

    ready = 0;
    if (pipe(fds)) {
        exit(1);
    }
    pthread_create(&thread, NULL, wait_in_read, fds);
    while (!ready) {
    }
    usleep(50000); /* into read() */
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, &ret);
    printf("thread signal: thread got %d, main got %d\n", (int)(long)ret == SIGUSR1, got);
}

static void *sleep_forever(void *arg)
{
    ready = 1;
    for (;;) {
        pause();
    }
}

static void cancel(void)
{
    pthread_t thread;
    void *ret;

    ready = 0;
    pthread_create(&thread, NULL, sleep_forever, NULL);
    while (!ready) {
    }
    pthread_cancel(thread);
    pthread_join(thread, &ret);
    printf("canceled: %d\n", ret == PTHREAD_CANCELED);
}

static void *nothing(void *arg)
{
    __atomic_fetch_add(&counter, 1, __ATOMIC_SEQ_CST);
    return arg;
}

static void many(void)
{
    pthread_t thread;
    void *ret;
    long sum = 0;

    counter = 0;
    for (long n = 0; n < 1000; n++) {
        if (pthread_create(&thread, NULL, nothing, (void *)n)) {
            printf("cannot create %ld\n", n);
            return;
        }
        pthread_join(thread, &ret);
        sum += (long)ret;
    }
    printf("1000 threads: %ld %ld\n", counter, sum);
    for (int n = 0; n < 100; n++) {
        if (pthread_create(&thread, NULL, nothing, NULL) == 0) {
            pthread_detach(thread);
        }
    }
    while (__atomic_load_n(&counter, __ATOMIC_SEQ_CST) < 1100) {
        usleep(1000);
    }
    printf("detached: %ld\n", counter);
}

static void *fork_here(void *arg)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        pthread_t thread;
        void *ret;

        /* The only thread of the child, and it can have others again. */
        pthread_create(&thread, NULL, nothing, (void *)7);
        pthread_join(thread, &ret);
        exit((long)ret + (getpid() == syscall(SYS_gettid)));
    }
    waitpid(pid, &status, 0);
    return (void *)(long)(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static pthread_mutex_t robust;

static void *die_with_lock(void *arg)
{
    pthread_mutex_lock(&robust);
    return NULL;
}

static void owner_dies(void)
{
    pthread_mutexattr_t attr;
    pthread_t thread;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attr);
    pthread_create(&thread, NULL, die_with_lock, NULL);
    printf("owner died: %d\n",
           (pthread_join(thread, NULL), pthread_mutex_lock(&robust)) == EOWNERDEAD);
}

/* In a child: one thread ends the process while others spin, sleep and wait for a lock. */
static void *end_process(void *arg)
{
    usleep(20000);
    _exit(42);
}

static void *spin(void *arg)
{
    for (;;) {
        __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
    }
}

static void *leave(void *arg)
{
    usleep(20000);
    printf("after main: %d\n", (int)(long)arg);
    fflush(stdout);
    return NULL;
}

static void in_child(const char *name, void *(*const bodies[])(void *), int leave_main)
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        pthread_t thread;

        alarm(30);
        for (int n = 0; bodies[n]; n++) {
            pthread_create(&thread, NULL, bodies[n], (void *)5);
        }
        if (leave_main) {
            pthread_exit(NULL);
        }
        pthread_mutex_lock(&mutex);
        pthread_mutex_lock(&mutex);
    }
    waitpid(pid, &status, 0);
    printf("%s: %x\n", name, status);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0); /* children inherit nothing unwritten */
    pthread_barrier_init(&barrier, NULL, THREADS);
    run("count", count);
    run("turns", take_turns);
    run("barrier", meet);
    signals();
    cancel();
    many();
    run("fork", fork_here);
    owner_dies();
    in_child("exit_group", (void *(*const[])(void *)){ spin, sleep_forever, end_process, NULL }, 0);
    in_child("main leaves", (void *(*const[])(void *)){ leave, NULL }, 1);
    return 0;
}
