/* flags: -O2 -static -frounding-math -lm */
/* Integers to floating point and back in range, in the four rounding modes that C knows. */
#include <fenv.h>
#include <math.h>

#include "checksum.h"

static const int modes[] = { FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD };

static uint64_t from_int(uint64_t sum, uint64_t x)
{
    x = HIDE(x);
    sum = mix_double(sum, (double)(int64_t)x);
    sum = mix_double(sum, (double)x);
    sum = mix_double(sum, (double)(int32_t)x);
    sum = mix_double(sum, (double)(uint32_t)x);
    sum = mix_float(sum, (float)(int64_t)x);
    sum = mix_float(sum, (float)x);
    sum = mix_float(sum, (float)(int32_t)x);
    return mix_float(sum, (float)(uint32_t)x);
}

static uint64_t rounds(uint64_t sum, double d)
{
    d = HIDE(d);
    sum = mix(sum, (uint64_t)lrint(d));
    sum = mix(sum, (uint64_t)llround(d));
    sum = mix(sum, (uint64_t)(int64_t)d);
    sum = mix_double(sum, rint(d));
    sum = mix_double(sum, nearbyint(d));
    sum = mix_double(sum, floor(d) + ceil(d) + trunc(d) + round(d));
    return mix_float(sum, rintf((float)d));
}

int main(void)
{
    for (unsigned m = 0; m < COUNT(modes); m++) {
        uint64_t sum = 0, seed = 11;

        fesetround(modes[m]);
        for (unsigned i = 0; i < COUNT(edges); i++) {
            sum = from_int(sum, edges[i]);
        }
        for (unsigned i = 0; i < 3000; i++) {
            uint64_t x = next_random(&seed) >> (i & 63);

            sum = from_int(sum, x);
            sum = rounds(sum, (double)(int64_t)(x >> 2) / 8.0);
            sum = rounds(sum, -(double)(x & 0xffff) / 4.0);
        }
        fesetround(FE_TONEAREST);
        print_sum("rounding mode", sum);
    }
    return 0;
}
