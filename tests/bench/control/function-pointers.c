/* rounds: 280 */
/* A pipeline of small functions called through a table that changes, and qsort with callbacks. */
#include "../bench.h"

typedef uint32_t Stage(uint32_t);

static uint32_t add(uint32_t x)
{
    return x + 0x9e3779b9;
}

static uint32_t rotate(uint32_t x)
{
    return x << 7 | x >> 25;
}

static uint32_t fold(uint32_t x)
{
    return x ^ x >> 15;
}

static uint32_t multiply(uint32_t x)
{
    return x * 0x85ebca6b;
}

static uint32_t odd_even(uint32_t x)
{
    return x & 1 ? x * 3 + 1 : x >> 1;
}

static uint32_t negate(uint32_t x)
{
    return ~x;
}

static Stage *const stages[] = { add, rotate, fold, multiply, odd_even, negate, rotate, add };

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static int by_low_bits(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a & 0xffff, y = *(const uint32_t *)b & 0xffff;

    return x < y ? -1 : x > y ? 1 : ascending(a, b);
}

static uint64_t kernel(unsigned rounds)
{
    static uint32_t values[3000];
    uint64_t sum = 0;
    uint32_t x = 1;

    while (rounds--) {
        Stage *pipeline[16];

        for (unsigned i = 0; i < 16; i++) {
            pipeline[i] = stages[(x >> (i & 7) ^ i) & 7];
            x = x * 1664525 + 1013904223;
        }
        for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
            for (unsigned j = 0; j < 16; j++) {
                x = pipeline[j](x);
            }
            values[i] = x;
        }
        qsort(values, sizeof values / sizeof *values, sizeof *values,
              rounds & 1 ? ascending : by_low_bits);
        sum = mix(sum, values[1000] ^ (uint64_t)values[2000] << 32);
    }
    return sum;
}
