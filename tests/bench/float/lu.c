/* rounds: 36 */
/* LU decomposition with pivoting, and the solution of a system. */
#include <math.h>

#include "../bench.h"

enum { N = 200 };

static double a[N][N], b[N];

static void swap_rows(unsigned i, unsigned j)
{
    for (unsigned k = 0; k < N; k++) {
        double t = a[i][k];

        a[i][k] = a[j][k];
        a[j][k] = t;
    }
    double t = b[i];
    b[i] = b[j];
    b[j] = t;
}

static void decompose(void)
{
    for (unsigned k = 0; k < N; k++) {
        unsigned pivot = k;

        for (unsigned i = k + 1; i < N; i++) {
            pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot;
        }
        swap_rows(k, pivot);
        for (unsigned i = k + 1; i < N; i++) {
            double factor = a[i][k] /= a[k][k];

            for (unsigned j = k + 1; j < N; j++) {
                a[i][j] -= factor * a[k][j];
            }
            b[i] -= factor * b[k];
        }
    }
}

static void solve(void)
{
    for (unsigned i = N; i-- > 0;) {
        for (unsigned j = i + 1; j < N; j++) {
            b[i] -= a[i][j] * b[j];
        }
        b[i] /= a[i][i];
    }
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 12, sum = 0;

    while (rounds--) {
        for (unsigned i = 0; i < N; i++) {
            b[i] = 0;
            for (unsigned j = 0; j < N; j++) {
                a[i][j] = (double)(next_random(&seed) >> 44) / 1048576 + (i == j ? 8 : 0);
                b[i] += a[i][j] * (j + 1);
            }
        }
        decompose();
        solve();
        for (unsigned i = 0; i < N; i++) {
            sum = mix(sum, (uint64_t)(b[i] * 1000 + 0.5));
        }
    }
    return sum;
}
