/*
 * Faults in generated code: the guest state is put together from host registers, frame, state and
 * constants as the state map says, and the epilogue gives back what was put together.
 *
 * The toy's instruction TOY_FAULT plays the processor and the kernel: a host context, the
 * handler, the return to wherever the handler left the context.
 */
#include "accel-toy.h"

enum { INT_HOME = 3, VEC_HOME = 17, I32_HOME = 4, OTHER = 5 };

/* By state offset: reg[n] is global n. */
static const TcgGlobal globals[] = {
    { "int", TCG_I64, 0, 0 },    { "cold", TCG_I64, 8, -1 },    { "vec", TCG_V64, 16, 0 },
    { "small", TCG_I32, 24, 1 }, { "shadow", TCG_I64, 32, -1 },
};

typedef struct ToyContext {
    uint64_t reg[32];
    const uint8_t *pc;
    uint64_t sp, value;
    bool is_write, misaligned;
} ToyContext;

static ToyContext context; /* what the next TOY_FAULT has */
static siginfo_t info;
static Vcpu *faulting;
static bool handled;
static uint64_t frame[4];
static const TcgStateItem *items;
static unsigned nb_items;

static void get(const void *ucontext, unsigned reg, uint8_t value[32])
{
    memset(value, 0, 32);
    memcpy(value, &((const ToyContext *)ucontext)->reg[reg], 8);
}

static void set(void *ucontext, unsigned reg, const uint8_t value[32])
{
    memcpy(&((ToyContext *)ucontext)->reg[reg], value, 8);
}

static void describe(const void *ucontext, TcgHostFault *ret)
{
    const ToyContext *c = ucontext;

    ret->pc = c->pc;
    ret->sp = c->sp;
    ret->is_write = c->is_write;
    ret->misaligned = c->misaligned;
}

static void jump(void *ucontext, const uint8_t *rx, uint64_t value, uint64_t sp)
{
    ToyContext *c = ucontext;

    c->pc = rx;
    c->value = value;
    c->sp = sp;
}

static void assign_homes(TcgTarget *target)
{
    target->home[0] = INT_HOME;
    target->home[2] = VEC_HOME;
    target->home[3] = I32_HOME;
}

static void map(TcgStateMapWriter *w, uint32_t offset, GuestAddr pc)
{
    tcg_state_map_add(w, offset, pc, items, nb_items);
}

/* The epilogue: boundary registers to the state. */
static void epilogue(ToyState *state)
{
    state->reg[0] = context.reg[INT_HOME];
    state->reg[2] = context.reg[VEC_HOME];
    memcpy(&state->reg[3], &context.reg[I32_HOME], 4);
}

static uint64_t fault(ToyState *state, const void *pc)
{
    context.pc = pc;
    context.sp = (uintptr_t)frame;
    tcg_env(state)->host_sp = 0x5150;
    handled = accel_tcg.handle_fault(faulting, &info, &context);
    if (handled) {
        g_assert_cmphex(context.sp, ==, 0x5150);
        epilogue(state);
        return context.value;
    }
    state->pc = 0;
    return TCG_EXIT_SYSCALL;
}

static ToyState *start(Vcpu *vcpu, const TcgStateItem *map_items, unsigned nb)
{
    ToyState *state;

    toy_globals = (TcgGlobals){ globals, G_N_ELEMENTS(globals) };
    toy_backend.context_get = get;
    toy_backend.context_set = set;
    toy_backend.context_fault = describe;
    toy_backend.context_jump = jump;
    toy_fault = fault;
    toy_assign_homes = assign_homes;
    toy_map = map;
    items = map_items;
    nb_items = nb;
    toy_open(&(AccelOptions){ 0 });
    state = toy_vcpu(vcpu);
    faulting = vcpu;
    toy_write(0, toy_insn(TOY_PAGE, 5, 0));
    toy_write(1, toy_insn(TOY_FAULT, 0, 0));
    toy_write(2, toy_insn(TOY_SYSCALL, 0, 0));
    for (unsigned n = 0; n < 5; n++) {
        state->reg[n] = 0x1111 * (n + 1); /* old values, but for those without a home */
    }
    context = (ToyContext){ 0 };
    for (unsigned n = 0; n < 32; n++) {
        context.reg[n] = 0xabc000000000 + n;
    }
    frame[2] = 0xf4a3e;
    info = (siginfo_t){ .si_signo = SIGSEGV, .si_code = SEGV_ACCERR };
    info.si_addr = (void *)0x1234;
    return state;
}

static void finish(Vcpu *vcpu)
{
    accel_tcg.vcpu_done(vcpu);
    accel_tcg.close();
}

static void test_boundary(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state = start(&vcpu, NULL, 0);

    context.is_write = true;
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_FAULT);
    g_assert_true(handled);
    g_assert_cmphex(state->pc, ==, toy_addr(1));
    g_assert_cmphex(state->reg[0], ==, 0xabc000000000 + INT_HOME);
    g_assert_cmphex(state->reg[1], ==, 0x2222);
    g_assert_cmphex(state->reg[2], ==, 0xabc000000000 + VEC_HOME);
    g_assert_cmphex(state->reg[3], ==,
                    I32_HOME); /* 32 bits; the rest of the state is not the global's */
    g_assert_cmphex(state->reg[4], ==, 0x5555);
    g_assert_cmpint(vcpu.fault.signo, ==, SIGSEGV);
    g_assert_cmpint(vcpu.fault.code, ==, SEGV_ACCERR);
    g_assert_cmphex(vcpu.fault.addr, ==, 0x1234);
    g_assert_true(vcpu.fault.is_write);
    finish(&vcpu);
}

/* Every kind of place; "shadow" comes from the slot of a global whose home holds something else. */
static void test_items(void)
{
    static const TcgStateItem all[] = {
        { 0, { .kind = TCG_LOC_FRAME, .offset = 16 }, 0 },
        { 1, { .kind = TCG_LOC_REG, .reg = OTHER }, 0 },
        { 2, { .kind = TCG_LOC_CONST }, 0xc0457 },
        { 3, { .kind = TCG_LOC_STATE, .offset = 24 }, 0 },
        { 4, { .kind = TCG_LOC_STATE, .offset = 0 }, 0 },
    };
    Vcpu vcpu = { 0 };
    ToyState *state = start(&vcpu, all, G_N_ELEMENTS(all));

    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_FAULT);
    g_assert_cmphex(state->reg[0], ==, 0xf4a3e);
    g_assert_cmphex(state->reg[1], ==, 0xabc000000000 + OTHER);
    g_assert_cmphex(state->reg[2], ==, 0xc0457);
    g_assert_cmphex(state->reg[3], ==, 0x4444);
    g_assert_cmphex(state->reg[4], ==, 0x1111);
    g_assert_false(vcpu.fault.is_write);
    finish(&vcpu);
}

static void test_kinds(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state = start(&vcpu, NULL, 0);

    context.misaligned = true;
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_FAULT);
    g_assert_cmpint(vcpu.fault.signo, ==, SIGBUS);
    g_assert_cmpint(vcpu.fault.code, ==, BUS_ADRALN);
    context.misaligned = false;
    info.si_code = SI_KERNEL;
    state->pc = toy_addr(1);
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_FAULT);
    g_assert_cmpint(vcpu.fault.signo, ==, SIGSEGV);
    g_assert_cmpint(vcpu.fault.code, ==, SEGV_MAPERR);
    finish(&vcpu);
}

static uint64_t foreign_fault(ToyState *state, const void *pc)
{
    return fault(state, (const uint8_t *)&context + 1);
}

/* Not in generated code, or not while the vCPU runs any: not the guest's. */
static void test_foreign(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state = start(&vcpu, NULL, 0);

    toy_fault = foreign_fault;
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_SYSCALL);
    g_assert_false(handled);
    g_assert_cmphex(state->reg[1], ==, 0x2222);
    g_assert_false(accel_tcg.handle_fault(&vcpu, &info, &context));
    finish(&vcpu);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/accel/fault/boundary", test_boundary);
    g_test_add_func("/accel/fault/items", test_items);
    g_test_add_func("/accel/fault/kinds", test_kinds);
    g_test_add_func("/accel/fault/foreign", test_foreign);
    return g_test_run();
}
