/* flags: -O2 -static */
/* Bit counting, rotation, byte order, masks and single bits, as C spells them. */
#include "checksum.h"

static uint64_t rotates(uint64_t sum, uint64_t a, unsigned n)
{
    uint32_t w = (uint32_t)a;

    sum = mix(sum, a << (n & 63) | a >> (-n & 63));
    sum = mix(sum, w << (n & 31) | w >> (-n & 31));
    sum = mix(sum, a >> 13 | a << 51);
    return mix(sum, w >> 7 | w << 25);
}

static uint64_t counts(uint64_t sum, uint64_t a)
{
    sum = mix(sum, (uint64_t)__builtin_popcountll(a));
    sum = mix(sum, (uint64_t)__builtin_popcount((uint32_t)a));
    sum = mix(sum, (uint64_t)__builtin_parityll(a));
    if (a) {
        sum = mix(sum, (uint64_t)__builtin_clzll(a));
        sum = mix(sum, (uint64_t)__builtin_ctzll(a));
    }
    if ((uint32_t)a) {
        sum = mix(sum, (uint64_t)__builtin_clz((uint32_t)a));
        sum = mix(sum, (uint64_t)__builtin_ctz((uint32_t)a));
    }
    return mix(sum, (uint64_t)__builtin_ffsll((long long)a));
}

static uint64_t singles(uint64_t sum, uint64_t a, unsigned n)
{
    uint64_t bit = UINT64_C(1) << (n & 63);

    sum = mix(sum, a | bit);
    sum = mix(sum, a & ~bit);
    sum = mix(sum, a ^ bit);
    sum = mix(sum, a >> (n & 63) & 1);
    sum = mix(sum, a & (bit - 1));
    sum = mix(sum, a & -a);
    return mix(sum, a & (a - 1));
}

static uint64_t orders(uint64_t sum, uint64_t a)
{
    sum = mix(sum, __builtin_bswap64(a));
    sum = mix(sum, __builtin_bswap32((uint32_t)a));
    sum = mix(sum, __builtin_bswap16((uint16_t)a));
    sum = mix(sum, (uint64_t)(int64_t)(int8_t)a);
    sum = mix(sum, (uint64_t)(int64_t)(int16_t)a);
    sum = mix(sum, (uint64_t)(int64_t)(int32_t)a);
    return mix(sum, (a & 0xff00ff00ff00ff00) >> 8 | (a & 0x00ff00ff00ff00ff) << 8);
}

static uint64_t all(uint64_t sum, uint64_t a, unsigned n)
{
    a = HIDE(a);
    return orders(singles(counts(rotates(sum, a, HIDE(n)), a), a, HIDE(n)), a);
}

int main(void)
{
    uint64_t sum = 0, seed = 99;

    for (unsigned i = 0; i < COUNT(edges); i++) {
        for (unsigned n = 0; n < 64; n++) {
            sum = all(sum, edges[i], n);
        }
    }
    print_sum("edges", sum);
    for (unsigned i = 0; i < 5000; i++) {
        sum = all(sum, next_random(&seed) >> (i & 63), i);
    }
    print_sum("random", sum);
    return 0;
}
