/*
 * Guest code that changed or went away: its blocks are cut off and forgotten.
 *
 * code_version tells a translator that runs beside this that the bytes it read may be old.
 * Every vCPU, the calling thread's too, empties its jump cache at its next poll point.
 */
#include "machine.h"

static void kill_block(TransBlock *block, void *opaque)
{
    Machine *m = opaque;

    block_cache_remove(&m->cache, block);
    chain_unlink_incoming_locked(m, block);
    m->stats.invalidated++;
}

void machine_invalidate(Machine *m, GuestAddr start, GuestAddr end)
{
    uint64_t before;

    pthread_mutex_lock(&m->lock);
    __atomic_store_n(&m->code_version, m->code_version + 1, __ATOMIC_SEQ_CST);
    before = m->stats.invalidated;
    block_cache_each_in(&m->cache, start, end, kill_block, m);
    if (m->stats.invalidated != before) {
        for (TcgVcpu *v = m->vcpus; v; v = v->next) {
            vcpu_request(v, REQUEST_FORGET);
        }
    }
    pthread_mutex_unlock(&m->lock);
}
