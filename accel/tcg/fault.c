/*
 * Faults in generated code: host registers to guest state, and out through the epilogue.
 *
 * The state map of the block says where each global was; it is brought to the CPU state.  Then
 * the boundary registers are loaded from there, because the epilogue stores them again.  Runs
 * in the signal handler of the thread that faulted: takes no lock, allocates nothing.  The
 * thread is inside, so nothing it looks at can go away.
 *
 * A helper that touches guest memory must do so through copies that report faults: from its
 * frame there is no way back to the registers of the code that called it.
 */
#include "machine.h"

#include <string.h>

static size_t global_size(const TcgGlobal *global)
{
    return tcg_type_bits(global->type) / 8;
}

/* A register of the thread that faulted. */
typedef struct FaultRegs {
    RegSource source;
    const TcgBackend *backend;
    void *state;
    const void *context;
} FaultRegs;

static bool fault_reg(const RegSource *source, unsigned reg, uint8_t value[32])
{
    const FaultRegs *regs = (const FaultRegs *)source;

    if (regs->backend->interp_get) {
        regs->backend->interp_get(regs->state, reg, value);
    } else {
        regs->backend->context_get(regs->context, reg, value);
    }
    return true;
}

/* All globals with a boundary register to the state. */
static void store_boundary(const Machine *m, uint8_t *state, const RegSource *regs)
{
    const TcgTarget *target = &m->target;
    uint8_t value[32];

    for (unsigned n = 0; n < target->globals->nb; n++) {
        const TcgGlobal *global = &target->globals->global[n];

        if (target->home[n] != TCG_NO_REG && regs->get(regs, target->home[n], value)) {
            memcpy(state + global->offset, value, global_size(global));
        }
    }
}

/* One global that was elsewhere. */
static void store_item(const Machine *m, uint8_t *state, const RegSource *regs, uint64_t sp,
                       const TcgStateItem *item)
{
    const TcgGlobal *global = &m->target.globals->global[item->global];
    uint8_t value[32] = { 0 };

    switch (item->loc.kind) {
    case TCG_LOC_REG:
        if (!regs->get(regs, item->loc.reg, value)) {
            return;
        }
        break;
    case TCG_LOC_STATE:
        memmove(value, state + item->loc.offset, global_size(global));
        break;
    case TCG_LOC_FRAME:
        memcpy(value, (const uint8_t *)(uintptr_t)sp + item->loc.offset, global_size(global));
        break;
    case TCG_LOC_CONST:
        memcpy(value, &item->bits, sizeof(item->bits));
        break;
    default:
        return;
    }
    memcpy(state + global->offset, value, global_size(global));
}

/*
 * A global that is in the CPU state for now (LOC_STATE, its own slot) has a home register with
 * something else in it: what store_boundary() would write there must not be.
 */
void state_store_globals(const Machine *m, uint8_t *state, const RegSource *regs, uint64_t sp,
                         const TcgStateEntry *entry)
{
    uint8_t kept[TCG_MAX_GLOBALS][32];

    for (unsigned n = 0; n < entry->nb_items; n++) {
        const TcgStateItem *item = &entry->item[n];

        if (item->loc.kind == TCG_LOC_STATE) {
            memcpy(kept[n], state + item->loc.offset,
                   global_size(&m->target.globals->global[item->global]));
        }
    }
    store_boundary(m, state, regs);
    for (unsigned n = 0; n < entry->nb_items; n++) {
        const TcgStateItem *item = &entry->item[n];
        const TcgGlobal *global = &m->target.globals->global[item->global];

        if (item->loc.kind == TCG_LOC_STATE) {
            memcpy(state + global->offset, kept[n], global_size(global));
        } else {
            store_item(m, state, regs, sp, item);
        }
    }
}

static void load_boundary(const Machine *m, const uint8_t *state, void *context)
{
    const TcgTarget *target = &m->target;

    for (unsigned n = 0; n < target->globals->nb; n++) {
        const TcgGlobal *global = &target->globals->global[n];
        uint8_t value[32] = { 0 };

        if (target->home[n] != TCG_NO_REG) {
            memcpy(value, state + global->offset, global_size(global));
            target->backend->context_set(context, target->home[n], value);
        }
    }
}

static VcpuFault guest_fault(const siginfo_t *info, const TcgHostFault *fault)
{
    VcpuFault ret = {
        .signo = info->si_signo,
        .code = info->si_code,
        .addr = fault->addr,
        .is_write = fault->is_write,
    };

    if (fault->misaligned) {
        ret.signo = SIGBUS;
        ret.code = BUS_ADRALN;
    } else if (info->si_code == SI_KERNEL) {
        ret.code = SEGV_MAPERR; /* non-canonical: not mapped, as the guest's kernel sees it */
    }
    return ret;
}

/* Did the guest's own access fault, and where? */
static bool find_fault(const Machine *m, void *state, const void *context, TcgHostFault *fault)
{
    const TcgBackend *backend = m->target.backend;

    if (backend->interp_fault) {
        return backend->interp_fault(state, fault);
    }
    if (!backend->context_fault) {
        return false;
    }
    backend->context_fault(context, fault);
    return true;
}

/* Out of the region: through the epilogue, or out of the interpreter. */
static void leave(TcgVcpu *v, uint8_t *state, void *context)
{
    const Machine *m = v->machine;
    const TcgBackend *backend = m->target.backend;

    if (backend->interp_leave) {
        backend->interp_leave(state, TCG_EXIT_FAULT, context);
    } else {
        load_boundary(m, state, context);
        backend->context_jump(context, m->target.epilogue, TCG_EXIT_FAULT, v->env->host_sp);
    }
}

bool machine_handle_fault(Vcpu *vcpu, siginfo_t *info, void *context)
{
    TcgVcpu *v = vcpu->accel;
    const Machine *m = v->machine;
    TcgHostFault fault = { .addr = (uintptr_t)info->si_addr };
    TcgStateEntry entry;
    const TransBlock *block;
    FaultRegs regs;
    uint32_t offset;

    if (!__atomic_load_n(&v->inside, __ATOMIC_RELAXED) ||
        !find_fault(m, vcpu->state, context, &fault)) {
        return false;
    }
    block = block_cache_find_host(&m->cache, fault.pc);
    if (!block) {
        return false;
    }
    offset = (uint32_t)(fault.pc - block_code(&m->cache, block));
    if (!tcg_state_map_find(block_map(block), block->map_size, block->pc, offset, &entry)) {
        return false;
    }
    regs = (FaultRegs){ { fault_reg }, m->target.backend, vcpu->state, context };
    state_store_globals(m, vcpu->state, &regs.source, fault.sp, &entry);
    vcpu_set_pc(vcpu, entry.pc);
    vcpu->fault = guest_fault(info, &fault);
    leave(v, vcpu->state, context);
    return true;
}
