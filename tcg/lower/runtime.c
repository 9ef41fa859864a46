/*
 * Operations in C, for hosts that lack them.
 *
 * Integer helpers are the table's own expressions.  Floating-point helpers run under the guest's
 * rounding mode, and the exceptions they raise are the guest's: plain C arithmetic sets those
 * that the operation should, and where C differs (saturating conversions, minimum and maximum) they
 * are raised by hand.  Values are bit patterns; an f32 result keeps the upper half of the first
 * input.
 */
#include "runtime.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "tcg/pass.h"

/* Integers */

/* One function per operation and width, all with the inputs and immediates of the table. */
#define INT_HELPER(op, bits)                                                               \
    static uint64_t op##_i##bits(uint64_t a, uint64_t b, uint64_t c)                       \
    {                                                                                      \
        uint64_t value = 0;                                                                \
                                                                                           \
        tcg_eval(TCG_OP_##op, TCG_I##bits, TCG_I##bits, (const uint64_t[4]){ a, b, c, 0 }, \
                 (const uint64_t[2]){ 0, 0 }, &value);                                     \
        return value;                                                                      \
    }

#define INT_OPS(X)  \
    X(mul, 2)       \
    X(mulh, 2)      \
    X(mulhu, 2)     \
    X(div, 2)       \
    X(divu, 2)      \
    X(rem, 2)       \
    X(remu, 2)      \
    X(clz, 1)       \
    X(ctz, 1)       \
    X(popcnt, 1)    \
    X(bswap, 1)     \
    X(adc_carry, 3) \
    X(sbb_borrow, 3)

#define X(op, ins) INT_HELPER(op, 32) INT_HELPER(op, 64)
INT_OPS(X)
#undef X

/* Floating-point values and flags */

static double to_f64(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint64_t from_f64(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static float to_f32(uint64_t bits)
{
    uint32_t low = bits;
    float value;

    memcpy(&value, &low, sizeof(value));
    return value;
}

static uint64_t from_f32(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static uint64_t upper_half(uint64_t bits)
{
    return bits & ~(uint64_t)UINT32_MAX;
}

/* volatile: the operation must be done where it stands, for its flags. */
static void raise_invalid(void)
{
    volatile double zero = 0;

    zero = zero / zero;
}

static void raise_inexact(void)
{
    volatile double one = 1;

    one = one + 0x1p-100;
}

static bool is_nan_f64(uint64_t bits)
{
    return (bits << 1) > UINT64_C(0xffe0000000000000);
}

static bool is_nan_f32(uint64_t bits)
{
    return (uint32_t)bits << 1 > UINT32_C(0xff000000);
}

static bool is_snan_f64(uint64_t bits)
{
    return is_nan_f64(bits) && !(bits >> 51 & 1);
}

static bool is_snan_f32(uint64_t bits)
{
    return is_nan_f32(bits) && !(bits >> 22 & 1);
}

/* rest: what is above the integral value below, not 0; half: of the distance to the next. */
static bool goes_away_from_zero(uint64_t mode, bool negative, bool odd, uint64_t rest,
                                uint64_t half)
{
    switch (mode) {
    case TCG_ROUND_NEAREST:
        return rest > half || (rest == half && odd);
    case TCG_ROUND_DOWN:
        return negative;
    case TCG_ROUND_UP:
        return !negative;
    case TCG_ROUND_AWAY:
        return rest >= half;
    default:
        return false;
    }
}

/*
 * To an integral value, without the inexact flag.  In integers: what a compiler makes of floor() and
 * its like may set the flag (C leaves it open); nearbyint() may not.
 */
static double round_by(double value, uint64_t mode)
{
    uint64_t bits = from_f64(value), sign = bits & UINT64_C(1) << 63, magnitude = bits ^ sign;
    int exponent = (int)(magnitude >> 52) - 1023;
    /* The lowest bit of the integral part; the bit above the fraction of 1.0 is set, as 1 is odd. */
    uint64_t unit = exponent >= 0 && exponent < 52 ? UINT64_C(1) << (52 - exponent) : 0;
    uint64_t rest = unit ? magnitude & (unit - 1) : magnitude;
    uint64_t half = unit ? unit / 2 : from_f64(0.5);
    uint64_t next = unit ? magnitude - rest + unit : from_f64(1);

    if (exponent >= 52 || rest == 0) {
        return value;
    }
    if (mode == TCG_ROUND_CURRENT) {
        return nearbyint(value);
    }
    if (goes_away_from_zero(mode, sign, magnitude & unit, rest, half)) {
        return to_f64(sign | next);
    }
    return to_f64(sign | (unit ? magnitude - rest : 0));
}

static uint64_t fround_f64(uint64_t a, uint64_t mode, uint64_t quiet)
{
    double value, rounded;

    if (is_nan_f64(a)) {
        if (is_snan_f64(a)) {
            raise_invalid();
        }
        return a | UINT64_C(1) << 51;
    }
    value = to_f64(a);
    rounded = round_by(value, mode);
    if (!quiet && from_f64(rounded) != a) {
        raise_inexact();
    }
    return from_f64(rounded);
}

static uint64_t fround_f32(uint64_t a, uint64_t mode, uint64_t quiet)
{
    double value, rounded;

    if (is_nan_f32(a)) {
        if (is_snan_f32(a)) {
            raise_invalid();
        }
        return a | UINT64_C(1) << 22;
    }
    /* Every f32 is an f64, and an integral value that came from one fits one. */
    value = to_f32(a);
    rounded = round_by(value, mode);
    if (!quiet && rounded != value) {
        raise_inexact();
    }
    return upper_half(a) | from_f32((float)rounded);
}

/* Conversion to integer: what a NaN gives, and the limits as doubles (min and max + 1). */
typedef struct IntRange {
    double min, limit;
    uint64_t min_bits, max_bits;
} IntRange;

static const IntRange range_s32 = { -0x1p31, 0x1p31, (uint64_t)INT32_MIN, INT32_MAX };
static const IntRange range_u32 = { 0, 0x1p32, 0, UINT32_MAX };
static const IntRange range_s64 = { -0x1p63, 0x1p63, (uint64_t)INT64_MIN, INT64_MAX };
static const IntRange range_u64 = { 0, 0x1p64, 0, UINT64_MAX };

static uint64_t nan_result(const IntRange *range, uint64_t rule)
{
    raise_invalid();
    return rule == TCG_NAN_MAX ? range->max_bits : rule == TCG_NAN_MIN ? range->min_bits : 0;
}

static uint64_t to_int(double value, uint64_t mode, const IntRange *range)
{
    double rounded = round_by(value, mode);

    if (rounded < range->min) {
        raise_invalid();
        return range->min_bits;
    }
    if (rounded >= range->limit) {
        raise_invalid();
        return range->max_bits;
    }
    if (rounded != value) {
        raise_inexact();
    }
    return range->min == 0 ? (uint64_t)rounded : (uint64_t)(int64_t)rounded;
}

#define TO_INT_HELPER(name)                                                     \
    static uint64_t fcvt_##name##_f64(uint64_t a, uint64_t mode, uint64_t rule) \
    {                                                                           \
        return is_nan_f64(a) ? nan_result(&range_##name, rule)                  \
                             : to_int(to_f64(a), mode, &range_##name);          \
    }                                                                           \
    static uint64_t fcvt_##name##_f32(uint64_t a, uint64_t mode, uint64_t rule) \
    {                                                                           \
        return is_nan_f32(a) ? nan_result(&range_##name, rule)                  \
                             : to_int(to_f32(a), mode, &range_##name);          \
    }

TO_INT_HELPER(s32)
TO_INT_HELPER(u32)
TO_INT_HELPER(s64)
TO_INT_HELPER(u64)

#define FROM_INT_HELPER(name, type)                    \
    static uint64_t fcvt_from_##name##_f64(uint64_t a) \
    {                                                  \
        return from_f64((double)(type)a);              \
    }                                                  \
    static uint64_t fcvt_from_##name##_f32(uint64_t a) \
    {                                                  \
        return from_f32((float)(type)a);               \
    }

FROM_INT_HELPER(s32, int32_t)
FROM_INT_HELPER(u32, uint32_t)
FROM_INT_HELPER(s64, int64_t)
FROM_INT_HELPER(u64, uint64_t)

/* Between formats.  Half precision has no type that all compilers know; widening it is exact. */
static uint64_t f16_to_f64(uint64_t bits)
{
    uint64_t sign = (bits >> 15 & 1) << 63, exponent = bits >> 10 & 31, fraction = bits & 0x3ff;

    if (exponent == 31 && fraction) {
        if (!(fraction & 0x200)) {
            raise_invalid();
        }
        return sign | UINT64_C(0x7ff8000000000000) | fraction << 42;
    }
    if (exponent == 31) {
        return sign | UINT64_C(0x7ff0000000000000);
    }
    if (exponent == 0) {
        return sign | from_f64((double)fraction * 0x1p-24);
    }
    return sign | (exponent - 15 + 1023) << 52 | fraction << 42;
}

static uint64_t fcvt_f64(uint64_t a, uint64_t from)
{
    return from == 16 ? f16_to_f64(a) : from == 32 ? from_f64(to_f32(a)) : a;
}

static uint64_t fcvt_f32(uint64_t a, uint64_t from)
{
    if (from == 32) {
        return (uint32_t)a;
    }
    return from_f32((float)to_f64(from == 16 ? f16_to_f64(a) : a));
}

static uint64_t fma_f64(uint64_t a, uint64_t b, uint64_t c, uint64_t signs)
{
    double x = signs & 1 ? -to_f64(a) : to_f64(a), y = to_f64(b);
    double z = signs & 2 ? -to_f64(c) : to_f64(c);

    /* The host may let a quiet NaN addend win over this. */
    if ((isinf(x) && y == 0) || (x == 0 && isinf(y))) {
        raise_invalid();
    }
    return from_f64(fma(x, y, z));
}

static uint64_t fma_f32(uint64_t a, uint64_t b, uint64_t c, uint64_t signs)
{
    float x = signs & 1 ? -to_f32(a) : to_f32(a), y = to_f32(b);
    float z = signs & 2 ? -to_f32(c) : to_f32(c);

    if ((isinf(x) && y == 0) || (x == 0 && isinf(y))) {
        raise_invalid();
    }
    return upper_half(a) | from_f32(fmaf(x, y, z));
}

static uint64_t min_max_f64(uint64_t a, uint64_t b, bool max)
{
    if (is_snan_f64(a) || is_snan_f64(b)) {
        raise_invalid();
    }
    if (is_nan_f64(a) || is_nan_f64(b)) {
        return is_nan_f64(a) ? (is_nan_f64(b) ? UINT64_C(0x7ff8000000000000) : b) : a;
    }
    if (to_f64(a) == to_f64(b)) {
        /* -0 < +0; else they are the same bits. */
        return max ? a & b : a | b;
    }
    return (to_f64(a) < to_f64(b)) != max ? a : b;
}

static uint64_t min_max_f32(uint64_t a, uint64_t b, bool max)
{
    uint64_t upper = upper_half(a);

    a = (uint32_t)a;
    b = (uint32_t)b;
    if (is_snan_f32(a) || is_snan_f32(b)) {
        raise_invalid();
    }
    if (is_nan_f32(a) || is_nan_f32(b)) {
        return upper | (is_nan_f32(a) ? (is_nan_f32(b) ? UINT32_C(0x7fc00000) : b) : a);
    }
    if (to_f32(a) == to_f32(b)) {
        return upper | (max ? a & b : a | b);
    }
    return upper | ((to_f32(a) < to_f32(b)) != max ? a : b);
}

static uint64_t fmin_f64(uint64_t a, uint64_t b)
{
    return min_max_f64(a, b, false);
}

static uint64_t fmax_f64(uint64_t a, uint64_t b)
{
    return min_max_f64(a, b, true);
}

static uint64_t fmin_f32(uint64_t a, uint64_t b)
{
    return min_max_f32(a, b, false);
}

static uint64_t fmax_f32(uint64_t a, uint64_t b)
{
    return min_max_f32(a, b, true);
}

static uint64_t fsqrt_f64(uint64_t a)
{
    return from_f64(sqrt(to_f64(a)));
}

static uint64_t fsqrt_f32(uint64_t a)
{
    return upper_half(a) | from_f32(sqrtf(to_f32(a)));
}

static uint64_t fnan_f64(uint64_t a, uint64_t b)
{
    return is_nan_f64(a) ? b : a;
}

static uint64_t fnan_f32(uint64_t a, uint64_t b)
{
    return is_nan_f32(a) ? b : a;
}

static uint64_t fbox_f32(uint64_t a, uint64_t b)
{
    return a >> 32 == UINT32_MAX ? a : b;
}

/* Helpers as data */

enum { FP = TCG_HELPER_FP_ENV };

#define HELPER_V(op, f, flag, nb, ...) \
    [TCG_OP_##op] = { "rt_" #op "_" #f, op##_##f, flag, TCG_V64, nb, { __VA_ARGS__ } }
#define HELPER_I(op, f, ret) \
    [TCG_OP_##op] = { "rt_" #op "_" #f, op##_##f, FP, ret, 3, { TCG_V64, TCG_I64, TCG_I64 } }

static const TcgHelper int_helpers[2][TCG_OP_COUNT] = {
#define X(op, ins)                                                 \
    [TCG_OP_##op] = { "rt_" #op "_i32", op##_i32, TCG_HELPER_PURE, \
                      TCG_I32,          ins,      { TCG_I32, TCG_I32, TCG_I32 } },
    { INT_OPS(X) },
#undef X
#define X(op, ins)                                                 \
    [TCG_OP_##op] = { "rt_" #op "_i64", op##_i64, TCG_HELPER_PURE, \
                      TCG_I64,          ins,      { TCG_I64, TCG_I64, TCG_I64 } },
    { INT_OPS(X) },
#undef X
};

#define FLOAT_HELPERS(f)                                                                           \
    HELPER_V(fma, f, FP, 4, TCG_V64, TCG_V64, TCG_V64, TCG_I64),                                   \
        HELPER_V(fmin, f, FP, 2, TCG_V64, TCG_V64), HELPER_V(fmax, f, FP, 2, TCG_V64, TCG_V64),    \
        HELPER_V(fsqrt, f, FP, 1, TCG_V64), HELPER_V(fround, f, FP, 3, TCG_V64, TCG_I64, TCG_I64), \
        HELPER_V(fnan, f, TCG_HELPER_PURE, 2, TCG_V64, TCG_V64),                                   \
        HELPER_V(fcvt, f, FP, 2, TCG_V64, TCG_I64), HELPER_V(fcvt_from_s32, f, FP, 1, TCG_I32),    \
        HELPER_V(fcvt_from_u32, f, FP, 1, TCG_I32), HELPER_V(fcvt_from_s64, f, FP, 1, TCG_I64),    \
        HELPER_V(fcvt_from_u64, f, FP, 1, TCG_I64), HELPER_I(fcvt_s32, f, TCG_I32),                \
        HELPER_I(fcvt_u32, f, TCG_I32), HELPER_I(fcvt_s64, f, TCG_I64),                            \
        HELPER_I(fcvt_u64, f, TCG_I64)

static const TcgHelper float_helpers[2][TCG_OP_COUNT] = {
    { FLOAT_HELPERS(f32), HELPER_V(fbox, f32, TCG_HELPER_PURE, 2, TCG_V64, TCG_V64) },
    { FLOAT_HELPERS(f64) },
};

const TcgHelper *runtime_helper(const TcgOp *op)
{
    const TcgHelper *helper;

    if (op->type == TCG_F32 || op->type == TCG_F64) {
        helper = &float_helpers[op->type == TCG_F64][op->code];
    } else if (tcg_type_is_int(op->type)) {
        helper = &int_helpers[op->type == TCG_I64][op->code];
    } else {
        return NULL;
    }
    return helper->fn ? helper : NULL;
}

static void register_table(const TcgHelper *helpers)
{
    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        if (helpers[code].fn) {
            tcg_helper_register(&helpers[code]);
        }
    }
}

void tcg_lower_register_helpers(void)
{
    for (unsigned n = 0; n < 2; n++) {
        register_table(int_helpers[n]);
        register_table(float_helpers[n]);
    }
}
