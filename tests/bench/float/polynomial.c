/* rounds: 50 */
/* Transcendental functions by series and by the library, in float and double. */
#include <math.h>

#include "../bench.h"

enum { N = 20000 };

static double horner(double x)
{
    static const double c[] = {
        1,         1,          1.0 / 2,     1.0 / 6,      1.0 / 24,     1.0 / 120,
        1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800
    };
    double value = 0;

    for (unsigned i = sizeof c / sizeof *c; i-- > 0;) {
        value = value * x + c[i];
    }
    return value;
}

static float newton(float x)
{
    float root = 1;

    for (unsigned i = 0; i < 8; i++) {
        root = 0.5f * (root + x / root);
    }
    return root;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t sum = 0;

    while (rounds--) {
        double total = 0;
        float single = 0;

        for (unsigned i = 0; i < N; i++) {
            double x = (double)i / N + rounds;

            total += horner(x / 10) + sin(x) * cos(x / 2) + log(x + 1) + exp(-x) + pow(x + 1, 0.3);
            single = fmaxf(single * 0.5f, newton((float)x + 1));
        }
        sum = mix_double(sum, total);
        sum = mix(sum, (uint64_t)(single * 100));
    }
    return sum;
}
