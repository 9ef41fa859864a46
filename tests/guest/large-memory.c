/* A large frame, a large static array, and a long-running malloc'ed matrix: addresses beyond 32 bits. */
#include <stdlib.h>

#include "checksum.h"

static uint8_t large[64 << 20];

static __attribute__((noinline)) uint64_t large_frame(unsigned n)
{
    volatile uint8_t frame[1 << 20];
    uint64_t sum = 0;

    for (unsigned i = 0; i < sizeof frame; i += 4093) {
        frame[i] = (uint8_t)(i * n);
    }
    for (unsigned i = 0; i < sizeof frame; i += 4093) {
        sum = mix(sum, frame[i]);
    }
    return sum;
}

int main(void)
{
    uint64_t sum = 0;
    uint32_t *heap = malloc(300u << 20);

    for (size_t i = 0; i < sizeof large; i += 65521) {
        large[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < sizeof large; i += 4096) {
        sum = mix(sum, large[i]);
    }
    print_sum("static", sum);
    for (size_t i = 0; i < (300u << 18); i += 100003) {
        heap[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < (300u << 18); i += 100003) {
        sum = mix(sum, heap[i]);
    }
    print_sum("heap", sum);
    print_sum("frame", large_frame(7));
    free(heap);
    return 0;
}
