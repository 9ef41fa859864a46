/*
 * Translation: guest bytes at a pc to a block in the cache.
 *
 * No lock is held while the code is made.  What could go wrong meanwhile is checked when it is
 * installed: the guest's bytes changed (fetched again and compared), another thread made the
 * same block (theirs stays), the process forked (the chunk may be half copied: take a new one).
 */
#include "machine.h"

#include <glib.h>
#include <string.h>
#include <time.h>

#include "target/guest.h"
#include "tcg/builder.h"
#include "util/log.h"

enum {
    /* A block is hardly ever longer; starting one in less space means doing most of them twice. */
    MIN_SPACE = 2048,
};

/* One attempt. */
typedef struct Attempt {
    TcgVcpu *v;
    GuestAddr pc;
    uint32_t flags;
    unsigned max_insns;
    uint64_t version;     /* of guest code, before it was fetched */
    uint32_t breakpoints; /* their version, then */
    uint32_t forks;       /* before the chunk was written to */
    GuestCode code;
    GuestLift lift;
    TcgRegion *region;
    TcgCodeSpace space; /* of the block's code */
    bool fresh_chunk;
    TcgCompiled compiled;
    uint64_t clock[4]; /* with -d stats: before lift, before compile, before install, after */
} Attempt;

static void tick(Attempt *a, unsigned n)
{
    struct timespec now;

    if (log_on(LOG_STATS)) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        a->clock[n] = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    }
}

static void set_fetch_fault(TcgVcpu *v, GuestAddr addr, int code)
{
    v->vcpu->fault = (VcpuFault){ .signo = SIGSEGV, .code = code, .addr = addr };
}

/* What must not change from here on. */
static void note_versions(Attempt *a)
{
    Machine *m = a->v->machine;

    a->version = __atomic_load_n(&m->code_version, __ATOMIC_SEQ_CST);
    a->breakpoints = __atomic_load_n(&m->breakpoint_version, __ATOMIC_SEQ_CST);
}

/* False: nothing there to execute. */
static bool fetch(Attempt *a)
{
    TcgVcpu *v = a->v;
    int code = SEGV_MAPERR;

    a->code = (GuestCode){ .pc = a->pc, .bytes = v->code };
    a->code.size = v->machine->hooks.fetch_code(a->pc, v->code, sizeof(v->code), &code);
    if (a->code.size == 0) {
        set_fetch_fault(v, a->pc, code);
    }
    return a->code.size > 0;
}

static void lift_code(Attempt *a, const GuestCode *code, unsigned max_insns)
{
    TcgVcpu *v = a->v;
    Machine *m = v->machine;
    IrBuilder ir;

    arena_reset(&v->arena);
    a->region = tcg_region_new(&v->arena, m->target.globals);
    a->region->pc = a->pc;
    ir_begin(&ir, a->region);
    a->lift = m->guest->lift_block(&ir, code, a->flags & ~FLAG_STEP, max_insns);
    a->region->size = a->lift.size;
}

/* False: the first instruction runs into a page that cannot be fetched. */
static bool lift(Attempt *a)
{
    TcgVcpu *v = a->v;
    Machine *m = v->machine;
    GuestCode limited = a->code;

    if (a->flags & FLAG_STEP) {
        lift_code(a, &limited, 1);
    } else {
        limited.size = breakpoints_limit(m, a->pc, limited.size);
        lift_code(a, &limited, a->max_insns);
        if (a->lift.size == 0 && limited.size < a->code.size) {
            /* A breakpoint inside the instruction, where nobody comes to. */
            lift_code(a, &a->code, 1);
        }
    }
    if (a->lift.size == 0) {
        GuestAddr missing = a->pc + a->code.size;
        int code = SEGV_MAPERR;
        uint8_t byte;

        m->hooks.fetch_code(missing, &byte, 1, &code);
        set_fetch_fault(v, missing, code);
    }
    return a->lift.size > 0;
}

/* Make sure that v->chunk has room and is this process's own; false: the buffer is full. */
static bool prepare_chunk(Attempt *a)
{
    TcgVcpu *v = a->v;
    Machine *m = v->machine;
    bool ok = true;

    a->forks = __atomic_load_n(&m->forks, __ATOMIC_SEQ_CST);
    a->fresh_chunk = false;
    if (v->chunk.size >= MIN_SPACE && a->forks == v->chunk_forks) {
        return true;
    }
    pthread_mutex_lock(&m->lock);
    if (v->chunk.size < MIN_SPACE) {
        v->chunk = code_buf_take(&m->buf, m->buf.granule);
        a->fresh_chunk = true;
        ok = v->chunk.size > 0;
    }
    a->forks = m->forks;
    v->chunk_forks = m->forks;
    if (ok && code_buf_own(&m->buf, v->chunk.rx, v->chunk.size) < 0) {
        v->chunk = (TcgCodeSpace){ 0 };
        ok = false;
    }
    pthread_mutex_unlock(&m->lock);
    return ok;
}

/* The block's code starts CODE_ALIGN aligned behind its header. */
static void place_code(Attempt *a)
{
    const TcgCodeSpace *chunk = &a->v->chunk;
    uintptr_t at =
        ((uintptr_t)chunk->rx + CODE_HEADER + CODE_ALIGN - 1) & ~(uintptr_t)(CODE_ALIGN - 1);
    size_t skip = at - (uintptr_t)chunk->rx, gap = perf_gap(a->v->machine);

    a->space = (TcgCodeSpace){ chunk->rw + skip, chunk->rx + skip, chunk->size - skip - gap };
}

static TcgResult compile(Attempt *a)
{
    TcgVcpu *v = a->v;
    Machine *m = v->machine;
    TcgOutput out = { a->space, &v->arena, &v->map, log_on(LOG_OUT_ASM) || perf_wants_marks(m) };
    TcgResult result;

    tcg_state_map_begin(&v->map, a->pc);
    result = tcg_compile(a->region, &m->target, &m->passes, &out, &a->compiled);
    a->compiled.state_map = &v->map;
    return result;
}

/* Without the lock: the bytes now are those that were lifted. */
static bool bytes_unchanged(const Attempt *a)
{
    uint8_t now[MAX_BLOCK_BYTES];
    int code;
    size_t size = a->v->machine->hooks.fetch_code(a->pc, now, a->lift.size, &code);

    return size == a->lift.size && memcmp(now, a->v->code, size) == 0;
}

static void count(Machine *m, const Attempt *a)
{
    MachineStats *s = &m->stats;

    s->blocks++;
    s->guest_insns += a->lift.insns;
    s->guest_bytes += a->lift.size;
    s->host_bytes += a->compiled.code_size;
    s->map_bytes += a->v->map.size;
    s->lift_ns += a->clock[1] - a->clock[0];
    s->compile_ns += a->clock[2] - a->clock[1];
    s->install_ns += a->clock[3] - a->clock[2];
}

typedef enum Installed { INSTALLED, INSTALL_RETRY, INSTALL_FULL } Installed;

static Installed install_locked(Attempt *a, TransBlock **ret)
{
    TcgVcpu *v = a->v;
    Machine *m = v->machine;
    NewBlock nb = { a->pc, a->flags, (uint16_t)a->lift.size, a->space.rx, &a->compiled };
    size_t used = (size_t)(a->space.rx - v->chunk.rx) + a->compiled.code_size + perf_gap(m);

    if (m->forks != a->forks) {
        v->chunk = (TcgCodeSpace){ 0 };
        return INSTALL_RETRY;
    }
    if (m->code_version != a->version) {
        return INSTALL_RETRY;
    }
    *ret = block_cache_find(&m->cache, a->pc, a->flags);
    if (*ret) {
        return INSTALLED;
    }
    *ret = block_cache_insert(&m->cache, &nb);
    if (!*ret) {
        return INSTALL_FULL;
    }
    names_add_locked(m, *ret);
    perf_add_locked(m, *ret, &a->compiled);
    v->chunk.rw += used;
    v->chunk.rx += used;
    v->chunk.size -= used;
    tick(a, 3);
    count(m, a);
    return INSTALLED;
}

static Installed install(Attempt *a, TransBlock **ret)
{
    Machine *m = a->v->machine;
    Installed result;

    for (;;) {
        uint64_t version = __atomic_load_n(&m->code_version, __ATOMIC_SEQ_CST);

        /* Mappings elsewhere change all the time in threaded programs: look before giving up. */
        if (version != a->version) {
            if (!bytes_unchanged(a) ||
                __atomic_load_n(&m->breakpoint_version, __ATOMIC_SEQ_CST) != a->breakpoints) {
                return INSTALL_RETRY;
            }
            a->version = version;
        }
        pthread_mutex_lock(&m->lock);
        result = install_locked(a, ret);
        m->stats.retries += result == INSTALL_RETRY;
        pthread_mutex_unlock(&m->lock);
        if (result != INSTALL_RETRY || __atomic_load_n(&m->forks, __ATOMIC_SEQ_CST) != a->forks) {
            return result;
        }
    }
}

/* After TCG_CODE_FULL: more space, or less code.  False: no room for even one instruction. */
static bool make_room(Attempt *a)
{
    if (!a->fresh_chunk) {
        a->v->chunk = (TcgCodeSpace){ 0 };
        return true;
    }
    a->max_insns = a->lift.insns / 2;
    return a->max_insns > 0;
}

TransResult translate(TcgVcpu *v, GuestAddr pc, uint32_t flags, TransBlock **ret)
{
    Attempt a = { .v = v, .pc = pc, .flags = flags, .max_insns = v->machine->max_insns };

    for (;;) {
        tick(&a, 0);
        note_versions(&a);
        if (!(flags & FLAG_STEP) && breakpoints_has(v->machine, pc)) {
            return TRANS_BREAKPOINT;
        }
        if (!fetch(&a) || !lift(&a)) {
            return TRANS_FAULT;
        }
        if (!prepare_chunk(&a)) {
            return TRANS_FULL;
        }
        place_code(&a);
        trace_lifted(v->machine, a.region, &a.code, &a.lift);
        dump_lifted(v, a.region);
        tick(&a, 1);
        switch (compile(&a)) {
        case TCG_OK:
            break;
        case TCG_CODE_FULL:
            if (!make_room(&a)) {
                g_error("code buffer too small for one instruction");
            }
            continue;
        case TCG_TOO_LONG:
            a.max_insns = a.lift.insns / 2;
            g_assert(a.max_insns > 0);
            continue;
        }
        tick(&a, 2);
        trace_compiled(v->machine, a.region, &a.code, &a.compiled, a.space.rx);
        switch (install(&a, ret)) {
        case INSTALLED:
            return TRANS_OK;
        case INSTALL_FULL:
            return TRANS_FULL;
        case INSTALL_RETRY:
            continue;
        }
    }
}
