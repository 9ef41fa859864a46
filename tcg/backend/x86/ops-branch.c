/*
 * Control flow: branches inside the region and the ways out of it.
 */
#include "ops.h"

void x86_emit_br(X86Emit *e, const TcgMop *mop)
{
    x86_go_to(e, mop->target);
}

void x86_emit_brcond(X86Emit *e, const TcgMop *mop)
{
    uint32_t start = x86_offset(e);
    X86Cc cc = x86_compare(e, mop);

    x86_cond_branch(e, mop, cc, start);
}

/* Equality needs two jumps: the zero flag is set for unordered operands too. */
static void branch_equal(X86Emit *e, const TcgMop *mop)
{
    TcgMblock *taken = x86_final_target(mop->target), *through = x86_final_target(e->mblock->next);
    bool equal = x86_imm0(mop) == TCG_FCOND_EQ;
    TcgMblock *if_equal = equal ? taken : through, *if_not = equal ? through : taken;

    if (x86_is_f64(mop)) {
        X86_SSE(e, ucomisd_xx, mop->in[0].reg, mop->in[1].reg);
    } else {
        X86_SSE(e, ucomiss_xx, mop->in[0].reg, mop->in[1].reg);
    }
    x86_branch(e, X86_P, if_not);
    x86_branch(e, X86_NE, if_not);
    x86_go_to(e, if_equal);
}

void x86_emit_fbrcond(X86Emit *e, const TcgMop *mop)
{
    uint32_t start = x86_offset(e);

    if ((x86_imm0(mop) & ~UINT64_C(1)) != TCG_FCOND_EQ) {
        X86Cc cc = x86_fcompare(e, mop);

        x86_cond_branch(e, mop, cc, start);
    } else {
        branch_equal(e, mop);
    }
}

void x86_emit_br_pending(X86Emit *e, const TcgMop *mop)
{
    uint32_t start = x86_offset(e);

    x86_cmp_mi(&e->a, false, x86_env_mem(pending), 0);
    x86_cond_branch(e, mop, X86_NE, start);
}

/* ------------------------------------------------------------------ out of the region */

void x86_emit_goto_tb(X86Emit *e, const TcgMop *mop)
{
    x86_patchable(e, mop, X86_ALWAYS, x86_offset(e));
}

void x86_emit_exit_tb(X86Emit *e, const TcgMop *mop)
{
    x86_store_pc(e, x86_imm1(mop));
    x86_load_const(e, X86_RAX, x86_imm0(mop));
    x86_jmp_to(e, e->target->epilogue);
}

static void jump_miss(X86Emit *e, const X86Stub *stub)
{
    x86_mov_mr(&e->a, e->target->pc_bits != 32, x86_state_mem((int32_t)e->target->pc_offset),
               X86_RDX);
    x86_load_const(e, X86_RAX, TCG_EXIT_LOOKUP);
    x86_jmp_to(e, e->target->epilogue);
}

/*
 * The thread's cache of indirect jumps, indexed by the pc's low bits.  The pc is in rdx; all globals are at
 * home, so rax and rcx are free.  A masked pc is index << shift; an entry has 16 bytes.
 */
void x86_emit_goto_ptr(X86Emit *e, const TcgMop *mop)
{
    unsigned shift = e->target->insn_shift;
    int32_t code = (int32_t)offsetof(TcgJumpCacheEntry, code);

    if (e->target->pc_bits == 32) {
        x86_mov_rr(&e->a, false, X86_RDX, X86_RDX);
    }
    x86_mov_rm(&e->a, true, X86_RCX, x86_env_mem(jump_cache));
    x86_mov_rr(&e->a, false, X86_RAX, X86_RDX);
    x86_and_ri(&e->a, false, X86_RAX, (TCG_JUMP_CACHE_SIZE - 1) << shift);
    if (shift == 0) { /* the largest scale is 8 */
        x86_add_rr(&e->a, false, X86_RAX, X86_RAX);
        shift = 1;
    }
    x86_cmp_rm(&e->a, true, X86_RDX, x86_mem_index(X86_RCX, X86_RAX, 4 - shift, 0));
    x86_stub(e, mop, jump_miss, X86_NE);
    x86_jmp_m(&e->a, x86_mem_index(X86_RCX, X86_RAX, 4 - shift, code));
}
