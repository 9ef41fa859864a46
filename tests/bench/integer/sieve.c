/* rounds: 10 */
/* Primes with a bit per odd number, and their gaps. */
#include "../bench.h"

enum { LIMIT = 4000000 };

static uint64_t bits[LIMIT / 128 + 1];

static uint64_t kernel(unsigned rounds)
{
    uint64_t sum = 0;

    while (rounds--) {
        uint32_t last = 2, count = 1;

        memset(bits, 0, sizeof bits);
        for (uint32_t i = 3; i < LIMIT; i += 2) {
            if (bits[i >> 7] >> (i >> 1 & 63) & 1) {
                continue;
            }
            count++;
            sum += (uint64_t)(i - last) * count;
            last = i;
            for (uint64_t j = (uint64_t)i * i; j < LIMIT; j += 2 * i) {
                bits[j >> 7] |= UINT64_C(1) << (j >> 1 & 63);
            }
        }
        sum = mix(sum, count);
    }
    return sum;
}
