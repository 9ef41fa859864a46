/*
 * Rotations spelled as two shifts.
 *
 * (x >> c) | (x << (w - c)) is a rotation; guests without a rotate instruction are full of it.
 * Both words of w bits and, sign-extended, words of 32 bits in 64-bit registers are seen.  The
 * rotation is made in front of the later shift, where x still holds what both shifts read; the
 * shifts die if nobody else wants them.
 */
#include "facts.h"
#include "fold.h"

enum { FAR = 16 }; /* operations between the two shifts */

/* The definition of v, and below a sign extension from 32 bits that of the word. */
static Def *shift_below(Facts *f, TcgVal v, bool *ret_extended)
{
    Def *def = facts_source(f, v);

    *ret_extended = def && def->op->code == TCG_OP_sext && def->op->imm[0] == 32;
    return *ret_extended ? def->in[0] : def;
}

/* Nothing between the two writes v; they are in one block, first before last. */
static bool unwritten_between(const TcgOp *first, const TcgOp *last, TcgVal v)
{
    unsigned n = 0;

    for (const TcgOp *op = first->next; op != last; op = op->next) {
        if (!op || n++ == FAR || (op->nb_out && op->arg[0] == v)) {
            return false;
        }
    }
    return first->arg[0] != v;
}

static bool is_rotation(const Facts *f, const Def *left, const Def *right, uint64_t *ret_count)
{
    unsigned w;
    uint64_t up, down;

    if (!left || !right || left->op->code != TCG_OP_shl || right->op->code != TCG_OP_shr ||
        left->op->type != right->op->type || tcg_op_in(left->op, 0) != tcg_op_in(right->op, 0) ||
        !facts_const_in(f, left, 1, &up) || !facts_const_in(f, right, 1, &down)) {
        return false;
    }
    w = tcg_type_bits(left->op->type);
    *ret_count = up;
    return up && up < w && up + down == w;
}

bool fold_rotate(Facts *f, TcgOp *op)
{
    bool a_extended, b_extended;
    Def *a = shift_below(f, tcg_op_in(op, 0), &a_extended);
    Def *b = shift_below(f, tcg_op_in(op, 1), &b_extended);
    TcgOp *first, *last, *rotate;
    TcgType type;
    uint64_t count;

    if (a_extended != b_extended ||
        (!is_rotation(f, a, b, &count) && !is_rotation(f, b, a, &count))) {
        return false;
    }
    type = a->op->type;
    if (a_extended ? type != TCG_I32 || op->type != TCG_I64 : type != op->type) {
        return false;
    }
    first = a->time < b->time ? a->op : b->op;
    last = first == a->op ? b->op : a->op;
    if (!last->prev || !unwritten_between(first, last, tcg_op_in(last, 0))) {
        return false;
    }
    rotate = op_new_before(f->r, last, TCG_OP_rotl, type, 2);
    rotate->arg[1] = tcg_op_in(last, 0);
    rotate->arg[2] = tcg_const(f->r, type, count);
    if (a_extended) {
        op->code = TCG_OP_sext;
        op->nb_in = 1;
        op->arg[1] = rotate->arg[0];
        op->imm[0] = 32;
        op->imm[1] = 0;
    } else {
        op_to_mov(f->r, op, rotate->arg[0]);
    }
    return true;
}
