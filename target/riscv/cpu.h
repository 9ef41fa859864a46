/*
 * The CPU state of a RISC-V hart in user mode.
 */
#ifndef RISCV_CPU_H
#define RISCV_CPU_H

#include <stddef.h>
#include <stdint.h>

typedef struct RvState {
    uint64_t x[32]; /* x[0] is never read by generated code */
    uint64_t f[32]; /* NaN-boxed */
    uint64_t pc;
    uint64_t res_addr;  /* address of the reservation (lr), ~0: none */
    uint64_t res_value; /* what lr loaded */
    uint32_t frm;       /* 0..7 as written; 5, 6 are invalid, 7 is reserved */
    uint32_t fflags;    /* NV DZ OF UF NX from bit 4 down, accrued outside MXCSR */
    uint64_t instret_base;
    uint64_t cpu_flags; /* RV_EXT_* enabled by -cpu */
    uint64_t pad[3];
} __attribute__((aligned(64))) RvState;

/* block_flags(): the rounding mode class; code for dynamic rounding is specialised on it. */
enum {
    RV_FRM_HOST,    /* RNE, RTZ, RDN, RUP: MXCSR has it */
    RV_FRM_RMM,     /* ties to max magnitude: no host has it, helpers */
    RV_FRM_INVALID, /* dynamic rounding raises illegal instruction */
};

/*
 * Extensions, as named in the needs column of the instruction tables; bits of cpu_flags.  Block
 * flags hold those that are off, so that flags of 0 are the default processor.
 */
enum {
    RV_EXT_I = 1 << 2, /* bits 0 and 1 of block flags: RV_FLAGS_FRM */
    RV_EXT_RV64 = 1 << 3,
    RV_EXT_M = 1 << 4,
    RV_EXT_A = 1 << 5,
    RV_EXT_F = 1 << 6,
    RV_EXT_D = 1 << 7,
    RV_EXT_C = 1 << 8,
    RV_EXT_ZICSR = 1 << 9,
    RV_EXT_ZIFENCEI = 1 << 10,
    RV_EXT_ZICNTR = 1 << 11,
    RV_EXT_ZIHINTPAUSE = 1 << 12,
    RV_EXT_ZBA = 1 << 13,
    RV_EXT_ZBB = 1 << 14,
    RV_EXT_ZBC = 1 << 15,
    RV_EXT_ZBS = 1 << 16,
    RV_EXT_ZICOND = 1 << 17,
    RV_EXT_ZFA = 1 << 18,
    RV_EXT_ZFHMIN = 1 << 19,
    RV_EXT_ALL = (1 << 20) - (1 << 2),
    RV_FLAGS_FRM = 3,
};

static inline uint32_t rv_flags_ext(uint32_t block_flags)
{
    return ~block_flags & RV_EXT_ALL;
}

#endif
