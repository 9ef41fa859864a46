/*
 * Loads and stores: CPU state and guest memory (guest_base 0: a guest address is a host
 * address).
 */
#include "ops.h"

static unsigned mem_size(unsigned memop)
{
    return memop & TCG_MO_SIZE;
}

static bool is_swapped(unsigned memop)
{
    return memop & TCG_MO_BSWAP && mem_size(memop) != TCG_MO_8;
}

/* ------------------------------------------------------------------ addresses */

static bool is_far(uint64_t disp)
{
    return (int64_t)disp != (int32_t)disp;
}

/* The address of a gld, gst, gldx or gstx; a displacement beyond 32 bits goes to the last temporary. */
static X86Mem guest_mem(X86Emit *e, const TcgMop *mop)
{
    bool indexed = mop->code == TCG_OP_gldx || mop->code == TCG_OP_gstx;
    uint64_t disp = x86_imm0(mop);
    unsigned base = mop->in[0].reg, scale = x86_imm1(mop) >> TCG_MO_SCALE_SHIFT & 3;

    if (is_far(disp)) {
        x86_load_const(e, mop->tmp[1], disp);
        if (!indexed) {
            return x86_mem_index(base, mop->tmp[1], 0, 0);
        }
        x86_add_rr(&e->a, true, mop->tmp[1], base);
        return x86_mem_index(mop->tmp[1], mop->in[1].reg, scale, 0);
    }
    if (indexed) {
        return x86_mem_index(base, mop->in[1].reg, scale, (int32_t)disp);
    }
    return x86_mem(base, (int32_t)disp);
}

/*
 * hlt faults in user mode and changes nothing: context_fault() knows it as the sign of a misaligned
 * access, whose address is in env->slow_arg[0].
 */
static void misaligned(X86Emit *e, const X86Stub *stub)
{
    x86_mov_mr(&e->a, true, x86_env_mem(slow_arg), (unsigned)stub->arg);
    x86_hlt(&e->a);
}

void x86_check_align(X86Emit *e, const TcgMop *mop, unsigned memop, X86Mem mem)
{
    unsigned addr = mem.base;
    X86Stub *stub;

    if (!(memop & TCG_MO_ALIGN) || mem_size(memop) == TCG_MO_8) {
        return;
    }
    if (mem.disp || mem.index != X86_NO_REG) {
        addr = mop->tmp[0];
        x86_lea_rm(&e->a, true, addr, mem);
    }
    x86_test8_ri(&e->a, addr, (1 << mem_size(memop)) - 1);
    stub = x86_stub(e, mop, misaligned, X86_NE);
    stub->arg = addr;
}

/* ------------------------------------------------------------------ loads */

static void load_swapped(X86Emit *e, unsigned memop, bool w, unsigned out, X86Mem mem)
{
    bool is_signed = memop & TCG_MO_SIGN, wide = mem_size(memop) == TCG_MO_64;

    if (mem_size(memop) == TCG_MO_16) {
        x86_movzx16_rm(&e->a, false, out, mem);
        x86_rol16_ri(&e->a, out, 8);
        if (is_signed) {
            x86_movsx16_rr(&e->a, w, out, out);
        }
        return;
    }
    if (e->features & X86_HAS_MOVBE) {
        x86_movbe_rm(&e->a, wide, out, mem);
    } else {
        x86_mov_rm(&e->a, wide, out, mem);
        x86_bswap_r(&e->a, wide, out);
    }
    if (is_signed && w && !wide) {
        x86_movsxd_rr(&e->a, out, out);
    }
}

static void load_int(X86Emit *e, unsigned memop, bool w, unsigned out, X86Mem mem)
{
    bool is_signed = memop & TCG_MO_SIGN;

    if (is_swapped(memop)) {
        load_swapped(e, memop, w, out, mem);
        return;
    }
    switch (mem_size(memop)) {
    case TCG_MO_8:
        if (is_signed) {
            x86_movsx8_rm(&e->a, w, out, mem);
        } else {
            x86_movzx8_rm(&e->a, false, out, mem);
        }
        break;
    case TCG_MO_16:
        if (is_signed) {
            x86_movsx16_rm(&e->a, w, out, mem);
        } else {
            x86_movzx16_rm(&e->a, false, out, mem);
        }
        break;
    case TCG_MO_32:
        if (is_signed && w) {
            x86_movsxd_rm(&e->a, out, mem);
        } else {
            x86_mov_rm(&e->a, false, out, mem);
        }
        break;
    default:
        x86_mov_rm(&e->a, true, out, mem);
    }
}

/* Lane 0, zeros above; odd sizes by way of the temporary. */
static void load_vec(X86Emit *e, const TcgMop *mop, unsigned memop, X86Mem mem)
{
    unsigned out = mop->out.reg, size = mem_size(memop);

    if (size == TCG_MO_128) {
        X86_SSE(e, movups_xm, out, mem);
    } else if (size < TCG_MO_32 || is_swapped(memop)) {
        load_int(e, memop & ~(unsigned)TCG_MO_SIGN, true, mop->tmp[0], mem);
        X86_SSE(e, movq_xr, out, mop->tmp[0]);
    } else if (size == TCG_MO_32) {
        X86_SSE(e, movss_xm, out, mem);
    } else {
        X86_SSE(e, movsd_xm, out, mem);
    }
}

static void load(X86Emit *e, const TcgMop *mop, unsigned memop, X86Mem mem)
{
    if (tcg_type_is_int(mop->type)) {
        load_int(e, memop, x86_is64(mop), mop->out.reg, mem);
    } else {
        load_vec(e, mop, memop, mem);
    }
}

/* ------------------------------------------------------------------ stores */

static void store_const(X86Emit *e, unsigned memop, X86Mem mem, uint64_t bits)
{
    switch (mem_size(memop)) {
    case TCG_MO_8:
        x86_mov8_mi(&e->a, mem, (int32_t)bits);
        break;
    case TCG_MO_16:
        bits = is_swapped(memop) ? __builtin_bswap16((uint16_t)bits) : bits;
        x86_mov16_mi(&e->a, mem, (int32_t)bits);
        break;
    case TCG_MO_32:
        bits = is_swapped(memop) ? __builtin_bswap32((uint32_t)bits) : bits;
        x86_mov_mi(&e->a, false, mem, (int32_t)bits);
        break;
    default: /* never swapped: rules.c */
        x86_mov_mi(&e->a, true, mem, (int32_t)bits);
    }
}

static void store_plain(X86Emit *e, unsigned memop, X86Mem mem, unsigned reg)
{
    switch (mem_size(memop)) {
    case TCG_MO_8:
        x86_mov8_mr(&e->a, mem, reg);
        break;
    case TCG_MO_16:
        x86_mov16_mr(&e->a, mem, reg);
        break;
    default:
        x86_mov_mr(&e->a, mem_size(memop) == TCG_MO_64, mem, reg);
    }
}

static void store_int(X86Emit *e, const TcgMop *mop, unsigned memop, X86Mem mem, unsigned reg)
{
    bool wide = mem_size(memop) == TCG_MO_64;
    unsigned tmp = mop->tmp[0];

    if (!is_swapped(memop)) {
        store_plain(e, memop, mem, reg);
    } else if (e->features & X86_HAS_MOVBE && mem_size(memop) == TCG_MO_16) {
        x86_movbe16_mr(&e->a, mem, reg);
    } else if (e->features & X86_HAS_MOVBE) {
        x86_movbe_mr(&e->a, wide, mem, reg);
    } else {
        x86_mov(e, true, tmp, reg);
        if (mem_size(memop) == TCG_MO_16) {
            x86_rol16_ri(&e->a, tmp, 8);
        } else {
            x86_bswap_r(&e->a, wide, tmp);
        }
        store_plain(e, memop, mem, tmp);
    }
}

static void store_vec(X86Emit *e, const TcgMop *mop, unsigned memop, X86Mem mem, unsigned reg)
{
    unsigned size = mem_size(memop);

    if (size == TCG_MO_128) {
        X86_SSE(e, movups_mx, mem, reg);
    } else if (size < TCG_MO_32 || is_swapped(memop)) {
        X86_SSE(e, movq_rx, mop->tmp[0], reg);
        store_int(e, mop, memop, mem, mop->tmp[0]);
    } else if (size == TCG_MO_32) {
        X86_SSE(e, movss_mx, mem, reg);
    } else {
        X86_SSE(e, movsd_mx, mem, reg);
    }
}

static void store(X86Emit *e, const TcgMop *mop, unsigned memop, X86Mem mem, TcgLoc value)
{
    if (value.kind == TCG_LOC_CONST) {
        store_const(e, memop, mem, x86_bits(e, value));
    } else if (value.reg >= X86_XMM0) {
        store_vec(e, mop, memop, mem, value.reg);
    } else {
        store_int(e, mop, memop, mem, value.reg);
    }
}

/* ------------------------------------------------------------------ operations */

void x86_emit_ld(X86Emit *e, const TcgMop *mop)
{
    load(e, mop, (unsigned)x86_imm1(mop), x86_state_mem((int32_t)x86_imm0(mop)));
}

void x86_emit_st(X86Emit *e, const TcgMop *mop)
{
    store(e, mop, (unsigned)x86_imm1(mop), x86_state_mem((int32_t)x86_imm0(mop)), mop->in[0]);
}

void x86_emit_gld(X86Emit *e, const TcgMop *mop)
{
    unsigned memop = (unsigned)x86_imm1(mop);
    X86Mem mem = guest_mem(e, mop);

    x86_check_align(e, mop, memop, mem);
    load(e, mop, memop, mem);
}

void x86_emit_gst(X86Emit *e, const TcgMop *mop)
{
    unsigned memop = (unsigned)x86_imm1(mop);
    X86Mem mem = guest_mem(e, mop);

    x86_check_align(e, mop, memop, mem);
    store(e, mop, memop, mem, mop->in[mop->nb_in - 1]);
}
