/*
 * The program of `make demo`: the eight-queens family counted with bit masks, a prime sieve, and
 * the logistic map in floating point.  Argument: the board's size (12 by default).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long place(unsigned all, unsigned columns, unsigned left, unsigned right)
{
    unsigned long count = 0;
    unsigned open = all & ~(columns | left | right);

    if (columns == all) {
        return 1;
    }
    while (open) {
        unsigned bit = open & -open;

        open ^= bit;
        count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

static unsigned count_primes(unsigned limit)
{
    char *composite = calloc(limit, 1);
    unsigned count = 0;

    for (unsigned i = 2; i < limit; i++) {
        if (composite[i]) {
            continue;
        }
        count++;
        for (unsigned long j = (unsigned long)i * i; j < limit; j += i) {
            composite[j] = 1;
        }
    }
    free(composite);
    return count;
}

static double logistic(double r, unsigned steps)
{
    double x = 0.5, sum = 0;

    for (unsigned i = 0; i < steps; i++) {
        double y = 1 - x;

        x = r * x * y;
        sum += x;
    }
    return sum / steps;
}

int main(int argc, char **argv)
{
    unsigned size = argc > 1 ? (unsigned)atoi(argv[1]) : 12;

    printf("%u queens: %lu ways\n", size, place((1u << size) - 1, 0, 0, 0));
    printf("primes below 8,000,000: %u\n", count_primes(8000000));
    printf("mean of the logistic map at 3.5: %.6f\n", logistic(3.5, 10000000));
    return 0;
}
