/*
 * Helpers: C functions called from generated code, described so that the optimizer and the
 * register allocator know what a call may touch.
 */
#ifndef TCG_HELPER_H
#define TCG_HELPER_H

#include <stdint.h>

#include "tcg/ir.h"

enum {
    TCG_HELPER_PURE = 1 << 0, /* value depends on the arguments alone; may be removed or merged */
    TCG_HELPER_READS_GLOBALS = 1 << 1,  /* globals are in the CPU state when it runs */
    TCG_HELPER_WRITES_GLOBALS = 1 << 2, /* and are read back after it */
    TCG_HELPER_FP_ENV =
        1 << 3, /* reads or changes the guest's rounding mode or flags: MXCSR is the guest's
                                   while it runs.  Without it the helper must not use the FP environment. */
    TCG_HELPER_CAN_FAULT = 1 << 4, /* may touch guest memory: the state map describes the call */
    TCG_HELPER_ENV = 1 << 5,       /* first argument is the CPU state (not in the op's inputs) */
    TCG_HELPER_PRESERVES =
        1 << 6, /* declared TCG_PRESERVES: changes no register but its result's */
};

/*
 * For short helpers on hot paths: around them nothing is saved but what is in the argument and
 * result registers.  Such a function may not use vector registers, nor call another one.
 */
#if defined(__x86_64__) || defined(__i386__)
#define TCG_GENERAL_REGS __attribute__((target("general-regs-only"))) /* what it calls inline */
#define TCG_PRESERVES    __attribute__((no_caller_saved_registers, target("general-regs-only")))
#else
#define TCG_GENERAL_REGS
#define TCG_PRESERVES
#endif

typedef struct TcgHelper {
    const char *name;
    void *fn; /* C ABI: integers as uint64_t/uint32_t, V64 values as uint64_t bit patterns */
    uint8_t flags;
    uint8_t ret;               /* TcgType; TCG_NONE: void */
    uint8_t nb_args;           /* without env; at most 5 with it */
    uint8_t args[TCG_MAX_INS]; /* TcgType each */
} TcgHelper;

/* Found by name when text IR is parsed; util tests add their own. */
void tcg_helper_register(const TcgHelper *helper);
const TcgHelper *tcg_helper_by_name(const char *name);

#endif
