/*
 * The same random regions on every backend, with and without passes: same globals, memory, flags and
 * way out.
 *
 *     unit-ir-differential [--count N] [--seed FIRST] [--fork]
 *
 * The judge is the interpreter without passes, whose operations are the table's own expressions.  Beside it
 * each seed runs on the interpreter and on x86 with all passes, on x86 with legalize alone, with one
 * pass left out, with host features switched off and without operations that legalize can do; which
 * ones goes by the seed, so that all take turns.  A region that differs is reduced and printed as a file
 * for tests/ir.  A seed that ends the process (an assertion, say) is named; with --fork it is reduced
 * as well.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ir-reduce.h"

enum { DEFAULT_COUNT = 5000, MAX_FAILURES = 3, NB_RUNNERS = 6 };

static uint32_t first_seed = 1, count = DEFAULT_COUNT;
static IrRunner judge;
static unsigned runs;
static volatile uint32_t current_seed;

/* ------------------------------------------------------------------ who runs a seed */

static unsigned nb_passes(void)
{
    unsigned nb = 0;

    while (tcg_passes[nb].name) {
        nb++;
    }
    return nb;
}

/* One pass left out: legalize only where nothing needs it. */
static bool without_pass(IrRunner *runner, uint32_t seed)
{
    uint64_t skip = UINT64_C(1) << seed % nb_passes();
    bool tci = skip == ir_pass_bit("legalize") || seed / nb_passes() % 2;

    return ir_runner_init(runner, tci ? "tci" : "x86", NULL, true, skip);
}

static bool without_features(IrRunner *runner, uint32_t seed, uint64_t alone)
{
    const char *features = ir_feature_sets[seed % IR_FEATURE_SETS];
    bool plain = seed / IR_FEATURE_SETS % 2;

    return ir_runner_init(runner, "x86", features, true, plain ? alone : 0);
}

static bool without_operations(IrRunner *runner, uint32_t seed)
{
    bool made = ir_runner_init(runner, seed % 2 ? "tci" : "x86", NULL, true, 0);

    ir_runner_lacks(runner, seed, 1 + seed / 2 % 4);
    return made;
}

/* How many: a build may have no x86. */
static unsigned choose_runners(IrRunner runners[NB_RUNNERS], uint32_t seed)
{
    uint64_t alone = ~ir_pass_bit("legalize") & TCG_MASK(nb_passes());
    unsigned nb = 0;

    nb += ir_runner_init(&runners[nb], "tci", NULL, true, 0);
    nb += ir_runner_init(&runners[nb], "x86", NULL, true, alone);
    nb += ir_runner_init(&runners[nb], "x86", NULL, true, 0);
    nb += without_pass(&runners[nb], seed);
    nb += without_features(&runners[nb], seed, alone);
    nb += without_operations(&runners[nb], seed);
    return nb;
}

/* ------------------------------------------------------------------ the test */

/* False: the runner does not take such regions. */
static bool run_seed(const IrRunner *runner, uint32_t seed, const IrWorld *from, IrOutcome *ret)
{
    IrRandomOptions options = ir_random_options(seed);
    TcgRegion *r;
    Arena arena;
    bool takes;

    arena_init(&arena);
    r = ir_random_region(&arena, seed, &options);
    takes = ir_takes(runner->backend, r);
    if (takes) {
        ir_runner_run(runner, r, from, ret);
        runs++;
    }
    arena_done(&arena);
    return takes;
}

static void report(IrRunner *runner, uint32_t seed, const IrWorld *from)
{
    IrFailure f = { .judge = &judge, .runner = runner, .from = *from };
    IrRandomOptions options = ir_random_options(seed);
    g_autofree char *comment = g_strdup_printf("Seed %u: %s.", seed, runner->name), *file = NULL;
    Arena arena;

    arena_init(&arena);
    f.text = ir_region_text(ir_random_region(&arena, seed, &options));
    arena_done(&arena);
    printf("# seed %u: %s differs from %s\n", seed, runner->name, judge.name);
    if (ir_reduce(&f)) {
        file = ir_failure_file(&f, comment);
        printf("# reduced, a file for tests/ir:\n%s", file);
    } else {
        printf("# but its text does not:\n%s", f.text);
    }
    fflush(stdout);
    g_free(f.text);
}

/* Then the signal does what it does. */
static void name_seed(int signo)
{
    printf("# seed %u ends the process; --seed %u --count 1 --fork reduces it\n", current_seed,
           current_seed);
    fflush(stdout);
}

static bool check_seed(uint32_t seed)
{
    static IrOutcome want, got;
    IrRunner runners[NB_RUNNERS];
    unsigned nb = choose_runners(runners, seed);
    IrWorld from;

    current_seed = seed;
    ir_random_world(&from, seed);
    run_seed(&judge, seed, &from, &want);
    for (unsigned n = 0; n < nb; n++) {
        if (run_seed(&runners[n], seed, &from, &got) && !ir_outcome_equal(&want, &got)) {
            report(&runners[n], seed, &from);
            return false;
        }
    }
    return true;
}

static void test_random(void)
{
    const struct sigaction act = { .sa_handler = name_seed, .sa_flags = (int)SA_RESETHAND };
    unsigned failed = 0;

    sigaction(SIGABRT, &act, NULL);
    sigaction(SIGTRAP, &act, NULL);
    for (uint32_t n = 0; n < count && failed < MAX_FAILURES; n++) {
        failed += !check_seed(first_seed + n);
    }
    signal(SIGABRT, SIG_DFL); /* from here on it is GLib's, of a failed test */
    signal(SIGTRAP, SIG_DFL);
    g_test_message("%u runs of %u regions", runs, count);
    if (failed) {
        g_test_fail();
    }
}

/* Take this test's own options out of argv. */
static void parse_options(int *argc, char **argv)
{
    int kept = 1;

    for (int n = 1; n < *argc; n++) {
        if (strcmp(argv[n], "--count") == 0 && n + 1 < *argc) {
            count = (uint32_t)strtoul(argv[++n], NULL, 0);
        } else if (strcmp(argv[n], "--seed") == 0 && n + 1 < *argc) {
            first_seed = (uint32_t)strtoul(argv[++n], NULL, 0);
        } else if (strcmp(argv[n], "--fork") == 0) {
            ir_runner_forks = true;
        } else {
            argv[kept++] = argv[n];
        }
    }
    *argc = kept;
}

int main(int argc, char **argv)
{
    parse_options(&argc, argv);
    g_test_init(&argc, &argv, NULL);
    ir_compare_init();
    ir_runner_init(&judge, "tci", NULL, false, 0);
    g_test_add_func("/ir-differential/random", test_random);
    return g_test_run();
}
