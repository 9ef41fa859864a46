/*
 * Conversion between floating-point formats and integers.
 *
 * The host gives "indefinite" where the guest saturates, and no flag may be set that the guest's
 * conversion would not set: values that could go wrong are sorted out before the instruction that would set
 * it, and go to slow.c.
 */
#include "ops.h"

/* ------------------------------------------------------------------ to integers */

typedef void ToInt(X86Asm *x, bool w, unsigned out, unsigned in);

static void to_int(X86Emit *e, bool f64, bool truncate, bool w, unsigned out, unsigned in)
{
    static ToInt *const fns[2][2][2] = {
        { { x86_cvtss2si_rx, x86_cvttss2si_rx }, { x86_cvtsd2si_rx, x86_cvttsd2si_rx } },
        { { x86_vcvtss2si_rx, x86_vcvttss2si_rx }, { x86_vcvtsd2si_rx, x86_vcvttsd2si_rx } },
    };

    fns[e->avx][f64][truncate](&e->a, w, out, in);
}

static uint64_t describe(const TcgMop *mop)
{
    bool is_unsigned = mop->code == TCG_OP_fcvt_u32 || mop->code == TCG_OP_fcvt_u64;
    bool int64 = mop->code == TCG_OP_fcvt_s64 || mop->code == TCG_OP_fcvt_u64;

    return x86_slow_format(mop) | (is_unsigned ? X86_SLOW_UNSIGNED : 0) |
           (int64 ? X86_SLOW_INT64 : 0) | x86_imm0(mop) << X86_SLOW_MODE_SHIFT |
           x86_imm1(mop) << X86_SLOW_NAN_SHIFT;
}

/*
 * Sign and exponent as a number: below that of 2^limit for positive values less than it; negative values and
 * NaNs are above.  out is a scratch register here.
 */
static X86Stub *check_positive_below(X86Emit *e, const TcgMop *mop, unsigned limit)
{
    unsigned out = mop->out.reg, in = mop->in[0].reg;

    if (x86_is_f64(mop)) {
        X86_SSE(e, movq_rx, out, in);
        x86_shr_ri(&e->a, true, out, 52);
        x86_cmp_ri(&e->a, false, out, (int32_t)(1023 + limit));
    } else {
        X86_SSE(e, movd_rx, out, in);
        x86_shr_ri(&e->a, false, out, 23);
        x86_cmp_ri(&e->a, false, out, (int32_t)(127 + limit));
    }
    return x86_slow_stub(e, mop, describe(mop), X86_AE);
}

/*
 * By way of the 64-bit conversion.  When not truncating, a value of the largest binade may round up out
 * of range: those take the slow path.
 */
static void to_unsigned(X86Emit *e, const TcgMop *mop)
{
    bool int64 = mop->code == TCG_OP_fcvt_u64, truncate = x86_imm0(mop) == TCG_ROUND_ZERO;
    unsigned limit = int64 ? 63 : truncate ? 32 : 31;
    X86Stub *stub = check_positive_below(e, mop, limit);
    bool f64 = x86_is_f64(mop);

    if (truncate || x86_imm0(mop) == TCG_ROUND_CURRENT) {
        to_int(e, f64, truncate, true, mop->out.reg, mop->in[0].reg);
    } else { /* in range: rounding sets inexact as it should */
        x86_round_to(e, f64, mop->tmp[0], mop->in[0].reg, x86_round_imm(x86_imm0(mop), false));
        to_int(e, f64, true, true, mop->out.reg, mop->tmp[0]);
    }
    x86_stub_resume(e, stub);
}

/*
 * The indefinite value is the most negative number, which may even be right: minus one overflows for it
 * alone.  The instruction has raised invalid and nothing else, unless it was right.
 */
static X86Stub *check_indefinite(X86Emit *e, const TcgMop *mop, bool w)
{
    x86_cmp_ri(&e->a, w, mop->out.reg, 1);
    return x86_slow_stub(e, mop, describe(mop), X86_O);
}

static void to_signed(X86Emit *e, const TcgMop *mop)
{
    bool w = mop->code == TCG_OP_fcvt_s64, f64 = x86_is_f64(mop);
    uint64_t mode = x86_imm0(mop);
    unsigned out = mop->out.reg, in = mop->in[0].reg;
    X86Stub *stub;

    if (mode == TCG_ROUND_ZERO || mode == TCG_ROUND_CURRENT) {
        to_int(e, f64, mode == TCG_ROUND_ZERO, w, out, in);
        stub = check_indefinite(e, mop, w);
    } else { /* inexact only once it is known to fit */
        x86_round_to(e, f64, mop->tmp[0], in, x86_round_imm(mode, true));
        to_int(e, f64, true, w, out, mop->tmp[0]);
        stub = check_indefinite(e, mop, w);
        x86_round_to(e, f64, mop->tmp[0], in, x86_round_imm(mode, false));
    }
    x86_stub_resume(e, stub);
}

void x86_emit_fcvt_int(X86Emit *e, const TcgMop *mop)
{
    bool direct = x86_imm0(mop) == TCG_ROUND_ZERO || x86_imm0(mop) == TCG_ROUND_CURRENT;

    if (!direct && !(e->features & X86_HAS_SSE41)) {
        x86_slow_op(e, mop, x86_slow_to_int, describe(mop));
    } else if (mop->code == TCG_OP_fcvt_u32 || mop->code == TCG_OP_fcvt_u64) {
        to_unsigned(e, mop);
    } else {
        to_signed(e, mop);
    }
}

/* ------------------------------------------------------------------ from integers */

/* Into a zeroed register: its upper bits must be zero, and its old value is not waited for. */
static void from_int(X86Emit *e, bool f64, bool w, unsigned out, unsigned in)
{
    x86_vec_zero(e, out);
    if (e->avx) {
        (f64 ? x86_vcvtsi2sd_xxr : x86_vcvtsi2ss_xxr)(&e->a, w, out, out, in);
    } else {
        (f64 ? x86_cvtsi2sd_xr : x86_cvtsi2ss_xr)(&e->a, w, out, in);
    }
}

/* From 2^63 up: halved with the lost bit kept sticky, converted, and doubled, which is exact. */
static void from_large(X86Emit *e, const X86Stub *stub)
{
    static const X86Sse add[2] = { X86_SSE_OP(addss), X86_SSE_OP(addsd) };
    const TcgMop *mop = stub->mop;
    unsigned out = mop->out.reg, tmp = mop->tmp[0];
    uint8_t *even;

    x86_mov_rr(&e->a, true, tmp, mop->in[0].reg);
    x86_shr_ri(&e->a, true, tmp, 1);
    even = x86_skip(e, X86_AE);
    x86_or_ri(&e->a, true, tmp, 1);
    x86_here(e, even);
    from_int(e, x86_is_f64(mop), true, out, tmp);
    x86_sse(e, &add[x86_is_f64(mop)], out, out, out);
    x86_resume(e, stub);
}

void x86_emit_fcvt_from(X86Emit *e, const TcgMop *mop)
{
    unsigned out = mop->out.reg, in = mop->in[0].reg;
    bool f64 = x86_is_f64(mop);
    X86Stub *stub;

    switch (mop->code) {
    case TCG_OP_fcvt_from_s32:
        from_int(e, f64, false, out, in);
        break;
    case TCG_OP_fcvt_from_u32:
        x86_mov_rr(&e->a, false, mop->tmp[0], in);
        from_int(e, f64, true, out, mop->tmp[0]);
        break;
    case TCG_OP_fcvt_from_s64:
        from_int(e, f64, true, out, in);
        break;
    default: /* u64 */
        x86_test_rr(&e->a, true, in, in);
        stub = x86_stub(e, mop, from_large, X86_S);
        from_int(e, f64, true, out, in);
        x86_stub_resume(e, stub);
    }
}

/* ------------------------------------------------------------------ between formats */

/* The half-precision instructions take four lanes: the other three must hold zeros. */
static void from_half(X86Emit *e, const TcgMop *mop)
{
    unsigned out = mop->out.reg, tmp = mop->tmp[0];

    x86_vmovd_rx(&e->a, tmp, mop->in[0].reg);
    x86_movzx16_rr(&e->a, false, tmp, tmp);
    x86_vmovd_xr(&e->a, out, tmp);
    x86_vcvtph2ps_xx(&e->a, out, out);
    if (x86_is_f64(mop)) {
        x86_vcvtss2sd_xxx(&e->a, out, out, out);
    }
}

static void single_double(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse ops[2] = { X86_SSE_OP(cvtsd2ss), X86_SSE_OP(cvtss2sd) };

    x86_vec_zero(e, mop->out.reg);
    x86_sse(e, &ops[x86_is_f64(mop)], mop->out.reg, mop->out.reg, mop->in[0].reg);
}

/* Other than the output, the input may have any bits above its format; the rule keeps the two apart. */
void x86_emit_fcvt(X86Emit *e, const TcgMop *mop)
{
    if (x86_imm0(mop) != 16) {
        single_double(e, mop);
    } else if (e->features & X86_HAS_F16C) {
        from_half(e, mop);
    } else {
        x86_slow_op(e, mop, x86_slow_from_half, x86_slow_format(mop));
    }
}
