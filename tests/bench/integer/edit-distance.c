/* rounds: 4 */
/* Dynamic programming: edit distance and longest common subsequence of two random strings. */
#include "../bench.h"

enum { N = 2000 };

static char a[N], b[N];
static uint16_t row[N + 1], lcs[2][N + 1];

static unsigned edit_distance(void)
{
    for (unsigned j = 0; j <= N; j++) {
        row[j] = (uint16_t)j;
    }
    for (unsigned i = 1; i <= N; i++) {
        uint16_t diagonal = row[0];

        row[0] = (uint16_t)i;
        for (unsigned j = 1; j <= N; j++) {
            uint16_t best = (uint16_t)(diagonal + (a[i - 1] != b[j - 1]));

            diagonal = row[j];
            best = row[j] + 1 < best ? (uint16_t)(row[j] + 1) : best;
            row[j] = row[j - 1] + 1 < best ? (uint16_t)(row[j - 1] + 1) : best;
        }
    }
    return row[N];
}

static unsigned common_length(void)
{
    memset(lcs, 0, sizeof lcs);
    for (unsigned i = 0; i < N; i++) {
        const uint16_t *above = lcs[~i & 1];
        uint16_t *here = lcs[i & 1];

        for (unsigned j = 0; j < N; j++) {
            if (a[i] == b[j]) {
                here[j + 1] = (uint16_t)(above[j] + 1);
            } else {
                here[j + 1] = above[j + 1] > here[j] ? above[j + 1] : here[j];
            }
        }
    }
    return lcs[~N & 1][N];
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 10, sum = 0;

    while (rounds--) {
        for (unsigned i = 0; i < N; i++) {
            a[i] = (char)('a' + next_random(&seed) % 4);
            b[i] = (char)('a' + next_random(&seed) % 4);
        }
        sum = mix(sum, edit_distance());
        sum = mix(sum, common_length());
    }
    return sum;
}
