/*
 * Integer helpers: carry-less multiplication and counters.
 */
#include <time.h>

#include "helper.h"

/* Four bits of b at a time, from a table of the 16 multiples of a. */
static unsigned __int128 carryless_product(uint64_t a, uint64_t b)
{
    unsigned __int128 multiple[16] = { 0, a }, product = 0;

    for (unsigned i = 2; i < 16; i += 2) {
        multiple[i] = multiple[i / 2] << 1;
        multiple[i + 1] = multiple[i] ^ a;
    }
    for (int shift = 60; shift >= 0; shift -= 4) {
        product = product << 4 ^ multiple[b >> shift & 15];
    }
    return product;
}

static uint64_t helper_clmul(uint64_t a, uint64_t b)
{
    return (uint64_t)carryless_product(a, b);
}

static uint64_t helper_clmulh(uint64_t a, uint64_t b)
{
    return (uint64_t)(carryless_product(a, b) >> 64);
}

static uint64_t helper_clmulr(uint64_t a, uint64_t b)
{
    return (uint64_t)(carryless_product(a, b) >> 63);
}

static uint64_t nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t helper_cycle(void)
{
    return nanoseconds();
}

/* The timebase: 10 MHz, as most boards and emulators have it. */
static uint64_t helper_time(void)
{
    return nanoseconds() / 100;
}

const TcgHelper rv_helper_clmul = {
    "rv_clmul", helper_clmul, TCG_HELPER_PURE, TCG_I64, 2, { TCG_I64, TCG_I64 },
};
const TcgHelper rv_helper_clmulh = {
    "rv_clmulh", helper_clmulh, TCG_HELPER_PURE, TCG_I64, 2, { TCG_I64, TCG_I64 },
};
const TcgHelper rv_helper_clmulr = {
    "rv_clmulr", helper_clmulr, TCG_HELPER_PURE, TCG_I64, 2, { TCG_I64, TCG_I64 },
};
const TcgHelper rv_helper_cycle = { "rv_cycle", helper_cycle, 0, TCG_I64, 0, { 0 } };
const TcgHelper rv_helper_time = { "rv_time", helper_time, 0, TCG_I64, 0, { 0 } };
