/*
 * The rt signal frame of Linux on riscv64: what the guest's handler, its unwinder and
 * rt_sigreturn see.  Shared by the code that fills it and the vDSO's unwind description.
 */
#ifndef TARGET_RISCV_SIGFRAME_H
#define TARGET_RISCV_SIGFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct AbiSignal AbiSignal;

/* struct sigcontext: user_regs_struct, then the largest floating-point state (Q), 16-aligned. */
typedef struct RvSigcontext {
    uint64_t pc;
    uint64_t x[31]; /* x1 to x31 */
    uint64_t f[32]; /* __riscv_d_ext_state */
    uint32_t fcsr;
    uint32_t d_padding[64]; /* up to the end of Q's registers and fcsr */
    uint32_t reserved;      /* must be zero */
    uint32_t ext_magic;     /* header of the next extension: 0, 0 ends the list */
    uint32_t ext_size;
} RvSigcontext;

typedef struct RvUcontext {
    uint64_t flags;
    uint64_t link;
    uint64_t stack_sp;
    int32_t stack_flags;
    uint32_t stack_padding;
    uint64_t stack_size;
    uint64_t sigmask;
    uint8_t sigmask_padding[1024 / 8 - 8];
    RvSigcontext mcontext __attribute__((aligned(16)));
} RvUcontext;

typedef struct RvSigframe {
    uint8_t info[128]; /* siginfo_t: the same on all 64-bit little-endian machines */
    RvUcontext uc;
} RvSigframe;

_Static_assert(offsetof(RvUcontext, mcontext) == 176, "kernel layout");
_Static_assert(sizeof(RvSigcontext) == 784, "kernel layout");
_Static_assert(sizeof(RvSigframe) == 1088, "kernel layout");

/* Offsets from the frame, and so from sp in rt_sigreturn. */
#define RV_SIGFRAME_PC      offsetof(RvSigframe, uc.mcontext.pc)
#define RV_SIGFRAME_REG(n)  (offsetof(RvSigframe, uc.mcontext.x) + 8 * ((n)-1))
#define RV_SIGFRAME_FREG(n) (offsetof(RvSigframe, uc.mcontext.f) + 8 * (n))

/* LinuxAbi.build_sigframe and restore_sigframe. */
void rv_build_sigframe(void *state, const AbiSignal *sig, uint64_t sp, void *frame);
bool rv_restore_sigframe(void *state, const void *frame, uint64_t *ret_blocked, AbiSignal *ret_sig);

#endif
