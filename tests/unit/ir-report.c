/*
 * What a failing seed becomes, proven on failures made on purpose: a runner compiles one operation as if it
 * were another.  The difference must be found, come down to a few operations, and be a file that tests/ir's
 * runner passes as it is, and fails when the wrong operation stands in it.
 *
 *     unit-ir-report --runner PATH      PATH: tests/ir's runner
 */
#include <glib/gstdio.h>
#include <string.h>

#include "ir-reduce.h"

enum { MAX_SEEDS = 2000, MAX_LINES = 5 };

typedef struct Sabotage {
    TcgOpcode code, instead;
    const char *backend;
    bool optimize;
    bool crashes; /* the wrong operation is not sound: the test would end */
} Sabotage;

static const Sabotage sabotages[] = {
    { TCG_OP_andc, TCG_OP_and, "tci", true },
    { TCG_OP_sbb_borrow, TCG_OP_adc_carry, "x86", true },
    { TCG_OP_fmin, TCG_OP_fmax, "x86", true },
    { TCG_OP_fcvt_from_u64, TCG_OP_fcvt_from_s64, "tci", false },
    { TCG_OP_vandc, TCG_OP_vand, "x86", true },
    { TCG_OP_sextract, TCG_OP_extract, "x86", true },
    { TCG_OP_popcnt, TCG_OP_zext, "tci", false, true },
};

static char *ir_runner_path;
static IrRunner judge;

static bool find_failure(const IrRunner *broken, IrFailure *f)
{
    static IrOutcome expected, got;

    for (uint32_t seed = 1; seed <= MAX_SEEDS; seed++) {
        IrRandomOptions options = ir_random_options(seed);
        bool differs = false;
        TcgRegion *r;
        Arena arena;

        arena_init(&arena);
        r = ir_random_region(&arena, seed, &options);
        if (ir_takes(broken->backend, r)) {
            g_free(f->text);
            f->text = ir_region_text(r);
            ir_random_world(&f->from, seed);
            ir_runner_run(&judge, r, &f->from, &expected);
            ir_runner_run(broken, ir_random_region(&arena, seed, &options), &f->from, &got);
            differs = !ir_outcome_equal(&expected, &got);
        }
        arena_done(&arena);
        if (differs) {
            return true;
        }
    }
    return false;
}

static unsigned count_ops(const char *region)
{
    g_auto(GStrv) lines = g_strsplit(region, "\n", -1);
    unsigned nb = 0;

    for (char **line = lines; *line; line++) {
        nb += g_str_has_prefix(*line, "  ");
    }
    return nb;
}

/* True: the runner says that the file holds. */
static bool file_holds(const char *text)
{
    g_autofree char *dir = g_dir_make_tmp("ir-report-XXXXXX", NULL), *out = NULL;
    g_autofree char *path = g_build_filename(dir, "reduced.ir", NULL);
    char *argv[] = { ir_runner_path, path, NULL };
    int status = -1;
    bool written = g_file_set_contents(path, text, -1, NULL), spawned;

    g_assert_true(written);
    spawned =
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, NULL);
    g_assert_true(spawned);
    g_assert_true(strstr(out, "reduced.ir") != NULL);
    g_unlink(path);
    g_rmdir(dir);
    return status == 0;
}

/* The operation replaced by the wrong one, or NULL if it is not there. */
static char *with_wrong_op(const char *text, const Sabotage *s)
{
    g_autofree char *right = g_strdup_printf("= %s.", tcg_op_info[s->code].name);
    g_autofree char *wrong = g_strdup_printf("= %s.", tcg_op_info[s->instead].name);
    g_auto(GStrv) parts = g_strsplit(text, right, -1);

    return parts[0] && parts[1] ? g_strjoinv(wrong, parts) : NULL;
}

static void check_sabotage(const Sabotage *s)
{
    IrRunner broken;
    IrFailure f = { .judge = &judge, .runner = &broken };
    g_autofree char *file = NULL, *wrong = NULL;
    bool found;

    if (!ir_runner_init(&broken, s->backend, NULL, s->optimize, 0)) {
        return; /* not in this build */
    }
    broken.broken = true;
    broken.code = s->code;
    broken.instead = s->instead;
    ir_runner_forks = s->crashes;
    found = find_failure(&broken, &f);
    g_assert_true(found);
    found = ir_reduce(&f);
    g_assert_true(found);
    file = ir_failure_file(&f, "On purpose.");
    wrong = with_wrong_op(file, s);
    ir_runner_forks = false;
    if (count_ops(f.text) > MAX_LINES || !wrong || !file_holds(file) ||
        (!s->crashes && file_holds(wrong))) {
        g_test_message("%s for %s on %s: %u operations\n%s", tcg_op_info[s->instead].name,
                       tcg_op_info[s->code].name, broken.name, count_ops(f.text), file);
        g_test_fail();
    }
    g_free(f.text);
}

static void test_report(void)
{
    for (unsigned n = 0; n < G_N_ELEMENTS(sabotages); n++) {
        check_sabotage(&sabotages[n]);
    }
}

/* A region that the reduction does not take would be reported as it is. */
static void test_reducible(void)
{
    for (uint32_t seed = 1; seed <= MAX_SEEDS; seed++) {
        IrRandomOptions options = ir_random_options(seed);
        g_autofree char *text = NULL;
        Arena arena;

        arena_init(&arena);
        text = ir_region_text(ir_random_region(&arena, seed, &options));
        arena_done(&arena);
        if (!ir_can_reduce(text)) {
            g_test_message("seed %u cannot be reduced", seed);
            g_test_fail();
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 3 || strcmp(argv[1], "--runner") != 0) {
        g_error("usage: %s --runner PATH", argv[0]);
    }
    ir_runner_path = argv[2];
    ir_compare_init();
    ir_runner_init(&judge, "tci", NULL, false, 0);
    g_test_add_func("/ir-report/reducible", test_reducible);
    g_test_add_func("/ir-report/broken-operations", test_report);
    return g_test_run();
}
