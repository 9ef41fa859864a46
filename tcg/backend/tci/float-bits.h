/*
 * Floating point on bit patterns: order, rounding to integers, saturation, minimum and maximum, with
 * the flags they raise.
 *
 * Format-generic over `frac`, the number of fraction bits.  No compiler's idea of a comparison or
 * of a conversion out of range gets in.
 */
#ifndef TCG_BACKEND_TCI_FLOAT_BITS_H
#define TCG_BACKEND_TCI_FLOAT_BITS_H

#include "host-fp.h"

enum { F16_FRAC = 10, F32_FRAC = 23, F64_FRAC = 52 };

static inline unsigned fp_width(unsigned frac)
{
    return frac == F16_FRAC ? 16 : frac == F32_FRAC ? 32 : 64;
}

static inline uint64_t fp_sign_bit(unsigned frac)
{
    return UINT64_C(1) << (fp_width(frac) - 1);
}

/* The exponent field, all ones: infinity. */
static inline uint64_t fp_infinity(unsigned frac)
{
    return fp_sign_bit(frac) - (UINT64_C(1) << frac);
}

static inline uint64_t fp_quiet_bit(unsigned frac)
{
    return UINT64_C(1) << (frac - 1);
}

static inline uint64_t fp_default_nan(unsigned frac)
{
    return fp_infinity(frac) | fp_quiet_bit(frac);
}

static inline bool fp_is_nan(uint64_t a, unsigned frac)
{
    return (a & ~fp_sign_bit(frac)) > fp_infinity(frac);
}

static inline bool fp_is_snan(uint64_t a, unsigned frac)
{
    return fp_is_nan(a, frac) && !(a & fp_quiet_bit(frac));
}

static inline bool fp_is_zero(uint64_t a, unsigned frac)
{
    return (a & ~fp_sign_bit(frac)) == 0;
}

static inline bool fp_is_infinite(uint64_t a, unsigned frac)
{
    return (a & ~fp_sign_bit(frac)) == fp_infinity(frac);
}

/* Numbers as integers in the order of their values; -0 below +0. */
static inline int64_t fp_order(uint64_t a, unsigned frac)
{
    uint64_t sign = fp_sign_bit(frac);

    return a & sign ? -(int64_t)(a & (sign - 1)) - 1 : (int64_t)a;
}

static inline uint64_t fp_minmax(uint64_t a, uint64_t b, unsigned frac, bool max)
{
    if (fp_is_snan(a, frac) || fp_is_snan(b, frac)) {
        fp_raise(FP_INVALID);
    }
    if (fp_is_nan(a, frac)) {
        return fp_is_nan(b, frac) ? fp_default_nan(frac) : b;
    }
    if (fp_is_nan(b, frac)) {
        return a;
    }
    return (fp_order(a, frac) < fp_order(b, frac)) != max ? a : b;
}

/* Neither is a NaN. */
static inline bool fp_ordered_holds(unsigned base, uint64_t a, uint64_t b, unsigned frac)
{
    bool zeros = fp_is_zero(a, frac) && fp_is_zero(b, frac);

    switch (base) {
    case TCG_FCOND_EQ:
        return a == b || zeros;
    case TCG_FCOND_LT:
    case TCG_FCOND_LTQ:
        return fp_order(a, frac) < fp_order(b, frac) && !zeros;
    case TCG_FCOND_LE:
    case TCG_FCOND_LEQ:
        return fp_order(a, frac) <= fp_order(b, frac) || zeros;
    default:
        return false; /* UNORD */
    }
}

static inline bool fp_cond_holds(unsigned fcond, uint64_t a, uint64_t b, unsigned frac)
{
    unsigned base = fcond & ~1u;
    bool signals = base == TCG_FCOND_LT || base == TCG_FCOND_LE, holds;

    if (fp_is_nan(a, frac) || fp_is_nan(b, frac)) {
        if (signals || fp_is_snan(a, frac) || fp_is_snan(b, frac)) {
            fp_raise(FP_INVALID);
        }
        holds = base == TCG_FCOND_UNORD;
    } else {
        holds = fp_ordered_holds(base, a, b, frac);
    }
    return holds ^ (fcond & 1);
}

/* Does a magnitude with `rest` of `unit` below its last kept digit go up? */
static inline bool fp_rounds_up(TcgRound mode, bool negative, bool odd, uint64_t rest,
                                uint64_t unit)
{
    switch (mode) {
    case TCG_ROUND_NEAREST:
        return rest > unit / 2 || (rest == unit / 2 && odd);
    case TCG_ROUND_DOWN:
        return negative && rest;
    case TCG_ROUND_UP:
        return !negative && rest;
    case TCG_ROUND_AWAY:
        return rest >= unit / 2;
    default:
        return false;
    }
}

/* |a| < 1 and not zero: to 0 or 1. */
static inline uint64_t fp_round_small(uint64_t a, unsigned frac, TcgRound mode)
{
    uint64_t sign = a & fp_sign_bit(frac), magnitude = a ^ sign;
    uint64_t one = fp_infinity(frac) / 2 & ~(fp_quiet_bit(frac) * 2 - 1);
    uint64_t half = one - (UINT64_C(1) << frac);
    /* Against the half: 1 below, 2 at, 3 above, of a unit of 4. */
    uint64_t rest = magnitude < half ? 1 : magnitude == half ? 2 : 3;

    return sign | (fp_rounds_up(mode, sign != 0, false, rest, 4) ? one : 0);
}

/* a, not a NaN, to an integral value; no flags. */
static inline uint64_t fp_round_integral(uint64_t a, unsigned frac, TcgRound mode)
{
    unsigned bias = (1u << (fp_width(frac) - frac - 2)) - 1;
    unsigned exponent = (unsigned)((a & fp_infinity(frac)) >> frac);
    uint64_t unit, rest;

    if (fp_is_zero(a, frac) || exponent >= bias + frac) {
        return a;
    }
    if (exponent < bias) {
        return fp_round_small(a, frac, mode);
    }
    unit = UINT64_C(1) << (frac - (exponent - bias));
    rest = a & (unit - 1);
    /* Below exponent bias + 1 the digit before the fraction is the hidden one: odd. */
    bool odd = exponent == bias || (a & unit);

    a -= rest;
    /* A carry out of the fraction goes into the exponent, as it should. */
    return fp_rounds_up(mode, a & fp_sign_bit(frac), odd, rest, unit) ? a + unit : a;
}

static inline TcgRound fp_mode(uint64_t mode)
{
    return mode == TCG_ROUND_CURRENT ? fp_round_mode() : (TcgRound)mode;
}

static inline uint64_t fp_round(uint64_t a, unsigned frac, uint64_t mode, bool quiet)
{
    uint64_t rounded;

    if (fp_is_nan(a, frac)) {
        if (fp_is_snan(a, frac)) {
            fp_raise(FP_INVALID);
        }
        return a | fp_quiet_bit(frac);
    }
    rounded = fp_round_integral(a, frac, fp_mode(mode));
    if (rounded != a && !quiet) {
        fp_raise(FP_INEXACT);
    }
    return rounded;
}

/* The magnitude of an integral value; all ones when it is 2^64 or more. */
static inline uint64_t fp_magnitude(uint64_t a, unsigned frac)
{
    int bias = (1 << (fp_width(frac) - frac - 2)) - 1;
    int exponent = (int)((a & fp_infinity(frac)) >> frac) - bias;
    uint64_t digits = (a & (fp_quiet_bit(frac) * 2 - 1)) | fp_quiet_bit(frac) * 2;

    if (exponent < 0) {
        return 0;
    }
    if (exponent >= 64) {
        return UINT64_MAX;
    }
    return exponent >= (int)frac ? digits << (exponent - (int)frac)
                                 : digits >> ((int)frac - exponent);
}

typedef struct FpIntRange {
    uint64_t max, min; /* min: as bits; its magnitude is -min */
} FpIntRange;

static inline uint64_t fp_nan_to_int(FpIntRange range, uint64_t nan_result)
{
    return nan_result == TCG_NAN_MAX ? range.max : nan_result == TCG_NAN_MIN ? range.min : 0;
}

static inline uint64_t fp_to_int(uint64_t a, unsigned frac, uint64_t mode, uint64_t nan_result,
                                 FpIntRange range)
{
    bool negative = a & fp_sign_bit(frac);
    uint64_t rounded, magnitude;

    if (fp_is_nan(a, frac)) {
        fp_raise(FP_INVALID);
        return fp_nan_to_int(range, nan_result);
    }
    rounded = fp_round_integral(a, frac, fp_mode(mode));
    magnitude = fp_magnitude(rounded, frac);
    if (fp_is_infinite(a, frac) || magnitude > (negative ? -range.min : range.max) ||
        (magnitude == UINT64_MAX && range.max == UINT64_MAX)) { /* no float is 2^64 - 1 */
        fp_raise(FP_INVALID);
        return negative ? range.min : range.max;
    }
    if (rounded != a) {
        fp_raise(FP_INEXACT);
    }
    return negative ? -magnitude : magnitude;
}

static const FpIntRange fp_range_s32 = { INT32_MAX, (uint64_t)INT32_MIN };
static const FpIntRange fp_range_u32 = { UINT32_MAX, 0 };
static const FpIntRange fp_range_s64 = { INT64_MAX, (uint64_t)INT64_MIN };
static const FpIntRange fp_range_u64 = { UINT64_MAX, 0 };

#endif
