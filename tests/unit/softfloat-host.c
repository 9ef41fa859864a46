/*
 * The soft-float against the host's processor: single and double in its four rounding modes, over
 * a grid of edge values and random ones.  Half precision and ties away from zero, which the host
 * does not have, are softfloat-definition.c's.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <xmmintrin.h>

#include <glib.h>

#include "target/softfloat.h"

typedef enum Op { ADD, SUB, MUL, DIV, SQRT, FMA, NB_OPS } Op;

static const char *const op_names[NB_OPS] = { "add", "sub", "mul", "div", "sqrt", "fma" };

typedef struct Outcome {
    uint64_t bits;
    unsigned flags;
} Outcome;

static const uint32_t grid32[] = {
    0x00000000, 0x00000001, 0x00000002, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff,
    0x01000000, 0x33800000, 0x34000000, 0x3effffff, 0x3f000000, 0x3f7fffff, 0x3f800000,
    0x3f800001, 0x3fc00000, 0x40000000, 0x40400000, 0x4affffff, 0x4b000000, 0x4b7fffff,
    0x4b800000, 0x4effffff, 0x4f000000, 0x4f800000, 0x5effffff, 0x5f000000, 0x5f800000,
    0x7effffff, 0x7f000000, 0x7f7fffff, 0x7f800000, 0x7fc00000, 0x7f800001,
};

static const uint64_t grid64[] = {
    0x0000000000000000, 0x0000000000000001, 0x0000000000000002, 0x000fffffffffffff,
    0x0010000000000000, 0x0010000000000001, 0x001fffffffffffff, 0x3690000000000000,
    0x36a0000000000000, 0x380fffffe0000000, 0x3810000000000000, 0x3ca0000000000000,
    0x3cb0000000000000, 0x3fdfffffffffffff, 0x3fe0000000000000, 0x3fefffffffffffff,
    0x3ff0000000000000, 0x3ff0000000000001, 0x3ff8000000000000, 0x4000000000000000,
    0x4008000000000000, 0x41dfffffffc00000, 0x41e0000000000000, 0x41efffffffe00000,
    0x41f0000000000000, 0x432fffffffffffff, 0x4330000000000000, 0x433fffffffffffff,
    0x43dfffffffffffff, 0x43e0000000000000, 0x43f0000000000000, 0x47efffffe0000000,
    0x47effffff0000000, 0x7fdfffffffffffff, 0x7fe0000000000000, 0x7fefffffffffffff,
    0x7ff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001,
};

enum { N32 = 2 * G_N_ELEMENTS(grid32), N64 = 2 * G_N_ELEMENTS(grid64) };

static uint64_t value32(unsigned n)
{
    return grid32[n / 2] | (n & 1 ? UINT32_C(1) << 31 : 0);
}

static uint64_t value64(unsigned n)
{
    return grid64[n / 2] | (n & 1 ? UINT64_C(1) << 63 : 0);
}

static uint64_t random64(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * UINT64_C(2685821657736338717);
}

/* Exponents near each other, and fractions with long runs, hit more than uniform bits do. */
static uint64_t random_value(SfFormat format)
{
    uint64_t bits = random64(), fraction = bits;
    unsigned kind = random64() & 7;

    if (kind < 3) {
        fraction = kind == 0 ? 0 : ~UINT64_C(0) << (random64() % 52);
    }
    if (format == SF_F32) {
        uint32_t exp = kind & 1 ? 120 + random64() % 16 : random64() & 0xff;

        return (fraction & 0x7fffff) | exp << 23 | (uint32_t)(bits >> 63) << 31;
    }
    return (fraction & ((UINT64_C(1) << 52) - 1)) |
           (uint64_t)(kind & 1 ? 1010 + random64() % 32 : random64() & 0x7ff) << 52 |
           bits >> 63 << 63;
}

/* The host's side */

static const unsigned host_rc[] = { 0, 3, 1, 2 };

static void host_begin(SfRound round)
{
    _mm_setcsr(0x1f80 | host_rc[round] << 13);
}

static unsigned host_end(void)
{
    unsigned mxcsr = _mm_getcsr();

    _mm_setcsr(0x1f80);
    return (mxcsr & 1 ? SF_INVALID : 0) | (mxcsr & 4 ? SF_DIVIDE_BY_ZERO : 0) |
           (mxcsr & 8 ? SF_OVERFLOW : 0) | (mxcsr & 16 ? SF_UNDERFLOW : 0) |
           (mxcsr & 32 ? SF_INEXACT : 0);
}

static float as_float(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float f;

    memcpy(&f, &low, sizeof(f));
    return f;
}

static double as_double(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof(d));
    return d;
}

static uint64_t float_bits(float f)
{
    uint32_t bits;

    memcpy(&bits, &f, sizeof(bits));
    return isnan(f) ? sf_default_nan(SF_F32) : bits;
}

static uint64_t double_bits(double d)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof(bits));
    return isnan(d) ? sf_default_nan(SF_F64) : bits;
}

#define HOST_OP(name, ctype, as, bits_of, sqrt_fn, fma_fn)                      \
    static Outcome name(SfRound round, Op op, const uint64_t in[3])             \
    {                                                                           \
        volatile ctype a = as(in[0]), b = as(in[1]), c = as(in[2]), result = 0; \
        Outcome out;                                                            \
                                                                                \
        host_begin(round);                                                      \
        switch (op) {                                                           \
        case ADD:                                                               \
            result = a + b;                                                     \
            break;                                                              \
        case SUB:                                                               \
            result = a - b;                                                     \
            break;                                                              \
        case MUL:                                                               \
            result = a * b;                                                     \
            break;                                                              \
        case DIV:                                                               \
            result = a / b;                                                     \
            break;                                                              \
        case SQRT:                                                              \
            result = sqrt_fn(a);                                                \
            break;                                                              \
        default:                                                                \
            result = fma_fn(a, b, c);                                           \
            break;                                                              \
        }                                                                       \
        out.flags = host_end();                                                 \
        out.bits = bits_of(result);                                             \
        return out;                                                             \
    }

HOST_OP(host_op32, float, as_float, float_bits, sqrtf, fmaf)
HOST_OP(host_op64, double, as_double, double_bits, sqrt, fma)

static Outcome soft_op(SfFormat format, SfRound round, Op op, const uint64_t in[3])
{
    SfEnv env = { .round = round };
    uint64_t bits;

    switch (op) {
    case ADD:
        bits = sf_add(&env, format, in[0], in[1]);
        break;
    case SUB:
        bits = sf_sub(&env, format, in[0], in[1]);
        break;
    case MUL:
        bits = sf_mul(&env, format, in[0], in[1]);
        break;
    case DIV:
        bits = sf_div(&env, format, in[0], in[1]);
        break;
    case SQRT:
        bits = sf_sqrt(&env, format, in[0]);
        break;
    default:
        bits = sf_fma(&env, format, in[0], in[1], in[2]);
        break;
    }
    return (Outcome){ bits, env.flags };
}

/* IEEE 754 leaves it open whether infinity times zero plus a quiet NaN is invalid. */
static bool is_open_case(SfFormat format, Op op, const uint64_t in[3])
{
    SfEnv env = { 0 };

    if (op != FMA || !sf_is_nan(format, in[2])) {
        return false;
    }
    sf_mul(&env, format, in[0], in[1]);
    return env.flags & SF_INVALID;
}

static void check_op(SfFormat format, SfRound round, Op op, const uint64_t in[3])
{
    Outcome soft = soft_op(format, round, op, in);
    Outcome host = format == SF_F32 ? host_op32(round, op, in) : host_op64(round, op, in);

    if (is_open_case(format, op, in)) {
        host.flags |= SF_INVALID;
    }
    if (soft.bits != host.bits || soft.flags != host.flags) {
        g_error("%s f%d mode %d of %016" PRIx64 " %016" PRIx64 " %016" PRIx64 ": %016" PRIx64
                " flags %02x, host %016" PRIx64 " flags %02x",
                op_names[op], format == SF_F32 ? 32 : 64, round, in[0], in[1], in[2], soft.bits,
                soft.flags, host.bits, host.flags);
    }
}

static void check_all_modes(SfFormat format, Op op, const uint64_t in[3])
{
    for (SfRound round = SF_NEAREST_EVEN; round <= SF_UP; round++) {
        check_op(format, round, op, in);
    }
}

static void test_grid(gconstpointer data)
{
    SfFormat format = GPOINTER_TO_INT(data);
    unsigned n = format == SF_F32 ? N32 : N64;
    uint64_t (*value)(unsigned) = format == SF_F32 ? value32 : value64;

    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = 0; j < n; j++) {
            uint64_t in[3] = { value(i), value(j), value((i * 31 + j * 17) % n) };

            for (Op op = ADD; op < NB_OPS; op++) {
                check_all_modes(format, op, in);
            }
        }
    }
}

static void test_fma_grid(gconstpointer data)
{
    SfFormat format = GPOINTER_TO_INT(data);
    unsigned n = format == SF_F32 ? N32 : N64;
    uint64_t (*value)(unsigned) = format == SF_F32 ? value32 : value64;

    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = i; j < n; j++) {
            for (unsigned k = 0; k < n; k++) {
                uint64_t in[3] = { value(i), value(j), value(k) };

                check_op(format, (i + j + k) % 4, FMA, in);
            }
        }
    }
}

static void test_random(gconstpointer data)
{
    SfFormat format = GPOINTER_TO_INT(data);

    for (unsigned i = 0; i < 60000; i++) {
        uint64_t in[3] = { random_value(format), random_value(format), random_value(format) };

        /* Cancellation: an addend near the product. */
        if (i % 3 == 0) {
            SfEnv env = { 0 };

            in[2] = sf_mul(&env, format, in[0], in[1]) ^ (random64() & 3) ^
                    UINT64_C(1) << (format == SF_F32 ? 31 : 63);
        }
        for (Op op = ADD; op < NB_OPS; op++) {
            check_op(format, i % 4, op, in);
        }
    }
}

/* Conversions */

/* Not to be expanded by the compiler, which would take rounding to nearest for granted. */
static double (*volatile const host_rint)(double) = rint;
static double (*volatile const host_nearbyint)(double) = nearbyint;

static void check_to_int(SfRound round, SfFormat format, uint64_t bits, SfInt type)
{
    SfEnv env = { .round = round };
    uint64_t soft = sf_to_int(&env, format, bits, type);
    double limits[][2] = { { -0x1p31, 0x1p31 }, { 0, 0x1p32 }, { -0x1p63, 0x1p63 }, { 0, 0x1p64 } };
    volatile double value = format == SF_F32 ? as_float(bits) : as_double(bits), rounded;
    uint64_t expected, flags;

    host_begin(round);
    rounded = host_nearbyint(value);
    host_end();
    if (isnan(value) || rounded < limits[type][0] || rounded >= limits[type][1]) {
        static const uint64_t low[] = { 0xffffffff80000000, 0, UINT64_C(1) << 63, 0 };
        static const uint64_t high[] = { 0x7fffffff, ~UINT64_C(0), ~UINT64_C(0) >> 1,
                                         ~UINT64_C(0) };

        flags = SF_INVALID;
        expected = value < 0 ? low[type] : high[type];
    } else {
        flags = rounded != value ? SF_INEXACT : 0;
        expected = type == SF_U64   ? (uint64_t)rounded
                   : type == SF_U32 ? (uint64_t)(int64_t)(int32_t)(uint32_t)rounded
                                    : (uint64_t)(int64_t)rounded;
    }
    if (soft != expected || env.flags != flags) {
        g_error("to_int %d f%d mode %d of %016" PRIx64 ": %016" PRIx64
                " flags %02x, not %016" PRIx64 " flags %02x",
                type, format == SF_F32 ? 32 : 64, round, bits, soft, env.flags, expected,
                (unsigned)flags);
    }
}

static void check_from_int(SfRound round, uint64_t value)
{
    for (SfInt type = SF_S32; type <= SF_U64; type++) {
        SfEnv env32 = { .round = round }, env64 = { .round = round };
        uint64_t soft32 = sf_from_int(&env32, SF_F32, value, type);
        uint64_t soft64 = sf_from_int(&env64, SF_F64, value, type);
        volatile int64_t s = type == SF_S32 ? (int32_t)value : (int64_t)value;
        volatile uint64_t u = type == SF_U32 ? (uint32_t)value : value;
        bool is_signed = type == SF_S32 || type == SF_S64;
        volatile float f;
        volatile double d;
        unsigned flags32, flags64;

        /* Unsigned numbers above 2^63 go through long double, which holds them exactly. */
        host_begin(round);
        f = is_signed ? (float)s : (float)(long double)u;
        flags32 = host_end();
        host_begin(round);
        d = is_signed ? (double)s : (double)(long double)u;
        flags64 = host_end();
        if (is_signed) {
            g_assert_cmphex(soft32, ==, float_bits(f));
            g_assert_cmphex(soft64, ==, double_bits(d));
            g_assert_cmphex(env32.flags, ==, flags32);
            g_assert_cmphex(env64.flags, ==, flags64);
        } else if (round == SF_NEAREST_EVEN) {
            g_assert_cmphex(soft32, ==, float_bits(f));
            g_assert_cmphex(soft64, ==, double_bits(d));
        }
    }
}

static void test_integers(void)
{
    for (unsigned i = 0; i < 30000; i++) {
        uint64_t bits = i < N64 ? value64(i) : random_value(SF_F64);
        uint64_t bits32 = i < N32 ? value32(i) : random_value(SF_F32);
        uint64_t integer = i < 128 ? (UINT64_C(1) << (i / 2)) - (i & 1) : random64() >> (i % 64);

        for (SfRound round = SF_NEAREST_EVEN; round <= SF_UP; round++) {
            for (SfInt type = SF_S32; type <= SF_U64; type++) {
                check_to_int(round, SF_F64, bits, type);
                check_to_int(round, SF_F32, bits32, type);
            }
            check_from_int(round, integer);
            check_from_int(round, -integer);
        }
    }
}

static void check_round_to_int(SfRound round, uint64_t bits)
{
    SfEnv env = { .round = round };
    uint64_t soft = sf_round_to_int(&env, SF_F64, bits, true);
    volatile double value = as_double(bits), rounded;
    unsigned flags;

    host_begin(round);
    rounded = host_rint(value);
    flags = host_end();
    g_assert_cmphex(soft, ==, double_bits(rounded));
    g_assert_cmphex(env.flags, ==, flags);
    env.flags = 0;
    g_assert_cmphex(sf_round_to_int(&env, SF_F64, bits, false), ==, soft);
    g_assert_cmphex(env.flags, ==, flags & ~(unsigned)SF_INEXACT);
}

static void check_formats(SfRound round, uint64_t bits64, uint64_t bits32)
{
    SfEnv narrow = { .round = round }, wide = { .round = round };
    uint64_t soft32 = sf_convert(&narrow, SF_F32, SF_F64, bits64);
    uint64_t soft64 = sf_convert(&wide, SF_F64, SF_F32, bits32);
    volatile double d = as_double(bits64), wider;
    volatile float f = as_float(bits32), narrower;
    unsigned flags;

    host_begin(round);
    narrower = (float)d;
    flags = host_end();
    g_assert_cmphex(soft32, ==, float_bits(narrower));
    g_assert_cmphex(narrow.flags, ==, flags);
    host_begin(round);
    wider = (double)f;
    flags = host_end();
    g_assert_cmphex(soft64, ==, double_bits(wider));
    g_assert_cmphex(wide.flags, ==, flags);
}

static void test_formats(void)
{
    for (unsigned i = 0; i < 60000; i++) {
        uint64_t bits64 = i < N64 ? value64(i) : random_value(SF_F64);
        uint64_t bits32 = i < N32 ? value32(i) : random_value(SF_F32);

        /* Exponents that singles have, subnormal ones included. */
        if (i >= N64 && i % 2) {
            bits64 = (bits64 & ~(UINT64_C(0x7ff) << 52)) | (870 + random64() % 290) << 52;
        }
        for (SfRound round = SF_NEAREST_EVEN; round <= SF_UP; round++) {
            check_formats(round, bits64, bits32);
            check_round_to_int(round, bits64);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/softfloat/grid/f32", GINT_TO_POINTER(SF_F32), test_grid);
    g_test_add_data_func("/softfloat/grid/f64", GINT_TO_POINTER(SF_F64), test_grid);
    g_test_add_data_func("/softfloat/fma-grid/f32", GINT_TO_POINTER(SF_F32), test_fma_grid);
    g_test_add_data_func("/softfloat/fma-grid/f64", GINT_TO_POINTER(SF_F64), test_fma_grid);
    g_test_add_data_func("/softfloat/random/f32", GINT_TO_POINTER(SF_F32), test_random);
    g_test_add_data_func("/softfloat/random/f64", GINT_TO_POINTER(SF_F64), test_random);
    g_test_add_func("/softfloat/integers", test_integers);
    g_test_add_func("/softfloat/formats", test_formats);
    return g_test_run();
}
