/*
 * Direct jumps from block to block: patched to their targets, and back to their stubs.
 *
 * Each block lists the links that point at it, so that it can be cut off when it dies.  A dead
 * block's own jumps stay as they are: nobody enters it again, and who is still inside may go on.
 */
#include "machine.h"

#include <glib.h>

#include "util/log.h"

static bool patch(Machine *m, const uint8_t *site, const uint8_t *target)
{
    if (code_buf_own(&m->buf, site, sizeof(uint32_t)) < 0) {
        return false;
    }
    m->target.backend->patch_jump(code_buf_rw(&m->buf, site), site, target);
    return true;
}

void chain_link_locked(Machine *m, TransBlock *from, TransLink *link, TransBlock *to)
{
    if (link->to || from->dead || to->dead ||
        !patch(m, block_code(&m->cache, from) + link->site, block_code(&m->cache, to))) {
        return;
    }
    link->to = cache_ref(&m->cache, to);
    link->next = to->incoming;
    to->incoming = cache_ref(&m->cache, link);
    m->stats.links++;
    if (log_on(LOG_CHAIN)) {
        trace_chain(m, "link", from, link);
    }
}

static void unlink_one(Machine *m, TransLink *link)
{
    const TransBlock *from = link_block(link);
    const uint8_t *code = block_code(&m->cache, from);

    if (log_on(LOG_CHAIN)) {
        trace_chain(m, "unlink", from, link);
    }
    /* A jump that was not linked is only slow; one that cannot be cut would run dead code. */
    if (!patch(m, code + link->site, code + link->stub)) {
        g_error("out of memory for code after fork");
    }
    link->to = 0;
    m->stats.unlinks++;
}

void chain_unlink_incoming_locked(Machine *m, TransBlock *block)
{
    CacheRef ref = block->incoming;

    block->incoming = 0;
    while (ref) {
        TransLink *link = cache_link(&m->cache, ref);

        ref = link->next;
        unlink_one(m, link);
    }
}
