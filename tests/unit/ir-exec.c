/*
 * The accelerator's part in small: entry code, the way in, and faults back to guest state.
 */
#include "ir-exec.h"

#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

const char *const ir_feature_sets[IR_FEATURE_SETS] = {
    "-avx",
    "-avx2",
    "-bmi1",
    "-bmi2",
    "-f16c",
    "-fma",
    "-lzcnt",
    "-movbe",
    "-popcnt",
    "-sse4.1",
    "-avx,-bmi1,-bmi2,-lzcnt,-movbe,-popcnt,-sse4.1",
};

typedef uint64_t EnterFn(void *state, const void *code);

static IrMachine *current; /* whose code runs */

/* ------------------------------------------------------------------ faults */

static void get_reg(const IrMachine *m, void *context, unsigned reg, uint8_t value[32])
{
    if (m->backend->interp_get) {
        m->backend->interp_get(m->state, reg, value);
    } else {
        m->backend->context_get(context, reg, value);
    }
}

static void read_loc(const IrMachine *m, void *context, uint64_t sp, const TcgStateItem *item,
                     uint8_t value[32])
{
    memset(value, 0, 32);
    switch (item->loc.kind) {
    case TCG_LOC_REG:
        get_reg(m, context, item->loc.reg, value);
        break;
    case TCG_LOC_STATE:
        memcpy(value, m->state + item->loc.offset, 32);
        break;
    case TCG_LOC_FRAME:
        memcpy(value, (const uint8_t *)(uintptr_t)sp + item->loc.offset, 32);
        break;
    case TCG_LOC_CONST:
        memcpy(value, &item->bits, sizeof(item->bits));
        break;
    default:
        g_assert_not_reached();
    }
}

static void rebuild_state(const IrMachine *m, void *context, uint64_t sp,
                          const TcgStateEntry *entry)
{
    uint8_t values[TCG_MAX_GLOBALS][32];
    const TcgGlobals *globals = m->target.globals;

    for (unsigned g = 0; g < globals->nb; g++) {
        if (m->target.home[g] != TCG_NO_REG) {
            get_reg(m, context, m->target.home[g], values[g]);
        } else {
            memcpy(values[g], m->state + globals->global[g].offset, 32);
        }
    }
    for (unsigned n = 0; n < entry->nb_items; n++) {
        read_loc(m, context, sp, &entry->item[n], values[entry->item[n].global]);
    }
    for (unsigned g = 0; g < globals->nb; g++) {
        memcpy(m->state + globals->global[g].offset, values[g],
               tcg_type_bits(globals->global[g].type) / 8);
    }
    memcpy(m->state + m->target.pc_offset, &entry->pc, sizeof(entry->pc));
}

static void load_boundary(const IrMachine *m, void *context)
{
    for (unsigned g = 0; g < m->target.globals->nb; g++) {
        uint8_t value[32] = { 0 };

        if (m->target.home[g] != TCG_NO_REG) {
            memcpy(value, m->state + m->target.globals->global[g].offset,
                   tcg_type_bits(m->target.globals->global[g].type) / 8);
            m->backend->context_set(context, m->target.home[g], value);
        }
    }
}

static bool find_fault(const IrMachine *m, void *context, TcgHostFault *fault)
{
    if (m->backend->interp_fault) {
        return m->backend->interp_fault(m->state, fault);
    }
    m->backend->context_fault(context, fault);
    return code_buf_contains(&m->buf, fault->pc);
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
    IrMachine *m = current;
    TcgHostFault fault = { .addr = (uintptr_t)info->si_addr };
    TcgStateEntry entry;

    if (!m || !find_fault(m, context, &fault) ||
        !tcg_state_map_find(m->running->map, m->running->map_size, m->running->pc,
                            (uint32_t)(fault.pc - m->running->rx), &entry)) {
        signal(signo, SIG_DFL); /* our own: again, without a handler */
        return;
    }
    rebuild_state(m, context, fault.sp, &entry);
    m->exit =
        (IrExit){ .misaligned = fault.misaligned, .is_write = fault.is_write, .addr = fault.addr };
    if (m->backend->interp_leave) {
        m->backend->interp_leave(m->state, TCG_EXIT_FAULT, context);
    } else {
        load_boundary(m, context);
        m->backend->context_jump(context, m->target.epilogue, TCG_EXIT_FAULT, m->env->host_sp);
    }
}

static void handle_faults(void)
{
    struct sigaction act = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

    sigaction(SIGSEGV, &act, NULL);
    sigaction(SIGBUS, &act, NULL);
}

/* ------------------------------------------------------------------ the machine */

void ir_machine_init(IrMachine *m, const TcgBackend *backend, const char *features,
                     const TcgGlobals *globals, uint32_t pc_offset)
{
    const char *error = NULL;
    bool ready = backend->init(features, &error);
    int mapped;

    g_assert_true(ready);
    *m =
        (IrMachine){ .backend = backend, .passes = { .stop_after = -1 }, .check_allocation = true };
    mapped = code_buf_init(&m->buf, 4 << 20, (const void *)&handle_faults);
    g_assert_cmpint(mapped, ==, 0);
    m->space = code_buf_take(&m->buf, 3 << 20);
    tcg_target_init(&m->target, backend, globals);
    m->target.pc_offset = pc_offset;
    m->target.pc_bits = 64;
    m->target.insn_shift = 1;
    m->entry = m->space.rx;
    m->env = aligned_alloc(64, sizeof(*m->env) + IR_STATE_SIZE);
    memset(m->env, 0, sizeof(*m->env) + IR_STATE_SIZE);
    m->state = (uint8_t *)(m->env + 1);
    m->jump_cache = g_new0(TcgJumpCacheEntry, TCG_JUMP_CACHE_SIZE);
    m->jump_cache[0].pc = UINT64_MAX;
    m->env->jump_cache = m->jump_cache;
    m->env->guest_mxcsr = m->env->host_mxcsr = IR_MXCSR;
    arena_init(&m->arena);
    ir_machine_reset(m);
    handle_faults();
}

void ir_machine_done(IrMachine *m)
{
    code_buf_done(&m->buf);
    arena_done(&m->arena);
    tcg_state_map_done(&m->map);
    g_free(m->jump_cache);
    free(m->env);
}

void ir_machine_reset(IrMachine *m)
{
    size_t used;

    code_buf_reset(&m->buf);
    m->space = code_buf_take(&m->buf, 3 << 20);
    used = (m->backend->emit_entry(&m->target, m->space) + 15) & ~(size_t)15;
    m->space.rw += used;
    m->space.rx += used;
    m->space.size -= used;
}

static void fail_with(const IrMachine *m, const TcgRegion *r, const TcgMcode *mcode,
                      const char *what)
{
    fprintf(stderr, "%s on %s:\n", what, m->backend->name);
    tcg_print_globals(stderr, r);
    tcg_print_region(stderr, r);
    if (mcode) {
        tcg_print_mcode(stderr, &m->target, mcode);
    }
    g_error("%s", what);
}

/* ------------------------------------------------------------------ a backend that lacks operations */

static struct {
    const TcgBackend *backend;
    const TcgRegion *region;
    const bool *lacks;
} poor; /* what poor_supports() speaks of */

/* sext and zext of an i32 value to i64 are what legalize itself makes. */
static bool widens(const TcgOp *op)
{
    return op->type == TCG_I64 && op->imm[0] == 32 &&
           tcg_val(poor.region, tcg_op_in(op, 0))->type == TCG_I32;
}

/* What legalize.c knows another way for, in operations that are not on this list, or a helper. */
static bool can_do_without(const TcgOp *op)
{
    switch (op->code) {
    case TCG_OP_neg ... TCG_OP_remu:
    case TCG_OP_not ... TCG_OP_xnor:
    case TCG_OP_rotl ... TCG_OP_bswap:
    case TCG_OP_extract ... TCG_OP_deposit:
    case TCG_OP_movcond ... TCG_OP_sub_overflow:
    case TCG_OP_fsqrt ... TCG_OP_fnan:
    case TCG_OP_fcvt_s32 ... TCG_OP_fcvt:
    case TCG_OP_vandc:
    case TCG_OP_gldx:
    case TCG_OP_gstx:
        return true;
    case TCG_OP_sext:
    case TCG_OP_zext:
        return !widens(op);
    case TCG_OP_setcond:
    case TCG_OP_brcond:
        return op->imm[0] == TCG_COND_TSTEQ || op->imm[0] == TCG_COND_TSTNE;
    case TCG_OP_fbox:
        return op->type == TCG_F32;
    default:
        return false;
    }
}

static bool poor_supports(const TcgOp *op)
{
    return poor.backend->supports(op) && !(poor.lacks[op->code] && can_do_without(op));
}

static void optimize(IrMachine *m, TcgRegion *r)
{
    TcgBackend backend = *m->backend;

    poor.backend = m->backend;
    poor.region = r;
    poor.lacks = m->lacks;
    backend.supports = poor_supports;
    tcg_optimize(r, &backend, &m->passes);
}

/* ------------------------------------------------------------------ compiling */

bool ir_takes(const TcgBackend *backend, const TcgRegion *r)
{
    for (const TcgBlock *block = r->first; block; block = block->next) {
        for (const TcgOp *op = block->first; op; op = op->next) {
            if (op->type == TCG_V256 && !backend->supports(op)) {
                return false;
            }
        }
    }
    return true;
}

void ir_compile(IrMachine *m, TcgRegion *r, IrCode *ret)
{
    TcgMcode mcode;

    if (m->optimize) {
        optimize(m, r);
    }
    if (!tcg_verify(r, "test", stderr)) {
        fail_with(m, r, NULL, "unsound region");
    }
    arena_reset(&m->arena);
    if (tcg_allocate(r, &m->target, &m->arena, &mcode) != TCG_OK) {
        fail_with(m, r, NULL, "register allocation failed");
    }
    if (m->check_allocation && !tcg_ra_verify(r, &m->target, &mcode, stderr)) {
        fail_with(m, r, &mcode, "register allocation is wrong");
    }
    *ret = (IrCode){ .rx = m->space.rx, .pc = r->pc };
    tcg_state_map_begin(&m->map, r->pc);
    if (m->backend->emit_region(&m->target, &mcode, m->space, &m->arena, &m->map, false,
                                &ret->compiled) != TCG_OK) {
        fail_with(m, r, &mcode, "emission failed");
    }
    g_assert_cmpuint(ret->compiled.nb_jumps, <=, G_N_ELEMENTS(ret->jumps));
    memcpy(ret->jumps, ret->compiled.jumps, ret->compiled.nb_jumps * sizeof(TcgJump));
    ret->compiled.jumps = NULL;
    ret->compiled.marks = NULL;
    ret->map_size = m->map.size;
    ret->map = g_memdup2(m->map.buf, m->map.size);
    ret->compiled.code_size = (ret->compiled.code_size + 15) & ~(size_t)15;
    m->space.rw += ret->compiled.code_size;
    m->space.rx += ret->compiled.code_size;
    m->space.size -= ret->compiled.code_size;
}

void ir_code_done(IrCode *code)
{
    g_free(code->map);
    code->map = NULL;
}

const IrExit *ir_run(IrMachine *m, IrCode *code)
{
    uint64_t value;

    current = m;
    m->running = code;
    m->exit = (IrExit){ 0 };
    value = m->backend->enter ? m->backend->enter(m->state, code->rx)
                              : ((EnterFn *)(uintptr_t)m->entry)(m->state, code->rx);
    current = NULL;
    m->exit.value = value;
    memcpy(&m->exit.pc, m->state + m->target.pc_offset, sizeof(m->exit.pc));
    return &m->exit;
}

/* ------------------------------------------------------------------ cases */

enum { CASE_PC = 0x1234 };

void ir_case_begin(IrCase *c, IrMachine *m)
{
    c->machine = m;
    arena_init(&c->arena);
    ir_begin(&c->ir, tcg_region_new(&c->arena, m->target.globals));
}

void ir_case_compile(IrCase *c)
{
    ir_exit_tb(&c->ir, TCG_EXIT_SYSCALL, CASE_PC);
    ir_compile(c->machine, c->ir.region, &c->code);
}

void ir_case_run(IrCase *c)
{
    const IrExit *exit = ir_run(c->machine, &c->code);

    g_assert_cmpuint(exit->value, ==, TCG_EXIT_SYSCALL);
    g_assert_cmphex(exit->pc, ==, CASE_PC);
}

void ir_case_done(IrCase *c)
{
    ir_code_done(&c->code);
    arena_done(&c->arena);
    ir_machine_reset(c->machine);
}

uint64_t *ir_lanes(IrMachine *m, unsigned global)
{
    return (uint64_t *)(m->state + m->target.globals->global[global].offset);
}

uint64_t ir_get(const IrMachine *m, unsigned global)
{
    return *ir_lanes((IrMachine *)m, global);
}

void ir_put(IrMachine *m, unsigned global, uint64_t value)
{
    *ir_lanes(m, global) = value;
}
