/* What the processor of a state can do, for programs that ask the kernel. */
#ifndef TARGET_RISCV_HWPROBE_H
#define TARGET_RISCV_HWPROBE_H

#include <stddef.h>
#include <stdint.h>

typedef struct AbiSyscallHooks AbiSyscallHooks;

/* riscv_hwprobe(pairs, pair_count, cpusetsize, cpus, flags); 0 or -errno. */
int64_t rv_sys_hwprobe(const void *state, const uint64_t *args, const AbiSyscallHooks *hooks);

/* AT_HWCAP: a bit for each one-letter extension. */
uint64_t rv_hwcap(const void *state);
/* "rv64imafdc_zicntr_...", as /proc/cpuinfo has it. */
void rv_isa_line(const void *state, char *buf, size_t size);

#endif
