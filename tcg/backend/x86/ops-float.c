/*
 * Scalar floating-point arithmetic and comparison.
 *
 * The common case runs in line; NaNs, equal operands of min and max and the like go to cold code,
 * which may call slow.c.  Values are lane 0 of a vector register; an f32 result keeps bits 63..32
 * of the first input, which is what the SSE instructions do.
 */
#include "ops.h"

static void compare(X86Emit *e, bool f64, bool quiet, unsigned a, TcgLoc b)
{
    typedef void CompareReg(X86Asm * x, unsigned a, unsigned b);
    typedef void CompareMem(X86Asm * x, unsigned a, X86Mem b);
    static CompareReg *const regs[2][2][2] = {
        { { x86_comiss_xx, x86_comisd_xx }, { x86_ucomiss_xx, x86_ucomisd_xx } },
        { { x86_vcomiss_xx, x86_vcomisd_xx }, { x86_vucomiss_xx, x86_vucomisd_xx } },
    };
    static CompareMem *const mems[2][2][2] = {
        { { x86_comiss_xm, x86_comisd_xm }, { x86_ucomiss_xm, x86_ucomisd_xm } },
        { { x86_vcomiss_xm, x86_vcomisd_xm }, { x86_vucomiss_xm, x86_vucomisd_xm } },
    };

    if (b.kind == TCG_LOC_REG) {
        regs[e->avx][quiet][f64](&e->a, a, b.reg);
    } else {
        mems[e->avx][quiet][f64](&e->a, a, x86_slot_mem(b));
    }
}

void x86_sse_any(X86Emit *e, const X86Sse *op, const TcgMop *mop, TcgLoc b, uint64_t high)
{
    unsigned out = mop->out.reg, a = mop->in[0].reg;

    if (b.kind == TCG_LOC_REG) {
        x86_sse(e, op, out, a, b.reg);
    } else if (b.kind == TCG_LOC_CONST) {
        x86_sse_mem(e, op, out, a, x86_pool(e, x86_bits(e, b), high));
        x86_pool_used(e);
    } else {
        x86_sse_mem(e, op, out, a, x86_slot_mem(b));
    }
}

/* ------------------------------------------------------------------ slow paths */

uint64_t x86_slow_format(const TcgMop *mop)
{
    return x86_is_f64(mop) ? X86_SLOW_F64 : 0;
}

static void call_slow(X86Emit *e, const TcgMop *mop, X86SlowFn *fn, uint64_t desc)
{
    for (unsigned n = 0; n < mop->nb_in; n++) {
        x86_slow_arg(e, n, mop->in[n]);
    }
    x86_slow_arg_imm(e, mop->nb_in, desc);
    x86_slow_call(e, fn);
    x86_slow_result(e, mop->out.reg);
}

void x86_slow_op(X86Emit *e, const TcgMop *mop, X86SlowFn *fn, uint64_t desc)
{
    call_slow(e, mop, fn, desc);
}

/* A stub carries one word: which function is told by the operation. */
static X86SlowFn *slow_fn(const TcgMop *mop)
{
    switch (mop->code) {
    case TCG_OP_fma:
        return x86_slow_fma;
    case TCG_OP_fmin:
    case TCG_OP_fmax:
        return x86_slow_minmax;
    default:
        return x86_slow_to_int;
    }
}

static void slow_stub(X86Emit *e, const X86Stub *stub)
{
    call_slow(e, stub->mop, slow_fn(stub->mop), stub->arg);
    x86_resume(e, stub);
}

X86Stub *x86_slow_stub(X86Emit *e, const TcgMop *mop, uint64_t desc, X86Cc cc)
{
    X86Stub *stub = x86_stub(e, mop, slow_stub, cc);

    stub->arg = desc;
    return stub;
}

/* ------------------------------------------------------------------ arithmetic */

void x86_emit_farith(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse ops[4][2] = {
        { X86_SSE_OP(addss), X86_SSE_OP(addsd) },
        { X86_SSE_OP(subss), X86_SSE_OP(subsd) },
        { X86_SSE_OP(mulss), X86_SSE_OP(mulsd) },
        { X86_SSE_OP(divss), X86_SSE_OP(divsd) },
    };

    x86_sse_any(e, &ops[mop->code - TCG_OP_fadd][x86_is_f64(mop)], mop, mop->in[1], 0);
}

void x86_emit_fsqrt(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse ops[2] = { X86_SSE_OP(sqrtss), X86_SSE_OP(sqrtsd) };

    x86_sse(e, &ops[x86_is_f64(mop)], mop->out.reg, mop->in[0].reg, mop->in[0].reg);
}

/* By negation, form and format.  213: out = b * out + c; 231: out = a * b + out. */
typedef void Fma(X86Asm *x, unsigned out, unsigned b, unsigned c);
#define FMA_ROW(name)                                         \
    {                                                         \
        { x86_##name##213ss_xxx, x86_##name##213sd_xxx },     \
            { x86_##name##231ss_xxx, x86_##name##231sd_xxx }, \
    }
static Fma *const fma_fns[4][2][2] = {
    FMA_ROW(vfmadd),
    FMA_ROW(vfnmadd),
    FMA_ROW(vfmsub),
    FMA_ROW(vfnmsub),
};

/*
 * (infinity * 0) + quiet NaN is not invalid on x86 but is here: any NaN addend takes the slow path.  The
 * compare raises invalid for a signalling one, as the operation does anyway.
 */
void x86_emit_fma(X86Emit *e, const TcgMop *mop)
{
    unsigned negate = (unsigned)x86_imm0(mop), out = mop->out.reg;
    uint64_t desc = x86_slow_format(mop) | (uint64_t)negate << X86_SLOW_NEGATE_SHIFT;
    bool to_c = out == mop->in[2].reg && out != mop->in[0].reg;
    Fma *fma = fma_fns[negate][to_c][x86_is_f64(mop)];
    X86Stub *stub;

    if (!(e->features & X86_HAS_FMA)) {
        x86_slow_op(e, mop, x86_slow_fma, desc);
        return;
    }
    compare(e, x86_is_f64(mop), true, mop->in[2].reg, mop->in[2]);
    stub = x86_slow_stub(e, mop, desc, X86_P);
    if (to_c) {
        fma(&e->a, out, mop->in[0].reg, mop->in[1].reg);
    } else {
        fma(&e->a, out, mop->in[1].reg, mop->in[2].reg);
    }
    x86_stub_resume(e, stub);
}

/*
 * Equal or unordered operands.  Equal ones are the same but for the sign of zero: or gives the
 * smaller, and the larger.
 */
static void minmax_special(X86Emit *e, const X86Stub *stub)
{
    static const X86Sse or = X86_SSE_OP(orps), and = X86_SSE_OP(andps);
    const TcgMop *mop = stub->mop;
    const X86Sse *op = mop->code == TCG_OP_fmin ? & or : &and;
    unsigned out = mop->out.reg, a = mop->in[0].reg, b = mop->in[1].reg, tmp = mop->tmp[0];
    uint8_t *ordered = x86_skip(e, X86_NP);

    call_slow(e, mop, x86_slow_minmax, x86_slow_format(mop));
    x86_resume(e, stub);
    x86_here(e, ordered);
    x86_vec_mov(e, tmp, a);
    x86_sse(e, op, tmp, tmp, b);
    if (x86_is_f64(mop)) {
        x86_vec_mov(e, out, tmp);
    } else if (e->avx) { /* bits 63..32 are a's */
        x86_vmovss_xxx(&e->a, out, a, tmp);
    } else {
        x86_movss_xx(&e->a, out, tmp);
    }
    x86_resume(e, stub);
}

/* The zero flag says equal or unordered; elsewhere the instruction does what is wanted. */
void x86_emit_fminmax(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse ops[2][2] = { { X86_SSE_OP(minss), X86_SSE_OP(minsd) },
                                      { X86_SSE_OP(maxss), X86_SSE_OP(maxsd) } };
    bool is_max = mop->code == TCG_OP_fmax;
    X86Stub *stub;

    compare(e, x86_is_f64(mop), true, mop->in[0].reg, mop->in[1]);
    stub = x86_stub(e, mop, minmax_special, X86_E);
    x86_sse(e, &ops[is_max][x86_is_f64(mop)], mop->out.reg, mop->in[0].reg, mop->in[1].reg);
    x86_stub_resume(e, stub);
}

/* TcgRound and the two mode bits agree; 4: MXCSR's mode, 8: no inexact (SDM, ROUNDSD). */
unsigned x86_round_imm(uint64_t mode, bool quiet)
{
    return (mode == TCG_ROUND_CURRENT ? 4 : (unsigned)mode) | (quiet ? 8 : 0);
}

void x86_round_to(X86Emit *e, bool f64, unsigned out, unsigned in, unsigned imm)
{
    if (e->avx) {
        (f64 ? x86_vroundsd_xxxi : x86_vroundss_xxxi)(&e->a, out, in, in, (int32_t)imm);
    } else {
        (f64 ? x86_roundsd_xxi : x86_roundss_xxi)(&e->a, out, in, (int32_t)imm);
    }
}

void x86_emit_fround(X86Emit *e, const TcgMop *mop)
{
    uint64_t mode = x86_imm0(mop);
    bool quiet = x86_imm1(mop);

    if (e->features & X86_HAS_SSE41) {
        x86_round_to(e, x86_is_f64(mop), mop->out.reg, mop->in[0].reg, x86_round_imm(mode, quiet));
    } else {
        x86_slow_op(e, mop, x86_slow_round,
                    x86_slow_format(mop) | (quiet ? X86_SLOW_QUIET : 0) |
                        mode << X86_SLOW_MODE_SHIFT);
    }
}

/* ------------------------------------------------------------------ choices */

static void choose_second(X86Emit *e, const X86Stub *stub)
{
    TcgLoc b = stub->mop->in[1];

    if (b.kind == TCG_LOC_CONST) {
        x86_load_vec_const(e, stub->mop->out.reg, x86_bits(e, b));
    } else {
        x86_vec_mov(e, stub->mop->out.reg, b.reg);
    }
    x86_resume(e, stub);
}

/* The result of an operation that never gives a signalling NaN. */
static bool is_quiet(const X86Emit *e, const TcgMop *mop)
{
    const TcgValue *value = &e->r->vals[tcg_op_in(mop->op, 0)];

    if (value->kind != TCG_VAL_TEMP || value->def->type != mop->type) {
        return false;
    }
    return (value->def->code >= TCG_OP_fadd && value->def->code <= TCG_OP_fround) ||
           value->def->code == TCG_OP_fcvt;
}

/* No flag may change: a comparison of the value with itself would raise invalid for a signalling NaN. */
void x86_emit_fnan(X86Emit *e, const TcgMop *mop)
{
    unsigned out = mop->out.reg, tmp = mop->tmp[0];
    bool f64 = x86_is_f64(mop);
    X86Stub *stub;

    if (is_quiet(e, mop)) {
        compare(e, f64, true, out, mop->out);
        stub = x86_stub(e, mop, choose_second, X86_P);
    } else if (f64) { /* without the sign, a NaN is above infinity */
        X86_SSE(e, movq_rx, tmp, out);
        x86_add_rr(&e->a, true, tmp, tmp);
        x86_cmp_rm(&e->a, true, tmp, x86_pool(e, UINT64_C(0xffe0000000000000), 0));
        x86_pool_used(e);
        stub = x86_stub(e, mop, choose_second, X86_A);
    } else {
        X86_SSE(e, movd_rx, tmp, out);
        x86_add_rr(&e->a, false, tmp, tmp);
        x86_cmp_ri(&e->a, false, tmp, (int32_t)0xff000000);
        stub = x86_stub(e, mop, choose_second, X86_A);
    }
    x86_stub_resume(e, stub);
}

void x86_emit_fbox(X86Emit *e, const TcgMop *mop)
{
    unsigned tmp = mop->tmp[0];
    X86Stub *stub;

    if (e->features & X86_HAS_SSE41) {
        X86_SSE(e, pextrd_rxi, tmp, mop->out.reg, 1);
    } else {
        X86_SSE(e, movq_rx, tmp, mop->out.reg);
        x86_shr_ri(&e->a, true, tmp, 32);
    }
    x86_cmp_ri(&e->a, false, tmp, -1);
    stub = x86_stub(e, mop, choose_second, X86_NE);
    x86_stub_resume(e, stub);
}

/* ------------------------------------------------------------------ comparison */

/*
 * Flags are as of an unsigned comparison; unordered sets carry, zero and parity.  "Less" is asked as
 * "greater" with the operands exchanged (the rule allows memory for the one then last), so that unordered
 * gives false by itself.
 */
X86Cc x86_fcompare(X86Emit *e, const TcgMop *mop)
{
    static const struct {
        uint8_t quiet, cc;
    } conds[TCG_FCOND_COUNT] = {
        [TCG_FCOND_LT] = { false, X86_A },   [TCG_FCOND_NLT] = { false, X86_BE },
        [TCG_FCOND_LE] = { false, X86_AE },  [TCG_FCOND_NLE] = { false, X86_B },
        [TCG_FCOND_LTQ] = { true, X86_A },   [TCG_FCOND_NLTQ] = { true, X86_BE },
        [TCG_FCOND_LEQ] = { true, X86_AE },  [TCG_FCOND_NLEQ] = { true, X86_B },
        [TCG_FCOND_UNORD] = { true, X86_P }, [TCG_FCOND_ORD] = { true, X86_NP },
    };
    unsigned cond = (unsigned)x86_imm0(mop);

    compare(e, x86_is_f64(mop), conds[cond].quiet, mop->in[1].reg, mop->in[0]);
    return conds[cond].cc;
}

/* cmpeqsd and cmpneqsd: quiet, and unordered is not equal. */
static void set_equal(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse ops[2][2] = { { X86_SSE_OP(cmpeqss), X86_SSE_OP(cmpeqsd) },
                                      { X86_SSE_OP(cmpneqss), X86_SSE_OP(cmpneqsd) } };
    const X86Sse *op = &ops[x86_imm0(mop) == TCG_FCOND_NEQ][x86_is_f64(mop)];
    unsigned tmp = mop->tmp[0];

    if (!e->avx) {
        x86_vec_mov(e, tmp, mop->in[0].reg);
    }
    x86_sse(e, op, tmp, mop->in[0].reg, mop->in[1].reg);
    X86_SSE(e, movd_rx, mop->out.reg, tmp);
    x86_and_ri(&e->a, false, mop->out.reg, 1);
}

void x86_emit_fsetcond(X86Emit *e, const TcgMop *mop)
{
    X86Cc cc;

    if ((x86_imm0(mop) & ~UINT64_C(1)) == TCG_FCOND_EQ) {
        set_equal(e, mop);
        return;
    }
    x86_xor_rr(&e->a, false, mop->out.reg, mop->out.reg);
    cc = x86_fcompare(e, mop);
    x86_set_r(&e->a, cc, mop->out.reg);
}
