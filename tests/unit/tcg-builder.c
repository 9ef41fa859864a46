/*
 * The builder, the data structures below it, and the arena they live in.
 */
#include <glib.h>
#include <string.h>

#include "tcg/builder.h"
#include "tcg/pass.h"

static const TcgGlobal table[] = {
    { "x1", TCG_I64, 8, 0 },
    { "w1", TCG_I32, 16, 1 },
    { "f1", TCG_V64, 256, 0 },
};
static const TcgGlobals globals = { table, G_N_ELEMENTS(table) };
enum { X1 = 1, W1, F1 };

typedef struct Fixture {
    Arena arena;
    IrBuilder ir;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    arena_init(&f->arena);
    ir_begin(&f->ir, tcg_region_new(&f->arena, &globals));
}

static void tear_down(Fixture *f, gconstpointer data)
{
    arena_done(&f->arena);
}

static void check_text(Fixture *f, const char *wanted)
{
    g_autofree char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    tcg_print_region(out, f->ir.region);
    fclose(out);
    g_assert_cmpstr(text, ==, wanted);
    g_assert_true(tcg_verify(f->ir.region, "test", stderr));
}

static void test_set(Fixture *f, gconstpointer data)
{
    IrBuilder *ir = &f->ir;
    TcgVal sum = ir_add(ir, TCG_I64, X1, ir_const(ir, TCG_I64, 1)), product;

    ir_set(ir, X1, sum); /* the last operation: written directly */
    product = ir_mul(ir, TCG_I64, X1, X1);
    ir_sub(ir, TCG_I64, X1, product);
    ir_set(ir, X1, product);                     /* not the last: moved */
    ir_set(ir, X1, X1);                          /* nothing */
    ir_set(ir, W1, ir_add(ir, TCG_I64, X1, X1)); /* other type: the low half is moved */
    ir_set(ir, F1, ir_const(ir, TCG_V64, 1));
    ir_exit_tb(ir, TCG_EXIT_SYSCALL, 0x1000);
    check_text(f, "block 0:\n"
                  "  x1 = add.i64 x1, 1\n"
                  "  %2 = mul.i64 x1, x1\n"
                  "  %3 = sub.i64 x1, %2\n"
                  "  x1 = mov.i64 %2\n"
                  "  %4 = add.i64 x1, x1\n"
                  "  w1 = mov.i32 %4\n"
                  "  f1 = vmov.v64 0x1\n"
                  "  exit_tb #syscall, #0x1000\n");
    g_assert_cmpint(tcg_val(ir->region, sum)->kind, ==, TCG_VAL_NONE);
}

static void test_branches(Fixture *f, gconstpointer data)
{
    IrBuilder *ir = &f->ir;
    TcgBlock *out = ir_new_block(ir), *loop = ir_new_block(ir);

    ir_label(ir, loop);
    ir_brcond(ir, TCG_I64, TCG_COND_EQ, X1, ir_const(ir, TCG_I64, 0), out);
    ir_set(ir, X1, ir_sub(ir, TCG_I64, X1, ir_const(ir, TCG_I64, 1)));
    ir_br_pending(ir, out);
    ir_br(ir, loop);
    ir_label(ir, out);
    out->cold = true;
    ir_goto_tb(ir, 1, 0x2000);
    check_text(f, "block 0:\n"
                  "block 2:\n"
                  "  brcond.i64 x1, 0, #eq -> 1\n"
                  "block 3:\n"
                  "  x1 = sub.i64 x1, 1\n"
                  "  br_pending -> 1\n"
                  "block 4:\n"
                  "  br -> 2\n"
                  "block 1 cold:\n"
                  "  goto_tb #1, #0x2000\n");
    g_assert_cmpuint(ir->region->nb_jumps, ==, 2);
    tcg_region_count_preds(ir->region);
    g_assert_cmpuint(out->nb_preds, ==, 2);
    g_assert_cmpuint(loop->nb_preds, ==, 2);
    g_assert_true(tcg_block_fallthrough(loop) == loop->next);
    g_assert_true(tcg_block_taken(loop) == out);
    g_assert_null(tcg_block_fallthrough(out));
}

static void test_displacement(Fixture *f, gconstpointer data)
{
    IrBuilder *ir = &f->ir;

    ir_gst(ir, TCG_I64, X1, X1, INT32_MIN, TCG_MO_64);
    ir_gst(ir, TCG_I64, X1, X1, INT64_C(0x80000000), TCG_MO_64);
    ir_exit_tb(ir, TCG_EXIT_SYSCALL, 0);
    check_text(f, "block 0:\n"
                  "  gst.i64 x1, x1, #-2147483648, #i64\n"
                  "  %1 = add.i64 x1, 0x80000000\n"
                  "  gst.i64 %1, x1, #0, #i64\n"
                  "  exit_tb #syscall, #0\n");
}

/* A constant is one value however often it is asked for, by type and cut to it. */
static void test_constants(Fixture *f, gconstpointer data)
{
    TcgRegion *r = f->ir.region;
    TcgVal first[2000];

    for (unsigned n = 0; n < G_N_ELEMENTS(first); n++) {
        first[n] = tcg_const(r, TCG_I64, n * UINT64_C(0x1000000001));
    }
    for (unsigned n = 0; n < G_N_ELEMENTS(first); n++) {
        g_assert_cmpuint(tcg_const(r, TCG_I64, n * UINT64_C(0x1000000001)), ==, first[n]);
        g_assert_cmphex(tcg_val(r, first[n])->bits, ==, n * UINT64_C(0x1000000001));
    }
    g_assert_cmpuint(tcg_const(r, TCG_I32, UINT64_C(0x100000005)), ==, tcg_const(r, TCG_I32, 5));
    g_assert_cmpuint(tcg_const(r, TCG_I32, 5), !=, tcg_const(r, TCG_I64, 5));
    g_assert_cmpuint(tcg_const(r, TCG_V64, 5), !=, tcg_const(r, TCG_I64, 5));
}

static void test_lists(Fixture *f, gconstpointer data)
{
    TcgRegion *r = f->ir.region;
    TcgBlock *a = r->first, *b = tcg_block_new(r), *c = tcg_block_new(r);
    TcgOp *op[3];

    for (unsigned n = 0; n < 3; n++) {
        op[n] = tcg_op_new(r, TCG_OP_fence, TCG_NONE);
    }
    tcg_append_op(a, op[1]);
    tcg_insert_op_before(a, op[1], op[0]);
    tcg_insert_op_after(a, op[1], op[2]);
    g_assert_true(a->first == op[0] && op[0]->next == op[1] && a->last == op[2]);
    tcg_remove_op(a, op[1]);
    g_assert_true(op[0]->next == op[2] && op[2]->prev == op[0]);
    tcg_remove_op(a, op[0]);
    tcg_remove_op(a, op[2]);
    g_assert_true(!a->first && !a->last);
    tcg_block_move(r, c, NULL);
    tcg_block_move(r, a, b);
    g_assert_true(r->first == c && c->next == b && b->next == a && r->last == a && !a->next);
    g_assert_true(a->prev == b && b->prev == c && !c->prev);
}

static void test_arena(void)
{
    Arena arena;
    uint8_t *small[1000];

    arena_init(&arena);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned n = 0; n < G_N_ELEMENTS(small); n++) {
            small[n] = arena_alloc(&arena, n);
            g_assert_cmpuint((uintptr_t)small[n] % 16, ==, 0);
            memset(small[n], n, n);
        }
        memset(arena_array(&arena, uint8_t, 1 << 20), 0xee, 1 << 20); /* more than a chunk */
        for (unsigned n = 0; n < G_N_ELEMENTS(small); n++) {
            for (unsigned i = 0; i < n; i++) {
                g_assert_cmpuint(small[n][i], ==, n & 0xff);
            }
        }
        arena_reset(&arena);
    }
    arena_done(&arena);
}

static void test_pass_options(void)
{
    uint64_t mask = 99;
    const char *error = NULL;

    g_assert_true(tcg_pass_options_parse("fold, dead-code", &mask, &error));
    g_assert_cmpuint(__builtin_popcountll(mask), ==, 2);
    for (unsigned n = 0; tcg_passes[n].name; n++) {
        bool named =
            strcmp(tcg_passes[n].name, "fold") == 0 || strcmp(tcg_passes[n].name, "dead-code") == 0;

        g_assert_cmpuint(mask >> n & 1, ==, named);
    }
    mask = 99;
    g_assert_false(tcg_pass_options_parse("fold,bend", &mask, &error));
    g_assert_cmpuint(mask, ==, 99);
    g_assert_nonnull(strstr(error, "bend"));
    g_assert_nonnull(strstr(error, "value-number"));
    g_free((char *)error);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(Fixture *f, gconstpointer data);
    } tests[] = {
        { "/builder/set", test_set },
        { "/builder/branches", test_branches },
        { "/builder/displacement", test_displacement },
        { "/ir/constants", test_constants },
        { "/ir/lists", test_lists },
    };

    g_test_init(&argc, &argv, NULL);
    for (unsigned n = 0; n < G_N_ELEMENTS(tests); n++) {
        g_test_add(tests[n].path, Fixture, NULL, set_up, tests[n].run, tear_down);
    }
    g_test_add_func("/arena", test_arena);
    g_test_add_func("/pass-options", test_pass_options);
    return g_test_run();
}
