/* Products of 64 x 64 bits, 128-bit arithmetic and its divisions. */
#include "checksum.h"

typedef __int128 Int128;
typedef unsigned __int128 Uint128;

static uint64_t fold(uint64_t sum, Uint128 value)
{
    return mix(mix(sum, (uint64_t)value), (uint64_t)(value >> 64));
}

static uint64_t products(uint64_t sum, uint64_t a, uint64_t b)
{
    sum = fold(sum, (Uint128)a * b);
    sum = fold(sum, (Uint128)((Int128)(int64_t)a * (int64_t)b));
    sum = fold(sum, (Uint128)((Int128)(int64_t)a * (Int128)(Uint128)b));
    return fold(sum, (Uint128)(int32_t)a * (uint32_t)b);
}

static uint64_t wide(uint64_t sum, Uint128 a, Uint128 b)
{
    unsigned count = (unsigned)b & 127;

    sum = fold(sum, a + b);
    sum = fold(sum, a - b);
    sum = fold(sum, a * b);
    sum = fold(sum, a << count);
    sum = fold(sum, a >> count);
    sum = fold(sum, (Uint128)((Int128)a >> count));
    sum = mix(sum, a < b);
    sum = mix(sum, (Int128)a < (Int128)b);
    if (b != 0) {
        sum = fold(sum, a / b);
        sum = fold(sum, a % b);
    }
    return sum;
}

int main(void)
{
    uint64_t sum = 0, wide_sum = 0, seed = 1;

    for (unsigned i = 0; i < COUNT(edges); i++) {
        for (unsigned j = 0; j < COUNT(edges); j++) {
            sum = products(sum, HIDE((uint64_t)edges[i]), HIDE((uint64_t)edges[j]));
            wide_sum = wide(wide_sum, (Uint128)edges[i] << 64 | edges[j],
                            (Uint128)edges[j] << 32 | edges[i]);
        }
    }
    for (unsigned i = 0; i < 2000; i++) {
        uint64_t a = next_random(&seed), b = next_random(&seed) >> (i & 63);

        sum = products(sum, a, b);
        wide_sum = wide(wide_sum, (Uint128)a << 64 | b, (Uint128)(b >> 7) << (i & 63) | a);
    }
    print_sum("products", sum);
    print_sum("128 bits", wide_sum);
    return 0;
}
