/*
 * Floating point -> IR, for single and double alike.
 */
#include "fp-lift.h"

#include "fp-env.h"
#include "helper.h"

#define NAN32 UINT64_C(0xffffffff7fc00000)
#define NAN64 UINT64_C(0x7ff8000000000000)

bool rv_rounding(const RvLift *c, unsigned rm, RvRounding *ret)
{
    if (rm == RV_RM_DYN) {
        *ret = (RvRounding){ .host = c->frm == RV_FRM_HOST, .rm = RV_RM_RMM };
        return c->frm != RV_FRM_INVALID;
    }
    *ret = (RvRounding){ .host = false, .rm = rm };
    return rm <= RV_RM_RMM;
}

TcgVal rv_fp_const(RvLift *c, uint64_t bits)
{
    return ir_const(c->ir, TCG_V64, bits);
}

TcgVal rv_fp_box(RvLift *c, TcgVal value)
{
    return ir_vor(c->ir, TCG_V64, value, rv_fp_const(c, RV_BOX32));
}

static TcgVal canonical_nan(RvLift *c, TcgType type)
{
    return rv_fp_const(c, type == TCG_F32 ? NAN32 : NAN64);
}

TcgVal rv_fp_in(RvLift *c, TcgType type, unsigned n)
{
    if (type == TCG_F64) {
        return rv_freg(c, n);
    }
    if (!c->single[n]) {
        c->single[n] = ir_fbox(c->ir, TCG_F32, rv_freg(c, n), canonical_nan(c, TCG_F32));
    }
    return c->single[n];
}

void rv_fp_set(RvLift *c, TcgType type, unsigned n, TcgVal value)
{
    ir_set(c->ir, rv_freg(c, n), value);
    c->single[n] = type == TCG_F32 ? rv_freg(c, n) : TCG_NO_VAL;
}

void rv_fp_result(RvLift *c, TcgType type, unsigned n, TcgVal value)
{
    rv_fp_set(c, type, n, ir_fnan(c->ir, type, value, canonical_nan(c, type)));
}

bool rv_fp_load(RvLift *c, const RvI *a, TcgType type)
{
    TcgMemOp mop = type == TCG_F32 ? TCG_MO_32 : TCG_MO_64;
    TcgVal value = ir_gld(c->ir, TCG_V64, rv_reg(c, a->rs1), a->imm, mop);

    rv_fp_set(c, type, a->rd, type == TCG_F32 ? rv_fp_box(c, value) : value);
    return true;
}

bool rv_fp_store(RvLift *c, const RvS *a, TcgType type)
{
    TcgMemOp mop = type == TCG_F32 ? TCG_MO_32 : TCG_MO_64;

    ir_gst(c->ir, TCG_V64, rv_reg(c, a->rs1), rv_freg(c, a->rs2), a->imm, mop);
    return true;
}

/* Arithmetic */

static TcgVal spec_const(RvLift *c, RvRounding rounding, unsigned extra)
{
    return rv_const32(c, (int32_t)(rounding.rm | extra << RV_SPEC_SHIFT));
}

bool rv_fp_binary(RvLift *c, const RvFr2 *a, TcgType type, RvFpBinary *fn, const TcgHelper *helper)
{
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    if (rounding.host) {
        TcgVal rs1 = rv_fp_in(c, type, a->rs1), rs2 = rv_fp_in(c, type, a->rs2);

        rv_fp_result(c, type, a->rd, fn(c->ir, type, rs1, rs2));
    } else {
        const TcgVal args[] = { rv_freg(c, a->rs1), rv_freg(c, a->rs2),
                                spec_const(c, rounding, 0) };

        rv_fp_set(c, type, a->rd, ir_call(c->ir, helper, args));
    }
    return true;
}

static void call_unary(RvLift *c, const RvFr1 *a, TcgType type, const TcgHelper *helper,
                       TcgVal spec)
{
    const TcgVal args[] = { rv_freg(c, a->rs1), spec };

    rv_fp_set(c, type, a->rd, ir_call(c->ir, helper, args));
}

bool rv_fp_unary(RvLift *c, const RvFr1 *a, TcgType type, RvFpUnary *fn, const TcgHelper *helper)
{
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    if (rounding.host) {
        rv_fp_result(c, type, a->rd, fn(c->ir, type, rv_fp_in(c, type, a->rs1)));
    } else {
        call_unary(c, a, type, helper, spec_const(c, rounding, 0));
    }
    return true;
}

bool rv_fp_fma(RvLift *c, const RvFr3 *a, TcgType type, unsigned negate)
{
    const TcgHelper *helper = type == TCG_F32 ? &rv_helper_fma_s : &rv_helper_fma_d;
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    if (rounding.host) {
        TcgVal rs1 = rv_fp_in(c, type, a->rs1), rs2 = rv_fp_in(c, type, a->rs2);
        TcgVal rs3 = rv_fp_in(c, type, a->rs3);

        rv_fp_result(c, type, a->rd, ir_fma(c->ir, type, rs1, rs2, rs3, negate));
    } else {
        const TcgVal args[] = { rv_freg(c, a->rs1), rv_freg(c, a->rs2), rv_freg(c, a->rs3),
                                spec_const(c, rounding, negate) };

        rv_fp_set(c, type, a->rd, ir_call(c->ir, helper, args));
    }
    return true;
}

/* The rounding immediate of operations that carry one; not for RMM. */
static TcgRound ir_rounding(RvRounding rounding)
{
    static const uint8_t rounds[] = {
        [RV_RM_RNE] = TCG_ROUND_NEAREST,
        [RV_RM_RTZ] = TCG_ROUND_ZERO,
        [RV_RM_RDN] = TCG_ROUND_DOWN,
        [RV_RM_RUP] = TCG_ROUND_UP,
    };

    return rounding.host ? TCG_ROUND_CURRENT : rounds[rounding.rm];
}

static bool needs_helper(RvRounding rounding)
{
    return !rounding.host && rounding.rm == RV_RM_RMM;
}

bool rv_fp_round(RvLift *c, const RvFr1 *a, TcgType type, bool raise_inexact)
{
    const TcgHelper *helper = type == TCG_F32 ? &rv_helper_fround_s : &rv_helper_fround_d;
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    if (needs_helper(rounding)) {
        call_unary(c, a, type, helper, spec_const(c, rounding, raise_inexact));
    } else {
        TcgVal rs1 = rv_fp_in(c, type, a->rs1);

        rv_fp_result(c, type, a->rd,
                     ir_fround(c->ir, type, rs1, ir_rounding(rounding), !raise_inexact));
    }
    return true;
}

/* Minimum, comparison, signs */

/* value, or the canonical NaN if rs1 or rs2 is one.  The comparison raises nothing that fmin and
 * fmax have not raised. */
static TcgVal propagate_nan(RvLift *c, TcgType type, TcgVal value, TcgVal rs1, TcgVal rs2)
{
    TcgVal ordered = ir_fsetcond(c->ir, type, rs1, rs2, TCG_FCOND_ORD);
    TcgVal mask = ir_vset(c->ir, TCG_V64, ir_neg(c->ir, TCG_I64, ordered), 64);
    TcgVal number = ir_vand(c->ir, TCG_V64, value, mask);
    TcgVal nan = ir_vandc(c->ir, TCG_V64, canonical_nan(c, type), mask);

    return ir_vor(c->ir, TCG_V64, number, nan);
}

bool rv_fp_min_max(RvLift *c, const RvR *a, TcgType type, RvFpBinary *fn, bool propagate)
{
    TcgVal rs1 = rv_fp_in(c, type, a->rs1), rs2 = rv_fp_in(c, type, a->rs2);
    TcgVal value = fn(c->ir, type, rs1, rs2);

    if (propagate) {
        value = propagate_nan(c, type, value, rs1, rs2);
    }
    rv_fp_set(c, type, a->rd, value);
    return true;
}

bool rv_fp_compare(RvLift *c, const RvR *a, TcgType type, TcgFcond cond)
{
    TcgVal rs1 = rv_fp_in(c, type, a->rs1), rs2 = rv_fp_in(c, type, a->rs2);

    rv_set_reg(c, a->rd, ir_fsetcond(c->ir, type, rs1, rs2, cond));
    return true;
}

static uint64_t sign_bit(TcgType type)
{
    return UINT64_C(1) << (type == TCG_F32 ? 31 : 63);
}

/* fmv, fneg, fabs */
static TcgVal sign_alone(RvLift *c, TcgType type, TcgVal value, RvSign action)
{
    uint64_t sign = sign_bit(type);

    switch (action) {
    case RV_SIGN_NEGATE:
        return ir_vxor(c->ir, TCG_V64, value, rv_fp_const(c, sign));
    case RV_SIGN_XOR:
        return ir_vand(c->ir, TCG_V64, value, rv_fp_const(c, ~sign));
    default:
        /* A copy of its own: ir_set() would take the temporary of the boxing check away. */
        return ir_vmov(c->ir, TCG_V64, value);
    }
}

bool rv_fp_sign(RvLift *c, const RvR *a, TcgType type, RvSign action)
{
    TcgVal sign = rv_fp_const(c, sign_bit(type));
    TcgVal rs1 = rv_fp_in(c, type, a->rs1), rs2 = rv_fp_in(c, type, a->rs2);
    TcgVal magnitude, from_rs2;

    if (a->rs1 == a->rs2) {
        rv_fp_set(c, type, a->rd, sign_alone(c, type, rs1, action));
        return true;
    }
    from_rs2 = action == RV_SIGN_NEGATE ? ir_vandc(c->ir, TCG_V64, sign, rs2)
                                        : ir_vand(c->ir, TCG_V64, rs2, sign);
    if (action == RV_SIGN_XOR) {
        rv_fp_set(c, type, a->rd, ir_vxor(c->ir, TCG_V64, rs1, from_rs2));
        return true;
    }
    magnitude = ir_vand(c->ir, TCG_V64, rs1, rv_fp_const(c, ~sign_bit(type)));
    rv_fp_set(c, type, a->rd, ir_vor(c->ir, TCG_V64, magnitude, from_rs2));
    return true;
}

/* Conversions */

static TcgVal convert_to_int(RvLift *c, TcgType type, TcgVal value, SfInt to, TcgRound round)
{
    switch (to) {
    case SF_S32:
        return ir_fcvt_s32(c->ir, type, value, round, TCG_NAN_MAX);
    case SF_U32:
        return ir_fcvt_u32(c->ir, type, value, round, TCG_NAN_MAX);
    case SF_S64:
        return ir_fcvt_s64(c->ir, type, value, round, TCG_NAN_MAX);
    default:
        return ir_fcvt_u64(c->ir, type, value, round, TCG_NAN_MAX);
    }
}

bool rv_fp_to_int(RvLift *c, const RvFr1 *a, TcgType type, SfInt to)
{
    const TcgHelper *helper = type == TCG_F32 ? &rv_helper_to_int_s : &rv_helper_to_int_d;
    RvRounding rounding;
    TcgVal value;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    if (needs_helper(rounding)) {
        const TcgVal args[] = { rv_freg(c, a->rs1), spec_const(c, rounding, to) };

        rv_set_reg(c, a->rd, ir_call(c->ir, helper, args));
        return true;
    }
    value = convert_to_int(c, type, rv_fp_in(c, type, a->rs1), to, ir_rounding(rounding));
    if (to == SF_S32 || to == SF_U32) {
        rv_set_reg32(c, a->rd, value);
    } else {
        rv_set_reg(c, a->rd, value);
    }
    return true;
}

static TcgVal convert_from_int(RvLift *c, TcgType type, TcgVal value, SfInt from)
{
    switch (from) {
    case SF_S32:
        return ir_fcvt_from_s32(c->ir, type, value);
    case SF_U32:
        return ir_fcvt_from_u32(c->ir, type, value);
    case SF_S64:
        return ir_fcvt_from_s64(c->ir, type, value);
    default:
        return ir_fcvt_from_u64(c->ir, type, value);
    }
}

static void set_from_int(RvLift *c, const RvFr1 *a, TcgType type, SfInt from)
{
    TcgVal value = convert_from_int(c, type, rv_reg(c, a->rs1), from);

    rv_fp_set(c, type, a->rd, type == TCG_F32 ? rv_fp_box(c, value) : value);
}

/*
 * A mode that MXCSR is not in: integers that the format holds exactly do not care.  floor(),
 * ceil() and round() of C libraries convert there and back, and land here with such integers.
 */
static void set_from_int_rounded(RvLift *c, const RvFr1 *a, TcgType type, SfInt from,
                                 RvRounding rounding)
{
    const TcgHelper *helper = type == TCG_F32 ? &rv_helper_from_int_s : &rv_helper_from_int_d;
    const TcgVal args[] = { rv_reg(c, a->rs1), spec_const(c, rounding, from) };
    int64_t limit = INT64_C(1) << (type == TCG_F32 ? 24 : 53);
    TcgBlock *inexact, *end;

    if (from != SF_S64) {
        rv_fp_set(c, type, a->rd, ir_call(c->ir, helper, args));
        return;
    }
    inexact = ir_new_block(c->ir);
    inexact->cold = true;
    end = ir_new_block(c->ir);
    ir_brcond(c->ir, TCG_I64, TCG_COND_GTU, ir_add(c->ir, TCG_I64, args[0], rv_const(c, limit)),
              rv_const(c, 2 * limit), inexact);
    set_from_int(c, a, type, from);
    ir_br(c->ir, end);
    ir_label(c->ir, inexact);
    rv_fp_set(c, type, a->rd, ir_call(c->ir, helper, args));
    ir_label(c->ir, end);
}

/* 32-bit integers fit in a double: no rounding. */
bool rv_fp_from_int(RvLift *c, const RvFr1 *a, TcgType type, SfInt from)
{
    bool exact = type == TCG_F64 && (from == SF_S32 || from == SF_U32);
    RvRounding rounding;

    if (!rv_rounding(c, a->rm, &rounding)) {
        return false;
    }
    if (rounding.host || exact) {
        set_from_int(c, a, type, from);
    } else {
        set_from_int_rounded(c, a, type, from, rounding);
    }
    return true;
}

bool rv_fp_class(RvLift *c, const RvR2 *a, const TcgHelper *helper)
{
    const TcgVal args[] = { rv_freg(c, a->rs1) };

    rv_set_reg(c, a->rd, ir_call(c->ir, helper, args));
    return true;
}

/* RISC-V Zfa, table "Immediate values loaded by the FLI instructions"; 1: smallest normal. */
static double fli_value(unsigned index, TcgType type)
{
    static const double values[32] = {
        -1.0,
        0.0,
        0x1p-16,
        0x1p-15,
        0x1p-8,
        0x1p-7,
        0.0625,
        0.125,
        0.25,
        0.3125,
        0.375,
        0.4375,
        0.5,
        0.625,
        0.75,
        0.875,
        1.0,
        1.25,
        1.5,
        1.75,
        2.0,
        2.5,
        3.0,
        4.0,
        8.0,
        16.0,
        128.0,
        256.0,
        0x1p15,
        0x1p16,
        __builtin_inf(),
        0.0,
    };

    if (index == 1) {
        return type == TCG_F32 ? 0x1p-126 : 0x1p-1022;
    }
    return values[index];
}

bool rv_fp_load_const(RvLift *c, const RvFli *a, TcgType type)
{
    union {
        double d;
        uint64_t bits;
    } f64 = { .d = fli_value(a->index, type) };
    union {
        float f;
        uint32_t bits;
    } f32 = { .f = (float)f64.d };
    uint64_t bits = type == TCG_F32 ? f32.bits | RV_BOX32 : f64.bits;

    rv_fp_set(c, type, a->rd, a->index == 31 ? canonical_nan(c, type) : rv_fp_const(c, bits));
    return true;
}
