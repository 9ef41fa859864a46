/*
 * Single values: where they are, getting one into a register, getting one out of the way.
 *
 * Keeps the invariant that reg_val and reg_of mirror each other and that `away` has the bit
 * of exactly the globals that are not at their boundary places.
 */
#include "regalloc.h"

#include <glib.h>

enum {
    LOOK_AHEAD = 24, /* operations: nearer uses than this decide which register is emptied */
};

static void update_away(Ra *ra, TcgVal v)
{
    unsigned g = tcg_global_index(v);
    uint8_t home = ra->target->home[g];
    bool at_home = home != TCG_NO_REG ? ra->s.reg_of[v] == home : ra_bit(ra->s.mem, v);

    if (at_home) {
        ra_clear_bit(ra->s.away, g);
    } else {
        ra_set_bit(ra->s.away, g);
    }
}

static void changed(Ra *ra, TcgVal v)
{
    if (tcg_is_global(ra->r, v)) {
        update_away(ra, v);
    }
}

void ra_state_at_boundary(Ra *ra, RaState *s)
{
    memset(s, 0, sizeof(*s));
    s->reg_of = arena_alloc(ra->arena, ra->r->nb_vals);
    memset(s->reg_of, TCG_NO_REG, ra->r->nb_vals);
    s->mem = arena_array(ra->arena, uint64_t, ra->nb_words);
    for (unsigned g = 0; g < ra->r->globals->nb; g++) {
        uint8_t home = ra->target->home[g];

        if (home != TCG_NO_REG) {
            s->reg_of[g + 1] = home;
            s->reg_val[home] = g + 1;
        } else {
            ra_set_bit(s->mem, g + 1);
        }
    }
}

RaState *ra_state_copy(Ra *ra, const RaState *s)
{
    RaState *copy = arena_alloc(ra->arena, sizeof(*copy));

    *copy = *s;
    copy->reg_of = arena_alloc(ra->arena, ra->r->nb_vals);
    memcpy(copy->reg_of, s->reg_of, ra->r->nb_vals);
    copy->mem = arena_alloc(ra->arena, ra->nb_words * sizeof(uint64_t));
    memcpy(copy->mem, s->mem, ra->nb_words * sizeof(uint64_t));
    return copy;
}

void ra_state_load(Ra *ra, const RaState *s)
{
    uint8_t *reg_of = ra->s.reg_of;
    uint64_t *mem = ra->s.mem;

    ra->s = *s;
    ra->s.reg_of = memcpy(reg_of, s->reg_of, ra->r->nb_vals);
    ra->s.mem = memcpy(mem, s->mem, ra->nb_words * sizeof(uint64_t));
}

void ra_bind(Ra *ra, TcgVal v, unsigned reg, bool mem)
{
    uint8_t old = ra->s.reg_of[v];

    if (old != TCG_NO_REG) {
        ra->s.reg_val[old] = TCG_NO_VAL;
    }
    ra->s.reg_val[reg] = v;
    ra->s.reg_of[v] = (uint8_t)reg;
    if (mem) {
        ra_set_bit(ra->s.mem, v);
    } else {
        ra_clear_bit(ra->s.mem, v);
    }
    changed(ra, v);
}

void ra_unbind(Ra *ra, TcgVal v)
{
    uint8_t reg = ra->s.reg_of[v];

    if (reg != TCG_NO_REG) {
        ra->s.reg_val[reg] = TCG_NO_VAL;
        ra->s.reg_of[v] = TCG_NO_REG;
        changed(ra, v);
    }
}

void ra_forget(Ra *ra, TcgVal v)
{
    ra_unbind(ra, v);
    ra_clear_bit(ra->s.mem, v);
    changed(ra, v);
}

void ra_mark_mem(Ra *ra, TcgVal v)
{
    ra_set_bit(ra->s.mem, v);
    changed(ra, v);
}

TcgLoc ra_slot(Ra *ra, TcgVal v)
{
    unsigned bytes;

    if (tcg_is_global(ra->r, v)) {
        return (TcgLoc){ .kind = TCG_LOC_STATE,
                         .reg = TCG_NO_REG,
                         .offset = (int32_t)ra->r->globals->global[tcg_global_index(v)].offset };
    }
    if (ra->slot[v] < 0) {
        bytes = tcg_type_bits(tcg_val(ra->r, v)->type) / 8;
        bytes = bytes < 8 ? 8 : bytes;
        ra->spill_size = (ra->spill_size + bytes - 1) & -bytes;
        ra->slot[v] = (int32_t)(ra->target->frame.spill_offset + ra->spill_size);
        ra->spill_size += bytes;
        ra->too_long |= ra->spill_size > ra->target->frame.spill_size;
    }
    return (TcgLoc){ .kind = TCG_LOC_FRAME, .reg = TCG_NO_REG, .offset = ra->slot[v] };
}

TcgLoc ra_read_loc(Ra *ra, TcgVal v)
{
    if (ra->s.reg_of[v] != TCG_NO_REG) {
        return ra_loc_reg(ra->s.reg_of[v]);
    }
    return tcg_is_const(ra->r, v) ? ra_loc_const(v) : ra_slot(ra, v);
}

/* mops come in chunks that double; the arena keeps the old ones until the region is done. */
TcgMop *ra_append(Ra *ra, unsigned code, TcgType type)
{
    TcgMblock *block = ra->cur;
    TcgMop *mop;

    if (block->nb_mops == block->cap_mops) {
        unsigned cap = block->cap_mops ? 2 * block->cap_mops : 8;
        TcgMop *mops = arena_alloc(ra->arena, cap * sizeof(*mops));

        if (block->nb_mops) {
            memcpy(mops, block->mops, block->nb_mops * sizeof(*mops));
        }
        block->mops = mops;
        block->cap_mops = cap;
    }
    mop = &block->mops[block->nb_mops++];
    memset(mop, 0, sizeof(*mop));
    mop->code = (uint16_t)code;
    mop->type = (uint8_t)type;
    mop->tmp[0] = mop->tmp[1] = TCG_NO_REG;
    return mop;
}

void ra_move(Ra *ra, TcgType type, TcgLoc out, TcgLoc in)
{
    TcgMop *mop = ra_append(ra, TCG_MOP_MOVE, type);

    mop->out = out;
    mop->in[0] = in;
    mop->nb_in = 1;
}

void ra_sync(Ra *ra, TcgVal v)
{
    if (!ra_bit(ra->s.mem, v) && ra->s.reg_of[v] != TCG_NO_REG && !tcg_is_const(ra->r, v)) {
        ra_move(ra, tcg_val(ra->r, v)->type, ra_slot(ra, v), ra_loc_reg(ra->s.reg_of[v]));
        ra_mark_mem(ra, v);
    }
}

static TcgRegSet free_regs(const Ra *ra, TcgRegSet allowed)
{
    TcgRegSet set = 0;

    for (TcgRegSet rest = allowed; rest; rest &= rest - 1) {
        unsigned reg = (unsigned)__builtin_ctz(rest);

        if (!ra->s.reg_val[reg]) {
            set |= ra_reg_bit(reg);
        }
    }
    return set;
}

static unsigned first_in_order(const Ra *ra, TcgRegSet set)
{
    for (const uint8_t *reg = ra->backend->alloc_order; *reg != TCG_NO_REG; reg++) {
        if (set >> *reg & 1) {
            return *reg;
        }
    }
    return TCG_NO_REG;
}

static TcgRegSet class_of(const Ra *ra, unsigned reg)
{
    return ra->backend->int_regs >> reg & 1 ? ra->backend->int_regs : ra->backend->vec_regs;
}

void ra_relocate(Ra *ra, unsigned reg, TcgRegSet avoid)
{
    TcgVal v = ra->s.reg_val[reg];
    bool mem;
    unsigned other;

    if (!v) {
        return;
    }
    mem = ra_bit(ra->s.mem, v);
    other = TCG_NO_REG;
    if (!mem && !tcg_is_const(ra->r, v)) {
        other = first_in_order(
            ra, free_regs(ra, class_of(ra, reg) & ~avoid & ~ra->pinned & ~ra_reg_bit(reg)));
    }
    if (other != TCG_NO_REG) {
        ra_move(ra, tcg_val(ra->r, v)->type, ra_loc_reg(other), ra_loc_reg(reg));
        ra_bind(ra, v, other, mem);
    } else {
        ra_sync(ra, v);
        ra_unbind(ra, v);
    }
}

/* Operations until the value in reg is named again, LOOK_AHEAD if farther. */
static unsigned next_use(const Ra *ra, TcgVal v)
{
    unsigned distance = 0;

    for (const TcgOp *op = ra->op; op && distance < LOOK_AHEAD; op = op->next, distance++) {
        for (unsigned n = op->nb_out; n < op->nb_out + op->nb_in; n++) {
            if (op->arg[n] == v) {
                return distance;
            }
        }
    }
    return LOOK_AHEAD;
}

/* Higher is better to empty: far uses first, then those that need no store. */
static unsigned eviction_score(const Ra *ra, unsigned reg)
{
    TcgVal v = ra->s.reg_val[reg];
    unsigned score = 4 * next_use(ra, v);

    if (tcg_is_const(ra->r, v) || ra_bit(ra->s.mem, v)) {
        score += 6;
    } else if (tcg_is_global(ra->r, v) && ra_home(ra, v) == reg) {
        score = score > 8 ? score - 8 : 0; /* a store now and a load at the exit */
    }
    return score;
}

unsigned ra_pick(Ra *ra, TcgRegSet allowed, unsigned prefer)
{
    TcgRegSet free_set;
    unsigned best = TCG_NO_REG, best_score = 0;

    allowed &= ~ra->pinned;
    g_assert(allowed); /* a rule of the backend asks for more registers than there are */
    free_set = free_regs(ra, allowed);
    if (prefer != TCG_NO_REG && free_set >> prefer & 1) {
        return prefer;
    }
    if (free_set) {
        return first_in_order(ra, free_set);
    }
    for (TcgRegSet rest = allowed; rest; rest &= rest - 1) {
        unsigned reg = (unsigned)__builtin_ctz(rest);
        unsigned score = eviction_score(ra, reg) + 1;

        if (score > best_score) {
            best_score = score;
            best = reg;
        }
    }
    ra_sync(ra, ra->s.reg_val[best]);
    ra_unbind(ra, ra->s.reg_val[best]);
    return best;
}

bool ra_imm_fits(TcgType type, uint64_t bits, unsigned imms)
{
    int64_t value = type == TCG_I32 ? (int32_t)bits : (int64_t)bits;

    return (imms & TCG_IMM_ANY) || ((imms & TCG_IMM_S32) && value == (int32_t)value) ||
           ((imms & TCG_IMM_U32) && bits == (uint32_t)bits) ||
           ((imms & TCG_IMM_U8) && bits == (uint8_t)bits) || ((imms & TCG_IMM_ZERO) && bits == 0);
}

void ra_snapshot(Ra *ra, TcgMop *mop)
{
    TcgStateItem *items = NULL;
    unsigned nb = 0, most = 0;

    mop->has_state = true;
    for (unsigned word = 0; word < TCG_MAX_GLOBALS / 64; word++) {
        most += (unsigned)__builtin_popcountll(ra->s.away[word]);
    }
    if (most) {
        items = arena_alloc(ra->arena, most * sizeof(*items));
    }
    for (unsigned word = 0; word < TCG_MAX_GLOBALS / 64; word++) {
        for (uint64_t bits = ra->s.away[word]; bits; bits &= bits - 1) {
            unsigned g = word * 64 + (unsigned)__builtin_ctzll(bits);
            TcgVal v = g + 1;

            if (ra->s.reg_of[v] == TCG_NO_REG && !ra_bit(ra->s.mem, v)) {
                continue; /* not needed any more: overwritten before anyone can look */
            }
            items[nb++] = (TcgStateItem){ .global = (uint8_t)g, .loc = ra_read_loc(ra, v) };
        }
    }
    mop->state = items;
    mop->nb_state = (uint8_t)nb;
}

void ra_define(Ra *ra, const TcgOp *op, unsigned reg)
{
    TcgVal v = op->arg[0];
    TcgVal held = ra->s.reg_val[reg];

    if (held && held != v) {
        if (tcg_is_const(ra->r, held)) {
            ra_unbind(ra, held);
        } else if (ra_bit(ra->s.mem, held)) {
            ra_unbind(ra, held);
        } else {
            g_assert(held == op->hint);
            ra_forget(ra, held);
        }
    }
    ra_bind(ra, v, reg, false);
    if (op->dead & 1) {
        ra_forget(ra, v);
    } else if (tcg_is_global(ra->r, v) && ra_home(ra, v) == TCG_NO_REG && (op->last & 1)) {
        ra_sync(ra, v); /* and stay in the register, which can be had for nothing from now on */
    }
}
