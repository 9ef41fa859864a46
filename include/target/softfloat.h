/*
 * Exact floating point in integers, for what the host cannot do (ties away from zero, static
 * rounding modes, half precision) and as the judge of what it does.
 *
 * Values are bit patterns, zero-extended.  Results that are NaNs are the default NaN: positive,
 * quiet, no payload.  Underflow is detected after rounding.
 */
#ifndef TARGET_SOFTFLOAT_H
#define TARGET_SOFTFLOAT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum SfFormat { SF_F16, SF_F32, SF_F64, SF_FORMAT_COUNT } SfFormat;

/* Numbered as RISC-V's rm. */
typedef enum SfRound {
    SF_NEAREST_EVEN,
    SF_TOWARD_ZERO,
    SF_DOWN,
    SF_UP,
    SF_NEAREST_AWAY,
    SF_ROUND_COUNT,
} SfRound;

/* Numbered as RISC-V's fflags. */
enum {
    SF_INEXACT = 1,
    SF_UNDERFLOW = 2,
    SF_OVERFLOW = 4,
    SF_DIVIDE_BY_ZERO = 8,
    SF_INVALID = 16,
};

typedef enum SfInt { SF_S32, SF_U32, SF_S64, SF_U64 } SfInt;

typedef struct SfEnv {
    SfRound round;
    unsigned flags; /* sticky */
} SfEnv;

uint64_t sf_default_nan(SfFormat format);
bool sf_is_nan(SfFormat format, uint64_t a);
bool sf_is_signalling(SfFormat format, uint64_t a);

uint64_t sf_add(SfEnv *env, SfFormat format, uint64_t a, uint64_t b);
uint64_t sf_sub(SfEnv *env, SfFormat format, uint64_t a, uint64_t b);
uint64_t sf_mul(SfEnv *env, SfFormat format, uint64_t a, uint64_t b);
uint64_t sf_div(SfEnv *env, SfFormat format, uint64_t a, uint64_t b);
uint64_t sf_sqrt(SfEnv *env, SfFormat format, uint64_t a);
/* a * b + c with one rounding; infinity times zero is invalid even when c is a quiet NaN. */
uint64_t sf_fma(SfEnv *env, SfFormat format, uint64_t a, uint64_t b, uint64_t c);

uint64_t sf_convert(SfEnv *env, SfFormat to, SfFormat from, uint64_t a);
/* Saturating; NaN gives the largest value; only invalid is raised when the result does not fit.
 * 32-bit results are sign-extended, unsigned ones too. */
uint64_t sf_to_int(SfEnv *env, SfFormat format, uint64_t a, SfInt type);
/* value: an integer of the type in the low bits. */
uint64_t sf_from_int(SfEnv *env, SfFormat format, uint64_t value, SfInt type);
/* To an integral value; inexact is raised if asked for. */
uint64_t sf_round_to_int(SfEnv *env, SfFormat format, uint64_t a, bool raise_inexact);

#endif
