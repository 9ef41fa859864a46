/*
 * What the guest programs share: a checksum to fold many results into one line, pseudo-random
 * numbers that are the same everywhere, and the integers where arithmetic goes wrong first.
 */
#ifndef TESTS_GUEST_CHECKSUM_H
#define TESTS_GUEST_CHECKSUM_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint64_t edges[] = {
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    63,
    64,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fffffff,
    0x80000000,
    0x80000001,
    0xffffffff,
    0x100000000,
    0x7fffffffffffffff,
    0x8000000000000000,
    0x8000000000000001,
    0xffffffff7fffffff,
    0xffffffff80000000,
    0xffffffffffff8000,
    0xfffffffffffffffe,
    0xffffffffffffffff,
    0x5555555555555555,
    0x0123456789abcdef,
};

static inline uint64_t mix(uint64_t sum, uint64_t value)
{
    sum = (sum ^ value) * 0x9e3779b97f4a7c15;
    return sum ^ sum >> 29;
}

static inline uint64_t mix_double(uint64_t sum, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return mix(sum, value != value ? 0x7ff8000000000000 : bits);
}

static inline uint64_t mix_float(uint64_t sum, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return mix(sum, value != value ? 0x7fc00000 : bits);
}

/* xorshift64* */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1d;
}

static inline void print_sum(const char *name, uint64_t sum)
{
    printf("%-16s %016llx\n", name, (unsigned long long)sum);
}

/* The value, but as one the compiler knows nothing about. */
#define HIDE(x)                               \
    ({                                        \
        __typeof__(x) hidden_ = (x);          \
        __asm__ volatile("" : "+r"(hidden_)); \
        hidden_;                              \
    })

#endif
