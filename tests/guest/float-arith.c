/* flags: -O2 -static -ffp-contract=off -lm */
/* Float and double arithmetic over edge values and random bit patterns, and what printf makes of it. */
#include <math.h>
#include <stdlib.h>

#include "checksum.h"

static const double doubles[] = {
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    3.0,
    1e-310,
    -4.9e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    -1.7976931348623157e308,
    1e308,
    (double)INFINITY,
    -(double)INFINITY,
    (double)NAN,
    0.1,
    3.14159265358979,
    4503599627370496.5,
    9007199254740993.0,
    -2147483648.5,
};

static uint64_t arith_double(uint64_t sum, double a, double b)
{
    a = HIDE(a);
    b = HIDE(b);
    sum = mix_double(sum, a + b);
    sum = mix_double(sum, a - b);
    sum = mix_double(sum, a * b);
    sum = mix_double(sum, a / b);
    sum = mix_double(sum, sqrt(fabs(a)));
    sum = mix_double(sum, fma(a, b, a));
    sum = mix_double(sum, -fma(-a, b, 1.5));
    sum = mix_double(sum, copysign(a, b));
    sum = mix_double(sum, -a);
    sum = mix(sum, (uint64_t)((a < b) | (a <= b) << 1 | (a == b) << 2 | (a > b) << 3));
    return mix(sum, (uint64_t)(!(a >= b) | (a != b) << 1 | !!isunordered(a, b) << 2));
}

static uint64_t arith_float(uint64_t sum, float a, float b)
{
    a = HIDE(a);
    b = HIDE(b);
    sum = mix_float(sum, a + b);
    sum = mix_float(sum, a - b);
    sum = mix_float(sum, a * b);
    sum = mix_float(sum, a / b);
    sum = mix_float(sum, sqrtf(fabsf(a)));
    sum = mix_float(sum, fmaf(a, b, -b));
    sum = mix_float(sum, copysignf(b, a));
    sum = mix_double(sum, (double)a * b);
    sum = mix_float(sum, (float)((double)a + 1e-9));
    return mix(sum, (uint64_t)((a < b) | (a <= b) << 1 | (a == b) << 2 | (a > b) << 3));
}

static double random_double(uint64_t *seed)
{
    uint64_t bits = next_random(seed);
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static float random_float(uint64_t *seed)
{
    uint32_t bits = (uint32_t)(next_random(seed) >> 32);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

int main(void)
{
    uint64_t sum = 0, fsum = 0, seed = 77;

    for (unsigned i = 0; i < COUNT(doubles); i++) {
        for (unsigned j = 0; j < COUNT(doubles); j++) {
            sum = arith_double(sum, doubles[i], doubles[j]);
            fsum = arith_float(fsum, (float)doubles[i], (float)doubles[j]);
        }
    }
    print_sum("double edges", sum);
    print_sum("float edges", fsum);
    for (unsigned i = 0; i < 20000; i++) {
        double a = random_double(&seed), b = random_double(&seed);
        float c = random_float(&seed), d = random_float(&seed);

        sum = arith_double(sum, a, i & 1 ? b : a * 1.0000001);
        fsum = arith_float(fsum, c, i & 1 ? d : c * 1.001f);
    }
    print_sum("double random", sum);
    print_sum("float random", fsum);
    for (unsigned i = 0; i < COUNT(doubles); i++) {
        if (isfinite(doubles[i])) {
            printf("%g %.17g %a %.3f %e\n", doubles[i], doubles[i], doubles[i],
                   fmod(doubles[i], 1e6), (double)(float)doubles[i]);
        }
    }
    printf("%.17g %.17g %g\n", strtod("2.2250738585072011e-308", NULL), strtod("1e23", NULL),
           strtod("0x1.fffffffffffffp-3", NULL));
    return 0;
}
