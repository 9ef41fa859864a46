/* rounds: 100 */
/* Radix-2 transform in place, forward and back. */
#include <math.h>

#include "../bench.h"

enum { LOG_N = 14, N = 1 << LOG_N };

static double re[N], im[N], cosines[N / 2], sines[N / 2];

static void reorder(void)
{
    for (unsigned i = 0, j = 0; i < N; i++) {
        if (i < j) {
            double t = re[i];

            re[i] = re[j];
            re[j] = t;
            t = im[i];
            im[i] = im[j];
            im[j] = t;
        }
        for (unsigned bit = N >> 1; (j ^= bit) < bit; bit >>= 1) {
        }
    }
}

static void transform(double direction)
{
    reorder();
    for (unsigned half = 1; half < N; half *= 2) {
        unsigned stride = N / 2 / half;

        for (unsigned base = 0; base < N; base += 2 * half) {
            for (unsigned k = 0; k < half; k++) {
                double c = cosines[k * stride], s = direction * sines[k * stride];
                unsigned a = base + k, b = a + half;
                double x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;

                re[b] = re[a] - x;
                im[b] = im[a] - y;
                re[a] += x;
                im[a] += y;
            }
        }
    }
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < N / 2; i++) {
        cosines[i] = cos(2 * M_PI * i / N);
        sines[i] = sin(2 * M_PI * i / N);
    }
    for (unsigned i = 0; i < N; i++) {
        re[i] = (double)(i * 7919 % 1000) / 1000;
        im[i] = (double)(i % 100) / 100;
    }
    while (rounds--) {
        transform(1);
        sum = mix_double(sum, re[1 + rounds % 100]);
        transform(-1);
        for (unsigned i = 0; i < N; i++) {
            re[i] /= N;
            im[i] /= N;
        }
    }
    return mix_double(sum, re[77]);
}
