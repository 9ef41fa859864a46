/*
 * Every value operation on the interpreter: integers against tcg_eval() and known
 * answers, vectors against loops over bytes.  Floating point is tci-float.c's.
 */
#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "ir-exec.h"

enum { NB_INT = 14, NB_VEC = 14, PC_OFFSET = 2048, WIDEST_BYTES = IR_WIDEST == TCG_V256 ? 32 : 16 };

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
            .type = vec ? IR_WIDEST : TCG_I64,
            .offset = vec ? 256 + 32 * (g - NB_INT) : 8 * g,
            .heat = (int16_t)(vec ? g - NB_INT : g),
        };
    }
    ir_machine_init(&machine, tcg_backend_by_name(IR_BACKEND), IR_FEATURES, &globals, PC_OFFSET);
}

/* ------------------------------------------------------------------ integers */

static void check_int(IrCase *c, TcgOpcode code, TcgType type, const uint64_t in[4],
                      const uint64_t imm[2])
{
    uint64_t want;
    bool known = tcg_eval(code, type, type, in, imm, &want);

    g_assert_true(known);
    for (unsigned n = 0; n < 4; n++) {
        ir_put(&machine, n, in[n]);
    }
    ir_case_run(c);
    if (ir_get(&machine, 12) != want) {
        g_error("%s.%s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", #%" PRIu64
                ", #%" PRIu64 ") = %#" PRIx64 ", not %#" PRIx64,
                tcg_op_info[code].name, tcg_type_name(type), in[0], in[1], in[2], in[3], imm[0],
                imm[1], ir_get(&machine, 12), want);
    }
}

/* constant: input 1 is one, edges[k]. */
static void int_case(TcgOpcode code, TcgType type, const uint64_t imm[2], bool constant, unsigned k)
{
    unsigned ins = tcg_op_info[code].ins;
    TcgVal in[4] = { 1, 2, 3, 4 }, out;
    uint64_t v[4] = { 0 };
    IrCase c;

    ir_case_begin(&c, &machine);
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
    ir_case_compile(&c);
    for (unsigned i = 0; i < G_N_ELEMENTS(edges); i++) {
        for (unsigned j = 0; j < (ins > 1 && !constant ? G_N_ELEMENTS(edges) : 1); j++) {
            v[0] = edges[i];
            v[1] = constant ? edges[k] : edges[j];
            v[2] = ins == 3 ? (i + j) & 1 : edges[(i + j) % G_N_ELEMENTS(edges)];
            v[3] = edges[(i * 7 + j) % G_N_ELEMENTS(edges)];
            check_int(&c, code, type, v, imm);
        }
    }
    ir_case_done(&c);
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
        IrCase c;

        ir_case_begin(&c, &machine);
        out = ir_value_op(&c.ir, known[n].code, known[n].type, 2, (TcgVal[]){ 1, 2 }, 0, 0);
        ir_set(&c.ir, 13, known[n].type == TCG_I32 ? ir_zext(&c.ir, TCG_I64, out, 32) : out);
        ir_case_compile(&c);
        ir_put(&machine, 0, known[n].a);
        ir_put(&machine, 1, known[n].b);
        ir_case_run(&c);
        g_assert_cmphex(ir_get(&machine, 12), ==, known[n].want);
        ir_case_done(&c);
    }
}

/* ------------------------------------------------------------------ vectors: globals 14, 15 to 16 */

enum { VA = NB_INT, VB, VOUT };

typedef union Bytes {
    uint8_t byte[32];
    uint64_t word[4];
} Bytes;

static uint64_t read_lane(const Bytes *b, unsigned width, unsigned n)
{
    uint64_t value = 0;

    for (unsigned k = width / 8; k-- > 0;) {
        value = value << 8 | b->byte[n * width / 8 + k];
    }
    return value;
}

static void write_lane(Bytes *b, unsigned width, unsigned n, uint64_t value)
{
    for (unsigned k = 0; k < width / 8; k++) {
        b->byte[n * width / 8 + k] = (uint8_t)(value >> 8 * k);
    }
}

static uint64_t lane_result(TcgOpcode code, uint64_t a, uint64_t b)
{
    switch (code) {
    case TCG_OP_vmov:
        return a;
    case TCG_OP_vand:
        return a & b;
    case TCG_OP_vandc:
        return a & ~b;
    case TCG_OP_vor:
        return a | b;
    case TCG_OP_vxor:
        return a ^ b;
    case TCG_OP_vadd:
        return a + b;
    case TCG_OP_vsub:
        return a - b;
    default:
        g_assert_cmpint(code, ==, TCG_OP_vcmpeq);
        return a == b ? UINT64_MAX : 0;
    }
}

static void fill(Bytes *b, uint32_t seed)
{
    for (unsigned n = 0; n < 32; n++) {
        seed = seed * 1664525 + 1013904223;
        b->byte[n] = (uint8_t)(n % 3 ? seed >> 24 : (uint32_t[]){ 0, 0xff, 0x80 }[seed >> 24 & 1]);
    }
}

static void put_vec(unsigned global, const Bytes *value)
{
    memcpy(ir_lanes(&machine, global), value, 32);
}

/* The low bytes of the output global are want; what lies above a narrow type is not looked at. */
static void check_vec(const Bytes *want, unsigned bytes, TcgOpcode code)
{
    if (memcmp(ir_lanes(&machine, VOUT), want, bytes) != 0) {
        g_error("%s: %#" PRIx64 " in lane 0, not %#" PRIx64, tcg_op_info[code].name,
                ir_lanes(&machine, VOUT)[0], want->word[0]);
    }
}

static void lane_case(TcgOpcode code, unsigned width)
{
    unsigned ins = tcg_op_info[code].ins, bytes = WIDEST_BYTES;
    Bytes a, b, want;
    IrCase c;

    ir_case_begin(&c, &machine);
    ir_set(&c.ir, VOUT + 1,
           ir_value_op(&c.ir, code, IR_WIDEST, ins, (TcgVal[]){ VA + 1, VB + 1 }, width, 0));
    ir_case_compile(&c);
    for (uint32_t seed = 1; seed < 20; seed++) {
        fill(&a, seed);
        fill(&b, seed * 77);
        b.byte[seed % bytes] = a.byte[seed % bytes];
        if (seed % 4 == 0) {
            memcpy(b.byte + 8, a.byte + 8, 16);
        }
        for (unsigned n = 0; n < bytes * 8 / width; n++) {
            write_lane(&want, width, n,
                       lane_result(code, read_lane(&a, width, n), read_lane(&b, width, n)));
        }
        put_vec(VA, &a);
        put_vec(VB, &b);
        ir_case_run(&c);
        check_vec(&want, bytes, code);
    }
    ir_case_done(&c);
}

static void test_lanes(void)
{
    static const TcgOpcode whole[] = { TCG_OP_vmov, TCG_OP_vand, TCG_OP_vandc, TCG_OP_vor,
                                       TCG_OP_vxor };
    static const TcgOpcode lanes[] = { TCG_OP_vadd, TCG_OP_vsub, TCG_OP_vcmpeq };

    for (unsigned n = 0; n < G_N_ELEMENTS(whole); n++) {
        lane_case(whole[n], 64);
    }
    for (unsigned n = 0; n < G_N_ELEMENTS(lanes); n++) {
        for (unsigned width = 8; width <= 64; width *= 2) {
            lane_case(lanes[n], width);
        }
    }
}

/* vext, vins, vdup, vset of one lane width; lane: where. */
static void insert_case(unsigned width, unsigned lane)
{
    Bytes a, inserted, dup, set = { { 0 } };
    uint64_t value = UINT64_C(0xfedcba9876543210);
    IrCase c;

    ir_case_begin(&c, &machine);
    ir_set(&c.ir, 2, ir_vext(&c.ir, IR_WIDEST, VA + 1, width, lane));
    ir_set(&c.ir, VB + 1, ir_vins(&c.ir, IR_WIDEST, VA + 1, 1, width, lane));
    ir_set(&c.ir, VOUT + 1, ir_vdup(&c.ir, IR_WIDEST, 1, width));
    ir_set(&c.ir, VOUT + 2, ir_vset(&c.ir, IR_WIDEST, 1, width));
    ir_case_compile(&c);
    fill(&a, width + lane);
    inserted = a;
    write_lane(&inserted, width, lane, value);
    write_lane(&set, width, 0, value);
    for (unsigned n = 0; n < 8 * WIDEST_BYTES / width; n++) {
        write_lane(&dup, width, n, value);
    }
    put_vec(VA, &a);
    ir_put(&machine, 0, value);
    ir_case_run(&c);
    g_assert_cmphex(ir_get(&machine, 1), ==, read_lane(&a, width, lane));
    g_assert_cmpmem(ir_lanes(&machine, VB), WIDEST_BYTES, inserted.byte, WIDEST_BYTES);
    g_assert_cmpmem(ir_lanes(&machine, VOUT), WIDEST_BYTES, dup.byte, WIDEST_BYTES);
    g_assert_cmpmem(ir_lanes(&machine, VOUT + 1), WIDEST_BYTES, set.byte, WIDEST_BYTES);
    ir_case_done(&c);
}

static void test_inserts(void)
{
    for (unsigned width = 8; width <= 64; width *= 2) {
        for (unsigned lane = 0; lane < 8 * WIDEST_BYTES / width; lane++) {
            insert_case(width, lane);
        }
    }
}

/* A narrow type works on its own lanes and on nothing above them: through memory, which shows. */
static void test_narrow_vectors(void)
{
    static const TcgType types[] = { TCG_V64, TCG_V128 };
    Bytes from, to;

    for (unsigned n = 0; n < G_N_ELEMENTS(types); n++) {
        unsigned bytes = tcg_type_bits(types[n]) / 8, size = bytes == 8 ? TCG_MO_64 : TCG_MO_128;
        IrCase c;
        TcgVal a, sum;

        ir_case_begin(&c, &machine);
        a = ir_gld(&c.ir, types[n], 1, 0, size);
        sum = ir_vadd(&c.ir, types[n], a, ir_vdup(&c.ir, types[n], 3, 8), 8);
        sum = ir_vins(&c.ir, types[n], sum, 3, 8, bytes - 1);
        ir_gst(&c.ir, types[n], 2, sum, 0, size);
        ir_case_compile(&c);
        fill(&from, n);
        memset(&to, 0x55, sizeof(to));
        ir_put(&machine, 0, (uintptr_t)&from);
        ir_put(&machine, 1, (uintptr_t)&to);
        ir_put(&machine, 2, 7);
        ir_case_run(&c);
        for (unsigned k = 0; k < 32; k++) {
            g_assert_cmphex(to.byte[k], ==,
                            k >= bytes       ? 0x55
                            : k == bytes - 1 ? 7
                                             : (uint8_t)(from.byte[k] + 7));
        }
        ir_case_done(&c);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/tci/integers", test_integers);
    g_test_add_func("/tci/known-answers", test_known_answers);
    g_test_add_func("/tci/lanes", test_lanes);
    g_test_add_func("/tci/inserts", test_inserts);
    g_test_add_func("/tci/narrow-vectors", test_narrow_vectors);
    return g_test_run();
}
