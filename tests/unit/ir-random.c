/*
 * Temporaries of the entry block are used everywhere; those of other blocks only there.  A jump
 * back is taken only while there is fuel, so a region runs at most a few thousand operations.
 */
#include "ir-gen.h"

#include <string.h>

enum { MAX_BLOCKS = 8, MAX_OPS = 16 };

/* ------------------------------------------------------------------ values */

unsigned gen_below(Gen *g, unsigned n)
{
    return (unsigned)g_rand_int_range(g->rand, 0, (gint32)n);
}

static TcgVal pool_value(Gen *g, const Pool *pool)
{
    return pool->v[gen_below(g, pool->nb)];
}

static void keep(Gen *g, Pool *pool, TcgVal v)
{
    if (pool->nb < GEN_MAX_TEMPS) {
        pool->v[pool->nb++] = v;
    } else {
        pool->v[pool->nb_entry + gen_below(g, GEN_MAX_TEMPS - pool->nb_entry)] = v;
    }
}

TcgVal gen_value64(Gen *g)
{
    switch (gen_below(g, 8)) {
    case 0 ... 1:
        return ir_const(&g->ir, TCG_I64, ir_random_bits(g->rand));
    case 2 ... 4:
        if (g->i64.nb) {
            return pool_value(g, &g->i64);
        }
        __attribute__((fallthrough));
    default:
        return ir_global(&g->ir, gen_below(g, IR_RANDOM_INTS));
    }
}

static TcgVal i32_global(Gen *g)
{
    return ir_global(&g->ir, IR_RANDOM_FIRST_I32 + gen_below(g, IR_RANDOM_I32S));
}

/* For an operation on the low half: an i32 value or an i64 one. */
static TcgVal gen_value32(Gen *g)
{
    switch (gen_below(g, 5)) {
    case 0:
        return ir_const(&g->ir, TCG_I32, ir_random_bits(g->rand));
    case 3:
        return i32_global(g);
    case 1 ... 2:
        if (g->i32.nb) {
            return pool_value(g, &g->i32);
        }
        __attribute__((fallthrough));
    default:
        return gen_value64(g);
    }
}

TcgVal gen_int(Gen *g, TcgType type)
{
    return type == TCG_I64 ? gen_value64(g) : gen_value32(g);
}

TcgVal gen_vec(Gen *g)
{
    switch (gen_below(g, 8)) {
    case 0:
        return ir_const(&g->ir, TCG_V64, ir_random_bits(g->rand));
    case 1 ... 3:
        if (g->v64.nb) {
            return pool_value(g, &g->v64);
        }
        __attribute__((fallthrough));
    default:
        return ir_global(&g->ir, IR_RANDOM_FIRST_VEC + gen_below(g, IR_RANDOM_VECS));
    }
}

void gen_keep_i64(Gen *g, TcgVal v)
{
    if (gen_below(g, 2)) {
        ir_set(&g->ir, ir_global(&g->ir, gen_below(g, IR_RANDOM_INTS)), v);
    } else {
        keep(g, &g->i64, v);
    }
}

void gen_keep_vec(Gen *g, TcgVal v)
{
    if (gen_below(g, 2)) {
        ir_set(&g->ir, ir_global(&g->ir, IR_RANDOM_FIRST_VEC + gen_below(g, IR_RANDOM_VECS)), v);
    } else {
        keep(g, &g->v64, v);
    }
}

static void keep_i32(Gen *g, TcgVal v)
{
    switch (gen_below(g, 4)) {
    case 0:
        gen_keep_i64(g, ir_sext(&g->ir, TCG_I64, v, 32));
        break;
    case 1:
        gen_keep_i64(g, ir_zext(&g->ir, TCG_I64, v, 32));
        break;
    case 2:
        ir_set(&g->ir, i32_global(g), v);
        break;
    default:
        keep(g, &g->i32, v);
    }
}

void gen_keep_int(Gen *g, TcgType type, TcgVal v)
{
    if (type == TCG_I32) {
        keep_i32(g, v);
    } else {
        gen_keep_i64(g, v);
    }
}

/* ------------------------------------------------------------------ value operations */

static const TcgOpcode value_codes[] = {
#define VALUE_OP(name, shape, ins, imms, flags, expr) TCG_OP_##name,
#define FLOAT_OP(name, shape, ins, imms, flags, expr)
#define VECTOR_OP(name, shape, ins, imms, flags, expr)
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
};

static const TcgOpcode float_codes[] = {
#define VALUE_OP(name, shape, ins, imms, flags, expr)
#define FLOAT_OP(name, shape, ins, imms, flags, expr) TCG_OP_##name,
#define VECTOR_OP(name, shape, ins, imms, flags, expr)
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
};

static const TcgOpcode vector_codes[] = {
#define VALUE_OP(name, shape, ins, imms, flags, expr)
#define FLOAT_OP(name, shape, ins, imms, flags, expr)
#define VECTOR_OP(name, shape, ins, imms, flags, expr) TCG_OP_##name,
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
};

static void value_imms(Gen *g, TcgOpcode code, TcgType type, uint64_t imm[2])
{
    unsigned width = tcg_type_bits(type);

    switch (code) {
    case TCG_OP_sext:
    case TCG_OP_zext:
        imm[0] = 8u << gen_below(g, 3);
        break;
    case TCG_OP_extract:
    case TCG_OP_sextract:
    case TCG_OP_deposit:
        imm[0] = gen_below(g, width);
        imm[1] = 1 + gen_below(g, width - (unsigned)imm[0]);
        break;
    default:
        imm[0] = gen_below(g, TCG_COND_COUNT);
    }
}

/* A move keeps the type of its value. */
static TcgVal typed_value32(Gen *g)
{
    return g->i32.nb && gen_below(g, 2) ? pool_value(g, &g->i32) : i32_global(g);
}

void gen_value_op(Gen *g)
{
    TcgOpcode code = value_codes[gen_below(g, G_N_ELEMENTS(value_codes))];
    TcgType type = gen_below(g, 3) ? TCG_I64 : TCG_I32;
    unsigned ins = tcg_op_info[code].ins;
    uint64_t imm[2] = { 0 };
    TcgVal in[4];

    for (unsigned n = 0; n < ins; n++) {
        in[n] = gen_int(g, type);
    }
    if (code == TCG_OP_mov && type == TCG_I32) {
        in[0] = typed_value32(g);
    }
    if (ins == 3) { /* a carry */
        in[2] = ir_and(&g->ir, type, in[2], ir_const(&g->ir, type, 1));
    }
    if (tcg_op_info[code].imms) {
        value_imms(g, code, type, imm);
    }
    if (tcg_op_info[code].imms < 2) {
        imm[1] = 0;
    }
    gen_keep_int(g, type, ir_value_op(&g->ir, code, type, ins, in, imm[0], imm[1]));
}

static void float_imms(Gen *g, TcgOpcode code, TcgType type, uint64_t imm[2])
{
    switch (code) {
    case TCG_OP_fma:
        imm[0] = gen_below(g, 4);
        break;
    case TCG_OP_fsetcond:
        imm[0] = gen_below(g, TCG_FCOND_COUNT);
        break;
    case TCG_OP_fround:
        imm[0] = gen_below(g, TCG_ROUND_CURRENT + 1);
        imm[1] = gen_below(g, 2);
        break;
    case TCG_OP_fcvt:
        imm[0] = gen_below(g, 2) ? 16 : type == TCG_F32 ? 64 : 32;
        break;
    default:
        imm[0] = gen_below(g, TCG_ROUND_CURRENT + 1);
        imm[1] = gen_below(g, 3);
    }
}

/* Any NaN to the default one. */
TcgVal gen_canonical(Gen *g, TcgType type, TcgVal v)
{
    uint64_t nan = type == TCG_F32 ? UINT64_C(0xffffffff7fc00000) : UINT64_C(0x7ff8000000000000);

    return ir_fnan(&g->ir, type, v, ir_const(&g->ir, TCG_V64, nan));
}

static void float_op(Gen *g)
{
    TcgOpcode code = float_codes[gen_below(g, G_N_ELEMENTS(float_codes))];
    TcgType type = gen_below(g, 2) ? TCG_F64 : TCG_F32, out_type = tcg_out_type(code, type);
    uint64_t imm[2] = { 0 };
    TcgVal in[4], out;

    for (unsigned n = 0; n < tcg_op_info[code].ins; n++) {
        in[n] = tcg_op_info[code].shape == TCG_SHAPE_I32_2F   ? gen_value32(g)
                : tcg_op_info[code].shape == TCG_SHAPE_I64_2F ? gen_value64(g)
                                                              : gen_vec(g);
    }
    if (tcg_op_info[code].imms) {
        float_imms(g, code, type, imm);
    }
    out = ir_value_op(&g->ir, code, type, tcg_op_info[code].ins, in, imm[0], imm[1]);
    if (tcg_type_is_int(out_type)) {
        gen_keep_int(g, out_type, out);
    } else if (tcg_op_info[code].flags & TCG_FP_ENV) {
        gen_keep_vec(g, gen_canonical(g, type, out));
    } else {
        gen_keep_vec(g, out);
    }
}

static TcgVal q_global(Gen *g)
{
    return ir_global(&g->ir, IR_RANDOM_FIRST_V128 + gen_below(g, IR_RANDOM_V128S));
}

static TcgVal wide_value(Gen *g, TcgType type)
{
    switch (type) {
    case TCG_V64:
        return gen_vec(g);
    case TCG_V128:
        return g->v128.nb && gen_below(g, 3) ? pool_value(g, &g->v128) : q_global(g);
    default:
        return g->v256.nb ? pool_value(g, &g->v256) : ir_vdup(&g->ir, type, gen_value64(g), 32);
    }
}

static void keep_wide(Gen *g, TcgType type, TcgVal v)
{
    if (type == TCG_V64) {
        gen_keep_vec(g, v);
    } else if (type == TCG_V256) {
        keep(g, &g->v256, v);
    } else if (gen_below(g, 3) == 0) {
        ir_set(&g->ir, q_global(g), v);
    } else {
        keep(g, &g->v128, v);
    }
}

static TcgType vec_type(Gen *g)
{
    if (g->options->widest && gen_below(g, 2)) {
        return TCG_V256;
    }
    return g->options->wide && gen_below(g, 2) ? TCG_V128 : TCG_V64;
}

static void vector_op(Gen *g)
{
    TcgOpcode code = vector_codes[gen_below(g, G_N_ELEMENTS(vector_codes))];
    TcgType type = vec_type(g);
    uint64_t width = 8u << gen_below(g, 4),
             lane = gen_below(g, tcg_type_bits(type) / (unsigned)width);
    unsigned imms = tcg_op_info[code].imms;
    TcgVal in[2], out;

    in[0] = tcg_op_info[code].shape == TCG_SHAPE_I2V ? gen_value64(g) : wide_value(g, type);
    if (tcg_op_info[code].ins > 1) {
        in[1] = tcg_op_info[code].shape == TCG_SHAPE_VINS ? gen_value64(g) : wide_value(g, type);
    }
    out = ir_value_op(&g->ir, code, type, tcg_op_info[code].ins, in, imms > 0 ? width : 0,
                      imms > 1 ? lane : 0);
    if (tcg_op_info[code].shape == TCG_SHAPE_V2I) {
        gen_keep_i64(g, out);
    } else {
        keep_wide(g, type, out);
    }
}

/* ------------------------------------------------------------------ memory */

/* Inside the buffer with room for any access on both sides; aligned: to 32. */
TcgVal gen_address(Gen *g, bool aligned)
{
    IrBuilder *ir = &g->ir;
    TcgVal base = ir_global(ir, IR_RANDOM_BASE);
    uint64_t mask = aligned ? 0xee0 : 0xeff;
    TcgVal offset;

    if (g->options->faults && gen_below(g, 24) == 0) { /* on the page behind, or nowhere */
        return gen_below(g, 4)
                   ? ir_add(ir, TCG_I64, base,
                            ir_const(ir, TCG_I64, IR_RANDOM_BUFFER + 128 + gen_below(g, 8)))
                   : ir_const(ir, TCG_I64, UINT64_C(0x8000000000000000));
    }
    offset = ir_and(ir, TCG_I64, gen_value64(g), ir_const(ir, TCG_I64, mask));
    offset = ir_add(ir, TCG_I64, offset, base);
    return ir_add(ir, TCG_I64, offset, ir_const(ir, TCG_I64, 64));
}

/* Small: what index << scale adds stays in the room that gen_address() leaves. */
TcgVal gen_small_index(Gen *g)
{
    return ir_and(&g->ir, TCG_I64, gen_value64(g), ir_const(&g->ir, TCG_I64, 4));
}

/* An address that is not aligned to a demanded alignment faults: now and then. */
static unsigned random_memop(Gen *g, TcgType type, bool aligned)
{
    bool is_int = tcg_type_is_int(type);
    unsigned sizes = type == TCG_I32 ? 3 : type == TCG_V128 ? 5 : type == TCG_V256 ? 6 : 4;
    unsigned mop = !is_int && gen_below(g, 2) ? sizes - 1 : gen_below(g, sizes);

    mop |= is_int && gen_below(g, 2) ? TCG_MO_SIGN : 0;
    mop |= is_int && gen_below(g, 4) == 0 ? TCG_MO_BSWAP : 0;
    mop |= gen_below(g, 4) == 0 ? TCG_MO_ATOMIC : 0;
    mop |= aligned && gen_below(g, 2) ? TCG_MO_ALIGN : 0;
    return mop;
}

int64_t gen_disp(Gen *g, bool aligned)
{
    return aligned ? 32 * ((int64_t)gen_below(g, 3) - 1) : (int64_t)gen_below(g, 64) - 32;
}

static TcgVal typed_value(Gen *g, TcgType type)
{
    return tcg_type_is_int(type) ? gen_int(g, type) : wide_value(g, type);
}

static void keep_typed(Gen *g, TcgType type, TcgVal v)
{
    if (tcg_type_is_int(type)) {
        gen_keep_int(g, type, v);
    } else {
        keep_wide(g, type, v);
    }
}

static TcgType memory_type(Gen *g)
{
    unsigned kind = gen_below(g, 8);

    return kind < 3 ? TCG_I64 : kind < 5 ? TCG_I32 : vec_type(g);
}

/* gld, gst, gldx, gstx, which only passes make, ld, st: nb_addr inputs, then the stored value. */
void gen_access(Gen *g, TcgOpcode code, const TcgVal *in, int64_t disp, bool aligned)
{
    TcgType type = memory_type(g);
    const TcgOpInfo *info = &tcg_op_info[code];
    unsigned mop = random_memop(g, type, aligned), nb_addr = info->ins - (info->outs == 0);
    TcgVal value = info->outs ? TCG_NO_VAL : typed_value(g, type);
    TcgOp *op = tcg_op_new(g->ir.region, code, type);

    if (code == TCG_OP_gldx || code == TCG_OP_gstx) {
        mop |= gen_below(g, 4) << TCG_MO_SCALE_SHIFT;
    }
    for (unsigned n = 0; n < nb_addr; n++) {
        op->arg[op->nb_out + n] = in[n];
    }
    op->imm[0] = (uint64_t)disp;
    op->imm[1] = mop;
    tcg_append_op(g->ir.block, op);
    if (!info->outs) {
        op->arg[nb_addr] = value;
        return;
    }
    op->arg[0] = tcg_temp(g->ir.region, type);
    g->ir.region->vals[op->arg[0]].def = op;
    keep_typed(g, type, op->arg[0]);
}

static void memory_op(Gen *g)
{
    static const TcgOpcode codes[] = { TCG_OP_gld, TCG_OP_gst, TCG_OP_gldx, TCG_OP_gstx };
    TcgOpcode code = codes[gen_below(g, G_N_ELEMENTS(codes))];
    bool aligned = gen_below(g, 4) == 0;
    TcgVal in[2] = { gen_address(g, aligned), TCG_NO_VAL };

    if (code == TCG_OP_gldx || code == TCG_OP_gstx) {
        in[1] = gen_small_index(g);
    }
    gen_access(g, code, in, gen_disp(g, aligned),
               aligned || (g->options->faults && gen_below(g, 8) == 0));
}

static void atomic_op(Gen *g)
{
    TcgType type = gen_below(g, 2) ? TCG_I64 : TCG_I32;
    TcgVal addr = gen_address(g, true);
    unsigned mop = random_memop(g, type, true);

    if (gen_below(g, 2)) {
        gen_keep_int(
            g, type,
            ir_gatomic(&g->ir, type, gen_below(g, TCG_RMW_COUNT), addr, gen_int(g, type), mop));
    } else {
        TcgVal expected = gen_int(g, type);

        gen_keep_int(g, type, ir_gcmpxchg(&g->ir, type, addr, expected, gen_int(g, type), mop));
    }
}

/* State that is no global; never misaligned where that would fault. */
static void state_op(Gen *g)
{
    bool aligned = gen_below(g, 2);
    unsigned offset = aligned ? 32 * gen_below(g, IR_RANDOM_STATE_SIZE / 32)
                              : gen_below(g, IR_RANDOM_STATE_SIZE - 32);

    gen_access(g, gen_below(g, 2) ? TCG_OP_ld : TCG_OP_st, NULL, IR_RANDOM_STATE + offset, aligned);
}

/* ------------------------------------------------------------------ the rest */

static void call_op(Gen *g)
{
    const TcgHelper *helper;
    TcgVal args[TCG_MAX_INS], out;
    unsigned nb = 0;

    while (ir_random_helpers[nb].name) {
        nb++;
    }
    helper = &ir_random_helpers[gen_below(g, nb)];
    for (unsigned n = 0; n < helper->nb_args; n++) {
        args[n] = typed_value(g, helper->args[n]);
    }
    out = ir_call(&g->ir, helper, args);
    if (helper->ret != TCG_NONE) {
        keep_typed(g, helper->ret, out);
    }
}

static void move_op(Gen *g)
{
    IrBuilder *ir = &g->ir;

    switch (gen_below(g, 6)) {
    case 0:
        ir_set(ir, ir_global(ir, gen_below(g, IR_RANDOM_INTS)),
               ir_global(ir, gen_below(g, IR_RANDOM_INTS)));
        break;
    case 1:
        ir_set(ir, ir_global(ir, gen_below(g, IR_RANDOM_INTS)),
               ir_const(ir, TCG_I64, ir_random_bits(g->rand)));
        break;
    case 2:
        ir_set(ir, ir_global(ir, IR_RANDOM_FIRST_VEC + gen_below(g, IR_RANDOM_VECS)), gen_vec(g));
        break;
    case 3:
        ir_set(ir, q_global(g), wide_value(g, TCG_V128));
        break;
    default:
        ir_fence(ir, gen_below(g, 16));
    }
}

static void random_op(Gen *g)
{
    ir_insn_start(&g->ir, g->pc, 4);
    g->pc += 4;
    switch (gen_below(g, 22)) {
    case 20 ... 21:
        gen_idiom(g);
        break;
    case 0 ... 8:
        gen_value_op(g);
        break;
    case 9 ... 11:
        float_op(g);
        break;
    case 12:
        vector_op(g);
        break;
    case 13 ... 15:
        memory_op(g);
        break;
    case 16:
        atomic_op(g);
        break;
    case 17:
        state_op(g);
        break;
    case 18:
        if (g->options->calls) {
            call_op(g);
        }
        break;
    default:
        move_op(g);
    }
}

static void random_exit(Gen *g)
{
    IrBuilder *ir = &g->ir;
    unsigned reason;

    switch (gen_below(g, 4)) {
    case 0:
        ir_goto_ptr(ir, gen_value64(g), gen_below(g, TCG_JUMP_RETURN + 1));
        break;
    case 1:
        reason = gen_below(g, TCG_EXIT_COUNT - 1); /* all but the fault handler's */
        ir_exit_tb(ir, reason + (reason >= TCG_EXIT_FAULT), g->pc);
        break;
    default:
        ir_goto_tb(ir, g->slot, g->pc);
        ir->region->nb_jumps = ++g->slot;
    }
}

/* To target; to a block before only while there is fuel. */
static void random_branch(Gen *g, TcgBlock *target, bool back, TcgBlock *out)
{
    IrBuilder *ir = &g->ir;
    TcgType type;
    TcgVal a;

    if (back) {
        TcgVal fuel = ir_global(ir, IR_RANDOM_FUEL);

        ir_set(ir, fuel, ir_sub(ir, TCG_I64, fuel, ir_const(ir, TCG_I64, 1)));
        ir_brcond(ir, TCG_I64, TCG_COND_LE, fuel, ir_const(ir, TCG_I64, 0), out);
    }
    switch (gen_below(g, 6)) {
    case 0:
        ir_br_pending(ir, target);
        break;
    case 1:
        type = gen_below(g, 2) ? TCG_F32 : TCG_F64;
        a = gen_vec(g);
        ir_fbrcond(ir, type, gen_below(g, TCG_FCOND_COUNT), a, gen_vec(g), target);
        break;
    default:
        type = gen_below(g, 2) ? TCG_I32 : TCG_I64;
        a = gen_int(g, type);
        ir_brcond(ir, type, gen_below(g, TCG_COND_COUNT), a, gen_int(g, type), target);
    }
}

static void forget_temps(Gen *g, bool entry)
{
    Pool *pools[] = { &g->i64, &g->i32, &g->v64, &g->v128, &g->v256 };

    for (unsigned n = 0; n < G_N_ELEMENTS(pools); n++) {
        if (entry) {
            pools[n]->nb_entry = MIN(pools[n]->nb, GEN_MAX_TEMPS / 2);
        }
        pools[n]->nb = pools[n]->nb_entry;
    }
}

static void random_blocks(Gen *g)
{
    IrBuilder *ir = &g->ir;
    TcgBlock *blocks[MAX_BLOCKS + 1];
    unsigned nb = 1 + gen_below(g, MAX_BLOCKS);

    for (unsigned n = 0; n <= nb; n++) {
        blocks[n] = ir_new_block(ir);
        blocks[n]->cold = n > 1 && gen_below(g, 5) == 0;
    }
    for (unsigned n = 0; n < nb; n++) {
        unsigned target = 1 + gen_below(g, nb);

        ir_label(ir, blocks[n]);
        for (unsigned k = gen_below(g, MAX_OPS); k > 0; k--) {
            random_op(g);
        }
        switch (gen_below(g, 8)) {
        case 0:
            break; /* falls through */
        case 1:
            ir_br(ir, blocks[n + 1]);
            break;
        case 2:
            if (n > 0 && n + 1 < nb) {
                random_branch(g, blocks[n + 1], false, NULL);
                random_exit(g);
                break;
            }
            __attribute__((fallthrough));
        default:
            random_branch(g, blocks[target], target <= n, blocks[nb]);
        }
        forget_temps(g, n == 0);
    }
    ir_label(ir, blocks[nb]);
    random_exit(g);
}

TcgRegion *ir_random_region(Arena *arena, uint32_t seed, const IrRandomOptions *options)
{
    /* Some beyond 32 bits. */
    uint64_t pc = seed % 7 ? 0x10000 : UINT64_C(0x7f0000010000);
    Gen g = { .rand = g_rand_new_with_seed(seed), .options = options, .pc = pc };
    TcgRegion *r = tcg_region_new(arena, &ir_random_globals);

    r->pc = g.pc;
    ir_begin(&g.ir, r);
    random_blocks(&g);
    r->size = g.pc - r->pc;
    g_rand_free(g.rand);
    return r;
}
