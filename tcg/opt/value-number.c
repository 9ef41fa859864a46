/*
 * Value numbering over extended blocks.
 *
 * A pure operation that was done before on the same values, whose result is still where it was
 * put, becomes a move of it.  The table is open and lossy: a slot holds the latest operation
 * of its hash.  Guest loads are never merged: another thread may write between them.
 *
 * A remainder is made from the quotient of the same operands where there is one.
 */
#include "facts.h"
#include "tcg/helper.h"
#include "tcg/pass.h"

enum { TABLE_BITS = 7, TABLE_SIZE = 1 << TABLE_BITS };

static bool is_pure(const TcgOp *op)
{
    const TcgOpInfo *info = &tcg_op_info[op->code];

    if (info->shape == TCG_SHAPE_EFFECT) {
        return call_is_pure(op) && !(op->helper->flags & TCG_HELPER_FP_ENV);
    }
    return !(info->flags & TCG_FP_ENV) && op->code != TCG_OP_mov && op->code != TCG_OP_vmov;
}

static unsigned hash_op(const TcgOp *op)
{
    uint64_t h = op->code | op->type << 16;

    for (unsigned n = 0; n < op->nb_in; n++) {
        h = (h ^ tcg_op_in(op, n)) * UINT64_C(0x9e3779b97f4a7c15);
    }
    h = (h ^ op->imm[0] ^ op->imm[1] << 32) * UINT64_C(0x9e3779b97f4a7c15);
    return h >> (64 - TABLE_BITS);
}

static bool same_op(const TcgOp *a, const TcgOp *b)
{
    if (a->code != b->code || a->type != b->type || a->nb_in != b->nb_in ||
        a->imm[0] != b->imm[0] || a->imm[1] != b->imm[1] ||
        (a->code == TCG_OP_call && a->helper != b->helper)) {
        return false;
    }
    for (unsigned n = 0; n < a->nb_in; n++) {
        if (tcg_op_in(a, n) != tcg_op_in(b, n)) {
            return false;
        }
    }
    return true;
}

/* The inputs hold what they held at def, and the output what def put there. */
static bool still_there(const Facts *f, const Def *def)
{
    if (def->time <= f->epoch || facts_def(f, def->op->arg[0]) != def) {
        return false;
    }
    for (unsigned n = 0; n < def->op->nb_in; n++) {
        if (!facts_holds(f, tcg_op_in(def->op, n), def)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ quotient and remainder */

static TcgOpcode division_partner(TcgOpcode code)
{
    switch (code) {
    case TCG_OP_div:
        return TCG_OP_rem;
    case TCG_OP_rem:
        return TCG_OP_div;
    case TCG_OP_divu:
        return TCG_OP_remu;
    case TCG_OP_remu:
        return TCG_OP_divu;
    default:
        return TCG_OP_COUNT;
    }
}

static TcgVal insert_before(TcgRegion *r, TcgOp *where, TcgOpcode code, TcgVal a, TcgVal b)
{
    TcgOp *op = op_new_before(r, where, code, where->type, 2);

    op->arg[1] = a;
    op->arg[2] = b;
    return op->arg[0];
}

/* rem = a - q * b, right for all operands by the IR's definition of division by zero. */
static void remainder_from_quotient(TcgRegion *r, TcgOp *rem, TcgVal q)
{
    TcgVal product = insert_before(r, rem, TCG_OP_mul, q, rem->arg[2]);

    rem->code = TCG_OP_sub;
    rem->arg[2] = product;
}

/*
 * Hosts divide slowly: of a quotient and a remainder of the same operands one division is left.
 * The quotient is computed where the first of the two stands.
 */
static bool share_division(Facts *f, Def **table, TcgOp *op)
{
    TcgOpcode partner = division_partner(op->code);
    TcgOp key;
    Def *first;
    TcgVal q;

    if (partner == TCG_OP_COUNT) {
        return false;
    }
    key = *op;
    key.code = partner;
    first = table[hash_op(&key)];
    if (!first || !same_op(first->op, &key) || first->time <= f->epoch || !first->op->prev ||
        !op->prev || !facts_holds(f, op->arg[1], first) || !facts_holds(f, op->arg[2], first)) {
        return false;
    }
    if (op->code == TCG_OP_div || op->code == TCG_OP_divu) {
        q = insert_before(f->r, first->op, op->code, op->arg[1], op->arg[2]);
        remainder_from_quotient(f->r, first->op, q);
        op_to_mov(f->r, op, q);
    } else {
        q = still_there(f, first) ? first->op->arg[0] : TCG_NO_VAL;
        if (!q) {
            q = insert_before(f->r, first->op, first->op->code, op->arg[1], op->arg[2]);
            op_to_mov(f->r, first->op, q);
        }
        remainder_from_quotient(f->r, op, q);
    }
    return true;
}

static bool number_op(Facts *f, Def **table, TcgOp *op)
{
    Def **slot;
    bool found;

    if (!op->nb_out || !is_pure(op)) {
        facts_note(f, op);
        return false;
    }
    slot = &table[hash_op(op)];
    found = *slot && same_op((*slot)->op, op) && still_there(f, *slot);
    if (found) {
        op_to_mov(f->r, op, (*slot)->op->arg[0]);
        facts_note(f, op);
    } else {
        facts_note(f, op);
        *slot = facts_def(f, op->arg[0]);
    }
    return found;
}

bool tcg_opt_value_number(TcgRegion *r, const TcgBackend *backend)
{
    Def *table[TABLE_SIZE] = { 0 };
    Facts facts;
    bool progress = false;

    facts_begin(&facts, r);
    for (TcgBlock *block = r->first; block; block = block->next) {
        facts_enter_block(&facts, block);
        for (TcgOp *op = block->first; op; op = op->next) {
            progress |= facts_propagate_copies(&facts, op);
            progress |= share_division(&facts, table, op);
            progress |= number_op(&facts, table, op);
        }
    }
    return progress;
}
