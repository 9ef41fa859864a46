/*
 * A guest architecture as a value: everything the rest of the tree may know of it.
 *
 * One const GuestArch per architecture, listed in target/registry.c.  The one register table
 * gives the IR globals, gdb's target description, `-d cpu` and the instruction tests.
 */
#ifndef TARGET_GUEST_H
#define TARGET_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tcg/ir.h"

typedef uint64_t GuestAddr; /* whatever the guest's width */

typedef struct IrBuilder IrBuilder;
typedef struct LinuxAbi LinuxAbi;

/* Some bits of a register that lies in several places. */
typedef struct GuestRegPart {
    uint32_t offset; /* of 32 bits in the CPU state */
    uint8_t shift, bits;
} GuestRegPart;

/* How a register is named to gdb (target.xml feature and number) and DWARF; -1: not there. */
typedef struct GuestReg {
    const char *name;      /* the ABI name: "a0", "fa5", "pc" */
    const char *arch_name; /* the architecture's own name: "x10", "f15"; NULL if the same */
    uint32_t offset;       /* in the CPU state */
    uint16_t bits;
    int8_t global; /* index in GuestArch.globals; -1: lives in the state only */
    const char *gdb_feature;
    int16_t gdb_number;
    int16_t dwarf_number;
    bool constant;             /* writes do nothing */
    const GuestRegPart *parts; /* ended by bits == 0; NULL: it lies at offset */
} GuestReg;

/* The bytes to lift from: a copy, since the guest may unmap or rewrite its page at any time. */
typedef struct GuestCode {
    GuestAddr pc;
    const uint8_t *bytes;
    size_t
        size; /* executable bytes available from pc on; an instruction that needs more ends the block */
} GuestCode;

/* Copy guest memory; false: not mapped. */
typedef bool GuestRead(GuestAddr addr, void *buf, size_t size);

/* How a block came to an end, for the caller of lift_block. */
typedef struct GuestLift {
    size_t size;    /* guest bytes lifted; 0: the first instruction does not fit in code->size */
    unsigned insns; /* instructions lifted */
} GuestLift;

typedef struct GuestArch {
    const char *name;     /* "riscv64" */
    uint16_t elf_machine; /* EM_* */
    uint8_t address_bits; /* 32 or 64 */
    bool big_endian;
    bool coherent_icache; /* stores are seen by instruction fetch without a flush (x86) */
    unsigned page_bits;   /* 12: smallest page the ABI promises */
    unsigned min_insn;    /* bytes; alignment of pc */

    size_t state_size; /* bytes of CPU state, a multiple of 64 */
    uint32_t pc_offset;
    uint32_t sp_offset;
    const char *gdb_arch; /* gdb's name for it: "riscv:rv64" */
    const GuestReg *regs;
    unsigned nb_regs;
    const GuestReg *more_regs; /* views of these that gdb has as registers of their own */
    unsigned nb_more_regs;
    const TcgGlobals *globals; /* IR globals, hottest-first order included */

    /* Fill a zeroed state with the values at program start; cpu: the -cpu argument or NULL. */
    bool (*reset)(void *state, const char *cpu, const char **ret_error);

    /*
     * Lift instructions at code into ir, up to the end of the block or max_insns.  flags is
     * block_flags() of the state the block will run in; nothing else of the state is known.
     */
    GuestLift (*lift_block)(IrBuilder *ir, const GuestCode *code, uint32_t flags,
                            unsigned max_insns);

    /* The part of the state that code is specialised on (rounding mode class, instruction set state). */
    uint32_t (*block_flags)(const void *state);

    /* The guest's floating-point environment as the host's MXCSR, and the flags back. NULL: none. */
    uint32_t (*fp_to_mxcsr)(const void *state);
    void (*fp_from_mxcsr)(void *state, uint32_t mxcsr);

    /* One instruction as text, without newline; returns its length in bytes, 0 if not decodable. */
    unsigned (*disassemble)(char *buf, size_t size, GuestAddr pc, const uint8_t *bytes,
                            size_t avail);

    /*
     * For reports: from the state in a function that begins at start to its caller's, pc and stack
     * pointer at least.  A guess from what the code does; false: cannot tell.  May be NULL.
     */
    bool (*unwind)(void *state, GuestAddr start, GuestRead *read);

    /* Instruction rows and operand syntax, for assembling tests; NULL: none. */
    const struct InsnSet *insns;

    /* What its code calls, for IR text to name; ended by NULL. NULL: nothing. */
    const struct TcgHelper *const *helpers;

    const LinuxAbi *linux_abi;
} GuestArch;

/* All guests linked into this binary, ended by NULL. */
extern const GuestArch *const guest_archs[];

/* By name ("riscv64"); NULL if unknown. */
const GuestArch *guest_arch_by_name(const char *name);
/* By the ELF header's e_machine, class and byte order; NULL if none fits. */
const GuestArch *guest_arch_by_elf(uint16_t machine, unsigned bits, bool big_endian);

static inline GuestAddr guest_state_addr(const GuestArch *arch, const void *state, uint32_t offset)
{
    const uint8_t *p = (const uint8_t *)state + offset;

    return arch->address_bits == 64 ? *(const uint64_t *)p : *(const uint32_t *)p;
}

static inline void guest_state_set_addr(const GuestArch *arch, void *state, uint32_t offset,
                                        GuestAddr value)
{
    uint8_t *p = (uint8_t *)state + offset;

    if (arch->address_bits == 64) {
        *(uint64_t *)p = value;
    } else {
        *(uint32_t *)p = (uint32_t)value;
    }
}

static inline GuestAddr guest_pc(const GuestArch *arch, const void *state)
{
    return guest_state_addr(arch, state, arch->pc_offset);
}

#endif
