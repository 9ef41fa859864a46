/*
 * Cold paths in C: conversion to integers, rounding, minimum, fused multiply-add and half
 * precision, in integer arithmetic.
 *
 * A finite value is taken apart into sign, a 128-bit integer and a power of two; the exact result
 * is formed in the same shape and rounded once by round_pack() or round_to_int().
 */
#include "slow.h"

#include <stdbool.h>
#include <xmmintrin.h>

#include "tcg/ir.h"

typedef unsigned __int128 u128;

enum { INVALID = 1, DENORMAL = 2, OVERFLOW = 8, UNDERFLOW = 16, INEXACT = 32 }; /* MXCSR */

typedef struct Format {
    unsigned precision; /* bits of the significand with the hidden one */
    unsigned bits;
    int min_exp; /* of the smallest normal number */
} Format;

static const Format half = { 11, 16, -14 }, single = { 24, 32, -126 }, dbl = { 53, 64, -1022 };

/* value = (-1)^sign * m * 2^exp */
typedef struct Parts {
    bool sign, inf, nan, snan;
    u128 m;
    int exp;
} Parts;

static uint64_t sign_bit(const Format *f)
{
    return UINT64_C(1) << (f->bits - 1);
}

static uint64_t quiet_bit(const Format *f)
{
    return UINT64_C(1) << (f->precision - 2);
}

static uint64_t infinity(const Format *f)
{
    return TCG_MASK(f->bits - f->precision) << (f->precision - 1);
}

static Parts unpack(const Format *f, uint64_t bits)
{
    uint64_t fraction = bits & TCG_MASK(f->precision - 1);
    unsigned biased = (bits & infinity(f)) >> (f->precision - 1);
    Parts p = { .sign = bits & sign_bit(f),
                .m = fraction,
                .exp = f->min_exp - (int)f->precision + 1 };

    if ((bits & infinity(f)) == infinity(f)) {
        p.inf = !fraction;
        p.nan = fraction;
        p.snan = fraction && !(bits & quiet_bit(f));
    } else if (biased) {
        p.m |= UINT64_C(1) << (f->precision - 1);
        p.exp += (int)biased - 1;
    }
    return p;
}

static unsigned bit_length(u128 m)
{
    uint64_t high = m >> 64, low = m;

    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

/* TcgRound and MXCSR.RC use the same numbers. */
static unsigned rounding_mode(unsigned mode)
{
    return mode == TCG_ROUND_CURRENT ? _mm_getcsr() >> 13 & 3 : mode;
}

static void raise_flags(unsigned flags)
{
    if (flags) {
        _mm_setcsr(_mm_getcsr() | flags);
    }
}

/* m / 2^shift rounded to an integer. */
static u128 round_shift(u128 m, int shift, bool sign, unsigned mode, bool *ret_inexact)
{
    u128 kept, rest, half_way;
    bool up = false;

    *ret_inexact = false;
    if (shift <= 0) {
        return m << -shift;
    }
    if (shift > 127) { /* far below one half */
        *ret_inexact = m != 0;
        return m && (mode == TCG_ROUND_UP ? !sign : mode == TCG_ROUND_DOWN ? sign : false);
    }
    kept = m >> shift;
    rest = m & (((u128)1 << shift) - 1);
    half_way = (u128)1 << (shift - 1);
    switch (mode) {
    case TCG_ROUND_NEAREST:
        up = rest > half_way || (rest == half_way && (kept & 1));
        break;
    case TCG_ROUND_DOWN:
        up = rest && sign;
        break;
    case TCG_ROUND_UP:
        up = rest && !sign;
        break;
    }
    *ret_inexact = rest != 0;
    return kept + up;
}

/* Too large: infinity, or the largest finite number where the mode rounds away from infinity. */
static uint64_t overflow(const Format *f, bool sign, unsigned mode, unsigned *flags)
{
    bool to_inf = mode == TCG_ROUND_NEAREST || mode == (sign ? TCG_ROUND_DOWN : TCG_ROUND_UP);

    *flags |= OVERFLOW | INEXACT;
    return (sign ? sign_bit(f) : 0) | (infinity(f) - !to_inf);
}

/* Below the normal numbers even after rounding with an unbounded exponent (IEEE 754 7.5, x86). */
static bool is_tiny(const Format *f, const Parts *p, int top, unsigned mode)
{
    bool inexact;
    u128 m;

    if (top >= f->min_exp) {
        return false;
    }
    m = round_shift(p->m, top - (int)f->precision + 1 - p->exp, p->sign, mode, &inexact);
    return top < f->min_exp - 1 || bit_length(m) <= f->precision;
}

/* The exact, nonzero value p in format f. */
static uint64_t round_pack(const Format *f, const Parts *p, unsigned mode, unsigned *flags)
{
    int top = (int)bit_length(p->m) - 1 + p->exp;
    int ulp = (top < f->min_exp ? f->min_exp : top) - (int)f->precision + 1;
    bool inexact;
    u128 m = round_shift(p->m, ulp - p->exp, p->sign, mode, &inexact);
    uint64_t out = (uint64_t)m;

    if (top >= f->min_exp) { /* the hidden bit counts up the exponent, as does a carry */
        out += (uint64_t)(top - f->min_exp) << (f->precision - 1);
    }
    if (out >= infinity(f)) {
        return overflow(f, p->sign, mode, flags);
    }
    if (inexact) {
        *flags |= INEXACT | (is_tiny(f, p, top, mode) ? UNDERFLOW : 0);
    }
    return out | (p->sign ? sign_bit(f) : 0);
}

static const Format *format_of(uint64_t desc)
{
    return desc & X86_SLOW_F64 ? &dbl : &single;
}

/* An f32 result keeps the upper half of the first operand. */
static uint64_t merge(const Format *f, uint64_t first, uint64_t result)
{
    return f->bits == 64 ? result : (first & ~TCG_MASK(f->bits)) | result;
}

static uint64_t nan_to_int(uint64_t desc, uint64_t smallest, uint64_t largest)
{
    unsigned result = desc >> X86_SLOW_NAN_SHIFT & 3;

    return result == TCG_NAN_MAX ? largest : result == TCG_NAN_MIN ? smallest : 0;
}

uint64_t x86_slow_to_int(const uint64_t *args)
{
    uint64_t desc = args[1];
    Parts p = unpack(format_of(desc), args[0]);
    unsigned width = desc & X86_SLOW_INT64 ? 64 : 32;
    bool is_unsigned = desc & X86_SLOW_UNSIGNED, inexact = false;
    uint64_t largest = is_unsigned ? TCG_MASK(width) : TCG_MASK(width - 1);
    uint64_t smallest = is_unsigned ? 0 : UINT64_C(1) << (width - 1); /* as a magnitude */
    u128 m;

    if (p.nan) {
        raise_flags(INVALID);
        return nan_to_int(desc, smallest, largest);
    }
    /* 2^64 and more does not fit whatever the mode; keeps the shift in range. */
    if (p.inf || (int)bit_length(p.m) + p.exp > 65) {
        raise_flags(INVALID);
        return p.sign ? smallest : largest;
    }
    m = round_shift(p.m, -p.exp, p.sign, rounding_mode(desc >> X86_SLOW_MODE_SHIFT & 7), &inexact);
    if (m > (p.sign ? smallest : largest)) {
        raise_flags(INVALID);
        return p.sign ? smallest : largest;
    }
    raise_flags(inexact ? INEXACT : 0);
    return (p.sign ? -(uint64_t)m : (uint64_t)m) & TCG_MASK(width);
}

uint64_t x86_slow_round(const uint64_t *args)
{
    uint64_t desc = args[1];
    const Format *f = format_of(desc);
    uint64_t bits = args[0] & TCG_MASK(f->bits);
    Parts p = unpack(f, bits);
    unsigned flags = 0;
    bool inexact;

    if (p.nan) {
        raise_flags(p.snan ? INVALID : 0);
        return merge(f, args[0], bits | quiet_bit(f));
    }
    if (p.inf || p.exp >= 0 || !p.m) {
        return args[0];
    }
    p.m =
        round_shift(p.m, -p.exp, p.sign, rounding_mode(desc >> X86_SLOW_MODE_SHIFT & 7), &inexact);
    p.exp = 0;
    if (p.m) {
        bits = round_pack(f, &p, TCG_ROUND_NEAREST, &flags); /* exact */
    } else {
        bits = p.sign ? sign_bit(f) : 0;
    }
    raise_flags(inexact && !(desc & X86_SLOW_QUIET) ? INEXACT : 0);
    return merge(f, args[0], bits);
}

/* At least one operand is a NaN. */
uint64_t x86_slow_minmax(const uint64_t *args)
{
    const Format *f = format_of(args[2]);
    Parts a = unpack(f, args[0]), b = unpack(f, args[1]);

    raise_flags(a.snan || b.snan ? INVALID : 0);
    if (a.nan && b.nan) {
        return merge(f, args[0], infinity(f) | quiet_bit(f));
    }
    return merge(f, args[0], (a.nan ? args[1] : args[0]) & TCG_MASK(f->bits));
}

/* Shift right, keeping whether anything was lost in the lowest bit. */
static u128 shift_jam(u128 m, int shift)
{
    if (shift > 127) {
        return m != 0;
    }
    return shift ? m >> shift | ((m & (((u128)1 << shift) - 1)) != 0) : m;
}

/* The top bit at bit 125, so that a sum has room. */
static void normalize(Parts *p)
{
    int shift = 126 - (int)bit_length(p->m);

    p->m <<= shift;
    p->exp -= shift;
}

/*
 * a + b for nonzero finite values of at most 106 bits.  When bits of the smaller are jammed the larger
 * is at least four times it, so the sum keeps more bits than any rounding looks at.
 */
static Parts add(Parts a, Parts b)
{
    normalize(&a);
    normalize(&b);
    if (a.exp < b.exp || (a.exp == b.exp && a.m < b.m)) {
        Parts t = a;

        a = b;
        b = t;
    }
    b.m = shift_jam(b.m, a.exp - b.exp);
    a.m = a.sign == b.sign ? a.m + b.m : a.m - b.m;
    return a;
}

static uint64_t fma_finite(const Format *f, Parts product, Parts c, unsigned *flags)
{
    unsigned mode = rounding_mode(TCG_ROUND_CURRENT);
    Parts sum = !product.m ? c : !c.m ? product : add(product, c);

    if (!sum.m) { /* both zero, or they cancel: -0 if both are, or when rounding down */
        bool sign =
            !product.m && !c.m && product.sign == c.sign ? product.sign : mode == TCG_ROUND_DOWN;

        return sign ? sign_bit(f) : 0;
    }
    return round_pack(f, &sum, mode, flags);
}

static uint64_t fma_nan(const Format *f, const uint64_t *args, const Parts p[3])
{
    for (unsigned n = 0; n < 3; n++) {
        if (p[n].nan) {
            return (args[n] & TCG_MASK(f->bits)) | quiet_bit(f);
        }
    }
    return sign_bit(f) | infinity(f) | quiet_bit(f); /* x86's default NaN */
}

uint64_t x86_slow_fma(const uint64_t *args)
{
    uint64_t desc = args[3], bits;
    const Format *f = format_of(desc);
    Parts p[3] = { unpack(f, args[0]), unpack(f, args[1]), unpack(f, args[2]) };
    Parts product = { .sign = p[0].sign ^ p[1].sign ^ (desc >> X86_SLOW_NEGATE_SHIFT & 1),
                      .m = p[0].m * p[1].m,
                      .exp = p[0].exp + p[1].exp };
    bool any_nan = p[0].nan || p[1].nan || p[2].nan, any_inf = p[0].inf || p[1].inf;
    bool is_zero = (!p[0].m && !p[0].inf) || (!p[1].m && !p[1].inf);
    unsigned flags = p[0].snan || p[1].snan || p[2].snan ? INVALID : 0;

    p[2].sign ^= desc >> (X86_SLOW_NEGATE_SHIFT + 1) & 1;
    if (!p[0].nan && !p[1].nan && any_inf && is_zero) {
        flags |= INVALID;
        any_nan = true;
    }
    if (!any_nan && any_inf && p[2].inf && product.sign != p[2].sign) {
        flags |= INVALID;
        any_nan = true;
    }
    if (any_nan) {
        bits = fma_nan(f, args, p);
    } else if (any_inf || p[2].inf) {
        bits = infinity(f) | ((any_inf ? product.sign : p[2].sign) ? sign_bit(f) : 0);
    } else {
        bits = fma_finite(f, product, p[2], &flags);
    }
    raise_flags(flags);
    return merge(f, args[0], bits);
}

/* A NaN keeps its sign and the payload's high bits, and becomes quiet. */
static uint64_t convert(const Format *to, const Format *from, uint64_t bits)
{
    Parts p = unpack(from, bits);
    uint64_t sign = p.sign ? sign_bit(to) : 0, out;
    unsigned flags = p.snan ? INVALID : 0;

    if (p.nan) {
        int shift = (int)to->precision - (int)from->precision;
        uint64_t payload = bits & TCG_MASK(from->precision - 1);

        out = sign | infinity(to) | quiet_bit(to) |
              (shift > 0 ? payload << shift : payload >> -shift);
    } else if (p.inf || !p.m) {
        out = sign | (p.inf ? infinity(to) : 0);
    } else {
        out = round_pack(to, &p, rounding_mode(TCG_ROUND_CURRENT), &flags);
    }
    raise_flags(flags);
    return out;
}

uint64_t x86_slow_to_half(const uint64_t *args)
{
    return convert(&half, format_of(args[1]), args[0]);
}

uint64_t x86_slow_from_half(const uint64_t *args)
{
    return convert(format_of(args[1]), &half, args[0]);
}

uint64_t x86_slow_popcnt(const uint64_t *args)
{
    uint64_t v = args[0];

    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) + (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return v * UINT64_C(0x0101010101010101) >> 56;
}
