/*
 * Temporaries of the entry block are used everywhere; those of other blocks only there.  A jump
 * back is taken only while there is fuel, so a region runs at most a few thousand operations.
 */
#include "ir-random.h"

#include <fenv.h>
#include <glib.h>
#include <string.h>

#include "tcg/builder.h"

enum { MAX_BLOCKS = 8, MAX_OPS = 16, MAX_TEMPS = 32, FUEL = 12 };

static TcgGlobal table[IR_RANDOM_GLOBALS];
const TcgGlobals ir_random_globals = { table, IR_RANDOM_GLOBALS };

/* ------------------------------------------------------------------ helpers */

static uint64_t mix(uint64_t a, uint32_t b, uint64_t c)
{
    return (a ^ (uint64_t)b << 17) * UINT64_C(0x9e3779b97f4a7c15) + c;
}

static uint32_t low_half(uint64_t a, uint64_t b)
{
    return (uint32_t)(a * b >> 7);
}

/* A global is read and another one written, where the region keeps them. */
static uint64_t touch_state(uint8_t *state, uint64_t a)
{
    uint64_t value;

    memcpy(&value, state + table[1].offset, sizeof(value));
    value ^= a;
    memcpy(state + table[2].offset, &value, sizeof(value));
    return value + 1;
}

static uint64_t read_flags(void)
{
    return (uint64_t)fetestexcept(FE_ALL_EXCEPT);
}

static const TcgHelper helpers[] = {
    {
        .name = "random_mix",
        .fn = mix,
        .flags = TCG_HELPER_PURE,
        .ret = TCG_V64,
        .nb_args = 3,
        .args = { TCG_I64, TCG_I32, TCG_V64 },
    },
    {
        .name = "random_low_half",
        .fn = low_half,
        .flags = TCG_HELPER_PURE,
        .ret = TCG_I32,
        .nb_args = 2,
        .args = { TCG_I64, TCG_I64 },
    },
    {
        .name = "random_touch_state",
        .fn = touch_state,
        .flags = TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS,
        .ret = TCG_I64,
        .nb_args = 1,
        .args = { TCG_I64 },
    },
    { .name = "random_flags", .fn = read_flags, .flags = TCG_HELPER_FP_ENV, .ret = TCG_I64 },
};

/* ------------------------------------------------------------------ values */

typedef struct Pool {
    TcgVal v[MAX_TEMPS];
    unsigned nb, nb_entry; /* of the entry block */
} Pool;

typedef struct Gen {
    GRand *rand;
    const IrRandomOptions *options;
    IrBuilder ir;
    Pool i64, i32, v64, v128;
    unsigned slot;
    uint64_t pc;
} Gen;

static unsigned below(Gen *g, unsigned n)
{
    return (unsigned)g_rand_int_range(g->rand, 0, (gint32)n);
}

static uint64_t random_bits(GRand *rand)
{
    static const uint64_t edges[] = { 0,
                                      1,
                                      UINT64_MAX,
                                      INT64_MAX,
                                      INT64_MIN,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      0xffffffff80000000,
                                      0x3ff0000000000000,
                                      0x7ff0000000000000,
                                      0x7ff8000000000000,
                                      0xffffffff3f800000,
                                      0xffffffff7f800000,
                                      0xffffffff7fc00000,
                                      0x7ff0000000000001 };
    uint64_t bits = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand);

    switch (g_rand_int_range(rand, 0, 6)) {
    case 0 ... 1:
        return edges[g_rand_int_range(rand, 0, G_N_ELEMENTS(edges))];
    case 2:
        return bits & 0xff;
    case 3: /* a double near one */
        return UINT64_C(0x3fe0000000000000) + (bits >> 8);
    case 4: /* a boxed float near one */
        return 0xffffffff00000000 | (0x3f000000 + (bits & 0xffffff));
    default:
        return bits;
    }
}

static TcgVal pool_value(Gen *g, const Pool *pool)
{
    return pool->v[below(g, pool->nb)];
}

static void keep(Gen *g, Pool *pool, TcgVal v)
{
    if (pool->nb < MAX_TEMPS) {
        pool->v[pool->nb++] = v;
    } else {
        pool->v[pool->nb_entry + below(g, MAX_TEMPS - pool->nb_entry)] = v;
    }
}

static TcgVal value64(Gen *g)
{
    switch (below(g, 8)) {
    case 0 ... 1:
        return ir_const(&g->ir, TCG_I64, random_bits(g->rand));
    case 2 ... 4:
        if (g->i64.nb) {
            return pool_value(g, &g->i64);
        }
        __attribute__((fallthrough));
    default:
        return ir_global(&g->ir, below(g, IR_RANDOM_INTS));
    }
}

/* For an operation on the low half: an i32 value or an i64 one. */
static TcgVal value32(Gen *g)
{
    switch (below(g, 4)) {
    case 0:
        return ir_const(&g->ir, TCG_I32, random_bits(g->rand));
    case 1 ... 2:
        if (g->i32.nb) {
            return pool_value(g, &g->i32);
        }
        __attribute__((fallthrough));
    default:
        return value64(g);
    }
}

static TcgVal int_value(Gen *g, TcgType type)
{
    return type == TCG_I64 ? value64(g) : value32(g);
}

static TcgVal vec_value(Gen *g)
{
    switch (below(g, 8)) {
    case 0:
        return ir_const(&g->ir, TCG_V64, random_bits(g->rand));
    case 1 ... 3:
        if (g->v64.nb) {
            return pool_value(g, &g->v64);
        }
        __attribute__((fallthrough));
    default:
        return ir_global(&g->ir, IR_RANDOM_FIRST_VEC + below(g, IR_RANDOM_VECS));
    }
}

static void keep_i64(Gen *g, TcgVal v)
{
    if (below(g, 2)) {
        ir_set(&g->ir, ir_global(&g->ir, below(g, IR_RANDOM_INTS)), v);
    } else {
        keep(g, &g->i64, v);
    }
}

static void keep_vec(Gen *g, TcgVal v)
{
    if (below(g, 2)) {
        ir_set(&g->ir, ir_global(&g->ir, IR_RANDOM_FIRST_VEC + below(g, IR_RANDOM_VECS)), v);
    } else {
        keep(g, &g->v64, v);
    }
}

static void keep_i32(Gen *g, TcgVal v)
{
    switch (below(g, 3)) {
    case 0:
        keep_i64(g, ir_sext(&g->ir, TCG_I64, v, 32));
        break;
    case 1:
        keep_i64(g, ir_zext(&g->ir, TCG_I64, v, 32));
        break;
    default:
        keep(g, &g->i32, v);
    }
}

static void keep_int(Gen *g, TcgType type, TcgVal v)
{
    if (type == TCG_I32) {
        keep_i32(g, v);
    } else {
        keep_i64(g, v);
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
        imm[0] = 8u << below(g, 3);
        break;
    case TCG_OP_extract:
    case TCG_OP_sextract:
    case TCG_OP_deposit:
        imm[0] = below(g, width);
        imm[1] = 1 + below(g, width - (unsigned)imm[0]);
        break;
    default:
        imm[0] = below(g, TCG_COND_COUNT);
    }
}

/* A move keeps the type of its value. */
static TcgVal typed_value32(Gen *g)
{
    return g->i32.nb ? pool_value(g, &g->i32) : ir_const(&g->ir, TCG_I32, random_bits(g->rand));
}

static void value_op(Gen *g)
{
    TcgOpcode code = value_codes[below(g, G_N_ELEMENTS(value_codes))];
    TcgType type = below(g, 3) ? TCG_I64 : TCG_I32;
    unsigned ins = tcg_op_info[code].ins;
    uint64_t imm[2] = { 0 };
    TcgVal in[4];

    for (unsigned n = 0; n < ins; n++) {
        in[n] = int_value(g, type);
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
    keep_int(g, type, ir_value_op(&g->ir, code, type, ins, in, imm[0], imm[1]));
}

static void float_imms(Gen *g, TcgOpcode code, TcgType type, uint64_t imm[2])
{
    switch (code) {
    case TCG_OP_fma:
        imm[0] = below(g, 4);
        break;
    case TCG_OP_fsetcond:
        imm[0] = below(g, TCG_FCOND_COUNT);
        break;
    case TCG_OP_fround:
        imm[0] = below(g, TCG_ROUND_CURRENT + 1);
        imm[1] = below(g, 2);
        break;
    case TCG_OP_fcvt:
        imm[0] = type == TCG_F32 ? 64 : 32;
        break;
    default:
        imm[0] = below(g, TCG_ROUND_CURRENT + 1);
        imm[1] = below(g, 3);
    }
}

/* Any NaN to the default one. */
static TcgVal canonical(Gen *g, TcgType type, TcgVal v)
{
    uint64_t nan = type == TCG_F32 ? UINT64_C(0xffffffff7fc00000) : UINT64_C(0x7ff8000000000000);

    return ir_fnan(&g->ir, type, v, ir_const(&g->ir, TCG_V64, nan));
}

static void float_op(Gen *g)
{
    TcgOpcode code = float_codes[below(g, G_N_ELEMENTS(float_codes))];
    TcgType type = below(g, 2) ? TCG_F64 : TCG_F32, out_type = tcg_out_type(code, type);
    uint64_t imm[2] = { 0 };
    TcgVal in[4], out;

    for (unsigned n = 0; n < tcg_op_info[code].ins; n++) {
        in[n] = tcg_op_info[code].shape == TCG_SHAPE_I32_2F   ? value32(g)
                : tcg_op_info[code].shape == TCG_SHAPE_I64_2F ? value64(g)
                                                              : vec_value(g);
    }
    if (tcg_op_info[code].imms) {
        float_imms(g, code, type, imm);
    }
    out = ir_value_op(&g->ir, code, type, tcg_op_info[code].ins, in, imm[0], imm[1]);
    if (tcg_type_is_int(out_type)) {
        keep_int(g, out_type, out);
    } else if (tcg_op_info[code].flags & TCG_FP_ENV) {
        keep_vec(g, canonical(g, type, out));
    } else {
        keep_vec(g, out);
    }
}

static TcgVal wide_value(Gen *g, TcgType type)
{
    if (type == TCG_V64) {
        return vec_value(g);
    }
    return g->v128.nb ? pool_value(g, &g->v128) : ir_vdup(&g->ir, TCG_V128, value64(g), 32);
}

static void vector_op(Gen *g)
{
    TcgOpcode code = vector_codes[below(g, G_N_ELEMENTS(vector_codes))];
    TcgType type = g->options->wide && below(g, 2) ? TCG_V128 : TCG_V64;
    uint64_t width = 8u << below(g, 4), lane = below(g, tcg_type_bits(type) / (unsigned)width);
    unsigned imms = tcg_op_info[code].imms;
    TcgVal in[2], out;

    in[0] = tcg_op_info[code].shape == TCG_SHAPE_I2V ? value64(g) : wide_value(g, type);
    if (tcg_op_info[code].ins > 1) {
        in[1] = tcg_op_info[code].shape == TCG_SHAPE_VINS ? value64(g) : wide_value(g, type);
    }
    out = ir_value_op(&g->ir, code, type, tcg_op_info[code].ins, in, imms > 0 ? width : 0,
                      imms > 1 ? lane : 0);
    if (tcg_op_info[code].shape == TCG_SHAPE_V2I) {
        keep_i64(g, out);
    } else if (type == TCG_V64) {
        keep_vec(g, out);
    } else {
        keep(g, &g->v128, out);
    }
}

/* ------------------------------------------------------------------ memory */

/* Inside the buffer with room for any access on both sides; aligned: to 16. */
static TcgVal address(Gen *g, bool aligned)
{
    IrBuilder *ir = &g->ir;
    TcgVal base = ir_global(ir, IR_RANDOM_BASE);
    uint64_t mask = aligned ? 0xf70 : 0xf7f;
    TcgVal offset;

    if (g->options->faults && below(g, 24) == 0) { /* on the page behind */
        return ir_add(ir, TCG_I64, base, ir_const(ir, TCG_I64, IR_RANDOM_BUFFER + 128));
    }
    offset = ir_and(ir, TCG_I64, value64(g), ir_const(ir, TCG_I64, mask));
    offset = ir_add(ir, TCG_I64, offset, base);
    return ir_add(ir, TCG_I64, offset, ir_const(ir, TCG_I64, 64));
}

static unsigned int_memop(Gen *g, TcgType type, bool load)
{
    unsigned mop = below(g, type == TCG_I32 ? 3 : 4);

    mop |= load && below(g, 2) ? TCG_MO_SIGN : 0;
    mop |= below(g, 4) == 0 ? TCG_MO_BSWAP : 0;
    mop |= below(g, 8) == 0 ? TCG_MO_ATOMIC : 0;
    return mop;
}

static int64_t random_disp(Gen *g, bool aligned)
{
    return aligned ? 16 * ((int64_t)below(g, 4) - 2) : (int64_t)below(g, 64) - 32;
}

static void load_op(Gen *g)
{
    unsigned kind = below(g, 8);
    TcgType type = kind < 4 ? TCG_I64 : kind < 6 ? TCG_I32 : TCG_V64;
    bool aligned = below(g, 4) == 0;
    unsigned align = aligned ? TCG_MO_ALIGN : 0;
    TcgVal addr = address(g, aligned);
    int64_t disp = random_disp(g, aligned);

    if (type == TCG_V64) {
        keep_vec(g,
                 ir_gld(&g->ir, type, addr, disp, (below(g, 2) ? TCG_MO_64 : TCG_MO_32) | align));
    } else {
        keep_int(g, type, ir_gld(&g->ir, type, addr, disp, int_memop(g, type, true) | align));
    }
}

static void store_op(Gen *g)
{
    unsigned kind = below(g, 8);
    TcgType type = kind < 4 ? TCG_I64 : kind < 6 ? TCG_I32 : TCG_V64;
    TcgVal addr = address(g, false);
    int64_t disp = random_disp(g, false);

    if (type == TCG_V64) {
        ir_gst(&g->ir, type, addr, vec_value(g), disp, below(g, 2) ? TCG_MO_64 : TCG_MO_32);
    } else {
        ir_gst(&g->ir, type, addr, int_value(g, type), disp, int_memop(g, type, false));
    }
}

static void wide_memory_op(Gen *g)
{
    TcgVal addr = address(g, false);

    if (below(g, 2) || !g->v128.nb) {
        keep(g, &g->v128, ir_gld(&g->ir, TCG_V128, addr, 0, TCG_MO_128));
    } else {
        ir_gst(&g->ir, TCG_V128, addr, pool_value(g, &g->v128), 0, TCG_MO_128);
    }
}

static void atomic_op(Gen *g)
{
    TcgType type = below(g, 2) ? TCG_I64 : TCG_I32;
    TcgVal addr = address(g, true);
    unsigned mop = int_memop(g, type, true) | (below(g, 2) ? TCG_MO_ALIGN : 0);

    if (below(g, 2)) {
        keep_int(g, type,
                 ir_gatomic(&g->ir, type, below(g, TCG_RMW_COUNT), addr, int_value(g, type), mop));
    } else {
        TcgVal expected = int_value(g, type);

        keep_int(g, type, ir_gcmpxchg(&g->ir, type, addr, expected, int_value(g, type), mop));
    }
}

/* State that is no global. */
static void state_op(Gen *g)
{
    uint32_t offset = IR_RANDOM_STATE + below(g, IR_RANDOM_STATE_SIZE - 8);

    if (below(g, 2)) {
        keep_i64(g, ir_ld(&g->ir, TCG_I64, offset, below(g, 4) | (below(g, 2) ? TCG_MO_SIGN : 0)));
    } else {
        ir_st(&g->ir, TCG_I64, value64(g), offset, below(g, 4));
    }
}

/* ------------------------------------------------------------------ the rest */

static void call_op(Gen *g)
{
    TcgVal args[TCG_MAX_INS];

    switch (below(g, 4)) {
    case 0:
        args[0] = value64(g);
        args[1] = value32(g);
        args[2] = vec_value(g);
        keep_vec(g, ir_call(&g->ir, &helpers[0], args));
        break;
    case 1:
        args[0] = value64(g);
        args[1] = value64(g);
        keep_i32(g, ir_call(&g->ir, &helpers[1], args));
        break;
    case 2:
        args[0] = value64(g);
        keep_i64(g, ir_call(&g->ir, &helpers[2], args));
        break;
    default:
        keep_i64(g, ir_call(&g->ir, &helpers[3], NULL));
    }
}

static void move_op(Gen *g)
{
    IrBuilder *ir = &g->ir;

    switch (below(g, 4)) {
    case 0:
        ir_set(ir, ir_global(ir, below(g, IR_RANDOM_INTS)),
               ir_global(ir, below(g, IR_RANDOM_INTS)));
        break;
    case 1:
        ir_set(ir, ir_global(ir, below(g, IR_RANDOM_INTS)),
               ir_const(ir, TCG_I64, random_bits(g->rand)));
        break;
    case 2:
        ir_set(ir, ir_global(ir, IR_RANDOM_FIRST_VEC + below(g, IR_RANDOM_VECS)), vec_value(g));
        break;
    default:
        ir_fence(ir, below(g, 16));
    }
}

static void random_op(Gen *g)
{
    ir_insn_start(&g->ir, g->pc, 4);
    g->pc += 4;
    switch (below(g, 20)) {
    case 0 ... 8:
        value_op(g);
        break;
    case 9 ... 11:
        float_op(g);
        break;
    case 12:
        vector_op(g);
        break;
    case 13 ... 14:
        load_op(g);
        break;
    case 15:
        store_op(g);
        break;
    case 16:
        if (g->options->wide && below(g, 2)) {
            wide_memory_op(g);
        } else {
            atomic_op(g);
        }
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

    switch (below(g, 4)) {
    case 0:
        ir_goto_ptr(ir, value64(g), below(g, 3));
        break;
    case 1:
        ir_exit_tb(ir, TCG_EXIT_ILLEGAL, g->pc);
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
    switch (below(g, 6)) {
    case 0:
        ir_br_pending(ir, target);
        break;
    case 1:
        type = below(g, 2) ? TCG_F32 : TCG_F64;
        a = vec_value(g);
        ir_fbrcond(ir, type, below(g, TCG_FCOND_COUNT), a, vec_value(g), target);
        break;
    default:
        type = below(g, 2) ? TCG_I32 : TCG_I64;
        a = int_value(g, type);
        ir_brcond(ir, type, below(g, TCG_COND_COUNT), a, int_value(g, type), target);
    }
}

static void forget_temps(Gen *g, bool entry)
{
    Pool *pools[] = { &g->i64, &g->i32, &g->v64, &g->v128 };

    for (unsigned n = 0; n < G_N_ELEMENTS(pools); n++) {
        if (entry) {
            pools[n]->nb_entry = MIN(pools[n]->nb, MAX_TEMPS / 2);
        }
        pools[n]->nb = pools[n]->nb_entry;
    }
}

static void random_blocks(Gen *g)
{
    IrBuilder *ir = &g->ir;
    TcgBlock *blocks[MAX_BLOCKS + 1];
    unsigned nb = 1 + below(g, MAX_BLOCKS);

    for (unsigned n = 0; n <= nb; n++) {
        blocks[n] = ir_new_block(ir);
        blocks[n]->cold = n > 1 && below(g, 5) == 0;
    }
    for (unsigned n = 0; n < nb; n++) {
        unsigned target = 1 + below(g, nb);

        ir_label(ir, blocks[n]);
        for (unsigned k = below(g, MAX_OPS); k > 0; k--) {
            random_op(g);
        }
        switch (below(g, 8)) {
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
    Gen g = { .rand = g_rand_new_with_seed(seed), .options = options, .pc = 0x10000 };
    TcgRegion *r = tcg_region_new(arena, &ir_random_globals);

    r->pc = g.pc;
    ir_begin(&g.ir, r);
    random_blocks(&g);
    r->size = g.pc - r->pc;
    g_rand_free(g.rand);
    return r;
}

void ir_random_init(void)
{
    for (unsigned n = 0; n < IR_RANDOM_GLOBALS; n++) {
        bool vec = n >= IR_RANDOM_FIRST_VEC;
        unsigned heat = vec ? n - IR_RANDOM_FIRST_VEC : n;

        table[n] = (TcgGlobal){
            .name = n == IR_RANDOM_FUEL   ? "fuel"
                    : n == IR_RANDOM_BASE ? "base"
                                          : g_strdup_printf(vec ? "f%u" : "x%u", heat),
            .type = vec ? TCG_V64 : TCG_I64,
            .offset = 8 * n,
            .heat = (int16_t)heat,
        };
    }
    for (unsigned n = 0; n < G_N_ELEMENTS(helpers); n++) {
        tcg_helper_register(&helpers[n]);
    }
}

void ir_random_fill(uint8_t *state, uint8_t *buffer, uint32_t seed)
{
    GRand *rand = g_rand_new_with_seed(seed ^ 0x5eed);
    uint64_t base = (uintptr_t)buffer, fuel = FUEL;

    for (unsigned n = 0; n < IR_RANDOM_GLOBALS; n++) {
        uint64_t value = random_bits(rand);

        memcpy(state + table[n].offset, &value, sizeof(value));
    }
    memcpy(state + table[IR_RANDOM_FUEL].offset, &fuel, sizeof(fuel));
    memcpy(state + table[IR_RANDOM_BASE].offset, &base, sizeof(base));
    for (unsigned n = 0; n < IR_RANDOM_STATE_SIZE; n += 8) {
        uint64_t value = random_bits(rand);

        memcpy(state + IR_RANDOM_STATE + n, &value, sizeof(value));
    }
    for (unsigned n = 0; n < IR_RANDOM_BUFFER; n += 8) {
        uint64_t value = random_bits(rand);

        memcpy(buffer + n, &value, sizeof(value));
    }
    g_rand_free(rand);
}
