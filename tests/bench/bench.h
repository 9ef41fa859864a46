/*
 * A benchmark kernel: kernel(rounds) does its work rounds times and returns a checksum, which must
 * be the same on every machine.  `rounds:` in the first line of a kernel is what takes 0.1 to 0.3
 * seconds natively; the program takes another number as its argument.
 */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t kernel(unsigned rounds);

static inline uint64_t mix(uint64_t sum, uint64_t value)
{
    sum = (sum ^ value) * 0x9e3779b97f4a7c15;
    return sum ^ sum >> 29;
}

/*
 * Floating-point results count with 6 digits: where the guest has fused multiply-add the compiler
 * uses it, so the last bits differ between machines.
 */
static inline uint64_t mix_double(uint64_t sum, double value)
{
    char text[32];

    snprintf(text, sizeof text, "%.5e", value);
    for (const char *p = text; *p; p++) {
        sum = mix(sum, (unsigned char)*p);
    }
    return sum;
}

/* xorshift64* */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1d;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;

    printf("%016llx\n", (unsigned long long)kernel(rounds));
    return 0;
}

#endif
