/* rounds: 5 */
/* Escape times over a window of the set. */
#include "../bench.h"

enum { SIZE = 200, LIMIT = 200 };

static unsigned escape(double x0, double y0)
{
    double x = 0, y = 0;

    for (unsigned i = 0; i < LIMIT; i++) {
        double xx = x * x, yy = y * y;

        if (xx + yy > 4) {
            return i;
        }
        y = 2 * x * y + y0;
        x = xx - yy + x0;
    }
    return LIMIT;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t total = 0;

    while (rounds--) {
        double zoom = 1.0 / (rounds % 4 + 1);

        for (unsigned i = 0; i < SIZE; i++) {
            for (unsigned j = 0; j < SIZE; j++) {
                total += escape((j * 3.0 / SIZE - 2) * zoom, (i * 2.0 / SIZE - 1) * zoom);
            }
        }
    }
    /* Points at the very edge of the set tip over with the last bit: count in thousands. */
    return (total + 1000) / 20000;
}
