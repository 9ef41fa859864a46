/*
 * What the parts of the register allocator share.
 *
 * allocate.c walks the blocks, place.c moves single values about, moves.c does many moves at
 * once, call.c knows the calling convention, liveness.c says what is still needed.
 */
#ifndef TCG_REGALLOC_H
#define TCG_REGALLOC_H

#include "tcg/backend.h"

/*
 * Where every value is at one point of the program.  A value can be in a register and in its
 * slot (CPU state for globals, frame for temporaries) at once.
 */
typedef struct RaState {
    TcgVal reg_val[TCG_MAX_REGS];        /* TCG_NO_VAL: free */
    uint8_t *reg_of;                     /* by value; TCG_NO_REG: in no register */
    uint64_t *mem;                       /* bit by value: the slot holds it */
    uint64_t away[TCG_MAX_GLOBALS / 64]; /* bit by global: not at its boundary place */
} RaState;

typedef struct RaBlock {
    uint64_t *live_in; /* bit by value */
    RaState *entry;    /* fixed by the first edge that reaches the block; NULL: none yet */
    TcgMblock *mblock;
    TcgMblock *edge; /* fall-through edge block to be placed behind mblock, or NULL */
    bool done;
} RaBlock;

typedef struct Ra {
    TcgRegion *r;
    const TcgTarget *target;
    const TcgBackend *backend;
    Arena *arena;
    TcgMcode *mcode;
    RaState s;
    RaBlock *blocks;   /* by block id */
    int32_t *slot;     /* by value: frame offset of a temporary's slot, -1: none yet */
    unsigned nb_words; /* of a bit set over values */
    TcgMblock *cur;    /* where operations go */
    const TcgOp *op;   /* the one being allocated */
    TcgRegSet pinned;  /* registers of the current operation's operands */
    uint32_t spill_size;
    bool too_long;
} Ra;

static inline bool ra_bit(const uint64_t *set, unsigned n)
{
    return set[n / 64] >> (n % 64) & 1;
}

static inline void ra_set_bit(uint64_t *set, unsigned n)
{
    set[n / 64] |= UINT64_C(1) << (n % 64);
}

static inline void ra_clear_bit(uint64_t *set, unsigned n)
{
    set[n / 64] &= ~(UINT64_C(1) << (n % 64));
}

static inline TcgRegSet ra_reg_bit(unsigned reg)
{
    return (TcgRegSet)1 << reg;
}

static inline uint8_t ra_home(const Ra *ra, TcgVal v)
{
    return ra->target->home[tcg_global_index(v)];
}

static inline bool ra_is_dead(const TcgOp *op, unsigned in)
{
    return op->dead >> (op->nb_out + in) & 1;
}

static inline bool ra_is_last(const TcgOp *op, unsigned in)
{
    return op->last >> (op->nb_out + in) & 1;
}

/* The state can be looked at while op runs, or after it left: all globals are needed. */
bool ra_needs_all_globals(const TcgOp *op);

static inline TcgLoc ra_loc_reg(unsigned reg)
{
    return (TcgLoc){ .kind = TCG_LOC_REG, .reg = (uint8_t)reg };
}

static inline TcgLoc ra_loc_const(TcgVal v)
{
    return (TcgLoc){ .kind = TCG_LOC_CONST, .reg = TCG_NO_REG, .val = v };
}

/* liveness.c: live_in of every block; dead, last and hint of every operation. */
void ra_liveness(Ra *ra);

/* place.c */
void ra_state_at_boundary(Ra *ra, RaState *s);
RaState *ra_state_copy(Ra *ra, const RaState *s);
void ra_state_load(Ra *ra, const RaState *s);
/* v is now in reg (and in no other); its slot is stale unless mem. */
void ra_bind(Ra *ra, TcgVal v, unsigned reg, bool mem);
/* v is in no register any more. */
void ra_unbind(Ra *ra, TcgVal v);
/* v's value is not needed any more, anywhere. */
void ra_forget(Ra *ra, TcgVal v);
void ra_mark_mem(Ra *ra, TcgVal v);
/* A place to read v from: register, slot or constant. */
TcgLoc ra_read_loc(Ra *ra, TcgVal v);
TcgLoc ra_slot(Ra *ra, TcgVal v);
TcgMop *ra_append(Ra *ra, unsigned code, TcgType type);
void ra_move(Ra *ra, TcgType type, TcgLoc out, TcgLoc in);
/* Make the slot hold v's value. */
void ra_sync(Ra *ra, TcgVal v);
/* Empty reg, keeping its value elsewhere: in a free register outside avoid, or its slot. */
void ra_relocate(Ra *ra, unsigned reg, TcgRegSet avoid);
/* A register of allowed, emptied; prefer (or TCG_NO_REG) if it is free. */
unsigned ra_pick(Ra *ra, TcgRegSet allowed, unsigned prefer);
bool ra_imm_fits(TcgType type, uint64_t bits, unsigned imms);
/* op's output is in reg now; what reg held before is gone. */
void ra_define(Ra *ra, const TcgOp *op, unsigned reg);
/* Attach the globals that are away from their boundary places to mop. */
void ra_snapshot(Ra *ra, TcgMop *mop);

/* moves.c: many moves into registers at once, as if in parallel. */
typedef struct RaMove {
    uint8_t dst;
    uint8_t type;
    TcgLoc src;
} RaMove;

void ra_parallel_moves(Ra *ra, RaMove *moves, unsigned nb);
/* Bring every global to its boundary place; keep is a register not to touch. */
void ra_to_boundary(Ra *ra);
/* Make the current state fit the entry state of block. */
void ra_to_entry(Ra *ra, const RaBlock *block);

/* call.c */
/* The registers that op's helper, and passing its arguments, change. */
TcgRegSet ra_call_clobbers(const TcgBackend *backend, const TcgOp *op);
void ra_call(Ra *ra, TcgOp *op);

#endif
