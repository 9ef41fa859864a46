/* rounds: 60 */
/* Conversions all ways: integers of both widths, float, double, rounding, printing and reading. */
#include <math.h>

#include "../bench.h"

enum { N = 20000 };

static double doubles[N];
static float floats[N];
static int32_t ints[N];
static int64_t longs[N];
static uint8_t bytes[N];

static void convert(void)
{
    for (unsigned i = 0; i < N; i++) {
        doubles[i] = (double)longs[i] * 0.25;
        floats[i] = (float)doubles[i];
        ints[i] = (int32_t)(doubles[i] / 1e5);
        longs[i] = (int64_t)(floats[i] * 2.0f) + ints[i];
    }
    for (unsigned i = 0; i < N; i++) {
        float level = (float)(ints[i] & 1023) / 4.0f;

        bytes[i] = (uint8_t)(level > 255.0f ? 255.0f : level);
        doubles[i] = floor(doubles[i] / 3) + (double)(uint32_t)ints[i];
        longs[i] = lrint(doubles[i] / 2) & 0xffffffffff;
    }
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 13, sum = 0;
    char text[40];

    for (unsigned i = 0; i < N; i++) {
        longs[i] = (int64_t)(next_random(&seed) >> 24);
    }
    while (rounds--) {
        for (unsigned i = 0; i < 10; i++) {
            convert();
        }
        for (unsigned i = 0; i < 200; i++) {
            snprintf(text, sizeof text, "%.6g", doubles[i]);
            sum = mix(sum, (uint64_t)strtod(text, NULL));
        }
        for (unsigned i = 0; i < N; i += 61) {
            sum = mix(sum, bytes[i] ^ (uint64_t)longs[i]);
        }
    }
    return sum;
}
