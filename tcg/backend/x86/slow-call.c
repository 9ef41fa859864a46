/*
 * Calls of slow.h's functions from cold paths: the trampoline (abi-x86_64.c) preserves every
 * register, so that the allocator need not know of them.
 */
#include "emit.h"

static X86Mem slow_arg_mem(unsigned n)
{
    X86Mem mem = x86_env_mem(slow_arg);

    mem.disp += (int32_t)(n * sizeof(uint64_t));
    return mem;
}

void x86_slow_arg_imm(X86Emit *e, unsigned n, uint64_t value)
{
    X86Mem mem = slow_arg_mem(n);

    if (value == (uint64_t)(int64_t)(int32_t)value) {
        x86_mov_mi(&e->a, true, mem, (int32_t)value);
        return;
    }
    x86_mov_mi(&e->a, false, mem, (int32_t)value);
    mem.disp += 4;
    x86_mov_mi(&e->a, false, mem, (int32_t)(value >> 32));
}

void x86_slow_arg(X86Emit *e, unsigned n, TcgLoc loc)
{
    if (loc.kind == TCG_LOC_CONST) {
        x86_slow_arg_imm(e, n, e->r->vals[loc.val].bits);
    } else if (loc.reg >= X86_XMM0) {
        X86_SSE(e, movsd_mx, slow_arg_mem(n), loc.reg);
    } else {
        x86_mov_mr(&e->a, true, slow_arg_mem(n), loc.reg);
    }
}

/* rax carries the function's address; the trampoline puts it back from slow_int[0]. */
void x86_slow_call(X86Emit *e, X86SlowFn *fn)
{
    x86_mov_mr(&e->a, true, x86_env_mem(slow_int), X86_RAX);
    x86_load_const(e, X86_RAX, (uintptr_t)fn);
    x86_call_to(e, e->target->slow_call);
}

void x86_slow_result(X86Emit *e, unsigned reg)
{
    if (reg >= X86_XMM0) {
        X86_SSE(e, movsd_xm, reg, x86_env_mem(slow_ret));
    } else {
        x86_mov_rm(&e->a, true, reg, x86_env_mem(slow_ret));
    }
}
