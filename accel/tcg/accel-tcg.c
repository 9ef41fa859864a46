/*
 * AccelOps of the translator: opening it, its vCPUs, fork, counters.
 */
#include "machine.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "accel/debug-info.h"
#include "util/lock.h"
#include "util/log.h"

enum {
    DEFAULT_BUFFER = 64 << 20,
    HOST_MXCSR = 0x1f80, /* all exceptions masked, round to nearest: the C ABI's */
    MIN_STATE_ALIGN = 64,
};

/* The one machine of the process: AccelOps has no handle, and the fork handlers get none. */
static Machine machine;

static bool parse_passes(Machine *m, const AccelOptions *options, const char **ret_error)
{
    m->passes.stop_after = options->stop_after;
    m->passes.skip = 0;
    return !options->skip_passes ||
           tcg_pass_options_parse(options->skip_passes, &m->passes.skip, ret_error);
}

/* The text is leaked: the program ends. */
static const char *unknown_backend(void)
{
    GString *text = g_string_new("not one of the backends:");

    for (unsigned n = 0; tcg_backends[n]; n++) {
        g_string_append_printf(text, " %s", tcg_backends[n]->name);
    }
    return g_string_free(text, FALSE);
}

static const TcgBackend *open_backend(const AccelOptions *options, const char **ret_error)
{
    const TcgBackend *backend =
        options->backend ? tcg_backend_by_name(options->backend) : tcg_backends[0];

    if (!backend) {
        *ret_error = unknown_backend();
        return NULL;
    }
    return backend->init(options->host_features, ret_error) ? backend : NULL;
}

/* Helpers are called from generated code: near them is best. */
static int open_buffer(Machine *m, size_t size)
{
    int ret = code_buf_init(&m->buf, size ? size : DEFAULT_BUFFER, (const void *)&machine_run);

    if (ret < 0) {
        return ret;
    }
    ret = block_cache_init(&m->cache, &m->buf);
    if (ret < 0) {
        code_buf_done(&m->buf);
    }
    return ret;
}

static void emit_entry(Machine *m)
{
    TcgCodeSpace space = code_buf_take(&m->buf, ENTRY_SIZE);

    m->entry = space.rx;
    if (m->target.backend->emit_entry(&m->target, space) > space.size) {
        g_error("entry code is too long");
    }
    code_buf_keep(&m->buf);
}

/*
 * Fork: the forking thread holds the lock across it, so that the tables are whole in the child.
 * Both sides must know of it, since the code buffer's memory is shared between them; hence
 * pthread_atfork and not only AccelOps.after_fork, which the child alone calls.
 */
static void before_fork(void)
{
    pthread_mutex_lock(&machine.lock);
}

static void note_fork(Machine *m)
{
    if (m->buf.rx) {
        code_buf_forked(&m->buf);
    }
    __atomic_store_n(&m->forks, m->forks + 1, __ATOMIC_SEQ_CST);
}

static void after_fork_parent(void)
{
    note_fork(&machine);
    pthread_mutex_unlock(&machine.lock);
}

/* The other threads are gone, wherever they were. */
static void after_fork_child(void)
{
    Machine *m = &machine;

    note_fork(m);
    for (TcgVcpu *v = m->vcpus; v; v = v->next) {
        __atomic_store_n(&v->inside, 0, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&m->flush_wanted, 0, __ATOMIC_SEQ_CST);
    perf_forked_child(m);
    lock_init(&m->lock); /* the owner it has is the parent's thread */
    pthread_cond_init(&m->moved, NULL);
}

static void init_locks(Machine *m)
{
    static bool done;

    lock_init(&m->lock);
    pthread_cond_init(&m->moved, NULL);
    if (!done) {
        pthread_atfork(before_fork, after_fork_parent, after_fork_child);
        done = true;
    }
}

static void tcg_close(void)
{
    Machine *m = &machine;

    g_assert(!m->vcpus);
    process_unwind_close(m);
    names_close(m);
    perf_close(m, true);
    dump_close(m);
    breakpoints_close(m);
    block_cache_done(&m->cache);
    code_buf_done(&m->buf);
    pthread_cond_destroy(&m->moved);
    pthread_mutex_destroy(&m->lock);
    *m = (Machine){ 0 };
}

static int tcg_open(const GuestArch *guest, const AccelOptions *options, const AccelHooks *hooks,
                    const char **ret_error)
{
    Machine *m = &machine;
    const TcgBackend *backend;
    int ret;

    *m = (Machine){ .guest = guest, .hooks = *hooks };
    *ret_error = NULL;
    backend = open_backend(options, ret_error);
    if (!backend || !parse_passes(m, options, ret_error) ||
        !dump_open(m, options->dump_block, ret_error)) {
        return -EINVAL;
    }
    ret = open_buffer(m, options->code_buffer_size);
    if (ret < 0) {
        dump_close(m);
        return ret;
    }
    init_locks(m);
    breakpoints_open(m);
    tcg_target_init(&m->target, backend, guest->globals);
    m->target.pc_offset = guest->pc_offset;
    m->target.pc_bits = guest->address_bits;
    m->target.insn_shift = (uint8_t)__builtin_ctz(guest->min_insn);
    emit_entry(m);
    debug_info_open(m);
    names_open(m);
    process_unwind_open(m);
    ret = jit_dump_open(m, options->jit_dump, ret_error);
    ret = ret < 0 ? ret : perf_open(m, options, ret_error);
    if (ret < 0) {
        tcg_close();
        return ret;
    }
    m->max_insns = options->one_insn_per_block ? 1 : MAX_BLOCK_INSNS;
    m->chain = !options->no_chain && !log_on(LOG_EXEC);
    m->jump_cache = !log_on(LOG_EXEC);
    return 0;
}

/*
 * TcgEnv and CPU state in one piece; the jump cache in memory that is touched as it is used.
 */
static bool alloc_vcpu(TcgVcpu *v, const GuestArch *guest)
{
    size_t size = sizeof(TcgEnv) + guest->state_size;

    v->env = aligned_alloc(MIN_STATE_ALIGN, (size + MIN_STATE_ALIGN - 1) & -MIN_STATE_ALIGN);
    v->jump_cache = mmap(NULL, TCG_JUMP_CACHE_SIZE * sizeof(*v->jump_cache), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!v->env || v->jump_cache == MAP_FAILED) {
        free(v->env);
        return false;
    }
    memset(v->env, 0, size);
    return true;
}

static int tcg_vcpu_init(Vcpu *vcpu)
{
    Machine *m = &machine;
    TcgVcpu *v = g_new0(TcgVcpu, 1);

    if (!alloc_vcpu(v, m->guest)) {
        g_free(v);
        return -ENOMEM;
    }
    v->machine = m;
    v->vcpu = vcpu;
    v->env->owner = v;
    v->env->host_mxcsr = v->env->guest_mxcsr = HOST_MXCSR;
    v->env->jump_cache = m->jump_cache ? v->jump_cache : empty_jump_cache();
    arena_init(&v->arena);
    vcpu_init_cache(v);
    vcpu->arch = m->guest;
    vcpu->accel = v;
    vcpu->state = v->env + 1;
    pthread_mutex_lock(&m->lock);
    v->next = m->vcpus;
    m->vcpus = v;
    pthread_mutex_unlock(&m->lock);
    return 0;
}

static void unlist_vcpu(Machine *m, TcgVcpu *v)
{
    TcgVcpu **at = &m->vcpus;

    pthread_mutex_lock(&m->lock);
    while (*at != v) {
        at = &(*at)->next;
    }
    *at = v->next;
    pthread_mutex_unlock(&m->lock);
}

static void tcg_vcpu_done(Vcpu *vcpu)
{
    TcgVcpu *v = vcpu->accel;

    unlist_vcpu(v->machine, v);
    arena_done(&v->arena);
    tcg_state_map_done(&v->map);
    munmap(v->jump_cache, TCG_JUMP_CACHE_SIZE * sizeof(*v->jump_cache));
    free(v->env);
    g_free(v);
    vcpu->accel = NULL;
    vcpu->state = NULL;
}

static void tcg_kick(Vcpu *vcpu)
{
    vcpu_request(vcpu->accel, REQUEST_INTERRUPT);
}

static void tcg_invalidate(GuestAddr start, GuestAddr end)
{
    machine_invalidate(&machine, start, end);
}

static int tcg_insert_breakpoint(GuestAddr addr)
{
    return breakpoints_insert(&machine, addr);
}

static int tcg_remove_breakpoint(GuestAddr addr)
{
    return breakpoints_remove(&machine, addr);
}

static void tcg_set_single_step(Vcpu *vcpu, bool on)
{
    TcgVcpu *v = vcpu->accel;

    v->step = on;
}

/* Done by after_fork_child(); fork() alone creates processes that go on running guest code. */
static void tcg_after_fork(void)
{
}

/*
 * Called by a debugger, maybe in the middle of anything: it sees to it that no thread holds a lock
 * of ours, and trylock to that none is waited for here.  Looking up names allocates and reads
 * files; a thread that was stopped inside malloc with the only arena would be waited for.
 */
__attribute__((visibility("default"), used)) int dragoman_sync_names(void)
{
    int blocks = -1;

    if (machine.names && pthread_mutex_trylock(&machine.lock) == 0) {
        blocks = (int)names_sync_locked(&machine);
        pthread_mutex_unlock(&machine.lock);
    }
    return blocks;
}

static void tcg_process_ends(void)
{
    pthread_mutex_lock(&machine.lock);
    jit_dump_write_locked(&machine);
    perf_close(&machine, true);
    pthread_mutex_unlock(&machine.lock);
}

static void tcg_after_vfork(Vcpu *vcpu)
{
    machine_recover(vcpu->accel);
}

static double per(uint64_t n, uint64_t of)
{
    return of ? (double)n / (double)of : 0;
}

static void tcg_print_stats(FILE *out)
{
    Machine *m = &machine;
    MachineStats s;
    size_t used, meta;

    pthread_mutex_lock(&m->lock);
    s = m->stats;
    used = m->buf.used;
    meta = m->cache.meta_used;
    pthread_mutex_unlock(&m->lock);
    fprintf(out, "blocks            %" PRIu64 "\n", s.blocks);
    fprintf(out, "guest insns       %" PRIu64 " (%.1f a block)\n", s.guest_insns,
            per(s.guest_insns, s.blocks));
    fprintf(out, "guest bytes       %" PRIu64 "\n", s.guest_bytes);
    fprintf(out, "host bytes        %" PRIu64 " (%.1f a guest insn)\n", s.host_bytes,
            per(s.host_bytes, s.guest_insns));
    fprintf(out, "state map bytes   %" PRIu64 " (%.1f a block)\n", s.map_bytes,
            per(s.map_bytes, s.blocks));
    fprintf(out, "buffer in use     %zu of %zu, records %zu\n", used, m->buf.size, meta);
    fprintf(out, "links             %" PRIu64 ", unlinked %" PRIu64 "\n", s.links, s.unlinks);
    fprintf(out, "flushes           %" PRIu64 "\n", s.flushes);
    fprintf(out, "invalidated       %" PRIu64 ", retries %" PRIu64 "\n", s.invalidated, s.retries);
    fprintf(out, "ns a guest insn   lift %.0f, compile %.0f, install %.0f\n",
            per(s.lift_ns, s.guest_insns), per(s.compile_ns, s.guest_insns),
            per(s.install_ns, s.guest_insns));
}

const AccelOps accel_tcg = {
    .name = "tcg",
    .open = tcg_open,
    .close = tcg_close,
    .vcpu_init = tcg_vcpu_init,
    .vcpu_done = tcg_vcpu_done,
    .run = machine_run,
    .kick = tcg_kick,
    .invalidate = tcg_invalidate,
    .handle_fault = machine_handle_fault,
    .inspect = machine_inspect,
    .after_fork = tcg_after_fork,
    .process_ends = tcg_process_ends,
    .insert_breakpoint = tcg_insert_breakpoint,
    .remove_breakpoint = tcg_remove_breakpoint,
    .set_single_step = tcg_set_single_step,
    .after_vfork = tcg_after_vfork,
    .print_stats = tcg_print_stats,
};
