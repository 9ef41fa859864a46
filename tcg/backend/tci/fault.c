/*
 * In and out of the interpreter, faults included.
 *
 * A host fault in an access the guest made has its instruction in env->tci_pc.  The handler rebuilds the guest's
 * state from the frame, then leaves: it makes the interrupted thread, once the handler has
 * returned, jump to the sigsetjmp() of tci_enter().  This is the project's only long jump, and it
 * leaves no C frame but tci_run()'s and those of memory.c.
 */
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "bytecode.h"
#include "host-fp.h"
#include "tcg/env.h"

static void load_homes(TciFrame *f, const uint8_t *state)
{
    for (unsigned n = 0; n < f->boundary->nb_homes; n++) {
        const struct TciHome *home = &f->boundary->home[n];

        if (home->reg < TCI_VEC) {
            uint64_t value = 0;

            memcpy(&value, state + home->offset, home->bytes);
            f->x[home->reg] = value;
        } else {
            TciVec *v = &f->v[home->reg - TCI_VEC];

            memset(v, 0, sizeof(*v));
            memcpy(v, state + home->offset, home->bytes);
        }
    }
}

static void store_homes(const TciFrame *f, uint8_t *state)
{
    for (unsigned n = 0; n < f->boundary->nb_homes; n++) {
        const struct TciHome *home = &f->boundary->home[n];
        const void *from =
            home->reg < TCI_VEC ? (const void *)&f->x[home->reg] : &f->v[home->reg - TCI_VEC];

        memcpy(state + home->offset, from, home->bytes);
    }
}

__attribute__((noinline)) static uint64_t run_inside(TciFrame *f, uint8_t *state, const void *code)
{
    uint64_t value;

    if (sigsetjmp(f->leave, 0)) {
        return f->leave_value; /* the handler has stored the globals */
    }
    load_homes(f, state);
    value = tci_run(f, state, code);
    store_homes(f, state);
    return value;
}

uint64_t tci_enter(void *state, const void *code)
{
    TcgEnv *env = tcg_env(state);
    TciFrame f;
    uint64_t value;

    f.boundary = ((const TciWord *)code)[1].ptr;
    env->tci_pc = NULL;
    env->tci_frame = &f;
    fp_set(env->guest_mxcsr);
    value = run_inside(&f, state, code);
    env->guest_mxcsr = fp_get();
    fp_set(env->host_mxcsr);
    env->tci_pc = NULL;
    env->tci_frame = NULL;
    return value;
}

static bool is_any(unsigned op)
{
    return op == TCI_gld_any || op == TCI_gst_any || op == TCI_gldx_any || op == TCI_gstx_any;
}

static bool is_store(unsigned op)
{
    return (op >= TCI_gst_x8 && op <= TCI_gst_any) || (op >= TCI_gstx_x8 && op <= TCI_gstx_any) ||
           op == TCI_gatomic || op == TCI_gcmpxchg;
}

static unsigned memop_of(const TciInsn *insn)
{
    return insn->op == TCI_gcmpxchg ? insn->r[4] : insn->r[3];
}

bool tci_fault(void *state, TcgHostFault *ret)
{
    const TcgEnv *env = tcg_env(state);
    const TciWord *at = env->tci_pc;
    const TciFrame *f = env->tci_frame;
    uint64_t addr, size;
    unsigned mop;
    bool checks;

    if (!at || !f) {
        return false;
    }
    mop = memop_of(&at->insn);
    addr = tci_address(f, at);
    size = UINT64_C(1) << (mop & TCG_MO_SIZE);
    checks = is_any(at->insn.op) || at->insn.op >= TCI_gatomic;
    ret->misaligned = checks && (mop & TCG_MO_ALIGN) && (addr & (size - 1));
    /* Else it is the interpreter's own fault.  The kernel knows no address of a non-canonical access. */
    if (!ret->misaligned && ret->addr && ret->addr - addr >= size) {
        return false;
    }
    if (ret->misaligned || !ret->addr) {
        ret->addr = addr;
    }
    ret->pc = (const uint8_t *)at;
    ret->sp = (uintptr_t)f->slots;
    ret->is_write = is_store(at->insn.op);
    return true;
}

void tci_get(void *state, unsigned reg, uint8_t value[32])
{
    const TciFrame *f = tcg_env(state)->tci_frame;

    memset(value, 0, 32);
    if (reg < TCI_VEC) {
        memcpy(value, &f->x[reg], sizeof(f->x[reg]));
    } else {
        memcpy(value, &f->v[reg - TCI_VEC], sizeof(f->v[0]));
    }
}

/* Runs where the fault was, on its stack, outside the handler. */
__attribute__((noreturn)) static void land(TciFrame *f)
{
    siglongjmp(f->leave, 1);
}

/*
 * Where the context's layout is known, let the handler return into land(): the kernel restores the
 * signal mask and the floating-point environment.  Elsewhere jump out of the handler.
 */
void tci_leave(void *state, uint64_t value, void *ucontext)
{
    TciFrame *f = tcg_env(state)->tci_frame;
    ucontext_t *uc = ucontext;

    f->leave_value = value;
#if defined(__x86_64__)
    greg_t *regs = uc->uc_mcontext.gregs;

    /* Past the red zone, and as after a call instruction. */
    regs[REG_RSP] = ((regs[REG_RSP] - 128) & ~(greg_t)15) - 8;
    regs[REG_RIP] = (greg_t)(uintptr_t)&land;
    regs[REG_RDI] = (greg_t)(uintptr_t)f;
#elif defined(__aarch64__)
    uc->uc_mcontext.sp &= ~UINT64_C(15);
    uc->uc_mcontext.pc = (uintptr_t)&land;
    uc->uc_mcontext.regs[0] = (uintptr_t)f;
#else
    pthread_sigmask(SIG_SETMASK, &uc->uc_sigmask, NULL);
    land(f);
#endif
}
