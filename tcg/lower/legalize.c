/*
 * Legalization: operations the backend does not support become others that it does.
 *
 * Each is replaced by a short sequence of simpler operations, which are looked at in turn, or by a
 * call of a helper in C.  The last operation of the sequence writes the original's output, so that
 * nothing is written before all inputs are read.
 */
#include <glib.h>

#include "runtime.h"
#include "tcg/backend.h"
#include "tcg/pass.h"

typedef struct Legalize {
    TcgRegion *r;
    const TcgBackend *backend;
    TcgBlock *block;
    TcgOp *op; /* being replaced: new ones go before it */
} Legalize;

static TcgOp *new_op(Legalize *l, TcgOpcode code, TcgType type, TcgVal a, TcgVal b)
{
    TcgOp *op = tcg_op_new(l->r, code, type);

    op->arg[op->nb_out] = a;
    if (op->nb_in > 1) {
        op->arg[op->nb_out + 1] = b;
    }
    return op;
}

static TcgVal insert(Legalize *l, TcgOp *op, TcgType out_type)
{
    TcgVal out = tcg_temp(l->r, out_type);

    op->arg[0] = out;
    l->r->vals[out].def = op;
    tcg_insert_op_before(l->block, l->op, op);
    return out;
}

static TcgVal emit(Legalize *l, TcgOpcode code, TcgVal a, TcgVal b)
{
    TcgType type = l->op->type;

    return insert(l, new_op(l, code, type, a, b), type);
}

static TcgVal emit_const(Legalize *l, TcgOpcode code, TcgVal a, uint64_t bits)
{
    return emit(l, code, a, tcg_const(l->r, l->op->type, bits));
}

/* The operation itself becomes "code a, b". */
static bool become(Legalize *l, TcgOpcode code, TcgVal a, TcgVal b)
{
    l->op->code = code;
    l->op->nb_in = tcg_op_info[code].ins;
    l->op->arg[1] = a;
    if (l->op->nb_in > 1) {
        l->op->arg[2] = b;
    }
    l->op->imm[0] = l->op->imm[1] = 0;
    return true;
}

static bool become_const(Legalize *l, TcgOpcode code, TcgVal a, uint64_t bits)
{
    return become(l, code, a, tcg_const(l->r, l->op->type, bits));
}

/* a op (not b), not (a op b) */
static bool expand_not(Legalize *l, TcgVal a, TcgVal b)
{
    switch (l->op->code) {
    case TCG_OP_andc:
        return become(l, TCG_OP_and, a, emit(l, TCG_OP_not, b, 0));
    case TCG_OP_orc:
        return become(l, TCG_OP_or, a, emit(l, TCG_OP_not, b, 0));
    case TCG_OP_xnor:
        return become(l, TCG_OP_not, emit(l, TCG_OP_xor, a, b), 0);
    case TCG_OP_not:
        return become_const(l, TCG_OP_xor, a, ~UINT64_C(0));
    default:
        return become(l, TCG_OP_sub, tcg_const(l->r, l->op->type, 0), a);
    }
}

static bool expand_rotate(Legalize *l, TcgVal a, TcgVal b)
{
    bool left = l->op->code == TCG_OP_rotl;
    TcgVal back = emit(l, TCG_OP_sub, tcg_const(l->r, l->op->type, 0), b);
    TcgVal high = emit(l, left ? TCG_OP_shl : TCG_OP_shr, a, b);
    TcgVal low = emit(l, left ? TCG_OP_shr : TCG_OP_shl, a, back);

    return become(l, TCG_OP_or, high, low);
}

/* An input of the other width is taken into the op type first; upper bits do not matter. */
static TcgVal to_op_type(Legalize *l, TcgVal a)
{
    if (l->op->type == TCG_I64 && l->r->vals[a].type == TCG_I32) {
        TcgOp *op = new_op(l, TCG_OP_zext, TCG_I64, a, 0);

        op->imm[0] = 32;
        return insert(l, op, TCG_I64);
    }
    return a;
}

/* A field by two shifts. */
static bool expand_field(Legalize *l, TcgVal a, unsigned at, unsigned bits, bool sign)
{
    unsigned w = tcg_type_bits(l->op->type);
    TcgVal shifted;

    /* What to_op_type() would make of it. */
    if (bits == 32 && l->op->type == TCG_I64 && l->r->vals[a].type == TCG_I32) {
        return false;
    }
    shifted = emit_const(l, TCG_OP_shl, to_op_type(l, a), w - at - bits);
    return become_const(l, sign ? TCG_OP_sar : TCG_OP_shr, shifted, w - bits);
}

static bool expand_deposit(Legalize *l, TcgVal a, TcgVal b)
{
    uint64_t at = l->op->imm[0], mask = TCG_MASK(l->op->imm[1]);
    TcgVal hole = emit_const(l, TCG_OP_and, a, ~(mask << at));
    TcgVal field = emit_const(l, TCG_OP_and, b, mask);

    return become(l, TCG_OP_or, hole, at ? emit_const(l, TCG_OP_shl, field, at) : field);
}

static bool is_test(uint64_t cond)
{
    return cond == TCG_COND_TSTEQ || cond == TCG_COND_TSTNE;
}

/* Tests of bits as comparisons of a mask with zero. */
static bool expand_test(Legalize *l)
{
    TcgVal *a = tcg_op_in_ptr(l->op, 0), *b = tcg_op_in_ptr(l->op, 1);

    if (!is_test(l->op->imm[0])) {
        return false;
    }
    *a = emit(l, TCG_OP_and, *a, *b);
    *b = tcg_const(l->r, l->op->type, 0);
    l->op->imm[0] = l->op->imm[0] == TCG_COND_TSTEQ ? TCG_COND_EQ : TCG_COND_NE;
    return true;
}

/* d ^ ((c ^ d) & -(a cond b)) */
static bool expand_movcond(Legalize *l)
{
    TcgVal c = tcg_op_in(l->op, 2), d = tcg_op_in(l->op, 3);
    TcgOp *set;
    TcgVal mask;

    if (expand_test(l)) {
        return true;
    }
    set = new_op(l, TCG_OP_setcond, l->op->type, tcg_op_in(l->op, 0), tcg_op_in(l->op, 1));
    set->imm[0] = l->op->imm[0];
    mask = emit(l, TCG_OP_neg, insert(l, set, l->op->type), 0);
    return become(l, TCG_OP_xor, d, emit(l, TCG_OP_and, emit(l, TCG_OP_xor, c, d), mask));
}

static bool expand_carry(Legalize *l)
{
    TcgOpcode code = l->op->code == TCG_OP_adc ? TCG_OP_add : TCG_OP_sub;
    TcgVal sum = emit(l, code, tcg_op_in(l->op, 0), tcg_op_in(l->op, 1));

    return become(l, code, sum, tcg_op_in(l->op, 2));
}

/* The sign of (a ^ r) & (b ^ r), or of (a ^ b) & (a ^ r). */
static bool expand_overflow(Legalize *l, TcgVal a, TcgVal b)
{
    bool add = l->op->code == TCG_OP_add_overflow;
    TcgVal result = emit(l, add ? TCG_OP_add : TCG_OP_sub, a, b);
    TcgVal x = emit(l, TCG_OP_xor, a, add ? result : b);
    TcgVal y = emit(l, TCG_OP_xor, add ? b : a, result);

    return become_const(l, TCG_OP_shr, emit(l, TCG_OP_and, x, y), tcg_type_bits(l->op->type) - 1);
}

static bool expand_scaled(Legalize *l)
{
    TcgOp *op = l->op;
    bool load = op->code == TCG_OP_gldx;
    unsigned scale = op->imm[1] >> TCG_MO_SCALE_SHIFT & 3;
    TcgVal index = tcg_op_in(op, 1);
    TcgOp *add;

    if (scale) {
        TcgVal count = tcg_const(l->r, TCG_I64, scale);

        index = insert(l, new_op(l, TCG_OP_shl, TCG_I64, index, count), TCG_I64);
    }
    add = new_op(l, TCG_OP_add, TCG_I64, tcg_op_in(op, 0), index);
    *tcg_op_in_ptr(op, 0) = insert(l, add, TCG_I64);
    if (!load) {
        op->arg[1] = op->arg[2];
    }
    op->code = load ? TCG_OP_gld : TCG_OP_gst;
    op->nb_in--;
    op->imm[1] &= ~(UINT64_C(3) << TCG_MO_SCALE_SHIFT);
    return true;
}

/* vandc a, b = a ^ (a & b) */
static bool expand_vandc(Legalize *l, TcgVal a, TcgVal b)
{
    return become(l, TCG_OP_vxor, a, emit(l, TCG_OP_vand, a, b));
}

/* Inputs, then immediates, in registers. */
static bool expand_call(Legalize *l)
{
    TcgOp *op = l->op;
    const TcgHelper *helper = runtime_helper(op);

    if (!helper) {
        return false;
    }
    for (unsigned n = op->nb_in; n < helper->nb_args; n++) {
        op->arg[1 + n] = tcg_const(l->r, TCG_I64, op->imm[n - op->nb_in]);
    }
    op->code = TCG_OP_call;
    op->type = helper->ret;
    op->nb_in = helper->nb_args;
    op->imm[0] = op->imm[1] = 0;
    op->helper = helper;
    return true;
}

static bool expand(Legalize *l)
{
    TcgOp *op = l->op;
    TcgVal a = op->nb_in > 0 ? tcg_op_in(op, 0) : 0, b = op->nb_in > 1 ? tcg_op_in(op, 1) : 0;

    switch (op->code) {
    case TCG_OP_andc:
    case TCG_OP_orc:
    case TCG_OP_xnor:
    case TCG_OP_not:
    case TCG_OP_neg:
        return expand_not(l, a, b);
    case TCG_OP_rotl:
    case TCG_OP_rotr:
        return expand_rotate(l, a, b);
    case TCG_OP_sext:
    case TCG_OP_zext:
        return expand_field(l, a, 0, op->imm[0], op->code == TCG_OP_sext);
    case TCG_OP_extract:
    case TCG_OP_sextract:
        return expand_field(l, a, op->imm[0], op->imm[1], op->code == TCG_OP_sextract);
    case TCG_OP_deposit:
        return expand_deposit(l, a, b);
    case TCG_OP_setcond:
    case TCG_OP_brcond:
        return expand_test(l);
    case TCG_OP_movcond:
        return expand_movcond(l);
    case TCG_OP_adc:
    case TCG_OP_sbb:
        return expand_carry(l);
    case TCG_OP_add_overflow:
    case TCG_OP_sub_overflow:
        return expand_overflow(l, a, b);
    case TCG_OP_gldx:
    case TCG_OP_gstx:
        return expand_scaled(l);
    case TCG_OP_vandc:
        return expand_vandc(l, a, b);
    default:
        return expand_call(l);
    }
}

static void give_up(const Legalize *l)
{
    fputs("unsupported: ", stderr);
    tcg_print_op(stderr, l->r, l->op);
    fputc('\n', stderr);
    g_error("backend %s cannot do %s and there is no other way", l->backend->name,
            tcg_op_info[l->op->code].name);
}

bool tcg_lower_legalize(TcgRegion *r, const TcgBackend *backend)
{
    Legalize l = { .r = r, .backend = backend };
    bool progress = false;

    if (!backend) {
        return false;
    }
    for (l.block = r->first; l.block; l.block = l.block->next) {
        for (TcgOp *op = l.block->first, *prev; op;) {
            if (backend->supports(op)) {
                op = op->next;
                continue;
            }
            prev = op->prev;
            l.op = op;
            if (!expand(&l)) {
                give_up(&l);
            }
            progress = true;
            /* The new operations first, then what the old one became. */
            op = prev ? prev->next : l.block->first;
        }
    }
    return progress;
}
