/* The riscv64 vDSO image. */
#ifndef TARGET_RISCV_VDSO_H
#define TARGET_RISCV_VDSO_H

#include <stddef.h>
#include <stdint.h>

/* LinuxAbi.build_vdso: fills buf (at least one page), returns the bytes used. */
size_t rv_build_vdso(uint8_t *buf, size_t size, uint64_t *ret_sigreturn);

#endif
