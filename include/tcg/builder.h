/*
 * Builder: append operations to a region, one call each.
 *
 * A value operation returns its temporary; ir_set() puts a value in a global.  When the value
 * is the result of the operation appended last, that operation writes the global directly.
 * The table makes one function per operation:
 *
 *     VALUE_OP(add, INT, 2, 0, ...)  ->  TcgVal ir_add(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b);
 *     VALUE_OP(sext, WIDEN, 1, 1, ...) -> TcgVal ir_sext(IrBuilder *ir, TcgType type, TcgVal a, uint64_t i);
 *
 * Effect operations are written out below.
 */
#ifndef TCG_BUILDER_H
#define TCG_BUILDER_H

#include "tcg/helper.h"
#include "tcg/ir.h"

typedef struct IrBuilder {
    TcgRegion *region;
    TcgBlock *block; /* where operations go */
} IrBuilder;

/* A builder on a new region with one empty block. */
void ir_begin(IrBuilder *ir, TcgRegion *region);

TcgVal ir_value_op(IrBuilder *ir, TcgOpcode code, TcgType type, unsigned nb_in, const TcgVal *in,
                   uint64_t i, uint64_t j);

static inline TcgVal ir_const(IrBuilder *ir, TcgType type, uint64_t bits)
{
    return tcg_const(ir->region, type, bits);
}

static inline TcgVal ir_global(IrBuilder *ir, unsigned index)
{
    return index + 1;
}

#define IR_VALUE_1_0(name)                                                           \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a)            \
    {                                                                                \
        return ir_value_op(ir, TCG_OP_##name, type, 1, (const TcgVal[]){ a }, 0, 0); \
    }
#define IR_VALUE_1_1(name)                                                            \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a, uint64_t i) \
    {                                                                                 \
        return ir_value_op(ir, TCG_OP_##name, type, 1, (const TcgVal[]){ a }, i, 0);  \
    }
#define IR_VALUE_1_2(name)                                                                        \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a, uint64_t i, uint64_t j) \
    {                                                                                             \
        return ir_value_op(ir, TCG_OP_##name, type, 1, (const TcgVal[]){ a }, i, j);              \
    }
#define IR_VALUE_2_0(name)                                                              \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b)     \
    {                                                                                   \
        return ir_value_op(ir, TCG_OP_##name, type, 2, (const TcgVal[]){ a, b }, 0, 0); \
    }
#define IR_VALUE_2_1(name)                                                                      \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b, uint64_t i) \
    {                                                                                           \
        return ir_value_op(ir, TCG_OP_##name, type, 2, (const TcgVal[]){ a, b }, i, 0);         \
    }
#define IR_VALUE_2_2(name)                                                                      \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b, uint64_t i, \
                                   uint64_t j)                                                  \
    {                                                                                           \
        return ir_value_op(ir, TCG_OP_##name, type, 2, (const TcgVal[]){ a, b }, i, j);         \
    }
#define IR_VALUE_3_0(name)                                                                    \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b, TcgVal c) \
    {                                                                                         \
        return ir_value_op(ir, TCG_OP_##name, type, 3, (const TcgVal[]){ a, b, c }, 0, 0);    \
    }
#define IR_VALUE_3_1(name)                                                                    \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b, TcgVal c, \
                                   uint64_t i)                                                \
    {                                                                                         \
        return ir_value_op(ir, TCG_OP_##name, type, 3, (const TcgVal[]){ a, b, c }, i, 0);    \
    }
#define IR_VALUE_4_1(name)                                                                    \
    static inline TcgVal ir_##name(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b, TcgVal c, \
                                   TcgVal d, uint64_t i)                                      \
    {                                                                                         \
        return ir_value_op(ir, TCG_OP_##name, type, 4, (const TcgVal[]){ a, b, c, d }, i, 0); \
    }

#define VALUE_OP(name, shape, ins, imms, flags, expr)  IR_VALUE_##ins##_##imms(name)
#define FLOAT_OP(name, shape, ins, imms, flags, expr)  IR_VALUE_##ins##_##imms(name)
#define VECTOR_OP(name, shape, ins, imms, flags, expr) IR_VALUE_##ins##_##imms(name)
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"

/*
 * global = value; the types must agree (an i64 value may go into an i32 global: its low half).
 *
 * A temporary made by the operation appended last is consumed: that operation now writes the
 * global, and any further use of the temporary is a mistake (checked builds abort in the builder, the
 * verifier names it).  Read the global instead, until it is written again.
 */
void ir_set(IrBuilder *ir, TcgVal global, TcgVal value);

TcgVal ir_ld(IrBuilder *ir, TcgType type, uint32_t offset, TcgMemOp mop);
void ir_st(IrBuilder *ir, TcgType type, TcgVal value, uint32_t offset, TcgMemOp mop);
TcgVal ir_gld(IrBuilder *ir, TcgType type, TcgVal addr, int64_t disp, TcgMemOp mop);
void ir_gst(IrBuilder *ir, TcgType type, TcgVal addr, TcgVal value, int64_t disp, TcgMemOp mop);
TcgVal ir_gatomic(IrBuilder *ir, TcgType type, TcgRmw rmw, TcgVal addr, TcgVal value, TcgMemOp mop);
TcgVal ir_gcmpxchg(IrBuilder *ir, TcgType type, TcgVal addr, TcgVal expected, TcgVal desired,
                   TcgMemOp mop);
void ir_fence(IrBuilder *ir, unsigned kinds);
/* args: helper->nb_args values; returns TCG_NO_VAL for void helpers. */
TcgVal ir_call(IrBuilder *ir, const TcgHelper *helper, const TcgVal *args);
void ir_insn_start(IrBuilder *ir, uint64_t pc, unsigned size);

/* A block to branch to later; placed in the layout where ir_label() puts it. */
TcgBlock *ir_new_block(IrBuilder *ir);
/* Go on appending to block, which follows the current one in the layout. */
void ir_label(IrBuilder *ir, TcgBlock *block);
void ir_br(IrBuilder *ir, TcgBlock *target);
/* After a conditional branch the builder goes on in a new fall-through block. */
void ir_brcond(IrBuilder *ir, TcgType type, TcgCond cond, TcgVal a, TcgVal b, TcgBlock *target);
void ir_fbrcond(IrBuilder *ir, TcgType type, TcgFcond cond, TcgVal a, TcgVal b, TcgBlock *target);
void ir_br_pending(IrBuilder *ir, TcgBlock *target);
void ir_goto_tb(IrBuilder *ir, unsigned slot, uint64_t pc);
void ir_goto_ptr(IrBuilder *ir, TcgVal pc, TcgJumpKind kind);
void ir_exit_tb(IrBuilder *ir, TcgExit reason, uint64_t pc);

#endif
