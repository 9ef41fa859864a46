/*
 * Helpers of RISC-V code, as the IR's call operation takes them.  helper-*.c defines them.
 *
 * Those for floating point take registers as they are (NaN-boxed) unless they say otherwise, and
 * accrue flags in RvState.fflags.
 */
#ifndef RISCV_HELPER_H
#define RISCV_HELPER_H

#include "tcg/helper.h"

/* Carry-less product of two i64: low half, high half, bits 126..63. */
extern const TcgHelper rv_helper_clmul, rv_helper_clmulh, rv_helper_clmulr;

/* i64 each. Reading fflags merges MXCSR's sticky bits; writing sets both places. */
extern const TcgHelper rv_helper_read_fflags, rv_helper_write_fflags;
/* Sets RvState.frm and MXCSR's rounding; the value is taken modulo 8. */
extern const TcgHelper rv_helper_write_frm;
/* Nanoseconds of a clock that never goes back, for cycle and instret; and the time at 10 MHz. */
extern const TcgHelper rv_helper_cycle, rv_helper_time;

/*
 * Arithmetic with a rounding mode the host does not have at hand; (operands, i32 rm), V64 result.
 * _s, _d: the format.
 */
extern const TcgHelper rv_helper_fadd_s, rv_helper_fadd_d, rv_helper_fsub_s, rv_helper_fsub_d;
extern const TcgHelper rv_helper_fmul_s, rv_helper_fmul_d, rv_helper_fdiv_s, rv_helper_fdiv_d;
extern const TcgHelper rv_helper_fsqrt_s, rv_helper_fsqrt_d;
/* Three operands; negations as the IR's fma has them: rm | negate << RV_SPEC_SHIFT. */
extern const TcgHelper rv_helper_fma_s, rv_helper_fma_d;
/* fround and froundnx: rm | raise inexact << RV_SPEC_SHIFT. */
extern const TcgHelper rv_helper_fround_s, rv_helper_fround_d;
/* To and from integers (i64): rm | SfInt << RV_SPEC_SHIFT. */
extern const TcgHelper rv_helper_to_int_s, rv_helper_to_int_d;
extern const TcgHelper rv_helper_from_int_s, rv_helper_from_int_d;
extern const TcgHelper rv_helper_fcvt_s_d;
enum { RV_SPEC_SHIFT = 3 };

/* Half precision: with rm, which may be dynamic, where they round. */
extern const TcgHelper rv_helper_fcvt_h_s, rv_helper_fcvt_h_d;
extern const TcgHelper rv_helper_fcvt_s_h, rv_helper_fcvt_d_h;

extern const TcgHelper rv_helper_fcvtmod_w_d;
extern const TcgHelper rv_helper_fclass_s, rv_helper_fclass_d;

#endif
