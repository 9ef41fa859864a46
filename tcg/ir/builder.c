/*
 * The builder: one operation appended per call.
 */
#include "tcg/builder.h"

#include <assert.h>

void ir_begin(IrBuilder *ir, TcgRegion *region)
{
    ir->region = region;
    ir->block = tcg_block_new(region);
}

/* A consumed temporary (ir_set) or a temporary of another region is a frontend's mistake. */
static inline void check_input(const TcgRegion *r, TcgVal v)
{
#if DRAGOMAN_CHECKS
    assert(v < r->nb_vals && r->vals[v].kind != TCG_VAL_NONE);
#endif
}

static TcgOp *append(IrBuilder *ir, TcgOpcode code, TcgType type, uint64_t i, uint64_t j)
{
    TcgOp *op = tcg_op_new(ir->region, code, type);

    op->imm[0] = i;
    op->imm[1] = j;
    tcg_append_op(ir->block, op);
    return op;
}

static void set_input(IrBuilder *ir, TcgOp *op, unsigned n, TcgVal v)
{
    check_input(ir->region, v);
    op->arg[op->nb_out + n] = v;
}

static TcgVal set_output(IrBuilder *ir, TcgOp *op, TcgType type)
{
    TcgVal out = tcg_temp(ir->region, type);

    ir->region->vals[out].def = op;
    op->arg[0] = out;
    return out;
}

TcgVal ir_value_op(IrBuilder *ir, TcgOpcode code, TcgType type, unsigned nb_in, const TcgVal *in,
                   uint64_t i, uint64_t j)
{
    TcgOp *op = append(ir, code, type, i, j);

    for (unsigned n = 0; n < nb_in; n++) {
        set_input(ir, op, n, in[n]);
    }
    return set_output(ir, op, tcg_out_type(code, type));
}

/* The temporary of the last operation is not used yet: the operation may write elsewhere. */
static bool retarget(IrBuilder *ir, TcgVal global, TcgVal value)
{
    TcgValue *temp = &ir->region->vals[value];
    TcgOp *last = ir->block->last;

    if (temp->kind != TCG_VAL_TEMP || !last || temp->def != last ||
        temp->type != ir->region->vals[global].type) {
        return false;
    }
    last->arg[0] = global;
    *temp = (TcgValue){ .kind = TCG_VAL_NONE };
    return true;
}

void ir_set(IrBuilder *ir, TcgVal global, TcgVal value)
{
    TcgType type = tcg_val(ir->region, global)->type;
    TcgOp *op;

    check_input(ir->region, value);
    if (value == global || retarget(ir, global, value)) {
        return;
    }
    op = append(ir, tcg_type_is_int(type) ? TCG_OP_mov : TCG_OP_vmov, type, 0, 0);
    set_input(ir, op, 0, value);
    op->arg[0] = global;
}

TcgVal ir_ld(IrBuilder *ir, TcgType type, uint32_t offset, TcgMemOp mop)
{
    return set_output(ir, append(ir, TCG_OP_ld, type, offset, mop), type);
}

void ir_st(IrBuilder *ir, TcgType type, TcgVal value, uint32_t offset, TcgMemOp mop)
{
    set_input(ir, append(ir, TCG_OP_st, type, offset, mop), 0, value);
}

/* Displacements that do not fit the operation's 32 bits become an addition. */
static TcgVal fit_disp(IrBuilder *ir, TcgVal addr, int64_t *disp)
{
    if (*disp != (int32_t)*disp) {
        addr = ir_add(ir, TCG_I64, addr, ir_const(ir, TCG_I64, *disp));
        *disp = 0;
    }
    return addr;
}

TcgVal ir_gld(IrBuilder *ir, TcgType type, TcgVal addr, int64_t disp, TcgMemOp mop)
{
    TcgOp *op;

    addr = fit_disp(ir, addr, &disp);
    op = append(ir, TCG_OP_gld, type, disp, mop);
    set_input(ir, op, 0, addr);
    return set_output(ir, op, type);
}

void ir_gst(IrBuilder *ir, TcgType type, TcgVal addr, TcgVal value, int64_t disp, TcgMemOp mop)
{
    TcgOp *op;

    addr = fit_disp(ir, addr, &disp);
    op = append(ir, TCG_OP_gst, type, disp, mop);
    set_input(ir, op, 0, addr);
    set_input(ir, op, 1, value);
}

TcgVal ir_gatomic(IrBuilder *ir, TcgType type, TcgRmw rmw, TcgVal addr, TcgVal value, TcgMemOp mop)
{
    TcgOp *op = append(ir, TCG_OP_gatomic, type, rmw, mop);

    set_input(ir, op, 0, addr);
    set_input(ir, op, 1, value);
    return set_output(ir, op, type);
}

TcgVal ir_gcmpxchg(IrBuilder *ir, TcgType type, TcgVal addr, TcgVal expected, TcgVal desired,
                   TcgMemOp mop)
{
    TcgOp *op = append(ir, TCG_OP_gcmpxchg, type, 0, mop);

    set_input(ir, op, 0, addr);
    set_input(ir, op, 1, expected);
    set_input(ir, op, 2, desired);
    return set_output(ir, op, type);
}

void ir_fence(IrBuilder *ir, unsigned kinds)
{
    append(ir, TCG_OP_fence, TCG_NONE, kinds, 0);
}

TcgVal ir_call(IrBuilder *ir, const TcgHelper *helper, const TcgVal *args)
{
    TcgOp *op = append(ir, TCG_OP_call, helper->ret, 0, 0);

    op->helper = helper;
    op->nb_in = helper->nb_args;
    op->nb_out = helper->ret != TCG_NONE;
    for (unsigned n = 0; n < op->nb_in; n++) {
        set_input(ir, op, n, args[n]);
    }
    return op->nb_out ? set_output(ir, op, helper->ret) : TCG_NO_VAL;
}

void ir_insn_start(IrBuilder *ir, uint64_t pc, unsigned size)
{
    append(ir, TCG_OP_insn_start, TCG_NONE, pc, size);
}

TcgBlock *ir_new_block(IrBuilder *ir)
{
    return tcg_block_new(ir->region);
}

void ir_label(IrBuilder *ir, TcgBlock *block)
{
    tcg_block_move(ir->region, block, ir->block);
    ir->block = block;
}

static TcgOp *append_branch(IrBuilder *ir, TcgOpcode code, TcgType type, uint64_t i,
                            TcgBlock *target)
{
    TcgOp *op = append(ir, code, type, i, 0);

    op->target = target;
    return op;
}

static void fall_through(IrBuilder *ir)
{
    ir_label(ir, ir_new_block(ir));
}

void ir_br(IrBuilder *ir, TcgBlock *target)
{
    append_branch(ir, TCG_OP_br, TCG_NONE, 0, target);
}

void ir_brcond(IrBuilder *ir, TcgType type, TcgCond cond, TcgVal a, TcgVal b, TcgBlock *target)
{
    TcgOp *op = append_branch(ir, TCG_OP_brcond, type, cond, target);

    set_input(ir, op, 0, a);
    set_input(ir, op, 1, b);
    fall_through(ir);
}

void ir_fbrcond(IrBuilder *ir, TcgType type, TcgFcond cond, TcgVal a, TcgVal b, TcgBlock *target)
{
    TcgOp *op = append_branch(ir, TCG_OP_fbrcond, type, cond, target);

    set_input(ir, op, 0, a);
    set_input(ir, op, 1, b);
    fall_through(ir);
}

void ir_br_pending(IrBuilder *ir, TcgBlock *target)
{
    append_branch(ir, TCG_OP_br_pending, TCG_NONE, 0, target);
    fall_through(ir);
}

void ir_goto_tb(IrBuilder *ir, unsigned slot, uint64_t pc)
{
    append(ir, TCG_OP_goto_tb, TCG_NONE, slot, pc);
    if (slot >= ir->region->nb_jumps) {
        ir->region->nb_jumps = slot + 1;
    }
}

void ir_goto_ptr(IrBuilder *ir, TcgVal pc, TcgJumpKind kind)
{
    TcgOp *op = append(ir, TCG_OP_goto_ptr, tcg_val(ir->region, pc)->type, kind, 0);

    set_input(ir, op, 0, pc);
}

void ir_exit_tb(IrBuilder *ir, TcgExit reason, uint64_t pc)
{
    append(ir, TCG_OP_exit_tb, TCG_NONE, reason, pc);
}
