/*
 * Every value operation on the interpreter: integers against tcg_eval() and known answers, floating point
 * against the soft-float, vectors against loops written here.
 */
#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "ir-exec.h"
#include "target/softfloat.h"

enum { NB_INT = 14, NB_VEC = 14, PC_OFFSET = 2048 };

static TcgGlobal table[NB_INT + NB_VEC];
static const TcgGlobals globals = { table, NB_INT + NB_VEC };
static IrMachine machine;

static const uint64_t edges[] = {
    0,
    1,
    2,
    0x7f,
    0x80,
    0xff,
    31,
    32,
    63,
    64,
    0x7fff,
    0x8000,
    0xffff,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x100000000,
    0x123456789abcdef0,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xffffffff80000000,
    0xfffffffffffffffe,
    0xffffffffffffffff,
};

static void set_up(void)
{
    for (unsigned g = 0; g < globals.nb; g++) {
        bool vec = g >= NB_INT;

        table[g] = (TcgGlobal){
            .name = g_strdup_printf(vec ? "f%u" : "x%u", vec ? g - NB_INT : g),
            .type = vec ? TCG_V256 : TCG_I64,
            .offset = vec ? 256 + 32 * (g - NB_INT) : 8 * g,
            .heat = (int16_t)(vec ? g - NB_INT : g),
        };
    }
    ir_machine_init(&machine, tcg_backend_by_name("tci"), &globals, PC_OFFSET);
}

static uint64_t get_x(unsigned n)
{
    uint64_t value;

    memcpy(&value, machine.state + table[n].offset, sizeof(value));
    return value;
}

static void set_x(unsigned n, uint64_t value)
{
    memcpy(machine.state + table[n].offset, &value, sizeof(value));
}

static uint64_t *vec(unsigned n)
{
    return (uint64_t *)(machine.state + table[NB_INT + n].offset);
}

typedef struct Case {
    Arena arena;
    IrBuilder ir;
    IrCode code;
} Case;

static void begin(Case *c)
{
    arena_init(&c->arena);
    ir_begin(&c->ir, tcg_region_new(&c->arena, &globals));
}

static void compile(Case *c)
{
    ir_exit_tb(&c->ir, TCG_EXIT_SYSCALL, 0x1234);
    ir_compile(&machine, c->ir.region, &c->code);
}

static void run(Case *c)
{
    const IrExit *exit = ir_run(&machine, &c->code);

    g_assert_cmpuint(exit->value, ==, TCG_EXIT_SYSCALL);
    g_assert_cmphex(exit->pc, ==, 0x1234);
}

static void done(Case *c)
{
    ir_code_done(&c->code);
    arena_done(&c->arena);
    ir_machine_reset(&machine);
}

/* ------------------------------------------------------------------ integers */

static void check_int(Case *c, TcgOpcode code, TcgType type, const uint64_t in[4],
                      const uint64_t imm[2])
{
    uint64_t want;
    bool known = tcg_eval(code, type, type, in, imm, &want);

    g_assert_true(known);
    for (unsigned n = 0; n < 4; n++) {
        set_x(n, in[n]);
    }
    run(c);
    if (get_x(12) != want) {
        g_error("%s.%s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", #%" PRIu64
                ", #%" PRIu64 ") = %#" PRIx64 ", not %#" PRIx64,
                tcg_op_info[code].name, tcg_type_name(type), in[0], in[1], in[2], in[3], imm[0],
                imm[1], get_x(12), want);
    }
}

/* constant: input 1 is one, edges[k]. */
static void int_case(TcgOpcode code, TcgType type, const uint64_t imm[2], bool constant, unsigned k)
{
    unsigned ins = tcg_op_info[code].ins;
    TcgVal in[4] = { 1, 2, 3, 4 }, out;
    uint64_t v[4] = { 0 };
    Case c;

    begin(&c);
    if (constant) {
        in[1] = ir_const(&c.ir, TCG_I64, edges[k]);
    }
    if (code == TCG_OP_mov && type == TCG_I32) {
        in[0] = ir_zext(&c.ir, type, in[0], 32); /* a move keeps its value's type */
    }
    out = ir_value_op(&c.ir, code, type, ins, in, imm[0], imm[1]);
    if (type == TCG_I32) {
        out = ir_zext(&c.ir, TCG_I64, out, 32);
    }
    ir_set(&c.ir, 13, out);
    compile(&c);
    for (unsigned i = 0; i < G_N_ELEMENTS(edges); i++) {
        for (unsigned j = 0; j < (ins > 1 && !constant ? G_N_ELEMENTS(edges) : 1); j++) {
            v[0] = edges[i];
            v[1] = constant ? edges[k] : edges[j];
            v[2] = ins == 3 ? (i + j) & 1 : edges[(i + j) % G_N_ELEMENTS(edges)];
            v[3] = edges[(i * 7 + j) % G_N_ELEMENTS(edges)];
            check_int(&c, code, type, v, imm);
        }
    }
    done(&c);
}

static void int_cases(TcgOpcode code, TcgType type, uint64_t i, uint64_t j)
{
    const uint64_t imm[2] = { i, j };

    int_case(code, type, imm, false, 0);
    for (unsigned k = 0; tcg_op_info[code].ins > 1 && k < G_N_ELEMENTS(edges); k++) {
        int_case(code, type, imm, true, k);
    }
}

static void int_fields(TcgOpcode code, TcgType type)
{
    static const uint8_t fields[][2] = { { 0, 1 },  { 0, 8 },  { 5, 11 }, { 31, 1 },  { 16, 16 },
                                         { 0, 32 }, { 0, 64 }, { 63, 1 }, { 20, 40 }, { 32, 32 } };

    for (unsigned n = 0; n < G_N_ELEMENTS(fields); n++) {
        if (fields[n][0] + fields[n][1] <= (int)tcg_type_bits(type)) {
            int_cases(code, type, fields[n][0], fields[n][1]);
        }
    }
}

static void test_int_op(TcgOpcode code, TcgType type)
{
    switch (code) {
    case TCG_OP_sext:
    case TCG_OP_zext:
        for (unsigned bits = 8; bits <= 32; bits *= 2) {
            int_cases(code, type, bits, 0);
        }
        break;
    case TCG_OP_extract:
    case TCG_OP_sextract:
    case TCG_OP_deposit:
        int_fields(code, type);
        break;
    case TCG_OP_setcond:
    case TCG_OP_movcond:
        for (unsigned cond = 0; cond < TCG_COND_COUNT; cond++) {
            int_cases(code, type, cond, 0);
        }
        break;
    default:
        int_cases(code, type, 0, 0);
    }
}

static void test_integers(void)
{
    static const TcgOpcode codes[] = {
#define VALUE_OP(name, shape, ins, imms, flags, expr) TCG_OP_##name,
#define FLOAT_OP(name, shape, ins, imms, flags, expr)
#define VECTOR_OP(name, shape, ins, imms, flags, expr)
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
    };

    for (unsigned n = 0; n < G_N_ELEMENTS(codes); n++) {
        test_int_op(codes[n], TCG_I32);
        test_int_op(codes[n], TCG_I64);
    }
}

/* What the table means, in numbers that nobody computed with the table. */
static void test_known_answers(void)
{
    static const struct {
        TcgOpcode code;
        TcgType type;
        uint64_t a, b, want;
    } known[] = {
        { TCG_OP_mulh, TCG_I64, UINT64_MAX, 2, UINT64_MAX },
        { TCG_OP_mulhu, TCG_I64, UINT64_MAX, UINT64_MAX, UINT64_MAX - 1 },
        { TCG_OP_mulh, TCG_I32, 0x80000000, 0x80000000, 0x40000000 },
        { TCG_OP_div, TCG_I64, 7, (uint64_t)-2, (uint64_t)-3 },
        { TCG_OP_div, TCG_I64, INT64_MIN, UINT64_MAX, INT64_MIN },
        { TCG_OP_div, TCG_I32, 0x80000000, 0xffffffff, 0x80000000 },
        { TCG_OP_div, TCG_I32, 5, 0, 0xffffffff },
        { TCG_OP_rem, TCG_I64, (uint64_t)-7, 2, UINT64_MAX },
        { TCG_OP_rem, TCG_I64, 7, 0, 7 },
        { TCG_OP_remu, TCG_I32, 0x1ffffffff, 0x10, 15 },
        { TCG_OP_sar, TCG_I32, 0x80000000, 33, 0xc0000000 },
        { TCG_OP_shl, TCG_I64, 1, 65, 2 },
        { TCG_OP_rotr, TCG_I32, 1, 1, 0x80000000 },
        { TCG_OP_sub_overflow, TCG_I32, 0x80000000, 1, 1 },
        { TCG_OP_add_overflow, TCG_I64, INT64_MAX, 0, 0 },
    };

    for (unsigned n = 0; n < G_N_ELEMENTS(known); n++) {
        TcgVal out;
        Case c;

        begin(&c);
        out = ir_value_op(&c.ir, known[n].code, known[n].type, 2, (TcgVal[]){ 1, 2 }, 0, 0);
        ir_set(&c.ir, 13, known[n].type == TCG_I32 ? ir_zext(&c.ir, TCG_I64, out, 32) : out);
        compile(&c);
        set_x(0, known[n].a);
        set_x(1, known[n].b);
        run(&c);
        g_assert_cmphex(get_x(12), ==, known[n].want);
        done(&c);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/tci/integers", test_integers);
    g_test_add_func("/tci/known-answers", test_known_answers);
    return g_test_run();
}
