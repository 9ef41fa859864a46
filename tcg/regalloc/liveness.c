/*
 * Liveness: which values are needed at block entries, and where in a block each use is the
 * last one.
 *
 * The usual backward data-flow problem over bit sets, one walk for regions without loops.
 * All globals are live where the guest's state can be looked at: at exits from the region and
 * at operations that can fault.  The same walk passes hints up: a temporary that ends up in a
 * global is best made in that global's home register.
 *
 * Needs: any region.  Keeps: everything but the liveness fields of operations.
 */
#include "regalloc.h"

#include "tcg/helper.h"

typedef struct Liveness {
    Ra *ra;
    uint64_t *live;    /* at the current point */
    uint64_t *globals; /* all of them */
    uint32_t *named;   /* by value: the block walk in which a later operation names it */
    uint8_t *wanted;   /* by value: the global it ends up in */
    uint32_t walk;     /* number of the current block walk */
} Liveness;

bool ra_needs_all_globals(const TcgOp *op)
{
    if (op->code == TCG_OP_call) {
        return op->helper->flags &
               (TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS | TCG_HELPER_CAN_FAULT);
    }
    return tcg_op_info[op->code].flags & (TCG_CAN_FAULT | TCG_EXITS_REGION);
}

static void visit_output(Liveness *lv, TcgOp *op)
{
    TcgVal v = op->arg[0];
    TcgVal global = tcg_is_global(lv->ra->r, v) ? v : lv->wanted[v];

    if (!ra_bit(lv->live, v)) {
        op->dead |= 1;
    }
    if (lv->named[v] != lv->walk) {
        op->last |= 1;
    }
    ra_clear_bit(lv->live, v);
    lv->named[v] = 0;
    if (global && (global == v || !ra_bit(lv->live, global))) {
        op->hint = (uint8_t)global;
    }
}

static void visit_input(Liveness *lv, TcgOp *op, unsigned n)
{
    TcgVal v = op->arg[n];

    if (tcg_is_const(lv->ra->r, v)) {
        return;
    }
    if (!ra_bit(lv->live, v)) {
        op->dead |= 1u << n;
        ra_set_bit(lv->live, v);
    }
    if (lv->named[v] != lv->walk) {
        op->last |= 1u << n;
        lv->named[v] = lv->walk;
    }
}

/* The operand that dies here and may share the output's register inherits its hint. */
static void pass_hint_up(Liveness *lv, const TcgOp *op)
{
    for (unsigned n = 0; n < op->nb_in && n < 2; n++) {
        TcgVal v = tcg_op_in(op, n);

        if (ra_is_dead(op, n) && !tcg_is_global(lv->ra->r, v)) {
            lv->wanted[v] = op->hint;
            return;
        }
    }
}

static void walk_block(Liveness *lv, TcgBlock *block)
{
    lv->walk++;
    for (TcgOp *op = block->last; op; op = op->prev) {
        op->dead = op->last = op->hint = 0;
        if (op->nb_out) {
            visit_output(lv, op);
        }
        if (ra_needs_all_globals(op)) {
            for (unsigned i = 0; i <= TCG_MAX_GLOBALS / 64 && i < lv->ra->nb_words; i++) {
                lv->live[i] |= lv->globals[i];
            }
        }
        for (unsigned n = op->nb_out + op->nb_in; n-- > op->nb_out;) {
            visit_input(lv, op, n);
        }
        if (op->hint && op->nb_in) {
            pass_hint_up(lv, op);
        }
    }
}

static void add_successor(Liveness *lv, const TcgBlock *succ)
{
    if (succ) {
        const uint64_t *in = lv->ra->blocks[succ->id].live_in;

        for (unsigned i = 0; i < lv->ra->nb_words; i++) {
            lv->live[i] |= in[i];
        }
    }
}

/* True if the block's live_in grew. */
static bool update_block(Liveness *lv, TcgBlock *block)
{
    uint64_t *in = lv->ra->blocks[block->id].live_in;
    bool grew = false;

    memset(lv->live, 0, lv->ra->nb_words * sizeof(uint64_t));
    add_successor(lv, tcg_block_taken(block));
    add_successor(lv, tcg_block_fallthrough(block));
    walk_block(lv, block);
    for (unsigned i = 0; i < lv->ra->nb_words; i++) {
        grew |= in[i] != lv->live[i];
        in[i] = lv->live[i];
    }
    return grew;
}

/* A branch to a block at or before its own place in the layout. */
static bool has_backward_edge(Ra *ra)
{
    bool *seen = arena_array(ra->arena, bool, ra->r->nb_blocks);

    for (const TcgBlock *block = ra->r->first; block; block = block->next) {
        const TcgBlock *taken = tcg_block_taken(block);

        seen[block->id] = true;
        if (taken && seen[taken->id]) {
            return true;
        }
    }
    return false;
}

void ra_liveness(Ra *ra)
{
    Liveness lv = {
        .ra = ra,
        .live = arena_array(ra->arena, uint64_t, ra->nb_words),
        .globals = arena_array(ra->arena, uint64_t, ra->nb_words + 2),
        .named = arena_array(ra->arena, uint32_t, ra->r->nb_vals),
        .wanted = arena_array(ra->arena, uint8_t, ra->r->nb_vals),
    };
    bool loops = ra->r->nb_blocks > 1 && has_backward_edge(ra);
    bool grew;

    for (unsigned g = 0; g < ra->r->globals->nb; g++) {
        ra_set_bit(lv.globals, g + 1);
    }
    for (TcgBlock *block = ra->r->first; block; block = block->next) {
        ra->blocks[block->id].live_in = arena_array(ra->arena, uint64_t, ra->nb_words);
    }
    do {
        grew = false;
        for (TcgBlock *block = ra->r->last; block; block = block->prev) {
            grew |= update_block(&lv, block);
        }
    } while (loops && grew);
}
