/* rounds: 12 */
/* The greatest singular value of an infinite matrix whose elements are computed on the fly. */
#include <math.h>

#include "../bench.h"

enum { N = 400 };

static double element(unsigned i, unsigned j)
{
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void multiply(const double *v, double *out)
{
    for (unsigned i = 0; i < N; i++) {
        out[i] = 0;
        for (unsigned j = 0; j < N; j++) {
            out[i] += element(i, j) * v[j];
        }
    }
}

static void multiply_transposed(const double *v, double *out)
{
    for (unsigned i = 0; i < N; i++) {
        out[i] = 0;
        for (unsigned j = 0; j < N; j++) {
            out[i] += element(j, i) * v[j];
        }
    }
}

static uint64_t kernel(unsigned rounds)
{
    static double u[N], v[N], t[N];
    uint64_t sum = 0;

    while (rounds--) {
        double uv = 0, vv = 0;

        for (unsigned i = 0; i < N; i++) {
            u[i] = 1 + rounds;
        }
        for (unsigned i = 0; i < 10; i++) {
            multiply(u, t);
            multiply_transposed(t, v);
            multiply(v, t);
            multiply_transposed(t, u);
        }
        for (unsigned i = 0; i < N; i++) {
            uv += u[i] * v[i];
            vv += v[i] * v[i];
        }
        sum = mix_double(sum, sqrt(uv / vv));
    }
    return sum;
}
