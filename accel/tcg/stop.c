/*
 * Requests to vCPUs, and stopping all of them to flush.
 *
 * A request is a bit, then env->pending for poll points, then the empty jump cache for
 * indirect jumps.  The owner undoes these in the opposite order before it reads the bits: a
 * request whose bit it missed sets pending again after it, so none is lost; a spurious one
 * is possible.
 *
 * A flush raises flush_wanted, asks all vCPUs that are inside to stop and waits until they are
 * outside.  A vCPU that steps inside sets its flag first and reads flush_wanted second; the
 * flusher does the opposite; so one of them sees the other.
 */
#include "machine.h"

#include <string.h>

#include "util/lock.h"

/* Zero entries match no pc but 0, whose index is 0; this one is odd and the last there is. */
#define NO_PC UINT64_MAX

static TcgJumpCacheEntry no_entries[TCG_JUMP_CACHE_SIZE] = { { .pc = NO_PC } };

const TcgJumpCacheEntry *empty_jump_cache(void)
{
    return no_entries;
}

static void set_jump_cache(TcgVcpu *v, const TcgJumpCacheEntry *entries)
{
    __atomic_store_n(&v->env->jump_cache, entries, __ATOMIC_SEQ_CST);
}

void vcpu_request(TcgVcpu *v, uint32_t requests)
{
    __atomic_fetch_or(&v->requests, requests, __ATOMIC_SEQ_CST);
    __atomic_store_n(&v->env->pending, 1, __ATOMIC_SEQ_CST);
    set_jump_cache(v, no_entries);
}

void vcpu_init_cache(TcgVcpu *v)
{
    v->jump_cache[0].pc = NO_PC;
}

void vcpu_forget(TcgVcpu *v)
{
    memset(v->jump_cache, 0, TCG_JUMP_CACHE_SIZE * sizeof(*v->jump_cache));
    vcpu_init_cache(v);
}

static void wait_for_flush(Machine *m)
{
    pthread_mutex_lock(&m->lock);
    pthread_cond_broadcast(&m->moved);
    while (m->flush_wanted) {
        pthread_cond_wait(&m->moved, &m->lock);
    }
    pthread_mutex_unlock(&m->lock);
}

void vcpu_step_inside(TcgVcpu *v)
{
    Machine *m = v->machine;
    uint32_t generation;

    __atomic_store_n(&v->inside, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&m->flush_wanted, __ATOMIC_SEQ_CST)) {
        __atomic_store_n(&v->inside, 0, __ATOMIC_SEQ_CST);
        wait_for_flush(m);
        __atomic_store_n(&v->inside, 1, __ATOMIC_SEQ_CST);
    }
    generation = __atomic_load_n(&m->generation, __ATOMIC_ACQUIRE);
    if (v->generation != generation) {
        v->generation = generation;
        v->chunk = (TcgCodeSpace){ 0 };
        vcpu_forget(v);
    }
}

void vcpu_step_outside(TcgVcpu *v)
{
    Machine *m = v->machine;

    __atomic_store_n(&v->inside, 0, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&m->flush_wanted, __ATOMIC_SEQ_CST)) {
        pthread_mutex_lock(&m->lock);
        pthread_cond_broadcast(&m->moved);
        pthread_mutex_unlock(&m->lock);
    }
}

bool vcpu_serve(TcgVcpu *v)
{
    uint32_t requests;

    __atomic_store_n(&v->env->pending, 0, __ATOMIC_SEQ_CST);
    set_jump_cache(v, v->machine->jump_cache ? v->jump_cache : no_entries);
    requests = __atomic_exchange_n(&v->requests, 0, __ATOMIC_SEQ_CST);
    if (requests & REQUEST_FORGET) {
        vcpu_forget(v);
    }
    if (requests & REQUEST_STOP) {
        vcpu_step_outside(v);
        vcpu_step_inside(v);
    }
    return !(requests & REQUEST_INTERRUPT);
}

static bool anyone_inside(const Machine *m)
{
    for (const TcgVcpu *v = m->vcpus; v; v = v->next) {
        if (__atomic_load_n(&v->inside, __ATOMIC_SEQ_CST)) {
            return true;
        }
    }
    return false;
}

/* Called and returns with the lock held; waits with it released. */
static void wait_until_all_outside(Machine *m)
{
    for (TcgVcpu *v = m->vcpus; v; v = v->next) {
        if (__atomic_load_n(&v->inside, __ATOMIC_SEQ_CST)) {
            vcpu_request(v, REQUEST_STOP);
        }
    }
    while (anyone_inside(m)) {
        pthread_cond_wait(&m->moved, &m->lock);
    }
}

static void flush_locked(Machine *m, const TcgVcpu *v)
{
    m->flusher = v;
    __atomic_store_n(&m->flush_wanted, 1, __ATOMIC_SEQ_CST);
    wait_until_all_outside(m);
    code_buf_reset(&m->buf);
    block_cache_reset(&m->cache);
    names_flush_locked(m);
    perf_flush_locked(m);
    m->stats.flushes++;
    __atomic_store_n(&m->generation, m->generation + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&m->flush_wanted, 0, __ATOMIC_SEQ_CST);
    m->flusher = NULL;
    pthread_cond_broadcast(&m->moved);
}

void machine_flush(TcgVcpu *v, uint32_t generation)
{
    Machine *m = v->machine;

    pthread_mutex_lock(&m->lock);
    __atomic_store_n(&v->inside, 0, __ATOMIC_SEQ_CST);
    if (!m->flush_wanted && m->generation == generation) {
        flush_locked(m, v);
    } else {
        pthread_cond_broadcast(&m->moved);
    }
    pthread_mutex_unlock(&m->lock);
    vcpu_step_inside(v);
}

void machine_recover(TcgVcpu *v)
{
    Machine *m = v->machine;
    bool held = lock_inherit(&m->lock);

    __atomic_store_n(&v->inside, 0, __ATOMIC_SEQ_CST);
    if (held || m->flusher == v) {
        /* Tables may be half changed: start over. */
        v->chunk = (TcgCodeSpace){ 0 };
        flush_locked(m, v);
    } else if (m->flush_wanted) {
        pthread_cond_broadcast(&m->moved);
    }
    pthread_mutex_unlock(&m->lock);
}
