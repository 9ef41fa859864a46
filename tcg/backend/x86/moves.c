/*
 * Moves between places, and constants into registers.
 */
#include "emit.h"

static bool is_vec_reg(unsigned reg)
{
    return reg >= X86_XMM0;
}

void x86_mov(X86Emit *e, bool w, unsigned out, unsigned in)
{
    if (out != in) {
        x86_mov_rr(&e->a, w, out, in);
    }
}

void x86_load_const(X86Emit *e, unsigned reg, uint64_t value)
{
    if (value == 0) {
        x86_xor_rr(&e->a, false, reg, reg); /* flags are never live between operations */
    } else if (value == (uint32_t)value) {
        x86_mov32_ri(&e->a, reg, (int32_t)value);
    } else if (value == (uint64_t)(int64_t)(int32_t)value) {
        x86_movs32_ri(&e->a, reg, (int32_t)value);
    } else {
        x86_movabs_ri(&e->a, reg, value);
    }
}

void x86_load_vec_const(X86Emit *e, unsigned reg, uint64_t bits)
{
    if (bits == 0) {
        x86_vec_zero(e, reg);
    } else {
        X86_SSE(e, movsd_xm, reg, x86_pool(e, bits, 0));
        x86_pool_used(e);
    }
}

static void store(X86Emit *e, TcgType type, X86Mem mem, unsigned reg)
{
    if (!is_vec_reg(reg)) {
        x86_mov_mr(&e->a, type != TCG_I32, mem, reg);
    } else if (type == TCG_V128) {
        X86_SSE(e, movups_mx, mem, reg);
    } else {
        X86_SSE(e, movsd_mx, mem, reg);
    }
}

static void load(X86Emit *e, TcgType type, unsigned reg, X86Mem mem)
{
    if (!is_vec_reg(reg)) {
        x86_mov_rm(&e->a, type != TCG_I32, reg, mem);
    } else if (type == TCG_V128) {
        X86_SSE(e, movups_xm, reg, mem);
    } else {
        X86_SSE(e, movsd_xm, reg, mem);
    }
}

static void reg_to_reg(X86Emit *e, TcgType type, unsigned out, unsigned in)
{
    if (is_vec_reg(out) && is_vec_reg(in)) {
        x86_vec_mov(e, out, in);
    } else if (is_vec_reg(out)) {
        X86_SSE(e, movq_xr, out, in);
    } else if (is_vec_reg(in)) {
        X86_SSE(e, movq_rx, out, in);
    } else {
        x86_mov(e, type != TCG_I32, out, in);
    }
}

static void const_to(X86Emit *e, TcgType type, TcgLoc out, TcgLoc in)
{
    uint64_t bits = e->r->vals[in.val].bits;

    if (x86_is_slot(out)) {
        x86_mov_mi(&e->a, type != TCG_I32, x86_slot_mem(out), (int32_t)bits);
    } else if (is_vec_reg(out.reg)) {
        x86_load_vec_const(e, out.reg, bits);
    } else {
        x86_load_const(e, out.reg, bits);
    }
}

void x86_move(X86Emit *e, const TcgMop *mop)
{
    TcgLoc out = mop->out, in = mop->in[0];

    if (in.kind == TCG_LOC_CONST) {
        const_to(e, mop->type, out, in);
    } else if (x86_is_slot(out)) {
        store(e, mop->type, x86_slot_mem(out), in.reg);
    } else if (x86_is_slot(in)) {
        load(e, mop->type, out.reg, x86_slot_mem(in));
    } else {
        reg_to_reg(e, mop->type, out.reg, in.reg);
    }
}

void x86_swap(X86Emit *e, const TcgMop *mop)
{
    x86_xchg_rr(&e->a, true, mop->out.reg, mop->in[0].reg);
}
