/*
 * riscv64 signal frames: guest state -> struct rt_sigframe and back, as Linux lays it out.
 *
 * fcsr in the frame is frm << 5 | fflags (RISC-V F, "Floating-Point Control and Status
 * Register"); the state keeps the two apart.
 */
#include "sigframe.h"

#include <string.h>

#include "target/linux-abi.h"

#include "cpu.h"

enum { REG_RA = 1, REG_SP = 2, REG_A0 = 10 };

#define NO_RESERVATION (~UINT64_C(0))

static uint32_t read_fcsr(const RvState *rv)
{
    return (rv->frm & 7) << 5 | (rv->fflags & 31);
}

static void write_fcsr(RvState *rv, uint32_t fcsr)
{
    rv->frm = fcsr >> 5 & 7;
    rv->fflags = fcsr & 31;
}

void rv_build_sigframe(void *state, const AbiSignal *sig, uint64_t sp, void *frame_buf)
{
    RvState *rv = state;
    RvSigframe *frame = frame_buf;
    RvSigcontext *sc = &frame->uc.mcontext;

    memset(frame, 0, sizeof(*frame));
    memcpy(frame->info, sig->info, sizeof(frame->info));
    frame->uc.stack_sp = sig->altstack_sp;
    frame->uc.stack_flags = sig->altstack_flags;
    frame->uc.stack_size = sig->altstack_size;
    frame->uc.sigmask = sig->blocked;
    sc->pc = rv->pc;
    memcpy(sc->x, &rv->x[1], sizeof(sc->x));
    memcpy(sc->f, rv->f, sizeof(sc->f));
    sc->fcsr = read_fcsr(rv);

    /* A handler between lr and sc breaks the reservation, as any trap may. */
    rv->res_addr = NO_RESERVATION;
    rv->x[REG_RA] = sig->restorer;
    rv->x[REG_SP] = sp;
    rv->x[REG_A0] = sig->signo;
    rv->x[REG_A0 + 1] = sp + offsetof(RvSigframe, info);
    rv->x[REG_A0 + 2] = sp + offsetof(RvSigframe, uc);
    rv->pc = sig->handler;
}

/* Only state we have may be in the frame: no extension records behind the Q state. */
static bool extensions_are_valid(const RvSigcontext *sc)
{
    return sc->reserved == 0 && sc->ext_magic == 0 && sc->ext_size == 0;
}

bool rv_restore_sigframe(void *state, const void *frame_buf, uint64_t *ret_blocked,
                         AbiSignal *ret_sig)
{
    RvState *rv = state;
    const RvSigframe *frame = frame_buf;
    const RvSigcontext *sc = &frame->uc.mcontext;

    if (!extensions_are_valid(sc)) {
        return false;
    }
    *ret_blocked = frame->uc.sigmask;
    ret_sig->altstack_sp = frame->uc.stack_sp;
    ret_sig->altstack_size = frame->uc.stack_size;
    ret_sig->altstack_flags = frame->uc.stack_flags;
    /* Bit 0 of a jump target is dropped by jalr; a handler may have left one here. */
    rv->pc = sc->pc & ~UINT64_C(1);
    memcpy(&rv->x[1], sc->x, sizeof(sc->x));
    memcpy(rv->f, sc->f, sizeof(sc->f));
    write_fcsr(rv, sc->fcsr);
    rv->res_addr = NO_RESERVATION;
    return true;
}
