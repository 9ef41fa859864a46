/*
 * The functions that the floating-point rows of opcodes.def name, exact by their comments.
 *
 * What the host's own arithmetic does (add, divide, square root, conversions from integers and
 * between formats) is left to it; the rest is float-bits.h's.
 */
#ifndef TCG_BACKEND_TCI_FLOAT_H
#define TCG_BACKEND_TCI_FLOAT_H

#include <math.h>
#include <string.h>

#include "float-bits.h"

static inline float f32_of(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float value;

    memcpy(&value, &low, sizeof(value));
    return value;
}

static inline double f64_of(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline uint64_t f32_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static inline uint64_t f64_bits(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* Exact, and a binary16 is never too small for a normal double. */
static inline double f16_to_double(uint64_t a)
{
    unsigned exponent = a >> F16_FRAC & 0x1f;
    uint64_t digits = a & 0x3ff, sign = (a & 0x8000) << 48;

    if (exponent == 0x1f) {
        return f64_of(sign | fp_infinity(F64_FRAC));
    }
    if (exponent == 0) { /* digits * 2^-24 */
        return f64_of(sign | f64_bits((double)digits * 0x1p-24));
    }
    return f64_of(sign | (uint64_t)(exponent + 1023 - 15) << F64_FRAC |
                  digits << (F64_FRAC - F16_FRAC));
}

static inline uint64_t fp_convert_nan(uint64_t a, unsigned from, unsigned to)
{
    uint64_t sign = a & fp_sign_bit(from) ? fp_sign_bit(to) : 0;
    uint64_t payload = a & (fp_quiet_bit(from) - 1);

    if (fp_is_snan(a, from)) {
        fp_raise(FP_INVALID);
    }
    payload = from > to ? payload >> (from - to) : payload << (to - from);
    return sign | fp_default_nan(to) | payload;
}

static inline uint64_t fp_convert(uint64_t a, uint64_t from_bits, unsigned to)
{
    unsigned from = from_bits == 16 ? F16_FRAC : from_bits == 32 ? F32_FRAC : F64_FRAC;

    a &= TCG_MASK(from_bits);
    if (fp_is_nan(a, from)) {
        return fp_convert_nan(a, from, to);
    }
    if (from == to) {
        return a;
    }
    if (from == F16_FRAC) {
        double value = f16_to_double(a);

        return to == F64_FRAC ? f64_bits(value) : f32_bits((float)value);
    }
    return to == F64_FRAC ? f64_bits((double)f32_of(a)) : f32_bits((float)f64_of(a));
}

/* Infinity times zero signals even where the addend is a quiet NaN. */
static inline void fma_check(uint64_t a, uint64_t b, unsigned frac)
{
    if ((fp_is_infinite(a, frac) && fp_is_zero(b, frac)) ||
        (fp_is_zero(a, frac) && fp_is_infinite(b, frac))) {
        fp_raise(FP_INVALID);
    }
}

static inline float f32_fma(float a, float b, float c, uint64_t i)
{
    fma_check(f32_bits(a), f32_bits(b), F32_FRAC);
    return fmaf(i & 1 ? -a : a, b, i & 2 ? -c : c);
}

static inline double f64_fma(double a, double b, double c, uint64_t i)
{
    fma_check(f64_bits(a), f64_bits(b), F64_FRAC);
    return fma(i & 1 ? -a : a, b, i & 2 ? -c : c);
}

/* The bits of a C value, its format, and back. */
#define FP_BITS(a)               _Generic((a), float : f32_bits, double : f64_bits)(a)
#define FP_FRAC(a)               _Generic((a), float : (unsigned)F32_FRAC, double : (unsigned)F64_FRAC)
#define FP_LIKE(a, bits)         _Generic((a), float : f32_of, double : f64_of)(bits)

#define tcg_fsqrt(a)             _Generic((a), float : __builtin_sqrtf, double : __builtin_sqrt)(a)
#define tcg_fma(a, b, c, i)      _Generic((a), float : f32_fma, double : f64_fma)(a, b, c, i)
#define tcg_fmin(a, b)           FP_LIKE(a, fp_minmax(FP_BITS(a), FP_BITS(b), FP_FRAC(a), false))
#define tcg_fmax(a, b)           FP_LIKE(a, fp_minmax(FP_BITS(a), FP_BITS(b), FP_FRAC(a), true))
#define tcg_fround(a, i, j)      FP_LIKE(a, fp_round(FP_BITS(a), FP_FRAC(a), i, j))
#define tcg_fcond_holds(i, a, b) fp_cond_holds((unsigned)(i), FP_BITS(a), FP_BITS(b), FP_FRAC(a))
#define tcg_fcvt_s32(a, i, j)    fp_to_int(FP_BITS(a), FP_FRAC(a), i, j, fp_range_s32)
#define tcg_fcvt_u32(a, i, j)    fp_to_int(FP_BITS(a), FP_FRAC(a), i, j, fp_range_u32)
#define tcg_fcvt_s64(a, i, j)    fp_to_int(FP_BITS(a), FP_FRAC(a), i, j, fp_range_s64)
#define tcg_fcvt_u64(a, i, j)    fp_to_int(FP_BITS(a), FP_FRAC(a), i, j, fp_range_u64)

#endif
