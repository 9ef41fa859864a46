/*
 * What regions do besides values, on the interpreter: memory, control flow, the ways out, helper calls, faults
 * with the state map.
 */
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ir-exec.h"

enum { NB_INT = 16, NB_VEC = 6, PC_OFFSET = 2048, V0 = NB_INT, SCRATCH = 1024 };

static TcgGlobal table[NB_INT + NB_VEC];
static const TcgGlobals globals = { table, NB_INT + NB_VEC };
static IrMachine machine;

static void set_up(void)
{
    for (unsigned g = 0; g < globals.nb; g++) {
        bool vec = g >= NB_INT;

        table[g] = (TcgGlobal){
            .name = g_strdup_printf(vec ? "f%u" : "x%u", vec ? g - NB_INT : g),
            .type = vec ? TCG_V64 : TCG_I64,
            .offset = 8 * g,
            .heat = (int16_t)(vec ? g - NB_INT : g),
        };
    }
    ir_machine_init(&machine, tcg_backend_by_name(IR_BACKEND), IR_FEATURES, &globals, PC_OFFSET);
}

static uint64_t get(unsigned g)
{
    return ir_get(&machine, g);
}

static void put(unsigned g, uint64_t value)
{
    ir_put(&machine, g, value);
}

static void put_all(void)
{
    for (unsigned g = 0; g < globals.nb; g++) {
        put(g, UINT64_C(0x0101010101010101) * (g + 1));
    }
}

/* ------------------------------------------------------------------ loads and stores */

static uint64_t loaded(const uint8_t *at, unsigned mop, TcgType type)
{
    unsigned bytes = 1u << (mop & TCG_MO_SIZE);
    uint64_t value = 0;

    for (unsigned n = 0; n < bytes; n++) {
        value |= (uint64_t)at[mop & TCG_MO_BSWAP ? bytes - 1 - n : n] << 8 * n;
    }
    if (mop & TCG_MO_SIGN && value >> (8 * bytes - 1) & 1 && bytes < 8) {
        value |= ~UINT64_C(0) << 8 * bytes;
    }
    return type == TCG_I32 ? (uint32_t)value : value;
}

static void stored(uint8_t *at, unsigned mop, uint64_t value)
{
    unsigned bytes = 1u << (mop & TCG_MO_SIZE);

    for (unsigned n = 0; n < bytes; n++) {
        at[mop & TCG_MO_BSWAP ? bytes - 1 - n : n] = (uint8_t)(value >> 8 * n);
    }
}

static TcgVal indexed_load(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b, int64_t disp,
                           unsigned mop)
{
    TcgOp *op = tcg_op_new(ir->region, TCG_OP_gldx, type);

    op->nb_out = 1;
    op->nb_in = 2;
    op->arg[0] = tcg_temp(ir->region, type);
    ir->region->vals[op->arg[0]].def = op;
    op->arg[1] = a;
    op->arg[2] = b;
    op->imm[0] = (uint64_t)disp;
    op->imm[1] = mop;
    tcg_append_op(ir->block, op);
    return op->arg[0];
}

static void indexed_store(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b, TcgVal value,
                          int64_t disp, unsigned mop)
{
    TcgOp *op = tcg_op_new(ir->region, TCG_OP_gstx, type);

    op->nb_in = 3;
    op->arg[0] = a;
    op->arg[1] = b;
    op->arg[2] = value;
    op->imm[0] = (uint64_t)disp;
    op->imm[1] = mop;
    tcg_append_op(ir->block, op);
}

/* One memory operation in all its shapes: x0 address, x1 index; loads to x4.., stores x2. */
static void access_case(TcgType type, unsigned mop, unsigned skew)
{
    uint8_t memory[128] __attribute__((aligned(16))), want[128];
    unsigned scale = 2, index = 4;
    IrCase c;
    TcgVal loads[3], value;

    for (unsigned n = 0; n < sizeof(memory); n++) {
        memory[n] = (uint8_t)(0x85 * n + 0x7b);
    }
    memcpy(want, memory, sizeof(want));
    ir_case_begin(&c, &machine);
    loads[0] = ir_gld(&c.ir, type, 1, 16, mop);
    loads[1] = indexed_load(&c.ir, type, 1, 2, -8, mop | scale << TCG_MO_SCALE_SHIFT);
    loads[2] = ir_ld(&c.ir, type, SCRATCH + 16 + skew, mop);
    for (unsigned n = 0; n < 3; n++) {
        TcgVal wide = type == TCG_I32 ? ir_zext(&c.ir, TCG_I64, loads[n], 32) : loads[n];

        ir_set(&c.ir, 5 + n, type == TCG_V64 ? ir_vext(&c.ir, TCG_V64, wide, 64, 0) : wide);
    }
    value = type == TCG_I32   ? ir_zext(&c.ir, TCG_I32, 3, 32)
            : type == TCG_V64 ? ir_vset(&c.ir, TCG_V64, 3, 64)
                              : 3;
    ir_gst(&c.ir, type, 1, value, 64, mop & ~TCG_MO_SIGN);
    indexed_store(&c.ir, type, 1, 2, value, 80, (mop & ~TCG_MO_SIGN) | scale << TCG_MO_SCALE_SHIFT);
    ir_st(&c.ir, type, value, SCRATCH + 64 + skew, mop & ~TCG_MO_SIGN);
    ir_case_compile(&c);

    memcpy(machine.state + SCRATCH, memory, sizeof(memory));
    put(0, (uintptr_t)memory + skew);
    put(1, index);
    put(2, UINT64_C(0xf1e2d3c4b5a69788));
    ir_case_run(&c);
    g_assert_cmphex(get(4), ==, loaded(want + 16 + skew, mop, type));
    g_assert_cmphex(get(5), ==, loaded(want + (index << scale) - 8 + skew, mop, type));
    g_assert_cmphex(get(6), ==, loaded(want + 16 + skew, mop, type));
    stored(want + 64 + skew, mop, UINT64_C(0xf1e2d3c4b5a69788));
    g_assert_cmpmem(machine.state + SCRATCH, 96, want, 96);
    stored(want + 80 + (index << scale) + skew, mop, UINT64_C(0xf1e2d3c4b5a69788));
    g_assert_cmpmem(memory, sizeof(memory), want, sizeof(want));
    ir_case_done(&c);
}

static void test_accesses(void)
{
    static const unsigned modifiers[] = { 0,
                                          TCG_MO_SIGN,
                                          TCG_MO_BSWAP,
                                          TCG_MO_SIGN | TCG_MO_BSWAP,
                                          TCG_MO_ATOMIC,
                                          TCG_MO_ALIGN | TCG_MO_SIGN };

    for (unsigned n = 0; n < G_N_ELEMENTS(modifiers); n++) {
        for (unsigned size = TCG_MO_8; size <= TCG_MO_64; size++) {
            for (unsigned skew = 0; skew < (modifiers[n] & TCG_MO_ALIGN ? 1 : 9); skew++) {
                if (size <= TCG_MO_32) {
                    access_case(TCG_I32, size | modifiers[n], skew);
                }
                access_case(TCG_I64, size | modifiers[n], skew);
                if (!(modifiers[n] & (TCG_MO_SIGN | TCG_MO_BSWAP))) {
                    access_case(TCG_V64, size | modifiers[n], skew);
                }
            }
        }
    }
}

/* ------------------------------------------------------------------ atomics */

static uint64_t modified(TcgRmw rmw, unsigned bits, uint64_t old, uint64_t b)
{
    int64_t so = (int64_t)(old << (64 - bits)), sb = (int64_t)(b << (64 - bits));

    switch (rmw) {
    case TCG_RMW_XCHG:
        return b;
    case TCG_RMW_ADD:
        return old + b;
    case TCG_RMW_AND:
        return old & b;
    case TCG_RMW_OR:
        return old | b;
    case TCG_RMW_XOR:
        return old ^ b;
    case TCG_RMW_SMIN:
        return so < sb ? old : b;
    case TCG_RMW_SMAX:
        return so > sb ? old : b;
    case TCG_RMW_UMIN:
        return old < b ? old : b;
    case TCG_RMW_UMAX:
        return old > b ? old : b;
    default:
        g_assert_not_reached();
    }
}

static void atomic_case(TcgRmw rmw, unsigned mop, uint64_t old, uint64_t b)
{
    unsigned bits = 8u << (mop & TCG_MO_SIZE);
    uint64_t mask = TCG_MASK(bits), want_old, want_new;
    uint8_t memory[16] __attribute__((aligned(8))), want[16];
    IrCase c;

    memset(memory, 0x5a, sizeof(memory));
    stored(memory, mop, old);
    memcpy(want, memory, sizeof(want));
    want_old = loaded(memory, mop, TCG_I64);
    want_new = modified(rmw, bits, old & mask, b & mask);
    stored(want, mop, want_new);
    ir_case_begin(&c, &machine);
    ir_set(&c.ir, 3, ir_gatomic(&c.ir, TCG_I64, rmw, 1, 2, mop));
    ir_case_compile(&c);
    put(0, (uintptr_t)memory);
    put(1, b);
    ir_case_run(&c);
    g_assert_cmphex(get(2), ==, want_old);
    g_assert_cmpmem(memory, 16, want, 16);
    ir_case_done(&c);
}

static void cmpxchg_case(unsigned mop, uint64_t old, uint64_t expected)
{
    uint64_t mask = TCG_MASK(8u << (mop & TCG_MO_SIZE)), desired = UINT64_C(0x1122334455667788);
    uint8_t memory[16] __attribute__((aligned(8))), want[16];
    IrCase c;

    memset(memory, 0x5a, sizeof(memory));
    stored(memory, mop, old);
    memcpy(want, memory, sizeof(want));
    if ((old & mask) == (expected & mask)) {
        stored(want, mop, desired);
    }
    ir_case_begin(&c, &machine);
    ir_set(&c.ir, 4, ir_gcmpxchg(&c.ir, TCG_I64, 1, 2, 3, mop));
    ir_case_compile(&c);
    put(0, (uintptr_t)memory);
    put(1, expected);
    put(2, desired);
    ir_case_run(&c);
    g_assert_cmpmem(memory, 16, want, 16);
    stored(want, mop, old);
    g_assert_cmphex(get(3), ==, loaded(want, mop, TCG_I64));
    ir_case_done(&c);
}

static void test_atomics(void)
{
    static const uint64_t values[] = {
        0, 1, 0x7f, 0x80, UINT64_MAX, INT64_MIN, 0x123456789abcdef0, 0x80000000, 0xffffffff7fffffff
    };
    static const unsigned modifiers[] = { 0, TCG_MO_SIGN, TCG_MO_BSWAP,
                                          TCG_MO_ALIGN | TCG_MO_SIGN };

    for (unsigned size = TCG_MO_8; size <= TCG_MO_64; size++) {
        for (unsigned m = 0; m < G_N_ELEMENTS(modifiers); m++) {
            for (unsigned i = 0; i < G_N_ELEMENTS(values); i++) {
                for (unsigned j = 0; j < G_N_ELEMENTS(values); j++) {
                    for (TcgRmw rmw = 0; rmw < TCG_RMW_COUNT; rmw++) {
                        atomic_case(rmw, size | modifiers[m], values[i], values[j]);
                    }
                    cmpxchg_case(size | modifiers[m], values[i], values[j]);
                }
            }
        }
    }
}

/* ------------------------------------------------------------------ control flow */

static bool holds(TcgCond cond, uint64_t a, uint64_t b, TcgType type)
{
    const uint64_t in[4] = { type == TCG_I32 ? (uint32_t)a : a, type == TCG_I32 ? (uint32_t)b : b };
    const uint64_t imm[2] = { cond };
    uint64_t result;

    tcg_eval(TCG_OP_setcond, type, type, in, imm, &result);
    return result;
}

static void branch_case(TcgCond cond, TcgType type, bool constant, uint64_t k)
{
    static const uint64_t values[] = { 0,         1,          5,          UINT64_MAX, INT64_MIN,
                                       INT64_MAX, 0x80000000, 0xffffffff, 0x100000005 };
    TcgBlock *taken;
    IrCase c;

    ir_case_begin(&c, &machine);
    taken = ir_new_block(&c.ir);
    ir_set(&c.ir, 3, ir_const(&c.ir, TCG_I64, 1));
    ir_brcond(&c.ir, type, cond, 1, constant ? ir_const(&c.ir, TCG_I64, k) : 2, taken);
    ir_set(&c.ir, 3, ir_const(&c.ir, TCG_I64, 0));
    ir_label(&c.ir, taken);
    ir_case_compile(&c);
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++) {
        for (unsigned j = 0; j < (constant ? 1 : G_N_ELEMENTS(values)); j++) {
            put(0, values[i]);
            put(1, values[j]);
            ir_case_run(&c);
            g_assert_cmphex(get(2), ==, holds(cond, values[i], constant ? k : values[j], type));
        }
    }
    ir_case_done(&c);
}

static void test_branches(void)
{
    for (TcgCond cond = 0; cond < TCG_COND_COUNT; cond++) {
        for (TcgType type = TCG_I32; type <= TCG_I64; type++) {
            branch_case(cond, type, false, 0);
            branch_case(cond, type, true, 5);
            branch_case(cond, type, true, UINT64_MAX);
            branch_case(cond, type, true, 0xffffffff);
        }
    }
}

/* From text, with more live values than registers: the sum of i * k over a countdown. */
static void test_loop(void)
{
    uint64_t sum = 0, mixed = 4, total = 0;
    char *error = NULL;
    Arena arena;
    TcgRegion *r;
    IrCode code;
    const IrExit *exit;

    arena_init(&arena);
    r = tcg_parse_region(&arena, &globals,
                         "block 0:\n"
                         "  x1 = mov.i64 0x0\n"
                         "block 1:\n"
                         "  x1 = add.i64 x1, x0\n"
                         "  x2 = mul.i64 x1, x3\n"
                         "  x4 = xor.i64 x2, x4\n"
                         "  x14 = add.i64 x14, x15\n"
                         "  x0 = sub.i64 x0, 0x1\n"
                         "  brcond.i64 x0, 0x0, #ne -> 1\n"
                         "block 2:\n"
                         "  exit_tb #illegal, #0x77\n",
                         &error);
    g_assert_cmpstr(error, ==, NULL);
    ir_compile(&machine, r, &code);
    put(0, 1000);
    put(3, 17);
    put(4, 4);
    put(14, 0);
    put(15, 3);
    exit = ir_run(&machine, &code);
    for (uint64_t n = 1000; n > 0; n--) {
        sum += n;
        mixed ^= sum * 17;
        total += 3;
    }
    g_assert_cmpuint(exit->value, ==, TCG_EXIT_ILLEGAL);
    g_assert_cmphex(exit->pc, ==, 0x77);
    g_assert_cmphex(get(1), ==, sum);
    g_assert_cmphex(get(4), ==, mixed);
    g_assert_cmphex(get(14), ==, total);
    ir_code_done(&code);
    arena_done(&arena);
    ir_machine_reset(&machine);
}

/* ------------------------------------------------------------------ ways out */

static void test_goto_tb(void)
{
    Arena arena;
    IrBuilder ir;
    IrCode first, second;
    const IrExit *exit;
    uint8_t *site_rw;
    const uint8_t *site;

    arena_init(&arena);
    ir_begin(&ir, tcg_region_new(&arena, &globals));
    ir.region->nb_jumps = 2;
    ir_set(&ir, 1, ir_add(&ir, TCG_I64, 1, ir_const(&ir, TCG_I64, 1)));
    ir_goto_tb(&ir, 1, 0x4000);
    ir_compile(&machine, ir.region, &first);
    ir_begin(&ir, tcg_region_new(&arena, &globals));
    ir_set(&ir, 1, ir_mul(&ir, TCG_I64, 1, ir_const(&ir, TCG_I64, 10)));
    ir_exit_tb(&ir, TCG_EXIT_SYSCALL, 0x4004);
    ir_compile(&machine, ir.region, &second);

    g_assert_cmphex(first.jumps[1].pc, ==, 0x4000);
    site = first.rx + first.jumps[1].site;
    site_rw = code_buf_rw(&machine.buf, site);
    g_assert_cmpuint((uintptr_t)site % 4, ==, 0);
    put(0, 4);
    exit = ir_run(&machine, &first);
    g_assert_cmphex(exit->value, ==, (uintptr_t)site);
    g_assert_cmpuint(get(0), ==, 5);
    machine.backend->patch_jump(site_rw, site, second.rx);
    exit = ir_run(&machine, &first);
    g_assert_cmpuint(exit->value, ==, TCG_EXIT_SYSCALL);
    g_assert_cmphex(exit->pc, ==, 0x4004);
    g_assert_cmpuint(get(0), ==, 60);
    machine.backend->patch_jump(site_rw, site, first.rx + first.jumps[1].stub);
    exit = ir_run(&machine, &first);
    g_assert_cmphex(exit->value, ==, (uintptr_t)site);
    ir_code_done(&first);
    ir_code_done(&second);
    arena_done(&arena);
    ir_machine_reset(&machine);
}

static void test_goto_ptr(void)
{
    static const TcgJumpCacheEntry nothing[TCG_JUMP_CACHE_SIZE] = { { .pc = UINT64_MAX } };
    Arena arena;
    IrBuilder ir;
    IrCode first, second;
    const IrExit *exit;
    TcgJumpCacheEntry *entry = &machine.jump_cache[0x5006 >> 1 & (TCG_JUMP_CACHE_SIZE - 1)];

    arena_init(&arena);
    ir_begin(&ir, tcg_region_new(&arena, &globals));
    ir_set(&ir, 2, ir_const(&ir, TCG_I64, 8));
    ir_goto_ptr(&ir, 13, TCG_JUMP_PLAIN);
    ir_compile(&machine, ir.region, &first);
    ir_begin(&ir, tcg_region_new(&arena, &globals));
    ir_set(&ir, 2, ir_add(&ir, TCG_I64, 2, 2));
    ir_exit_tb(&ir, TCG_EXIT_BREAKPOINT, 0x5006);
    ir_compile(&machine, ir.region, &second);

    put(12, 0x5006);
    exit = ir_run(&machine, &first);
    g_assert_cmpuint(exit->value, ==, TCG_EXIT_LOOKUP);
    g_assert_cmphex(exit->pc, ==, 0x5006);
    *entry = (TcgJumpCacheEntry){ 0x5006, second.rx };
    exit = ir_run(&machine, &first);
    g_assert_cmpuint(exit->value, ==, TCG_EXIT_BREAKPOINT);
    g_assert_cmpuint(get(1), ==, 16);
    machine.env->jump_cache = nothing; /* a request is pending */
    exit = ir_run(&machine, &first);
    g_assert_cmpuint(exit->value, ==, TCG_EXIT_LOOKUP);
    machine.env->jump_cache = machine.jump_cache;
    *entry = (TcgJumpCacheEntry){ 0 };
    ir_code_done(&first);
    ir_code_done(&second);
    arena_done(&arena);
    ir_machine_reset(&machine);
}

static void test_pending(void)
{
    TcgBlock *stop;
    IrCase c;

    ir_case_begin(&c, &machine);
    stop = ir_new_block(&c.ir);
    ir_set(&c.ir, 1, ir_const(&c.ir, TCG_I64, 1));
    ir_br_pending(&c.ir, stop);
    ir_set(&c.ir, 1, ir_const(&c.ir, TCG_I64, 2));
    ir_label(&c.ir, stop);
    ir_case_compile(&c);
    ir_case_run(&c);
    g_assert_cmpuint(get(0), ==, 2);
    machine.env->pending = 1;
    ir_case_run(&c);
    g_assert_cmpuint(get(0), ==, 1);
    machine.env->pending = 0;
    ir_case_done(&c);
}

/* ------------------------------------------------------------------ calls */

static uint64_t six(uint64_t a, uint32_t b, uint64_t c, uint32_t d, uint64_t e, uint32_t f)
{
    return a + 3 * (uint64_t)b + 5 * c + 7 * (uint64_t)d + 11 * e + 13 * (uint64_t)f;
}

static uint32_t narrow(uint32_t a)
{
    return ~a;
}

static uint64_t from_state(void *state, uint64_t a, uint32_t b, uint64_t c, uint32_t d, uint64_t e)
{
    uint64_t x7;

    memcpy(&x7, (uint8_t *)state + 8 * 7, sizeof(x7));
    return x7 + a * b + c * d + e;
}

static void to_state(void *state)
{
    uint64_t value;

    memcpy(&value, (uint8_t *)state + 8 * 9, sizeof(value));
    value = value * 3 + 1;
    memcpy((uint8_t *)state + 8 * 9, &value, sizeof(value));
}

static const TcgHelper six_helper = {
    .name = "six",
    .fn = six,
    .flags = TCG_HELPER_PURE,
    .ret = TCG_I64,
    .nb_args = 6,
    .args = { TCG_I64, TCG_I32, TCG_V64, TCG_I32, TCG_I64, TCG_I32 },
};
static const TcgHelper narrow_helper = {
    .name = "narrow",
    .fn = narrow,
    .flags = TCG_HELPER_PURE,
    .ret = TCG_I32,
    .nb_args = 1,
    .args = { TCG_I32 },
};
static const TcgHelper state_helper = {
    .name = "from_state",
    .fn = from_state,
    .flags = TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS,
    .ret = TCG_V64,
    .nb_args = 5,
    .args = { TCG_I64, TCG_I32, TCG_V64, TCG_I32, TCG_I64 },
};
static const TcgHelper write_helper = {
    .name = "to_state",
    .fn = to_state,
    .flags = TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS,
};

static void test_calls(void)
{
    uint64_t x[NB_INT], f[NB_VEC];
    IrCase c;
    TcgVal low, ret;

    ir_case_begin(&c, &machine);
    low = ir_zext(&c.ir, TCG_I32, 2, 32);
    ir_set(&c.ir, 11, ir_call(&c.ir, &six_helper, (TcgVal[]){ 1, low, V0 + 1, low, 4, low }));
    ret = ir_call(&c.ir, &narrow_helper, &low);
    ir_set(&c.ir, 12, ir_sext(&c.ir, TCG_I64, ret, 32));
    ir_set(&c.ir, V0 + 3, ir_call(&c.ir, &state_helper, (TcgVal[]){ 1, low, V0 + 2, low, 5 }));
    ir_set(&c.ir, 10, ir_add(&c.ir, TCG_I64, 10, 1));
    ir_call(&c.ir, &write_helper, NULL);
    ir_set(&c.ir, 13, ir_add(&c.ir, TCG_I64, 10, 10));
    ir_case_compile(&c);
    put_all();
    put(1, 0x8000000080000001);
    for (unsigned n = 0; n < NB_INT; n++) {
        x[n] = get(n);
    }
    for (unsigned n = 0; n < NB_VEC; n++) {
        f[n] = get(V0 + n);
    }
    ir_case_run(&c);
    g_assert_cmphex(get(10), ==,
                    six(x[0], (uint32_t)x[1], f[0], (uint32_t)x[1], x[3], (uint32_t)x[1]));
    g_assert_cmphex(get(11), ==, (uint64_t)(int32_t) ~(uint32_t)x[1]);
    g_assert_cmphex(get(V0 + 2), ==, x[7] + x[0] * (uint32_t)x[1] + f[1] * (uint32_t)x[1] + x[4]);
    g_assert_cmphex(get(9), ==, (x[9] + x[0]) * 3 + 1);
    g_assert_cmphex(get(12), ==, 2 * ((x[9] + x[0]) * 3 + 1));
    ir_case_done(&c);
}

/* ------------------------------------------------------------------ faults */

typedef struct Guarded {
    uint8_t *page; /* readable and writable, none behind it */
    size_t size;
} Guarded;

static Guarded guarded(int protection)
{
    Guarded g = { .size = (size_t)sysconf(_SC_PAGESIZE) };

    g.page = mmap(NULL, 2 * g.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_true(g.page != MAP_FAILED);
    mprotect(g.page, g.size, protection);
    return g;
}

typedef void AppendFn(IrBuilder *ir, TcgVal addr);

static void append_load(IrBuilder *ir, TcgVal addr)
{
    ir_set(ir, 7, ir_gld(ir, TCG_I64, addr, 8, TCG_MO_64));
}

static void append_load_over_address(IrBuilder *ir, TcgVal addr)
{
    ir_set(ir, addr, ir_gld(ir, TCG_I64, addr, 8, TCG_MO_64));
}

static void append_swapped(IrBuilder *ir, TcgVal addr)
{
    ir_set(ir, 7, ir_gld(ir, TCG_I64, addr, 8, TCG_MO_64 | TCG_MO_BSWAP));
}

static void append_store(IrBuilder *ir, TcgVal addr)
{
    ir_gst(ir, TCG_I64, addr, 4, 8, TCG_MO_64);
}

static void append_atomic(IrBuilder *ir, TcgVal addr)
{
    TcgVal at = ir_add(ir, TCG_I64, addr, ir_const(ir, TCG_I64, 8));

    ir_set(ir, 7, ir_gatomic(ir, TCG_I64, TCG_RMW_ADD, at, 4, TCG_MO_64));
}

static void append_cmpxchg(IrBuilder *ir, TcgVal addr)
{
    TcgVal at = ir_add(ir, TCG_I64, addr, ir_const(ir, TCG_I64, 8));

    ir_set(ir, 7, ir_gcmpxchg(ir, TCG_I64, at, 4, 5, TCG_MO_64));
}

static void append_aligned(IrBuilder *ir, TcgVal addr)
{
    ir_set(ir, 7, ir_gld(ir, TCG_I64, addr, 8, TCG_MO_64 | TCG_MO_ALIGN));
}

/*
 * x1, x2, x12 and f1 change before the access, x6 by it, x3 after it: the fault shows the first
 * changed and the others not, and the sticky flag of a division before it.
 */
static void fault_case(AppendFn *append, uint64_t addr, const IrExit *want)
{
    uint64_t before[NB_INT + NB_VEC];
    const IrExit *exit;
    IrCase c;

    ir_case_begin(&c, &machine);
    ir_insn_start(&c.ir, 0x8000, 4);
    ir_set(&c.ir, 2, ir_const(&c.ir, TCG_I64, 0x1111));
    ir_set(&c.ir, 3, ir_add(&c.ir, TCG_I64, 3, 4));
    ir_set(&c.ir, 13, ir_add(&c.ir, TCG_I64, 13, 13));
    ir_set(&c.ir, V0 + 2, ir_fdiv(&c.ir, TCG_F64, V0 + 3, V0 + 4));
    ir_insn_start(&c.ir, 0x8004, 2);
    append(&c.ir, 1);
    ir_insn_start(&c.ir, 0x8006, 4);
    ir_set(&c.ir, 4, ir_const(&c.ir, TCG_I64, 0x2222));
    ir_case_compile(&c);
    put_all();
    put(0, addr);
    put(V0 + 2, 0x3ff0000000000000);
    put(V0 + 3, 0);
    machine.env->guest_mxcsr = IR_MXCSR;
    for (unsigned g = 0; g < globals.nb; g++) {
        before[g] = get(g);
    }
    exit = ir_run(&machine, &c.code);
    g_assert_cmpuint(exit->value, ==, TCG_EXIT_FAULT);
    g_assert_cmphex(exit->pc, ==, 0x8004);
    g_assert_cmphex(exit->addr, ==, want->addr);
    g_assert_cmpuint(exit->is_write, ==, want->is_write);
    g_assert_cmpuint(exit->misaligned, ==, want->misaligned);
    before[1] = 0x1111;
    before[2] += before[3];
    before[12] *= 2;
    before[V0 + 1] = 0x7ff0000000000000;
    for (unsigned g = 0; g < globals.nb; g++) {
        g_assert_cmphex(get(g), ==, before[g]);
    }
    g_assert_cmphex(machine.env->guest_mxcsr, ==, IR_MXCSR | 4);
    ir_case_done(&c);
}

static void test_faults(void)
{
    static AppendFn *const loads[] = { append_load, append_load_over_address, append_swapped };
    static AppendFn *const stores[] = { append_store, append_atomic, append_cmpxchg };
    Guarded none = guarded(PROT_NONE), readable = guarded(PROT_READ);
    uint64_t at = (uintptr_t)none.page + 64, wild = UINT64_C(0x8000000000000000);

    for (unsigned n = 0; n < G_N_ELEMENTS(loads); n++) {
        fault_case(loads[n], at, &(IrExit){ .addr = at + 8 });
        fault_case(loads[n], 0, &(IrExit){ .addr = 8 });
        fault_case(loads[n], wild, &(IrExit){ .addr = wild + 8 });
        /* Over the edge of what is readable: the first byte that is not. */
        fault_case(loads[n], (uintptr_t)readable.page + readable.size - 12,
                   &(IrExit){ .addr = (uintptr_t)readable.page + readable.size });
    }
    for (unsigned n = 0; n < G_N_ELEMENTS(stores); n++) {
        fault_case(stores[n], at, &(IrExit){ .addr = at + 8, .is_write = true });
        fault_case(stores[n], (uintptr_t)readable.page,
                   &(IrExit){ .addr = (uintptr_t)readable.page + 8, .is_write = true });
    }
    fault_case(append_aligned, (uintptr_t)readable.page + 3,
               &(IrExit){ .addr = (uintptr_t)readable.page + 11, .misaligned = true });
    munmap(none.page, 2 * none.size);
    munmap(readable.page, 2 * readable.size);
}

/* More values than registers, so that some are in frame slots, one of them a global's, when the fault comes. */
static void test_fault_spilled(void)
{
    TcgVal temps[40], sum;
    const IrExit *exit;
    IrCase c;

    ir_case_begin(&c, &machine);
    ir_insn_start(&c.ir, 0x9000, 4);
    for (unsigned n = 0; n < G_N_ELEMENTS(temps); n++) {
        temps[n] = ir_add(&c.ir, TCG_I64, 1 + n % NB_INT, ir_const(&c.ir, TCG_I64, n));
    }
    for (unsigned g = 0; g < NB_INT - 1; g++) {
        ir_set(&c.ir, g + 1, ir_xor(&c.ir, TCG_I64, temps[g], temps[g + 20]));
    }
    ir_insn_start(&c.ir, 0x9004, 4);
    sum = ir_gld(&c.ir, TCG_I64, NB_INT, 0, TCG_MO_64);
    for (unsigned n = 0; n < G_N_ELEMENTS(temps); n++) {
        sum = ir_add(&c.ir, TCG_I64, sum, temps[n]);
    }
    ir_set(&c.ir, 1, sum);
    ir_case_compile(&c);
    put_all();
    put(NB_INT - 1, 4);
    exit = ir_run(&machine, &c.code);
    g_assert_cmpuint(exit->value, ==, TCG_EXIT_FAULT);
    g_assert_cmphex(exit->pc, ==, 0x9004);
    for (unsigned g = 0; g < NB_INT - 1; g++) {
        uint64_t a = UINT64_C(0x0101010101010101) * (g % NB_INT + 1) + g;
        unsigned other = (g + 20) % NB_INT;
        uint64_t b =
            (other == NB_INT - 1 ? 4 : UINT64_C(0x0101010101010101) * (other + 1)) + g + 20;

        g_assert_cmphex(get(g), ==, a ^ b);
    }
    ir_case_done(&c);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/tci/accesses", test_accesses);
    g_test_add_func("/tci/atomics", test_atomics);
    g_test_add_func("/tci/branches", test_branches);
    g_test_add_func("/tci/loop", test_loop);
    g_test_add_func("/tci/goto-tb", test_goto_tb);
    g_test_add_func("/tci/goto-ptr", test_goto_ptr);
    g_test_add_func("/tci/pending", test_pending);
    g_test_add_func("/tci/calls", test_calls);
    g_test_add_func("/tci/faults", test_faults);
    g_test_add_func("/tci/fault-spilled", test_fault_spilled);
    return g_test_run();
}
