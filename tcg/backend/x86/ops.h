/*
 * The emitters of operations after register allocation, by family, and parts they share.  rules.c
 * says which operands each gets; ops.c which operation each is for.
 */
#ifndef TCG_BACKEND_X86_OPS_H
#define TCG_BACKEND_X86_OPS_H

#include "emit.h"

typedef void X86EmitFn(X86Emit *e, const TcgMop *mop);

/* By TcgOpcode; NULL: handled in emit.c. */
extern X86EmitFn *const x86_emit_fns[TCG_OP_COUNT];

/* ops-arith.c */
X86EmitFn x86_emit_mov, x86_emit_add, x86_emit_sub, x86_emit_neg, x86_emit_mul, x86_emit_mulh,
    x86_emit_mulhu, x86_emit_div, x86_emit_and, x86_emit_or, x86_emit_xor, x86_emit_not,
    x86_emit_andc, x86_emit_orc, x86_emit_xnor, x86_emit_shl, x86_emit_shr, x86_emit_sar,
    x86_emit_rotl, x86_emit_rotr, x86_emit_clz, x86_emit_ctz, x86_emit_popcnt, x86_emit_bswap,
    x86_emit_sext, x86_emit_zext, x86_emit_extract, x86_emit_sextract, x86_emit_deposit,
    x86_emit_setcond, x86_emit_movcond, x86_emit_adc, x86_emit_sbb, x86_emit_carry,
    x86_emit_overflow;
/* Compare the first two inputs by imm0, a TcgCond; the condition that tells. */
X86Cc x86_compare(X86Emit *e, const TcgMop *mop);

/* ops-float.c */
X86EmitFn x86_emit_farith, x86_emit_fsqrt, x86_emit_fma, x86_emit_fminmax, x86_emit_fround,
    x86_emit_fnan, x86_emit_fbox, x86_emit_fsetcond;
/* By imm0, a TcgFcond other than EQ and NEQ, whose zero flag is set for unordered too. */
X86Cc x86_fcompare(X86Emit *e, const TcgMop *mop);
void x86_round_to(X86Emit *e, bool f64, unsigned out, unsigned in, unsigned imm);
/* ROUNDSD's immediate for a TcgRound; quiet: not setting inexact. */
unsigned x86_round_imm(uint64_t mode, bool quiet);
/* A cold path that calls the operation's slow function on its inputs and a description. */
X86Stub *x86_slow_stub(X86Emit *e, const TcgMop *mop, uint64_t desc, X86Cc cc);
/* The same in line, with the function given. */
void x86_slow_op(X86Emit *e, const TcgMop *mop, X86SlowFn *fn, uint64_t desc);
uint64_t x86_slow_format(const TcgMop *mop);

/* ops-convert.c */
X86EmitFn x86_emit_fcvt_int, x86_emit_fcvt_from, x86_emit_fcvt;

/* ops-vec.c */
X86EmitFn x86_emit_vmov, x86_emit_vlogic, x86_emit_vandc, x86_emit_vlanes, x86_emit_vext,
    x86_emit_vdup, x86_emit_vins, x86_emit_vset;

/* ops-mem.c, ops-atomic.c */
X86EmitFn x86_emit_ld, x86_emit_st, x86_emit_gld, x86_emit_gst, x86_emit_gatomic, x86_emit_gcmpxchg,
    x86_emit_fence;
/* With TCG_MO_ALIGN, a misaligned address goes to a fault. */
void x86_check_align(X86Emit *e, const TcgMop *mop, unsigned memop, X86Mem mem);

/* ops-branch.c, ops-call.c */
X86EmitFn x86_emit_br, x86_emit_brcond, x86_emit_fbrcond, x86_emit_br_pending, x86_emit_goto_tb,
    x86_emit_goto_ptr, x86_emit_exit_tb, x86_emit_call;

#endif
