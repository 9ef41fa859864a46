/*
 * D, and Zfa's forms for doubles.
 */
#include "fp-lift.h"

#include "helper.h"

/* What the IR's fma negates. */
enum { NEGATE_PRODUCT = 1, NEGATE_ADDEND = 2 };

bool rv_trans_fld(RvLift *c, const RvI *a)
{
    return rv_fp_load(c, a, TCG_F64);
}

bool rv_trans_fsd(RvLift *c, const RvS *a)
{
    return rv_fp_store(c, a, TCG_F64);
}

/* Arithmetic */

bool rv_trans_fadd_d(RvLift *c, const RvFr2 *a)
{
    return rv_fp_binary(c, a, TCG_F64, ir_fadd, &rv_helper_fadd_d);
}

bool rv_trans_fsub_d(RvLift *c, const RvFr2 *a)
{
    return rv_fp_binary(c, a, TCG_F64, ir_fsub, &rv_helper_fsub_d);
}

bool rv_trans_fmul_d(RvLift *c, const RvFr2 *a)
{
    return rv_fp_binary(c, a, TCG_F64, ir_fmul, &rv_helper_fmul_d);
}

bool rv_trans_fdiv_d(RvLift *c, const RvFr2 *a)
{
    return rv_fp_binary(c, a, TCG_F64, ir_fdiv, &rv_helper_fdiv_d);
}

bool rv_trans_fsqrt_d(RvLift *c, const RvFr1 *a)
{
    return rv_fp_unary(c, a, TCG_F64, ir_fsqrt, &rv_helper_fsqrt_d);
}

bool rv_trans_fmadd_d(RvLift *c, const RvFr3 *a)
{
    return rv_fp_fma(c, a, TCG_F64, 0);
}

bool rv_trans_fmsub_d(RvLift *c, const RvFr3 *a)
{
    return rv_fp_fma(c, a, TCG_F64, NEGATE_ADDEND);
}

bool rv_trans_fnmsub_d(RvLift *c, const RvFr3 *a)
{
    return rv_fp_fma(c, a, TCG_F64, NEGATE_PRODUCT);
}

bool rv_trans_fnmadd_d(RvLift *c, const RvFr3 *a)
{
    return rv_fp_fma(c, a, TCG_F64, NEGATE_PRODUCT | NEGATE_ADDEND);
}

/* Signs, minimum, comparison */

bool rv_trans_fsgnj_d(RvLift *c, const RvR *a)
{
    return rv_fp_sign(c, a, TCG_F64, RV_SIGN_COPY);
}

bool rv_trans_fsgnjn_d(RvLift *c, const RvR *a)
{
    return rv_fp_sign(c, a, TCG_F64, RV_SIGN_NEGATE);
}

bool rv_trans_fsgnjx_d(RvLift *c, const RvR *a)
{
    return rv_fp_sign(c, a, TCG_F64, RV_SIGN_XOR);
}

bool rv_trans_fmin_d(RvLift *c, const RvR *a)
{
    return rv_fp_min_max(c, a, TCG_F64, ir_fmin, false);
}

bool rv_trans_fmax_d(RvLift *c, const RvR *a)
{
    return rv_fp_min_max(c, a, TCG_F64, ir_fmax, false);
}

bool rv_trans_fminm_d(RvLift *c, const RvR *a)
{
    return rv_fp_min_max(c, a, TCG_F64, ir_fmin, true);
}

bool rv_trans_fmaxm_d(RvLift *c, const RvR *a)
{
    return rv_fp_min_max(c, a, TCG_F64, ir_fmax, true);
}

bool rv_trans_feq_d(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F64, TCG_FCOND_EQ);
}

bool rv_trans_flt_d(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F64, TCG_FCOND_LT);
}

bool rv_trans_fle_d(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F64, TCG_FCOND_LE);
}

bool rv_trans_fltq_d(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F64, TCG_FCOND_LTQ);
}

bool rv_trans_fleq_d(RvLift *c, const RvR *a)
{
    return rv_fp_compare(c, a, TCG_F64, TCG_FCOND_LEQ);
}

bool rv_trans_fclass_d(RvLift *c, const RvR2 *a)
{
    return rv_fp_class(c, a, &rv_helper_fclass_d);
}

/* Conversions */

bool rv_trans_fcvt_w_d(RvLift *c, const RvFr1 *a)
{
    return rv_fp_to_int(c, a, TCG_F64, SF_S32);
}

bool rv_trans_fcvt_d_w(RvLift *c, const RvFr1 *a)
{
    return rv_fp_from_int(c, a, TCG_F64, SF_S32);
}

bool rv_trans_fcvt_wu_d(RvLift *c, const RvFr1 *a)
{
    return rv_fp_to_int(c, a, TCG_F64, SF_U32);
}

bool rv_trans_fcvt_d_wu(RvLift *c, const RvFr1 *a)
{
    return rv_fp_from_int(c, a, TCG_F64, SF_U32);
}

bool rv_trans_fcvt_l_d(RvLift *c, const RvFr1 *a)
{
    return rv_fp_to_int(c, a, TCG_F64, SF_S64);
}

bool rv_trans_fcvt_d_l(RvLift *c, const RvFr1 *a)
{
    return rv_fp_from_int(c, a, TCG_F64, SF_S64);
}

bool rv_trans_fcvt_lu_d(RvLift *c, const RvFr1 *a)
{
    return rv_fp_to_int(c, a, TCG_F64, SF_U64);
}

bool rv_trans_fcvt_d_lu(RvLift *c, const RvFr1 *a)
{
    return rv_fp_from_int(c, a, TCG_F64, SF_U64);
}

bool rv_trans_fround_d(RvLift *c, const RvFr1 *a)
{
    return rv_fp_round(c, a, TCG_F64, false);
}

bool rv_trans_froundnx_d(RvLift *c, const RvFr1 *a)
{
    return rv_fp_round(c, a, TCG_F64, true);
}

bool rv_trans_fli_d(RvLift *c, const RvFli *a)
{
    return rv_fp_load_const(c, a, TCG_F64);
}

/* fcvt.d.s is exact, but the rounding mode must be a valid one. */
bool rv_trans_fcvt_d_s(RvLift *c, const RvFr1 *a)
{
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    rv_fp_result(c, TCG_F64, a->rd, ir_fcvt(c->ir, TCG_F64, rv_fp_in(c, TCG_F32, a->rs1), 32));
    return true;
}

bool rv_trans_fcvt_s_d(RvLift *c, const RvFr1 *a)
{
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    if (rounding.host) {
        TcgVal value = ir_fcvt(c->ir, TCG_F32, rv_freg(c, a->rs1), 64);

        rv_fp_result(c, TCG_F32, a->rd, rv_fp_box(c, value));
    } else {
        const TcgVal args[] = { rv_freg(c, a->rs1), rv_const32(c, (int32_t)rounding.rm) };

        rv_fp_set(c, TCG_F32, a->rd, ir_call(c->ir, &rv_helper_fcvt_s_d, args));
    }
    return true;
}

bool rv_trans_fmv_x_d(RvLift *c, const RvR2 *a)
{
    rv_set_reg(c, a->rd, ir_vext(c->ir, TCG_V64, rv_freg(c, a->rs1), 64, 0));
    return true;
}

bool rv_trans_fmv_d_x(RvLift *c, const RvR2 *a)
{
    rv_fp_set(c, TCG_F64, a->rd, ir_vset(c->ir, TCG_V64, rv_reg(c, a->rs1), 64));
    return true;
}

bool rv_trans_fcvtmod_w_d(RvLift *c, const RvR2 *a)
{
    const TcgVal args[] = { rv_freg(c, a->rs1) };

    rv_set_reg(c, a->rd, ir_call(c->ir, &rv_helper_fcvtmod_w_d, args));
    return true;
}
