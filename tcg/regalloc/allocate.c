/*
 * Register allocation: one forward walk over the blocks, each operation once.
 *
 * The state of a block's entry (what is in which register, which slots are valid) is fixed by
 * the first edge that reaches it; later edges, back edges of loops included, move things to
 * fit.  Inside a block values move freely; at the region's entry and exits every global is at
 * its boundary place.  Constants are loaded where needed and never spilled.
 *
 * An output prefers the home of the global it is or will be moved to.  A global without a home
 * is stored as soon as nothing in the block names it again.
 *
 * Needs: a verified, legalized region.  Keeps: the IR but for the liveness fields.
 */
#include "regalloc.h"

#include <glib.h>

#include "tcg/helper.h"

/* The operands of one operation while they are being placed. */
typedef struct Placement {
    const TcgOpRule *rule;
    TcgMop build; /* appended last: moves come before it */
    TcgRegSet inputs, tmps;
    unsigned tied_reg; /* register of the tied input: the output's */
} Placement;

static bool used_by_other_input(const TcgOp *op, unsigned n)
{
    for (unsigned m = 0; m < op->nb_in; m++) {
        if (m != n && tcg_op_in(op, m) == tcg_op_in(op, n)) {
            return true;
        }
    }
    return false;
}

/* reg if it can be had for the output now: free, or holding what the output makes obsolete. */
static unsigned obtain(Ra *ra, const TcgOp *op, TcgRegSet allowed, unsigned reg, bool may_discard)
{
    TcgVal held;

    if (reg == TCG_NO_REG || !(allowed >> reg & 1) || ra->pinned >> reg & 1) {
        return TCG_NO_REG;
    }
    held = ra->s.reg_val[reg];
    if (!held) {
        return reg;
    }
    if (may_discard && held == op->hint) {
        return reg;
    }
    return TCG_NO_REG;
}

static unsigned wanted_reg(const Ra *ra, const TcgOp *op)
{
    return op->hint ? ra_home(ra, op->hint) : TCG_NO_REG;
}

static bool takes_const(Ra *ra, const TcgOp *op, unsigned n, const TcgOperandRule *rule)
{
    const TcgValue *value = tcg_val(ra->r, tcg_op_in(op, n));
    bool whole = tcg_op_info[op->code].flags & (TCG_READS_MEM | TCG_WRITES_MEM);
    TcgType type = op->type == TCG_I32 && !whole ? TCG_I32 : value->type;

    return value->kind == TCG_VAL_CONST && rule->imms && ra_imm_fits(type, value->bits, rule->imms);
}

/* Put input n into a register of allowed and pin it. */
static unsigned place_in_reg(Ra *ra, const TcgOp *op, unsigned n, TcgRegSet allowed)
{
    TcgVal v = tcg_op_in(op, n);
    TcgType type = tcg_val(ra->r, v)->type;
    uint8_t reg = ra->s.reg_of[v];
    unsigned chosen, prefer = TCG_NO_REG;
    TcgRegSet before;

    if (reg != TCG_NO_REG && allowed >> reg & 1) {
        ra->pinned |= ra_reg_bit(reg);
        return reg;
    }
    if ((allowed & (allowed - 1)) == 0) {
        ra_relocate(ra, (unsigned)__builtin_ctz(allowed), allowed);
        reg = ra->s.reg_of[v];
    }
    if (tcg_is_global(ra->r, v)) {
        prefer = ra_home(ra, v);
    }
    before = ra->pinned;
    if (reg != TCG_NO_REG) {
        ra->pinned |= ra_reg_bit(reg); /* not to be emptied for its own copy */
    }
    chosen = ra_pick(ra, allowed, prefer);
    ra_move(ra, type, ra_loc_reg(chosen), ra_read_loc(ra, v));
    if (reg == TCG_NO_REG ||
        !(before >> reg & 1)) { /* pinned before: another input reads it there */
        ra_bind(ra, v, chosen, ra_bit(ra->s.mem, v));
    }
    ra->pinned = before | ra_reg_bit(chosen);
    return chosen;
}

/* The operation destroys this input's one register: a copy of its own, unless v dies in there. */
static unsigned place_destroyed(Ra *ra, const TcgOp *op, unsigned n, TcgRegSet allowed)
{
    TcgVal v = tcg_op_in(op, n);
    unsigned reg = (unsigned)__builtin_ctz(allowed);

    if (ra->s.reg_of[v] != reg) {
        ra_move(ra, tcg_val(ra->r, v)->type, ra_loc_reg(reg), ra_read_loc(ra, v));
    }
    ra->pinned |= allowed;
    return reg;
}

static bool is_single(TcgRegSet set)
{
    return set && (set & (set - 1)) == 0;
}

static bool is_destroyed(const TcgOpRule *rule, unsigned n)
{
    return is_single(rule->in[n].regs) && (rule->in[n].regs & rule->clobbers);
}

static TcgLoc place_input(Ra *ra, const TcgOp *op, unsigned n, const TcgOpRule *op_rule,
                          TcgRegSet forbidden)
{
    TcgVal v = tcg_op_in(op, n);
    const TcgOperandRule *rule = &op_rule->in[n];

    if (takes_const(ra, op, n, rule)) {
        return ra_loc_const(v);
    }
    if (is_destroyed(op_rule, n)) {
        return ra_loc_reg(place_destroyed(ra, op, n, rule->regs));
    }
    if (rule->mem && ra->s.reg_of[v] == TCG_NO_REG && !tcg_is_const(ra->r, v) &&
        ra_is_last(op, n)) {
        return ra_slot(ra, v);
    }
    return ra_loc_reg(place_in_reg(ra, op, n, rule->regs & ~forbidden));
}

/*
 * The tied input's register becomes the output's: its own if the value dies here, else a copy.
 * Runs after the other inputs are pinned.
 */
static unsigned place_tied(Ra *ra, const TcgOp *op, unsigned n, TcgRegSet allowed)
{
    TcgVal v = tcg_op_in(op, n);
    TcgType type = tcg_val(ra->r, v)->type;
    uint8_t reg = ra->s.reg_of[v];
    bool can_fault = tcg_op_info[op->code].flags & TCG_CAN_FAULT;
    unsigned want = obtain(ra, op, allowed, wanted_reg(ra, op), !can_fault);
    bool in_place = reg != TCG_NO_REG && ra_is_dead(op, n) && allowed >> reg & 1 &&
                    !(ra->pinned >> reg & 1) && !used_by_other_input(op, n) &&
                    !tcg_is_const(ra->r, v);

    if (in_place && (want == TCG_NO_REG || want == reg)) {
        ra->pinned |= ra_reg_bit(reg);
        return reg;
    }
    if (want == TCG_NO_REG) {
        if ((allowed & (allowed - 1)) == 0) {
            ra_relocate(ra, (unsigned)__builtin_ctz(allowed), allowed);
        }
        reg = ra->s.reg_of[v];
        if (reg != TCG_NO_REG && !(ra->pinned >> reg & 1)) {
            ra->pinned |= ra_reg_bit(reg);
            want = ra_pick(ra, allowed, TCG_NO_REG);
            ra->pinned &= ~ra_reg_bit(reg);
        } else {
            want = ra_pick(ra, allowed, TCG_NO_REG);
        }
    } else if (ra->s.reg_val[want] && ra->s.reg_val[want] != v) {
        ra_forget(ra, ra->s.reg_val[want]);
    }
    if (ra->s.reg_of[v] != want) {
        ra_move(ra, type, ra_loc_reg(want), ra_read_loc(ra, v));
    }
    ra->pinned |= ra_reg_bit(want);
    return want;
}

static void place_inputs(Ra *ra, const TcgOp *op, Placement *p)
{
    const TcgOpRule *rule = p->rule;
    TcgRegSet forbidden = rule->clobbers;
    unsigned tied = TCG_MAX_INS;

    for (unsigned n = 0; n < op->nb_in; n++) {
        if (rule->in[n].tied && is_single(rule->out.regs)) {
            forbidden |= rule->out.regs; /* the tied input is copied there last */
        }
    }
    if (rule->out.early && is_single(rule->out.regs)) {
        forbidden |= rule->out.regs;
    }

    /* Operands with one possible register first, the tied one last. */
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned n = 0; n < op->nb_in; n++) {
            if (rule->in[n].tied) {
                tied = n;
            } else if (is_single(rule->in[n].regs) == (pass == 0)) {
                p->build.in[n] = place_input(ra, op, n, rule, forbidden);
            }
        }
    }
    if (tied < TCG_MAX_INS) {
        p->tied_reg = place_tied(ra, op, tied, rule->out.regs & ~rule->clobbers);
        p->build.in[tied] = ra_loc_reg(p->tied_reg);
    }
    p->inputs = ra->pinned;
}

static void place_temps(Ra *ra, Placement *p)
{
    TcgRegSet taken = p->rule->clobbers;

    if (is_single(p->rule->out.regs)) {
        taken |= p->rule->out.regs;
    }
    for (unsigned n = 0; n < p->rule->nb_tmps; n++) {
        unsigned reg = ra_pick(ra, p->rule->tmp[n] & ~taken, TCG_NO_REG);

        ra->pinned |= ra_reg_bit(reg);
        p->tmps |= ra_reg_bit(reg);
        p->build.tmp[n] = (uint8_t)reg;
    }
}

static void free_dead_inputs(Ra *ra, const TcgOp *op)
{
    for (unsigned n = 0; n < op->nb_in; n++) {
        if (ra_is_dead(op, n)) {
            ra_forget(ra, tcg_op_in(op, n));
        }
    }
}

/* An untied output: the wanted home, or any register of the rule. */
static unsigned place_output(Ra *ra, const TcgOp *op, Placement *p)
{
    TcgRegSet allowed = p->rule->out.regs & ~p->rule->clobbers;
    bool early = p->rule->out.early;
    bool can_fault = tcg_op_info[op->code].flags & TCG_CAN_FAULT;
    unsigned reg;

    ra->pinned = early ? ra->pinned : p->tmps | p->rule->clobbers;
    reg = obtain(ra, op, allowed, wanted_reg(ra, op), !(early && can_fault));
    if (reg == TCG_NO_REG) {
        if (is_single(allowed)) { /* not into a dying input's register: it is still to be read */
            ra_relocate(ra, (unsigned)__builtin_ctz(allowed), allowed | p->inputs);
        }
        reg = ra_pick(ra, allowed, TCG_NO_REG);
    }
    return reg;
}

/* The value dies here in the very register that the operation wants it in and destroys. */
static bool dies_in_place(Ra *ra, const TcgOp *op, const TcgOpRule *rule, unsigned reg)
{
    for (unsigned n = 0; n < op->nb_in; n++) {
        TcgVal v = tcg_op_in(op, n);

        if (ra->s.reg_val[reg] == v && rule->in[n].regs == ra_reg_bit(reg) && ra_is_dead(op, n) &&
            !used_by_other_input(op, n)) {
            return true;
        }
    }
    return false;
}

static void clear_clobbers(Ra *ra, const TcgOp *op, const TcgOpRule *rule)
{
    for (TcgRegSet rest = rule->clobbers; rest; rest &= rest - 1) {
        unsigned reg = (unsigned)__builtin_ctz(rest);

        if (!dies_in_place(ra, op, rule, reg)) {
            ra_relocate(ra, reg, rule->clobbers);
        }
    }
}

static TcgMop *alloc_op(Ra *ra, TcgOp *op)
{
    Placement p = { .rule = ra->backend->rule(op), .tied_reg = TCG_NO_REG };
    bool early = p.rule->out.early;
    unsigned out = TCG_NO_REG;
    TcgMop *mop;

    ra->pinned = 0;
    p.build.tmp[0] = p.build.tmp[1] = TCG_NO_REG;
    clear_clobbers(ra, op, p.rule);
    ra->pinned = p.rule->clobbers; /* nothing moves in there any more */
    place_inputs(ra, op, &p);
    place_temps(ra, &p);
    if (op->nb_out && early) { /* it moves globals out of its way: before the state is recorded */
        out = place_output(ra, op, &p);
    }
    if (tcg_op_info[op->code].flags & TCG_CAN_FAULT) {
        ra_snapshot(ra, &p.build);
    }
    if (!early) {
        free_dead_inputs(ra, op);
    }
    if (op->nb_out && !early) {
        out = p.tied_reg != TCG_NO_REG ? p.tied_reg : place_output(ra, op, &p);
    }
    if (op->nb_out) {
        p.build.out = ra_loc_reg(out);
    }
    mop = ra_append(ra, op->code, op->type);
    *mop = p.build;
    mop->code = op->code;
    mop->type = op->type;
    mop->nb_in = op->nb_in;
    mop->op = op;
    if (early) {
        free_dead_inputs(ra, op);
    }
    if (op->nb_out) {
        ra_define(ra, op, out);
    }
    return mop;
}

/* A value that stays nowhere in a register: straight into the slot of a global without a home. */
static bool store_const(Ra *ra, const TcgOp *op)
{
    TcgVal out = op->arg[0], in = tcg_op_in(op, 0);

    if (!tcg_is_const(ra->r, in) || !(op->last & 1) || !tcg_is_global(ra->r, out) ||
        ra_home(ra, out) != TCG_NO_REG || !tcg_type_is_int(op->type) ||
        !ra_imm_fits(op->type, tcg_val(ra->r, in)->bits, TCG_IMM_S32)) {
        return false;
    }
    ra_unbind(ra, out);
    ra_move(ra, op->type, ra_slot(ra, out), ra_loc_const(in));
    ra_mark_mem(ra, out);
    return true;
}

/* mov, vmov: a rename if the input dies, else a copy into the output's place. */
static void alloc_move(Ra *ra, TcgOp *op)
{
    TcgVal in = tcg_op_in(op, 0), out = op->arg[0];
    TcgType type = tcg_val(ra->r, out)->type;
    TcgRegSet allowed = tcg_type_is_int(type) ? ra->backend->int_regs : ra->backend->vec_regs;
    uint8_t reg = ra->s.reg_of[in];
    unsigned to;

    if (op->dead & 1) {
        free_dead_inputs(ra, op);
        return;
    }
    if (store_const(ra, op) || in == out) {
        return;
    }
    ra->pinned = reg != TCG_NO_REG ? ra_reg_bit(reg) : 0;
    if (reg != TCG_NO_REG && ra_is_dead(op, 0) && !tcg_is_const(ra->r, in)) {
        unsigned want = obtain(ra, op, allowed, wanted_reg(ra, op), true);

        if (want == TCG_NO_REG || want == reg) {
            ra_forget(ra, in);
            ra_define(ra, op, reg);
            return;
        }
    }
    to = obtain(ra, op, allowed, wanted_reg(ra, op), true);
    if (to == TCG_NO_REG) {
        to = ra_pick(ra, allowed, TCG_NO_REG);
    }
    ra_move(ra, type, ra_loc_reg(to), ra_read_loc(ra, in));
    if (ra_is_dead(op, 0)) {
        ra_forget(ra, in);
    }
    ra_define(ra, op, to);
}

/* ------------------------------------------------------------------ blocks and edges */

static TcgMblock *new_mblock(Ra *ra, const TcgBlock *block, bool cold)
{
    TcgMblock *mblock = arena_new(ra->arena, TcgMblock);

    mblock->block = block;
    mblock->cold = cold;
    return mblock;
}

static void append_br(Ra *ra, TcgMblock *target)
{
    ra_append(ra, TCG_OP_br, TCG_NONE)->target = target;
}

static void link_mblock(Ra *ra, TcgMblock *mblock)
{
    if (ra->mcode->last) {
        ra->mcode->last->next = mblock;
    } else {
        ra->mcode->first = mblock;
    }
    ra->mcode->last = mblock;
    ra->mcode->nb_blocks++;
}

static bool fits_entry(Ra *ra, const RaBlock *to)
{
    for (unsigned word = 0; word < ra->nb_words; word++) {
        for (uint64_t bits = to->live_in[word]; bits; bits &= bits - 1) {
            TcgVal v = word * 64 + (unsigned)__builtin_ctzll(bits);

            if ((to->entry->reg_of[v] != TCG_NO_REG && ra->s.reg_of[v] != to->entry->reg_of[v]) ||
                (ra_bit(to->entry->mem, v) && !ra_bit(ra->s.mem, v))) {
                return false;
            }
        }
    }
    return true;
}

/*
 * Control goes from here to block to: fix its entry if this is the first edge; otherwise
 * return a new block that moves things into place, if any have to.
 */
static TcgMblock *enter_block(Ra *ra, const TcgBlock *to, bool cold)
{
    RaBlock *dest = &ra->blocks[to->id];
    TcgMblock *edge, *here = ra->cur;
    RaState *saved;

    if (!dest->entry) {
        dest->entry = ra_state_copy(ra, &ra->s);
        return dest->mblock;
    }
    if (fits_entry(ra, dest)) {
        return dest->mblock;
    }
    edge = new_mblock(ra, NULL, cold);
    saved = ra_state_copy(ra, &ra->s);
    ra->cur = edge;
    ra_to_entry(ra, dest);
    append_br(ra, dest->mblock);
    ra->cur = here;
    ra_state_load(ra, saved);
    return edge;
}

/* The block ends without a branch, or with br: moves go at its end. */
static void go_on(Ra *ra, const TcgBlock *to)
{
    RaBlock *dest = &ra->blocks[to->id];

    if (dest->entry) {
        ra_to_entry(ra, dest);
    } else {
        dest->entry = ra_state_copy(ra, &ra->s);
    }
    append_br(ra, dest->mblock);
}

static void alloc_cond_branch(Ra *ra, const TcgBlock *block, TcgOp *op)
{
    TcgMop *branch = alloc_op(ra, op);
    unsigned index = (unsigned)(branch - ra->cur->mops);
    RaBlock *self = &ra->blocks[block->id];
    const TcgBlock *next = tcg_block_fallthrough(block);
    TcgMblock *taken = enter_block(ra, tcg_block_taken(block), true);
    TcgMblock *through = enter_block(ra, next, block->cold);

    ra->cur->mops[index].target = taken;
    if (!taken->block) {
        link_mblock(ra, taken);
    }
    if (through->block) { /* an edge block of its own, in case the layout puts something between */
        TcgMblock *jump = new_mblock(ra, NULL, block->cold);

        ra->cur = jump;
        append_br(ra, through);
        through = jump;
    }
    self->edge = through;
}

static void alloc_exit(Ra *ra, TcgOp *op)
{
    const TcgOpRule *rule = ra->backend->rule(op);
    TcgMop *mop, build = { 0 };

    ra->pinned = 0;
    if (op->nb_in) {
        /* The jump's target goes to its register first; no global has its home there. */
        TcgRegSet regs = rule->in[0].regs;

        if (takes_const(ra, op, 0, &rule->in[0])) {
            build.in[0] = ra_loc_const(tcg_op_in(op, 0));
        } else {
            TcgVal v = tcg_op_in(op, 0);
            unsigned reg = (unsigned)__builtin_ctz(regs);

            g_assert(is_single(regs));
            if (ra->s.reg_of[v] != reg) {
                ra_relocate(ra, reg, regs);
                ra_move(ra, tcg_val(ra->r, v)->type, ra_loc_reg(reg), ra_read_loc(ra, v));
            }
            build.in[0] = ra_loc_reg(reg);
        }
    }
    ra_to_boundary(ra);
    mop = ra_append(ra, op->code, op->type);
    mop->in[0] = build.in[0];
    mop->nb_in = op->nb_in;
    mop->op = op;
}

/* Values that this block does not need free their registers; so do constants, which other
 * edges to it may not have loaded. */
static void drop_dead_on_entry(Ra *ra, const RaBlock *self)
{
    for (unsigned reg = 0; reg < TCG_MAX_REGS; reg++) {
        TcgVal v = ra->s.reg_val[reg];

        if (v && !ra_bit(self->live_in, v)) {
            ra_forget(ra, v);
        }
    }
}

static void alloc_one(Ra *ra, const TcgBlock *block, TcgOp *op)
{
    unsigned flags = tcg_op_info[op->code].flags;

    ra->op = op;
    if (op->code == TCG_OP_mov || op->code == TCG_OP_vmov) {
        alloc_move(ra, op);
    } else if (op->code == TCG_OP_call) {
        ra->pinned = 0;
        ra_call(ra, op);
    } else if (op->code == TCG_OP_insn_start) {
        ra_append(ra, op->code, op->type)->op = op;
    } else if (op->code == TCG_OP_br) {
        go_on(ra, op->target);
    } else if (flags & TCG_EXITS_REGION) {
        alloc_exit(ra, op);
    } else if (flags & TCG_COND_BRANCH) {
        alloc_cond_branch(ra, block, op);
    } else {
        alloc_op(ra, op);
    }
}

static void alloc_block(Ra *ra, TcgBlock *block)
{
    RaBlock *self = &ra->blocks[block->id];
    const TcgBlock *next;

    self->done = true;
    ra_state_load(ra, self->entry);
    drop_dead_on_entry(ra, self);
    ra->cur = self->mblock;
    for (TcgOp *op = block->first; op; op = op->next) {
        alloc_one(ra, block, op);
    }
    next = tcg_block_fallthrough(block);
    if (next && !(block->last && tcg_op_info[block->last->code].flags & TCG_ENDS_BLOCK)) {
        go_on(ra, next);
    }
}

/* The next block to do: the fall-through if it waits, else any that an edge has reached. */
static TcgBlock *next_block(Ra *ra, TcgBlock *after)
{
    TcgBlock *next = after ? tcg_block_fallthrough(after) : NULL;

    if (next && !ra->blocks[next->id].done) {
        return next;
    }
    for (next = ra->r->first; next; next = next->next) {
        if (ra->blocks[next->id].entry && !ra->blocks[next->id].done) {
            return next;
        }
    }
    return NULL;
}

/* Hot blocks in the IR's order, each with its fall-through edge; cold ones behind. */
static void lay_out(Ra *ra)
{
    TcgMblock *edges = ra->mcode->first; /* of taken branches, linked while allocating */

    ra->mcode->first = ra->mcode->last = NULL;
    ra->mcode->nb_blocks = 0;
    for (unsigned cold = 0; cold < 2; cold++) {
        for (const TcgBlock *block = ra->r->first; block; block = block->next) {
            const RaBlock *b = &ra->blocks[block->id];

            if (b->done && block->cold == cold) {
                link_mblock(ra, b->mblock);
                if (b->edge) {
                    link_mblock(ra, b->edge);
                }
            }
        }
    }
    while (edges) {
        TcgMblock *next = edges->next;

        edges->next = NULL;
        link_mblock(ra, edges);
        edges = next;
    }
}

TcgResult tcg_allocate(TcgRegion *r, const TcgTarget *target, Arena *arena, TcgMcode *ret)
{
    Ra ra = {
        .r = r,
        .target = target,
        .backend = target->backend,
        .arena = arena,
        .mcode = ret,
        .nb_words = (r->nb_vals + 63) / 64,
    };

    memset(ret, 0, sizeof(*ret));
    ret->region = r;
    ra.blocks = arena_array(arena, RaBlock, r->nb_blocks);
    ra.slot = arena_alloc(arena, r->nb_vals * sizeof(*ra.slot));
    memset(ra.slot, 0xff, r->nb_vals * sizeof(*ra.slot));
    for (TcgBlock *block = r->first; block; block = block->next) {
        ra.blocks[block->id].mblock = new_mblock(&ra, block, block->cold);
    }
    ra_liveness(&ra);
    ra_state_at_boundary(&ra, &ra.s);
    ra.blocks[r->first->id].entry = ra_state_copy(&ra, &ra.s);
    for (TcgBlock *block = r->first; block; block = next_block(&ra, block)) {
        block->ra = &ra.blocks[block->id];
        alloc_block(&ra, block);
    }
    lay_out(&ra);
    ret->spill_size = ra.spill_size;
    ret->slot = ra.slot;
    return ra.too_long ? TCG_TOO_LONG : TCG_OK;
}
