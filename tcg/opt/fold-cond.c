/*
 * Folding of conditions: a comparison with the result of another comparison becomes that one, a
 * comparison of a mask with zero a test of bits, and a known outcome a move or a jump.
 */
#include "fold.h"

static bool is_eq_ne(uint64_t cond)
{
    return cond == TCG_COND_EQ || cond == TCG_COND_NE;
}

static void set_comparison(TcgOp *op, TcgType type, uint64_t cond, TcgVal a, TcgVal b)
{
    op->type = type;
    op->imm[0] = cond;
    *tcg_op_in_ptr(op, 0) = a;
    *tcg_op_in_ptr(op, 1) = b;
}

/*
 * The type of a brcond is its operands' alone.  setcond and movcond have an output (and values to
 * choose from) of the op type: they keep theirs.
 */
static bool may_take_type(const TcgOp *op, TcgType type)
{
    return op->type == type || op->code == TCG_OP_brcond;
}

/* x == 0 or x != 0, with x == 1 and x != 1 turned around for a setcond. */
static bool compares_truth(const TcgOp *op, uint64_t bits, bool is_bool, bool *ret_holds_if)
{
    if (!is_eq_ne(op->imm[0]) || bits > 1 || (bits == 1 && !is_bool)) {
        return false;
    }
    *ret_holds_if = (op->imm[0] == TCG_COND_NE) ^ (bits == 1);
    return true;
}

static bool inputs_hold(const Facts *f, const Def *def)
{
    return facts_holds(f, tcg_op_in(def->op, 0), def) && facts_holds(f, tcg_op_in(def->op, 1), def);
}

/* cond (setcond c a b), 0 */
static bool fold_setcond_test(Facts *f, TcgOp *op, const Def *def, uint64_t bits)
{
    bool holds_if;

    if (def->op->code != TCG_OP_setcond || !may_take_type(op, def->op->type) ||
        !inputs_hold(f, def) || !compares_truth(op, bits, true, &holds_if)) {
        return false;
    }
    set_comparison(op, def->op->type, holds_if ? def->op->imm[0] : tcg_cond_invert(def->op->imm[0]),
                   tcg_op_in(def->op, 0), tcg_op_in(def->op, 1));
    return true;
}

/*
 * cond (and a b), 0.  A mask that is a guest register is computed in any case, and its own
 * test keeps fewer values alive.
 */
static bool fold_mask_test(Facts *f, TcgOp *op, const Def *def, uint64_t bits)
{
    if (def->op->code != TCG_OP_and || bits != 0 || !is_eq_ne(op->imm[0]) ||
        def->op->type != op->type || tcg_is_global(f->r, tcg_op_out(def->op)) ||
        !inputs_hold(f, def)) {
        return false;
    }
    set_comparison(op, op->type, op->imm[0] == TCG_COND_EQ ? TCG_COND_TSTEQ : TCG_COND_TSTNE,
                   tcg_op_in(def->op, 0), tcg_op_in(def->op, 1));
    return true;
}

/* Unsigned comparisons with 0 and 1 are tests for zero. */
static bool fold_unsigned(Facts *f, TcgOp *op, uint64_t bits)
{
    uint64_t cond = op->imm[0];
    TcgVal a = tcg_op_in(op, 0);

    if ((cond == TCG_COND_LTU && bits == 1) || (cond == TCG_COND_LEU && bits == 0)) {
        set_comparison(op, op->type, TCG_COND_EQ, a, tcg_const(f->r, op->type, 0));
        return true;
    }
    if ((cond == TCG_COND_GEU && bits == 1) || (cond == TCG_COND_GTU && bits == 0)) {
        set_comparison(op, op->type, TCG_COND_NE, a, tcg_const(f->r, op->type, 0));
        return true;
    }
    return false;
}

/* 0: never holds, 1: always, -1: depends. */
static int outcome(const Facts *f, const TcgOp *op)
{
    unsigned w = tcg_type_bits(op->type);
    TcgVal va = tcg_op_in(op, 0), vb = tcg_op_in(op, 1);
    uint64_t a, b, mask = TCG_MASK(w);

    if (facts_const(f, va, &a) && facts_const(f, vb, &b)) {
        return tcg_cond_holds(op->imm[0], a & mask, b & mask, w);
    }
    if (va == vb && op->imm[0] < TCG_COND_TSTEQ) {
        return tcg_cond_holds(op->imm[0], 0, 0, w);
    }
    if (facts_const(f, vb, &b) && (b & mask) == 0) {
        switch (op->imm[0]) {
        case TCG_COND_LTU:
        case TCG_COND_TSTNE:
            return 0;
        case TCG_COND_GEU:
        case TCG_COND_TSTEQ:
            return 1;
        }
    }
    return -1;
}

static bool select(Facts *f, TcgOp *op, TcgVal v)
{
    TcgType have = f->r->vals[v].type, want = f->r->vals[op->arg[0]].type;

    if (have != want && !(want == TCG_I32 && have == TCG_I64)) {
        return false;
    }
    op_to_mov(f->r, op, v);
    return true;
}

/* Between 1 and 0, or between equals. */
static bool fold_choice(Facts *f, TcgOp *op)
{
    TcgVal c = tcg_op_in(op, 2), d = tcg_op_in(op, 3);
    uint64_t yes, no;

    if (c == d) {
        return select(f, op, c);
    }
    if (!facts_const(f, c, &yes) || !facts_const(f, d, &no) || yes + no != 1 || (yes && no)) {
        return false;
    }
    op->code = TCG_OP_setcond;
    op->nb_in = 2;
    if (no) {
        op->imm[0] = tcg_cond_invert(op->imm[0]);
    }
    return true;
}

static bool fold_known(Facts *f, TcgOp *op)
{
    int known = op->code == TCG_OP_brcond ? -1 : outcome(f, op);

    if (known < 0) {
        return false;
    }
    if (op->code == TCG_OP_setcond) {
        op_to_const(f->r, op, known);
        return true;
    }
    return select(f, op, tcg_op_in(op, known ? 2 : 3));
}

bool fold_condition(Facts *f, TcgOp *op)
{
    uint64_t bits;
    Def *def;
    bool progress = false;

    if (fold_known(f, op) ||
        (op->code == TCG_OP_movcond && fold_choice(f, op) && op->code != TCG_OP_setcond)) {
        return true;
    }
    if (!facts_const(f, tcg_op_in(op, 1), &bits)) {
        return false;
    }
    bits &= TCG_MASK(tcg_type_bits(op->type));
    progress = fold_unsigned(f, op, bits);
    if (progress) {
        bits = 0;
    }
    /* Each round looks through one more comparison. */
    while ((def = facts_source(f, tcg_op_in(op, 0))) && fold_setcond_test(f, op, def, bits)) {
        progress = true;
        if (!facts_const(f, tcg_op_in(op, 1), &bits)) {
            return true;
        }
        bits &= TCG_MASK(tcg_type_bits(op->type));
    }
    return (def && fold_mask_test(f, op, def, bits)) || progress;
}

bool fold_branch(Facts *f, TcgBlock *block, TcgOp *op)
{
    int known = outcome(f, op);

    if (known < 0) {
        return false;
    }
    if (known) {
        op->code = TCG_OP_br;
        op->type = TCG_NONE;
        op->nb_in = 0;
        op->imm[0] = 0;
    } else {
        tcg_remove_op(block, op);
    }
    return true;
}
