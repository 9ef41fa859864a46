/*
 * Zfhmin: half precision in memory and registers, converted for computing.  Rare: helpers do it.
 */
#include "fp-lift.h"

#include "helper.h"

static void set_half(RvLift *c, unsigned rd, TcgVal value)
{
    TcgVal boxed = ir_vor(c->ir, TCG_V64, value, rv_fp_const(c, RV_BOX16));

    /* Bits 63..32 are all ones: read as a single it is a boxed one (a NaN). */
    rv_fp_set(c, TCG_F32, rd, boxed);
}

bool rv_trans_flh(RvLift *c, const RvI *a)
{
    set_half(c, a->rd, ir_gld(c->ir, TCG_V64, rv_reg(c, a->rs1), a->imm, TCG_MO_16));
    return true;
}

bool rv_trans_fsh(RvLift *c, const RvS *a)
{
    ir_gst(c->ir, TCG_V64, rv_reg(c, a->rs1), rv_freg(c, a->rs2), a->imm, TCG_MO_16);
    return true;
}

bool rv_trans_fmv_x_h(RvLift *c, const RvR2 *a)
{
    rv_set_reg(c, a->rd,
               ir_sext(c->ir, TCG_I64, ir_vext(c->ir, TCG_V64, rv_freg(c, a->rs1), 16, 0), 16));
    return true;
}

bool rv_trans_fmv_h_x(RvLift *c, const RvR2 *a)
{
    set_half(c, a->rd, ir_vset(c->ir, TCG_V64, rv_reg(c, a->rs1), 16));
    return true;
}

/* To a wider format is exact; the rounding mode must be valid all the same. */
static bool widen(RvLift *c, const RvFr1 *a, TcgType type, const TcgHelper *helper)
{
    const TcgVal args[] = { rv_freg(c, a->rs1) };
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    rv_fp_set(c, type, a->rd, ir_call(c->ir, helper, args));
    return true;
}

/* The helper reads frm itself when the mode is dynamic. */
static bool narrow(RvLift *c, const RvFr1 *a, const TcgHelper *helper)
{
    const TcgVal args[] = { rv_freg(c, a->rs1), rv_const32(c, a->rm) };
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    rv_fp_set(c, TCG_F32, a->rd, ir_call(c->ir, helper, args));
    return true;
}

bool rv_trans_fcvt_s_h(RvLift *c, const RvFr1 *a)
{
    return widen(c, a, TCG_F32, &rv_helper_fcvt_s_h);
}

bool rv_trans_fcvt_d_h(RvLift *c, const RvFr1 *a)
{
    return widen(c, a, TCG_F64, &rv_helper_fcvt_d_h);
}

bool rv_trans_fcvt_h_s(RvLift *c, const RvFr1 *a)
{
    return narrow(c, a, &rv_helper_fcvt_h_s);
}

bool rv_trans_fcvt_h_d(RvLift *c, const RvFr1 *a)
{
    return narrow(c, a, &rv_helper_fcvt_h_d);
}
