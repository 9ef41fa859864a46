/*
 * Dead code elimination.
 *
 * One walk from the last operation to the first.  An operation is kept if its result is read or if
 * it has an effect; anything else is unlinked.  Temporaries are counted: their readers may lie
 * in any block.  A write to a global is dead if a later one in the same block comes before
 * any reader, and before anything that needs the guest's exact state: the end of the block,
 * an operation that can fault, a call that looks at globals.  Removing an operation can only make
 * earlier ones dead, so one walk is enough.
 *
 * Keeps: order of operations; floating-point operations that set sticky flags.
 */
#include "facts.h"
#include "tcg/helper.h"
#include "tcg/pass.h"

typedef struct DeadCode {
    TcgRegion *r;
    uint32_t *uses;                             /* by value */
    uint64_t overwritten[TCG_MAX_GLOBALS / 64]; /* globals written before they are needed */
} DeadCode;

static void count_uses(DeadCode *d)
{
    d->uses = arena_array(d->r->arena, uint32_t, d->r->nb_vals);
    for (TcgBlock *block = d->r->first; block; block = block->next) {
        for (TcgOp *op = block->first; op; op = op->next) {
            for (unsigned n = 0; n < op->nb_in; n++) {
                d->uses[tcg_op_in(op, n)]++;
            }
        }
    }
}

static bool has_effect(const TcgOp *op)
{
    enum {
        EFFECTS = TCG_FP_ENV | TCG_CAN_FAULT | TCG_WRITES_MEM | TCG_WRITES_STATE |
                  TCG_SIDE_EFFECTS | TCG_ENDS_BLOCK,
    };

    return (tcg_op_info[op->code].flags & EFFECTS) && !call_is_pure(op);
}

static bool result_is_dead(const DeadCode *d, const TcgOp *op)
{
    TcgVal out = tcg_op_out(op);

    if (out == TCG_NO_VAL) {
        return false;
    }
    if (tcg_is_global(d->r, out)) {
        unsigned index = tcg_global_index(out);

        return d->overwritten[index / 64] >> (index % 64) & 1;
    }
    return d->uses[out] == 0;
}

static void note_op(DeadCode *d, const TcgOp *op)
{
    if (op->nb_out && tcg_is_global(d->r, op->arg[0])) {
        unsigned index = tcg_global_index(op->arg[0]);

        d->overwritten[index / 64] |= UINT64_C(1) << (index % 64);
    }
    if (op_needs_globals(op)) {
        memset(d->overwritten, 0, sizeof(d->overwritten));
    }
    for (unsigned n = 0; n < op->nb_in; n++) {
        TcgVal in = tcg_op_in(op, n);

        if (tcg_is_global(d->r, in)) {
            unsigned index = tcg_global_index(in);

            d->overwritten[index / 64] &= ~(UINT64_C(1) << (index % 64));
        }
    }
}

static void remove_op(DeadCode *d, TcgBlock *block, TcgOp *op)
{
    for (unsigned n = 0; n < op->nb_in; n++) {
        d->uses[tcg_op_in(op, n)]--;
    }
    if (!tcg_is_global(d->r, op->arg[0])) {
        d->r->vals[op->arg[0]].kind = TCG_VAL_NONE;
    }
    tcg_remove_op(block, op);
}

/* "x5 = mov x5": what other passes leave of a copy that came back. */
static bool is_self_move(const TcgOp *op)
{
    return (op->code == TCG_OP_mov || op->code == TCG_OP_vmov) && op->arg[0] == op->arg[1];
}

bool tcg_opt_dead_code(TcgRegion *r, const TcgBackend *backend)
{
    DeadCode d = { .r = r };
    bool progress = false;

    count_uses(&d);
    for (TcgBlock *block = r->last; block; block = block->prev) {
        memset(d.overwritten, 0, sizeof(d.overwritten));
        for (TcgOp *op = block->last, *prev; op; op = prev) {
            prev = op->prev;
            if ((!has_effect(op) && result_is_dead(&d, op)) || is_self_move(op)) {
                remove_op(&d, block, op);
                progress = true;
            } else {
                note_op(&d, op);
            }
        }
    }
    return progress;
}
