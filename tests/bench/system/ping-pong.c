/* rounds: 20000 */
/* Two threads hand a byte to and fro through two pipes: blocking calls and wake-ups. */
#include "../bench.h"

#include <pthread.h>
#include <unistd.h>

static int there[2], back[2];

static void *answer(void *unused)
{
    unsigned char byte;

    while (read(there[0], &byte, 1) == 1) {
        byte++;
        if (write(back[1], &byte, 1) != 1) {
            break;
        }
    }
    return NULL;
}

static uint64_t kernel(unsigned rounds)
{
    unsigned char byte = 0;
    uint64_t sum = 0;
    pthread_t thread;

    if (pipe(there) < 0 || pipe(back) < 0 || pthread_create(&thread, NULL, answer, NULL)) {
        return 0;
    }
    for (unsigned n = 0; n < rounds; n++) {
        if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) {
            return 0;
        }
        sum = mix(sum, byte);
    }
    close(there[1]);
    pthread_join(thread, NULL);
    return sum;
}
