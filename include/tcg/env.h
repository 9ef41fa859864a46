/*
 * What generated code, the run loop and the fault handler share for one vCPU: it lies
 * directly before the guest's CPU state, so that one register reaches both.
 *
 * In generated code the env register points TCG_ENV_BIAS bytes into the CPU state: the first
 * 256 bytes of it are reachable with an 8-bit displacement.
 */
#ifndef TCG_ENV_H
#define TCG_ENV_H

#include <stddef.h>
#include <stdint.h>

enum {
    TCG_ENV_BIAS = 128,
    TCG_JUMP_CACHE_BITS = 12,
    TCG_JUMP_CACHE_SIZE = 1 << TCG_JUMP_CACHE_BITS,
};

/* Entry of the per-thread cache of indirect jump targets: index (pc >> insn_shift) % SIZE. */
typedef struct TcgJumpCacheEntry {
    uint64_t pc;
    const void *code; /* rx view */
} TcgJumpCacheEntry;

/* Offsets are compiled into code: emitters use offsetof. */
typedef struct TcgEnv {
    uint32_t pending; /* not zero: leave at the next poll point (br_pending) */
    uint32_t guest_mxcsr;
    uint32_t host_mxcsr;
    uint32_t scratch32;
    /* The cache to look in; an empty one while a request is pending, so that goto_ptr leaves. */
    const TcgJumpCacheEntry *jump_cache;
    /* Slow-path calls: arguments and result; every other register is preserved around them. */
    uint64_t slow_arg[4];
    uint64_t slow_ret;
    /* Save area of the slow-path trampoline: 16 integer, 16 vector registers. */
    uint64_t slow_int[16];
    uint8_t slow_vec[16][16] __attribute__((aligned(16)));
    uint64_t host_sp; /* stack pointer inside the frame, for the fault handler's way out */
    void *owner;      /* accel/tcg's per-thread data */
    /* The interpreter's: its instruction while that may fault, and its registers (TciFrame). */
    const void *tci_pc;
    void *tci_frame;
    uint64_t pad[4];
} __attribute__((aligned(64))) TcgEnv;

static inline TcgEnv *tcg_env(void *state)
{
    return (TcgEnv *)state - 1;
}

#endif
