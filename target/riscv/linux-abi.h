/* Linux on riscv64. */
#ifndef TARGET_RISCV_LINUX_ABI_H
#define TARGET_RISCV_LINUX_ABI_H

typedef struct LinuxAbi LinuxAbi;

/*
 * Sv39: 38 bits of user addresses.  It is what most boards have, and it keeps the guest far
 * below everything the host's own kernel hands to dragoman itself.
 */
#define RV_TASK_SIZE (UINT64_C(1) << 38)

extern const LinuxAbi riscv64_linux_abi;

#endif
