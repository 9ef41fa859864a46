/*
 * Arithmetic: numbers are taken apart, computed exactly or with a sticky bit in 128-bit integers,
 * and rounded once.
 */
#include "softfloat-parts.h"

const SfLayout sf_layouts[SF_FORMAT_COUNT] = { { 11, 5 }, { 24, 8 }, { 53, 11 } };

typedef unsigned __int128 u128;

static int bias_of(SfFormat format)
{
    return (1 << (sf_layouts[format].exp_bits - 1)) - 1;
}

static unsigned max_exp(SfFormat format)
{
    return (1u << sf_layouts[format].exp_bits) - 1;
}

static uint64_t fraction_mask(SfFormat format)
{
    return (UINT64_C(1) << (sf_layouts[format].precision - 1)) - 1;
}

static uint64_t pack(SfFormat format, bool sign, uint64_t magnitude)
{
    const SfLayout *l = &sf_layouts[format];

    return (uint64_t)sign << (l->precision + l->exp_bits - 1) | magnitude;
}

uint64_t sf_pack_zero(SfFormat format, bool sign)
{
    return pack(format, sign, 0);
}

uint64_t sf_pack_infinity(SfFormat format, bool sign)
{
    return pack(format, sign, (uint64_t)max_exp(format) << (sf_layouts[format].precision - 1));
}

uint64_t sf_default_nan(SfFormat format)
{
    return sf_pack_infinity(format, false) | UINT64_C(1) << (sf_layouts[format].precision - 2);
}

uint64_t sf_pack_invalid(SfEnv *env, SfFormat format)
{
    env->flags |= SF_INVALID;
    return sf_default_nan(format);
}

SfNum sf_unpack(SfFormat format, uint64_t a)
{
    const SfLayout *l = &sf_layouts[format];
    uint64_t fraction = a & fraction_mask(format);
    unsigned exp = a >> (l->precision - 1) & max_exp(format);
    SfNum n = { .sign = a >> (l->precision + l->exp_bits - 1) & 1 };

    if (exp == max_exp(format)) {
        bool quiet = fraction >> (l->precision - 2) & 1;

        n.class = !fraction ? SF_INFINITE : quiet ? SF_QUIET_NAN : SF_SIGNALLING_NAN;
    } else if (exp || fraction) {
        int shift;

        n.class = SF_FINITE;
        if (exp) {
            fraction |= UINT64_C(1) << (l->precision - 1);
        } else {
            exp = 1;
        }
        shift = __builtin_clzll(fraction);
        n.frac = fraction << shift;
        n.exp = (int)exp - bias_of(format) + (64 - l->precision) - shift;
    }
    return n;
}

bool sf_is_nan(SfFormat format, uint64_t a)
{
    return sf_num_is_nan(sf_unpack(format, a));
}

bool sf_is_signalling(SfFormat format, uint64_t a)
{
    return sf_unpack(format, a).class == SF_SIGNALLING_NAN;
}

/* Rounding */

/* Whether to go up in magnitude; rest against half an ulp: -1, 0, 1 (there is a rest). */
static bool rounds_up(SfRound round, bool sign, bool odd, int against_half)
{
    switch (round) {
    case SF_NEAREST_EVEN:
        return against_half > 0 || (against_half == 0 && odd);
    case SF_NEAREST_AWAY:
        return against_half >= 0;
    case SF_DOWN:
        return sign;
    case SF_UP:
        return !sign;
    default:
        return false;
    }
}

u128 sf_round_off(SfRound round, bool sign, uint64_t frac, int drop, bool sticky, bool *inexact)
{
    u128 value = frac, kept, rest, half;

    /* More than 65: all of it is a rest below a quarter. */
    if (drop > 66) {
        drop = 66;
    }
    kept = value >> drop;
    rest = value - (kept << drop);
    /* Two more bits, for the sticky bit and for half of nothing dropped. */
    rest = rest << 2 | sticky;
    half = (u128)2 << drop;
    if (!rest) {
        return kept;
    }
    *inexact = true;
    if (rounds_up(round, sign, kept & 1, rest > half ? 1 : rest == half ? 0 : -1)) {
        kept++;
    }
    return kept;
}

static uint64_t pack_overflow(SfEnv *env, SfFormat format, bool sign)
{
    bool to_infinity = env->round == SF_NEAREST_EVEN || env->round == SF_NEAREST_AWAY ||
                       env->round == (sign ? SF_DOWN : SF_UP);
    uint64_t infinity = sf_pack_infinity(format, sign);

    env->flags |= SF_OVERFLOW | SF_INEXACT;
    return to_infinity ? infinity : infinity - 1;
}

/* Below the smallest normal number even when rounded as if exponents had no end. */
static bool is_tiny(SfRound round, SfFormat format, SfNum n, bool sticky)
{
    int emin = 1 - bias_of(format), precision = sf_layouts[format].precision;
    bool inexact = false;

    if (n.exp != emin - 1) {
        return n.exp < emin;
    }
    return !(sf_round_off(round, n.sign, n.frac, 64 - precision, sticky, &inexact) >> precision);
}

uint64_t sf_round_pack(SfEnv *env, SfFormat format, SfNum n, bool sticky)
{
    int emin = 1 - bias_of(format), precision = sf_layouts[format].precision;
    int drop = 64 - precision;
    bool inexact = false;
    uint64_t kept;
    int64_t exp;

    if (n.exp < emin) {
        kept = (uint64_t)sf_round_off(env->round, n.sign, n.frac, drop + emin - n.exp, sticky,
                                      &inexact);
        if (inexact) {
            env->flags |= SF_INEXACT;
            env->flags |= is_tiny(env->round, format, n, sticky) ? SF_UNDERFLOW : 0;
        }
        return pack(format, n.sign, kept);
    }
    kept = (uint64_t)sf_round_off(env->round, n.sign, n.frac, drop, sticky, &inexact);
    exp = n.exp + bias_of(format) + (int64_t)(kept >> precision);
    if (exp >= max_exp(format)) {
        return pack_overflow(env, format, n.sign);
    }
    env->flags |= inexact ? SF_INEXACT : 0;
    /* The hidden bit, or the carry out of it, adds one to the exponent below. */
    return pack(format, n.sign,
                ((uint64_t)(n.exp + bias_of(format) - 1) << (precision - 1)) + kept);
}

/* Wide sums: a number is v * 2^(exp - 125), v below 2^127. */

typedef struct Wide {
    bool sign;
    int exp;
    u128 v;
} Wide;

static u128 shift_right_sticky(u128 v, unsigned count)
{
    if (count == 0) {
        return v;
    }
    if (count > 127) {
        return v != 0;
    }
    return v >> count | ((v & (((u128)1 << count) - 1)) != 0);
}

static int leading_zeros(u128 v)
{
    uint64_t high = (uint64_t)(v >> 64);

    return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)v);
}

static uint64_t round_pack_wide(SfEnv *env, SfFormat format, Wide w)
{
    int shift = leading_zeros(w.v);
    u128 v = w.v << shift;
    SfNum n = { SF_FINITE, w.sign, w.exp + 2 - shift, (uint64_t)(v >> 64) };

    return sf_round_pack(env, format, n, (uint64_t)v != 0);
}

/* Exact zero sums are positive unless rounding down. */
static bool zero_sign(const SfEnv *env, bool a, bool b)
{
    return a == b ? a : env->round == SF_DOWN;
}

static uint64_t add_wide(SfEnv *env, SfFormat format, Wide a, Wide b)
{
    if (a.exp < b.exp) {
        Wide t = a;

        a = b;
        b = t;
    }
    b.v = shift_right_sticky(b.v, (unsigned)(a.exp - b.exp));
    if (a.sign == b.sign) {
        a.v += b.v;
    } else if (a.v == b.v) {
        return sf_pack_zero(format, env->round == SF_DOWN);
    } else if (a.v > b.v) {
        a.v -= b.v;
    } else {
        a.v = b.v - a.v;
        a.sign = b.sign;
    }
    return round_pack_wide(env, format, a);
}

static Wide widen(SfNum n)
{
    return (Wide){ n.sign, n.exp, (u128)n.frac << 62 };
}

/* Products have at least 22 zeros at the end: the shift loses nothing. */
static Wide product_of(SfNum a, SfNum b)
{
    return (Wide){ a.sign != b.sign, a.exp + b.exp, (u128)a.frac * b.frac >> 1 };
}

static uint64_t add_nums(SfEnv *env, SfFormat format, SfNum a, SfNum b)
{
    if (a.class == SF_INFINITE && b.class == SF_INFINITE && a.sign != b.sign) {
        return sf_pack_invalid(env, format);
    }
    if (a.class == SF_INFINITE || b.class == SF_INFINITE) {
        return sf_pack_infinity(format, a.class == SF_INFINITE ? a.sign : b.sign);
    }
    if (a.class == SF_ZERO && b.class == SF_ZERO) {
        return sf_pack_zero(format, zero_sign(env, a.sign, b.sign));
    }
    if (a.class == SF_ZERO || b.class == SF_ZERO) {
        return sf_round_pack(env, format, a.class == SF_ZERO ? b : a, false);
    }
    return add_wide(env, format, widen(a), widen(b));
}

/* True if an operand is a NaN, with the result. */
static bool propagate_nan(SfEnv *env, SfFormat format, SfNum a, SfNum b, uint64_t *ret)
{
    if (a.class == SF_SIGNALLING_NAN || b.class == SF_SIGNALLING_NAN) {
        env->flags |= SF_INVALID;
    }
    *ret = sf_default_nan(format);
    return sf_num_is_nan(a) || sf_num_is_nan(b);
}

uint64_t sf_add(SfEnv *env, SfFormat format, uint64_t a, uint64_t b)
{
    SfNum na = sf_unpack(format, a), nb = sf_unpack(format, b);
    uint64_t nan;

    return propagate_nan(env, format, na, nb, &nan) ? nan : add_nums(env, format, na, nb);
}

uint64_t sf_sub(SfEnv *env, SfFormat format, uint64_t a, uint64_t b)
{
    SfNum na = sf_unpack(format, a), nb = sf_unpack(format, b);
    uint64_t nan;

    if (propagate_nan(env, format, na, nb, &nan)) {
        return nan;
    }
    nb.sign = !nb.sign;
    return add_nums(env, format, na, nb);
}

static bool is_zero_times_infinity(SfNum a, SfNum b)
{
    return (a.class == SF_ZERO && b.class == SF_INFINITE) ||
           (a.class == SF_INFINITE && b.class == SF_ZERO);
}

uint64_t sf_mul(SfEnv *env, SfFormat format, uint64_t a, uint64_t b)
{
    SfNum na = sf_unpack(format, a), nb = sf_unpack(format, b);
    bool sign = na.sign != nb.sign;
    uint64_t nan;

    if (propagate_nan(env, format, na, nb, &nan)) {
        return nan;
    }
    if (is_zero_times_infinity(na, nb)) {
        return sf_pack_invalid(env, format);
    }
    if (na.class == SF_INFINITE || nb.class == SF_INFINITE) {
        return sf_pack_infinity(format, sign);
    }
    if (na.class == SF_ZERO || nb.class == SF_ZERO) {
        return sf_pack_zero(format, sign);
    }
    return round_pack_wide(env, format, product_of(na, nb));
}

/* 64 bits of quotient and whether there is a rest. */
static uint64_t divide_nums(SfEnv *env, SfFormat format, SfNum a, SfNum b)
{
    bool below_one = a.frac < b.frac;
    u128 dividend = (u128)a.frac << (63 + below_one);
    SfNum q = { SF_FINITE, a.sign != b.sign, a.exp - b.exp - below_one,
                (uint64_t)(dividend / b.frac) };

    return sf_round_pack(env, format, q, dividend % b.frac != 0);
}

uint64_t sf_div(SfEnv *env, SfFormat format, uint64_t a, uint64_t b)
{
    SfNum na = sf_unpack(format, a), nb = sf_unpack(format, b);
    bool sign = na.sign != nb.sign;
    uint64_t nan;

    if (propagate_nan(env, format, na, nb, &nan)) {
        return nan;
    }
    if (na.class == nb.class && na.class != SF_FINITE) {
        return sf_pack_invalid(env, format);
    }
    if (na.class == SF_INFINITE || nb.class == SF_ZERO) {
        env->flags |= na.class == SF_FINITE ? SF_DIVIDE_BY_ZERO : 0;
        return sf_pack_infinity(format, sign);
    }
    if (na.class == SF_ZERO || nb.class == SF_INFINITE) {
        return sf_pack_zero(format, sign);
    }
    return divide_nums(env, format, na, nb);
}

/* The integer square root of v, which is at least 2^126. */
static uint64_t square_root(u128 v)
{
    uint64_t root = 0;

    for (int bit = 63; bit >= 0; bit--) {
        uint64_t next = root | UINT64_C(1) << bit;

        if ((u128)next * next <= v) {
            root = next;
        }
    }
    return root;
}

uint64_t sf_sqrt(SfEnv *env, SfFormat format, uint64_t a)
{
    SfNum n = sf_unpack(format, a);
    bool odd = n.exp & 1;
    u128 square;
    uint64_t nan;

    if (propagate_nan(env, format, n, n, &nan)) {
        return nan;
    }
    if (n.class == SF_ZERO) {
        return a;
    }
    if (n.sign) {
        return sf_pack_invalid(env, format);
    }
    if (n.class == SF_INFINITE) {
        return a;
    }
    square = (u128)n.frac << (63 + odd);
    n.frac = square_root(square);
    n.exp = (n.exp - odd) / 2;
    return sf_round_pack(env, format, n, (u128)n.frac * n.frac != square);
}

/* No operand is a NaN. */
static uint64_t fma_nums(SfEnv *env, SfFormat format, SfNum a, SfNum b, SfNum c)
{
    SfNum product = { SF_FINITE, a.sign != b.sign, 0, 0 };

    if (a.class == SF_INFINITE || b.class == SF_INFINITE) {
        product.class = SF_INFINITE;
        return add_nums(env, format, product, c);
    }
    if (a.class == SF_ZERO || b.class == SF_ZERO) {
        product.class = SF_ZERO;
        return add_nums(env, format, product, c);
    }
    if (c.class == SF_INFINITE) {
        return sf_pack_infinity(format, c.sign);
    }
    if (c.class == SF_ZERO) {
        return round_pack_wide(env, format, product_of(a, b));
    }
    return add_wide(env, format, product_of(a, b), widen(c));
}

uint64_t sf_fma(SfEnv *env, SfFormat format, uint64_t a, uint64_t b, uint64_t c)
{
    SfNum na = sf_unpack(format, a), nb = sf_unpack(format, b), nc = sf_unpack(format, c);
    bool has_nan = sf_num_is_nan(na) || sf_num_is_nan(nb) || sf_num_is_nan(nc);

    if (na.class == SF_SIGNALLING_NAN || nb.class == SF_SIGNALLING_NAN ||
        nc.class == SF_SIGNALLING_NAN || is_zero_times_infinity(na, nb)) {
        return sf_pack_invalid(env, format);
    }
    return has_nan ? sf_default_nan(format) : fma_nums(env, format, na, nb, nc);
}
