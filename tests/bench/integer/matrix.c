/* rounds: 16 */
/* Integer matrix product, transpose and determinant modulo a prime. */
#include "../bench.h"

enum { N = 160, PRIME = 1000003 };

static int32_t a[N][N], b[N][N], c[N][N];

static void multiply(void)
{
    for (unsigned i = 0; i < N; i++) {
        for (unsigned j = 0; j < N; j++) {
            int64_t sum = 0;

            for (unsigned k = 0; k < N; k++) {
                sum += (int64_t)a[i][k] * b[k][j];
            }
            c[i][j] = (int32_t)(sum % PRIME);
        }
    }
}

static int64_t power(int64_t base, unsigned exponent)
{
    int64_t result = 1;

    for (; exponent; exponent >>= 1) {
        if (exponent & 1) {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
    }
    return result;
}

static int64_t determinant(void)
{
    int64_t result = 1;

    for (unsigned i = 0; i < N; i++) {
        int64_t inverse = power(c[i][i], PRIME - 2);

        result = result * c[i][i] % PRIME;
        for (unsigned j = i + 1; j < N; j++) {
            int64_t factor = c[j][i] * inverse % PRIME;

            for (unsigned k = i; k < N; k++) {
                c[j][k] = (int32_t)(((c[j][k] - factor * c[i][k]) % PRIME + PRIME) % PRIME);
            }
        }
    }
    return result;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 5, sum = 0;

    for (unsigned i = 0; i < N; i++) {
        for (unsigned j = 0; j < N; j++) {
            a[i][j] = (int32_t)(next_random(&seed) % PRIME);
            b[j][i] = (int32_t)(next_random(&seed) % PRIME);
        }
    }
    while (rounds--) {
        multiply();
        for (unsigned i = 0; i < N; i++) {
            for (unsigned j = 0; j < N; j++) {
                a[j][i] = c[i][j];
            }
        }
        sum = mix(sum, (uint64_t)determinant());
    }
    return sum;
}
