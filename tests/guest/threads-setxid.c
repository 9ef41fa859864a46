/* setuid and its like reach every thread: the C library signals each and waits for its answer. */
/* flags: -O2 -static -pthread */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

enum { THREADS = 3 };

static sem_t go_on;
static volatile int stop;

static void *wait_for_end(void *arg)
{
    while (sem_wait(&go_on)) {
    }
    return arg;
}

static void *spin(void *arg)
{
    while (!stop) {
    }
    return arg;
}

int main(void)
{
    pthread_t waiting[THREADS], spinning;
    int failed = 0;

    sem_init(&go_on, 0, 0);
    for (int n = 0; n < THREADS; n++) {
        pthread_create(&waiting[n], NULL, wait_for_end, NULL);
    }
    pthread_create(&spinning, NULL, spin, NULL);
    for (int n = 0; n < 20; n++) {
        failed += setuid(getuid()) + setgid(getgid()) + setresuid(-1, -1, -1);
    }
    printf("%d failed\n", failed);
    stop = 1;
    for (int n = 0; n < THREADS; n++) {
        sem_post(&go_on);
    }
    for (int n = 0; n < THREADS; n++) {
        pthread_join(waiting[n], NULL);
    }
    pthread_join(spinning, NULL);
    printf("joined\n");
    return 0;
}
