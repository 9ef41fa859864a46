/*
 * Whole vectors and their integer lanes: v64 and v128 (bits above a v64 are garbage).
 */
#include "ops.h"

void x86_emit_vmov(X86Emit *e, const TcgMop *mop)
{
    TcgMop move = *mop;

    x86_move(e, &move);
}

void x86_emit_vlogic(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse and = X86_SSE_OP(andps), or = X86_SSE_OP(orps), xor = X86_SSE_OP(xorps);
    const X86Sse *op = mop->code == TCG_OP_vand ? &and : mop->code == TCG_OP_vor ? & or : &xor;

    x86_sse_any(e, op, mop, mop->in[1], 0);
}

/* a & ~b: the instruction inverts its first source, which without AVX is in the output's register. */
void x86_emit_vandc(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse andn = X86_SSE_OP(andnps);

    x86_sse(e, &andn, mop->out.reg, mop->in[1].reg, mop->in[0].reg);
}

static unsigned log2_lane(const TcgMop *mop)
{
    return (unsigned)__builtin_ctzll(x86_imm0(mop)) - 3; /* 8, 16, 32, 64 */
}

/* SSE2 has no 64-bit comparison: both halves must be equal. */
static void compare_quads(X86Emit *e, const TcgMop *mop)
{
    unsigned out = mop->out.reg, tmp = mop->tmp[0];

    x86_pcmpeqd_xx(&e->a, out, mop->in[1].reg);
    x86_pshufd_xxi(&e->a, tmp, out, 0xb1); /* swap the halves of each */
    x86_pand_xx(&e->a, out, tmp);
}

void x86_emit_vlanes(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse add[4] = { X86_SSE_OP(paddb), X86_SSE_OP(paddw), X86_SSE_OP(paddd),
                                   X86_SSE_OP(paddq) };
    static const X86Sse sub[4] = { X86_SSE_OP(psubb), X86_SSE_OP(psubw), X86_SSE_OP(psubd),
                                   X86_SSE_OP(psubq) };
    static const X86Sse equal[4] = { X86_SSE_OP(pcmpeqb), X86_SSE_OP(pcmpeqw), X86_SSE_OP(pcmpeqd),
                                     X86_SSE_OP(pcmpeqq) };
    const X86Sse *ops = mop->code == TCG_OP_vadd ? add : mop->code == TCG_OP_vsub ? sub : equal;

    if (mop->code == TCG_OP_vcmpeq && log2_lane(mop) == 3 && !(e->features & X86_HAS_SSE41)) {
        compare_quads(e, mop);
    } else {
        x86_sse(e, &ops[log2_lane(mop)], mop->out.reg, mop->in[0].reg, mop->in[1].reg);
    }
}

/* ------------------------------------------------------------------ single lanes */

static void extract_word(X86Emit *e, unsigned out, unsigned in, unsigned byte)
{
    X86_SSE(e, pextrw_rxi, out, in, (int32_t)(byte / 2));
    if (byte % 2) {
        x86_shr_ri(&e->a, false, out, 8);
    } else {
        x86_movzx8_rr(&e->a, false, out, out);
    }
}

/* A 32- or 64-bit lane other than the lowest, by way of a vector register. */
static void extract_shuffled(X86Emit *e, const TcgMop *mop, bool w, unsigned lane)
{
    unsigned order = w ? 0x0e : lane; /* lanes to the bottom */

    X86_SSE(e, pshufd_xxi, mop->tmp[0], mop->in[0].reg, (int32_t)order);
    if (w) {
        X86_SSE(e, movq_rx, mop->out.reg, mop->tmp[0]);
    } else {
        X86_SSE(e, movd_rx, mop->out.reg, mop->tmp[0]);
    }
}

void x86_emit_vext(X86Emit *e, const TcgMop *mop)
{
    unsigned out = mop->out.reg, in = mop->in[0].reg, lane = (unsigned)x86_imm1(mop);

    switch (x86_imm0(mop)) {
    case 8:
        extract_word(e, out, in, lane);
        break;
    case 16:
        X86_SSE(e, pextrw_rxi, out, in, (int32_t)lane);
        break;
    case 32:
        if (lane == 0) {
            X86_SSE(e, movd_rx, out, in);
        } else {
            extract_shuffled(e, mop, false, lane);
        }
        break;
    default:
        if (lane == 0) {
            X86_SSE(e, movq_rx, out, in);
        } else {
            extract_shuffled(e, mop, true, lane);
        }
    }
}

void x86_emit_vdup(X86Emit *e, const TcgMop *mop)
{
    static const X86Sse bytes = X86_SSE_OP(punpcklbw), quads = X86_SSE_OP(punpcklqdq);
    unsigned out = mop->out.reg, bits = (unsigned)x86_imm0(mop);

    X86_SSE(e, movq_xr, out, mop->in[0].reg);
    if (bits == 8) { /* to a word of two */
        x86_sse(e, &bytes, out, out, out);
    }
    if (bits <= 16) {
        X86_SSE(e, pshuflw_xxi, out, out, 0);
    }
    if (bits == 32) {
        X86_SSE(e, pshufd_xxi, out, out, 0);
    } else if (mop->type == TCG_V128) {
        x86_sse(e, &quads, out, out, out);
    }
}

static void insert_word(X86Emit *e, unsigned out, unsigned word, unsigned lane)
{
    if (e->avx) {
        x86_vpinsrw_xxri(&e->a, out, out, word, (int32_t)lane);
    } else {
        x86_pinsrw_xri(&e->a, out, word, (int32_t)lane);
    }
}

/* One byte of a word. */
static void insert_byte(X86Emit *e, const TcgMop *mop, unsigned lane)
{
    unsigned out = mop->out.reg, word = mop->tmp[0], byte = mop->tmp[1];

    X86_SSE(e, pextrw_rxi, word, out, (int32_t)(lane / 2));
    x86_movzx8_rr(&e->a, false, byte, mop->in[1].reg);
    if (lane % 2) {
        x86_shl_ri(&e->a, false, byte, 8);
    }
    x86_and_ri(&e->a, false, word, lane % 2 ? 0xff : 0xff00);
    x86_or_rr(&e->a, false, word, byte);
    insert_word(e, out, word, lane / 2);
}

/* As words: SSE2 has nothing larger. */
static void insert_words(X86Emit *e, const TcgMop *mop, unsigned first, unsigned nb)
{
    unsigned tmp = mop->tmp[0];

    x86_mov_rr(&e->a, true, tmp, mop->in[1].reg);
    for (unsigned n = 0; n < nb; n++) {
        insert_word(e, mop->out.reg, tmp, first + n);
        if (n + 1 < nb) {
            x86_shr_ri(&e->a, true, tmp, 16);
        }
    }
}

static void insert_wide(X86Emit *e, const TcgMop *mop, bool w, unsigned lane)
{
    unsigned out = mop->out.reg, b = mop->in[1].reg;

    if (!(e->features & X86_HAS_SSE41)) {
        insert_words(e, mop, lane * (w ? 4 : 2), w ? 4 : 2);
    } else if (e->avx) {
        (w ? x86_vpinsrq_xxri : x86_vpinsrd_xxri)(&e->a, out, out, b, (int32_t)lane);
    } else {
        (w ? x86_pinsrq_xri : x86_pinsrd_xri)(&e->a, out, b, (int32_t)lane);
    }
}

void x86_emit_vins(X86Emit *e, const TcgMop *mop)
{
    unsigned lane = (unsigned)x86_imm1(mop);

    switch (x86_imm0(mop)) {
    case 8:
        insert_byte(e, mop, lane);
        break;
    case 16:
        insert_word(e, mop->out.reg, mop->in[1].reg, lane);
        break;
    case 32:
        insert_wide(e, mop, false, lane);
        break;
    default:
        insert_wide(e, mop, true, lane);
    }
}

/* The low bits of an integer, zeros above. */
void x86_emit_vset(X86Emit *e, const TcgMop *mop)
{
    TcgLoc in = mop->in[0];
    unsigned bits = (unsigned)x86_imm0(mop), out = mop->out.reg;

    if (in.kind == TCG_LOC_CONST) {
        x86_load_vec_const(e, out, x86_bits(e, in) & TCG_MASK(bits));
    } else if (bits == 64) {
        X86_SSE(e, movq_xr, out, in.reg);
    } else if (bits == 32) {
        X86_SSE(e, movd_xr, out, in.reg);
    } else {
        if (bits == 16) {
            x86_movzx16_rr(&e->a, false, mop->tmp[0], in.reg);
        } else {
            x86_movzx8_rr(&e->a, false, mop->tmp[0], in.reg);
        }
        X86_SSE(e, movd_xr, out, mop->tmp[0]);
    }
}
