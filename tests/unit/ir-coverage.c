/*
 * The random regions hold every operation of opcodes.def, with every type it may have, every value of
 * its enumerated immediates and every kind of memory access; they leave in every way there is, and every
 * pass finds something to change.
 *
 * A generator that never makes something tests nothing of it, silently.  What is missing is named.
 */
#include <string.h>

#include "ir-compare.h"

enum { REGIONS = 20000, RUNS = 1500, LEAST = 2 };

static GHashTable *seen; /* what to how often */

static char *vkey(const char *format, va_list args)
{
    return g_strdup_vprintf(format, args);
}

static void count(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void count(const char *format, ...)
{
    va_list args;
    char *key;

    va_start(args, format);
    key = vkey(format, args);
    va_end(args);
    g_hash_table_insert(seen, key,
                        GUINT_TO_POINTER(1 + GPOINTER_TO_UINT(g_hash_table_lookup(seen, key))));
}

static void want(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void want(const char *format, ...)
{
    g_autofree char *key = NULL;
    va_list args;
    unsigned nb;

    va_start(args, format);
    key = vkey(format, args);
    va_end(args);
    nb = GPOINTER_TO_UINT(g_hash_table_lookup(seen, key));
    if (nb < LEAST) {
        g_test_message("%s: %u times, at least %d are wanted", key, nb, LEAST);
        g_test_fail();
    }
}

/* ------------------------------------------------------------------ operations */

static bool is_access(TcgOpcode code)
{
    return code >= TCG_OP_ld && code <= TCG_OP_gcmpxchg;
}

/* The values an immediate that is one of a few things may have: first, first + 1 or first * 2... */
typedef struct Values {
    unsigned first, nb;
    bool doubling;
} Values;

static Values values_of(TcgOpcode code, unsigned n)
{
    if (tcg_op_info[code].shape >= TCG_SHAPE_VEC && tcg_op_info[code].shape <= TCG_SHAPE_VINS) {
        return n == 0 ? (Values){ 8, 4, true } : (Values){ 0 };
    }
    switch (code) {
    case TCG_OP_sext:
    case TCG_OP_zext:
        return (Values){ 8, 3, true };
    case TCG_OP_setcond:
    case TCG_OP_movcond:
    case TCG_OP_brcond:
        return (Values){ 0, TCG_COND_COUNT };
    case TCG_OP_fsetcond:
    case TCG_OP_fbrcond:
        return (Values){ 0, TCG_FCOND_COUNT };
    case TCG_OP_fma:
        return (Values){ 0, 4 };
    case TCG_OP_fround:
        return (Values){ 0, n == 0 ? TCG_ROUND_CURRENT + 1 : 2 };
    case TCG_OP_fcvt_s32:
    case TCG_OP_fcvt_u32:
    case TCG_OP_fcvt_s64:
    case TCG_OP_fcvt_u64:
        return (Values){ 0, n == 0 ? TCG_ROUND_CURRENT + 1 : TCG_NAN_MIN + 1 };
    case TCG_OP_fcvt:
        return (Values){ 16, 3, true };
    case TCG_OP_gatomic:
        return (Values){ 0, n == 0 ? TCG_RMW_COUNT : 0 };
    case TCG_OP_fence:
        return (Values){ 0, 16 };
    case TCG_OP_goto_ptr:
        return (Values){ 0, TCG_JUMP_RETURN + 1 };
    case TCG_OP_exit_tb:
        return (Values){ 0, n == 0 ? TCG_EXIT_COUNT : 0 };
    default:
        return (Values){ 0 };
    }
}

static const unsigned modifiers[] = {
    TCG_MO_SIGN,
    TCG_MO_BSWAP,
    TCG_MO_ALIGN,
    TCG_MO_ATOMIC,
    1 << TCG_MO_SCALE_SHIFT,
    2 << TCG_MO_SCALE_SHIFT,
    3 << TCG_MO_SCALE_SHIFT,
};

static bool has_modifier(unsigned mop, unsigned modifier)
{
    unsigned field = modifier >> TCG_MO_SCALE_SHIFT ? 3 << TCG_MO_SCALE_SHIFT : modifier;

    return (mop & field) == modifier;
}

static void count_access(const TcgOp *op, const char *name)
{
    unsigned mop = (unsigned)op->imm[1], size = mop & TCG_MO_SIZE;

    count("%s of %u bits", name, 8u << size);
    for (unsigned n = 0; n < G_N_ELEMENTS(modifiers); n++) {
        if (has_modifier(mop, modifiers[n])) {
            count("%s of %u bits, memop %#x", name, 8u << size, modifiers[n]);
        }
    }
    if (op->code == TCG_OP_gatomic) {
        count("%s of %u bits, rmw %u", name, 8u << size, (unsigned)op->imm[0]);
    }
}

static void count_op(const TcgOp *op)
{
    g_autofree char *name =
        g_strdup_printf("%s.%s", tcg_op_info[op->code].name, tcg_type_name(op->type));

    count("%s", name);
    for (unsigned n = 0; n < tcg_op_info[op->code].imms; n++) {
        if (values_of(op->code, n).nb) {
            count("%s with %c = %u", name, "ij"[n], (unsigned)op -> imm[n]);
        }
    }
    if (is_access(op->code)) {
        count_access(op, name);
    }
    if (op->code == TCG_OP_call) {
        count("call of %s", op->helper->name);
    }
}

/* As docs/ir.md says which suffixes an operation may have. */
static bool may_have(TcgOpcode code, TcgType type)
{
    bool is_int = tcg_type_is_int(type), is_float = type == TCG_F32 || type == TCG_F64;

    switch (tcg_op_info[code].shape) {
    case TCG_SHAPE_INT:
    case TCG_SHAPE_WIDEN:
        return is_int;
    case TCG_SHAPE_VEC:
    case TCG_SHAPE_V2I:
    case TCG_SHAPE_I2V:
    case TCG_SHAPE_VINS:
        return !is_int && !is_float && type != TCG_NONE;
    case TCG_SHAPE_EFFECT:
        break;
    default:
        return is_float;
    }
    if (code == TCG_OP_fbrcond) {
        return is_float;
    }
    if (code == TCG_OP_brcond || code == TCG_OP_gatomic || code == TCG_OP_gcmpxchg) {
        return is_int;
    }
    if (code == TCG_OP_goto_ptr) {
        return type == TCG_I64; /* the guest's width */
    }
    return is_access(code) ? type != TCG_NONE && !is_float
                           : type == TCG_NONE && code != TCG_OP_call;
}

static void want_access(TcgOpcode code, TcgType type, const char *name)
{
    bool is_int = tcg_type_is_int(type), scaled = code == TCG_OP_gldx || code == TCG_OP_gstx;

    for (unsigned bits = 8; bits <= tcg_type_bits(type); bits *= 2) {
        want("%s of %u bits", name, bits);
        for (unsigned n = 0; n < G_N_ELEMENTS(modifiers); n++) {
            bool fits = modifiers[n] >> TCG_MO_SCALE_SHIFT            ? scaled
                        : modifiers[n] & (TCG_MO_SIGN | TCG_MO_BSWAP) ? is_int
                                                                      : true;

            if (fits) {
                want("%s of %u bits, memop %#x", name, bits, modifiers[n]);
            }
        }
        for (unsigned rmw = 0; code == TCG_OP_gatomic && rmw < TCG_RMW_COUNT; rmw++) {
            want("%s of %u bits, rmw %u", name, bits, rmw);
        }
    }
}

/* fcvt of a format to itself is no conversion; only the fault handler leaves by TCG_EXIT_FAULT. */
static bool is_excepted(TcgOpcode code, TcgType type, unsigned value)
{
    return (code == TCG_OP_fcvt && value == tcg_type_bits(type)) ||
           (code == TCG_OP_exit_tb && value == TCG_EXIT_FAULT);
}

static void want_op(TcgOpcode code, TcgType type)
{
    g_autofree char *name = g_strdup_printf("%s.%s", tcg_op_info[code].name, tcg_type_name(type));

    want("%s", name);
    for (unsigned n = 0; n < tcg_op_info[code].imms; n++) {
        Values values = values_of(code, n);

        for (unsigned k = 0; k < values.nb; k++) {
            unsigned value = values.doubling ? values.first << k : values.first + k;

            if (!is_excepted(code, type, value)) {
                want("%s with %c = %u", name, "ij"[n], value);
            }
        }
    }
    if (is_access(code)) {
        want_access(code, type, name);
    }
}

static void test_operations(void)
{
    for (uint32_t seed = 1; seed <= REGIONS; seed++) {
        IrRandomOptions options = ir_random_options(seed);
        Arena arena;

        arena_init(&arena);
        for (TcgBlock *block = ir_random_region(&arena, seed, &options)->first; block;
             block = block->next) {
            for (TcgOp *op = block->first; op; op = op->next) {
                count_op(op);
            }
        }
        arena_done(&arena);
    }
    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        for (unsigned type = TCG_NONE; type < TCG_TYPE_COUNT; type++) {
            if (may_have(code, type)) {
                want_op(code, type);
            }
        }
    }
    for (const TcgHelper *helper = ir_random_helpers; helper->name; helper++) {
        want("call of %s", helper->name);
    }
}

/* ------------------------------------------------------------------ ways out */

static void count_exit(const IrOutcome *out, const IrWorld *from)
{
    uint32_t fuel = ir_random_globals.global[IR_RANDOM_FUEL].offset;

    if (memcmp(out->world.state + fuel, from->state + fuel, 8) != 0) {
        count("loop");
    }
    if (out->world.round != from->round) {
        count("rounding mode changed");
    }
    for (unsigned bit = 0; bit < 6; bit++) {
        if (out->flags >> bit & 1) {
            count("flag %u", bit);
        }
    }
    if (out->exit >= TCG_EXIT_COUNT) {
        count("jump");
    } else if (out->exit != TCG_EXIT_FAULT) {
        count("exit %u", (unsigned)out->exit);
    } else if (out->misaligned) {
        count("misaligned");
    } else {
        count("fault, write %d, %s", out->is_write,
              out->fault_addr >> 47 ? "address that cannot be" : "page that is not there");
    }
}

static void test_exits(void)
{
    IrRunner judge;
    IrOutcome out;
    IrWorld from;

    ir_runner_init(&judge, "tci", NULL, false, 0);
    for (uint32_t seed = 1; seed <= RUNS; seed++) {
        IrRandomOptions options = ir_random_options(seed);
        Arena arena;

        arena_init(&arena);
        ir_random_world(&from, seed);
        ir_runner_run(&judge, ir_random_region(&arena, seed, &options), &from, &out);
        count_exit(&out, &from);
        arena_done(&arena);
    }
    for (unsigned reason = 0; reason < TCG_EXIT_COUNT; reason++) {
        if (reason != TCG_EXIT_FAULT) {
            want("exit %u", reason);
        }
    }
    want("jump");
    want("loop");
    want("rounding mode changed");
    want("misaligned");
    for (int write = 0; write < 2; write++) {
        want("fault, write %d, page that is not there", write);
        want("fault, write %d, address that cannot be", write);
    }
    for (unsigned bit = 0; bit < 6; bit++) {
        if (bit != 1) { /* denormal operands: x86's alone */
            want("flag %u", bit);
        }
    }
}

/* ------------------------------------------------------------------ passes */

/* legalize has work only on a backend that lacks something: ir-differential takes operations away. */
static void test_passes(void)
{
    const TcgBackend *backend = tcg_backend_by_name("tci");

    for (uint32_t seed = 1; seed <= RUNS; seed++) {
        IrRandomOptions options = ir_random_options(seed);
        TcgRegion *r;
        Arena arena;

        arena_init(&arena);
        r = ir_random_region(&arena, seed, &options);
        for (unsigned n = 0; tcg_passes[n].name; n++) {
            if (tcg_passes[n].run(r, backend)) {
                count("%s changes something", tcg_passes[n].name);
            }
        }
        arena_done(&arena);
    }
    for (unsigned n = 0; tcg_passes[n].name; n++) {
        if (strcmp(tcg_passes[n].name, "legalize") != 0) {
            want("%s changes something", tcg_passes[n].name);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ir_compare_init();
    seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_test_add_func("/ir-coverage/operations", test_operations);
    g_test_add_func("/ir-coverage/exits", test_exits);
    g_test_add_func("/ir-coverage/passes", test_passes);
    return g_test_run();
}
