/*
 * A region, walked once with the registers it is about to run with: which guest memory it will
 * read or write, and what is there before.
 *
 * Integer operations are computed as opcodes.def says, memory is read without being changed, and
 * what is stored is remembered.  Floating point, vectors and calls have values that are not known;
 * a branch or an address that depends on one ends the walk or is left out.  So the answer is what
 * an address nearly always depends on: registers, and words loaded through them.
 */
#include "region-reads.h"

#include <string.h>

enum { MAX_STEPS = 20000, WORD = 8 };

typedef struct Known {
    uint64_t bits;
    bool known;
} Known;

typedef struct Walk {
    const TcgRegion *r;
    ReadMemory *read;
    uint8_t *state;      /* as the operations so far left it */
    bool *unknown_state; /* by byte */
    Known *vals;         /* temporaries */
    GTree *words;        /* by address: what the caller gets */
    GHashTable *now;     /* by address: a Known of what is there now */
} Walk;

static int compare_addr(const void *a, const void *b, void *unused)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* ------------------------------------------------------------------ values */

static Known state_bytes(const Walk *w, uint64_t offset, unsigned bytes)
{
    Known value = { 0, true };

    memcpy(&value.bits, w->state + offset, bytes);
    for (unsigned n = 0; n < bytes; n++) {
        value.known &= !w->unknown_state[offset + n];
    }
    return value;
}

static void set_state(Walk *w, uint64_t offset, unsigned bytes, Known value)
{
    memcpy(w->state + offset, &value.bits, bytes);
    memset(w->unknown_state + offset, !value.known, bytes);
}

/* Lane 0 of a vector. */
static unsigned low_bytes(TcgType type)
{
    return MIN(tcg_type_bits(type) / 8, WORD);
}

static Known input(const Walk *w, const TcgOp *op, unsigned n)
{
    TcgVal v = tcg_op_in(op, n);

    if (tcg_is_const(w->r, v)) {
        return (Known){ tcg_val(w->r, v)->bits, true };
    }
    if (tcg_is_global(w->r, v)) {
        const TcgGlobal *global = &w->r->globals->global[tcg_global_index(v)];

        return state_bytes(w, global->offset, low_bytes(global->type));
    }
    return w->vals[v];
}

static void set_output(Walk *w, const TcgOp *op, Known value)
{
    TcgVal v = tcg_op_out(op);

    if (v == TCG_NO_VAL) {
        return;
    }
    if (tcg_is_global(w->r, v)) {
        const TcgGlobal *global = &w->r->globals->global[tcg_global_index(v)];

        set_state(w, global->offset, low_bytes(global->type), value);
    } else {
        w->vals[v] = value;
    }
}

/* ------------------------------------------------------------------ memory */

/* The word at addr now; NULL: nothing can be read there. */
static Known *word_at(Walk *w, uint64_t addr)
{
    Known *now = g_hash_table_lookup(w->now, &addr);
    uint64_t value;

    if (!now && w->read && w->read(addr, &value, WORD)) {
        uint64_t *key = g_memdup2(&addr, sizeof(addr));

        now = g_new(Known, 1);
        *now = (Known){ value, true };
        g_hash_table_insert(w->now, key, now);
        g_tree_insert(w->words, g_memdup2(&addr, sizeof(addr)), g_memdup2(&value, sizeof(value)));
    }
    return now;
}

static Known load(Walk *w, uint64_t addr, unsigned size)
{
    Known value = { 0, size <= WORD };

    for (unsigned n = 0; n < size; n++) {
        uint64_t at = addr + n;
        const Known *word = word_at(w, at & -WORD);

        if (!word || !word->known) {
            value.known = false;
        } else if (n < WORD) {
            value.bits |= (word->bits >> at % WORD * 8 & 0xff) << n * 8;
        }
    }
    return value;
}

static void store(Walk *w, uint64_t addr, unsigned size, Known value)
{
    for (unsigned n = 0; n < size; n++) {
        uint64_t at = addr + n;
        unsigned shift = at % WORD * 8;
        Known *word = word_at(w, at & -WORD);

        if (word && (!value.known || n >= WORD)) {
            word->known = false;
        } else if (word) {
            word->bits = (word->bits & ~(UINT64_C(0xff) << shift)) | (value.bits >> n * 8 & 0xff)
                                                                         << shift;
        }
    }
}

static uint64_t swapped(uint64_t value, unsigned size)
{
    return __builtin_bswap64(value) >> (64 - 8 * size);
}

static uint64_t extended(uint64_t value, unsigned size, uint64_t mop)
{
    unsigned shift = 64 - 8 * size;

    if ((mop & TCG_MO_BSWAP) && size <= WORD) {
        value = swapped(value, size);
    }
    return (mop & TCG_MO_SIGN) && size < WORD ? (uint64_t)((int64_t)(value << shift) >> shift)
                                              : value;
}

/* Of gld, gst and their like; false: depends on what is not known. */
static bool address(const Walk *w, const TcgOp *op, uint64_t *ret)
{
    bool atomic = op->code == TCG_OP_gatomic || op->code == TCG_OP_gcmpxchg;
    bool indexed = op->code == TCG_OP_gldx || op->code == TCG_OP_gstx;
    Known base = input(w, op, 0), index = { 0, true };

    if (indexed) {
        index = input(w, op, 1);
        index.bits <<= op->imm[1] >> TCG_MO_SCALE_SHIFT & 3;
    }
    *ret = base.bits + index.bits + (atomic ? 0 : op->imm[0]);
    return base.known && index.known;
}

static void walk_memory(Walk *w, const TcgOp *op)
{
    unsigned size = 1u << (op->imm[1] & TCG_MO_SIZE);
    Known value = { 0 };
    uint64_t addr;

    if (!address(w, op, &addr)) {
        set_output(w, op, value);
        return;
    }
    switch (op->code) {
    case TCG_OP_gst:
    case TCG_OP_gstx:
        value = input(w, op, op->nb_in - 1);
        if (op->imm[1] & TCG_MO_BSWAP) {
            value.bits = swapped(value.bits, MIN(size, WORD));
        }
        store(w, addr, size, value);
        return;
    case TCG_OP_gatomic:
    case TCG_OP_gcmpxchg:
        value = load(w, addr, size);
        store(w, addr, size, (Known){ 0 });
        break;
    default:
        value = load(w, addr, size);
        break;
    }
    value.bits = extended(value.bits, size, op->imm[1]);
    set_output(w, op, value);
}

/* ------------------------------------------------------------------ operations */

static void walk_state(Walk *w, const TcgOp *op)
{
    unsigned size = 1u << (op->imm[1] & TCG_MO_SIZE);
    Known value;

    if (op->code == TCG_OP_st) {
        set_state(w, op->imm[0], MIN(size, WORD), input(w, op, 0));
        return;
    }
    value = state_bytes(w, op->imm[0], MIN(size, WORD));
    value.bits = extended(value.bits, size, op->imm[1]);
    set_output(w, op, value);
}

static void forget_globals(Walk *w)
{
    for (unsigned n = 0; n < w->r->globals->nb; n++) {
        const TcgGlobal *global = &w->r->globals->global[n];

        set_state(w, global->offset, low_bytes(global->type), (Known){ 0 });
    }
}

static void walk_value(Walk *w, const TcgOp *op)
{
    uint64_t in[4] = { 0 };
    Known value = { 0, true };

    for (unsigned n = 0; n < MIN(op->nb_in, 4); n++) {
        Known one = input(w, op, n);

        in[n] = one.bits;
        value.known &= one.known;
    }
    if (op->code == TCG_OP_vmov) {
        value.bits = in[0];
    } else if (!op->nb_out || !tcg_eval(op->code, op->type, tcg_out_type(op->code, op->type), in,
                                        op->imm, &value.bits)) {
        value.known = false;
    }
    set_output(w, op, value);
}

static void walk_op(Walk *w, const TcgOp *op)
{
    switch (op->code) {
    case TCG_OP_ld:
    case TCG_OP_st:
        walk_state(w, op);
        break;
    case TCG_OP_gld ... TCG_OP_gcmpxchg:
        walk_memory(w, op);
        break;
    case TCG_OP_call:
        set_output(w, op, (Known){ 0 });
        if (op->helper->flags & TCG_HELPER_WRITES_GLOBALS) {
            forget_globals(w);
        }
        break;
    default:
        walk_value(w, op);
        break;
    }
}

/* Where control goes from the end of block; NULL: out of the region, or nobody knows. */
static const TcgBlock *next_block(const Walk *w, const TcgBlock *block)
{
    const TcgOp *op = block->last;
    Known a, b;

    if (!op || !(tcg_op_info[op->code].flags & TCG_ENDS_BLOCK) || op->code == TCG_OP_br_pending) {
        return tcg_block_fallthrough(block);
    }
    if (op->code == TCG_OP_br) {
        return tcg_block_taken(block);
    }
    if (op->code != TCG_OP_brcond) {
        return NULL;
    }
    a = input(w, op, 0);
    b = input(w, op, 1);
    if (!a.known || !b.known) {
        return NULL;
    }
    return tcg_cond_holds(op->imm[0], a.bits & TCG_MASK(tcg_type_bits(op->type)),
                          b.bits & TCG_MASK(tcg_type_bits(op->type)), tcg_type_bits(op->type))
               ? tcg_block_taken(block)
               : tcg_block_fallthrough(block);
}

GTree *region_reads(const TcgRegion *r, const void *state, size_t state_size, ReadMemory *read)
{
    Walk w = {
        .r = r,
        .read = read,
        .state = g_memdup2(state, state_size),
        .unknown_state = g_new0(bool, state_size),
        .vals = g_new0(Known, r->nb_vals),
        .words = g_tree_new_full(compare_addr, NULL, g_free, g_free),
        .now = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free),
    };
    unsigned steps = 0;

    for (const TcgBlock *block = r->first; block && steps < MAX_STEPS;
         block = next_block(&w, block)) {
        for (const TcgOp *op = block->first; op; op = op->next, steps++) {
            if (!(tcg_op_info[op->code].flags & TCG_ENDS_BLOCK)) {
                walk_op(&w, op);
            }
        }
        steps++;
    }
    g_hash_table_destroy(w.now);
    g_free(w.vals);
    g_free(w.unknown_state);
    g_free(w.state);
    return w.words;
}
