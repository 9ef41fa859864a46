/*
 * Copy propagation.
 *
 * "%1 = mov x5" makes %1 a copy of x5 until x5 is written again; "x6 = mov x5" makes x6 a copy
 * until either is.  Readers of a copy read the original, so that moves die and later passes see
 * the operation behind a value.
 *
 * Keeps: order and number of operations.
 */
#include "facts.h"
#include "tcg/pass.h"

bool tcg_opt_copy(TcgRegion *r, const TcgBackend *backend)
{
    Facts facts;
    bool progress = false;

    facts_begin(&facts, r);
    for (TcgBlock *block = r->first; block; block = block->next) {
        facts_enter_block(&facts, block);
        for (TcgOp *op = block->first; op; op = op->next) {
            progress |= facts_propagate_copies(&facts, op);
            facts_note(&facts, op);
        }
    }
    return progress;
}
