/*
 * fcsr and its host form.
 */
#ifndef RISCV_FP_ENV_H
#define RISCV_FP_ENV_H

#include <stdint.h>

#include "cpu.h"

/* RISC-V F, "Floating-Point Control and Status Register": fflags, frm and the rm field. */
enum {
    RV_FFLAG_NX = 1,
    RV_FFLAG_UF = 2,
    RV_FFLAG_OF = 4,
    RV_FFLAG_DZ = 8,
    RV_FFLAG_NV = 16,
    RV_FFLAG_ALL = 31,
};

enum { RV_RM_RNE, RV_RM_RTZ, RV_RM_RDN, RV_RM_RUP, RV_RM_RMM, RV_RM_DYN = 7 };

/* GuestArch.fp_to_mxcsr and .fp_from_mxcsr: rounding mode out, flags in. */
uint32_t rv_fp_to_mxcsr(const void *state);
void rv_fp_from_mxcsr(void *state, uint32_t mxcsr);

#endif
