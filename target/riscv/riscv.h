/*
 * RISC-V guests: what the files of this folder share beside the CPU state (cpu.h) and lifting
 * (lift.h).
 */
#ifndef RISCV_H
#define RISCV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/guest.h"
#include "target/insn-table.h"

#include "cpu.h"

/* Length of the instruction at bytes, 2 or 4, and its bits; 0 if it is cut off by avail. */
unsigned rv_fetch(const uint8_t *bytes, size_t avail, uint32_t *ret);

/* GuestArch.lift_block and .disassemble */
GuestLift rv_lift_block(IrBuilder *ir, const GuestCode *code, uint32_t flags, unsigned max_insns);
unsigned rv_disassemble(char *buf, size_t size, GuestAddr pc, const uint8_t *bytes, size_t avail);

/* GuestArch.unwind */
bool rv_unwind(void *state, GuestAddr start, GuestRead *read);

/* The instruction rows, with register, CSR and other operand names. */
extern const InsnSet rv_insns;
/* ABI names: "zero".."t6", "ft0".."ft11". */
extern const char *const rv_x_names[32];
extern const char *const rv_f_names[32];

/* -cpu: "rv64", then ",zba=off" and the like; false and a message if it is not so. */
bool rv_parse_cpu(const char *cpu, uint64_t *ret_ext, const char **ret_error);

#endif
