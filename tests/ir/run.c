/*
 * Runner of tests/ir: IR text in; IR text, faults or values out.  One file is one case.
 *
 *   run: PASS, PASS...   run these passes in this order ("all": the pipeline; "print": none)
 *   run: verify          the verifier must find the faults the file says and no others
 *   run: parse           the parser must fail
 *   run: exec            compile for every backend, with all passes and with each one left out, and run
 *   run: bench           print nanoseconds per operation and pass, as a diagnostic
 *   without: OPS         with legalize or exec: the operations the host lacks
 *   guest: NAME          with exec: the CPU state is this guest's; its helpers may be called anywhere
 *
 * Comments on an operation say what becomes of it; one without must stay as it is:
 *
 *   x5 = add.i64 x6, 0   # expect: x5 = mov.i64 x6
 *   %1 = add.i64 x6, x7  # gone
 *   x1 = add.i32 x1, 1   # error: output x1 is i64
 *
 * "expect:" on a line of its own: the rest of the file is the whole region as it must be.
 *
 * exec: see exec.c.
 *
 * parse(print(r)) == r is checked on every file that parses.
 */
#include <ctype.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "../unit/ir-random.h"
#include "run.h"
#include "tcg/backend.h"
#include "tcg/helper.h"
#include "tcg/pass.h"

enum { MAX_OPS = 4096 };

/* Helpers that the files call. */
static uint64_t helper_sum6(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f;
}

/* x1 and x2 are at 8 and 16 in every file that calls it. */
static void helper_swap12(void *state)
{
    uint64_t *x = state, tmp = x[1];

    x[1] = x[2];
    x[2] = tmp;
}

static uint64_t helper_read1(void *state)
{
    return ((uint64_t *)state)[1];
}

static const TcgHelper test_helpers[] = {
    { "sum6",
      helper_sum6,
      TCG_HELPER_PURE,
      TCG_I64,
      6,
      { TCG_I64, TCG_I64, TCG_I64, TCG_I64, TCG_I64, TCG_I64 } },
    { "swap12", helper_swap12,
      TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS, TCG_NONE },
    { "read1", helper_read1, TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS, TCG_I64 },
    { "impure", helper_sum6, 0, TCG_I64, 1, { TCG_I64 } },
};

void complain(Case *c, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_string_append_vprintf(c->complaint, format, args);
    va_end(args);
    g_string_append_c(c->complaint, '\n');
}

/* ------------------------------------------------------------------ the file */

static bool is_op_line(const char *line)
{
    static const char *const others[] = { "globals", "region", "block",        "run:",  "without:",
                                          "inputs",  "expect", "parse-error:", "guest:" };

    while (isspace((unsigned char)*line)) {
        line++;
    }
    if (!*line || *line == '#') {
        return false;
    }
    for (unsigned n = 0; n < G_N_ELEMENTS(others); n++) {
        if (g_str_has_prefix(line, others[n])) {
            return false;
        }
    }
    return true;
}

static bool take_directive(const char *line, const char *name, char **ret)
{
    if (!g_str_has_prefix(line, name)) {
        return false;
    }
    *ret = g_strstrip(g_strdup(line + strlen(name)));
    return true;
}

static void read_case(Case *c)
{
    GString *ir = g_string_new(NULL);
    g_autofree char *guest = NULL;
    unsigned n;

    c->notes = g_ptr_array_new_with_free_func(g_free);
    for (n = 0; c->lines[n] && strcmp(c->lines[n], "expect:") != 0; n++) {
        const char *line = c->lines[n], *note = strstr(line, " # ");

        if (take_directive(line, "run:", &c->run) ||
            take_directive(line, "without:", &c->without) ||
            take_directive(line, "parse-error:", &c->parse_error) ||
            take_directive(line, "guest:", &guest) || g_str_has_prefix(line, "inputs") ||
            g_str_has_prefix(line, "expect ")) {
            line = "";
        }
        if (is_op_line(line)) {
            g_ptr_array_add(c->notes, note ? g_strstrip(g_strdup(note + 3)) : NULL);
        }
        g_string_append(ir, line);
        g_string_append_c(ir, '\n');
    }
    c->ir = g_string_free(ir, FALSE);
    c->guest = guest ? guest_arch_by_name(guest) : NULL;
    if (guest && !c->guest) {
        complain(c, "no guest '%s'", guest);
    }
    if (c->lines[n]) {
        c->whole = g_strjoinv("\n", c->lines + n + 1);
    }
}

static char *region_text(const TcgRegion *r)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    tcg_print_region(out, r);
    fclose(out);
    return text;
}

static char *op_text(const TcgRegion *r, const TcgOp *op)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    tcg_print_op(out, r, op);
    fclose(out);
    return text;
}

static void check_round_trip(Case *c, Arena *arena, const TcgRegion *r)
{
    char *error = NULL;
    g_autofree char *text = region_text(r), *again = NULL;
    TcgRegion *copy = tcg_parse_region(arena, r->globals, text, &error);

    if (!copy) {
        complain(c, "printed text does not parse: %s", error);
        return;
    }
    again = region_text(copy);
    if (strcmp(text, again) != 0) {
        complain(c, "parse(print(r)) differs:\n%s--- from\n%s", again, text);
    }
}

static TcgRegion *parse_case(Case *c, Arena *arena)
{
    char *error = NULL;
    TcgRegion *r = tcg_parse_region(arena, NULL, c->ir, &error);

    if (!r) {
        if (!c->parse_error || !strstr(error, c->parse_error)) {
            complain(c, "%s", error);
        }
        g_free(error);
    } else if (c->parse_error) {
        complain(c, "parses, but '%s' was expected", c->parse_error);
    } else {
        check_round_trip(c, arena, r);
    }
    return r;
}

/* ------------------------------------------------------------------ passes and faults */

static const char *const *lacking; /* operations that the fake host lacks */

static bool fake_supports(const TcgOp *op)
{
    for (unsigned n = 0; lacking && lacking[n]; n++) {
        g_autofree char *typed =
            g_strdup_printf("%s.%s", tcg_op_info[op->code].name, tcg_type_name(op->type));

        if (strcmp(lacking[n], tcg_op_info[op->code].name) == 0 || strcmp(lacking[n], typed) == 0) {
            return false;
        }
    }
    return true;
}

static const TcgBackend fake_backend = { .name = "fake", .supports = fake_supports };

static const TcgPass *find_pass(const char *name)
{
    for (const TcgPass *pass = tcg_passes; pass->name; pass++) {
        if (strcmp(pass->name, name) == 0) {
            return pass;
        }
    }
    return NULL;
}

static char *verify_text(const TcgRegion *r)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    tcg_verify(r, "now", out);
    fclose(out);
    return text;
}

static void run_pass(Case *c, TcgRegion *r, const TcgPass *pass)
{
    g_autofree char *faults = NULL;

    pass->run(r, &fake_backend);
    faults = verify_text(r);
    if (*faults) {
        complain(c, "after %s: %s", pass->name, faults);
    }
}

static void run_passes(Case *c, TcgRegion *r)
{
    g_auto(GStrv) names = g_strsplit(c->run, ",", -1);

    for (char **name = names; *name; name++) {
        const TcgPass *pass = find_pass(g_strstrip(*name));

        if (strcmp(*name, "all") == 0) {
            for (pass = tcg_passes; pass->name; pass++) {
                run_pass(c, r, pass);
            }
        } else if (pass) {
            run_pass(c, r, pass);
        } else if (strcmp(*name, "print") != 0) {
            complain(c, "no pass '%s'", *name);
        }
    }
}

static bool is_linked(const TcgRegion *r, const TcgOp *wanted)
{
    for (const TcgBlock *block = r->first; block; block = block->next) {
        for (const TcgOp *op = block->first; op; op = op->next) {
            if (op == wanted) {
                return true;
            }
        }
    }
    return false;
}

static unsigned collect_ops(const TcgRegion *r, TcgOp **ops)
{
    unsigned nb = 0;

    for (TcgBlock *block = r->first; block; block = block->next) {
        for (TcgOp *op = block->first; op; op = op->next) {
            g_assert(nb < MAX_OPS);
            ops[nb++] = op;
        }
    }
    return nb;
}

static void check_op(Case *c, const TcgRegion *r, const TcgOp *op, const char *note,
                     const char *before)
{
    g_autofree char *now = op_text(r, op);
    bool gone = !is_linked(r, op);

    if (note && strcmp(note, "gone") == 0) {
        if (!gone) {
            complain(c, "still there: %s", now);
        }
        return;
    }
    if (note && g_str_has_prefix(note, "expect: ")) {
        before = note + strlen("expect: ");
    }
    if (gone) {
        complain(c, "gone: %s", before);
    } else if (strcmp(now, before) != 0) {
        complain(c, "got      %s\nexpected %s", now, before);
    }
}

static void check_whole(Case *c, Arena *arena, const TcgRegion *r)
{
    char *error = NULL;
    g_autofree char *now = region_text(r), *wanted = NULL;
    TcgRegion *expected = tcg_parse_region(arena, r->globals, c->whole, &error);

    if (!expected) {
        complain(c, "expected text: %s", error);
        return;
    }
    wanted = region_text(expected);
    if (strcmp(now, wanted) != 0) {
        complain(c, "got\n%sexpected\n%s", now, wanted);
    }
}

static void test_passes(Case *c, Arena *arena, TcgRegion *r)
{
    g_autofree TcgOp **ops = g_new(TcgOp *, MAX_OPS);
    unsigned nb = collect_ops(r, ops);
    g_autofree char **before = g_new0(char *, nb + 1);
    g_auto(GStrv) without = g_strsplit(c->without ? c->without : "", " ", -1);

    g_assert(nb == c->notes->len);
    for (unsigned n = 0; n < nb; n++) {
        before[n] = op_text(r, ops[n]);
    }
    lacking = (const char *const *)without;
    run_passes(c, r);
    lacking = NULL;
    check_round_trip(c, arena, r);
    if (c->whole) {
        check_whole(c, arena, r);
    }
    for (unsigned n = 0; n < nb; n++) {
        if (!c->whole) {
            check_op(c, r, ops[n], g_ptr_array_index(c->notes, n), before[n]);
        }
        g_free(before[n]);
    }
}

/* Faults follow the line of their operation. */
static void test_verify(Case *c, TcgRegion *r)
{
    g_autofree char *text = verify_text(r);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned op = 0, nb_faults = 0, nb_expected = 0;
    const char *mark = "    ^ error: ";

    for (unsigned n = 0; lines[n]; n++) {
        if (g_str_has_prefix(lines[n], mark)) {
            const char *note = op ? g_ptr_array_index(c->notes, op - 1) : NULL;
            const char *found = lines[n] + strlen(mark);

            nb_faults++;
            if (!note || !g_str_has_prefix(note, "error: ") ||
                !strstr(found, note + strlen("error: "))) {
                complain(c, "unexpected fault at operation %u: %s", op, found);
            }
        } else if (g_str_has_prefix(lines[n], "  ")) {
            op++;
        }
    }
    for (unsigned n = 0; n < c->notes->len; n++) {
        const char *note = g_ptr_array_index(c->notes, n);

        nb_expected += note && g_str_has_prefix(note, "error: ");
    }
    if (nb_faults != nb_expected) {
        complain(c, "%u faults, %u expected\n%s", nb_faults, nb_expected, text);
    }
}

/* ------------------------------------------------------------------ bench */

static double now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* The best of many: what the pass costs when nothing disturbs it. */
static void test_bench(Case *c)
{
    enum { ROUNDS = 300 };
    double best[64] = { 0 }, total = 0;
    unsigned nb_ops = c->notes->len;
    Arena arena;

    arena_init(&arena);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char *error = NULL;
        TcgRegion *r;

        arena_reset(&arena);
        r = tcg_parse_region(&arena, NULL, c->ir, &error);
        for (unsigned n = 0; tcg_passes[n].name; n++) {
            double start = now_ns(), took;

            tcg_passes[n].run(r, &fake_backend);
            took = now_ns() - start;
            best[n] = round == 0 || took < best[n] ? took : best[n];
        }
    }
    for (unsigned n = 0; tcg_passes[n].name; n++) {
        printf("# %-14s %6.1f ns per operation\n", tcg_passes[n].name, best[n] / nb_ops);
        total += best[n];
    }
    printf("# %-14s %6.1f ns per operation\n", "total", total / nb_ops);
    arena_done(&arena);
}

/* ------------------------------------------------------------------ main */

static void run_region(Case *c, Arena *arena, TcgRegion *r)
{
    g_autofree char *faults = NULL;

    if (strcmp(c->run, "verify") == 0) {
        test_verify(c, r);
        return;
    }
    faults = verify_text(r);
    if (*faults) {
        complain(c, "%s", faults);
    } else if (strcmp(c->run, "exec") == 0) {
        test_exec(c);
    } else if (strcmp(c->run, "bench") == 0) {
        test_bench(c);
    } else {
        test_passes(c, arena, r);
    }
}

static void run_case(Case *c)
{
    Arena arena;
    TcgRegion *r;

    read_case(c);
    arena_init(&arena);
    if (!c->run) {
        complain(c, "no run: line");
    } else {
        r = parse_case(c, &arena);
        if (r) {
            run_region(c, &arena, r);
        }
    }
    arena_done(&arena);
}

static void free_case(Case *c)
{
    g_strfreev(c->lines);
    g_free(c->run);
    g_free(c->without);
    g_free(c->parse_error);
    g_free(c->ir);
    g_free(c->whole);
    g_ptr_array_free(c->notes, TRUE);
    g_string_free(c->complaint, TRUE);
}

/* A line that ends in a backslash goes on in the next one. */
static char **split_lines(const char *text)
{
    g_auto(GStrv) pieces = g_strsplit(text, "\\\n", -1);
    g_autofree char *joined = g_strjoinv("", pieces);

    return g_strsplit(joined, "\n", -1);
}

/* True: passed. */
static bool run_file(const char *path, unsigned number)
{
    g_autofree char *text = NULL, *name = g_path_get_basename(path);
    Case c = { .path = path, .complaint = g_string_new(NULL) };
    bool ok;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        printf("not ok %u - %s # cannot be read\n", number, name);
        return false;
    }
    c.lines = split_lines(text);
    run_case(&c);
    ok = c.complaint->len == 0;
    printf("%sok %u - %s\n", ok ? "" : "not ", number, name);
    if (!ok) {
        g_auto(GStrv) lines = g_strsplit(c.complaint->str, "\n", -1);

        for (char **line = lines; *line; line++) {
            printf("# %s\n", *line);
        }
    }
    fflush(stdout);
    free_case(&c);
    return ok;
}

int main(int argc, char **argv)
{
    unsigned failed = 0;

    for (unsigned n = 0; n < G_N_ELEMENTS(test_helpers); n++) {
        tcg_helper_register(&test_helpers[n]);
    }
    tcg_lower_register_helpers();
    ir_random_init();
    for (const GuestArch *const *arch = guest_archs; *arch; arch++) {
        for (const TcgHelper *const *helper = (*arch)->helpers; helper && *helper; helper++) {
            tcg_helper_register(*helper);
        }
    }
    printf("TAP version 13\n1..%d\n", argc - 1);
    for (int n = 1; n < argc; n++) {
        failed += !run_file(argv[n], n);
    }
    return failed != 0;
}
