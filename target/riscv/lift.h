/*
 * Lifting RISC-V: what all trans-*.c share.
 *
 * An instruction's function is rv_trans_NAME(c, arguments); false: not an instruction after all,
 * and then it has appended nothing.
 */
#ifndef RISCV_LIFT_H
#define RISCV_LIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "tcg/builder.h"

#include "cpu.h"
#include "riscv-insn.h"

enum { RV_NB_FREGS = 32 };

/* Zero-extended single: bits 63..32 that make it a NaN-boxed one. */
#define RV_BOX32 UINT64_C(0xffffffff00000000)
#define RV_BOX16 UINT64_C(0xffffffffffff0000)

struct RvLift {
    IrBuilder *ir;
    uint64_t pc, next_pc; /* of the instruction */
    uint32_t ext;         /* RV_EXT_* the processor has */
    unsigned frm;         /* RV_FRM_* the block is specialised on */
    bool done;            /* the block has got its terminator */
    TcgBlock *poll;       /* where the poll point of the last instruction goes; NULL: none */
    /* Each f register's value as a single: a temporary made by the NaN-boxing check, the
     * register itself where it is known to be boxed, or TCG_NO_VAL: not looked at yet. */
    TcgVal single[RV_NB_FREGS];
};

static inline TcgVal rv_const(RvLift *c, int64_t value)
{
    return ir_const(c->ir, TCG_I64, (uint64_t)value);
}

static inline TcgVal rv_const32(RvLift *c, int32_t value)
{
    return ir_const(c->ir, TCG_I32, (uint32_t)value);
}

/* x registers are globals 0..30 for x1..x31, then f0..f31. */
static inline TcgVal rv_reg(RvLift *c, unsigned n)
{
    return n ? ir_global(c->ir, n - 1) : rv_const(c, 0);
}

static inline void rv_set_reg(RvLift *c, unsigned n, TcgVal value)
{
    if (n) {
        ir_set(c->ir, ir_global(c->ir, n - 1), value);
    }
}

/* Sign-extend the i32 value into register n, as all W instructions do. */
static inline void rv_set_reg32(RvLift *c, unsigned n, TcgVal value)
{
    rv_set_reg(c, n, ir_sext(c->ir, TCG_I64, value, 32));
}

/* End the block: run on at pc through a patchable jump. */
void rv_goto(RvLift *c, unsigned slot, uint64_t pc);
void rv_exit(RvLift *c, TcgExit reason, uint64_t pc);
/* Leave before this instruction if the vCPU has been asked to stop. */
void rv_poll(RvLift *c);

#endif
