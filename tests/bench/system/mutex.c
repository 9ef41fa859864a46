/* rounds: 2000000 */
/* Four threads, one mutex: atomics under contention, futex waits and wake-ups. */
#include "../bench.h"

#include <pthread.h>

enum { THREADS = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t counter;

static void *count(void *rounds)
{
    for (unsigned n = (unsigned)(uintptr_t)rounds; n; n--) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static uint64_t kernel(unsigned rounds)
{
    pthread_t threads[THREADS];

    for (unsigned n = 0; n < THREADS; n++) {
        if (pthread_create(&threads[n], NULL, count, (void *)(uintptr_t)rounds)) {
            return 0;
        }
    }
    for (unsigned n = 0; n < THREADS; n++) {
        pthread_join(threads[n], NULL);
    }
    return counter;
}
