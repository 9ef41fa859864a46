/*
 * NaN repair (fnan) and the check of NaN boxing (fbox) where they change nothing.
 *
 * Forward: fnan of a value that is no NaN, or has been repaired with the same NaN already, and
 * fbox of a value whose upper half is known to be all ones, become moves.
 *
 * Then, for each fnan left: arithmetic on a NaN gives a quiet NaN whatever its payload, so if every
 * reader of the result is arithmetic whose own result is repaired with the same NaN before anyone
 * else sees it, the readers may read the unrepaired value.  That is done only when it makes the
 * fnan dead; arithmetic results are never signalling, so the flags stay the same.
 *
 * Keeps: order and number of operations, except for fnan that died.
 */
#include "facts.h"
#include "tcg/pass.h"

/* How far ahead readers of a repaired value are looked for. */
enum { REACH = 32 };

static bool is_arithmetic(const TcgOp *op)
{
    switch (op->code) {
    case TCG_OP_fadd:
    case TCG_OP_fsub:
    case TCG_OP_fmul:
    case TCG_OP_fdiv:
    case TCG_OP_fsqrt:
    case TCG_OP_fma:
        return true;
    default:
        return false;
    }
}

static const Def *source(const Facts *f, TcgVal v)
{
    const Def *def = facts_def(f, v);

    while (def && def->op->code == TCG_OP_vmov && def->in[0]) {
        def = def->in[0];
    }
    return def;
}

/* def's result is never a NaN of format type, or only the NaN that canon is. */
static bool is_repaired(const Facts *f, const Def *def, TcgType type, TcgVal canon)
{
    switch (def->op->code) {
    case TCG_OP_fcvt_from_s32:
    case TCG_OP_fcvt_from_u32:
    case TCG_OP_fcvt_from_s64:
    case TCG_OP_fcvt_from_u64:
        return def->op->type == type;
    case TCG_OP_fnan:
        return def->op->type == type && tcg_op_in(def->op, 1) == canon;
    case TCG_OP_fmin:
    case TCG_OP_fmax:
        /* The default NaN; of an f32 the upper half is the first input's, not canon's. */
        return def->op->type == type && type == TCG_F64 &&
               f->r->vals[canon].bits == UINT64_C(0x7ff8000000000000);
    default:
        return false;
    }
}

static bool is_box(uint64_t bits)
{
    return bits >> 32 == UINT32_MAX;
}

/* Bits 63..32 of v are ones. The chain of first inputs is short: depth bounds it. */
static bool is_boxed(const Facts *f, TcgVal v, const Def *def, unsigned depth)
{
    const TcgOp *op;

    if (tcg_is_const(f->r, v)) {
        return is_box(f->r->vals[v].bits);
    }
    if (!def || depth == 0) {
        return false;
    }
    op = def->op;
    switch (op->code) {
    case TCG_OP_vmov:
        return is_boxed(f, tcg_op_in(op, 0), def->in[0], depth - 1);
    case TCG_OP_fbox:
        return is_boxed(f, tcg_op_in(op, 1), def->in[1], depth - 1);
    case TCG_OP_fnan:
        return is_boxed(f, tcg_op_in(op, 0), def->in[0], depth - 1) &&
               is_boxed(f, tcg_op_in(op, 1), def->in[1], depth - 1);
    case TCG_OP_vor:
        return is_boxed(f, tcg_op_in(op, 0), def->in[0], depth - 1) ||
               is_boxed(f, tcg_op_in(op, 1), def->in[1], depth - 1);
    default:
        /* An f32 result keeps the upper half of the first input. */
        return tcg_op_info[op->code].shape == TCG_SHAPE_FLT && op->type == TCG_F32 &&
               is_boxed(f, tcg_op_in(op, 0), def->in[0], depth - 1);
    }
}

static bool simplify(Facts *f, TcgOp *op)
{
    enum { DEPTH = 8 };
    TcgVal in = tcg_op_in(op, 0);
    const Def *def;

    if (op->code == TCG_OP_fbox) {
        if (!is_boxed(f, in, facts_def(f, in), DEPTH)) {
            return false;
        }
        op_to_mov(f->r, op, in);
        return true;
    }
    def = source(f, in);
    if (!def || !tcg_is_const(f->r, tcg_op_in(op, 1)) ||
        !is_repaired(f, def, op->type, tcg_op_in(op, 1))) {
        return false;
    }
    op_to_mov(f->r, op, in);
    return true;
}

static bool simplify_forward(TcgRegion *r)
{
    Facts facts;
    bool progress = false;

    facts_begin(&facts, r);
    for (TcgBlock *block = r->first; block; block = block->next) {
        facts_enter_block(&facts, block);
        for (TcgOp *op = block->first; op; op = op->next) {
            if (op->code == TCG_OP_fnan || op->code == TCG_OP_fbox) {
                progress |= facts_propagate_copies(&facts, op);
                progress |= simplify(&facts, op);
            }
            facts_note(&facts, op);
        }
    }
    return progress;
}

typedef struct Bypass {
    TcgRegion *r;
    const uint16_t *uses; /* by value */
    TcgOp *fnan;
    TcgOp *reader[REACH];
    unsigned nb_readers;
    unsigned reads; /* inputs that are the result */
} Bypass;

static unsigned count_reads(const TcgOp *op, TcgVal v)
{
    unsigned reads = 0;

    for (unsigned n = 0; n < op->nb_in; n++) {
        reads += tcg_op_in(op, n) == v;
    }
    return reads;
}

/* op's result is a temporary with one reader, behind it, that repairs it as the fnan does. */
static bool is_repaired_later(const Bypass *b, const TcgOp *op)
{
    TcgVal out = tcg_op_out(op);

    if (!is_arithmetic(op) || op->type != b->fnan->type || tcg_is_global(b->r, out) ||
        b->uses[out] != 1) {
        return false;
    }
    for (const TcgOp *at = op->next; at; at = at->next) {
        if (count_reads(at, out)) {
            return at->code == TCG_OP_fnan && at->type == op->type && tcg_op_in(at, 0) == out &&
                   tcg_op_in(at, 1) == tcg_op_in(b->fnan, 1);
        }
    }
    return false;
}

/* All readers up to the result's end can do without the repair. */
static bool find_readers(Bypass *b)
{
    TcgVal out = tcg_op_out(b->fnan);
    bool global = tcg_is_global(b->r, out);
    unsigned reach = REACH;

    for (TcgOp *op = b->fnan->next; op && reach--; op = op->next) {
        unsigned reads = count_reads(op, out);

        if (global && op_needs_globals(op)) {
            return false;
        }
        if (reads) {
            if (!is_repaired_later(b, op)) {
                return false;
            }
            b->reader[b->nb_readers++] = op;
            b->reads += reads;
        }
        if (global ? tcg_op_out(op) == out : b->reads == b->uses[out]) {
            return true;
        }
    }
    return false;
}

/*
 * What is repaired must be a temporary, and arithmetic: a loaded NaN may be signalling.  f64 only: the
 * fnan of an f32 chooses the upper half as well, which its readers hand on.
 */
static bool may_bypass(const TcgRegion *r, const TcgOp *op)
{
    TcgVal in;

    if (op->code != TCG_OP_fnan || op->type != TCG_F64 || !tcg_is_const(r, tcg_op_in(op, 1))) {
        return false;
    }
    in = tcg_op_in(op, 0);
    return r->vals[in].kind == TCG_VAL_TEMP && r->vals[in].def && is_arithmetic(r->vals[in].def);
}

static bool bypass_fnan(TcgRegion *r, const uint16_t *uses, TcgBlock *block, TcgOp *op)
{
    Bypass b = { .r = r, .uses = uses, .fnan = op };
    TcgVal out = tcg_op_out(op);

    if (!may_bypass(r, op) || !find_readers(&b)) {
        return false;
    }
    for (unsigned i = 0; i < b.nb_readers; i++) {
        for (unsigned n = 0; n < b.reader[i]->nb_in; n++) {
            if (tcg_op_in(b.reader[i], n) == out) {
                *tcg_op_in_ptr(b.reader[i], n) = tcg_op_in(op, 0);
            }
        }
    }
    if (!tcg_is_global(r, out)) {
        r->vals[out].kind = TCG_VAL_NONE;
    }
    tcg_remove_op(block, op);
    return true;
}

static void count_uses(const TcgRegion *r, uint16_t *uses)
{
    for (TcgBlock *block = r->first; block; block = block->next) {
        for (TcgOp *op = block->first; op; op = op->next) {
            for (unsigned n = 0; n < op->nb_in; n++) {
                uint16_t *count = &uses[tcg_op_in(op, n)];

                *count += *count < UINT16_MAX;
            }
        }
    }
}

static bool has_repairs(const TcgRegion *r)
{
    for (TcgBlock *block = r->first; block; block = block->next) {
        for (TcgOp *op = block->first; op; op = op->next) {
            if (op->code == TCG_OP_fnan || op->code == TCG_OP_fbox) {
                return true;
            }
        }
    }
    return false;
}

bool tcg_opt_nan(TcgRegion *r, const TcgBackend *backend)
{
    uint16_t *uses;
    bool progress;

    if (!has_repairs(r)) {
        return false;
    }
    progress = simplify_forward(r);
    uses = arena_array(r->arena, uint16_t, r->nb_vals);
    count_uses(r, uses);
    for (TcgBlock *block = r->first; block; block = block->next) {
        for (TcgOp *op = block->first, *next; op; op = next) {
            next = op->next;
            progress |= bypass_fnan(r, uses, block, op);
        }
    }
    return progress;
}
