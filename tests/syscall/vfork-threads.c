/* vfork in a thread while older threads end: the child lets them go just before it ends itself. */
/* flags: -O2 -static -pthread */
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 200, OLDER = 12 };

static int let_go;

static void *wait_to_end(void *arg)
{
    while (!__atomic_load_n(&let_go, __ATOMIC_ACQUIRE)) {
        syscall(SYS_futex, &let_go, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    }
    return arg;
}

static void *spawn(void *arg)
{
    int status = -1;
    pid_t pid = vfork();

    if (pid == 0) {
        __atomic_store_n(&let_go, 1, __ATOMIC_RELEASE);
        syscall(SYS_futex, &let_go, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
        _exit(3);
    }
    waitpid(pid, &status, 0);
    *(int *)arg += WEXITSTATUS(status);
    return arg;
}

int main(void)
{
    pthread_t older[OLDER], spawner;
    int sum = 0;

    for (int round = 0; round < ROUNDS; round++) {
        let_go = 0;
        for (int n = 0; n < OLDER; n++) {
            pthread_create(&older[n], NULL, wait_to_end, NULL);
        }
        pthread_create(&spawner, NULL, spawn, &sum);
        pthread_join(spawner, NULL);
        for (int n = 0; n < OLDER; n++) {
            pthread_join(older[n], NULL);
        }
    }
    printf("sum %d\n", sum);
    return 0;
}
