/*
 * Retargeting: "%1 = add x6, x7; ...; x5 = mov %1" becomes "x5 = add x6, x7; ..." when the move is
 * the only reader of %1 and nothing between the two looks at x5 or needs the guest's exact state.
 *
 * The builder does this for adjacent operations; here it catches what other passes leave.
 *
 * Keeps: order of operations.  Needs: dead code removed, or it finds readers that are none.
 */
#include "facts.h"
#include "tcg/pass.h"

/* How far back a definition is looked for. */
enum { REACH = 8 };

static bool reads(const TcgOp *op, TcgVal v)
{
    for (unsigned n = 0; n < op->nb_in; n++) {
        if (tcg_op_in(op, n) == v) {
            return true;
        }
    }
    return false;
}

/* The definition of the moved temporary, if it may write the move's output itself. */
static TcgOp *find_definition(const TcgRegion *r, const TcgOp *move)
{
    TcgVal temp = tcg_op_in(move, 0), global = tcg_op_out(move);
    unsigned reach = REACH;

    for (TcgOp *op = move->prev; op && reach--; op = op->prev) {
        if (tcg_op_out(op) == temp) {
            return op;
        }
        if (tcg_op_out(op) == global || reads(op, global) || op_needs_globals(op)) {
            return NULL;
        }
    }
    return NULL;
}

static bool is_candidate(const TcgRegion *r, const TcgOp *op, const uint8_t *uses)
{
    TcgVal in;

    if ((op->code != TCG_OP_mov && op->code != TCG_OP_vmov) || !tcg_is_global(r, op->arg[0])) {
        return false;
    }
    in = tcg_op_in(op, 0);
    return r->vals[in].kind == TCG_VAL_TEMP && uses[in] == 1 &&
           r->vals[in].type == r->vals[op->arg[0]].type;
}

/* Uses of each value, up to 255. */
static uint8_t *count_uses(TcgRegion *r)
{
    uint8_t *uses = arena_array(r->arena, uint8_t, r->nb_vals);

    for (TcgBlock *block = r->first; block; block = block->next) {
        for (TcgOp *op = block->first; op; op = op->next) {
            for (unsigned n = 0; n < op->nb_in; n++) {
                uint8_t *count = &uses[tcg_op_in(op, n)];

                *count += *count < UINT8_MAX;
            }
        }
    }
    return uses;
}

bool tcg_opt_retarget(TcgRegion *r, const TcgBackend *backend)
{
    uint8_t *uses = count_uses(r);
    bool progress = false;

    for (TcgBlock *block = r->first; block; block = block->next) {
        for (TcgOp *op = block->first, *next; op; op = next) {
            TcgOp *def;

            next = op->next;
            if (is_candidate(r, op, uses) && (def = find_definition(r, op))) {
                r->vals[def->arg[0]].kind = TCG_VAL_NONE;
                def->arg[0] = op->arg[0];
                tcg_remove_op(block, op);
                progress = true;
            }
        }
    }
    return progress;
}
