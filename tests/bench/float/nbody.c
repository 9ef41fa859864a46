/* rounds: 5 */
/* The outer planets around the sun, leap-frog steps. */
#include <math.h>

#include "../bench.h"

enum { BODIES = 5, STEPS = 200000 };

typedef struct Body {
    double position[3], velocity[3], mass;
} Body;

static const Body start[BODIES] = {
    { { 0, 0, 0 }, { 0, 0, 0 }, 39.47841760435743 },
    { { 4.8414314424647209, -1.16032004402742839, -0.103622044471123109 },
      { 0.60632639299583202, 2.81198684491626016, -0.02521836165988763 },
      0.037693674870389486 },
    { { 8.34336671824457987, 4.12479856412430479, -0.403523417114321381 },
      { -1.01077434617879236, 1.82566237123041186, 0.00841576137658415351 },
      0.011286326131968767 },
    { { 12.8943695621391310, -15.1111514016986312, -0.223307578892655734 },
      { 1.08279100644153536, 0.868713018169608220, -0.0108326374013636358 },
      0.0017237240570597112 },
    { { 15.3796971148509165, -25.9193146099879641, 0.179258772950371181 },
      { 0.979090732243897976, 0.594698998647676060, -0.0347559555040781037 },
      0.0020336868699246304 },
};

static void step(Body *bodies, double dt)
{
    for (unsigned i = 0; i < BODIES; i++) {
        Body *a = &bodies[i];

        for (unsigned j = i + 1; j < BODIES; j++) {
            Body *b = &bodies[j];
            double d[3], square = 0, factor;

            for (unsigned k = 0; k < 3; k++) {
                d[k] = a->position[k] - b->position[k];
                square += d[k] * d[k];
            }
            factor = dt / (square * sqrt(square));
            for (unsigned k = 0; k < 3; k++) {
                a->velocity[k] -= d[k] * b->mass * factor;
                b->velocity[k] += d[k] * a->mass * factor;
            }
        }
    }
    for (unsigned i = 0; i < BODIES; i++) {
        for (unsigned k = 0; k < 3; k++) {
            bodies[i].position[k] += dt * bodies[i].velocity[k];
        }
    }
}

static uint64_t kernel(unsigned rounds)
{
    Body bodies[BODIES];
    uint64_t sum = 0;

    while (rounds--) {
        memcpy(bodies, start, sizeof bodies);
        for (unsigned i = 0; i < STEPS; i++) {
            step(bodies, 0.001);
        }
        sum = mix_double(sum, bodies[1].position[0]);
    }
    return sum;
}
