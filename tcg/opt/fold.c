/*
 * Constant folding and algebra, one operation at a time in a forward walk.
 *
 * An operation whose inputs are all constants is computed with the table's own expression.  Else
 * constants go to the second operand, identities become moves, and an operation on the result of
 * another is rewritten to read that one's inputs as long as they still hold what it read.
 * The operation made redundant is left for dead-code.
 *
 * Keeps: the operations' order; adds none.
 */
#include "fold.h"

#include "facts.h"
#include "tcg/pass.h"

/* Both inputs of a two-operand operation, looked at once. */
typedef struct Inputs {
    TcgVal a, b;
    bool a_const, b_const;
    uint64_t a_bits, b_bits; /* masked to the operation's width */
    uint64_t mask;
    unsigned w;
} Inputs;

static Inputs get_inputs(const Facts *f, const TcgOp *op)
{
    Inputs in = { .a = tcg_op_in(op, 0), .w = tcg_type_bits(op->type) };

    in.mask = TCG_MASK(in.w);
    in.a_const = facts_const(f, in.a, &in.a_bits);
    in.a_bits &= in.mask;
    if (op->nb_in > 1) {
        in.b = tcg_op_in(op, 1);
        in.b_const = facts_const(f, in.b, &in.b_bits);
        in.b_bits &= in.mask;
    }
    return in;
}

/* Make op "code type a, bits". */
static bool set_binary(Facts *f, TcgOp *op, TcgOpcode code, TcgVal a, uint64_t bits)
{
    op->code = code;
    op->nb_in = 2;
    op->arg[1] = a;
    op->arg[2] = tcg_const(f->r, op->type, bits);
    op->imm[0] = op->imm[1] = 0;
    return true;
}

static bool set_unary(TcgOp *op, TcgOpcode code, TcgVal a, uint64_t i, uint64_t j)
{
    op->code = code;
    op->nb_in = 1;
    op->arg[1] = a;
    op->imm[0] = i;
    op->imm[1] = j;
    return true;
}

/* A move of a value of the operation's width, or of a wider one to an i32 output. */
static bool set_mov(Facts *f, TcgOp *op, TcgVal a)
{
    TcgType have = f->r->vals[a].type, want = f->r->vals[op->arg[0]].type;

    if (have == want || (want == TCG_I32 && have == TCG_I64)) {
        op_to_mov(f->r, op, a);
        return true;
    }
    return false;
}

static bool set_const(Facts *f, TcgOp *op, uint64_t bits)
{
    op_to_const(f->r, op, bits);
    return true;
}

static bool eval_op(Facts *f, TcgOp *op)
{
    uint64_t in[4] = { 0 }, value;

    if (op->nb_in > 4 || op->nb_in == 0 || op->code == TCG_OP_mov) {
        return false;
    }
    for (unsigned n = 0; n < op->nb_in; n++) {
        if (!facts_const(f, tcg_op_in(op, n), &in[n])) {
            return false;
        }
    }
    return tcg_eval(op->code, op->type, f->r->vals[op->arg[0]].type, in, op->imm, &value) &&
           set_const(f, op, value);
}

static void swap_inputs(TcgOp *op)
{
    TcgVal *a = tcg_op_in_ptr(op, 0), *b = tcg_op_in_ptr(op, 1), tmp = *a;

    *a = *b;
    *b = tmp;
}

static bool has_cond(const TcgOp *op)
{
    return op->code == TCG_OP_setcond || op->code == TCG_OP_movcond || op->code == TCG_OP_brcond;
}

/* Constants second. */
static bool canonicalize(Facts *f, TcgOp *op)
{
    uint64_t bits;
    bool commutes = tcg_op_info[op->code].flags & TCG_COMMUTES;

    if ((!commutes && !has_cond(op)) || !facts_const(f, tcg_op_in(op, 0), &bits) ||
        facts_const(f, tcg_op_in(op, 1), &bits)) {
        return false;
    }
    swap_inputs(op);
    if (has_cond(op)) {
        op->imm[0] = tcg_cond_swap(op->imm[0]);
    }
    return true;
}

/*
 * Associative chains: (x op c1) op c2 = x op (c1 op c2).  Shifts of the same kind add their
 * counts as long as the sum stays below the width.
 */
static bool fold_chain(Facts *f, TcgOp *op, const Inputs *in)
{
    Def *def = facts_source(f, in->a);
    uint64_t c1, value, pair[4] = { 0 };
    bool is_shift = op->code == TCG_OP_shl || op->code == TCG_OP_shr;
    TcgVal x;

    if (!def || def->op->code != op->code || def->op->type != op->type ||
        !facts_const_in(f, def, 1, &c1)) {
        return false;
    }
    x = tcg_op_in(def->op, 0);
    if (!facts_holds(f, x, def)) {
        return false;
    }
    if (is_shift) {
        value = (c1 & (in->w - 1)) + (in->b_bits & (in->w - 1));
        if (value >= in->w) {
            return set_const(f, op, 0);
        }
    } else {
        pair[0] = c1;
        pair[1] = in->b_bits;
        tcg_eval(op->code, op->type, op->type, pair, op->imm, &value);
        if (!fits_s32(op->type, value)) {
            return false;
        }
    }
    return set_binary(f, op, op->code, x, value);
}

static bool is_ext_width(const TcgOp *op, uint64_t bits)
{
    return bits == 8 || bits == 16 || (bits == 32 && op->type == TCG_I64);
}

/* The field of bits at bit at, sign- or zero-extended. */
static bool set_field(TcgOp *op, TcgVal x, bool sign, unsigned at, unsigned bits)
{
    if (at == 0 && is_ext_width(op, bits)) {
        return set_unary(op, sign ? TCG_OP_sext : TCG_OP_zext, x, bits, 0);
    }
    return set_unary(op, sign ? TCG_OP_sextract : TCG_OP_extract, x, at, bits);
}

/* op overwrites what first made, and nobody can have looked at it in between: first will die. */
static bool replaces(const TcgOp *op, const TcgOp *first)
{
    enum { FAR = 6 };
    unsigned n = 0;

    if (op->arg[0] != first->arg[0] || !first->prev) {
        return false;
    }
    for (const TcgOp *between = first->next; between != op; between = between->next) {
        if (!between || n++ == FAR || op_needs_globals(between)) {
            return false;
        }
    }
    return true;
}

/*
 * (x << c1) >> c2 when x is about to be overwritten by the first shift: the field is taken before
 * that, and the first shift dies.  With c1 = 32 > c2 what remains is a scaled unsigned index.
 */
static bool fold_shift_pair_in_place(Facts *f, TcgOp *op, Def *def, uint64_t c1, uint64_t c2)
{
    unsigned w = tcg_type_bits(op->type);
    TcgOp *field;

    if (!replaces(op, def->op) || (c1 > c2 && (c1 != 32 || w != 64 || op->code != TCG_OP_shr))) {
        return false;
    }
    field = op_new_before(f->r, def->op, op->code, op->type, 1);
    if (c1 > c2) {
        set_unary(field, TCG_OP_zext, tcg_op_in(def->op, 0), 32, 0);
        return set_binary(f, op, TCG_OP_shl, field->arg[0], c1 - c2);
    }
    set_field(field, tcg_op_in(def->op, 0), op->code == TCG_OP_sar, c2 - c1, w - c2);
    return set_mov(f, op, field->arg[0]);
}

/* (x << c1) >> c2 with c1 <= c2 is a field of x. */
static bool fold_shift_pair(Facts *f, TcgOp *op, const Inputs *in)
{
    Def *def = facts_source(f, in->a);
    uint64_t c1, c2 = in->b_bits & (in->w - 1);
    TcgVal x;

    if (!def || def->op->code != TCG_OP_shl || def->op->type != op->type ||
        !facts_const_in(f, def, 1, &c1)) {
        return false;
    }
    c1 &= in->w - 1;
    x = tcg_op_in(def->op, 0);
    if (c1 > c2 || !facts_holds(f, x, def)) {
        return !tcg_is_const(f->r, x) && fold_shift_pair_in_place(f, op, def, c1, c2);
    }
    return set_field(op, x, op->code == TCG_OP_sar, c2 - c1, in->w - c2);
}

static bool fold_shift(Facts *f, TcgOp *op, const Inputs *in)
{
    if ((in->b_bits & (in->w - 1)) == 0) {
        return set_mov(f, op, in->a);
    }
    switch (op->code) {
    case TCG_OP_shl:
        return fold_chain(f, op, in);
    case TCG_OP_shr:
        return fold_chain(f, op, in) || fold_shift_pair(f, op, in);
    case TCG_OP_sar:
        return fold_shift_pair(f, op, in);
    default:
        return false;
    }
}

static bool fold_and(Facts *f, TcgOp *op, const Inputs *in)
{
    unsigned bits = in->b_bits == TCG_MASK(8)    ? 8
                    : in->b_bits == TCG_MASK(16) ? 16
                    : in->b_bits == TCG_MASK(32) ? 32
                                                 : 0;

    if (in->b_bits == 0) {
        return set_const(f, op, 0);
    }
    if (in->b_bits == in->mask) {
        return set_mov(f, op, in->a);
    }
    return (bits && is_ext_width(op, bits) && set_unary(op, TCG_OP_zext, in->a, bits, 0)) ||
           fold_chain(f, op, in);
}

/* xor (setcond c a b), 1 and xor x, -1. */
static bool fold_xor(Facts *f, TcgOp *op, const Inputs *in)
{
    Def *def = facts_source(f, in->a);

    if (in->b_bits == in->mask) {
        return set_unary(op, TCG_OP_not, in->a, 0, 0);
    }
    if (in->b_bits == 1 && def && def->op->code == TCG_OP_setcond && (def->op->type == op->type) &&
        facts_holds(f, tcg_op_in(def->op, 0), def) && facts_holds(f, tcg_op_in(def->op, 1), def)) {
        op->code = TCG_OP_setcond;
        op->arg[1] = tcg_op_in(def->op, 0);
        op->arg[2] = tcg_op_in(def->op, 1);
        op->imm[0] = tcg_cond_invert(def->op->imm[0]);
        return true;
    }
    return fold_chain(f, op, in);
}

static bool is_power_of_two(uint64_t bits)
{
    return bits && !(bits & (bits - 1));
}

static bool fold_mul(Facts *f, TcgOp *op, const Inputs *in)
{
    if (in->b_bits == 0) {
        return set_const(f, op, 0);
    }
    if (in->b_bits == 1) {
        return set_mov(f, op, in->a);
    }
    return is_power_of_two(in->b_bits) &&
           set_binary(f, op, TCG_OP_shl, in->a, __builtin_ctzll(in->b_bits));
}

static bool fold_divide(Facts *f, TcgOp *op, const Inputs *in)
{
    bool rem = op->code == TCG_OP_rem || op->code == TCG_OP_remu;

    if (in->b_bits == 0) {
        return rem ? set_mov(f, op, in->a) : set_const(f, op, ~UINT64_C(0));
    }
    if (in->b_bits == 1) {
        return rem ? set_const(f, op, 0) : set_mov(f, op, in->a);
    }
    if (!is_power_of_two(in->b_bits)) {
        return false;
    }
    if (op->code == TCG_OP_divu) {
        return set_binary(f, op, TCG_OP_shr, in->a, __builtin_ctzll(in->b_bits));
    }
    return op->code == TCG_OP_remu && set_binary(f, op, TCG_OP_and, in->a, in->b_bits - 1);
}

/* The inverse operation with the other constant, unless that one needs a register as well. */
static bool set_inverse(Facts *f, TcgOp *op, TcgOpcode code, TcgVal a, uint64_t bits)
{
    return fits_s32(op->type, bits) && set_binary(f, op, code, a, bits);
}

/* The second operand is a constant. */
static bool fold_with_const(Facts *f, TcgOp *op, const Inputs *in)
{
    switch (op->code) {
    case TCG_OP_sub:
        return set_inverse(f, op, TCG_OP_add, in->a, -in->b_bits);
    case TCG_OP_add:
        return in->b_bits == 0 ? set_mov(f, op, in->a) : fold_chain(f, op, in);
    case TCG_OP_or:
        return in->b_bits == 0          ? set_mov(f, op, in->a)
               : in->b_bits == in->mask ? set_const(f, op, in->mask)
                                        : fold_chain(f, op, in);
    case TCG_OP_xor:
        return in->b_bits == 0 ? set_mov(f, op, in->a) : fold_xor(f, op, in);
    case TCG_OP_and:
        return fold_and(f, op, in);
    case TCG_OP_andc:
        return set_inverse(f, op, TCG_OP_and, in->a, ~in->b_bits);
    case TCG_OP_orc:
        return set_inverse(f, op, TCG_OP_or, in->a, ~in->b_bits);
    case TCG_OP_xnor:
        return set_inverse(f, op, TCG_OP_xor, in->a, ~in->b_bits);
    case TCG_OP_shl:
    case TCG_OP_shr:
    case TCG_OP_sar:
    case TCG_OP_rotl:
    case TCG_OP_rotr:
        return fold_shift(f, op, in);
    case TCG_OP_mul:
        return fold_mul(f, op, in);
    case TCG_OP_div:
    case TCG_OP_divu:
    case TCG_OP_rem:
    case TCG_OP_remu:
        return fold_divide(f, op, in);
    default:
        return false;
    }
}

/* The first operand of an operation that does not commute is the constant 0. */
static bool fold_zero_first(Facts *f, TcgOp *op, const Inputs *in)
{
    switch (op->code) {
    case TCG_OP_sub:
        return set_unary(op, TCG_OP_neg, in->b, 0, 0);
    case TCG_OP_shl:
    case TCG_OP_shr:
    case TCG_OP_sar:
    case TCG_OP_rotl:
    case TCG_OP_rotr:
    case TCG_OP_andc:
    case TCG_OP_rem:
    case TCG_OP_remu:
        return set_const(f, op, 0);
    default:
        return false;
    }
}

static bool fold_same_inputs(Facts *f, TcgOp *op, const Inputs *in)
{
    switch (op->code) {
    case TCG_OP_sub:
    case TCG_OP_xor:
    case TCG_OP_andc:
        return set_const(f, op, 0);
    case TCG_OP_xnor:
    case TCG_OP_orc:
        return set_const(f, op, in->mask);
    case TCG_OP_and:
    case TCG_OP_or:
        return set_mov(f, op, in->a);
    default:
        return false;
    }
}

/* not (not x), neg (neg x) */
static bool fold_unary(Facts *f, TcgOp *op)
{
    Def *def;

    if (op->code != TCG_OP_not && op->code != TCG_OP_neg) {
        return false;
    }
    def = facts_source(f, tcg_op_in(op, 0));
    return def && def->op->code == op->code && def->op->type == op->type &&
           facts_holds(f, tcg_op_in(def->op, 0), def) && set_mov(f, op, tcg_op_in(def->op, 0));
}

static bool simplify(Facts *f, TcgOp *op)
{
    Inputs in;

    if (op->nb_in == 1) {
        return fold_unary(f, op);
    }
    if (op->nb_in != 2 || tcg_op_info[op->code].shape != TCG_SHAPE_INT) {
        return false;
    }
    in = get_inputs(f, op);
    if (in.b_const && fold_with_const(f, op, &in)) {
        return true;
    }
    if (in.a_const && in.a_bits == 0 && fold_zero_first(f, op, &in)) {
        return true;
    }
    if (op->code == TCG_OP_or || op->code == TCG_OP_add || op->code == TCG_OP_xor) {
        if (!in.b_const && fold_rotate(f, op)) {
            return true;
        }
    }
    return in.a == in.b && fold_same_inputs(f, op, &in);
}

/* Base address plus constant: into the displacement. */
static bool fold_address(Facts *f, TcgOp *op)
{
    Def *def = facts_source(f, tcg_op_in(op, 0));
    uint64_t c;
    int64_t disp;

    if (!def || def->op->code != TCG_OP_add || def->op->type != TCG_I64 ||
        !facts_const_in(f, def, 1, &c) || !facts_holds(f, tcg_op_in(def->op, 0), def)) {
        return false;
    }
    if (__builtin_add_overflow((int64_t)op->imm[0], (int64_t)c, &disp) || disp != (int32_t)disp) {
        return false;
    }
    *tcg_op_in_ptr(op, 0) = tcg_op_in(def->op, 0);
    op->imm[0] = disp;
    return true;
}

static bool fold_op(Facts *f, TcgOp *op)
{
    bool progress = facts_propagate_copies(f, op);

    if (op->code == TCG_OP_gld || op->code == TCG_OP_gst) {
        return progress | fold_address(f, op);
    }
    if (tcg_op_info[op->code].shape <= TCG_SHAPE_WIDEN) {
        if (eval_op(f, op)) {
            return true;
        }
        progress |= canonicalize(f, op);
        progress |= has_cond(op) ? fold_condition(f, op) : simplify(f, op);
    } else if (op->code == TCG_OP_brcond) {
        progress |= canonicalize(f, op);
        progress |= fold_condition(f, op);
    }
    return progress;
}

bool tcg_opt_fold(TcgRegion *r, const TcgBackend *backend)
{
    Facts facts;
    bool progress = false;

    facts_begin(&facts, r);
    for (TcgBlock *block = r->first; block; block = block->next) {
        facts_enter_block(&facts, block);
        for (TcgOp *op = block->first, *next; op; op = next) {
            next = op->next;
            progress |= fold_op(&facts, op);
            if (op->code == TCG_OP_brcond && fold_branch(&facts, block, op)) {
                progress = true;
                continue;
            }
            facts_note(&facts, op);
        }
    }
    return progress;
}
