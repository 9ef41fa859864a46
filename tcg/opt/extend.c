/*
 * Elimination of sign and zero extensions.
 *
 * For each value the walk knows how many low bits matter: a value with zero == 8 is zero above
 * bit 7, one with sign == 32 is a 32-bit number sign-extended.  An extension that changes nothing
 * becomes a move; one that is cheaper unsigned becomes that.  A reader of low bits only (i32
 * operations, narrow stores, other extensions) reads what was extended instead, so that the
 * extension dies when its register is overwritten.
 *
 * Keeps: order and number of operations.
 */
#include "facts.h"
#include "tcg/pass.h"

/* A reader further away keeps the extension: the narrow value would have to stay alive for it. */
enum { REACH = 16 };

/* Bits of a value that matter; its width (or more) when nothing is known. */
typedef struct Bits {
    uint8_t zero, sign;
} Bits;

typedef struct Extend {
    Facts facts;
    Bits *bits; /* by value, for its latest definition */
} Extend;

static unsigned min(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned max(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static Bits normalize(unsigned w, unsigned zero, unsigned sign)
{
    Bits bits = { .zero = min(zero, w) };

    bits.sign = min(min(sign, w), bits.zero + 1);
    return bits;
}

static Bits const_bits(unsigned w, uint64_t value)
{
    int64_t sval = (int64_t)(value << (64 - w)) >> (64 - w);
    uint64_t magnitude = sval < 0 ? ~sval : sval;

    return normalize(w, value ? 64 - __builtin_clzll(value) : 0,
                     magnitude ? 65 - __builtin_clzll(magnitude) : 1);
}

/* Of v read as w bits. */
static Bits bits_of(const Extend *e, TcgVal v, unsigned w)
{
    const TcgRegion *r = e->facts.r;

    if (tcg_is_const(r, v)) {
        return const_bits(w, r->vals[v].bits & TCG_MASK(w));
    }
    if (!facts_def(&e->facts, v)) {
        return (Bits){ w, w };
    }
    return normalize(w, e->bits[v].zero, e->bits[v].sign);
}

static Bits bits_of_memory(const TcgOp *op, unsigned w)
{
    unsigned size = 8u << (op->imm[1] & TCG_MO_SIZE);

    return op->imm[1] & TCG_MO_SIGN ? normalize(w, w, size) : normalize(w, size, w);
}

static Bits bits_of_shift(const Extend *e, const TcgOp *op, unsigned w, Bits a)
{
    uint64_t count;

    if (!facts_const(&e->facts, tcg_op_in(op, 1), &count)) {
        return normalize(w, op->code == TCG_OP_shr ? a.zero : w,
                         op->code == TCG_OP_sar ? a.sign : w);
    }
    count &= w - 1;
    switch (op->code) {
    case TCG_OP_shl:
        return normalize(w, a.zero + count, a.sign + count);
    case TCG_OP_shr:
        return normalize(w, a.zero > count ? a.zero - count : 0, count ? w : a.sign);
    default:
        return normalize(w,
                         a.zero == w      ? w
                         : a.zero > count ? a.zero - count
                                          : 0,
                         a.sign > count ? a.sign - count : 1);
    }
}

static Bits bits_of_result(const Extend *e, const TcgOp *op)
{
    unsigned w = tcg_type_bits(e->facts.r->vals[op->arg[0]].type);
    Bits a = { w, w }, b = { w, w };

    if (tcg_op_info[op->code].shape <= TCG_SHAPE_WIDEN) {
        a = bits_of(e, tcg_op_in(op, 0), w);
        b = op->nb_in > 1 ? bits_of(e, tcg_op_in(op, 1), w) : b;
    }
    switch (op->code) {
    case TCG_OP_mov:
        return a;
    case TCG_OP_zext:
        return normalize(w, min(a.zero, op->imm[0]), w);
    case TCG_OP_sext:
        return normalize(w, a.zero < op->imm[0] ? a.zero : w, min(a.sign, op->imm[0]));
    case TCG_OP_extract:
        return normalize(w, op->imm[1], w);
    case TCG_OP_sextract:
        return normalize(w, w, op->imm[1]);
    case TCG_OP_ld:
    case TCG_OP_gld:
    case TCG_OP_gldx:
        return bits_of_memory(op, w);
    case TCG_OP_setcond:
    case TCG_OP_fsetcond:
    case TCG_OP_adc_carry:
    case TCG_OP_sbb_borrow:
    case TCG_OP_add_overflow:
    case TCG_OP_sub_overflow:
        return normalize(w, 1, w);
    case TCG_OP_clz:
    case TCG_OP_ctz:
    case TCG_OP_popcnt:
        return normalize(w, 7, w);
    case TCG_OP_vext:
        return normalize(w, op->imm[0], w);
    case TCG_OP_and:
        return normalize(w, min(a.zero, b.zero), max(a.sign, b.sign));
    case TCG_OP_andc:
        return normalize(w, a.zero, max(a.sign, b.sign));
    case TCG_OP_or:
    case TCG_OP_xor:
        return normalize(w, max(a.zero, b.zero), max(a.sign, b.sign));
    case TCG_OP_not:
        return normalize(w, w, a.sign);
    case TCG_OP_add:
        return normalize(w, max(a.zero, b.zero) + 1, max(a.sign, b.sign) + 1);
    case TCG_OP_sub:
        return normalize(w, w, max(a.sign, b.sign) + 1);
    case TCG_OP_shl:
    case TCG_OP_shr:
    case TCG_OP_sar:
        return bits_of_shift(e, op, w, a);
    case TCG_OP_movcond:
        a = bits_of(e, tcg_op_in(op, 2), w);
        b = bits_of(e, tcg_op_in(op, 3), w);
        return normalize(w, max(a.zero, b.zero), max(a.sign, b.sign));
    default:
        return (Bits){ w, w };
    }
}

/* The extension that v is the result of, if its input can be read here instead. */
static const Def *extension_of(const Extend *e, TcgVal v)
{
    const Def *def = facts_source(&e->facts, v);

    if (!def || (def->op->code != TCG_OP_sext && def->op->code != TCG_OP_zext) ||
        e->facts.clock - def->time > REACH || !facts_holds(&e->facts, tcg_op_in(def->op, 0), def)) {
        return NULL;
    }
    return def;
}

/* op reads no more than the low bits of its input n. */
static bool bypass(Extend *e, TcgOp *op, unsigned n, unsigned bits)
{
    bool progress = false;
    const Def *def;

    while ((def = extension_of(e, tcg_op_in(op, n))) && def->op->imm[0] >= bits) {
        *tcg_op_in_ptr(op, n) = tcg_op_in(def->op, 0);
        progress = true;
    }
    return progress;
}

/* A narrow store; of an i32 value it is an i32 store. */
static bool bypass_store(Extend *e, TcgOp *op)
{
    unsigned n = op->nb_in - 1, bits = 8u << (op->imm[1] & TCG_MO_SIZE);

    if (op->type != TCG_I64 || bits > 32 || !bypass(e, op, n, bits)) {
        return false;
    }
    if (e->facts.r->vals[tcg_op_in(op, n)].type == TCG_I32) {
        op->type = TCG_I32;
    }
    return true;
}

/* The extension changes nothing: a move, or, from i32 to i64, the plain extension of 32 bits. */
static bool make_trivial(Extend *e, TcgOp *op)
{
    TcgRegion *r = e->facts.r;
    TcgVal in = tcg_op_in(op, 0);

    if (r->vals[in].type == TCG_I32 && r->vals[op->arg[0]].type == TCG_I64) {
        bool progress = op->imm[0] != 32;

        op->imm[0] = 32;
        return progress;
    }
    op_to_mov(r, op, in);
    return true;
}

static bool simplify_extension(Extend *e, TcgOp *op)
{
    bool progress = bypass(e, op, 0, op->imm[0]);
    TcgVal in = tcg_op_in(op, 0);
    unsigned w = tcg_type_bits(op->type), from = tcg_type_bits(e->facts.r->vals[in].type);
    Bits bits = bits_of(e, in, min(w, from));

    if (op->code == TCG_OP_sext && bits.zero < op->imm[0]) {
        op->code = TCG_OP_zext;
        progress = true;
    }
    if (op->code == TCG_OP_zext ? bits.zero <= op->imm[0] : bits.sign <= op->imm[0]) {
        return make_trivial(e, op) | progress;
    }
    return progress;
}

/* and x, 2^k - 1 of a value that is no wider */
static bool simplify_mask(Extend *e, TcgOp *op)
{
    unsigned w = tcg_type_bits(op->type);
    uint64_t mask;

    if (!facts_const(&e->facts, tcg_op_in(op, 1), &mask) || (mask & (mask + 1))) {
        return false;
    }
    if (bits_of(e, tcg_op_in(op, 0), w).zero > const_bits(64, mask).zero) {
        return false;
    }
    op_to_mov(e->facts.r, op, tcg_op_in(op, 0));
    return true;
}

static bool extend_op(Extend *e, TcgOp *op)
{
    bool progress = false;

    switch (op->code) {
    case TCG_OP_sext:
    case TCG_OP_zext:
        return simplify_extension(e, op);
    case TCG_OP_and:
        progress = simplify_mask(e, op);
        break;
    case TCG_OP_gst:
    case TCG_OP_gstx:
    case TCG_OP_st:
        progress = bypass_store(e, op);
        break;
    }
    for (unsigned n = 0; n < op->nb_in; n++) {
        if (tcg_in_type(op, n) == TCG_I32) {
            progress |= bypass(e, op, n, 32);
        }
    }
    return progress;
}

bool tcg_opt_extend(TcgRegion *r, const TcgBackend *backend)
{
    Extend e;
    bool progress = false;

    facts_begin(&e.facts, r);
    e.bits = arena_array(r->arena, Bits, r->nb_vals);
    for (TcgBlock *block = r->first; block; block = block->next) {
        facts_enter_block(&e.facts, block);
        for (TcgOp *op = block->first; op; op = op->next) {
            bool has_bits;

            progress |= extend_op(&e, op);
            has_bits = op->nb_out && op->arg[0] < e.facts.nb_vals;
            if (has_bits) {
                Bits bits = bits_of_result(&e, op);

                facts_note(&e.facts, op);
                e.bits[op->arg[0]] = bits;
            } else {
                facts_note(&e.facts, op);
            }
        }
    }
    return progress;
}
