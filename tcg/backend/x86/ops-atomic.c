/*
 * Atomic operations on guest memory, and fences.
 *
 * The output is never a register that holds guest state (rule: early), since the access may
 * fault after it was written.
 */
#include "fault.h"
#include "ops.h"

static unsigned mem_size(const TcgMop *mop)
{
    return x86_imm1(mop) & TCG_MO_SIZE;
}

/* The old value in the output, as the MemOp extends it. */
static void extend_old(X86Emit *e, const TcgMop *mop)
{
    bool is_signed = x86_imm1(mop) & TCG_MO_SIGN, w = x86_is64(mop);
    unsigned out = mop->out.reg;

    switch (mem_size(mop)) {
    case TCG_MO_8:
        if (is_signed) {
            x86_movsx8_rr(&e->a, w, out, out);
        } else {
            x86_movzx8_rr(&e->a, false, out, out);
        }
        break;
    case TCG_MO_16:
        if (is_signed) {
            x86_movsx16_rr(&e->a, w, out, out);
        } else {
            x86_movzx16_rr(&e->a, false, out, out);
        }
        break;
    case TCG_MO_32:
        if (is_signed && w) {
            x86_movsxd_rr(&e->a, out, out);
        } else {
            x86_mov_rr(&e->a, false, out, out);
        }
        break;
    }
}

static void lock_cmpxchg(X86Emit *e, unsigned size, X86Mem mem, unsigned value)
{
    switch (size) {
    case TCG_MO_8:
        x86_lock_cmpxchg8_mr(&e->a, mem, value);
        break;
    case TCG_MO_16:
        x86_lock_cmpxchg16_mr(&e->a, mem, value);
        break;
    default:
        x86_lock_cmpxchg_mr(&e->a, size == TCG_MO_64, mem, value);
    }
}

static void exchange(X86Emit *e, unsigned size, X86Mem mem, unsigned reg)
{
    switch (size) {
    case TCG_MO_8:
        x86_xchg8_mr(&e->a, mem, reg);
        break;
    case TCG_MO_16:
        x86_xchg16_mr(&e->a, mem, reg);
        break;
    default:
        x86_xchg_mr(&e->a, size == TCG_MO_64, mem, reg);
    }
}

static void lock_xadd(X86Emit *e, unsigned size, X86Mem mem, unsigned reg)
{
    switch (size) {
    case TCG_MO_8:
        x86_lock_xadd8_mr(&e->a, mem, reg);
        break;
    case TCG_MO_16:
        x86_lock_xadd16_mr(&e->a, mem, reg);
        break;
    default:
        x86_lock_xadd_mr(&e->a, size == TCG_MO_64, mem, reg);
    }
}

/* Compare a and b in the size of the access. */
static void compare_sized(X86Emit *e, unsigned size, unsigned a, unsigned b)
{
    switch (size) {
    case TCG_MO_8:
        x86_cmp8_rr(&e->a, a, b);
        break;
    case TCG_MO_16:
        x86_cmp16_rr(&e->a, a, b);
        break;
    default:
        x86_cmp_rr(&e->a, size == TCG_MO_64, a, b);
    }
}

/* The other byte order, if the access has it. */
static void swap_bytes(X86Emit *e, const TcgMop *mop, unsigned reg)
{
    if (!(x86_imm1(mop) & TCG_MO_BSWAP) || mem_size(mop) == TCG_MO_8) {
        return;
    }
    if (mem_size(mop) == TCG_MO_16) {
        x86_rol16_ri(&e->a, reg, 8);
    } else {
        x86_bswap_r(&e->a, mem_size(mop) == TCG_MO_64, reg);
    }
}

/* tmp, the old value, becomes the new one. */
static void combine(X86Emit *e, TcgRmw rmw, unsigned size, unsigned tmp, unsigned value)
{
    static const uint8_t take_value[TCG_RMW_COUNT] = {
        [TCG_RMW_SMIN] = X86_GE,
        [TCG_RMW_SMAX] = X86_LE,
        [TCG_RMW_UMIN] = X86_AE,
        [TCG_RMW_UMAX] = X86_BE,
    };

    switch (rmw) {
    case TCG_RMW_XCHG:
        x86_mov_rr(&e->a, true, tmp, value);
        break;
    case TCG_RMW_ADD:
        x86_add_rr(&e->a, true, tmp, value);
        break;
    case TCG_RMW_AND:
        x86_and_rr(&e->a, true, tmp, value);
        break;
    case TCG_RMW_OR:
        x86_or_rr(&e->a, true, tmp, value);
        break;
    case TCG_RMW_XOR:
        x86_xor_rr(&e->a, true, tmp, value);
        break;
    default:
        compare_sized(e, size, tmp, value);
        x86_cmov_rr(&e->a, true, take_value[rmw], tmp, value);
    }
}

/* A fault of this load is a fault of the write that will follow: a ds prefix, otherwise without
 * meaning, says so to x86_context_fault(). */
static void load_old(X86Emit *e, unsigned size, X86Mem mem)
{
    x86_u8(&e->a, X86_RMW_PREFIX);
    if (size == TCG_MO_8) {
        x86_movzx8_rm(&e->a, false, X86_RAX, mem);
    } else if (size == TCG_MO_16) {
        x86_movzx16_rm(&e->a, false, X86_RAX, mem);
    } else {
        x86_mov_rm(&e->a, size == TCG_MO_64, X86_RAX, mem);
    }
}

static void cmpxchg_loop(X86Emit *e, const TcgMop *mop, X86Mem mem)
{
    unsigned size = mem_size(mop);
    uint8_t *again;

    load_old(e, size, mem);
    again = e->a.p;
    x86_mov_rr(&e->a, true, mop->tmp[0], X86_RAX);
    swap_bytes(e, mop, mop->tmp[0]);
    combine(e, (TcgRmw)x86_imm0(mop), size, mop->tmp[0], mop->in[1].reg);
    swap_bytes(e, mop, mop->tmp[0]);
    lock_cmpxchg(e, size, mem, mop->tmp[0]);
    x86_j8_i(&e->a, X86_NE, (int32_t)(again - (e->a.p + 2)));
}

void x86_emit_gatomic(X86Emit *e, const TcgMop *mop)
{
    X86Mem mem = x86_mem(mop->in[0].reg, 0);
    unsigned out = mop->out.reg;

    x86_check_align(e, mop, (unsigned)x86_imm1(mop), mem);
    if (mop->tmp[0] != TCG_NO_REG) { /* the rule for what is no single instruction */
        cmpxchg_loop(e, mop, mem);
        swap_bytes(e, mop, out);
    } else {
        x86_mov(e, true, out, mop->in[1].reg);
        if (x86_imm0(mop) == TCG_RMW_XCHG) {
            exchange(e, mem_size(mop), mem, out);
        } else {
            lock_xadd(e, mem_size(mop), mem, out);
        }
    }
    extend_old(e, mop);
}

void x86_emit_gcmpxchg(X86Emit *e, const TcgMop *mop)
{
    X86Mem mem = x86_mem(mop->in[0].reg, 0);
    unsigned value = mop->in[2].reg;

    x86_check_align(e, mop, (unsigned)x86_imm1(mop), mem);
    x86_mov(e, true, X86_RAX, mop->in[1].reg);
    if (x86_imm1(mop) & TCG_MO_BSWAP) {
        value = mop->tmp[0];
        x86_mov_rr(&e->a, true, value, mop->in[2].reg);
        swap_bytes(e, mop, value);
        swap_bytes(e, mop, X86_RAX);
    }
    lock_cmpxchg(e, mem_size(mop), mem, value);
    swap_bytes(e, mop, X86_RAX);
    extend_old(e, mop);
}

/*
 * x86 reorders loads before earlier stores and nothing else (SDM volume 3, 8.2.2).  A locked operation on
 * the stack orders these too, in a fraction of mfence's time.
 */
void x86_emit_fence(X86Emit *e, const TcgMop *mop)
{
    if (x86_imm0(mop) & TCG_FENCE_ST_LD) {
        x86_lock_or_mi(&e->a, false, x86_mem(X86_RSP, -64), 0);
    }
}
