/*
 * The run loop: from block to block until something needs the process.
 *
 * Generated code returns why it left (TcgExit), or the address of a direct jump that is not
 * linked yet.  The vCPU is inside while it loops; finding a block may flush, and then everything
 * found before is gone: machine->generation tells.
 */
#include "machine.h"

#include <glib.h>

#include "util/log.h"

typedef uint64_t EnterFn(void *state, const void *code);

/* Exits that end the run. */
static const VcpuExit exit_of[TCG_EXIT_COUNT] = {
    [TCG_EXIT_SYSCALL] = VCPU_SYSCALL,
    [TCG_EXIT_ILLEGAL] = VCPU_ILLEGAL,
    [TCG_EXIT_BREAKPOINT] = VCPU_BREAKPOINT,
    [TCG_EXIT_FAULT] = VCPU_FAULT,
};

static uint64_t enter(TcgVcpu *v, const TransBlock *block)
{
    const Machine *m = v->machine;
    const void *code = block_code(&m->cache, block);

    if (m->target.backend->enter) {
        return m->target.backend->enter(v->vcpu->state, code);
    }
    return ((EnterFn *)(uintptr_t)m->entry)(v->vcpu->state, code);
}

/* The block at the state's pc; NULL: *ret_exit and vcpu->fault say why there is none. */
static TransBlock *find_block(TcgVcpu *v, GuestAddr pc, VcpuExit *ret_exit)
{
    Machine *m = v->machine;
    uint32_t flags = v->flags;
    TransBlock *block = block_cache_find(&m->cache, pc, flags);

    while (!block) {
        uint32_t generation = v->generation;

        switch (translate(v, pc, flags, &block)) {
        case TRANS_OK:
            break;
        case TRANS_FAULT:
            *ret_exit = VCPU_FAULT;
            return NULL;
        case TRANS_BREAKPOINT:
            *ret_exit = VCPU_DEBUG;
            return NULL;
        case TRANS_FULL:
            machine_flush(v, generation);
            break;
        }
    }
    return block;
}

/* Generated code will find this block itself next time. */
static void remember(TcgVcpu *v, const TransBlock *block)
{
    const Machine *m = v->machine;
    size_t n = (block->pc >> m->target.insn_shift) & (TCG_JUMP_CACHE_SIZE - 1);

    v->jump_cache[n] = (TcgJumpCacheEntry){ block->pc, block_code(&m->cache, block) };
}

static TransBlock *find_at_pc(TcgVcpu *v, VcpuExit *ret_exit)
{
    TransBlock *block = find_block(v, vcpu_pc(v->vcpu), ret_exit);

    if (block && !(v->flags & FLAG_STEP)) {
        remember(v, block);
    }
    return block;
}

static void link_jump(TcgVcpu *v, TransBlock *from, TransLink *link, TransBlock *to)
{
    Machine *m = v->machine;

    if (m->chain) {
        pthread_mutex_lock(&m->lock);
        chain_link_locked(m, from, link, to);
        pthread_mutex_unlock(&m->lock);
    }
}

/* Generated code came to a direct jump that leads nowhere yet. */
static TransBlock *follow_jump(TcgVcpu *v, const uint8_t *site, VcpuExit *ret_exit)
{
    Machine *m = v->machine;
    TransBlock *from = block_cache_find_host(&m->cache, site);
    TransLink *link = from ? block_find_link(&m->cache, from, site) : NULL;
    uint32_t generation = v->generation;
    TransBlock *to;

    if (!link) {
        g_error("generated code left at %p, which is no jump", (const void *)site);
    }
    vcpu_set_pc(v->vcpu, link->pc);
    if (v->flags & FLAG_STEP) {
        *ret_exit = VCPU_DEBUG;
        return NULL;
    }
    to = find_block(v, link->pc, ret_exit);
    if (to && v->generation == generation) {
        link_jump(v, from, link, to);
    }
    return to;
}

/* The block flags may have changed: targets remembered for the old ones are of no use. */
static void update_flags(TcgVcpu *v)
{
    const GuestArch *guest = v->machine->guest;
    uint32_t flags = guest->block_flags ? guest->block_flags(v->vcpu->state) : 0;

    flags |= v->step ? FLAG_STEP : 0;
    if (flags != v->flags) {
        v->flags = flags;
        vcpu_forget(v);
    }
}

static void fp_enter(TcgVcpu *v)
{
    const GuestArch *guest = v->machine->guest;

    if (guest->fp_to_mxcsr) {
        v->env->guest_mxcsr = guest->fp_to_mxcsr(v->vcpu->state);
    }
}

static void fp_leave(TcgVcpu *v)
{
    const GuestArch *guest = v->machine->guest;

    if (guest->fp_from_mxcsr) {
        guest->fp_from_mxcsr(v->vcpu->state, v->env->guest_mxcsr);
    }
}

/* fence.i: what was translated may be old. */
static void drop_translations(TcgVcpu *v)
{
    Machine *m = v->machine;

    pthread_mutex_lock(&m->lock);
    __atomic_store_n(&m->code_version, m->code_version + 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&m->lock);
    machine_flush(v, v->generation);
}

/*
 * Do what generated code asked for.  True: go on at the state's pc; false: *ret_exit.
 */
static bool handle_exit(TcgVcpu *v, uint64_t reason, VcpuExit *ret_exit)
{
    *ret_exit = VCPU_DEBUG;
    switch (reason) {
    case TCG_EXIT_LOOKUP:
        return !v->step;
    case TCG_EXIT_INTERRUPT: /* the loop looks at env->pending first of all */
        return true;
    case TCG_EXIT_FLUSH:
        drop_translations(v);
        return !v->step;
    case TCG_EXIT_STATE:
        fp_leave(v);
        fp_enter(v);
        update_flags(v);
        return !v->step;
    case TCG_EXIT_FETCH:
        /* Not fetchable when it was lifted; by now it may be, and then this finds a block. */
        return true;
    default:
        *ret_exit = exit_of[reason];
        return false;
    }
}

static VcpuExit loop(TcgVcpu *v)
{
    TransBlock *block = NULL;
    VcpuExit exit;

    for (;;) {
        uint64_t result;

        if (__atomic_load_n(&v->env->pending, __ATOMIC_ACQUIRE)) {
            if (!vcpu_serve(v)) {
                return VCPU_INTERRUPT;
            }
            block = NULL;
        }
        if (!block) {
            block = find_at_pc(v, &exit);
        }
        if (!block) {
            return exit;
        }
        if (log_on(LOG_EXEC)) {
            trace_exec(v, block);
        }
        result = enter(v, block);
        if (result >= TCG_EXIT_COUNT) {
            block = follow_jump(v, (const uint8_t *)(uintptr_t)result, &exit);
            if (!block) {
                return exit;
            }
        } else if (handle_exit(v, result, &exit)) {
            block = NULL;
        } else {
            return exit;
        }
    }
}

VcpuExit machine_run(Vcpu *vcpu)
{
    TcgVcpu *v = vcpu->accel;
    VcpuExit exit;

    fp_enter(v);
    vcpu_step_inside(v);
    update_flags(v);
    exit = loop(v);
    vcpu_step_outside(v);
    fp_leave(v);
    return exit;
}
