/* flags: -O2 -static -ffp-contract=off -lm */
/*
 * The math library over its range.  Its own code differs between architectures in the last bits
 * (fused or not), so results are rounded to 12 digits before they count.
 */
#include <math.h>

#include "checksum.h"

typedef double Function(double);

#define ROW(name)   \
    {               \
#name, name \
    }

static const struct {
    const char *name;
    Function *call;
} functions[] = {
    ROW(sin),  ROW(cos),  ROW(tan),   ROW(asin),   ROW(acos),   ROW(atan),  ROW(sinh),  ROW(cosh),
    ROW(tanh), ROW(exp),  ROW(exp2),  ROW(expm1),  ROW(log),    ROW(log2),  ROW(log10), ROW(log1p),
    ROW(cbrt), ROW(erf),  ROW(erfc),  ROW(tgamma), ROW(lgamma), ROW(j0),    ROW(asinh), ROW(atanh),
    ROW(sqrt), ROW(rint), ROW(floor), ROW(ceil),   ROW(trunc),  ROW(round),
};

static uint64_t text_sum(uint64_t sum, double value)
{
    char text[40];

    if (isnan(value)) {
        return mix(sum, 1);
    }
    snprintf(text, sizeof text, "%.11e", value);
    for (const char *p = text; *p; p++) {
        sum = mix(sum, (uint64_t)*p);
    }
    return sum;
}

int main(void)
{
    for (unsigned n = 0; n < COUNT(functions); n++) {
        uint64_t sum = 0;

        for (int i = -60; i <= 60; i++) {
            sum = text_sum(sum, functions[n].call((double)i / 7.3));
            sum = text_sum(sum, functions[n].call((double)i / 61.1));
        }
        print_sum(functions[n].name, sum);
    }
    uint64_t sum = 0;
    for (int i = 1; i < 40; i++) {
        double x = i / 3.7;
        int exponent;

        sum = text_sum(sum, pow(x, 2.3));
        sum = text_sum(sum, atan2(x, 3 - x));
        sum = text_sum(sum, hypot(x, i));
        sum = text_sum(sum, fmod(1e15, x));
        sum = text_sum(sum, remainder(100.5, x));
        sum = text_sum(sum, frexp(x, &exponent) + exponent);
        sum = text_sum(sum, ldexp(x, i - 20));
        sum = text_sum(sum, nextafter(x, 0));
        sum = text_sum(sum, fmin(x, 3) + fmax(x, 5) + fdim(x, 4));
    }
    print_sum("of two", sum);
    return 0;
}
