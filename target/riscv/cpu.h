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

#endif
