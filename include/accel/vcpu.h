/*
 * A virtual processor: the guest state of one thread and how it last left guest code.
 */
#ifndef ACCEL_VCPU_H
#define ACCEL_VCPU_H

#include <stdbool.h>
#include <stdint.h>

#include "target/guest.h"

typedef enum VcpuExit {
    VCPU_SYSCALL,    /* pc is behind the call instruction */
    VCPU_FAULT,      /* exit_info describes it; pc is at the instruction */
    VCPU_ILLEGAL,    /* pc at the instruction that does not exist */
    VCPU_BREAKPOINT, /* guest's own breakpoint instruction; pc at it */
    VCPU_DEBUG,      /* a breakpoint, watchpoint or step set through AccelOps */
    VCPU_INTERRUPT,  /* kicked, or for no reason: spurious ones are allowed */
    VCPU_EXIT_COUNT,
} VcpuExit;

typedef struct VcpuFault {
    int signo;      /* SIGSEGV or SIGBUS */
    int code;       /* si_code: SEGV_MAPERR, ... */
    GuestAddr addr; /* si_addr */
    bool is_write;
} VcpuFault;

typedef struct Vcpu {
    const GuestArch *arch;
    void *state;     /* arch->state_size bytes; owned by the accelerator */
    VcpuFault fault; /* valid after VCPU_FAULT */
    void *accel;     /* the accelerator's own part */
    void *owner;     /* the layer above's: its GuestTask */
} Vcpu;

static inline GuestAddr vcpu_pc(const Vcpu *vcpu)
{
    return guest_pc(vcpu->arch, vcpu->state);
}

static inline void vcpu_set_pc(Vcpu *vcpu, GuestAddr pc)
{
    guest_state_set_addr(vcpu->arch, vcpu->state, vcpu->arch->pc_offset, pc);
}

/* Print the registers of the state (all of arch->regs), four a line. */
void vcpu_dump(const Vcpu *vcpu, FILE *out);

#endif
