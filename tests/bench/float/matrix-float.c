/* rounds: 6 */
/* Matrix product in float, blocked for the cache. */
#include "../bench.h"

enum { N = 256, BLOCK = 32 };

static float a[N][N], b[N][N], c[N][N];

static void multiply_block(unsigned i0, unsigned j0, unsigned k0)
{
    for (unsigned i = i0; i < i0 + BLOCK; i++) {
        for (unsigned k = k0; k < k0 + BLOCK; k++) {
            float factor = a[i][k];

            for (unsigned j = j0; j < j0 + BLOCK; j++) {
                c[i][j] += factor * b[k][j];
            }
        }
    }
}

static uint64_t kernel(unsigned rounds)
{
    float trace = 0;
    uint64_t seed = 11, sum = 0;

    for (unsigned i = 0; i < N; i++) {
        for (unsigned j = 0; j < N; j++) {
            a[i][j] = (float)(next_random(&seed) % 1000) / 1000;
            b[i][j] = (float)(next_random(&seed) % 1000) / 1000;
        }
    }
    while (rounds--) {
        memset(c, 0, sizeof c);
        for (unsigned i = 0; i < N; i += BLOCK) {
            for (unsigned k = 0; k < N; k += BLOCK) {
                for (unsigned j = 0; j < N; j += BLOCK) {
                    multiply_block(i, j, k);
                }
            }
        }
        for (unsigned i = 0; i < N; i++) {
            trace += c[i][i] / N;
            a[i][i] = trace / (i + rounds + 1);
        }
        sum = mix_double(sum, (double)trace);
    }
    return sum;
}
