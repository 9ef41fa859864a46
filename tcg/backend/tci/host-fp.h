/*
 * The host's floating-point environment in the terms of MXCSR, which is how TcgEnv keeps it.
 *
 * With SSE it is MXCSR itself; any other host goes through fenv.h.
 */
#ifndef TCG_BACKEND_TCI_HOST_FP_H
#define TCG_BACKEND_TCI_HOST_FP_H

#include <stdint.h>

#include "tcg/ir.h"

enum {
    FP_INVALID = 1 << 0,
    FP_DIVIDE = 1 << 2,
    FP_OVERFLOW = 1 << 3,
    FP_UNDERFLOW = 1 << 4,
    FP_INEXACT = 1 << 5,
    FP_MASKS = 0x1f80, /* no exception traps */
    FP_ROUND_SHIFT = 13,
};

#if defined(__SSE2__)

static inline uint32_t fp_get(void)
{
    uint32_t value;

    __asm__ volatile("stmxcsr %0" : "=m"(value) : : "memory");
    return value;
}

static inline void fp_set(uint32_t value)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(value) : "memory");
}

static inline void fp_raise(uint32_t flags)
{
    fp_set(fp_get() | flags);
}

#else

#include <fenv.h>

static const struct {
    uint32_t flag;
    int except;
} fp_flags[] = {
    { FP_INVALID, FE_INVALID },     { FP_DIVIDE, FE_DIVBYZERO }, { FP_OVERFLOW, FE_OVERFLOW },
    { FP_UNDERFLOW, FE_UNDERFLOW }, { FP_INEXACT, FE_INEXACT },
};
/* In the order of MXCSR's field. */
static const int fp_rounds[4] = { FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO };

static inline void fp_raise(uint32_t flags)
{
    for (unsigned n = 0; n < sizeof(fp_flags) / sizeof(*fp_flags); n++) {
        if (flags & fp_flags[n].flag) {
            feraiseexcept(fp_flags[n].except);
        }
    }
}

static inline uint32_t fp_get(void)
{
    uint32_t value = FP_MASKS;

    for (unsigned n = 0; n < sizeof(fp_flags) / sizeof(*fp_flags); n++) {
        value |= fetestexcept(fp_flags[n].except) ? fp_flags[n].flag : 0;
    }
    for (unsigned n = 0; n < 4; n++) {
        value |= fegetround() == fp_rounds[n] ? n << FP_ROUND_SHIFT : 0;
    }
    return value;
}

static inline void fp_set(uint32_t value)
{
    fesetround(fp_rounds[value >> FP_ROUND_SHIFT & 3]);
    feclearexcept(FE_ALL_EXCEPT);
    fp_raise(value);
}

#endif

/* MXCSR numbers its modes as TcgRound does. */
static inline TcgRound fp_round_mode(void)
{
    return (TcgRound)(fp_get() >> FP_ROUND_SHIFT & 3);
}

#endif
