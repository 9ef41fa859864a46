/* Programs that die of a core signal; the first argument says how.  See ../core-dump.py. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

struct thing {
    int number;
    double real;
    char text[16];
};

int global_count = 77;
volatile int *volatile nowhere = (int *)16;

static NOINLINE int inner(struct thing *thing)
{
    global_count++;
    *nowhere = thing->number;
    return thing->number + 1;
}

static NOINLINE int middle(struct thing *thing, int factor)
{
    return inner(thing) * factor;
}

static NOINLINE int outer(int number)
{
    struct thing thing = { 42 + number, 2.5, "some text" };

    return middle(&thing, number) + thing.number;
}

static pthread_barrier_t barrier;
static int lock = 1;
unsigned long spin_count;

/* The register is what was stored, or one more, at every instruction. */
static NOINLINE void spin(unsigned long *count)
{
#ifdef __riscv
    __asm__ volatile("li s2, 0\n"
                     "1: addi s2, s2, 1\n"
                     "sd s2, 0(%0)\n"
                     "j 1b\n"
                     :
                     : "r"(count)
                     : "s2", "memory");
#endif
}

static void *spinner(void *arg)
{
    pthread_barrier_wait(&barrier);
    spin(&spin_count);
    return NULL;
}

/* The call is here and not in the C library, parts of which cannot be unwound. */
#ifdef __riscv
#define CALL(number, first, second, third)                                                         \
    ({                                                                                             \
        register long a0_ __asm__("a0") = (long)(first);                                           \
        register long a1_ __asm__("a1") = (long)(second);                                          \
        register long a2_ __asm__("a2") = (third);                                                 \
        register long a3_ __asm__("a3") = 0;                                                       \
        register long a7_ __asm__("a7") = (number);                                                \
        __asm__ volatile("ecall" : "+r"(a0_) : "r"(a1_), "r"(a2_), "r"(a3_), "r"(a7_) : "memory"); \
        a0_;                                                                                       \
    })
#else
#define CALL syscall
#endif

/* A call that begins again after a signal, and one that does not. */
static NOINLINE long wait_for_lock(int *word)
{
    return CALL(SYS_futex, word, 0, *word) + 1;
}

static NOINLINE long sleep_long(void)
{
    struct timespec time = { 1000, 0 };

    return CALL(SYS_nanosleep, &time, 0, 0) + time.tv_sec;
}

static void *waiter(void *arg)
{
    pthread_barrier_wait(&barrier);
    return (void *)(wait_for_lock(&lock) + 1);
}

static void *sleeper(void *arg)
{
    pthread_barrier_wait(&barrier);
    return (void *)(sleep_long() + 1);
}

static NOINLINE int give_up(int reason)
{
    if (reason) {
        abort();
    }
    return reason + 1;
}

static NOINLINE int start_threads(void)
{
    pthread_t threads[3];

    pthread_barrier_init(&barrier, NULL, 4);
    pthread_create(&threads[0], NULL, spinner, NULL);
    pthread_create(&threads[1], NULL, waiter, NULL);
    pthread_create(&threads[2], NULL, sleeper, NULL);
    pthread_barrier_wait(&barrier);
    usleep(100000);
    return give_up(3) + 1;
}

static void *crasher(void *arg)
{
    pthread_barrier_wait(&barrier);
    outer(5);
    return NULL;
}

/* All at once: one of them is first. */
static void crash_many(void)
{
    enum { COUNT = 8 };
    pthread_t threads[COUNT];

    pthread_barrier_init(&barrier, NULL, COUNT);
    for (int i = 0; i < COUNT; i++) {
        pthread_create(&threads[i], NULL, crasher, NULL);
    }
    for (;;) {
        pause();
    }
}

static void set_core_limit(rlim_t soft)
{
    struct rlimit limit;

    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = soft == RLIM_INFINITY ? limit.rlim_max : soft;
    setrlimit(RLIMIT_CORE, &limit);
}

static volatile int is_over;

static void on_signal(int signo)
{
    is_over = 1;
}

static void *bystander(void *arg)
{
    while (!is_over) {
    }
    return NULL;
}

/* The child dies on its parent's memory; the parent and its threads live on. */
static int vfork_child(void)
{
    pthread_t thread;
    int status = 0;
    pid_t pid;

    signal(SIGUSR1, on_signal);
    pthread_create(&thread, NULL, bystander, NULL);
    pid = vfork();
    if (pid == 0) {
        outer(5);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    printf("child: signal %d\n", WTERMSIG(status));
    return 0;
}

int main(int argc, char **argv)
{
    const char *how = argv[1];

    alarm(100);
    if (!strcmp(how, "limit0")) {
        set_core_limit(0);
    } else if (!strcmp(how, "limit-up")) {
        set_core_limit(RLIM_INFINITY);
    } else if (!strcmp(how, "undumpable")) {
        prctl(PR_SET_DUMPABLE, 0);
    } else if (!strcmp(how, "threads")) {
        start_threads();
    } else if (!strcmp(how, "many")) {
        crash_many();
    } else if (!strcmp(how, "vfork")) {
        return vfork_child();
    } else if (!strcmp(how, "sleep")) {
        puts("ready");
        fflush(stdout);
        sleep(60);
        return 0;
    }
    return outer(5);
}
