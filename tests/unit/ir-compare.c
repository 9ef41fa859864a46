/*
 * Regions from a world to an outcome, on the machine of a runner's backend.
 *
 * A backend has one set of host features per process: a runner with other ones than the last starts the
 * backend anew.
 */
#include "ir-compare.h"

#include <fenv.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tcg/pass.h"

enum { MAX_MACHINES = 4, SSE_FLAGS = 0x3d /* without the denormal one */, ROUND_SHIFT = 13 };

static struct {
    const TcgBackend *backend;
    const char *features;
    IrMachine machine;
} machines[MAX_MACHINES];
bool ir_runner_forks;
static uint8_t *buffer; /* IR_RANDOM_BUFFER bytes and as many that are not there */

void ir_compare_init(void)
{
    ir_random_init();
    tcg_lower_register_helpers();
    buffer = mmap(NULL, 2 * IR_RANDOM_BUFFER, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_true(buffer != MAP_FAILED);
    mprotect(buffer, IR_RANDOM_BUFFER, PROT_READ | PROT_WRITE);
    for (unsigned n = 0; tcg_backends[n]; n++) {
        g_assert_cmpuint(n, <, MAX_MACHINES);
        machines[n].backend = tcg_backends[n];
        ir_machine_init(&machines[n].machine, tcg_backends[n], NULL, &ir_random_globals,
                        IR_RANDOM_PC);
    }
}

uint64_t ir_pass_bit(const char *name)
{
    const char *error = NULL;
    uint64_t bit = 0;
    bool found = tcg_pass_options_parse(name, &bit, &error);

    g_assert_true(found);
    return bit;
}

static void describe(IrRunner *runner)
{
    unsigned nb_skipped = 0, nb = 0;
    const char *skipped = "";

    for (; tcg_passes[nb].name; nb++) {
        if (runner->skip >> nb & 1) {
            skipped = tcg_passes[nb].name;
            nb_skipped++;
        }
    }
    g_snprintf(runner->name, sizeof(runner->name), "%s%s%s, %s%s", runner->backend->name,
               runner->features ? " " : "", runner->features ? runner->features : "",
               !runner->optimize     ? "no passes"
               : nb_skipped == 0     ? "all passes"
               : nb_skipped + 1 < nb ? "without "
                                     : "legalize alone",
               nb_skipped + 1 < nb ? skipped : "");
}

bool ir_runner_init(IrRunner *runner, const char *backend, const char *features, bool optimize,
                    uint64_t skip)
{
    *runner = (IrRunner){
        .backend = tcg_backend_by_name(backend),
        .features = features,
        .optimize = optimize,
        .skip = skip,
    };
    if (runner->backend) {
        describe(runner);
    }
    return runner->backend != NULL;
}

void ir_runner_lacks(IrRunner *runner, uint32_t seed, unsigned share)
{
    GRand *rand = g_rand_new_with_seed(seed);

    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        runner->lacks[code] = g_rand_int_range(rand, 0, (gint32)share) == 0;
    }
    g_strlcat(runner->name, ", lacking operations", sizeof(runner->name));
    g_rand_free(rand);
}

static IrMachine *machine_of(const IrRunner *runner)
{
    for (unsigned n = 0;; n++) {
        IrMachine *m = &machines[n].machine;
        const char *error = NULL;

        if (machines[n].backend != runner->backend) {
            continue;
        }
        if (g_strcmp0(machines[n].features, runner->features) != 0) {
            bool ready = runner->backend->init(runner->features, &error);

            g_assert_true(ready);
            machines[n].features = runner->features;
        }
        ir_machine_reset(m);
        m->optimize = runner->optimize;
        m->passes.skip = runner->skip;
        memcpy(m->lacks, runner->lacks, sizeof(m->lacks));
        /* Passes make i32 moves of i64 values, which the symbolic checker takes for lost bits. */
        m->check_allocation = !runner->optimize;
        return m;
    }
}

static void break_op(const IrRunner *runner, TcgRegion *r)
{
    for (TcgBlock *block = r->first; runner->broken && block; block = block->next) {
        for (TcgOp *op = block->first; op; op = op->next) {
            if (op->code == runner->code) {
                op->code = runner->instead;
            }
        }
    }
}

static void set_world(IrMachine *m, const IrWorld *from)
{
    uint64_t base = (uintptr_t)buffer;

    memset(m->state, 0, IR_STATE_SIZE);
    memcpy(m->state, from->state, sizeof(from->state));
    memcpy(m->state + ir_random_globals.global[IR_RANDOM_BASE].offset, &base, sizeof(base));
    memcpy(buffer, from->buffer, sizeof(from->buffer));
    m->env->guest_mxcsr = IR_MXCSR | from->round << ROUND_SHIFT;
    m->env->pending = from->pending;
}

static void get_world(const IrMachine *m, IrWorld *ret)
{
    memcpy(ret->state, m->state, sizeof(ret->state));
    memcpy(ret->buffer, buffer, sizeof(ret->buffer));
    ret->round = m->env->guest_mxcsr >> ROUND_SHIFT & 3;
    ret->pending = m->env->pending;
}

static void set_exit(IrOutcome *out, const IrExit *exit, const IrCode *code)
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
    out->is_write = exit->is_write && !exit->misaligned;
    out->misaligned = exit->misaligned;
}

static void run_here(const IrRunner *runner, TcgRegion *r, const IrWorld *from, IrOutcome *ret)
{
    IrMachine *m = machine_of(runner);
    const IrExit *exit;
    IrCode code;

    break_op(runner, r);
    ir_compile(m, r, &code);
    set_world(m, from);
    exit = ir_run(m, &code);
    memset(ret, 0, sizeof(*ret));
    set_exit(ret, exit, &code);
    ret->flags = m->env->guest_mxcsr & SSE_FLAGS;
    get_world(m, &ret->world);
    ir_code_done(&code);
    fesetround(FE_TONEAREST); /* a helper may have changed the part that is not in the MXCSR */
}

/* Quietly: a reduction crashes a thousand times. */
static void run_child(const IrRunner *runner, TcgRegion *r, const IrWorld *from, IrOutcome *shared)
{
    const struct rlimit no_core = { 0, 0 };

    setrlimit(RLIMIT_CORE, &no_core);
    if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout)) {
        _exit(1);
    }
    run_here(runner, r, from, shared);
    _exit(0);
}

static void run_forked(const IrRunner *runner, TcgRegion *r, const IrWorld *from, IrOutcome *ret)
{
    static IrOutcome *shared;
    int status = -1;
    pid_t child;

    if (!shared) {
        shared =
            mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        g_assert_true(shared != MAP_FAILED);
    }
    fflush(stdout); /* or the child would, too */
    child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        run_child(runner, r, from, shared);
    }
    waitpid(child, &status, 0);
    *ret = *shared;
    if (status != 0) {
        memset(ret, 0, sizeof(*ret));
        ret->exit = IR_CRASHED;
    }
}

void ir_runner_run(const IrRunner *runner, TcgRegion *r, const IrWorld *from, IrOutcome *ret)
{
    (ir_runner_forks ? run_forked : run_here)(runner, r, from, ret);
}

bool ir_outcome_equal(const IrOutcome *a, const IrOutcome *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}
