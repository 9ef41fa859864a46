/* The counters user code may read: cycle, time and instret all advance. */
#include <stdint.h>
#include <stdio.h>

#define READ(name)                                          \
    ({                                                      \
        uint64_t v_;                                        \
        __asm__ volatile(#name " %0" : "=r"(v_)::"memory"); \
        v_;                                                 \
    })

int main(void)
{
    uint64_t cycle = READ(rdcycle), time = READ(rdtime), instret = READ(rdinstret);

    for (volatile int i = 0; i < 1000000; i++) {
    }
    printf("cycle %d time %d instret %d\n", READ(rdcycle) > cycle, READ(rdtime) > time,
           READ(rdinstret) > instret);
    return 0;
}
