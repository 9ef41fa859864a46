/*
 * tcg_eval() against each operation written down again, bit by bit or in wider arithmetic, on a
 * grid of edge values.
 */
#include <glib.h>
#include <inttypes.h>

#include "tcg/ir.h"

typedef unsigned __int128 Wide;
typedef __int128 SignedWide;

static const uint64_t edges[] = {
    0,
    1,
    2,
    3,
    7,
    8,
    31,
    32,
    33,
    63,
    64,
    65,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x10000,
    0x7fffffff,
    0x80000000,
    0xfffffffe,
    0xffffffff,
    0x100000000,
    0x123456789abcdef0,
    0x5555555555555555,
    0xaaaaaaaaaaaaaaaa,
    0x7fffffffffffffff,
    0x8000000000000000,
    0x8000000000000001,
    0xffffffff7fffffff,
    0xffffffff80000000,
    0xfffffffffffffffe,
    0xffffffffffffffff,
};
enum { NB = G_N_ELEMENTS(edges) };

static SignedWide sign(uint64_t v, unsigned w)
{
    return v >> (w - 1) & 1 ? (SignedWide)v - ((SignedWide)1 << w) : (SignedWide)v;
}

static unsigned bit(uint64_t v, unsigned n)
{
    return v >> n & 1;
}

static unsigned count_from(uint64_t v, unsigned w, bool top)
{
    unsigned n = 0;

    while (n < w && !bit(v, top ? w - 1 - n : n)) {
        n++;
    }
    return n;
}

/* Bit n of the result comes from bit (n + by) mod w. */
static uint64_t rotate(uint64_t v, unsigned by, unsigned w)
{
    uint64_t result = 0;

    for (unsigned n = 0; n < w; n++) {
        result |= (uint64_t)bit(v, (n + by) % w) << n;
    }
    return result;
}

static uint64_t field(uint64_t v, unsigned at, unsigned bits, bool is_signed)
{
    uint64_t result = 0;

    for (unsigned n = 0; n < 64; n++) {
        unsigned from = n < bits ? at + n : at + bits - 1;

        result |= n < bits || is_signed ? (uint64_t)bit(v, from) << n : 0;
    }
    return result;
}

static uint64_t reverse_bytes(uint64_t v, unsigned w)
{
    uint64_t result = 0;

    for (unsigned n = 0; n < w; n += 8) {
        result |= (v >> n & 0xff) << (w - 8 - n);
    }
    return result;
}

static bool compare(unsigned cond, uint64_t a, uint64_t b, unsigned w)
{
    switch (cond) {
    case TCG_COND_EQ:
        return a == b;
    case TCG_COND_NE:
        return a != b;
    case TCG_COND_LT:
        return sign(a, w) < sign(b, w);
    case TCG_COND_GE:
        return sign(a, w) >= sign(b, w);
    case TCG_COND_LE:
        return sign(a, w) <= sign(b, w);
    case TCG_COND_GT:
        return sign(a, w) > sign(b, w);
    case TCG_COND_LTU:
        return a < b;
    case TCG_COND_GEU:
        return a >= b;
    case TCG_COND_LEU:
        return a <= b;
    case TCG_COND_GTU:
        return a > b;
    case TCG_COND_TSTEQ:
        return (a & b) == 0;
    default:
        return (a & b) != 0;
    }
}

static uint64_t divide(TcgOpcode code, uint64_t a, uint64_t b, unsigned w)
{
    SignedWide sa = sign(a, w), sb = sign(b, w);

    if (b == 0) {
        return code == TCG_OP_div || code == TCG_OP_divu ? ~UINT64_C(0) : a;
    }
    switch (code) {
    case TCG_OP_div:
        return (uint64_t)(sa / sb);
    case TCG_OP_divu:
        return a / b;
    case TCG_OP_rem:
        return (uint64_t)(sa % sb);
    default:
        return a % b;
    }
}

/* False: not an operation of the table as it is known here. */
static bool model(TcgOpcode code, unsigned w, const uint64_t in[4], const uint64_t imm[2],
                  uint64_t *ret)
{
    uint64_t a = in[0], b = in[1], c = in[2], d = in[3];
    unsigned count = b % w;
    SignedWide sum = sign(a, w) + sign(b, w), diff = sign(a, w) - sign(b, w);
    uint64_t value;

    switch (code) {
    case TCG_OP_mov:
        value = a;
        break;
    case TCG_OP_add:
        value = (uint64_t)((Wide)a + b);
        break;
    case TCG_OP_sub:
        value = (uint64_t)((Wide)a + ~b + 1);
        break;
    case TCG_OP_neg:
        value = ~a + 1;
        break;
    case TCG_OP_mul:
        value = (uint64_t)((Wide)a * b);
        break;
    case TCG_OP_mulh:
        value = (uint64_t)(sign(a, w) * sign(b, w) >> w);
        break;
    case TCG_OP_mulhu:
        value = (uint64_t)((Wide)a * b >> w);
        break;
    case TCG_OP_div:
    case TCG_OP_divu:
    case TCG_OP_rem:
    case TCG_OP_remu:
        value = divide(code, a, b, w);
        break;
    case TCG_OP_and:
        value = a & b;
        break;
    case TCG_OP_or:
        value = (a + b) - (a & b);
        break;
    case TCG_OP_xor:
        value = (a + b) - 2 * (a & b);
        break;
    case TCG_OP_not:
        value = -1 - a;
        break;
    case TCG_OP_andc:
        value = a - (a & b);
        break;
    case TCG_OP_orc:
        value = ~(b - (a & b));
        break;
    case TCG_OP_xnor:
        value = (a & b) | (~a & ~b);
        break;
    case TCG_OP_shl:
        value = (uint64_t)((Wide)a << count);
        break;
    case TCG_OP_shr:
        value = (uint64_t)((Wide)a / ((Wide)1 << count));
        break;
    case TCG_OP_sar:
        value = (uint64_t)(sign(a, w) >> count);
        break;
    case TCG_OP_rotl:
        value = rotate(a, w - count, w);
        break;
    case TCG_OP_rotr:
        value = rotate(a, count, w);
        break;
    case TCG_OP_clz:
        value = count_from(a, w, true);
        break;
    case TCG_OP_ctz:
        value = count_from(a, w, false);
        break;
    case TCG_OP_popcnt:
        value = 0;
        for (unsigned n = 0; n < w; n++) {
            value += bit(a, n);
        }
        break;
    case TCG_OP_bswap:
        value = reverse_bytes(a, w);
        break;
    case TCG_OP_sext:
        value = field(a, 0, imm[0], true);
        break;
    case TCG_OP_zext:
        value = field(a, 0, imm[0], false);
        break;
    case TCG_OP_extract:
        value = field(a, imm[0], imm[1], false);
        break;
    case TCG_OP_sextract:
        value = field(a, imm[0], imm[1], true);
        break;
    case TCG_OP_deposit:
        value = a;
        for (unsigned n = 0; n < imm[1]; n++) {
            value &= ~(UINT64_C(1) << (imm[0] + n));
            value |= (uint64_t)bit(b, n) << (imm[0] + n);
        }
        break;
    case TCG_OP_setcond:
        value = compare(imm[0], a, b, w);
        break;
    case TCG_OP_movcond:
        value = compare(imm[0], a, b, w) ? c : d;
        break;
    case TCG_OP_adc:
        value = (uint64_t)((Wide)a + b + c);
        break;
    case TCG_OP_adc_carry:
        value = bit((uint64_t)(((Wide)a + b + c) >> w), 0);
        break;
    case TCG_OP_sbb:
        value = (uint64_t)((Wide)a - b - c);
        break;
    case TCG_OP_sbb_borrow:
        value = (SignedWide)a - (SignedWide)b - (SignedWide)c < 0;
        break;
    case TCG_OP_add_overflow:
        value = sum != sign((uint64_t)sum & TCG_MASK(w), w);
        break;
    case TCG_OP_sub_overflow:
        value = diff != sign((uint64_t)diff & TCG_MASK(w), w);
        break;
    default:
        return false;
    }
    *ret = value & TCG_MASK(w);
    return true;
}

static void check(TcgOpcode code, TcgType type, const uint64_t in[4], const uint64_t imm[2])
{
    unsigned w = tcg_type_bits(type);
    uint64_t cut[4], got = 0, wanted = 0;

    for (unsigned n = 0; n < 4; n++) {
        cut[n] = tcg_op_info[code].shape == TCG_SHAPE_WIDEN ? in[n] : in[n] & TCG_MASK(w);
    }
    if (!tcg_eval(code, type, type, in, imm, &got) || !model(code, w, cut, imm, &wanted) ||
        got != wanted) {
        g_error("%s.%s %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", #%" PRIu64
                ", #%" PRIu64 ": %#" PRIx64 ", not %#" PRIx64,
                tcg_op_info[code].name, tcg_type_name(type), in[0], in[1], in[2], in[3], imm[0],
                imm[1], got, wanted);
    }
}

static void check_inputs(TcgOpcode code, TcgType type, const uint64_t imm[2])
{
    unsigned ins = tcg_op_info[code].ins;

    for (unsigned a = 0; a < NB; a++) {
        for (unsigned b = 0; b < (ins > 1 ? NB : 1); b++) {
            uint64_t in[4] = { edges[a], edges[b], edges[(a + b) % NB], edges[(a * 3 + b) % NB] };

            if (ins == 3) { /* the carry in */
                in[2] = 0;
                check(code, type, in, imm);
                in[2] = 1;
            }
            check(code, type, in, imm);
        }
    }
}

static void check_fields(TcgOpcode code, TcgType type)
{
    unsigned w = tcg_type_bits(type);

    for (unsigned at = 0; at < w; at += at < 8 ? 1 : 7) {
        for (unsigned bits = 1; bits <= w - at; bits += bits < 9 ? 1 : 5) {
            check_inputs(code, type, (const uint64_t[2]){ at, bits });
        }
        check_inputs(code, type, (const uint64_t[2]){ at, w - at });
    }
}

static void check_op(TcgOpcode code, TcgType type)
{
    switch (code) {
    case TCG_OP_sext:
    case TCG_OP_zext:
        for (unsigned bits = 8; bits <= 32; bits *= 2) {
            check_inputs(code, type, (const uint64_t[2]){ bits });
        }
        break;
    case TCG_OP_extract:
    case TCG_OP_sextract:
    case TCG_OP_deposit:
        check_fields(code, type);
        break;
    case TCG_OP_setcond:
    case TCG_OP_movcond:
        for (unsigned cond = 0; cond < TCG_COND_COUNT; cond++) {
            check_inputs(code, type, (const uint64_t[2]){ cond });
        }
        break;
    default:
        check_inputs(code, type, (const uint64_t[2]){ 0 });
    }
}

static void test_value_op(gconstpointer data)
{
    TcgOpcode code = GPOINTER_TO_UINT(data);

    check_op(code, TCG_I32);
    check_op(code, TCG_I64);
}

static void test_others(void)
{
    uint64_t in[4] = { 0 }, imm[2] = { 0 }, value = 42;

    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        if (tcg_op_info[code].shape > TCG_SHAPE_WIDEN) {
            g_assert_false(tcg_eval(code, TCG_I64, TCG_I64, in, imm, &value));
        }
    }
    g_assert_cmpuint(value, ==, 42);
}

static void test_conditions(void)
{
    for (unsigned cond = 0; cond < TCG_COND_COUNT; cond++) {
        for (unsigned n = 0; n < NB * NB; n++) {
            uint64_t a = edges[n / NB], b = edges[n % NB];
            bool holds = tcg_cond_holds(cond, a, b, 64);

            g_assert_cmpint(holds, !=, tcg_cond_holds(tcg_cond_invert(cond), a, b, 64));
            g_assert_cmpint(holds, ==, tcg_cond_holds(tcg_cond_swap(cond), b, a, 64));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        if (tcg_op_info[code].shape <= TCG_SHAPE_WIDEN) {
            g_autofree char *path = g_strdup_printf("/eval/%s", tcg_op_info[code].name);

            g_test_add_data_func(path, GUINT_TO_POINTER(code), test_value_op);
        }
    }
    g_test_add_func("/eval/others-have-no-value", test_others);
    g_test_add_func("/cond/invert-and-swap", test_conditions);
    return g_test_run();
}
