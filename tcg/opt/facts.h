/*
 * What a forward walk knows: which operation last defined each value, and whether a value that
 * an earlier operation read still holds what it held then.
 *
 * Globals are variables, so "x5 = add x6, 1" says something about x5 only until x5 or x6 is
 * written again.  Every operation has a time (its number in the walk); a global remembers when it was
 * written last, and comparing the two replaces versions and invalidation.  What is known
 * carries on into a block whose only predecessor is the block walked just before; any other block
 * starts a new epoch, in which nothing is known of globals.  Temporaries are assigned once: what
 * is known of them never ends.
 */
#ifndef OPT_FACTS_H
#define OPT_FACTS_H

#include "tcg/ir.h"

typedef struct Def Def;
struct Def {
    TcgOp *op;
    uint32_t time;
    Def *in[2]; /* definitions that reached the first two inputs; NULL: unknown */
};

typedef struct Facts {
    TcgRegion *r;
    Def **def;        /* by value: the latest definition */
    uint32_t nb_vals; /* values that existed when the walk began; nothing is known of later ones */
    uint32_t clock, epoch;
    TcgBlock *prev;                        /* block walked before */
    uint32_t written[TCG_MAX_GLOBALS + 1]; /* by value: when a global was written last */
} Facts;

/* Counts predecessors, too. */
void facts_begin(Facts *f, TcgRegion *r);
void facts_enter_block(Facts *f, TcgBlock *block);
/* Behind each operation, in order, after it has got its final form. */
void facts_note(Facts *f, TcgOp *op);

/* The definition that reaches a read of v here; NULL: none known. */
static inline Def *facts_def(const Facts *f, TcgVal v)
{
    Def *def = v < f->nb_vals ? f->def[v] : NULL;

    return def && tcg_is_global(f->r, v) && def->time <= f->epoch ? NULL : def;
}

/* As facts_def(), seen through moves. */
static inline Def *facts_source(const Facts *f, TcgVal v)
{
    Def *def = facts_def(f, v);

    while (def && def->op->code == TCG_OP_mov &&
           f->r->vals[tcg_op_in(def->op, 0)].type == def->op->type && def->in[0]) {
        def = def->in[0];
    }
    return def;
}

/* v, an input of def's operation, still holds what that operation read. */
static inline bool facts_holds(const Facts *f, TcgVal v, const Def *def)
{
    return !tcg_is_global(f->r, v) || (def->time > f->epoch && f->written[v] < def->time);
}

/* v is a constant here. */
bool facts_const(const Facts *f, TcgVal v, uint64_t *ret);
/* The same for the input n of def's operation, at the time of def. */
bool facts_const_in(const Facts *f, const Def *def, unsigned n, uint64_t *ret);

/* Replace inputs that are copies of other values by these; true: changed something. */
bool facts_propagate_copies(Facts *f, TcgOp *op);

/* Turn op into a move of v, or of a constant, to its output. */
void op_to_mov(TcgRegion *r, TcgOp *op, TcgVal v);
void op_to_const(TcgRegion *r, TcgOp *op, uint64_t bits);

/*
 * A new operation in front of where, its inputs for the caller to fill in; its output is a new
 * temporary of the type.  There must be an operation in front of where already, so that no block changes.
 */
TcgOp *op_new_before(TcgRegion *r, TcgOp *where, TcgOpcode code, TcgType type, unsigned nb_in);

/* An x86 or RISC host takes it as an immediate. */
static inline bool fits_s32(TcgType type, uint64_t bits)
{
    return type == TCG_I32 || (int64_t)bits == (int32_t)bits;
}

/* The call cannot be removed, moved or ignored for its effects. */
bool call_is_pure(const TcgOp *op);

/* All globals must be recoverable when op runs: an exception, or someone reading the CPU state. */
bool op_needs_globals(const TcgOp *op);

#endif
