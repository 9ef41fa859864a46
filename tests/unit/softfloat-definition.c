/*
 * Half precision in all five rounding modes by the definition of rounding.
 *
 * The exact result of an operation on halves is never formed; it is only compared with numbers,
 * in __float128, where products of halves and sums of such products are exact.  Half precision
 * stands for all formats: softfloat-host.c shows that the code does not care.
 */
#include <glib.h>

#include "target/softfloat.h"

typedef __float128 Real;

typedef enum Op { ADD, SUB, MUL, DIV, SQRT, FMA, NB_OPS } Op;

/* An exact result: its sign is known, its magnitude only by comparison. */
typedef struct Exact {
    Op op;
    Real a, b; /* sum: a; quotient: a / b; square root of a; all positive */
} Exact;

/* The sign of the exact magnitude minus x, x >= 0. */
static int compare(const Exact *e, Real x)
{
    Real left = e->a, right = e->op == DIV ? x * e->b : e->op == SQRT ? x * x : x;

    return left < right ? -1 : left > right;
}

enum { INFINITE = 0x7c00, MAX = 0x7bff, SIGN = 0x8000, MIN_NORMAL = 0x0400 };

static Real magnitudes[INFINITE + 1];

/* The values of positive halves; infinity stands for 65536, its neighbour if exponents went on. */
static void fill_magnitudes(void)
{
    for (unsigned half = 0; half <= INFINITE; half++) {
        unsigned exp = half >> 10, fraction = half & 0x3ff;
        Real value = exp ? 0x400 + fraction : fraction;

        for (unsigned i = exp ? exp : 1; i < 25; i++) {
            value /= 2;
        }
        for (unsigned i = 25; i < exp; i++) {
            value *= 2;
        }
        magnitudes[half] = value;
    }
}

static Real magnitude(unsigned half)
{
    return magnitudes[half];
}

static Real signed_value(unsigned half)
{
    return half & SIGN ? -magnitude(half & ~SIGN) : magnitude(half);
}

/* Away from zero between two neighbours?  nearer: the sign of the exact value minus the middle. */
static bool goes_out(SfRound round, bool sign, int nearer, bool odd)
{
    switch (round) {
    case SF_NEAREST_EVEN:
        return nearer > 0 || (nearer == 0 && odd);
    case SF_NEAREST_AWAY:
        return nearer >= 0;
    case SF_UP:
        return !sign;
    case SF_DOWN:
        return sign;
    default:
        return false;
    }
}

/* With 11 bits and any exponent, does it round to something below the smallest normal? The number
 * below that is a quarter of the smallest subnormal's unit apart: 2^-25. */
static bool is_tiny(const Exact *e, SfRound round, bool sign)
{
    Real normal = magnitude(MIN_NORMAL), below = normal - magnitude(1) / 2;

    if (compare(e, normal) >= 0) {
        return false;
    }
    if (compare(e, below) <= 0) {
        return true;
    }
    /* below is odd, normal even. */
    return !goes_out(round, sign, compare(e, (normal + below) / 2), true);
}

typedef struct Outcome {
    unsigned bits, flags;
} Outcome;

static Outcome overflow(SfRound round, bool sign)
{
    bool to_max = round == SF_TOWARD_ZERO || round == (sign ? SF_UP : SF_DOWN);

    return (Outcome){ (sign ? SIGN : 0) | (to_max ? MAX : INFINITE), SF_OVERFLOW | SF_INEXACT };
}

static Outcome round_exact(const Exact *e, SfRound round, bool sign)
{
    unsigned low = 0, high = INFINITE;
    int nearer;

    if (compare(e, magnitude(INFINITE)) >= 0) {
        return overflow(round, sign);
    }
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;

        if (compare(e, magnitude(middle)) >= 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    if (compare(e, magnitude(low)) == 0) {
        return (Outcome){ (sign ? SIGN : 0) | low, 0 };
    }
    nearer = compare(e, (magnitude(low) + magnitude(high)) / 2);
    if (goes_out(round, sign, nearer, low & 1)) {
        low = high;
    }
    if (low == INFINITE) {
        return overflow(round, sign);
    }
    return (Outcome){ (sign ? SIGN : 0) | low,
                      SF_INEXACT | (is_tiny(e, round, sign) ? SF_UNDERFLOW : 0) };
}

static Real sum_of(Op op, const unsigned in[3])
{
    Real a = signed_value(in[0]), b = signed_value(in[1]);

    switch (op) {
    case ADD:
        return a + b;
    case SUB:
        return a - b;
    case MUL:
        return a * b;
    default:
        return a * b + signed_value(in[2]);
    }
}

/* Finite operands; false if the result is not a finite number that rounding is about. */
static bool expect(Op op, SfRound round, const unsigned in[3], Outcome *ret)
{
    Exact e = { .op = op };
    bool sign;

    if (op == DIV) {
        if (!(in[0] & ~SIGN) || !(in[1] & ~SIGN)) {
            return false;
        }
        e.a = magnitude(in[0] & ~SIGN);
        e.b = magnitude(in[1] & ~SIGN);
        sign = (in[0] ^ in[1]) & SIGN;
    } else if (op == SQRT) {
        if (in[0] & SIGN || !in[0]) {
            return false;
        }
        e.a = magnitude(in[0]);
        sign = false;
    } else {
        e.a = sum_of(op, in);
        sign = e.a < 0;
        e.a = sign ? -e.a : e.a;
        if (e.a == 0) {
            return false;
        }
    }
    *ret = round_exact(&e, round, sign);
    return true;
}

static Outcome soft_op(Op op, SfRound round, const unsigned in[3])
{
    SfEnv env = { .round = round };
    uint64_t bits;

    switch (op) {
    case ADD:
        bits = sf_add(&env, SF_F16, in[0], in[1]);
        break;
    case SUB:
        bits = sf_sub(&env, SF_F16, in[0], in[1]);
        break;
    case MUL:
        bits = sf_mul(&env, SF_F16, in[0], in[1]);
        break;
    case DIV:
        bits = sf_div(&env, SF_F16, in[0], in[1]);
        break;
    case SQRT:
        bits = sf_sqrt(&env, SF_F16, in[0]);
        break;
    default:
        bits = sf_fma(&env, SF_F16, in[0], in[1], in[2]);
        break;
    }
    return (Outcome){ (unsigned)bits, env.flags };
}

static void check(Op op, const unsigned in[3])
{
    for (SfRound round = 0; round < SF_ROUND_COUNT; round++) {
        Outcome soft = soft_op(op, round, in), expected;

        if (expect(op, round, in, &expected) &&
            (soft.bits != expected.bits || soft.flags != expected.flags)) {
            g_error("op %d mode %d of %04x %04x %04x: %04x flags %02x, not %04x flags %02x", op,
                    round, in[0], in[1], in[2], soft.bits, soft.flags, expected.bits,
                    expected.flags);
        }
    }
}

static uint64_t random64(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * UINT64_C(2685821657736338717);
}

/* A finite half; one in four has few bits set, which makes ties. */
static unsigned random_half(void)
{
    uint64_t bits = random64() >> 32;
    unsigned half = bits & 0xffff, exp = half >> 10 & 31;

    if (exp == 31) {
        half &= ~(unsigned)0x4000;
    }
    return bits >> 30 ? half : half & 0xff80;
}

static void test_arithmetic(void)
{
    for (unsigned i = 0; i < 100000; i++) {
        unsigned in[3] = { random_half(), random_half(), random_half() };

        check(i % NB_OPS, in);
        /* Near the range's ends. */
        in[1] = in[0] ^ (random64() & 3);
        check(i % NB_OPS, in);
    }
}

static void test_all_roots(void)
{
    for (unsigned half = 0; half < INFINITE; half++) {
        unsigned in[3] = { half };

        check(SQRT, in);
    }
}

static void test_rounding_to_integers(void)
{
    for (unsigned half = 0; half < 0x10000; half++) {
        if ((half & ~SIGN) >= INFINITE) {
            continue;
        }
        for (SfRound round = 0; round < SF_ROUND_COUNT; round++) {
            SfEnv env = { .round = round }, quiet = { .round = round };
            bool sign = half & SIGN;
            Real value = magnitude(half & ~SIGN), below = (Real)(int64_t)value;
            bool exact = below == value;
            Real result = below;
            uint64_t soft;

            if (!exact) {
                Real middle = below + (Real)0.5;

                result +=
                    goes_out(round, sign, value < middle ? -1 : value > middle, (int64_t)below & 1);
            }
            soft = sf_to_int(&env, SF_F16, half, SF_S64);
            g_assert_cmpint((int64_t)soft, ==, sign ? -(int64_t)result : (int64_t)result);
            g_assert_cmphex(env.flags, ==, exact ? 0 : SF_INEXACT);
            soft = sf_round_to_int(&quiet, SF_F16, half, false);
            g_assert_true(magnitude(soft & ~(unsigned)SIGN) == result);
            g_assert_true(!(soft & SIGN) == !sign);
            g_assert_cmphex(quiet.flags, ==, 0);
        }
    }
}

/* A double between halves rounds like the exact results above. */
static void test_narrowing(void)
{
    for (unsigned i = 0; i < 100000; i++) {
        unsigned half = random_half();
        SfEnv env = { 0 };
        uint64_t wide = sf_convert(&env, SF_F64, SF_F16, half);
        Exact e = { .op = ADD };
        double d;

        g_assert_cmphex(env.flags, ==, 0);
        /* The middle to the next half, one unit in the last place around it, or anything. */
        wide += i & 1 ? random64() >> 22 : (UINT64_C(1) << 41) + (random64() % 3) - 1;
        d = *(double *)&wide;
        e.a = d < 0 ? -d : d;
        if (e.a == 0) {
            continue;
        }
        for (SfRound round = 0; round < SF_ROUND_COUNT; round++) {
            Outcome expected = round_exact(&e, round, d < 0);
            SfEnv narrow = { .round = round };

            g_assert_cmphex(sf_convert(&narrow, SF_F16, SF_F64, wide), ==, expected.bits);
            g_assert_cmphex(narrow.flags, ==, expected.flags);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fill_magnitudes();
    g_test_add_func("/softfloat/definition/arithmetic", test_arithmetic);
    g_test_add_func("/softfloat/definition/all-roots", test_all_roots);
    g_test_add_func("/softfloat/definition/to-integers", test_rounding_to_integers);
    g_test_add_func("/softfloat/definition/narrowing", test_narrowing);
    return g_test_run();
}
