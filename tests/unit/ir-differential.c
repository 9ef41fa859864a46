/*
 * The same random regions on every backend, with and without passes: same globals, memory, flags and
 * way out.
 *
 *     unit-ir-differential [--count N] [--seed FIRST] [--features LIST]
 *
 * The judge is the interpreter without passes, whose operations are the table's own expressions.  A region
 * that differs is reduced line by line as long as it still differs, and printed as text that
 * tests/ir takes.
 */
#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ir-exec.h"
#include "ir-random.h"

enum { MAX_RUNNERS = 4, DEFAULT_COUNT = 3000, SSE_FLAGS = 0x3d /* without the denormal one */ };

typedef struct Runner {
    const char *name;
    IrMachine machine;
} Runner;

typedef struct Outcome {
    uint64_t exit; /* TcgExit; TCG_EXIT_COUNT + slot of a jump */
    uint64_t pc;
    uint64_t fault_addr;
    bool is_write, misaligned;
    uint32_t flags;
    uint64_t globals[IR_RANDOM_GLOBALS];
    uint8_t state[IR_RANDOM_STATE_SIZE];
    uint8_t buffer[IR_RANDOM_BUFFER];
} Outcome;

static Runner runners[MAX_RUNNERS];
static unsigned nb_runners;
static uint8_t *buffer; /* IR_RANDOM_BUFFER bytes and as many that are not there */
static uint32_t first_seed = 1, count = DEFAULT_COUNT;
static const char *features;

/* ------------------------------------------------------------------ running */

static void set_exit(Outcome *out, const IrExit *exit, const IrCode *code)
{
    out->exit = exit->value;
    out->pc = exit->pc;
    for (unsigned n = 0; n < code->compiled.nb_jumps; n++) {
        if (exit->value == (uintptr_t)(code->rx + code->jumps[n].site)) {
            out->exit = TCG_EXIT_COUNT + n;
            out->pc = code->jumps[n].pc;
        }
    }
    out->fault_addr = exit->addr;
    out->is_write = exit->is_write;
    out->misaligned = exit->misaligned;
}

/* Consumes r: passes change it. */
static void run_region(Runner *runner, TcgRegion *r, uint32_t seed, Outcome *out)
{
    IrMachine *m = &runner->machine;
    IrCode code;
    const IrExit *exit;

    ir_compile(m, r, &code);
    ir_random_fill(m->state, buffer, seed);
    m->env->guest_mxcsr = IR_MXCSR | (seed & 3) << 13;
    m->env->pending = seed >> 4 & 1;
    exit = ir_run(m, &code);
    memset(out, 0, sizeof(*out));
    set_exit(out, exit, &code);
    out->flags = m->env->guest_mxcsr & SSE_FLAGS;
    memcpy(out->globals, m->state, sizeof(out->globals));
    memcpy(out->state, m->state + IR_RANDOM_STATE, sizeof(out->state));
    memcpy(out->buffer, buffer, sizeof(out->buffer));
    ir_code_done(&code);
    ir_machine_reset(m);
}

static IrRandomOptions options_of(uint32_t seed)
{
    return (
        IrRandomOptions){ .calls = seed % 3 != 0, .faults = seed % 4 == 0, .wide = seed % 5 == 0 };
}

static void run_seed(Runner *runner, uint32_t seed, Outcome *out)
{
    IrRandomOptions options = options_of(seed);
    Arena arena;

    arena_init(&arena);
    run_region(runner, ir_random_region(&arena, seed, &options), seed, out);
    arena_done(&arena);
}

/* ------------------------------------------------------------------ reducing */

/* False: no valid region. */
static bool run_text(Runner *runner, const char *text, uint32_t seed, Outcome *out)
{
    char *error = NULL;
    TcgRegion *r;
    Arena arena;
    bool valid;

    arena_init(&arena);
    r = tcg_parse_region(&arena, &ir_random_globals, text, &error);
    valid = r && tcg_verify(r, "reduced", NULL);
    if (valid) {
        run_region(runner, r, seed, out);
    }
    g_free(error);
    arena_done(&arena);
    return valid;
}

static bool text_differs(Runner *runner, const char *text, uint32_t seed)
{
    Outcome want, got;

    return run_text(&runners[0], text, seed, &want) && run_text(runner, text, seed, &got) &&
           memcmp(&want, &got, sizeof(got)) != 0;
}

static char *without_lines(char **lines, unsigned from, unsigned nb)
{
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; lines[n]; n++) {
        if (n < from || n >= from + nb) {
            g_string_append(text, lines[n]);
            g_string_append_c(text, '\n');
        }
    }
    return g_string_free(text, FALSE);
}

/* Lines whose removal keeps the first runner alive: one that takes away what ends a loop may not. */
static bool is_removable(const char *line)
{
    return !strstr(line, "fuel") && !strstr(line, "block ") && *line;
}

/* Leave out runs of nb lines while it still differs; frees text. */
static char *reduce_by(Runner *runner, char *text, unsigned nb, uint32_t seed)
{
    char **lines = g_strsplit(text, "\n", -1);

    for (unsigned n = 0; n < g_strv_length(lines); n++) {
        bool removable = true;
        char *shorter;

        for (unsigned k = n; k < n + nb && k < g_strv_length(lines); k++) {
            removable &= is_removable(lines[k]);
        }
        if (!removable) {
            continue;
        }
        shorter = without_lines(lines, n, nb);
        if (text_differs(runner, shorter, seed)) {
            g_free(text);
            text = shorter;
            g_strfreev(lines);
            lines = g_strsplit(text, "\n", -1);
            n--;
        } else {
            g_free(shorter);
        }
    }
    g_strfreev(lines);
    return text;
}

static char *region_text(uint32_t seed)
{
    IrRandomOptions options = options_of(seed);
    char *text = NULL;
    size_t size;
    Arena arena;
    TcgRegion *r;
    FILE *out = open_memstream(&text, &size);

    arena_init(&arena);
    r = ir_random_region(&arena, seed, &options);
    tcg_print_region(out, r);
    fclose(out);
    arena_done(&arena);
    return text;
}

static void print_difference(const Outcome *want, const Outcome *got)
{
    if (want->exit != got->exit || want->pc != got->pc) {
        printf("# exit %" PRIu64 " pc %#" PRIx64 ", not %" PRIu64 " pc %#" PRIx64 "\n", got->exit,
               got->pc, want->exit, want->pc);
    }
    if (want->fault_addr != got->fault_addr || want->is_write != got->is_write) {
        printf("# fault at %#" PRIx64 " write %d, not %#" PRIx64 " write %d\n", got->fault_addr,
               got->is_write, want->fault_addr, want->is_write);
    }
    if (want->flags != got->flags) {
        printf("# floating-point flags %#x, not %#x\n", got->flags, want->flags);
    }
    for (unsigned n = 0; n < IR_RANDOM_GLOBALS; n++) {
        if (want->globals[n] != got->globals[n]) {
            printf("# %s %#" PRIx64 ", not %#" PRIx64 "\n", ir_random_globals.global[n].name,
                   got->globals[n], want->globals[n]);
        }
    }
    for (unsigned n = 0; n < IR_RANDOM_BUFFER; n++) {
        if (want->buffer[n] != got->buffer[n]) {
            printf("# buffer byte %#x is %#x, not %#x\n", n, got->buffer[n], want->buffer[n]);
            break;
        }
    }
    if (memcmp(want->state, got->state, sizeof(got->state)) != 0) {
        printf("# state outside the globals differs\n");
    }
}

static void report(Runner *runner, uint32_t seed, const Outcome *want, const Outcome *got)
{
    char *text = region_text(seed);
    Outcome reduced_want, reduced_got;

    printf("# seed %u: %s differs from %s\n", seed, runner->name, runners[0].name);
    print_difference(want, got);
    if (text_differs(runner, text, seed)) {
        for (unsigned nb = 8; nb > 0; nb /= 2) {
            text = reduce_by(runner, text, nb, seed);
        }
        run_text(&runners[0], text, seed, &reduced_want);
        run_text(runner, text, seed, &reduced_got);
        printf("# reduced:\n");
        print_difference(&reduced_want, &reduced_got);
    }
    printf("%s", text);
    fflush(stdout);
    g_free(text);
}

/* ------------------------------------------------------------------ the test */

static bool check_seed(uint32_t seed)
{
    Outcome want, got;

    run_seed(&runners[0], seed, &want);
    for (unsigned n = 1; n < nb_runners; n++) {
        run_seed(&runners[n], seed, &got);
        if (memcmp(&want, &got, sizeof(got)) != 0) {
            report(&runners[n], seed, &want, &got);
            return false;
        }
    }
    return true;
}

static void test_random(void)
{
    unsigned failed = 0;

    for (uint32_t n = 0; n < count && failed < 3; n++) {
        failed += !check_seed(first_seed + n);
    }
    if (failed) {
        g_test_fail();
    }
}

static uint64_t all_but_legalize(void)
{
    uint64_t mask = 0;

    for (unsigned n = 0; tcg_passes[n].name; n++) {
        if (strcmp(tcg_passes[n].name, "legalize") != 0) {
            mask |= UINT64_C(1) << n;
        }
    }
    return mask;
}

static void add_runner(const char *name, const char *backend, bool optimize, uint64_t skip)
{
    Runner *runner = &runners[nb_runners];

    if (!tcg_backend_by_name(backend)) {
        return;
    }
    nb_runners++;
    runner->name = name;
    ir_machine_init(&runner->machine, tcg_backend_by_name(backend),
                    strcmp(backend, "tci") == 0 ? NULL : features, &ir_random_globals,
                    IR_RANDOM_PC);
    runner->machine.optimize = optimize;
    /* Passes make i32 moves of i64 values, which the symbolic checker takes for lost bits. */
    runner->machine.check_allocation = !optimize;
    runner->machine.passes.skip = skip;
}

static void set_up(void)
{
    ir_random_init();
    tcg_lower_register_helpers();
    buffer = mmap(NULL, 2 * IR_RANDOM_BUFFER, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_true(buffer != MAP_FAILED);
    mprotect(buffer, IR_RANDOM_BUFFER, PROT_READ | PROT_WRITE);
    add_runner("tci", "tci", false, 0);
    add_runner("tci with passes", "tci", true, 0);
    add_runner("x86 with legalize alone", "x86", true, all_but_legalize());
    add_runner("x86 with passes", "x86", true, 0);
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
        } else if (strcmp(argv[n], "--features") == 0 && n + 1 < *argc) {
            features = argv[++n];
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
    set_up();
    g_test_add_func("/ir-differential/random", test_random);
    return g_test_run();
}
