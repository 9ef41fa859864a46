/*
 * The list of passes and their runner: the order is the design, read it from top to bottom.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "tcg/pass.h"
#include "util/log.h"

const TcgPass tcg_passes[] = {
    { "state-forward", tcg_opt_state_forward },
    { "copy", tcg_opt_copy },
    { "fold", tcg_opt_fold },
    { "extend", tcg_opt_extend },
    { "value-number", tcg_opt_value_number },
    { "address", tcg_opt_address },
    { "nan", tcg_opt_nan },
    { "legalize", tcg_lower_legalize },
    { "dead-code", tcg_opt_dead_code },
    { "retarget", tcg_opt_retarget },
    { NULL, NULL },
};

static unsigned count_passes(void)
{
    unsigned n = 0;

    while (tcg_passes[n].name) {
        n++;
    }
    return n;
}

static char *unknown_pass(const char *name)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "unknown pass '%s'; passes:", name);
    for (unsigned n = 0; tcg_passes[n].name; n++) {
        g_string_append_printf(text, " %s", tcg_passes[n].name);
    }
    return g_string_free(text, FALSE);
}

bool tcg_pass_options_parse(const char *names, uint64_t *ret_mask, const char **ret_error)
{
    g_auto(GStrv) parts = g_strsplit(names, ",", -1);
    uint64_t mask = 0;

    for (char **part = parts; *part; part++) {
        bool found = false;

        g_strstrip(*part);
        for (unsigned n = 0; tcg_passes[n].name; n++) {
            if (strcmp(tcg_passes[n].name, *part) == 0) {
                mask |= UINT64_C(1) << n;
                found = true;
            }
        }
        if (!found) {
            *ret_error = unknown_pass(*part);
            return false;
        }
    }
    *ret_mask = mask;
    return true;
}

static void check(const TcgRegion *r, const char *after)
{
#if DRAGOMAN_CHECKS
    if (!tcg_verify(r, after, stderr)) {
        abort();
    }
#endif
}

/* Printing and parsing cost more than all passes: a part of the regions, the same ones every time. */
static void check_some_text(const TcgRegion *r)
{
#if DRAGOMAN_CHECKS
    if ((r->pc >> 1) % 64 == 0 && !tcg_check_text(r, stderr)) {
        abort();
    }
#endif
}

static void dump(const TcgRegion *r, const char *name)
{
    const char *wanted = log_ir_after();

    if (wanted && (strcmp(wanted, name) == 0 || strcmp(wanted, "all") == 0) &&
        log_filter_match(r->pc, r->pc + r->size)) {
        FILE *out = log_lock();

        fprintf(out, "IR after %s:\n", name);
        tcg_print_region(out, r);
        fputc('\n', out);
        log_unlock();
    }
}

void tcg_optimize(TcgRegion *r, const TcgBackend *backend, const TcgPassOptions *options)
{
    unsigned nb = count_passes();
    uint64_t skip = options ? options->skip : 0;

    if (options && options->stop_after >= 0 && (unsigned)options->stop_after < nb) {
        nb = options->stop_after;
    }
    check(r, "as lifted");
    check_some_text(r);
    for (unsigned n = 0; n < nb; n++) {
        if (skip >> n & 1) {
            continue;
        }
        tcg_passes[n].run(r, backend);
        check(r, tcg_passes[n].name);
        if (log_on(LOG_IR)) {
            dump(r, tcg_passes[n].name);
        }
    }
}
