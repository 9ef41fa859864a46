/*
 * The register allocator against its symbolic checker, on random regions: many blocks, loops,
 * more values than registers, fixed and tied and clobbered registers, calls, faults.
 *
 * The backend here has rules and registers but no code, so that every corner of the rule
 * language is met often.
 */
#include <glib.h>
#include <string.h>

#include "tcg/backend.h"
#include "tcg/builder.h"

enum { NB_INT = 18, NB_VEC = 6, MAX_BLOCKS = 7, MAX_TEMPS = 24 };

static const char *const reg_names[TCG_MAX_REGS] = {
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, "x0", "x1", "x2", "x3", "x4", "x5",
};

static const uint8_t int_homes[] = { 3, 4, 5, 6, 7, TCG_NO_REG };
static const uint8_t vec_homes[] = { 18, 19, 20, TCG_NO_REG };
static const uint8_t order[] = { 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, TCG_NO_REG };
static const uint8_t call_args[] = { 6, 5, 2, 1, TCG_NO_REG };

static TcgOpRule rules[TCG_OP_COUNT];
static const TcgOpRule *fake_rule(const TcgOp *op)
{
    return &rules[op->code];
}

static const TcgBackend fake = {
    .name = "fake",
    .reg_names = reg_names,
    .int_regs = 0xff,
    .vec_regs = 0x3f0000,
    .caller_saved = 0x3f0067,
    .int_homes = int_homes,
    .vec_homes = vec_homes,
    .alloc_order = order,
    .call_int_args = call_args,
    .call_int_ret = 0,
    .rule = fake_rule,
};

static const struct {
    TcgOpcode code;
    const char *rule;
} rule_texts[] = {
    { TCG_OP_add, "r,r,ri" },
    { TCG_OP_sub, "r,0,rim" },
    { TCG_OP_and, "r,0,rim" },
    { TCG_OP_mul, "r,rm,r" },
    { TCG_OP_shl, "r,0,{r1}b" },
    { TCG_OP_div, "{r0},0,r;{r2}" },
    { TCG_OP_mulhu, "{r2},{r0},rm;{r0}" },
    { TCG_OP_sext, "r,rm" },
    { TCG_OP_setcond, "&r,r,ri" },
    { TCG_OP_movcond, "r,r,ri,0,r;;r" },
    { TCG_OP_fadd, "x,0,xm" },
    { TCG_OP_fma, "x,x,x,0;;x" },
    { TCG_OP_vext, "r,x" },
    { TCG_OP_vset, "x,r" },
    { TCG_OP_gld, "r,r" },
    { TCG_OP_gst, "-,r,ri" },
    { TCG_OP_gatomic, "&r,r,r" },
    { TCG_OP_gcmpxchg, "&{r0},r,r,r;;r" },
    { TCG_OP_brcond, "-,r,ri" },
    { TCG_OP_goto_ptr, "-,{r2}" },
};

static TcgGlobal global_table[NB_INT + NB_VEC];
static const TcgGlobals globals = { global_table, NB_INT + NB_VEC };
static TcgTarget target;

static const TcgHelper pure_helper = { .name = "pure",
                                       .flags = TCG_HELPER_PURE,
                                       .ret = TCG_I64,
                                       .nb_args = 2,
                                       .args = { TCG_I64, TCG_I64 } };
static const TcgHelper env_helper = {
    .name = "env",
    .ret = TCG_V64,
    .nb_args = 2,
    .args = { TCG_I64, TCG_V64 },
    .flags = TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS,
};
static const TcgHelper light_helper = {
    .name = "light",
    .flags = TCG_HELPER_ENV | TCG_HELPER_PRESERVES,
    .ret = TCG_I64,
    .nb_args = 1,
    .args = { TCG_I64 },
};
static const TcgHelper fault_helper = {
    .name = "fault", .flags = TCG_HELPER_CAN_FAULT, .nb_args = 1, .args = { TCG_I64 }
};

static void set_up(void)
{
    for (unsigned g = 0; g < globals.nb; g++) {
        global_table[g] = (TcgGlobal){
            .name = g_strdup_printf(g < NB_INT ? "g%u" : "v%u", g),
            .type = g < NB_INT ? TCG_I64 : TCG_V64,
            .offset = 8 * g,
            .heat = (int16_t)(g < NB_INT ? g : g - NB_INT),
        };
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(rule_texts); i++) {
        TcgOpcode code = rule_texts[i].code;

        tcg_rule_parse(&fake, tcg_op_info[code].name, rule_texts[i].rule, &rules[code]);
    }
    tcg_target_init(&target, &fake, &globals);
    target.frame.spill_size = 4096;
}

/* ------------------------------------------------------------------ random regions */

typedef struct Gen {
    GRand *rand;
    IrBuilder ir;
    TcgVal ints[MAX_TEMPS], vecs[MAX_TEMPS]; /* temporaries usable here */
    unsigned nb_ints, nb_vecs;
} Gen;

static unsigned below(Gen *g, unsigned n)
{
    return (unsigned)g_rand_int_range(g->rand, 0, (gint32)n);
}

static TcgVal int_value(Gen *g)
{
    static const uint64_t consts[] = {
        0, 1, 5, 200, 0x12345678, 0xffffffffffffffff, 0x123456789abcdef0, 0x80000000
    };

    switch (below(g, 8)) {
    case 0:
        return ir_const(&g->ir, TCG_I64, consts[below(g, G_N_ELEMENTS(consts))]);
    case 1 ... 3:
        if (g->nb_ints) {
            return g->ints[below(g, g->nb_ints)];
        }
        G_GNUC_FALLTHROUGH;
    default:
        return ir_global(&g->ir, below(g, NB_INT));
    }
}

static TcgVal vec_value(Gen *g)
{
    if (g->nb_vecs && below(g, 2)) {
        return g->vecs[below(g, g->nb_vecs)];
    }
    return ir_global(&g->ir, NB_INT + below(g, NB_VEC));
}

static void keep_int(Gen *g, TcgVal v)
{
    if (below(g, 2)) {
        ir_set(&g->ir, ir_global(&g->ir, below(g, NB_INT)), v);
    } else if (g->nb_ints < MAX_TEMPS) {
        g->ints[g->nb_ints++] = v;
    }
}

static void keep_vec(Gen *g, TcgVal v)
{
    if (below(g, 2)) {
        ir_set(&g->ir, ir_global(&g->ir, NB_INT + below(g, NB_VEC)), v);
    } else if (g->nb_vecs < MAX_TEMPS) {
        g->vecs[g->nb_vecs++] = v;
    }
}

static void random_op(Gen *g)
{
    IrBuilder *ir = &g->ir;
    TcgVal a = int_value(g), b = int_value(g);

    switch (below(g, 21)) {
    case 0 ... 1:
        keep_int(g, ir_add(ir, TCG_I64, a, b));
        break;
    case 2:
        keep_int(g, ir_sub(ir, TCG_I64, a, b));
        break;
    case 3:
        keep_int(g, ir_and(ir, TCG_I64, a, a));
        break;
    case 4:
        keep_int(g, ir_mul(ir, TCG_I64, a, b));
        break;
    case 5:
        keep_int(g, ir_shl(ir, TCG_I64, a, b));
        break;
    case 6:
        keep_int(g, ir_div(ir, TCG_I64, a, b));
        break;
    case 7:
        keep_int(g, ir_mulhu(ir, TCG_I64, a, b));
        break;
    case 8:
        keep_int(g, ir_sext(ir, TCG_I64, ir_add(ir, TCG_I32, a, b), 32));
        break;
    case 9:
        keep_int(g, ir_setcond(ir, TCG_I64, a, b, TCG_COND_LT));
        break;
    case 10:
        keep_int(g, ir_movcond(ir, TCG_I64, a, b, int_value(g), int_value(g), TCG_COND_NE));
        break;
    case 11:
        keep_int(g, ir_gld(ir, TCG_I64, a, 8, TCG_MO_64));
        break;
    case 12:
        ir_gst(ir, TCG_I64, a, b, 16, TCG_MO_64);
        break;
    case 13:
        keep_int(g, below(g, 2) ? ir_gatomic(ir, TCG_I64, TCG_RMW_ADD, a, b, TCG_MO_64)
                                : ir_gcmpxchg(ir, TCG_I64, a, b, int_value(g), TCG_MO_64));
        break;
    case 14:
        keep_int(g, ir_call(ir, &pure_helper, (const TcgVal[]){ a, b }));
        break;
    case 15:
        keep_vec(g, ir_call(ir, &env_helper, (const TcgVal[]){ a, vec_value(g) }));
        break;
    case 16:
        ir_call(ir, &fault_helper, &a);
        keep_int(g, ir_call(ir, &light_helper, &b));
        break;
    case 17:
        keep_vec(g, ir_fadd(ir, TCG_F64, vec_value(g), vec_value(g)));
        break;
    case 18:
        keep_vec(g, ir_fma(ir, TCG_F64, vec_value(g), vec_value(g), vec_value(g), 0));
        break;
    case 19:
        keep_int(g, ir_vext(ir, TCG_V64, vec_value(g), 64, 0));
        keep_vec(g, ir_vset(ir, TCG_V64, a, 64));
        break;
    case 20:
        ir_set(ir, ir_global(ir, below(g, NB_INT)), ir_mov(ir, TCG_I64, int_value(g)));
        ir_set(ir, ir_global(ir, below(g, NB_INT)), ir_global(ir, below(g, NB_INT)));
        break;
    }
}

/*
 * Blocks in a row, each ending in a branch to a random one: loops and joins.  Temporaries of the
 * first block dominate all others and are used everywhere.
 */
static void random_region(Gen *g)
{
    IrBuilder *ir = &g->ir;
    TcgBlock *blocks[MAX_BLOCKS];
    unsigned nb = 1 + below(g, MAX_BLOCKS - 1), entry_ints = 0, entry_vecs = 0;

    for (unsigned i = 0; i < nb; i++) {
        blocks[i] = ir_new_block(ir);
        blocks[i]->cold = i > 1 && below(g, 4) == 0;
    }
    g->nb_ints = g->nb_vecs = 0;
    for (unsigned i = 0; i < nb; i++) {
        if (i == 1) {
            entry_ints = g->nb_ints;
            entry_vecs = g->nb_vecs;
        }
        if (i > 0) {
            g->nb_ints = entry_ints;
            g->nb_vecs = entry_vecs;
        }
        ir_label(ir, blocks[i]);
        for (unsigned n = below(g, 14); n > 0; n--) {
            ir_insn_start(ir, 0x1000 + 4 * n, 4);
            random_op(g);
        }
        if (i == nb - 1) {
            break;
        }
        switch (below(g, 6)) {
        case 0:
            ir_br(ir, blocks[i + 1]);
            break;
        case 1:
            break;
        case 2:
            ir_br_pending(ir, blocks[1 + below(g, nb - 1)]);
            break;
        default:
            ir_brcond(ir, TCG_I64, TCG_COND_EQ, int_value(g), int_value(g),
                      blocks[1 + below(g, nb - 1)]);
        }
    }
    if (below(g, 2)) {
        ir_goto_tb(ir, 0, 0x2000);
    } else {
        ir_goto_ptr(ir, int_value(g), TCG_JUMP_PLAIN);
    }
}

static bool allocate_one(uint32_t seed)
{
    Gen g = { .rand = g_rand_new_with_seed(seed) };
    TcgMcode mcode;
    Arena arena;
    TcgRegion *r;
    TcgResult result;
    bool sound;

    arena_init(&arena);
    r = tcg_region_new(&arena, &globals);
    ir_begin(&g.ir, r);
    random_region(&g);
    sound = tcg_verify(r, "generator", stderr);
    g_assert_true(sound);
    result = tcg_allocate(r, &target, &arena, &mcode);
    g_assert_cmpint(result, ==, TCG_OK);
    sound = tcg_ra_verify(r, &target, &mcode, stdout);
    if (!sound) {
        printf("# seed %u\n", seed);
        tcg_print_region(stdout, r);
        tcg_print_mcode(stdout, &target, &mcode);
    }
    arena_done(&arena);
    g_rand_free(g.rand);
    return sound;
}

static void test_random(void)
{
    const char *seed = g_getenv("REGALLOC_SEED");
    unsigned from = seed ? (unsigned)atoi(seed) : 1, to = seed ? from + 1 : 20000;

    for (uint32_t i = from; i < to; i++) {
        if (!allocate_one(i)) {
            g_test_fail();
            return;
        }
    }
}

/* The checker must see a wrong allocation: break right ones in every way and count. */
static void test_checker_sees_faults(void)
{
    unsigned seen = 0, tried = 0;

    for (uint32_t seed = 1; seed < 400; seed++) {
        Gen g = { .rand = g_rand_new_with_seed(seed) };
        TcgMcode mcode;
        Arena arena;
        TcgRegion *r;

        arena_init(&arena);
        r = tcg_region_new(&arena, &globals);
        ir_begin(&g.ir, r);
        random_region(&g);
        tcg_allocate(r, &target, &arena, &mcode);
        for (TcgMblock *block = mcode.first; block; block = block->next) {
            for (unsigned i = 0; i < block->nb_mops; i++) {
                TcgMop *mop = &block->mops[i], right = *mop;

                if (mop->code == TCG_MOP_MOVE && mop->out.kind == TCG_LOC_REG) {
                    mop->out.reg = (uint8_t)(mop->out.reg ^ 1);
                } else if (mop->op && mop->nb_in && mop->in[0].kind == TCG_LOC_REG) {
                    mop->in[0].reg = (uint8_t)(mop->in[0].reg ^ 1);
                } else {
                    continue;
                }
                tried++;
                seen += !tcg_ra_verify(r, &target, &mcode, NULL);
                *mop = right;
            }
        }
        arena_done(&arena);
        g_rand_free(g.rand);
    }
    g_test_message("%u of %u faults seen", seen, tried);
    /* A move of a value nobody reads afterwards does not matter where it goes; few are such. */
    g_assert_cmpuint(seen * 100, >, tried * 95);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/regalloc/random", test_random);
    g_test_add_func("/regalloc/checker-sees-faults", test_checker_sees_faults);
    return g_test_run();
}
