/*
 * A region from lifted IR to host bytes: passes, register allocation, emission.
 */
#include "tcg/backend.h"
#include "tcg/pass.h"
#include "util/log.h"

#include <glib.h>

static bool is_logged(const TcgRegion *r, LogItem item)
{
    return log_on(item) && log_filter_match(r->pc, r->pc + r->size);
}

static void check_allocation(const TcgRegion *r, const TcgTarget *target, const TcgMcode *mcode)
{
    if (!tcg_ra_verify(r, target, mcode, stderr)) {
        tcg_print_region(stderr, r);
        tcg_print_mcode(stderr, target, mcode);
        g_error("register allocation of the region at %#" G_GINT64_MODIFIER "x is wrong", r->pc);
    }
}

TcgResult tcg_compile(TcgRegion *r, const TcgTarget *target, const TcgPassOptions *options,
                      const TcgOutput *out, TcgCompiled *ret)
{
    TcgMcode mcode;
    TcgResult result;

    tcg_optimize(r, target->backend, options);
    result = tcg_allocate(r, target, out->arena, &mcode);
    if (result != TCG_OK) {
        return result;
    }
    if (is_logged(r, LOG_RA)) {
        tcg_print_mcode(log_lock(), target, &mcode);
        log_unlock();
    }
    if (DRAGOMAN_CHECKS) {
        check_allocation(r, target, &mcode);
    }
    return target->backend->emit_region(target, &mcode, out->space, out->arena, out->map,
                                        out->want_marks, ret);
}
