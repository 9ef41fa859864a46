/*
 * F, and Zfa's forms for singles.
 */
#include "fp-lift.h"

#include "helper.h"

/* What the IR's fma negates. */
enum { NEGATE_PRODUCT = 1, NEGATE_ADDEND = 2 };

bool rv_trans_flw(RvLift *c, const RvI *a)
{
    return rv_fp_load(c, a, TCG_F32);
}

bool rv_trans_fsw(RvLift *c, const RvS *a)
{
    return rv_fp_store(c, a, TCG_F32);
}

/* Arithmetic */

bool rv_trans_fadd_s(RvLift *c, const RvFr2 *a)
{
    return rv_fp_binary(c, a, TCG_F32, ir_fadd, &rv_helper_fadd_s);
}

bool rv_trans_fsub_s(RvLift *c, const RvFr2 *a)
{
    return rv_fp_binary(c, a, TCG_F32, ir_fsub, &rv_helper_fsub_s);
}

bool rv_trans_fmul_s(RvLift *c, const RvFr2 *a)
{
    return rv_fp_binary(c, a, TCG_F32, ir_fmul, &rv_helper_fmul_s);
}

bool rv_trans_fdiv_s(RvLift *c, const RvFr2 *a)
{
    return rv_fp_binary(c, a, TCG_F32, ir_fdiv, &rv_helper_fdiv_s);
}

bool rv_trans_fsqrt_s(RvLift *c, const RvFr1 *a)
{
    return rv_fp_unary(c, a, TCG_F32, ir_fsqrt, &rv_helper_fsqrt_s);
}

bool rv_trans_fmadd_s(RvLift *c, const RvFr3 *a)
{
    return rv_fp_fma(c, a, TCG_F32, 0);
}

bool rv_trans_fmsub_s(RvLift *c, const RvFr3 *a)
{
    return rv_fp_fma(c, a, TCG_F32, NEGATE_ADDEND);
}

bool rv_trans_fnmsub_s(RvLift *c, const RvFr3 *a)
{
    return rv_fp_fma(c, a, TCG_F32, NEGATE_PRODUCT);
}

bool rv_trans_fnmadd_s(RvLift *c, const RvFr3 *a)
{
    return rv_fp_fma(c, a, TCG_F32, NEGATE_PRODUCT | NEGATE_ADDEND);
}

/* Signs, minimum, comparison */

bool rv_trans_fsgnj_s(RvLift *c, const RvR *a)
{
    return rv_fp_sign(c, a, TCG_F32, RV_SIGN_COPY);
}

bool rv_trans_fsgnjn_s(RvLift *c, const RvR *a)
{
    return rv_fp_sign(c, a, TCG_F32, RV_SIGN_NEGATE);
}

bool rv_trans_fsgnjx_s(RvLift *c, const RvR *a)
{
    return rv_fp_sign(c, a, TCG_F32, RV_SIGN_XOR);
}

bool rv_trans_fmin_s(RvLift *c, const RvR *a)
{
    return rv_fp_min_max(c, a, TCG_F32, ir_fmin, false);
}

bool rv_trans_fmax_s(RvLift *c, const RvR *a)
{
    return rv_fp_min_max(c, a, TCG_F32, ir_fmax, false);
}

bool rv_trans_fminm_s(RvLift *c, const RvR *a)
{
    return rv_fp_min_max(c, a, TCG_F32, ir_fmin, true);
}

bool rv_trans_fmaxm_s(RvLift *c, const RvR *a)
{
    return rv_fp_min_max(c, a, TCG_F32, ir_fmax, true);
}

bool rv_trans_feq_s(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F32, TCG_FCOND_EQ);
}

bool rv_trans_flt_s(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F32, TCG_FCOND_LT);
}

bool rv_trans_fle_s(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F32, TCG_FCOND_LE);
}

bool rv_trans_fltq_s(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F32, TCG_FCOND_LTQ);
}

bool rv_trans_fleq_s(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F32, TCG_FCOND_LEQ);
}

bool rv_trans_fclass_s(RvLift *c, const RvR2 *a)
{
    return rv_fp_class(c, a, &rv_helper_fclass_s);
}

/* Conversions */

bool rv_trans_fcvt_w_s(RvLift *c, const RvFr1 *a)
{
    return rv_fp_to_int(c, a, TCG_F32, SF_S32);
}

bool rv_trans_fcvt_s_w(RvLift *c, const RvFr1 *a)
{
    return rv_fp_from_int(c, a, TCG_F32, SF_S32);
}

bool rv_trans_fcvt_wu_s(RvLift *c, const RvFr1 *a)
{
    return rv_fp_to_int(c, a, TCG_F32, SF_U32);
}

bool rv_trans_fcvt_s_wu(RvLift *c, const RvFr1 *a)
{
    return rv_fp_from_int(c, a, TCG_F32, SF_U32);
}

bool rv_trans_fcvt_l_s(RvLift *c, const RvFr1 *a)
{
    return rv_fp_to_int(c, a, TCG_F32, SF_S64);
}

bool rv_trans_fcvt_s_l(RvLift *c, const RvFr1 *a)
{
    return rv_fp_from_int(c, a, TCG_F32, SF_S64);
}

bool rv_trans_fcvt_lu_s(RvLift *c, const RvFr1 *a)
{
    return rv_fp_to_int(c, a, TCG_F32, SF_U64);
}

bool rv_trans_fcvt_s_lu(RvLift *c, const RvFr1 *a)
{
    return rv_fp_from_int(c, a, TCG_F32, SF_U64);
}

bool rv_trans_fround_s(RvLift *c, const RvFr1 *a)
{
    return rv_fp_round(c, a, TCG_F32, false);
}

bool rv_trans_froundnx_s(RvLift *c, const RvFr1 *a)
{
    return rv_fp_round(c, a, TCG_F32, true);
}

bool rv_trans_fli_s(RvLift *c, const RvFli *a)
{
    return rv_fp_load_const(c, a, TCG_F32);
}

bool rv_trans_fmv_x_w(RvLift *c, const RvR2 *a)
{
    rv_set_reg(c, a->rd,
               ir_sext(c->ir, TCG_I64, ir_vext(c->ir, TCG_V64, rv_freg(c, a->rs1), 32, 0), 32));
    return true;
}

bool rv_trans_fmv_w_x(RvLift *c, const RvR2 *a)
{
    TcgVal value = ir_vset(c->ir, TCG_V64, rv_reg(c, a->rs1), 32);

    rv_fp_set(c, TCG_F32, a->rd, rv_fp_box(c, value));
    return true;
}
