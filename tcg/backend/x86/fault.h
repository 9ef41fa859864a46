/*
 * The memory access of an emitted instruction.
 */
#ifndef TCG_BACKEND_X86_FAULT_H
#define TCG_BACKEND_X86_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/* In front of a load that belongs to a read-modify-write: counts as a write. */
enum { X86_RMW_PREFIX = 0x3e };

/* Address of the memory operand of the instruction at pc with these integer registers (by hardware
 * number); true if it is written. */
bool x86_decode_access(const uint8_t *pc, const uint64_t regs[16], uint64_t *ret_address);

#endif
