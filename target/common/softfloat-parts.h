/*
 * Numbers taken apart: between softfloat.c and softfloat-convert.c only.
 */
#ifndef SOFTFLOAT_PARTS_H
#define SOFTFLOAT_PARTS_H

#include "target/softfloat.h"

typedef enum SfClass { SF_ZERO, SF_FINITE, SF_INFINITE, SF_QUIET_NAN, SF_SIGNALLING_NAN } SfClass;

/* A finite number is frac * 2^(exp - 63), bit 63 of frac set. */
typedef struct SfNum {
    SfClass class;
    bool sign;
    int exp;
    uint64_t frac;
} SfNum;

typedef struct SfLayout {
    int precision; /* bits of the significand, hidden one included */
    int exp_bits;
} SfLayout;

extern const SfLayout sf_layouts[SF_FORMAT_COUNT];

SfNum sf_unpack(SfFormat format, uint64_t a);
static inline bool sf_num_is_nan(SfNum n)
{
    return n.class >= SF_QUIET_NAN;
}

uint64_t sf_pack_zero(SfFormat format, bool sign);
uint64_t sf_pack_infinity(SfFormat format, bool sign);
/* Raises invalid. */
uint64_t sf_pack_invalid(SfEnv *env, SfFormat format);

/* frac without its low drop bits (0..), rounded; sticky: there is more below frac. *inexact is set
 * if anything was lost.  The result may have one bit more. */
unsigned __int128 sf_round_off(SfRound round, bool sign, uint64_t frac, int drop, bool sticky,
                               bool *inexact);
/* The finite number n, plus a little if sticky, rounded to format. */
uint64_t sf_round_pack(SfEnv *env, SfFormat format, SfNum n, bool sticky);

#endif
