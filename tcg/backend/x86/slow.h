/*
 * C functions behind the cold paths of generated code: the cases that the host's instructions
 * get wrong or lack.  They run with the guest's MXCSR, read its rounding mode, and add sticky
 * flags to it, never anything else.
 */
#ifndef TCG_BACKEND_X86_SLOW_H
#define TCG_BACKEND_X86_SLOW_H

#include <stdint.h>

typedef uint64_t X86SlowFn(const uint64_t *args);

/* Description of a floating-point operation, in the last argument. */
enum {
    X86_SLOW_F64 = 1 << 0,   /* the source or operand format; else f32 */
    X86_SLOW_INT64 = 1 << 1, /* integer result of 64 bits */
    X86_SLOW_UNSIGNED = 1 << 2,
    X86_SLOW_MAX = 1 << 3,      /* fmax; else fmin */
    X86_SLOW_QUIET = 1 << 4,    /* fround: no inexact */
    X86_SLOW_MODE_SHIFT = 8,    /* TcgRound, 3 bits */
    X86_SLOW_NAN_SHIFT = 12,    /* TcgNanResult, 2 bits */
    X86_SLOW_NEGATE_SHIFT = 16, /* fma's immediate, 2 bits */
};

X86SlowFn x86_slow_to_int;    /* bits, description */
X86SlowFn x86_slow_round;     /* bits, description */
X86SlowFn x86_slow_minmax;    /* a, b, description */
X86SlowFn x86_slow_fma;       /* a, b, c, description */
X86SlowFn x86_slow_to_half;   /* bits, description */
X86SlowFn x86_slow_from_half; /* bits, description (F64: of the result) */
X86SlowFn x86_slow_popcnt;    /* value */

#endif
