/*
 * Floating point on the interpreter against the soft-float: results and sticky flags of every operation, in the
 * host's four rounding modes, over a grid of edge values and random ones.
 */
#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "ir-exec.h"
#include "target/softfloat.h"

enum { A, B, C, OUT, INT_IN, INT_OUT, NB_GLOBALS, PC_OFFSET = 2048, RANDOM_CASES = 3000 };

static const TcgGlobal table[NB_GLOBALS] = {
    { "a", TCG_V64, 0, 0 },    { "b", TCG_V64, 8, 1 },   { "c", TCG_V64, 16, 2 },
    { "out", TCG_V64, 24, 3 }, { "in", TCG_I64, 32, 0 }, { "ret", TCG_I64, 40, 1 },
};
static const TcgGlobals globals = { table, NB_GLOBALS };
static IrMachine machine;

static const uint64_t grid32[] = {
    0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x33800000, 0x3effffff, 0x3f000000, 0x3f000001,
    0x3f7fffff, 0x3f800000, 0x3fc00000, 0x40200000, 0x40490fdb, 0x4affffff, 0x4b000001, 0x4b7fffff,
    0x4effffff, 0x4f000000, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000, 0x5f7fffff, 0x5f800000,
    0x7f7fffff, 0x7f800000, 0x7fc00000, 0x7fc12345, 0x7f800001, 0x7fa00000,
};
static const uint64_t grid64[] = {
    0x0000000000000000, 0x0000000000000001, 0x000fffffffffffff, 0x0010000000000000,
    0x36a0000000000000, 0x3810000000000000, 0x380fffffffffffff, 0x3fdfffffffffffff,
    0x3fe0000000000000, 0x3fe0000000000001, 0x3fefffffffffffff, 0x3ff0000000000000,
    0x3ff8000000000000, 0x4004000000000000, 0x400921fb54442d18, 0x41dfffffffc00000,
    0x41dfffffffe00000, 0x41e0000000000000, 0x41efffffffe00000, 0x41effffffff00000,
    0x41f0000000000000, 0x432fffffffffffff, 0x4330000000000001, 0x43dfffffffffffff,
    0x43e0000000000000, 0x43efffffffffffff, 0x43f0000000000000, 0x47efffffe0000000,
    0x47efffffefffffff, 0x47effffff0000000, 0x7fefffffffffffff, 0x7ff0000000000000,
    0x7ff8000000000000, 0x7ff8000012345678, 0x7ff0000000000001, 0x7ff4000000000000,
};

static const SfRound sf_round_of[] = { SF_NEAREST_EVEN, SF_DOWN, SF_UP, SF_TOWARD_ZERO };

/* The values tried: grid with both signs, then random. */
static unsigned nb_values(SfFormat format)
{
    return 2 * (format == SF_F32 ? G_N_ELEMENTS(grid32) : G_N_ELEMENTS(grid64));
}

static uint64_t value_of(SfFormat format, unsigned n)
{
    return format == SF_F32 ? grid32[n / 2] | (uint64_t)(n & 1) << 31
                            : grid64[n / 2] | (uint64_t)(n & 1) << 63;
}

static uint64_t random_value(GRand *rand, SfFormat format)
{
    unsigned width = format == SF_F32 ? 32 : 64, frac = format == SF_F32 ? 23 : 52;
    uint64_t bits = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand), exponent;

    if (g_rand_int(rand) & 1) {
        bits &= ~UINT64_C(0) << g_rand_int_range(rand, 0, 60);
    }
    exponent = (UINT64_C(1) << (width - frac - 2)) - 1;
    exponent = exponent - 35 + (uint64_t)g_rand_int_range(rand, 0, 104);
    if (g_rand_int(rand) & 7) {
        bits = (bits & ~(((UINT64_C(1) << (width - frac - 1)) - 1) << frac)) | exponent << frac;
    }
    return bits & TCG_MASK(width);
}

static SfFormat format_of(TcgType type)
{
    return type == TCG_F32 ? SF_F32 : SF_F64;
}

static unsigned flags_of(uint32_t mxcsr)
{
    return (mxcsr & 1 ? SF_INVALID : 0) | (mxcsr & 4 ? SF_DIVIDE_BY_ZERO : 0) |
           (mxcsr & 8 ? SF_OVERFLOW : 0) | (mxcsr & 16 ? SF_UNDERFLOW : 0) |
           (mxcsr & 32 ? SF_INEXACT : 0);
}

/* What a case must give. */
typedef struct Answer {
    uint64_t bits;
    unsigned flags;
} Answer;

typedef struct Spec {
    TcgOpcode code;
    TcgType type;
    uint64_t i, j;
} Spec;

typedef Answer AnswerFn(const Spec *spec, TcgRound mode, const uint64_t in[3]);

static bool is_nan(const Spec *spec, uint64_t bits)
{
    return sf_is_nan(format_of(spec->type), bits & TCG_MASK(tcg_type_bits(spec->type)));
}

/* An f32 result keeps the upper half of its first input, which is this. */
#define UPPER UINT64_C(0xabcd012300000000)

static void check(IrCase *c, const Spec *spec, TcgRound mode, const uint64_t in[3],
                  const Answer *want, bool to_int)
{
    uint64_t above = spec->type == TCG_F32 ? UPPER : 0, got;
    unsigned flags;

    ir_put(&machine, A, in[0] | above);
    ir_put(&machine, B, in[1]);
    ir_put(&machine, C, in[2]);
    machine.env->guest_mxcsr = IR_MXCSR | (uint32_t)mode << 13;
    ir_case_run(c);
    flags = flags_of(machine.env->guest_mxcsr);
    got = ir_get(&machine, to_int ? INT_OUT : OUT);
    if (!to_int && is_nan(spec, want->bits) && is_nan(spec, got)) {
        got = want->bits | above; /* any NaN is as good: guests make it canonical */
    }
    if (got != (want->bits | (to_int ? 0 : above)) || flags != want->flags) {
        g_error("%s.%s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", #%" PRIu64 ", #%" PRIu64
                ") mode %u = %#" PRIx64 " flags %#x, not %#" PRIx64 " flags %#x",
                tcg_op_info[spec->code].name, tcg_type_name(spec->type), in[0], in[1], in[2],
                spec->i, spec->j, mode, got, flags, want->bits, want->flags);
    }
}

static void run_spec(const Spec *spec, AnswerFn *answer)
{
    unsigned ins = tcg_op_info[spec->code].ins, nb = nb_values(format_of(spec->type));
    TcgType out_type = tcg_out_type(spec->code, spec->type);
    bool to_int = tcg_type_is_int(out_type);
    GRand *rand = g_rand_new_with_seed(spec->code);
    TcgVal out;
    IrCase c;

    ir_case_begin(&c, &machine);
    out = ir_value_op(&c.ir, spec->code, spec->type, ins, (TcgVal[]){ A + 1, B + 1, C + 1 },
                      spec->i, spec->j);
    if (out_type == TCG_I32) {
        out = ir_zext(&c.ir, TCG_I64, out, 32);
    }
    ir_set(&c.ir, to_int ? INT_OUT + 1 : OUT + 1, out);
    ir_case_compile(&c);
    for (unsigned n = 0; n < nb * (ins > 1 ? nb : 1) + RANDOM_CASES; n++) {
        bool grid = n < nb * (ins > 1 ? nb : 1);
        uint64_t in[3];

        for (unsigned k = 0; k < 3; k++) {
            in[k] = grid ? value_of(format_of(spec->type), (k == 0   ? n
                                                            : k == 1 ? n / nb
                                                                     : n * 7 + n / nb) %
                                                               nb)
                         : random_value(rand, format_of(spec->type));
        }
        for (TcgRound mode = TCG_ROUND_NEAREST; mode <= TCG_ROUND_ZERO; mode++) {
            Answer want = answer(spec, mode, in);

            check(&c, spec, mode, in, &want, to_int);
        }
    }
    ir_case_done(&c);
    g_rand_free(rand);
}

static void run_both(TcgOpcode code, uint64_t i, uint64_t j, AnswerFn *answer)
{
    run_spec(&(Spec){ code, TCG_F32, i, j }, answer);
    run_spec(&(Spec){ code, TCG_F64, i, j }, answer);
}

/* ------------------------------------------------------------------ arithmetic */

static uint64_t negated(SfFormat format, uint64_t a)
{
    return a ^ UINT64_C(1) << (format == SF_F32 ? 31 : 63);
}

static Answer arithmetic(const Spec *spec, TcgRound mode, const uint64_t in[3])
{
    SfFormat f = format_of(spec->type);
    SfEnv env = { .round = sf_round_of[mode] };
    Answer ret;

    switch (spec->code) {
    case TCG_OP_fadd:
        ret.bits = sf_add(&env, f, in[0], in[1]);
        break;
    case TCG_OP_fsub:
        ret.bits = sf_sub(&env, f, in[0], in[1]);
        break;
    case TCG_OP_fmul:
        ret.bits = sf_mul(&env, f, in[0], in[1]);
        break;
    case TCG_OP_fdiv:
        ret.bits = sf_div(&env, f, in[0], in[1]);
        break;
    case TCG_OP_fsqrt:
        ret.bits = sf_sqrt(&env, f, in[0]);
        break;
    default:
        g_assert_cmpint(spec->code, ==, TCG_OP_fma);
        ret.bits = sf_fma(&env, f, spec->i & 1 ? negated(f, in[0]) : in[0], in[1],
                          spec->i & 2 ? negated(f, in[2]) : in[2]);
    }
    ret.flags = env.flags;
    return ret;
}

static void test_arithmetic(void)
{
    run_both(TCG_OP_fadd, 0, 0, arithmetic);
    run_both(TCG_OP_fsub, 0, 0, arithmetic);
    run_both(TCG_OP_fmul, 0, 0, arithmetic);
    run_both(TCG_OP_fdiv, 0, 0, arithmetic);
    run_both(TCG_OP_fsqrt, 0, 0, arithmetic);
    for (unsigned i = 0; i < 4; i++) {
        run_both(TCG_OP_fma, i, 0, arithmetic);
    }
}

/* ------------------------------------------------------------------ order */

/* Numbers in the order of their values as integers; zeros are equal. */
static int64_t ordered(SfFormat format, uint64_t a)
{
    uint64_t sign = UINT64_C(1) << (format == SF_F32 ? 31 : 63);

    return a & sign ? -(int64_t)(a & (sign - 1)) : (int64_t)a;
}

static Answer order(const Spec *spec, TcgRound mode, const uint64_t in[3])
{
    SfFormat f = format_of(spec->type);
    bool nan_a = sf_is_nan(f, in[0]), nan_b = sf_is_nan(f, in[1]), unordered = nan_a || nan_b;
    bool signals = sf_is_signalling(f, in[0]) || sf_is_signalling(f, in[1]);
    int64_t a = ordered(f, in[0]), b = ordered(f, in[1]);
    static const uint8_t quiet[TCG_FCOND_COUNT] = {
        [TCG_FCOND_EQ] = 1,  [TCG_FCOND_NEQ] = 1,  [TCG_FCOND_LTQ] = 1,   [TCG_FCOND_NLTQ] = 1,
        [TCG_FCOND_LEQ] = 1, [TCG_FCOND_NLEQ] = 1, [TCG_FCOND_UNORD] = 1, [TCG_FCOND_ORD] = 1,
    };
    bool results[TCG_FCOND_COUNT] = {
        [TCG_FCOND_EQ] = !unordered && a == b,  [TCG_FCOND_NEQ] = unordered || a != b,
        [TCG_FCOND_LT] = !unordered && a < b,   [TCG_FCOND_NLT] = unordered || a >= b,
        [TCG_FCOND_LE] = !unordered && a <= b,  [TCG_FCOND_NLE] = unordered || a > b,
        [TCG_FCOND_LTQ] = !unordered && a < b,  [TCG_FCOND_NLTQ] = unordered || a >= b,
        [TCG_FCOND_LEQ] = !unordered && a <= b, [TCG_FCOND_NLEQ] = unordered || a > b,
        [TCG_FCOND_UNORD] = unordered,          [TCG_FCOND_ORD] = !unordered,
    };
    Answer ret = { results[spec->i], signals || (unordered && !quiet[spec->i]) ? SF_INVALID : 0 };

    return ret;
}

static Answer minmax(const Spec *spec, TcgRound mode, const uint64_t in[3])
{
    SfFormat f = format_of(spec->type);
    bool nan_a = sf_is_nan(f, in[0]), nan_b = sf_is_nan(f, in[1]), max = spec->code == TCG_OP_fmax;
    uint64_t sign = UINT64_C(1) << (f == SF_F32 ? 31 : 63);
    int64_t a = ordered(f, in[0]), b = ordered(f, in[1]);
    Answer ret = { 0 };

    ret.flags = sf_is_signalling(f, in[0]) || sf_is_signalling(f, in[1]) ? SF_INVALID : 0;
    if (nan_a || nan_b) {
        ret.bits = nan_a && nan_b ? sf_default_nan(f) : nan_a ? in[1] : in[0];
    } else if (a == b) { /* equal, or zeros of either sign */
        ret.bits = (in[0] & sign) == (max ? 0 : sign) ? in[0] : in[1];
    } else {
        ret.bits = (a < b) != max ? in[0] : in[1];
    }
    return ret;
}

static void test_order(void)
{
    for (unsigned fcond = 0; fcond < TCG_FCOND_COUNT; fcond++) {
        run_both(TCG_OP_fsetcond, fcond, 0, order);
    }
    run_both(TCG_OP_fmin, 0, 0, minmax);
    run_both(TCG_OP_fmax, 0, 0, minmax);
}

/* ------------------------------------------------------------------ conversions */

static SfRound round_of(uint64_t i, TcgRound mode)
{
    return sf_round_of[i == TCG_ROUND_CURRENT ? mode : i];
}

static Answer round_to_int(const Spec *spec, TcgRound mode, const uint64_t in[3])
{
    SfEnv env = { .round = round_of(spec->i, mode) };
    Answer ret = { .bits = sf_round_to_int(&env, format_of(spec->type), in[0], !spec->j) };

    ret.flags = env.flags;
    return ret;
}

static Answer to_int(const Spec *spec, TcgRound mode, const uint64_t in[3])
{
    static const uint64_t mins[] = { 0x80000000, 0, (uint64_t)INT64_MIN, 0 };
    SfInt type = (SfInt)(spec->code - TCG_OP_fcvt_s32);
    SfFormat f = format_of(spec->type);
    SfEnv env = { .round = round_of(spec->i, mode) };
    Answer ret = { .bits = sf_to_int(&env, f, in[0], type) };

    if (type == SF_S32 || type == SF_U32) {
        ret.bits &= UINT32_MAX;
    }
    if (sf_is_nan(f, in[0]) && spec->j != TCG_NAN_MAX) {
        ret.bits = spec->j == TCG_NAN_ZERO ? 0 : mins[type];
    }
    ret.flags = env.flags;
    return ret;
}

static void test_to_int(void)
{
    G_STATIC_ASSERT(TCG_OP_fcvt_u64 - TCG_OP_fcvt_s32 == SF_U64 &&
                    TCG_OP_fcvt_u32 - TCG_OP_fcvt_s32 == SF_U32);
    for (unsigned mode = 0; mode <= TCG_ROUND_CURRENT; mode++) {
        for (unsigned j = 0; j < 2; j++) {
            run_both(TCG_OP_fround, mode, j, round_to_int);
        }
        for (unsigned j = 0; j <= TCG_NAN_MIN; j++) {
            for (TcgOpcode code = TCG_OP_fcvt_s32; code <= TCG_OP_fcvt_u64; code++) {
                run_both(code, mode, j, to_int);
            }
        }
    }
}

static void check_from_int(TcgOpcode code, TcgType type, TcgRound mode, uint64_t value, IrCase *c)
{
    SfEnv env = { .round = sf_round_of[mode] };
    uint64_t want = sf_from_int(&env, format_of(type), value, (SfInt)(code - TCG_OP_fcvt_from_s32));

    ir_put(&machine, INT_IN, value);
    machine.env->guest_mxcsr = IR_MXCSR | (uint32_t)mode << 13;
    ir_case_run(c);
    g_assert_cmphex(ir_get(&machine, OUT), ==, want);
    g_assert_cmphex(flags_of(machine.env->guest_mxcsr), ==, env.flags);
}

static void from_int_case(TcgOpcode code, TcgType type)
{
    IrCase c;

    ir_case_begin(&c, &machine);
    ir_set(&c.ir, OUT + 1, ir_value_op(&c.ir, code, type, 1, (TcgVal[]){ INT_IN + 1 }, 0, 0));
    ir_case_compile(&c);
    for (TcgRound mode = TCG_ROUND_NEAREST; mode <= TCG_ROUND_ZERO; mode++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            for (int around = -3; around <= 3; around++) {
                check_from_int(code, type, mode, (UINT64_C(1) << bit) + (uint64_t)around, &c);
                check_from_int(code, type, mode, -(UINT64_C(1) << bit) + (uint64_t)around, &c);
                check_from_int(code, type, mode,
                               (UINT64_C(0x8000008000000401) >> bit) + (uint64_t)around, &c);
            }
        }
    }
    ir_case_done(&c);
}

static void test_from_int(void)
{
    for (TcgOpcode code = TCG_OP_fcvt_from_s32; code <= TCG_OP_fcvt_from_u64; code++) {
        from_int_case(code, TCG_F32);
        from_int_case(code, TCG_F64);
    }
}

/* The payload that a NaN keeps: its high bits; flags as the soft-float's. */
static uint64_t converted_nan(uint64_t a, unsigned from, unsigned to)
{
    unsigned from_frac = from == 16 ? 10 : from == 32 ? 23 : 52, to_frac = to == 32 ? 23 : 52;
    uint64_t frac = a & ((UINT64_C(1) << from_frac) - 1);
    uint64_t high = frac << (64 - from_frac); /* the payload from the top */

    high |= UINT64_C(1) << 63;
    return (a >> (from - 1) & 1) << (to - 1) |
           ((UINT64_C(1) << (to - 1 - to_frac)) - 1) << to_frac | high >> (64 - to_frac);
}

static void convert_case(unsigned from, TcgType type)
{
    SfFormat sf_from = from == 16 ? SF_F16 : from == 32 ? SF_F32 : SF_F64;
    unsigned nb = from == 16 ? 65536 : nb_values(sf_from);
    IrCase c;

    ir_case_begin(&c, &machine);
    ir_set(&c.ir, OUT + 1, ir_fcvt(&c.ir, type, A + 1, from));
    ir_case_compile(&c);
    for (unsigned n = 0; n < nb; n++) {
        for (TcgRound mode = TCG_ROUND_NEAREST; mode <= TCG_ROUND_ZERO; mode++) {
            SfEnv env = { .round = sf_round_of[mode] };
            uint64_t a = from == 16 ? n : value_of(sf_from, n);
            uint64_t want = sf_convert(&env, format_of(type), sf_from, a);

            if (sf_is_nan(sf_from, a)) {
                want = converted_nan(a, from, tcg_type_bits(type));
            }
            ir_put(&machine, A, a | (from == 64 ? 0 : ~TCG_MASK(from)));
            machine.env->guest_mxcsr = IR_MXCSR | (uint32_t)mode << 13;
            ir_case_run(&c);
            g_assert_cmphex(ir_get(&machine, OUT), ==, want);
            g_assert_cmphex(flags_of(machine.env->guest_mxcsr), ==, env.flags);
        }
    }
    ir_case_done(&c);
}

static void test_convert(void)
{
    convert_case(16, TCG_F32);
    convert_case(16, TCG_F64);
    convert_case(32, TCG_F64);
    convert_case(64, TCG_F32);
}

/* ------------------------------------------------------------------ choices of whole registers */

static void test_choices(void)
{
    static const struct {
        TcgOpcode code;
        TcgType type;
        uint64_t a, b, want;
    } cases[] = {
        { TCG_OP_fnan, TCG_F64, 0x7ff8000000000001, 5, 5 },
        { TCG_OP_fnan, TCG_F64, 0xfff0000000000001, 5, 5 },
        { TCG_OP_fnan, TCG_F64, 0x7ff0000000000000, 5, 0x7ff0000000000000 },
        { TCG_OP_fnan, TCG_F32, 0x123456787fc00000, 0xffffffff7fc00000, 0xffffffff7fc00000 },
        { TCG_OP_fnan, TCG_F32, 0x123456787f800000, 5, 0x123456787f800000 },
        { TCG_OP_fnan, TCG_F32, 0x7ff800007f800001, 0x100000005, 0x100000005 },
        { TCG_OP_fbox, TCG_F32, 0xffffffff3f800000, 5, 0xffffffff3f800000 },
        { TCG_OP_fbox, TCG_F32, 0xffffffff7f800001, 5, 0xffffffff7f800001 },
        { TCG_OP_fbox, TCG_F32, 0xfffffffe3f800000, 0xffffffff7fc00000, 0xffffffff7fc00000 },
        { TCG_OP_fbox, TCG_F32, 0x000000003f800000, 7, 7 },
    };

    for (unsigned n = 0; n < G_N_ELEMENTS(cases); n++) {
        IrCase c;

        ir_case_begin(&c, &machine);
        ir_set(
            &c.ir, OUT + 1,
            ir_value_op(&c.ir, cases[n].code, cases[n].type, 2, (TcgVal[]){ A + 1, B + 1 }, 0, 0));
        ir_case_compile(&c);
        ir_put(&machine, A, cases[n].a);
        ir_put(&machine, B, cases[n].b);
        machine.env->guest_mxcsr = IR_MXCSR;
        ir_case_run(&c);
        g_assert_cmphex(ir_get(&machine, OUT), ==, cases[n].want);
        g_assert_cmphex(flags_of(machine.env->guest_mxcsr), ==, 0);
        ir_case_done(&c);
    }
}

/* Flags stay, a branch takes them too, and the host has its own environment outside. */
static void test_sticky(void)
{
    TcgBlock *taken;
    IrCase c;

    ir_case_begin(&c, &machine);
    taken = ir_new_block(&c.ir);
    ir_fbrcond(&c.ir, TCG_F64, TCG_FCOND_LT, A + 1, B + 1, taken);
    ir_set(&c.ir, OUT + 1, ir_fdiv(&c.ir, TCG_F64, C + 1, B + 1));
    ir_label(&c.ir, taken);
    ir_case_compile(&c);
    machine.env->guest_mxcsr = IR_MXCSR | 8; /* overflow, from before */
    ir_put(&machine, A, 0x7ff8000000000000);
    ir_put(&machine, B, 0);
    ir_put(&machine, C, 0x3ff0000000000000);
    ir_case_run(&c);
    g_assert_cmphex(flags_of(machine.env->guest_mxcsr), ==,
                    SF_OVERFLOW | SF_INVALID | SF_DIVIDE_BY_ZERO);
    g_assert_cmphex(ir_get(&machine, OUT), ==, 0x7ff0000000000000);
    ir_put(&machine, A, 0xbff0000000000000);
    ir_put(&machine, OUT, 99);
    ir_case_run(&c);
    g_assert_cmphex(ir_get(&machine, OUT), ==, 99);
    ir_case_done(&c);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ir_machine_init(&machine, tcg_backend_by_name(IR_BACKEND), IR_FEATURES, &globals, PC_OFFSET);
    g_test_add_func("/tci/float/arithmetic", test_arithmetic);
    g_test_add_func("/tci/float/order", test_order);
    g_test_add_func("/tci/float/to-int", test_to_int);
    g_test_add_func("/tci/float/from-int", test_from_int);
    g_test_add_func("/tci/float/convert", test_convert);
    g_test_add_func("/tci/float/choices", test_choices);
    g_test_add_func("/tci/float/sticky", test_sticky);
    return g_test_run();
}
