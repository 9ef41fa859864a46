/*
 * A symbolic replay of allocated code, independent of how the allocator decided.
 *
 * Every definition gets a number; the replay keeps, for each place (register, CPU-state slot
 * of a global, frame slot), the number of the definition whose value it holds, and for each
 * IR value the number it stands for now.  An input is right if its place holds the number of
 * the value the IR names.  mov makes two values share a number, so copies need no moves.
 *
 * A block is entered with fresh numbers in the places its recorded entry state claims; each
 * edge to it is checked against that claim, so loops need no iteration.
 *
 * Needs: the result of tcg_allocate() with the region's block->ra still set.
 */
#include "regalloc.h"

#include <glib.h>

#include "tcg/helper.h"

enum { MAX_FRAME_WORDS = 1024 };

typedef struct Replay {
    const TcgRegion *r;
    const TcgTarget *target;
    FILE *out;
    bool sound;
    uint32_t next_def;
    GArray *def_bits;           /* by definition: width of its value */
    GArray *def_low;            /* by definition: that of its low 32 bits, 0: none yet */
    uint32_t reg[TCG_MAX_REGS]; /* 0: nothing known */
    uint32_t state[TCG_MAX_GLOBALS];
    uint32_t frame[MAX_FRAME_WORDS];
    uint32_t *current; /* by value: its definition */
    const TcgMblock *block;
    const TcgMop *mop;
} Replay;

static void fault(Replay *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fault(Replay *p, const char *format, ...)
{
    va_list args;

    p->sound = false;
    if (!p->out) {
        return;
    }
    fprintf(p->out, "allocation fault in block %d, operation %d: ",
            p->block->block ? (int)p->block->block->id : -1,
            p->mop ? (int)(p->mop - p->block->mops) : -1);
    va_start(args, format);
    vfprintf(p->out, format, args);
    va_end(args);
    fputc('\n', p->out);
}

static uint32_t new_def(Replay *p, unsigned bits)
{
    g_array_append_val(p->def_bits, bits);
    return p->next_def++;
}

/* The low half of a value: what an i32 move of an i64 value leaves. */
static uint32_t low_def(Replay *p, uint32_t def)
{
    uint32_t low;

    if (!def || g_array_index(p->def_bits, unsigned, def) != 64) {
        return def;
    }
    if (p->def_low->len <= def) {
        g_array_set_size(p->def_low, def + 1);
    }
    low = g_array_index(p->def_low, uint32_t, def);
    if (!low) {
        low = new_def(p, 32);
        g_array_index(p->def_low, uint32_t, def) = low;
    }
    return low;
}

static const char *value_name(Replay *p, TcgVal v, char *buf, size_t size)
{
    if (tcg_is_global(p->r, v)) {
        return p->r->globals->global[tcg_global_index(v)].name;
    }
    snprintf(buf, size, "t%u", v);
    return buf;
}

static uint32_t *place(Replay *p, TcgLoc loc)
{
    switch (loc.kind) {
    case TCG_LOC_REG:
        return &p->reg[loc.reg];
    case TCG_LOC_FRAME:
        if (loc.offset < 0 || loc.offset / 8 >= MAX_FRAME_WORDS) {
            return NULL;
        }
        return &p->frame[loc.offset / 8];
    case TCG_LOC_STATE:
        for (unsigned g = 0; g < p->r->globals->nb; g++) {
            if ((int32_t)p->r->globals->global[g].offset == loc.offset) {
                return &p->state[g];
            }
        }
        return NULL;
    default:
        return NULL;
    }
}

static uint32_t content(Replay *p, TcgLoc loc)
{
    uint32_t *where;

    if (loc.kind == TCG_LOC_CONST) {
        return p->current[loc.val];
    }
    where = place(p, loc);
    return where ? *where : 0;
}

static void check_holds(Replay *p, TcgLoc loc, TcgVal v, const char *why)
{
    char buf[16];

    if (loc.kind == TCG_LOC_CONST && tcg_is_const(p->r, v) && loc.val == v) {
        return;
    }
    uint32_t held = content(p, loc);

    /* An i32 value may be where an i64 one is that it is the low half of. */
    if (!p->current[v] || (held != p->current[v] && (tcg_val(p->r, v)->type != TCG_I32 ||
                                                     low_def(p, held) != p->current[v]))) {
        fault(p, "%s: %s is not in %s %d", why, value_name(p, v, buf, sizeof(buf)),
              loc.kind == TCG_LOC_REG ? p->target->backend->reg_names[loc.reg] : "slot",
              loc.kind == TCG_LOC_REG ? loc.reg : loc.offset);
    }
}

static TcgLoc boundary_place(Replay *p, unsigned g)
{
    uint8_t home = p->target->home[g];

    if (home != TCG_NO_REG) {
        return ra_loc_reg(home);
    }
    return (TcgLoc){ .kind = TCG_LOC_STATE, .offset = (int32_t)p->r->globals->global[g].offset };
}

static void check_globals(Replay *p, const TcgMop *mop, const char *why)
{
    for (unsigned g = 0; g < p->r->globals->nb; g++) {
        TcgLoc loc = boundary_place(p, g);

        for (unsigned i = 0; mop->has_state && i < mop->nb_state; i++) {
            if (mop->state[i].global == g) {
                loc = mop->state[i].loc;
            }
        }
        check_holds(p, loc, g + 1, why);
    }
}

static void clobber(Replay *p, TcgRegSet set)
{
    for (TcgRegSet rest = set; rest; rest &= rest - 1) {
        p->reg[__builtin_ctz(rest)] = 0;
    }
}

static void replay_move(Replay *p, const TcgMop *mop)
{
    uint32_t def = content(p, mop->in[0]);
    uint32_t *to = place(p, mop->out);

    if (!to) {
        fault(p, "move to no known place");
        return;
    }
    if (mop->type == TCG_I32) {
        def = low_def(p, def);
    }
    if (def && tcg_type_bits(mop->type) < g_array_index(p->def_bits, unsigned, def)) {
        fault(p, "move of %u bits carries a value of %u", tcg_type_bits(mop->type),
              g_array_index(p->def_bits, unsigned, def));
    }
    *to = def;
}

static void replay_swap(Replay *p, const TcgMop *mop)
{
    uint32_t def = p->reg[mop->out.reg];

    p->reg[mop->out.reg] = p->reg[mop->in[0].reg];
    p->reg[mop->in[0].reg] = def;
}

static void check_operand(Replay *p, const TcgOp *op, const TcgMop *mop, const TcgOpRule *rule,
                          unsigned n)
{
    const TcgOperandRule *want = &rule->in[n];
    TcgLoc loc = mop->in[n];

    check_holds(p, loc, tcg_op_in(op, n), "input");
    if (loc.kind == TCG_LOC_CONST) {
        if (!want->imms) {
            fault(p, "input %u is a constant against the rule", n);
        }
    } else if (loc.kind != TCG_LOC_REG) {
        if (!want->mem) {
            fault(p, "input %u is in memory against the rule", n);
        }
    } else if (want->tied) {
        if (loc.reg != mop->out.reg) {
            fault(p, "tied input %u is not in the output's register", n);
        }
    } else {
        bool destroyed = want->regs == ra_reg_bit(loc.reg);
        TcgRegSet banned = destroyed ? 0 : rule->clobbers;

        for (unsigned i = 0; i < rule->nb_tmps; i++) {
            banned |= ra_reg_bit(mop->tmp[i]);
        }
        if (rule->out.early && mop->out.kind == TCG_LOC_REG) {
            banned |= ra_reg_bit(mop->out.reg);
        }
        for (unsigned m = 0; m < op->nb_in; m++) { /* a tied output is written first, mostly */
            if (rule->in[m].tied && m != n && mop->out.kind == TCG_LOC_REG) {
                banned |= ra_reg_bit(mop->out.reg);
            }
        }
        if (!(want->regs >> loc.reg & 1) || banned >> loc.reg & 1) {
            fault(p, "input %u is in a register the rule forbids", n);
        }
    }
}

static void replay_plain(Replay *p, const TcgMop *mop)
{
    const TcgOp *op = mop->op;
    const TcgOpRule *rule = p->target->backend->rule(op);

    for (unsigned n = 0; n < op->nb_in; n++) {
        check_operand(p, op, mop, rule, n);
    }
    if (op->nb_out && rule->out.early) {
        p->reg[mop->out.reg] = 0; /* written before the operation can fault */
    }
    if (ra_needs_all_globals(op)) {
        check_globals(p, mop, tcg_op_info[op->code].name);
    }
    clobber(p, rule->clobbers);
    for (unsigned i = 0; i < rule->nb_tmps; i++) {
        if (!(rule->tmp[i] >> mop->tmp[i] & 1)) {
            fault(p, "temporary %u is in a register the rule forbids", i);
        }
        clobber(p, ra_reg_bit(mop->tmp[i]));
    }
    if (op->nb_out) {
        if (!(rule->out.regs >> mop->out.reg & 1)) {
            fault(p, "the output is in a register the rule forbids");
        }
        p->current[op->arg[0]] = new_def(p, tcg_type_bits(tcg_val(p->r, op->arg[0])->type));
        p->reg[mop->out.reg] = p->current[op->arg[0]];
    }
}

static void replay_call(Replay *p, const TcgMop *mop)
{
    const TcgOp *op = mop->op;
    unsigned flags = op->helper->flags;
    const uint8_t *arg = p->target->backend->call_int_args + (flags & TCG_HELPER_ENV ? 1 : 0);

    for (unsigned n = 0; n < op->nb_in; n++) {
        check_holds(p, ra_loc_reg(arg[n]), tcg_op_in(op, n), "argument");
    }
    if (ra_needs_all_globals(op)) {
        check_globals(p, mop, "call");
        for (unsigned g = 0; g < p->r->globals->nb; g++) {
            if (p->state[g] != p->current[g + 1]) {
                fault(p, "call: %s is not in the CPU state", p->r->globals->global[g].name);
            }
        }
    }
    clobber(p, ra_call_clobbers(p->target->backend, op));
    if (flags & TCG_HELPER_WRITES_GLOBALS) {
        for (unsigned g = 0; g < p->r->globals->nb; g++) {
            p->state[g] = p->current[g + 1] =
                new_def(p, tcg_type_bits(p->r->globals->global[g].type));
        }
    }
    if (op->nb_out) {
        p->current[op->arg[0]] = new_def(p, tcg_type_bits(tcg_val(p->r, op->arg[0])->type));
        p->reg[p->target->backend->call_int_ret] = p->current[op->arg[0]];
    }
}

/* Enter a block with fresh numbers where its entry state says the live values are. */
static void enter(Replay *p, const RaBlock *b)
{
    memset(p->reg, 0, sizeof(p->reg));
    memset(p->state, 0, sizeof(p->state));
    memset(p->frame, 0, sizeof(p->frame));
    for (TcgVal v = 1; v < p->r->nb_vals; v++) {
        unsigned bits = tcg_type_bits(tcg_val(p->r, v)->type);

        if (tcg_is_const(p->r, v)) {
            p->current[v] = p->current[v] ? p->current[v] : new_def(p, bits);
            continue;
        }
        p->current[v] = 0;
        if (!ra_bit(b->live_in, v)) {
            continue;
        }
        p->current[v] = new_def(p, bits);
        if (b->entry->reg_of[v] != TCG_NO_REG) {
            p->reg[b->entry->reg_of[v]] = p->current[v];
        }
        if (ra_bit(b->entry->mem, v) && tcg_is_global(p->r, v)) {
            p->state[tcg_global_index(v)] = p->current[v];
        }
    }
}

/* Temporaries' slots are known to the allocator alone: believe the first reader's frame slot. */
static void adopt_frame_slots(Replay *p, const RaBlock *b, const int32_t *slot)
{
    for (TcgVal v = p->r->globals->nb + 1; v < p->r->nb_vals; v++) {
        if (p->current[v] && !tcg_is_const(p->r, v) && ra_bit(b->live_in, v) &&
            ra_bit(b->entry->mem, v) && slot[v] >= 0) {
            p->frame[slot[v] / 8] = p->current[v];
        }
    }
}

static void check_edge(Replay *p, const RaBlock *to, const int32_t *slot)
{
    for (TcgVal v = 1; v < p->r->nb_vals; v++) {
        if (!ra_bit(to->live_in, v)) {
            continue;
        }
        if (to->entry->reg_of[v] != TCG_NO_REG) {
            check_holds(p, ra_loc_reg(to->entry->reg_of[v]), v, "edge");
        }
        if (ra_bit(to->entry->mem, v)) {
            TcgLoc loc = { .kind = TCG_LOC_FRAME, .offset = slot[v] };

            if (tcg_is_global(p->r, v)) {
                loc.kind = TCG_LOC_STATE;
                loc.offset = (int32_t)p->r->globals->global[tcg_global_index(v)].offset;
            }
            check_holds(p, loc, v, "edge");
        }
        if (to->entry->reg_of[v] == TCG_NO_REG && !ra_bit(to->entry->mem, v)) {
            fault(p, "edge: a live value is nowhere");
        }
    }
}

static void replay_mblock(Replay *p, const TcgMblock *block, const int32_t *slot);

/* To an IR block: check its claim.  Through an edge block: replay that from here. */
static void follow(Replay *p, const TcgMblock *to, const int32_t *slot)
{
    if (to->block) {
        check_edge(p, to->block->ra, slot);
    } else {
        Replay saved = *p;

        replay_mblock(p, to, slot);
        saved.sound = p->sound;
        saved.next_def = p->next_def;
        *p = saved;
    }
}

/* IR operations that left no trace (mov) up to the one mop belongs to. */
static const TcgOp *catch_up(Replay *p, const TcgOp *op, const TcgOp *until)
{
    for (; op && op != until; op = op->next) {
        if (op->code == TCG_OP_mov || op->code == TCG_OP_vmov) {
            uint32_t def = p->current[tcg_op_in(op, 0)];

            p->current[op->arg[0]] = op->type == TCG_I32 ? low_def(p, def) : def;
        } else if (op->code != TCG_OP_br) {
            fault(p, "operation %s is missing", tcg_op_info[op->code].name);
        }
    }
    return op ? op->next : NULL;
}

static void replay_mop(Replay *p, const TcgMop *mop, const int32_t *slot)
{
    if (mop->code == TCG_MOP_MOVE) {
        replay_move(p, mop);
    } else if (mop->code == TCG_MOP_SWAP) {
        replay_swap(p, mop);
    } else if (mop->code == TCG_OP_br) {
        follow(p, mop->target, slot);
    } else if (mop->code == TCG_OP_call) {
        replay_call(p, mop);
    } else if (mop->code != TCG_OP_insn_start) {
        replay_plain(p, mop);
        if (mop->target) {
            follow(p, mop->target, slot);
        }
    }
}

static void replay_mblock(Replay *p, const TcgMblock *block, const int32_t *slot)
{
    const TcgOp *op = block->block ? block->block->first : NULL;
    const TcgMop *last = NULL;

    p->block = block;
    for (unsigned i = 0; i < block->nb_mops; i++) {
        const TcgMop *mop = &block->mops[i];

        p->mop = mop;
        if (mop->op) {
            op = catch_up(p, op, mop->op);
        } else if (mop->code == TCG_OP_br) {
            op = catch_up(p, op, NULL);
        }
        replay_mop(p, mop, slot);
        p->block = block;
        last = mop;
    }
    if (last && tcg_op_info[last->code < TCG_OP_COUNT ? last->code : 0].flags & TCG_COND_BRANCH) {
        if (!block->next) {
            fault(p, "the last block falls through");
        } else {
            follow(p, block->next, slot);
        }
    }
}

bool tcg_ra_verify(const TcgRegion *r, const TcgTarget *target, const TcgMcode *mcode, FILE *out)
{
    Replay p = {
        .r = r,
        .target = target,
        .out = out,
        .sound = true,
        .next_def = 1,
        .def_bits = g_array_new(FALSE, TRUE, sizeof(unsigned)),
        .def_low = g_array_new(FALSE, TRUE, sizeof(uint32_t)),
        .current = g_new0(uint32_t, r->nb_vals),
    };

    g_array_set_size(p.def_bits, 1);
    for (const TcgMblock *block = mcode->first; block; block = block->next) {
        if (block->block) {
            enter(&p, block->block->ra);
            adopt_frame_slots(&p, block->block->ra, mcode->slot);
            replay_mblock(&p, block, mcode->slot);
        }
    }
    g_array_free(p.def_bits, TRUE);
    g_array_free(p.def_low, TRUE);
    g_free(p.current);
    return p.sound;
}
