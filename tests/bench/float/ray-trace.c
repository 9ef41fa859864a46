/* rounds: 50 */
/* Spheres with shadows and mirrors. */
#include <math.h>
#include <stdbool.h>

#include "../bench.h"

enum { WIDTH = 160, HEIGHT = 120, SPHERES = 9, DEPTH = 4 };

typedef struct Vec {
    double x, y, z;
} Vec;

typedef struct Sphere {
    Vec centre;
    double radius, colour, mirror;
} Sphere;

static Sphere spheres[SPHERES];
static const Vec light = { 0.48, 0.64, -0.6 };

static Vec add(Vec a, Vec b)
{
    return (Vec){ a.x + b.x, a.y + b.y, a.z + b.z };
}

static Vec scale(Vec a, double s)
{
    return (Vec){ a.x * s, a.y * s, a.z * s };
}

static double dot(Vec a, Vec b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static Vec unit(Vec a)
{
    return scale(a, 1 / sqrt(dot(a, a)));
}

static bool hit(const Sphere *sphere, Vec from, Vec direction, double *distance)
{
    Vec to = add(sphere->centre, scale(from, -1));
    double along = dot(to, direction);
    double square = sphere->radius * sphere->radius - dot(to, to) + along * along;
    double near;

    if (square < 0) {
        return false;
    }
    near = along - sqrt(square);
    if (near < 1e-6 || near > *distance) {
        return false;
    }
    *distance = near;
    return true;
}

static const Sphere *nearest(Vec from, Vec direction, double *distance)
{
    const Sphere *found = NULL;

    *distance = INFINITY;
    for (unsigned i = 0; i < SPHERES; i++) {
        if (hit(&spheres[i], from, direction, distance)) {
            found = &spheres[i];
        }
    }
    return found;
}

static double trace(Vec from, Vec direction, int depth)
{
    double distance, shadow, brightness;
    const Sphere *sphere = nearest(from, direction, &distance);
    Vec point, normal;

    if (!sphere) {
        return 0.2 + 0.3 * fabs(direction.y);
    }
    point = add(from, scale(direction, distance));
    normal = unit(add(point, scale(sphere->centre, -1)));
    brightness = fmax(0, dot(normal, light));
    if (nearest(point, light, &shadow)) {
        brightness *= 0.3;
    }
    brightness = sphere->colour * (0.1 + 0.9 * brightness);
    if (depth > 0 && sphere->mirror > 0) {
        Vec reflected = add(direction, scale(normal, -2 * dot(normal, direction)));

        brightness += sphere->mirror * trace(point, reflected, depth - 1);
    }
    return brightness;
}

static uint64_t kernel(unsigned rounds)
{
    double total = 0;

    while (rounds--) {
        for (unsigned i = 0; i < SPHERES; i++) {
            spheres[i] = (Sphere){ { (i % 3) * 2.1 - 2.1, (i / 3) * 1.9 - 1.9, 6 + i * 0.3 },
                                   0.9,
                                   0.3 + i * 0.07,
                                   (i + rounds) % 2 ? 0.5 : 0 };
        }
        for (unsigned y = 0; y < HEIGHT; y++) {
            for (unsigned x = 0; x < WIDTH; x++) {
                Vec direction =
                    unit((Vec){ (x - WIDTH / 2.0) / WIDTH, (y - HEIGHT / 2.0) / WIDTH, 1 });

                total += trace((Vec){ 0, 0, 0 }, direction, DEPTH);
            }
        }
    }
    /* A ray at the edge of a sphere may hit or miss with the last bit. */
    return (uint64_t)(total / 100);
}
