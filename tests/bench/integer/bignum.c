/* rounds: 60 */
/* Big numbers in 64-bit limbs: a factorial, powers by squaring, and their decimal digits. */
#include "../bench.h"

enum { LIMBS = 400 };

typedef unsigned __int128 Uint128;

typedef struct Big {
    unsigned count;
    uint64_t limb[LIMBS];
} Big;

static void multiply_small(Big *a, uint64_t factor)
{
    uint64_t carry = 0;

    for (unsigned i = 0; i < a->count; i++) {
        Uint128 product = (Uint128)a->limb[i] * factor + carry;

        a->limb[i] = (uint64_t)product;
        carry = (uint64_t)(product >> 64);
    }
    if (carry) {
        a->limb[a->count++] = carry;
    }
}

static uint32_t divide_small(Big *a, uint32_t divisor)
{
    uint64_t rest = 0;

    for (unsigned i = a->count; i-- > 0;) {
        uint64_t high = rest << 32 | a->limb[i] >> 32, low;

        rest = high % divisor;
        low = rest << 32 | (uint32_t)a->limb[i];
        a->limb[i] = high / divisor << 32 | low / divisor;
        rest = low % divisor;
    }
    while (a->count && a->limb[a->count - 1] == 0) {
        a->count--;
    }
    return (uint32_t)rest;
}

static void multiply(Big *restrict out, const Big *a, const Big *b)
{
    memset(out->limb, 0, (a->count + b->count) * sizeof *out->limb);
    for (unsigned i = 0; i < a->count; i++) {
        uint64_t carry = 0;

        for (unsigned j = 0; j < b->count; j++) {
            Uint128 t = (Uint128)a->limb[i] * b->limb[j] + out->limb[i + j] + carry;

            out->limb[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        out->limb[i + b->count] = carry;
    }
    out->count = a->count + b->count;
    while (out->count && out->limb[out->count - 1] == 0) {
        out->count--;
    }
}

static void add(Big *a, const Big *b)
{
    unsigned char carry = 0;

    for (unsigned i = 0; i < a->count || i < b->count || carry; i++) {
        uint64_t x = i < a->count ? a->limb[i] : 0, y = i < b->count ? b->limb[i] : 0;
        uint64_t s = x + y, t = s + carry;

        carry = (unsigned char)((s < x) | (t < s));
        a->limb[i] = t;
        if (i >= a->count) {
            a->count = i + 1;
        }
    }
}

static uint64_t kernel(unsigned rounds)
{
    static Big a, b, c;
    uint64_t sum = 0;

    while (rounds--) {
        a = (Big){ 1, { 1 } };
        for (unsigned i = 2; i < 1200; i++) {
            multiply_small(&a, i);
        }
        b = (Big){ 1, { 3 + rounds } };
        for (unsigned i = 0; i < 12; i++) {
            if (b.count * 2 <= LIMBS) {
                multiply(&c, &b, &b);
                b = c;
            }
        }
        for (unsigned i = 0; i < 2000; i++) {
            add(&a, &b);
            if (a.count > LIMBS - 2) {
                a.count = LIMBS / 2;
            }
        }
        while (a.count) {
            sum = mix(sum, divide_small(&a, 1000000000));
        }
    }
    return sum;
}
