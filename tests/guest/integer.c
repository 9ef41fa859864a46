/* Every integer operator in every width, over all pairs of edge values and many random ones. */
#include "checksum.h"

#define BINARY(type, name, expression)                    \
    static uint64_t name##_##type(uint64_t x, uint64_t y) \
    {                                                     \
        type a = HIDE((type)x), b = HIDE((type)y);        \
                                                          \
        (void)b;                                          \
        return (uint64_t)(expression);                    \
    }

/* Division traps on the host by zero and by overflow: those go to their own test. */
#define DIVIDES(a, b) ((b) != 0 && ((b) + 1 != 0 || (a) << 1 != 0))

#define TYPE(type, bits)                                                                       \
    BINARY(type, add, (type)((uint64_t)a + (uint64_t)b))                                       \
    BINARY(type, sub, (type)((uint64_t)a - (uint64_t)b))                                       \
    BINARY(type, mul, (type)((uint64_t)a * (uint64_t)b))                                       \
    BINARY(type, and, a &b)                                                                    \
    BINARY(type, or, a | b)                                                                    \
    BINARY(type, xor, a ^ b)                                                                   \
    BINARY(type, andn, a & ~b)                                                                 \
    BINARY(type, neg, (type)(0 - (uint64_t)a))                                                 \
    BINARY(type, shl, (type)((uint64_t)a << (b & (bits - 1))))                                 \
    BINARY(type, shr, (type)(a >> (b & (bits - 1))))                                           \
    BINARY(type, div, DIVIDES((uint64_t)a, (uint64_t)b) && DIVIDES(a, b) ? (type)(a / b) : 99) \
    BINARY(type, rem, DIVIDES((uint64_t)a, (uint64_t)b) && DIVIDES(a, b) ? (type)(a % b) : 98) \
    BINARY(type, lt, a < b)                                                                    \
    BINARY(type, le, a <= b)                                                                   \
    BINARY(type, eq, a == b)                                                                   \
    BINARY(type, max, a > b ? a : b)                                                           \
    BINARY(type, select, a != 0 ? b : 17)                                                      \
    BINARY(type, divconst, (type)(a / 10) ^ (type)(a % 7) ^ (type)(b / 3))                     \
    BINARY(type, branchy, (a & 1) ? (a < b ? a - b : a + 3) : (b > 5 ? b ^ a : b - a))

TYPE(int8_t, 8)
TYPE(uint8_t, 8)
TYPE(int16_t, 16)
TYPE(uint16_t, 16)
TYPE(int32_t, 32)
TYPE(uint32_t, 32)
TYPE(int64_t, 64)
TYPE(uint64_t, 64)

typedef uint64_t Operation(uint64_t x, uint64_t y);

#define ROW(type, name)                \
    {                                  \
#name " " #type, name##_##type \
    }
#define ROWS(type)                                                                                 \
    ROW(type, add), ROW(type, sub), ROW(type, mul), ROW(type, and), ROW(type, or), ROW(type, xor), \
        ROW(type, andn), ROW(type, neg), ROW(type, shl), ROW(type, shr), ROW(type, div),           \
        ROW(type, rem), ROW(type, lt), ROW(type, le), ROW(type, eq), ROW(type, max),               \
        ROW(type, select), ROW(type, divconst), ROW(type, branchy)

static const struct {
    const char *name;
    Operation *run;
} operations[] = {
    ROWS(int8_t),  ROWS(uint8_t),  ROWS(int16_t), ROWS(uint16_t),
    ROWS(int32_t), ROWS(uint32_t), ROWS(int64_t), ROWS(uint64_t),
};

int main(void)
{
    for (unsigned n = 0; n < COUNT(operations); n++) {
        uint64_t sum = 0, seed = 12345;

        for (unsigned i = 0; i < COUNT(edges); i++) {
            for (unsigned j = 0; j < COUNT(edges); j++) {
                sum = mix(sum, operations[n].run(edges[i], edges[j]));
            }
        }
        for (unsigned i = 0; i < 1000; i++) {
            uint64_t a = next_random(&seed) >> (i & 63);

            sum = mix(sum, operations[n].run(a, next_random(&seed)));
        }
        print_sum(operations[n].name, sum);
    }
    return 0;
}
