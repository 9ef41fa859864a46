/* flags: -O2 -static -pthread */
/*
 * Locks with a kernel's help: robust ones whose owner dies (thread or process), priority inheritance, shared between
 * processes, timed; cancellation and barriers; atomics of processes that share memory.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 20000 };

typedef struct Shared {
    pthread_mutex_t lock;
    pthread_barrier_t barrier;
    uint64_t plain;
    _Atomic uint64_t added, swapped;
    _Atomic uint8_t byte;
    _Atomic uint16_t half;
    uint64_t line;
} Shared;

static Shared *shared;

static void check(const char *name, int got, int wanted)
{
    printf("%s: %s\n", name, got == wanted ? "right" : strerror(got));
}

static struct timespec in_ms(unsigned ms)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += (long)ms * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

static void init_lock(pthread_mutex_t *lock, int robust, int protocol, int pshared)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, robust);
    pthread_mutexattr_setprotocol(&attr, protocol);
    pthread_mutexattr_setpshared(&attr, pshared);
    check("init", pthread_mutex_init(lock, &attr), 0);
}

static void *lock_and_end(void *lock)
{
    pthread_mutex_lock(lock);
    return NULL;
}

static void owner_dies(const char *name, int protocol)
{
    pthread_mutex_t lock;
    pthread_t thread;

    printf("%s\n", name);
    init_lock(&lock, PTHREAD_MUTEX_ROBUST, protocol, PTHREAD_PROCESS_PRIVATE);
    pthread_create(&thread, NULL, lock_and_end, &lock);
    pthread_join(thread, NULL);
    check("the owner is dead", pthread_mutex_lock(&lock), EOWNERDEAD);
    check("made consistent", pthread_mutex_consistent(&lock), 0);
    check("unlock", pthread_mutex_unlock(&lock), 0);
    check("lock again", pthread_mutex_lock(&lock), 0);
    check("unlock", pthread_mutex_unlock(&lock), 0);
}

static void *lock_and_end_later(void *lock)
{
    pthread_mutex_lock(lock);
    atomic_store(&shared->added, 1);
    usleep(20000);
    return NULL;
}

static void owner_dies_before_a_waiter(const char *name, int protocol)
{
    pthread_mutex_t lock;
    pthread_t thread;

    printf("%s\n", name);
    init_lock(&lock, PTHREAD_MUTEX_ROBUST, protocol, PTHREAD_PROCESS_PRIVATE);
    atomic_store(&shared->added, 0);
    pthread_create(&thread, NULL, lock_and_end_later, &lock);
    while (!atomic_load(&shared->added)) {
        usleep(100);
    }
    check("the owner died meanwhile", pthread_mutex_lock(&lock), EOWNERDEAD);
    check("made consistent", pthread_mutex_consistent(&lock), 0);
    check("unlock", pthread_mutex_unlock(&lock), 0);
    pthread_join(thread, NULL);
    atomic_store(&shared->added, 0);
}

static void owner_process_dies(void)
{
    int status;
    pid_t child;

    printf("a process that owns it dies\n");
    init_lock(&shared->lock, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_SHARED);
    child = fork();
    if (child == 0) {
        pthread_mutex_lock(&shared->lock);
        _exit(0);
    }
    waitpid(child, &status, 0);
    check("the owner is dead", pthread_mutex_lock(&shared->lock), EOWNERDEAD);
    check("unlocked as it is", pthread_mutex_unlock(&shared->lock), 0);
    check("not recoverable", pthread_mutex_lock(&shared->lock), ENOTRECOVERABLE);
}

static void *count_under_lock(void *lock)
{
    for (unsigned n = 0; n < ROUNDS; n++) {
        pthread_mutex_lock(lock);
        shared->plain++;
        pthread_mutex_unlock(lock);
    }
    return NULL;
}

static void contended(const char *name, int protocol)
{
    pthread_mutex_t lock;
    pthread_t thread[THREADS];

    init_lock(&lock, PTHREAD_MUTEX_STALLED, protocol, PTHREAD_PROCESS_PRIVATE);
    shared->plain = 0;
    for (unsigned n = 0; n < THREADS; n++) {
        pthread_create(&thread[n], NULL, count_under_lock, &lock);
    }
    for (unsigned n = 0; n < THREADS; n++) {
        pthread_join(thread[n], NULL);
    }
    printf("%s: %llu\n", name, (unsigned long long)shared->plain);
}

static void *try_for_a_while(void *lock)
{
    struct timespec end = in_ms(30);

    return (void *)(intptr_t)pthread_mutex_timedlock(lock, &end);
}

static void timed(const char *name, int protocol)
{
    struct timespec end = in_ms(20);
    pthread_mutex_t lock;
    pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
    pthread_t thread;
    void *result;

    printf("%s\n", name);
    init_lock(&lock, PTHREAD_MUTEX_STALLED, protocol, PTHREAD_PROCESS_PRIVATE);
    pthread_mutex_lock(&lock);
    pthread_create(&thread, NULL, try_for_a_while, &lock);
    pthread_join(thread, &result);
    check("a lock that is held", (int)(intptr_t)result, ETIMEDOUT);
    check("a condition nobody signals", pthread_cond_timedwait(&cond, &lock, &end), ETIMEDOUT);
    check("unlock", pthread_mutex_unlock(&lock), 0);
}

static void cleanup(void *cleaned)
{
    *(int *)cleaned = 1;
}

static void *wait_for_ever(void *cleaned)
{
    char byte;
    int ends[2];

    pthread_cleanup_push(cleanup, cleaned);
    if (pipe(ends) == 0 && read(ends[0], &byte, 1) == 1) {
        printf("read?\n");
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancellation(void)
{
    pthread_t thread;
    void *result;
    int cleaned = 0;

    pthread_create(&thread, NULL, wait_for_ever, &cleaned);
    usleep(20000);
    check("cancel", pthread_cancel(thread), 0);
    pthread_join(thread, &result);
    printf("cancelled %d, cleaned up %d\n", result == PTHREAD_CANCELED, cleaned);
}

/* Lock-free work on every width, one step each of many; what is lost shows in the sums. */
static void share_atomics(unsigned seed)
{
    for (unsigned n = 0; n < ROUNDS; n++) {
        uint64_t old = atomic_load(&shared->swapped);

        while (!atomic_compare_exchange_weak(&shared->swapped, &old, old * 3 + 1 - old * 2)) {
        }
        atomic_fetch_add(&shared->added, seed);
        atomic_fetch_add(&shared->byte, 1);
        atomic_fetch_add(&shared->half, 1);
    }
}

static void processes(void)
{
    pthread_barrierattr_t attr;

    pthread_barrierattr_init(&attr);
    pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared->barrier, &attr, THREADS);
    init_lock(&shared->lock, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_SHARED);
    shared->plain = 0;
    for (unsigned n = 0; n < THREADS; n++) {
        if (fork() == 0) {
            pthread_barrier_wait(&shared->barrier);
            share_atomics(n + 1);
            count_under_lock(&shared->lock);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    printf("processes: %llu added, %llu swapped, byte %u, half %u, plain %llu\n",
           (unsigned long long)shared->added, (unsigned long long)shared->swapped, shared->byte,
           shared->half, (unsigned long long)shared->plain);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    owner_dies("robust", PTHREAD_PRIO_NONE);
    owner_dies("robust with priority inheritance", PTHREAD_PRIO_INHERIT);
    owner_dies_before_a_waiter("waiting", PTHREAD_PRIO_NONE);
    owner_dies_before_a_waiter("waiting with priority inheritance", PTHREAD_PRIO_INHERIT);
    owner_process_dies();
    contended("contended", PTHREAD_PRIO_NONE);
    contended("contended with priority inheritance", PTHREAD_PRIO_INHERIT);
    timed("timed", PTHREAD_PRIO_NONE);
    timed("timed with priority inheritance", PTHREAD_PRIO_INHERIT);
    cancellation();
    processes();
    return 0;
}
