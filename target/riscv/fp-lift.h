/*
 * Lifting floating point: what F and D share.  type is TCG_F32 or TCG_F64, the format.
 *
 * Singles are NaN-boxed in the 64-bit registers.  Inputs are checked once per register and block;
 * results are boxed by construction.
 */
#ifndef RISCV_FP_LIFT_H
#define RISCV_FP_LIFT_H

#include "lift.h"

#include "target/softfloat.h"

/* How an instruction rounds: by MXCSR's mode, or in a helper that is given rm. */
typedef struct RvRounding {
    bool host;
    unsigned rm; /* RV_RM_RNE..RV_RM_RMM if not host */
} RvRounding;

/* False: the mode in the instruction is reserved, or the dynamic one invalid. */
bool rv_rounding(const RvLift *c, unsigned rm, RvRounding *ret);

/* Register n as it is. */
static inline TcgVal rv_freg(RvLift *c, unsigned n)
{
    return ir_global(c->ir, 31 + n);
}

/* Register n as an operand of format type. */
TcgVal rv_fp_in(RvLift *c, TcgType type, unsigned n);
/* Register n = value; type TCG_F32: value is known to be boxed. */
void rv_fp_set(RvLift *c, TcgType type, unsigned n, TcgVal value);
/* Register n = the result of arithmetic: a NaN becomes the canonical one. */
void rv_fp_result(RvLift *c, TcgType type, unsigned n, TcgVal value);
TcgVal rv_fp_const(RvLift *c, uint64_t bits);
/* value, a zero-extended single, boxed. */
TcgVal rv_fp_box(RvLift *c, TcgVal value);

typedef TcgVal RvFpUnary(IrBuilder *ir, TcgType type, TcgVal a);
typedef TcgVal RvFpBinary(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b);

bool rv_fp_load(RvLift *c, const RvI *a, TcgType type);
bool rv_fp_store(RvLift *c, const RvS *a, TcgType type);

/* fn by the host's rounding, helper otherwise. */
bool rv_fp_binary(RvLift *c, const RvFr2 *a, TcgType type, RvFpBinary *fn, const TcgHelper *helper);
bool rv_fp_unary(RvLift *c, const RvFr1 *a, TcgType type, RvFpUnary *fn, const TcgHelper *helper);
/* negate as in the IR's fma. */
bool rv_fp_fma(RvLift *c, const RvFr3 *a, TcgType type, unsigned negate);
bool rv_fp_round(RvLift *c, const RvFr1 *a, TcgType type, bool raise_inexact);

/* minimumNumber, maximumNumber; with propagate minimum and maximum: NaN if one is. */
bool rv_fp_min_max(RvLift *c, const RvR *a, TcgType type, RvFpBinary *fn, bool propagate);
bool rv_fp_compare(RvLift *c, const RvR *a, TcgType type, TcgFcond cond);

typedef enum RvSign { RV_SIGN_COPY, RV_SIGN_NEGATE, RV_SIGN_XOR } RvSign;
bool rv_fp_sign(RvLift *c, const RvR *a, TcgType type, RvSign action);

bool rv_fp_to_int(RvLift *c, const RvFr1 *a, TcgType type, SfInt to);
bool rv_fp_from_int(RvLift *c, const RvFr1 *a, TcgType type, SfInt from);
bool rv_fp_class(RvLift *c, const RvR2 *a, const TcgHelper *helper);
/* fli: constant number index. */
bool rv_fp_load_const(RvLift *c, const RvFli *a, TcgType type);

#endif
