/* Loads and stores of every width, signed and not, aligned and not, also across pages. */
#include <stdlib.h>
#include <sys/mman.h>

#include "checksum.h"

#define ACCESS(type)                                             \
    static uint64_t access_##type(uint8_t *p, uint64_t sum)      \
    {                                                            \
        type value;                                              \
                                                                 \
        memcpy(&value, p, sizeof value);                         \
        sum = mix(sum, (uint64_t)value);                         \
        value = (type)(value * 3 + 1);                           \
        memcpy(p, &value, sizeof value);                         \
        *(volatile type *)(p + 64) = (type)(value ^ 0x55);       \
        return mix(sum, (uint64_t) * (volatile type *)(p + 64)); \
    }

ACCESS(int8_t)
ACCESS(uint8_t)
ACCESS(int16_t)
ACCESS(uint16_t)
ACCESS(int32_t)
ACCESS(uint32_t)
ACCESS(int64_t)
ACCESS(uint64_t)

static uint64_t all_widths(uint8_t *p, uint64_t sum)
{
    sum = access_int8_t(p, sum);
    sum = access_uint8_t(p + 1, sum);
    sum = access_int16_t(p + 2, sum);
    sum = access_uint16_t(p + 4, sum);
    sum = access_int32_t(p + 8, sum);
    sum = access_uint32_t(p + 12, sum);
    sum = access_int64_t(p + 16, sum);
    return access_uint64_t(p + 24, sum);
}

int main(void)
{
    enum { SIZE = 3 * 4096 };
    uint8_t *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t seed = 3, sum = 0;

    for (unsigned i = 0; i < SIZE; i++) {
        memory[i] = (uint8_t)next_random(&seed);
    }
    for (unsigned i = 0; i < SIZE - 128; i += 8) {
        sum = all_widths(memory + i, sum);
    }
    print_sum("aligned", sum);
    for (unsigned i = 1; i < SIZE - 128; i++) {
        sum = all_widths(memory + i, sum);
    }
    print_sum("any", sum);
    for (unsigned i = 0; i < SIZE; i++) {
        sum = mix(sum, memory[i]);
    }
    print_sum("memory", sum);
    return 0;
}
