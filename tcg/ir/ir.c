/*
 * The IR's data structures: the table of operations as data, values, constants, operation
 * and block lists.  Everything lives in the region's arena.
 */
#include "tcg/ir.h"

#include "tcg/helper.h"

/* opcodes.def writes flags and counts without their prefix. */
enum {
    COMMUTES = TCG_COMMUTES,
    FP_ENV = TCG_FP_ENV,
    CAN_FAULT = TCG_CAN_FAULT,
    READS_MEM = TCG_READS_MEM,
    WRITES_MEM = TCG_WRITES_MEM,
    READS_STATE = TCG_READS_STATE,
    WRITES_STATE = TCG_WRITES_STATE,
    SIDE_EFFECTS = TCG_SIDE_EFFECTS,
    ENDS_BLOCK = TCG_ENDS_BLOCK,
    COND_BRANCH = TCG_COND_BRANCH,
    EXITS_REGION = TCG_EXITS_REGION,
    VAR = TCG_VAR,
};

const TcgOpInfo tcg_op_info[TCG_OP_COUNT] = {
#define VALUE_OP(name, shape, ins, imms, flags, expr) \
    [TCG_OP_##name] = { #name, TCG_SHAPE_##shape, 1, ins, imms, flags },
#define FLOAT_OP(name, shape, ins, imms, flags, expr) \
    [TCG_OP_##name] = { #name, TCG_SHAPE_##shape, 1, ins, imms, flags },
#define VECTOR_OP(name, shape, ins, imms, flags, expr) \
    [TCG_OP_##name] = { #name, TCG_SHAPE_##shape, 1, ins, imms, flags },
#define EFFECT_OP(name, outs, ins, imms, flags) \
    [TCG_OP_##name] = { #name, TCG_SHAPE_EFFECT, outs, ins, imms, flags },
#include "tcg/ir/opcodes.def"
};

static const struct {
    const char *name;
    uint16_t bits;
} type_info[TCG_TYPE_COUNT] = {
    [TCG_NONE] = { "none", 0 }, [TCG_I32] = { "i32", 32 },    [TCG_I64] = { "i64", 64 },
    [TCG_V64] = { "v64", 64 },  [TCG_V128] = { "v128", 128 }, [TCG_V256] = { "v256", 256 },
    [TCG_F32] = { "f32", 32 },  [TCG_F64] = { "f64", 64 },
};

unsigned tcg_type_bits(TcgType type)
{
    return type_info[type].bits;
}

const char *tcg_type_name(TcgType type)
{
    return type < TCG_TYPE_COUNT ? type_info[type].name : "?";
}

TcgCond tcg_cond_swap(TcgCond cond)
{
    static const uint8_t swapped[TCG_COND_COUNT] = {
        [TCG_COND_EQ] = TCG_COND_EQ,       [TCG_COND_NE] = TCG_COND_NE,
        [TCG_COND_LT] = TCG_COND_GT,       [TCG_COND_GE] = TCG_COND_LE,
        [TCG_COND_LE] = TCG_COND_GE,       [TCG_COND_GT] = TCG_COND_LT,
        [TCG_COND_LTU] = TCG_COND_GTU,     [TCG_COND_GEU] = TCG_COND_LEU,
        [TCG_COND_LEU] = TCG_COND_GEU,     [TCG_COND_GTU] = TCG_COND_LTU,
        [TCG_COND_TSTEQ] = TCG_COND_TSTEQ, [TCG_COND_TSTNE] = TCG_COND_TSTNE,
    };

    return swapped[cond];
}

static TcgType effect_out_type(TcgOpcode code, TcgType type)
{
    return tcg_op_info[code].outs == 1 ? type : TCG_NONE;
}

TcgType tcg_out_type(TcgOpcode code, TcgType type)
{
    switch (tcg_op_info[code].shape) {
    case TCG_SHAPE_INT:
    case TCG_SHAPE_WIDEN:
    case TCG_SHAPE_VEC:
    case TCG_SHAPE_I2V:
    case TCG_SHAPE_VINS:
        return type;
    case TCG_SHAPE_FLT:
    case TCG_SHAPE_I32_2F:
    case TCG_SHAPE_I64_2F:
    case TCG_SHAPE_F2F:
        return TCG_V64;
    case TCG_SHAPE_FCMP:
    case TCG_SHAPE_F2I64:
    case TCG_SHAPE_V2I:
        return TCG_I64;
    case TCG_SHAPE_F2I32:
        return TCG_I32;
    default:
        return effect_out_type(code, type);
    }
}

static TcgType effect_in_type(const TcgOp *op, unsigned n)
{
    switch (op->code) {
    case TCG_OP_gld:
    case TCG_OP_gldx:
        return TCG_I64;
    case TCG_OP_gst:
    case TCG_OP_gatomic:
    case TCG_OP_gcmpxchg:
        return n == 0 ? TCG_I64 : op->type;
    case TCG_OP_gstx:
        return n < 2 ? TCG_I64 : op->type;
    case TCG_OP_call:
        return op->helper->args[n];
    case TCG_OP_fbrcond:
        return TCG_V64;
    default:
        return op->type;
    }
}

TcgType tcg_in_type(const TcgOp *op, unsigned n)
{
    switch (tcg_op_info[op->code].shape) {
    case TCG_SHAPE_INT:
    case TCG_SHAPE_WIDEN:
    case TCG_SHAPE_VEC:
    case TCG_SHAPE_V2I:
        return op->type;
    case TCG_SHAPE_FLT:
    case TCG_SHAPE_FCMP:
    case TCG_SHAPE_F2I32:
    case TCG_SHAPE_F2I64:
    case TCG_SHAPE_F2F:
        return TCG_V64;
    case TCG_SHAPE_I32_2F:
        return TCG_I32;
    case TCG_SHAPE_I64_2F:
    case TCG_SHAPE_I2V:
        return TCG_I64;
    case TCG_SHAPE_VINS:
        return n == 0 ? op->type : TCG_I64;
    default:
        return effect_in_type(op, n);
    }
}

TcgRegion *tcg_region_new(Arena *arena, const TcgGlobals *globals)
{
    /* Room for a typical block without growth. */
    enum { FIRST_TEMPS = 192 };
    TcgRegion *r = arena_new(arena, TcgRegion);

    r->arena = arena;
    r->globals = globals;
    r->cap_vals = 1 + globals->nb + FIRST_TEMPS;
    r->vals = arena_alloc(arena, r->cap_vals * sizeof(TcgValue));
    r->vals[0] = (TcgValue){ .kind = TCG_VAL_NONE };
    for (unsigned n = 0; n < globals->nb; n++) {
        r->vals[n + 1] = (TcgValue){ .kind = TCG_VAL_GLOBAL, .type = globals->global[n].type };
    }
    r->nb_vals = 1 + globals->nb;
    return r;
}

static TcgVal add_value(TcgRegion *r, TcgValKind kind, TcgType type)
{
    if (r->nb_vals == r->cap_vals) {
        TcgValue *grown = arena_alloc(r->arena, 2 * r->cap_vals * sizeof(TcgValue));

        memcpy(grown, r->vals, r->nb_vals * sizeof(TcgValue));
        r->vals = grown;
        r->cap_vals *= 2;
    }
    r->vals[r->nb_vals] = (TcgValue){ .kind = kind, .type = type };
    return r->nb_vals++;
}

static unsigned hash_const(TcgType type, uint64_t bits)
{
    /* Golden ratio multiplier: small neighbouring constants spread over the table. */
    return ((bits + type) * UINT64_C(0x9e3779b97f4a7c15)) >> 58;
}

TcgVal tcg_const(TcgRegion *r, TcgType type, uint64_t bits)
{
    uint32_t *head;
    TcgVal v;

    bits &= TCG_MASK(tcg_type_bits(type));
    head = &r->const_hash[hash_const(type, bits)];
    for (v = *head; v; v = r->vals[v].next) {
        if (r->vals[v].bits == bits && r->vals[v].type == type) {
            return v;
        }
    }
    v = add_value(r, TCG_VAL_CONST, type);
    r->vals[v].bits = bits;
    r->vals[v].next = *head;
    *head = v;
    return v;
}

TcgVal tcg_temp(TcgRegion *r, TcgType type)
{
    return add_value(r, TCG_VAL_TEMP, type);
}

TcgOp *tcg_op_new(TcgRegion *r, TcgOpcode code, TcgType type)
{
    const TcgOpInfo *info = &tcg_op_info[code];
    TcgOp *op = arena_alloc(r->arena, sizeof(*op));

    *op = (TcgOp){ .code = code, .type = type };
    if (info->ins != TCG_VAR) {
        op->nb_out = info->outs;
        op->nb_in = info->ins;
    }
    return op;
}

void tcg_append_op(TcgBlock *block, TcgOp *op)
{
    op->prev = block->last;
    op->next = NULL;
    if (block->last) {
        block->last->next = op;
    } else {
        block->first = op;
    }
    block->last = op;
}

void tcg_insert_op_before(TcgBlock *block, TcgOp *where, TcgOp *op)
{
    op->prev = where->prev;
    op->next = where;
    if (where->prev) {
        where->prev->next = op;
    } else {
        block->first = op;
    }
    where->prev = op;
}

void tcg_insert_op_after(TcgBlock *block, TcgOp *where, TcgOp *op)
{
    if (where->next) {
        tcg_insert_op_before(block, where->next, op);
    } else {
        tcg_append_op(block, op);
    }
}

void tcg_remove_op(TcgBlock *block, TcgOp *op)
{
    if (op->prev) {
        op->prev->next = op->next;
    } else {
        block->first = op->next;
    }
    if (op->next) {
        op->next->prev = op->prev;
    } else {
        block->last = op->prev;
    }
}

static void unlink_block(TcgRegion *r, TcgBlock *block)
{
    if (block->prev) {
        block->prev->next = block->next;
    } else {
        r->first = block->next;
    }
    if (block->next) {
        block->next->prev = block->prev;
    } else {
        r->last = block->prev;
    }
}

static void link_block(TcgRegion *r, TcgBlock *block, TcgBlock *after)
{
    block->prev = after;
    block->next = after ? after->next : r->first;
    if (block->prev) {
        block->prev->next = block;
    } else {
        r->first = block;
    }
    if (block->next) {
        block->next->prev = block;
    } else {
        r->last = block;
    }
}

TcgBlock *tcg_block_new(TcgRegion *r)
{
    TcgBlock *block = arena_new(r->arena, TcgBlock);

    block->id = r->nb_blocks++;
    link_block(r, block, r->last);
    return block;
}

void tcg_block_move(TcgRegion *r, TcgBlock *block, TcgBlock *after)
{
    if (after == block || block->prev == after) {
        return;
    }
    unlink_block(r, block);
    link_block(r, block, after);
}

TcgBlock *tcg_block_fallthrough(const TcgBlock *block)
{
    unsigned flags = block->last ? tcg_op_info[block->last->code].flags : 0;

    return !(flags & TCG_ENDS_BLOCK) || (flags & TCG_COND_BRANCH) ? block->next : NULL;
}

TcgBlock *tcg_block_taken(const TcgBlock *block)
{
    unsigned flags = block->last ? tcg_op_info[block->last->code].flags : 0;

    return (flags & TCG_ENDS_BLOCK) && !(flags & TCG_EXITS_REGION) ? block->last->target : NULL;
}

static void count_pred(TcgBlock *block, TcgBlock *pred)
{
    if (block) {
        block->nb_preds++;
        block->pred = pred;
    }
}

void tcg_region_count_preds(TcgRegion *r)
{
    for (TcgBlock *block = r->first; block; block = block->next) {
        block->nb_preds = 0;
        block->pred = NULL;
    }
    for (TcgBlock *block = r->first; block; block = block->next) {
        count_pred(tcg_block_fallthrough(block), block);
        count_pred(tcg_block_taken(block), block);
    }
}
