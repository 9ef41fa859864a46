/*
 * The IR parser on arbitrary text: it complains of one line, or there is a region, which the verifier
 * refuses or everything behind it can take.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "tcg/helper.h"
#include "tcg/pass.h"

enum {
    MAX_TEXT = 8192,
    SPACE = 1 << 20,
    /* Liveness has a bit per value and block: texts that name huge numbers only cost time. */
    MAX_BITS = 1 << 24,
};

/* Called by name and never run: one of each kind. */
static void never_run(void)
{
    g_assert_not_reached();
}

/* clang-format off */
static const TcgHelper helpers[] = {
    { "sum6", never_run, TCG_HELPER_PURE, TCG_I64, 6,
      { TCG_I64, TCG_I64, TCG_I64, TCG_I64, TCG_I64, TCG_I64 } },
    { "swap12", never_run,
      TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS, TCG_NONE },
    { "read1", never_run, TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS, TCG_I64 },
    { "impure", never_run, 0, TCG_I64, 1, { TCG_I64 } },
    { "narrow", never_run, TCG_HELPER_PRESERVES, TCG_I32, 2, { TCG_I32, TCG_I64 } },
    { "float3", never_run, TCG_HELPER_FP_ENV, TCG_V64, 3, { TCG_V64, TCG_I64, TCG_V64 } },
    { "faults", never_run,
      TCG_HELPER_ENV | TCG_HELPER_CAN_FAULT, TCG_I64, 2, { TCG_I64, TCG_I32 } },
};
/* clang-format on */

static void register_helpers(void)
{
    static bool done;

    if (!done) {
        for (unsigned n = 0; n < G_N_ELEMENTS(helpers); n++) {
            tcg_helper_register(&helpers[n]);
        }
        tcg_lower_register_helpers();
        done = true;
    }
}

static void check_error(const char *text, const char *error)
{
    unsigned line, lines = 1;

    g_assert_nonnull(error);
    g_assert_cmpint(sscanf(error, "line %u: ", &line), ==, 1);
    g_assert_null(strchr(error, '\n'));
    for (const char *at = text; (at = strchr(at, '\n')); at++) {
        lines++;
    }
    g_assert_true(line >= 1 && line <= lines);
}

/* The text of r with its globals is a region of its own, and the same. */
static void check_alone(const TcgRegion *r, Arena *arena)
{
    char *text = fuzz_region_text(r), *whole = NULL, *again, *error = NULL;
    size_t size;
    FILE *out = open_memstream(&whole, &size);
    TcgRegion *copy;

    tcg_print_globals(out, r);
    tcg_print_region(out, r);
    fclose(out);
    copy = tcg_parse_region(arena, NULL, whole, &error);
    g_assert_cmpstr(error, ==, NULL);
    again = fuzz_region_text(copy);
    g_assert_cmpstr(again, ==, text);
    free(again);
    free(text);
    free(whole);
}

static void compile(const char *text, const TcgBackend *backend, uint64_t skip)
{
    char *error = NULL;
    Arena arena;

    arena_init(&arena);
    fuzz_compile(tcg_parse_region(&arena, NULL, text, &error), backend, skip, SPACE);
    arena_done(&arena);
}

static uint64_t all_passes_but(const char *name)
{
    uint64_t mask = 0, bit = 1;

    for (unsigned n = 0; tcg_passes[n].name; n++, bit <<= 1) {
        mask |= strcmp(tcg_passes[n].name, name) ? bit : 0;
    }
    return mask;
}

/* Each backend behind all passes, and behind none but the one it cannot do without. */
static void compile_all(const char *text)
{
    for (unsigned n = 0; tcg_backends[n]; n++) {
        compile(text, tcg_backends[n], 0);
        compile(text, tcg_backends[n], all_passes_but("legalize"));
    }
}

static void check_region(const char *text, const TcgRegion *r, Arena *arena)
{
    if ((uint64_t)r->nb_vals * r->nb_blocks > MAX_BITS || !tcg_verify(r, "as parsed", NULL)) {
        return;
    }
    fuzz_check_text(r);
    check_alone(r, arena);
    compile_all(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text, *error = NULL;
    TcgRegion *r;
    Arena arena;

    if (size > MAX_TEXT) {
        return 0;
    }
    register_helpers();
    text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    arena_init(&arena);
    r = tcg_parse_region(&arena, NULL, text, &error);
    if (r) {
        g_assert_null(error);
        check_region(text, r, &arena);
    } else {
        check_error(text, error);
        g_free(error);
    }
    arena_done(&arena);
    free(text);
    return 0;
}

#ifdef DRAGOMAN_FUZZ_REPLAY

void (*const fuzz_without_files)(void) = NULL;

#endif
