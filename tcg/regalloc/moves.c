/*
 * Many moves at once: entering another block's agreed places, leaving the region with every
 * global at home, passing arguments.
 *
 * A move is safe once no other pending move reads its destination.  When none is safe the
 * rest form cycles: integer registers are swapped, a vector register takes the way through a
 * frame slot.
 */
#include "regalloc.h"

#include <glib.h>

static bool reads_reg(const RaMove *move, unsigned reg)
{
    return move->src.kind == TCG_LOC_REG && move->src.reg == reg;
}

static bool is_blocked(const RaMove *moves, unsigned nb, unsigned i)
{
    for (unsigned j = 0; j < nb; j++) {
        if (j != i && reads_reg(&moves[j], moves[i].dst)) {
            return true;
        }
    }
    return false;
}

static TcgLoc cycle_slot(Ra *ra)
{
    TcgLoc loc = { .kind = TCG_LOC_FRAME, .reg = TCG_NO_REG };

    ra->spill_size = (ra->spill_size + 31) & ~31u;
    loc.offset = (int32_t)(ra->target->frame.spill_offset + ra->spill_size);
    ra->spill_size += 32;
    ra->too_long |= ra->spill_size > ra->target->frame.spill_size;
    return loc;
}

static void redirect(RaMove *moves, unsigned nb, unsigned from, TcgLoc to)
{
    for (unsigned i = 0; i < nb; i++) {
        if (reads_reg(&moves[i], from)) {
            moves[i].src = to;
        }
    }
}

/* All of moves[0..nb) are blocked: free the destination of the first. */
static unsigned break_cycle(Ra *ra, RaMove *moves, unsigned nb)
{
    unsigned dst = moves[0].dst;

    if (ra->backend->int_regs >> dst & 1 && moves[0].src.kind == TCG_LOC_REG &&
        ra->backend->int_regs >> moves[0].src.reg & 1) {
        unsigned src = moves[0].src.reg;
        TcgMop *mop = ra_append(ra, TCG_MOP_SWAP, TCG_I64);

        mop->out = ra_loc_reg(dst);
        mop->in[0] = ra_loc_reg(src);
        mop->nb_in = 1;
        moves[0] = moves[nb - 1];
        /* Who wanted dst's old value finds it in src, and the other way round. */
        for (unsigned i = 0; i < nb - 1; i++) {
            if (reads_reg(&moves[i], dst)) {
                moves[i].src.reg = (uint8_t)src;
            } else if (reads_reg(&moves[i], src)) {
                moves[i].src.reg = (uint8_t)dst;
            }
        }
        return nb - 1;
    }
    TcgLoc slot = cycle_slot(ra);
    TcgType type = ra->backend->int_regs >> dst & 1 ? TCG_I64 : TCG_V256;

    for (unsigned i = 0; i < nb; i++) { /* the type its readers agree on is the value's */
        if (reads_reg(&moves[i], dst)) {
            type = moves[i].type;
        }
    }
    ra_move(ra, type, slot, ra_loc_reg(dst));
    redirect(moves, nb, dst, slot);
    return nb;
}

void ra_parallel_moves(Ra *ra, RaMove *moves, unsigned nb)
{
    while (nb) {
        bool moved = false;

        for (unsigned i = 0; i < nb;) {
            RaMove *move = &moves[i];

            if (reads_reg(move, move->dst)) {
                *move = moves[--nb];
                moved = true;
            } else if (!is_blocked(moves, nb, i)) {
                ra_move(ra, move->type, ra_loc_reg(move->dst), move->src);
                *move = moves[--nb];
                moved = true;
            } else {
                i++;
            }
        }
        if (nb && !moved) {
            nb = break_cycle(ra, moves, nb);
        }
    }
}

/* Collect the loads and register moves that v needs to be in want; stores come before all moves. */
static void want_in_reg(Ra *ra, RaMove *moves, unsigned *nb, TcgVal v, unsigned want)
{
    if (ra->s.reg_of[v] != want) {
        moves[(*nb)++] = (RaMove){ (uint8_t)want, tcg_val(ra->r, v)->type, ra_read_loc(ra, v) };
    }
}

void ra_to_boundary(Ra *ra)
{
    RaMove moves[TCG_MAX_REGS];
    unsigned nb = 0;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned word = 0; word < TCG_MAX_GLOBALS / 64; word++) {
            for (uint64_t bits = ra->s.away[word]; bits; bits &= bits - 1) {
                TcgVal v = word * 64 + (unsigned)__builtin_ctzll(bits) + 1;
                uint8_t home = ra_home(ra, v);

                if (pass == 0 && home == TCG_NO_REG) {
                    ra_sync(ra, v);
                } else if (pass == 1 && home != TCG_NO_REG) {
                    want_in_reg(ra, moves, &nb, v, home);
                }
            }
        }
    }
    ra_parallel_moves(ra, moves, nb);
}

void ra_to_entry(Ra *ra, const RaBlock *block)
{
    const RaState *entry = block->entry;
    RaMove moves[TCG_MAX_REGS];
    unsigned nb = 0;

    for (unsigned word = 0; word < ra->nb_words; word++) {
        for (uint64_t bits = block->live_in[word]; bits; bits &= bits - 1) {
            TcgVal v = word * 64 + (unsigned)__builtin_ctzll(bits);

            if (ra_bit(entry->mem, v)) {
                ra_sync(ra, v);
            }
            if (entry->reg_of[v] != TCG_NO_REG) {
                want_in_reg(ra, moves, &nb, v, entry->reg_of[v]);
            }
        }
    }
    ra_parallel_moves(ra, moves, nb);
}
