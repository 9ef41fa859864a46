/*
 * Addresses: a guest load or store at a + (b << n) becomes the scaled form the host has.
 *
 * Needs: fold (constants are in the displacement).  Keeps: order and number of operations.
 */
#include "facts.h"
#include "tcg/pass.h"

typedef struct Scaled {
    TcgVal base, index;
    unsigned scale;
} Scaled;

/* Operand n of the addition is b << 1..3, and b still holds what was shifted. */
static bool match_scaled(const Facts *f, const Def *add, unsigned n, Scaled *ret)
{
    const Def *shl = add->in[n];
    uint64_t count;

    if (!shl || shl->op->code != TCG_OP_shl || shl->op->type != TCG_I64 ||
        !facts_const_in(f, shl, 1, &count) || count < 1 || count > 3 ||
        !facts_holds(f, tcg_op_in(shl->op, 0), shl)) {
        return false;
    }
    ret->base = tcg_op_in(add->op, !n);
    ret->index = tcg_op_in(shl->op, 0);
    ret->scale = count;
    return facts_holds(f, ret->base, add);
}

/* The shifted value, a 64-bit input of a 64-bit shift, is i64 by the verifier's rules. */
static bool match_address(const Facts *f, TcgVal addr, Scaled *ret)
{
    const Def *add = facts_source(f, addr);

    if (!add || add->op->code != TCG_OP_add || add->op->type != TCG_I64) {
        return false;
    }
    if (match_scaled(f, add, 1, ret) || match_scaled(f, add, 0, ret)) {
        return !tcg_is_const(f->r, ret->base);
    }
    ret->base = tcg_op_in(add->op, 0);
    ret->index = tcg_op_in(add->op, 1);
    ret->scale = 0;
    /* A sum kept in a register for its own sake is as good an address as its parts. */
    return !tcg_is_const(f->r, ret->base) && !tcg_is_const(f->r, ret->index) &&
           !tcg_is_global(f->r, tcg_op_out(add->op)) && facts_holds(f, ret->base, add) &&
           facts_holds(f, ret->index, add);
}

static bool scale_op(const Facts *f, TcgOp *op)
{
    bool load = op->code == TCG_OP_gld;
    Scaled s;

    if ((!load && op->code != TCG_OP_gst) || !match_address(f, tcg_op_in(op, 0), &s)) {
        return false;
    }
    if (!load) {
        op->arg[2] = op->arg[1];
    }
    op->code = load ? TCG_OP_gldx : TCG_OP_gstx;
    op->nb_in++;
    *tcg_op_in_ptr(op, 0) = s.base;
    *tcg_op_in_ptr(op, 1) = s.index;
    op->imm[1] |= (uint64_t)s.scale << TCG_MO_SCALE_SHIFT;
    return true;
}

bool tcg_opt_address(TcgRegion *r, const TcgBackend *backend)
{
    Facts facts;
    bool progress = false;

    facts_begin(&facts, r);
    for (TcgBlock *block = r->first; block; block = block->next) {
        facts_enter_block(&facts, block);
        for (TcgOp *op = block->first; op; op = op->next) {
            progress |= scale_op(&facts, op);
            facts_note(&facts, op);
        }
    }
    return progress;
}
