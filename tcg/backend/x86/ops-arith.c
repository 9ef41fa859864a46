/*
 * Integer operations.
 */
#include "ops.h"

#include "tcg/ir.h"

/* An instruction whose last operand may be a register, memory or a constant. */
typedef struct Alu {
    void (*rr)(X86Asm *x, bool w, unsigned out, unsigned in);
    void (*rm)(X86Asm *x, bool w, unsigned out, X86Mem in);
    void (*ri)(X86Asm *x, bool w, unsigned out, int32_t in);
} Alu;

#define ALU(name)                                         \
    {                                                     \
        x86_##name##_rr, x86_##name##_rm, x86_##name##_ri \
    }

static const Alu alu_add = ALU(add), alu_or = ALU(or), alu_sub = ALU(sub), alu_xor = ALU(xor),
                 alu_and = ALU(and), alu_cmp = ALU(cmp);

static void alu(X86Emit *e, const Alu *op, bool w, unsigned out, TcgLoc in)
{
    if (in.kind == TCG_LOC_REG) {
        op->rr(&e->a, w, out, in.reg);
    } else if (in.kind == TCG_LOC_CONST) {
        op->ri(&e->a, w, out, (int32_t)x86_const(e, in, w));
    } else {
        op->rm(&e->a, w, out, x86_slot_mem(in));
    }
}

static void load_any(X86Emit *e, bool w, unsigned out, TcgLoc in)
{
    if (in.kind == TCG_LOC_REG) {
        x86_mov(e, w, out, in.reg);
    } else if (in.kind == TCG_LOC_CONST) {
        x86_load_const(e, out, (uint64_t)x86_const(e, in, true));
    } else {
        x86_mov_rm(&e->a, w, out, x86_slot_mem(in));
    }
}

/* ------------------------------------------------------------------ arithmetic and logic */

void x86_emit_mov(X86Emit *e, const TcgMop *mop)
{
    load_any(e, x86_is64(mop), mop->out.reg, mop->in[0]);
}

void x86_emit_add(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    unsigned out = mop->out.reg, a = mop->in[0].reg;
    TcgLoc b = mop->in[1];

    if (out == a) {
        alu(e, &alu_add, w, out, b);
    } else if (b.kind == TCG_LOC_REG && b.reg == out) {
        x86_add_rr(&e->a, w, out, a);
    } else if (b.kind == TCG_LOC_CONST) {
        x86_lea_rm(&e->a, w, out, x86_mem(a, (int32_t)x86_const(e, b, w)));
    } else if (b.kind == TCG_LOC_REG) {
        /* rbp and r13 as a base cost a displacement. */
        x86_lea_rm(&e->a, w, out,
                   (a & 7) == 5 ? x86_mem_index(b.reg, a, 0, 0) : x86_mem_index(a, b.reg, 0, 0));
    } else {
        x86_mov_rm(&e->a, w, out, x86_slot_mem(b));
        x86_add_rr(&e->a, w, out, a);
    }
}

void x86_emit_sub(X86Emit *e, const TcgMop *mop)
{
    alu(e, &alu_sub, x86_is64(mop), mop->out.reg, mop->in[1]);
}

/* A 64-bit and with a constant of 32 bits without sign clears the upper half by itself. */
void x86_emit_and(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    unsigned out = mop->out.reg;
    int64_t imm;

    if (mop->in[1].kind != TCG_LOC_CONST) {
        alu(e, &alu_and, w, out, mop->in[1]);
        return;
    }
    imm = x86_const(e, mop->in[1], w);
    if (imm == 0xff) {
        x86_movzx8_rr(&e->a, false, out, out);
    } else if (imm == 0xffff) {
        x86_movzx16_rr(&e->a, false, out, out);
    } else if (imm == UINT32_MAX) {
        x86_mov_rr(&e->a, false, out, out);
    } else {
        x86_and_ri(&e->a, w && imm < 0, out, (int32_t)imm);
    }
}

void x86_emit_or(X86Emit *e, const TcgMop *mop)
{
    alu(e, &alu_or, x86_is64(mop), mop->out.reg, mop->in[1]);
}

void x86_emit_xor(X86Emit *e, const TcgMop *mop)
{
    alu(e, &alu_xor, x86_is64(mop), mop->out.reg, mop->in[1]);
}

void x86_emit_xnor(X86Emit *e, const TcgMop *mop)
{
    x86_emit_xor(e, mop);
    x86_not_r(&e->a, x86_is64(mop), mop->out.reg);
}

void x86_emit_neg(X86Emit *e, const TcgMop *mop)
{
    x86_neg_r(&e->a, x86_is64(mop), mop->out.reg);
}

void x86_emit_not(X86Emit *e, const TcgMop *mop)
{
    x86_not_r(&e->a, x86_is64(mop), mop->out.reg);
}

/* a & ~b: andn inverts its first source.  Without BMI1, b is in the output's register. */
void x86_emit_andc(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    unsigned out = mop->out.reg;

    if (!(e->features & X86_HAS_BMI1)) {
        x86_not_r(&e->a, w, out);
        alu(e, &alu_and, w, out, mop->in[0]);
    } else if (x86_is_slot(mop->in[0])) {
        x86_andn_rrm(&e->a, w, out, mop->in[1].reg, x86_slot_mem(mop->in[0]));
    } else {
        x86_andn_rrr(&e->a, w, out, mop->in[1].reg, mop->in[0].reg);
    }
}

/* b is in the output's register. */
void x86_emit_orc(X86Emit *e, const TcgMop *mop)
{
    x86_not_r(&e->a, x86_is64(mop), mop->out.reg);
    alu(e, &alu_or, x86_is64(mop), mop->out.reg, mop->in[0]);
}

/* ------------------------------------------------------------------ multiplication, division */

void x86_emit_mul(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    unsigned out = mop->out.reg, a = mop->in[0].reg;
    TcgLoc b = mop->in[1];

    if (b.kind == TCG_LOC_CONST) {
        x86_imul_rri(&e->a, w, out, a, (int32_t)x86_const(e, b, w));
    } else if (x86_is_slot(b)) {
        x86_mov(e, w, out, a);
        x86_imul_rm(&e->a, w, out, x86_slot_mem(b));
    } else if (out == b.reg) {
        x86_imul_rr(&e->a, w, out, a);
    } else {
        x86_mov(e, w, out, a);
        x86_imul_rr(&e->a, w, out, b.reg);
    }
}

/* a is in rax, the high half comes in rdx. */
void x86_emit_mulh(X86Emit *e, const TcgMop *mop)
{
    if (x86_is_slot(mop->in[1])) {
        x86_imul_m(&e->a, x86_is64(mop), x86_slot_mem(mop->in[1]));
    } else {
        x86_imul_r(&e->a, x86_is64(mop), mop->in[1].reg);
    }
}

/* With BMI2 one factor is in rdx, which stays; the low half goes to a temporary. */
void x86_emit_mulhu(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop), mulx = e->features & X86_HAS_BMI2;
    TcgLoc b = mop->in[1];

    if (mulx && x86_is_slot(b)) {
        x86_mulx_rrm(&e->a, w, mop->out.reg, mop->tmp[0], x86_slot_mem(b));
    } else if (mulx) {
        x86_mulx_rrr(&e->a, w, mop->out.reg, mop->tmp[0], b.reg);
    } else if (x86_is_slot(b)) {
        x86_mul_m(&e->a, w, x86_slot_mem(b));
    } else {
        x86_mul_r(&e->a, w, b.reg);
    }
}

typedef struct DivKind {
    bool is_signed, is_rem;
} DivKind;

static DivKind div_kind(const TcgMop *mop)
{
    return (DivKind){ mop->code == TCG_OP_div || mop->code == TCG_OP_rem,
                      mop->code == TCG_OP_rem || mop->code == TCG_OP_remu };
}

/* Division by 0 or -1, which the instruction cannot or need not do; the dividend is in rax. */
static void div_special(X86Emit *e, const X86Stub *stub)
{
    const TcgMop *mop = stub->mop;
    bool w = x86_is64(mop);
    unsigned b = mop->in[1].reg;
    DivKind kind = div_kind(mop);
    uint8_t *is_zero;

    x86_test_rr(&e->a, w, b, b);
    is_zero = x86_skip(e, X86_E);
    if (kind.is_signed) { /* by -1 */
        if (kind.is_rem) {
            x86_xor_rr(&e->a, false, X86_RDX, X86_RDX);
        } else {
            x86_neg_r(&e->a, w, X86_RAX);
        }
        x86_resume(e, stub);
    }
    x86_here(e, is_zero);
    if (kind.is_rem) {
        x86_mov_rr(&e->a, w, X86_RDX, X86_RAX);
    } else {
        x86_movs32_ri(&e->a, X86_RAX, -1);
    }
    x86_resume(e, stub);
}

/* Both fit in 32 bits without sign: the short division is several times faster on many CPUs. */
static void div_short(X86Emit *e, const X86Stub *stub)
{
    x86_xor_rr(&e->a, false, X86_RDX, X86_RDX);
    x86_div_r(&e->a, false, stub->mop->in[1].reg);
    x86_resume(e, stub);
}

/*
 * Dividend in rax, quotient in rax or remainder in rdx, and the other one is free: the special
 * divisors are told by one compare there.
 */
void x86_emit_div(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    unsigned b = mop->in[1].reg;
    DivKind kind = div_kind(mop);
    X86Stub *special, *is_short = NULL;

    if (kind.is_signed) {
        x86_lea_rm(&e->a, w, X86_RDX, x86_mem(b, 1));
        x86_cmp_ri(&e->a, w, X86_RDX, 1);
        special = x86_stub(e, mop, div_special, X86_BE);
    } else {
        x86_test_rr(&e->a, w, b, b);
        special = x86_stub(e, mop, div_special, X86_E);
    }
    if (w) {
        x86_mov_rr(&e->a, true, X86_RDX, X86_RAX);
        x86_or_rr(&e->a, true, X86_RDX, b);
        x86_shr_ri(&e->a, true, X86_RDX, 32);
        is_short = x86_stub(e, mop, div_short, X86_E);
    }
    if (!kind.is_signed) {
        x86_xor_rr(&e->a, false, X86_RDX, X86_RDX);
        x86_div_r(&e->a, w, b);
    } else if (w) {
        x86_cqo(&e->a);
        x86_idiv_r(&e->a, true, b);
    } else {
        x86_cdq(&e->a);
        x86_idiv_r(&e->a, false, b);
    }
    x86_stub_resume(e, special);
    if (is_short) {
        x86_stub_resume(e, is_short);
    }
}

/* ------------------------------------------------------------------ shifts */

typedef struct Shift {
    void (*ri)(X86Asm *x, bool w, unsigned out, int32_t count);
    void (*rc)(X86Asm *x, bool w, unsigned out);
    void (*rrr)(X86Asm *x, bool w, unsigned out, unsigned in, unsigned count); /* BMI2 */
} Shift;

static void shift(X86Emit *e, const TcgMop *mop, const Shift *op)
{
    bool w = x86_is64(mop);
    unsigned out = mop->out.reg;
    TcgLoc count = mop->in[1];

    if (count.kind == TCG_LOC_CONST) {
        x86_mov(e, w, out, mop->in[0].reg);
        op->ri(&e->a, w, out, x86_const(e, count, true) & (w ? 63 : 31));
    } else if (op->rrr && e->features & X86_HAS_BMI2) {
        op->rrr(&e->a, w, out, mop->in[0].reg, count.reg);
    } else {
        op->rc(&e->a, w, out);
    }
}

void x86_emit_shl(X86Emit *e, const TcgMop *mop)
{
    static const Shift op = { x86_shl_ri, x86_shl_rc, x86_shlx_rrr };
    bool w = x86_is64(mop);

    if (mop->in[1].kind == TCG_LOC_CONST && mop->out.reg != mop->in[0].reg) {
        unsigned count = x86_const(e, mop->in[1], true) & (w ? 63 : 31);

        if (count == 1) {
            x86_lea_rm(&e->a, w, mop->out.reg, x86_mem_index(mop->in[0].reg, mop->in[0].reg, 0, 0));
            return;
        }
    }
    shift(e, mop, &op);
}

void x86_emit_shr(X86Emit *e, const TcgMop *mop)
{
    static const Shift op = { x86_shr_ri, x86_shr_rc, x86_shrx_rrr };

    shift(e, mop, &op);
}

void x86_emit_sar(X86Emit *e, const TcgMop *mop)
{
    static const Shift op = { x86_sar_ri, x86_sar_rc, x86_sarx_rrr };

    shift(e, mop, &op);
}

void x86_emit_rotl(X86Emit *e, const TcgMop *mop)
{
    static const Shift op = { x86_rol_ri, x86_rol_rc, NULL };

    shift(e, mop, &op);
}

void x86_emit_rotr(X86Emit *e, const TcgMop *mop)
{
    static const Shift op = { x86_ror_ri, x86_ror_rc, NULL };

    shift(e, mop, &op);
}

/* ------------------------------------------------------------------ bits */

/* bsr and bsf leave the output undefined for zero. */
static void bit_scan(X86Emit *e, const TcgMop *mop, bool reverse)
{
    bool w = x86_is64(mop);
    int32_t width = w ? 64 : 32;

    x86_mov32_ri(&e->a, mop->tmp[0], reverse ? 2 * width - 1 : width);
    if (reverse) {
        x86_bsr_rr(&e->a, w, mop->out.reg, mop->in[0].reg);
    } else {
        x86_bsf_rr(&e->a, w, mop->out.reg, mop->in[0].reg);
    }
    x86_cmov_rr(&e->a, w, X86_E, mop->out.reg, mop->tmp[0]);
    if (reverse) { /* index of the top bit to the zeros above it; 2w-1 to w */
        x86_xor_ri(&e->a, w, mop->out.reg, width - 1);
    }
}

/* Some CPUs wait for the output's old value in these three: they only write it. */
static void break_dependency(X86Emit *e, const TcgMop *mop)
{
    if (x86_is_slot(mop->in[0]) || mop->in[0].reg != mop->out.reg) {
        x86_xor_rr(&e->a, false, mop->out.reg, mop->out.reg);
    }
}

void x86_emit_clz(X86Emit *e, const TcgMop *mop)
{
    if (!(e->features & X86_HAS_LZCNT)) {
        bit_scan(e, mop, true);
    } else if (break_dependency(e, mop), x86_is_slot(mop->in[0])) {
        x86_lzcnt_rm(&e->a, x86_is64(mop), mop->out.reg, x86_slot_mem(mop->in[0]));
    } else {
        x86_lzcnt_rr(&e->a, x86_is64(mop), mop->out.reg, mop->in[0].reg);
    }
}

void x86_emit_ctz(X86Emit *e, const TcgMop *mop)
{
    if (!(e->features & X86_HAS_BMI1)) {
        bit_scan(e, mop, false);
    } else if (break_dependency(e, mop), x86_is_slot(mop->in[0])) {
        x86_tzcnt_rm(&e->a, x86_is64(mop), mop->out.reg, x86_slot_mem(mop->in[0]));
    } else {
        x86_tzcnt_rr(&e->a, x86_is64(mop), mop->out.reg, mop->in[0].reg);
    }
}

void x86_emit_popcnt(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);

    if (e->features & X86_HAS_POPCNT) {
        break_dependency(e, mop);
        x86_popcnt_rr(&e->a, w, mop->out.reg, mop->in[0].reg);
        return;
    }
    x86_mov(e, w, mop->out.reg, mop->in[0].reg);
    if (!w) { /* without the garbage above */
        x86_mov_rr(&e->a, false, mop->out.reg, mop->out.reg);
    }
    x86_slow_arg(e, 0, mop->out);
    x86_slow_call(e, x86_slow_popcnt);
    x86_slow_result(e, mop->out.reg);
}

void x86_emit_bswap(X86Emit *e, const TcgMop *mop)
{
    x86_bswap_r(&e->a, x86_is64(mop), mop->out.reg);
}

/* ------------------------------------------------------------------ fields */

typedef struct Extend {
    void (*rr)(X86Asm *x, bool w, unsigned out, unsigned in);
    void (*rm)(X86Asm *x, bool w, unsigned out, X86Mem in);
} Extend;

/* Sign- or zero-extend the low 8, 16 or 32 bits of a register or slot to w. */
static void extend(X86Emit *e, bool w, bool is_signed, unsigned bits, unsigned out, TcgLoc in)
{
    static const Extend ops[2][2] = {
        { { x86_movzx8_rr, x86_movzx8_rm }, { x86_movzx16_rr, x86_movzx16_rm } },
        { { x86_movsx8_rr, x86_movsx8_rm }, { x86_movsx16_rr, x86_movsx16_rm } },
    };
    bool is_mem = x86_is_slot(in);
    X86Mem mem = is_mem ? x86_slot_mem(in) : x86_mem(0, 0);

    if (bits < 32) {
        const Extend *op = &ops[is_signed][bits == 16];

        if (is_mem) {
            op->rm(&e->a, w && is_signed, out, mem);
        } else {
            op->rr(&e->a, w && is_signed, out, in.reg);
        }
    } else if (is_signed && w) {
        if (is_mem) {
            x86_movsxd_rm(&e->a, out, mem);
        } else {
            x86_movsxd_rr(&e->a, out, in.reg);
        }
    } else if (is_mem) {
        x86_mov_rm(&e->a, false, out, mem);
    } else {
        x86_mov_rr(&e->a, false, out, in.reg);
    }
}

void x86_emit_sext(X86Emit *e, const TcgMop *mop)
{
    extend(e, x86_is64(mop), true, (unsigned)x86_imm0(mop), mop->out.reg, mop->in[0]);
}

void x86_emit_zext(X86Emit *e, const TcgMop *mop)
{
    extend(e, x86_is64(mop), false, (unsigned)x86_imm0(mop), mop->out.reg, mop->in[0]);
}

static bool is_whole(unsigned len)
{
    return len == 8 || len == 16 || len == 32;
}

void x86_emit_extract(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    unsigned out = mop->out.reg, pos = (unsigned)x86_imm0(mop), len = (unsigned)x86_imm1(mop);
    unsigned width = w ? 64 : 32;

    if (pos == 0 && is_whole(len)) {
        extend(e, w, false, len, out, mop->in[0]);
        return;
    }
    x86_mov(e, w, out, mop->in[0].reg);
    if (pos + len == width) {
        if (pos) {
            x86_shr_ri(&e->a, w, out, (int32_t)pos);
        }
    } else if (len < 32) {
        if (pos) {
            x86_shr_ri(&e->a, w, out, (int32_t)pos);
        }
        if (is_whole(len)) {
            extend(e, false, false, len, out, mop->out);
        } else {
            x86_and_ri(&e->a, false, out, (int32_t)TCG_MASK(len));
        }
    } else {
        x86_shl_ri(&e->a, w, out, (int32_t)(width - pos - len));
        x86_shr_ri(&e->a, w, out, (int32_t)(width - len));
    }
}

void x86_emit_sextract(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    unsigned out = mop->out.reg, pos = (unsigned)x86_imm0(mop), len = (unsigned)x86_imm1(mop);
    unsigned width = w ? 64 : 32;

    if (pos == 0 && is_whole(len)) {
        extend(e, w, true, len, out, mop->in[0]);
        return;
    }
    x86_mov(e, w, out, mop->in[0].reg);
    if (pos + len < width) {
        x86_shl_ri(&e->a, w, out, (int32_t)(width - pos - len));
    }
    if (len < width) {
        x86_sar_ri(&e->a, w, out, (int32_t)(width - len));
    }
}

/*
 * Without masks, which may not fit an instruction: the field turns to the bottom and out, the new one
 * comes in at the top, and all turns back.
 */
void x86_emit_deposit(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    unsigned out = mop->out.reg, b = mop->in[1].reg, tmp = mop->tmp[0];
    unsigned pos = (unsigned)x86_imm0(mop), len = (unsigned)x86_imm1(mop), width = w ? 64 : 32;

    if (len == width) {
        x86_mov(e, w, out, b);
    } else if (pos == 0 && len == 8) {
        x86_mov8_rr(&e->a, out, b);
    } else if (pos == 0 && len == 16) {
        x86_mov16_rr(&e->a, out, b);
    } else {
        if (pos) {
            x86_ror_ri(&e->a, w, out, (int32_t)pos);
        }
        x86_shr_ri(&e->a, w, out, (int32_t)len);
        x86_mov_rr(&e->a, w, tmp, b);
        x86_shl_ri(&e->a, w, tmp, (int32_t)(width - len));
        x86_or_rr(&e->a, w, out, tmp);
        if ((pos + len) % width) {
            x86_rol_ri(&e->a, w, out, (int32_t)((pos + len) % width));
        }
    }
}

/* ------------------------------------------------------------------ comparison */

static X86Cc cc_of(TcgCond cond)
{
    static const uint8_t cc[TCG_COND_COUNT] = { X86_E, X86_NE, X86_L,  X86_GE, X86_LE, X86_G,
                                                X86_B, X86_AE, X86_BE, X86_A,  X86_E,  X86_NE };

    return cc[cond];
}

/* Compare the first two inputs so that the returned condition tells. */
X86Cc x86_compare(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    TcgCond cond = (TcgCond)x86_imm0(mop);
    unsigned a = mop->in[0].reg;
    TcgLoc b = mop->in[1];

    if ((cond & ~1u) == TCG_COND_TSTEQ) {
        if (b.kind == TCG_LOC_REG) {
            x86_test_rr(&e->a, w, a, b.reg);
        } else if (b.kind == TCG_LOC_CONST) {
            int64_t imm = x86_const(e, b, w);

            /* A mask of the low bits needs no wide form; movability: no bits above it are looked at. */
            x86_test_ri(&e->a, w && imm < 0, a, (int32_t)imm);
        } else {
            x86_test_mr(&e->a, w, x86_slot_mem(b), a);
        }
        return cc_of(cond);
    }
    if (b.kind == TCG_LOC_CONST && x86_const(e, b, w) == 0) {
        x86_test_rr(&e->a, w, a, a);
        /* test clears the carry: below is never, as it must be for zero. */
        return cc_of(cond);
    }
    alu(e, &alu_cmp, w, a, b);
    return cc_of(cond);
}

static bool reads_reg(const TcgMop *mop, unsigned reg)
{
    for (unsigned n = 0; n < mop->nb_in; n++) {
        if (mop->in[n].kind == TCG_LOC_REG && mop->in[n].reg == reg) {
            return true;
        }
    }
    return false;
}

/* out = 0 or 1 by a condition on flags that set() makes. */
static void set_bool(X86Emit *e, const TcgMop *mop, X86Cc (*set)(X86Emit *e, const TcgMop *mop))
{
    unsigned out = mop->out.reg;
    bool early = !reads_reg(mop, out);
    X86Cc cc;

    if (early) {
        x86_xor_rr(&e->a, false, out, out);
    }
    cc = set(e, mop);
    x86_set_r(&e->a, cc, out);
    if (!early) {
        x86_movzx8_rr(&e->a, false, out, out);
    }
}

void x86_emit_setcond(X86Emit *e, const TcgMop *mop)
{
    TcgCond cond = (TcgCond)x86_imm0(mop);
    bool w = x86_is64(mop);

    if ((cond == TCG_COND_LT || cond == TCG_COND_GE) && mop->in[1].kind == TCG_LOC_CONST &&
        x86_const(e, mop->in[1], w) == 0) { /* the sign bit */
        x86_mov(e, w, mop->out.reg, mop->in[0].reg);
        if (cond == TCG_COND_GE) {
            x86_not_r(&e->a, w, mop->out.reg);
        }
        x86_shr_ri(&e->a, w, mop->out.reg, w ? 63 : 31);
        return;
    }
    set_bool(e, mop, x86_compare);
}

/* d is in the output's register. */
void x86_emit_movcond(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);
    X86Cc cc = x86_compare(e, mop);

    if (x86_is_slot(mop->in[2])) {
        x86_cmov_rm(&e->a, w, cc, mop->out.reg, x86_slot_mem(mop->in[2]));
    } else {
        x86_cmov_rr(&e->a, w, cc, mop->out.reg, mop->in[2].reg);
    }
}

/* ------------------------------------------------------------------ carry and overflow */

void x86_emit_adc(X86Emit *e, const TcgMop *mop)
{
    x86_add_rr(&e->a, x86_is64(mop), mop->out.reg, mop->in[1].reg);
    x86_add_rr(&e->a, x86_is64(mop), mop->out.reg, mop->in[2].reg);
}

void x86_emit_sbb(X86Emit *e, const TcgMop *mop)
{
    x86_sub_rr(&e->a, x86_is64(mop), mop->out.reg, mop->in[1].reg);
    x86_sub_rr(&e->a, x86_is64(mop), mop->out.reg, mop->in[2].reg);
}

/* The carry comes in from bit 0 of c. */
static X86Cc set_carry(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);

    x86_mov_rr(&e->a, w, mop->tmp[0], mop->in[0].reg);
    x86_bt_ri(&e->a, false, mop->in[2].reg, 0);
    if (mop->code == TCG_OP_adc_carry) {
        x86_adc_rr(&e->a, w, mop->tmp[0], mop->in[1].reg);
    } else {
        x86_sbb_rr(&e->a, w, mop->tmp[0], mop->in[1].reg);
    }
    return X86_B;
}

static X86Cc set_overflow(X86Emit *e, const TcgMop *mop)
{
    bool w = x86_is64(mop);

    if (mop->code == TCG_OP_sub_overflow) {
        x86_cmp_rr(&e->a, w, mop->in[0].reg, mop->in[1].reg);
    } else {
        x86_mov_rr(&e->a, w, mop->tmp[0], mop->in[0].reg);
        x86_add_rr(&e->a, w, mop->tmp[0], mop->in[1].reg);
    }
    return X86_O;
}

void x86_emit_carry(X86Emit *e, const TcgMop *mop)
{
    set_bool(e, mop, set_carry);
}

void x86_emit_overflow(X86Emit *e, const TcgMop *mop)
{
    set_bool(e, mop, set_overflow);
}
