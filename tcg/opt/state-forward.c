/*
 * Forwarding of CPU state fields (ld, st) that are not globals.
 *
 * Forward: a load from a field whose value is known, from a store or an earlier load, becomes a
 * move or an extension.  Backward: a store is dead if another to the same bytes comes before
 * anything that may look at the state: a load that overlaps, a fault, a call, the end of the block.
 *
 * Keeps: order of operations.
 */
#include "facts.h"
#include "tcg/helper.h"
#include "tcg/pass.h"

/* Fields known at one time; the oldest is forgotten. */
enum { NB_FIELDS = 8 };

typedef struct Field {
    uint32_t offset;
    TcgMemOp mop;
    TcgType type;
    TcgVal val;    /* TCG_NO_VAL: nothing known */
    uint32_t time; /* when val was the field's value */
    bool stored;   /* by st: val may have more bits than the field; else what ld gave */
} Field;

typedef struct Forward {
    Facts facts;
    Field field[NB_FIELDS];
    unsigned next;
} Forward;

static unsigned field_size(uint64_t mop)
{
    return 1u << (mop & TCG_MO_SIZE);
}

static bool overlaps(uint64_t a, uint64_t a_mop, uint64_t b, uint64_t b_mop)
{
    return a < b + field_size(b_mop) && b < a + field_size(a_mop);
}

static bool still_holds(const Forward *w, const Field *field)
{
    const Facts *f = &w->facts;

    return field->val && (!tcg_is_global(f->r, field->val) ||
                          (field->time > f->epoch && f->written[field->val] <= field->time));
}

static void forget_all(Forward *w)
{
    memset(w->field, 0, sizeof(w->field));
}

static void forget_overlapping(Forward *w, const TcgOp *op)
{
    for (unsigned n = 0; n < NB_FIELDS; n++) {
        Field *field = &w->field[n];

        if (field->val && overlaps(field->offset, field->mop, op->imm[0], op->imm[1])) {
            field->val = TCG_NO_VAL;
        }
    }
}

static void remember(Forward *w, const TcgOp *op, TcgVal val, bool stored)
{
    w->field[w->next++ % NB_FIELDS] = (Field){
        .offset = op->imm[0],
        .mop = op->imm[1],
        .type = op->type,
        .val = val,
        .time = w->facts.clock,
        .stored = stored,
    };
}

/* The load of a field that val was stored to: cut it to the field's size. */
static bool load_from_store(Forward *w, TcgOp *op, const Field *field)
{
    unsigned bits = 8 * field_size(op->imm[1]);
    bool sign = op->imm[1] & TCG_MO_SIGN;
    TcgType have = w->facts.r->vals[field->val].type;

    if ((op->imm[1] ^ field->mop) & ~(uint64_t)TCG_MO_SIGN) {
        return false;
    }
    if (bits == tcg_type_bits(op->type) && have == op->type) {
        op_to_mov(w->facts.r, op, field->val);
        return true;
    }
    if (bits > 32 || !tcg_type_is_int(op->type) || !tcg_type_is_int(have)) {
        return false;
    }
    op->code = sign ? TCG_OP_sext : TCG_OP_zext;
    op->nb_in = 1;
    op->arg[1] = field->val;
    op->imm[0] = bits;
    op->imm[1] = 0;
    return true;
}

static bool forward_load(Forward *w, TcgOp *op)
{
    for (unsigned n = 0; n < NB_FIELDS; n++) {
        Field *field = &w->field[n];

        if (field->offset != op->imm[0] || !still_holds(w, field)) {
            continue;
        }
        if (field->stored) {
            if (load_from_store(w, op, field)) {
                return true;
            }
        } else if (field->mop == op->imm[1] && field->type == op->type) {
            op_to_mov(w->facts.r, op, field->val);
            return true;
        }
    }
    return false;
}

static bool is_barrier(const TcgOp *op)
{
    return op->code == TCG_OP_call && !call_is_pure(op);
}

static bool forward_block(Forward *w, TcgBlock *block)
{
    uint32_t epoch = w->facts.epoch;
    bool progress = false;

    facts_enter_block(&w->facts, block);
    if (w->facts.epoch != epoch) {
        forget_all(w);
    }
    for (TcgOp *op = block->first; op; op = op->next) {
        bool was_load = op->code == TCG_OP_ld;

        if (was_load && forward_load(w, op)) {
            progress = true;
            was_load = false;
        }
        facts_note(&w->facts, op);
        if (is_barrier(op)) {
            forget_all(w);
        } else if (was_load) {
            remember(w, op, op->arg[0], false);
        } else if (op->code == TCG_OP_st) {
            forget_overlapping(w, op);
            remember(w, op, tcg_op_in(op, 0), true);
        }
    }
    return progress;
}

/* A later store, seen first by the backward walk, that no reader separates from here. */
typedef struct Pending {
    uint32_t offset[NB_FIELDS];
    uint8_t size[NB_FIELDS]; /* 0: free */
    unsigned next;
} Pending;

static bool is_overwritten(const Pending *p, const TcgOp *op)
{
    uint64_t start = op->imm[0], end = start + field_size(op->imm[1]);

    for (unsigned n = 0; n < NB_FIELDS; n++) {
        if (p->size[n] && p->offset[n] <= start && end <= (uint64_t)p->offset[n] + p->size[n]) {
            return true;
        }
    }
    return false;
}

static void note_store(Pending *p, const TcgOp *op)
{
    unsigned n = p->next++ % NB_FIELDS;

    p->offset[n] = op->imm[0];
    p->size[n] = field_size(op->imm[1]);
}

static void note_load(Pending *p, const TcgOp *op)
{
    for (unsigned n = 0; n < NB_FIELDS; n++) {
        if (p->size[n] && op->imm[0] < (uint64_t)p->offset[n] + p->size[n] &&
            p->offset[n] < op->imm[0] + field_size(op->imm[1])) {
            p->size[n] = 0;
        }
    }
}

static bool remove_dead_stores(TcgBlock *block)
{
    Pending pending = { 0 };
    bool progress = false;

    for (TcgOp *op = block->last, *prev; op; op = prev) {
        prev = op->prev;
        if (op->code == TCG_OP_st) {
            if (is_overwritten(&pending, op)) {
                tcg_remove_op(block, op);
                progress = true;
            } else {
                note_store(&pending, op);
            }
        } else if (op->code == TCG_OP_ld) {
            note_load(&pending, op);
        } else if (op_needs_globals(op) || is_barrier(op)) {
            memset(&pending, 0, sizeof(pending));
        }
    }
    return progress;
}

/* Most blocks have no such operation: find out cheaply. */
static bool uses_state(const TcgRegion *r)
{
    for (TcgBlock *block = r->first; block; block = block->next) {
        for (TcgOp *op = block->first; op; op = op->next) {
            if (op->code == TCG_OP_ld || op->code == TCG_OP_st) {
                return true;
            }
        }
    }
    return false;
}

bool tcg_opt_state_forward(TcgRegion *r, const TcgBackend *backend)
{
    Forward w;
    bool progress = false;

    if (!uses_state(r)) {
        return false;
    }
    facts_begin(&w.facts, r);
    forget_all(&w);
    w.next = 0;
    for (TcgBlock *block = r->first; block; block = block->next) {
        progress |= forward_block(&w, block);
    }
    for (TcgBlock *block = r->first; block; block = block->next) {
        progress |= remove_dead_stores(block);
    }
    return progress;
}
