/*
 * The facts of a forward walk; see facts.h.
 */
#include "facts.h"

#include <assert.h>

#include "tcg/helper.h"

void facts_begin(Facts *f, TcgRegion *r)
{
    *f = (Facts){ .r = r, .nb_vals = r->nb_vals };
    f->def = arena_array(r->arena, Def *, r->nb_vals);
    tcg_region_count_preds(r);
}

void facts_enter_block(Facts *f, TcgBlock *block)
{
    f->clock++;
    if (block->nb_preds != 1 || block->pred != f->prev || !f->prev || block == f->r->first) {
        f->epoch = f->clock;
    }
    f->prev = block;
}

void facts_note(Facts *f, TcgOp *op)
{
    f->clock++;
    if (op->code == TCG_OP_call && (op->helper->flags & TCG_HELPER_WRITES_GLOBALS)) {
        f->epoch = f->clock;
    }
    if (op->nb_out) {
        TcgVal out = op->arg[0];

        if (out < f->nb_vals) {
            Def *def = arena_alloc(f->r->arena, sizeof(*def));

            def->op = op;
            def->time = f->clock;
            def->in[0] = op->nb_in > 0 ? facts_def(f, tcg_op_in(op, 0)) : NULL;
            def->in[1] = op->nb_in > 1 ? facts_def(f, tcg_op_in(op, 1)) : NULL;
            f->def[out] = def;
        }
        if (tcg_is_global(f->r, out)) {
            f->written[out] = f->clock;
        }
    }
}

static bool def_const(const Facts *f, const Def *def, uint64_t *ret)
{
    if (!def || def->op->code != TCG_OP_mov || !tcg_is_const(f->r, tcg_op_in(def->op, 0))) {
        return false;
    }
    *ret = f->r->vals[tcg_op_in(def->op, 0)].bits & TCG_MASK(tcg_type_bits(def->op->type));
    return true;
}

bool facts_const(const Facts *f, TcgVal v, uint64_t *ret)
{
    if (tcg_is_const(f->r, v)) {
        *ret = f->r->vals[v].bits;
        return true;
    }
    return def_const(f, facts_source(f, v), ret);
}

bool facts_const_in(const Facts *f, const Def *def, unsigned n, uint64_t *ret)
{
    TcgVal v = tcg_op_in(def->op, n);

    if (tcg_is_const(f->r, v)) {
        *ret = f->r->vals[v].bits;
        return true;
    }
    return n < 2 && def_const(f, def->in[n], ret);
}

/* Where a constant is at least as good as the variable that holds it. */
static bool takes_const(const TcgOp *op, unsigned n)
{
    switch (op->code) {
    case TCG_OP_gst:
        return n == 1;
    case TCG_OP_st:
    case TCG_OP_brcond:
    case TCG_OP_call:
        return true;
    case TCG_OP_fcvt_from_s32:
    case TCG_OP_fcvt_from_u32:
    case TCG_OP_fcvt_from_s64:
    case TCG_OP_fcvt_from_u64:
        return false;
    default:
        return tcg_op_info[op->code].shape <= TCG_SHAPE_WIDEN;
    }
}

static TcgVal copied_const(Facts *f, const TcgOp *op, unsigned n, TcgVal v, TcgVal src)
{
    TcgType type = tcg_in_type(op, n);
    uint64_t bits = f->r->vals[src].bits;

    if (!tcg_type_is_int(type) || !fits_s32(f->r->vals[v].type, bits) || !takes_const(op, n)) {
        return v;
    }
    /* An i32 move of an i64 constant keeps the low half; a wider reader of an i32 value is WIDEN. */
    return tcg_const(f->r, type, bits & TCG_MASK(tcg_type_bits(f->r->vals[v].type)));
}

static bool type_fits(const TcgOp *op, unsigned n, TcgType have)
{
    TcgType want = tcg_in_type(op, n);

    return have == want || (want == TCG_I32 && have == TCG_I64) ||
           (tcg_op_info[op->code].shape == TCG_SHAPE_WIDEN && tcg_type_is_int(have));
}

static TcgVal copy_source(Facts *f, const TcgOp *op, unsigned n)
{
    TcgVal v = tcg_op_in(op, n), src;
    Def *def = facts_def(f, v);

    if (!def || (def->op->code != TCG_OP_mov && def->op->code != TCG_OP_vmov)) {
        return v;
    }
    src = tcg_op_in(def->op, 0);
    if (tcg_is_const(f->r, src)) {
        return copied_const(f, op, n, v, src);
    }
    if (!facts_holds(f, src, def) || !type_fits(op, n, f->r->vals[src].type)) {
        return v;
    }
    /* A global that holds a temporary lives on in any case: reading it lets the temporary end. */
    return tcg_is_global(f->r, v) && !tcg_is_global(f->r, src) ? v : src;
}

bool facts_propagate_copies(Facts *f, TcgOp *op)
{
    bool progress = false;

    for (unsigned n = 0; n < op->nb_in; n++) {
        TcgVal src = copy_source(f, op, n);

        progress |= src != tcg_op_in(op, n);
        *tcg_op_in_ptr(op, n) = src;
    }
    return progress;
}

void op_to_mov(TcgRegion *r, TcgOp *op, TcgVal v)
{
    TcgType type = r->vals[op->arg[0]].type;

    op->code = tcg_type_is_int(type) ? TCG_OP_mov : TCG_OP_vmov;
    op->type = type;
    op->nb_in = 1;
    op->arg[1] = v;
    op->imm[0] = op->imm[1] = 0;
    op->target = NULL;
}

TcgOp *op_new_before(TcgRegion *r, TcgOp *where, TcgOpcode code, TcgType type, unsigned nb_in)
{
    TcgOp *op = tcg_op_new(r, code, type);

    assert(where->prev);
    op->nb_out = 1;
    op->nb_in = (uint8_t)nb_in;
    op->arg[0] = tcg_temp(r, type);
    r->vals[op->arg[0]].def = op;
    tcg_insert_op_before(NULL, where, op);
    return op;
}

void op_to_const(TcgRegion *r, TcgOp *op, uint64_t bits)
{
    op_to_mov(r, op, tcg_const(r, r->vals[op->arg[0]].type, bits));
}

bool call_is_pure(const TcgOp *op)
{
    return op->code == TCG_OP_call && (op->helper->flags & TCG_HELPER_PURE);
}

bool op_needs_globals(const TcgOp *op)
{
    enum {
        TOUCHES = TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS | TCG_HELPER_CAN_FAULT,
    };

    if (op->code == TCG_OP_call) {
        return op->helper->flags & TOUCHES;
    }
    return tcg_op_info[op->code].flags & (TCG_CAN_FAULT | TCG_ENDS_BLOCK);
}
