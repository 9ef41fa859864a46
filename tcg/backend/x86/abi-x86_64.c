/*
 * Entering and leaving generated code under the System V x86-64 convention, the trampoline of
 * slow-path calls, and the registers of an interrupted thread.
 */
#include <elf.h>
#include <glib.h>
#include <string.h>
#include <sys/ucontext.h>

#include "emit.h"
#include "fault.h"

enum {
    SPILL_SIZE = 1024,
    ENTRY_BYTES = 4096, /* upper bound of prologue, epilogue and trampoline */
};

/*
 * The caller's call left the stack 8 off 16; six pushes keep that; the frame makes it even, as calls
 * of helpers need.
 */
static const TcgFrameLayout frame = {
    .saved = { X86_RBP, X86_RBX, X86_R12, X86_R13, X86_R14, X86_R15 },
    .nb_saved = 6,
    .size = SPILL_SIZE + 8,
    .spill_size = SPILL_SIZE,
};

/* DWARF numbers: System V ABI, AMD64 supplement, figure 3.36. */
static const uint8_t dwarf_regs[TCG_MAX_REGS] = { 0,  2,  1,  3,  7,  6,  4,  5,  8,  9,  10,
                                                  11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22,
                                                  23, 24, 25, 26, 27, 28, 29, 30, 31, 32 };
const TcgHostDwarf x86_64_dwarf = {
    .elf_machine = EM_X86_64,
    .bits = 64,
    .stack_pointer = 7,
    .return_address = 16,
    .regs = dwarf_regs,
};

/* Move between boundary registers and the CPU state. */
static void sync_homes(X86Emit *e, bool store)
{
    const TcgGlobals *globals = e->target->globals;

    for (unsigned g = 0; g < globals->nb; g++) {
        TcgLoc home = { .kind = TCG_LOC_REG, .reg = e->target->home[g] };
        TcgLoc slot = { .kind = TCG_LOC_STATE, .offset = (int32_t)globals->global[g].offset };
        TcgMop move = { .type = globals->global[g].type };

        if (home.reg != TCG_NO_REG) {
            move.out = store ? slot : home;
            move.in[0] = store ? home : slot;
            x86_move(e, &move);
        }
    }
}

/* From here on so many registers are saved, below them lie so many bytes, and then the stack pointer. */
static TcgFrameStep *note_step(X86Emit *e, TcgTarget *target, unsigned nb_saved, uint32_t below)
{
    TcgFrameStep *step = &target->steps[target->nb_steps++];

    g_assert(target->nb_steps <= TCG_MAX_FRAME_STEPS);
    *step = (TcgFrameStep){
        .offset = (uint32_t)x86_offset(e),
        .cfa = 8 * (1 + nb_saved) + below,
        .nb_saved = (uint8_t)nb_saved,
    };
    return step;
}

static void begin_part(X86Emit *e, TcgTarget *target, unsigned nb_saved, uint32_t below)
{
    note_step(e, target, nb_saved, below)->begins = true;
}

/* enter(state in rdi, code in rsi) */
static void emit_prologue(X86Emit *e, TcgTarget *target)
{
    begin_part(e, target, 0, 0);
    for (unsigned n = 0; n < frame.nb_saved; n++) {
        x86_push_r(&e->a, frame.saved[n]);
        note_step(e, target, n + 1, 0);
    }
    x86_sub_ri(&e->a, true, X86_RSP, (int32_t)frame.size);
    note_step(e, target, frame.nb_saved, frame.size);
    x86_lea_rm(&e->a, true, X86_RBP, x86_mem(X86_RDI, TCG_ENV_BIAS));
    x86_mov_rr(&e->a, true, X86_RAX, X86_RSI); /* rsi may be a boundary register */
    x86_mov_mr(&e->a, true, x86_env_mem(host_sp), X86_RSP);
    X86_SSE(e, stmxcsr_m, x86_env_mem(host_mxcsr));
    X86_SSE(e, ldmxcsr_m, x86_env_mem(guest_mxcsr));
    sync_homes(e, false);
    x86_jmp_r(&e->a, X86_RAX);
}

/* rax is the run loop's. */
static void emit_epilogue(X86Emit *e, TcgTarget *target)
{
    sync_homes(e, true);
    X86_SSE(e, stmxcsr_m, x86_env_mem(guest_mxcsr));
    X86_SSE(e, ldmxcsr_m, x86_env_mem(host_mxcsr));
    x86_add_ri(&e->a, true, X86_RSP, (int32_t)frame.size);
    note_step(e, target, frame.nb_saved, 0);
    for (unsigned n = frame.nb_saved; n-- > 0;) {
        x86_pop_r(&e->a, frame.saved[n]);
        note_step(e, target, n, 0);
    }
    x86_ret(&e->a);
}

static X86Mem slow_save_mem(unsigned reg)
{
    X86Mem mem = reg < X86_XMM0 ? x86_env_mem(slow_int) : x86_env_mem(slow_vec);

    mem.disp += (int32_t)(reg < X86_XMM0 ? reg * 8 : (reg - X86_XMM0) * 16);
    return mem;
}

/* Everything the callee may change, but rax, which the cold path has saved in slow_int[0]. */
static void save_caller_saved(X86Emit *e, bool store)
{
    for (unsigned reg = 1; reg < TCG_MAX_REGS; reg++) {
        if (!(e->target->backend->caller_saved >> reg & 1)) {
            continue;
        }
        if (reg >= X86_XMM0 && store) {
            X86_SSE(e, movups_mx, slow_save_mem(reg), reg);
        } else if (reg >= X86_XMM0) {
            X86_SSE(e, movups_xm, reg, slow_save_mem(reg));
        } else if (store) {
            x86_mov_mr(&e->a, true, slow_save_mem(reg), reg);
        } else {
            x86_mov_rm(&e->a, true, reg, slow_save_mem(reg));
        }
    }
}

/* rax: the function; its argument is env->slow_arg.  Called from a region: a frame of its own. */
static void emit_slow_call(X86Emit *e, TcgTarget *target)
{
    begin_part(e, target, 0, 0);
    save_caller_saved(e, true);
    x86_lea_rm(&e->a, true, X86_RDI, x86_env_mem(slow_arg));
    x86_sub_ri(&e->a, true, X86_RSP, 8); /* the return address: even again */
    note_step(e, target, 0, 8);
    x86_call_r(&e->a, X86_RAX);
    x86_add_ri(&e->a, true, X86_RSP, 8);
    note_step(e, target, 0, 0);
    x86_mov_mr(&e->a, true, x86_env_mem(slow_ret), X86_RAX);
    save_caller_saved(e, false);
    x86_mov_rm(&e->a, true, X86_RAX, x86_env_mem(slow_int));
    x86_ret(&e->a);
}

size_t x86_emit_entry(TcgTarget *target, TcgCodeSpace space)
{
    X86Emit e = {
        .a = { space.rw, true },
        .features = x86_features(),
        .avx = x86_features() & X86_HAS_AVX,
        .target = target,
        .space = space,
    };

    if (space.size < ENTRY_BYTES) {
        return 0;
    }
    target->frame = frame;
    target->nb_steps = 0;
    emit_prologue(&e, target);
    target->epilogue = space.rx + x86_offset(&e);
    emit_epilogue(&e, target);
    target->slow_call = space.rx + x86_offset(&e);
    emit_slow_call(&e, target);
    begin_part(&e, target, frame.nb_saved, frame.size);
    return x86_offset(&e);
}

/* ------------------------------------------------------------------ interrupted threads */

/* gregs index by hardware number. */
static const uint8_t greg[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                  REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                  REG_R12, REG_R13, REG_R14, REG_R15 };

void x86_context_get(const void *ucontext, unsigned reg, uint8_t value[32])
{
    const ucontext_t *uc = ucontext;

    memset(value, 0, 32);
    if (reg < X86_XMM0) {
        memcpy(value, &uc->uc_mcontext.gregs[greg[reg]], 8);
    } else {
        memcpy(value, &uc->uc_mcontext.fpregs->_xmm[reg - X86_XMM0], 16);
    }
}

void x86_context_set(void *ucontext, unsigned reg, const uint8_t value[32])
{
    ucontext_t *uc = ucontext;

    if (reg < X86_XMM0) {
        memcpy(&uc->uc_mcontext.gregs[greg[reg]], value, 8);
    } else {
        memcpy(&uc->uc_mcontext.fpregs->_xmm[reg - X86_XMM0], value, 16);
    }
}

/*
 * Page faults tell the access in the error code, bit 1; general protection is a non-canonical address, about
 * which the CPU tells nothing, or the hlt of a misaligned access (ops-mem.c), which has left the address in
 * env->slow_arg[0].
 */
void x86_context_fault(const void *ucontext, TcgHostFault *ret)
{
    const ucontext_t *uc = ucontext;
    const greg_t *gregs = uc->uc_mcontext.gregs;
    enum {
        GENERAL_PROTECTION = 13,
        PAGE_FAULT = 14,
        HLT = 0xf4,
        ERROR_WRITE = 2,
        ERROR_FETCH = 16
    };
    uint64_t regs[16];

    ret->pc = (const uint8_t *)gregs[REG_RIP];
    ret->sp = (uint64_t)gregs[REG_RSP];
    if (gregs[REG_TRAPNO] == PAGE_FAULT && !(gregs[REG_ERR] & ERROR_FETCH)) {
        ret->is_write = gregs[REG_ERR] & ERROR_WRITE || *ret->pc == X86_RMW_PREFIX;
    }
    if (gregs[REG_TRAPNO] != GENERAL_PROTECTION) {
        return;
    }
    ret->misaligned = *ret->pc == HLT;
    if (ret->misaligned) {
        ret->addr = tcg_env((void *)(gregs[REG_RBP] - TCG_ENV_BIAS))->slow_arg[0];
        return;
    }
    for (unsigned reg = 0; reg < 16; reg++) {
        regs[reg] = (uint64_t)gregs[greg[reg]];
    }
    ret->is_write = x86_decode_access(ret->pc, regs, &ret->addr);
}

void x86_context_jump(void *ucontext, const uint8_t *rx, uint64_t value, uint64_t sp)
{
    ucontext_t *uc = ucontext;

    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)rx;
    uc->uc_mcontext.gregs[REG_RAX] = (greg_t)value;
    uc->uc_mcontext.gregs[REG_RSP] = (greg_t)sp;
}
