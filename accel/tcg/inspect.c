/*
 * The guest's registers as a frame of the host's stack had them: a report's, not the run loop's.
 *
 * The interrupted frame has its registers in the ucontext.  A block that called a helper has in
 * registers that calls preserve what the unwinder finds; the state map names no other.  One that
 * called a slow path has all others in the environment, where the trampoline saved them.
 *
 * Runs in the signal handler of a thread that is about to die: takes no lock, allocates nothing.
 */
#include "machine.h"

#include <string.h>

typedef struct FrameRegs {
    RegSource source;
    const Machine *m;
    const TcgEnv *env;
    const AccelHostFrame *frame;
} FrameRegs;

enum { FIRST_VEC = 16 };

static bool frame_reg(const RegSource *source, unsigned reg, uint8_t value[32])
{
    const FrameRegs *regs = (const FrameRegs *)source;
    const TcgBackend *backend = regs->m->target.backend;
    uint64_t word;

    if (regs->frame->context) {
        backend->context_get(regs->frame->context, reg, value);
        return true;
    }
    if (!(backend->caller_saved >> reg & 1)) {
        word = regs->frame->get(regs->frame->opaque, backend->dwarf->regs[reg]);
        memcpy(value, &word, sizeof(word));
        return true;
    }
    if (!regs->frame->has_inner) {
        return false;
    }
    if (reg < FIRST_VEC) {
        memcpy(value, &regs->env->slow_int[reg], sizeof(regs->env->slow_int[reg]));
    } else {
        memcpy(value, regs->env->slow_vec[reg - FIRST_VEC], sizeof(regs->env->slow_vec[0]));
    }
    return true;
}

bool machine_inspect(const Vcpu *vcpu, const AccelHostFrame *frame, void *state)
{
    const TcgVcpu *v = vcpu->accel;
    const Machine *m = v->machine;
    /* A caller's pc is behind its call. */
    const uint8_t *pc = frame->context ? frame->pc : frame->pc - 1;
    FrameRegs regs = { { frame_reg }, m, v->env, frame };
    const TransBlock *block;
    TcgStateEntry entry;

    if (!m->target.backend->dwarf) {
        return false;
    }
    block = block_cache_find_host(&m->cache, pc);
    if (!block || !tcg_state_map_find(block_map(block), block->map_size, block->pc,
                                      (uint32_t)(pc - block_code(&m->cache, block)), &entry)) {
        return false;
    }
    state_store_globals(m, state, &regs.source, frame->sp, &entry);
    guest_state_set_addr(m->guest, state, m->guest->pc_offset, entry.pc);
    return true;
}
