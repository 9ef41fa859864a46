/*
 * Operations in a row that passes and instruction selection look for.  Random ones hardly ever meet
 * that way.
 */
#include "ir-gen.h"

static TcgVal small(Gen *g, TcgType type, uint64_t bits)
{
    return ir_const(&g->ir, type, bits);
}

static TcgVal binary(Gen *g, TcgOpcode code, TcgType type, TcgVal a, TcgVal b)
{
    return ir_value_op(&g->ir, code, type, 2, (const TcgVal[]){ a, b }, 0, 0);
}

static TcgVal int_global(Gen *g)
{
    return ir_global(&g->ir, gen_below(g, IR_RANDOM_INTS));
}

static unsigned shift_count(Gen *g, unsigned width)
{
    static const uint8_t counts[] = { 1, 8, 16, 24, 31, 32, 48, 56, 63 };

    return gen_below(g, 2) ? gen_below(g, width)
                           : counts[gen_below(g, G_N_ELEMENTS(counts))] % width;
}

/* Fields and extensions as shifts, where they are or into something else. */
static void shift_pair(Gen *g)
{
    TcgType type = gen_below(g, 2) ? TCG_I64 : TCG_I32;
    TcgVal left = small(g, type, shift_count(g, tcg_type_bits(type)));
    TcgVal right = gen_below(g, 2) ? left : small(g, type, shift_count(g, tcg_type_bits(type)));
    TcgOpcode back = gen_below(g, 2) ? TCG_OP_shr : TCG_OP_sar;
    TcgVal x = int_global(g);

    if (gen_below(g, 2) && type == TCG_I64) {
        ir_set(&g->ir, x, binary(g, TCG_OP_shl, type, x, left));
        if (gen_below(g, 2)) {
            gen_keep_i64(g, binary(g, TCG_OP_add, type, gen_value64(g), small(g, type, 1)));
        }
        ir_set(&g->ir, x, binary(g, back, type, x, right));
    } else {
        gen_keep_int(g, type, binary(g, back, type, binary(g, TCG_OP_shl, type, x, left), right));
    }
}

/* A rotation as two shifts; narrow ones may be extended before they are joined. */
static void rotation(Gen *g)
{
    static const TcgOpcode joins[] = { TCG_OP_or, TCG_OP_xor, TCG_OP_add };
    TcgType type = gen_below(g, 2) ? TCG_I64 : TCG_I32;
    unsigned width = tcg_type_bits(type), count = 1 + gen_below(g, width - 1);
    TcgVal x = int_global(g), high, low;
    bool extended = type == TCG_I32 && gen_below(g, 2), swapped = gen_below(g, 2);

    high = binary(g, swapped ? TCG_OP_shr : TCG_OP_shl, type, x,
                  small(g, type, swapped ? width - count : count));
    high = extended ? ir_sext(&g->ir, TCG_I64, high, 32) : high;
    if (gen_below(g, 4) == 0) {
        ir_set(&g->ir, x, binary(g, TCG_OP_add, TCG_I64, x, small(g, TCG_I64, 3)));
    }
    low = binary(g, swapped ? TCG_OP_shl : TCG_OP_shr, type, x,
                 small(g, type, swapped ? count : width - count));
    low = extended ? ir_sext(&g->ir, TCG_I64, low, 32) : low;
    type = extended ? TCG_I64 : type;
    gen_keep_int(g, type, binary(g, joins[gen_below(g, G_N_ELEMENTS(joins))], type, high, low));
}

/* Quotient and remainder of the same numbers. */
static void division_pair(Gen *g)
{
    TcgType type = gen_below(g, 2) ? TCG_I64 : TCG_I32;
    TcgOpcode div = gen_below(g, 2) ? TCG_OP_div : TCG_OP_divu;
    TcgOpcode rem = div == TCG_OP_div ? TCG_OP_rem : TCG_OP_remu;
    TcgVal a = int_global(g), b = gen_int(g, type);
    bool quotient_first = gen_below(g, 2);

    gen_keep_int(g, type, binary(g, quotient_first ? div : rem, type, a, b));
    if (gen_below(g, 3) == 0) {
        gen_value_op(g);
    }
    gen_keep_int(g, type, binary(g, quotient_first ? rem : div, type, a, b));
}

static void scaled_access(Gen *g)
{
    TcgVal index = gen_small_index(g), base = gen_address(g, false);
    TcgVal scaled = binary(g, TCG_OP_shl, TCG_I64, index, small(g, TCG_I64, gen_below(g, 4)));
    TcgVal in[] = { gen_below(g, 2) ? binary(g, TCG_OP_add, TCG_I64, base, scaled)
                                    : binary(g, TCG_OP_add, TCG_I64, scaled, base) };

    gen_access(g, gen_below(g, 2) ? TCG_OP_gld : TCG_OP_gst, in, gen_disp(g, false), false);
}

/* A truth value, then what is asked of it. */
static void condition_chain(Gen *g)
{
    IrBuilder *ir = &g->ir;
    TcgType type = gen_below(g, 2) ? TCG_I64 : TCG_I32;
    TcgVal a = gen_int(g, type), b = gen_int(g, type), zero = small(g, type, 0), truth;

    if (gen_below(g, 3) == 0) {
        truth = binary(g, TCG_OP_and, type, a, b);
    } else {
        truth = ir_setcond(ir, type, a, b, gen_below(g, TCG_COND_COUNT));
    }
    switch (gen_below(g, 6)) {
    case 0:
        gen_keep_int(g, type, binary(g, TCG_OP_xor, type, truth, small(g, type, 1)));
        break;
    case 4:
        gen_keep_int(
            g, type,
            ir_movcond(ir, type, a, b, small(g, type, 1), zero, gen_below(g, TCG_COND_COUNT)));
        break;
    case 1:
        gen_keep_int(g, type, ir_setcond(ir, type, truth, zero, gen_below(g, 2)));
        break;
    case 2:
        gen_keep_int(g, type,
                     ir_setcond(ir, type, truth, small(g, type, 1), gen_below(g, TCG_COND_COUNT)));
        break;
    case 3:
        gen_keep_int(g, type, ir_movcond(ir, type, truth, zero, a, b, gen_below(g, 2)));
        break;
    default:
        truth = ir_neg(ir, type, truth);
        gen_keep_int(g, type, binary(g, TCG_OP_and, type, truth, gen_int(g, type)));
    }
}

/* The same operation with two constants. */
static void constant_chain(Gen *g)
{
    static const TcgOpcode codes[] = { TCG_OP_add, TCG_OP_and, TCG_OP_or,  TCG_OP_xor, TCG_OP_shl,
                                       TCG_OP_shr, TCG_OP_sar, TCG_OP_mul, TCG_OP_sub };
    TcgType type = gen_below(g, 2) ? TCG_I64 : TCG_I32;
    TcgOpcode code = codes[gen_below(g, G_N_ELEMENTS(codes))];
    TcgVal x = binary(g, code, type, gen_int(g, type), small(g, type, ir_random_bits(g->rand)));

    code = gen_below(g, 2) ? code : codes[gen_below(g, G_N_ELEMENTS(codes))];
    gen_keep_int(g, type, binary(g, code, type, x, small(g, type, ir_random_bits(g->rand))));
}

static void extension_chain(Gen *g)
{
    TcgVal x = gen_int(g, TCG_I32);
    unsigned bits = 8u << gen_below(g, 3);

    x = gen_below(g, 2) ? ir_sext(&g->ir, TCG_I64, x, bits) : ir_zext(&g->ir, TCG_I64, x, bits);
    bits = 8u << gen_below(g, 3);
    x = gen_below(g, 2) ? ir_sext(&g->ir, TCG_I64, x, bits) : ir_zext(&g->ir, TCG_I64, x, bits);
    gen_keep_i64(g, x);
}

/* A narrow result boxed, and unboxed by its reader. */
static void boxed_float(Gen *g)
{
    IrBuilder *ir = &g->ir;
    TcgVal nan = small(g, TCG_V64, UINT64_C(0xffffffff7fc00000));
    TcgVal f = ir_global(ir, IR_RANDOM_FIRST_VEC + gen_below(g, IR_RANDOM_VECS)), v;

    v = ir_fbox(ir, TCG_F32, gen_vec(g), nan);
    v = gen_canonical(g, TCG_F32,
                      binary(g, gen_below(g, 2) ? TCG_OP_fadd : TCG_OP_fmul, TCG_F32, v, f));
    ir_set(ir, f, ir_vor(ir, TCG_V64, v, small(g, TCG_V64, UINT64_C(0xffffffff00000000))));
    v = ir_fbox(ir, TCG_F32, f, nan);
    gen_keep_vec(g, gen_canonical(g, TCG_F32, ir_fsub(ir, TCG_F32, v, gen_vec(g))));
}

/* A field of the state written, and read or written again. */
static void state_chain(Gen *g)
{
    uint64_t offset = IR_RANDOM_STATE + 8 * gen_below(g, 4);

    gen_access(g, TCG_OP_st, NULL, (int64_t)offset, false);
    gen_access(g, gen_below(g, 2) ? TCG_OP_ld : TCG_OP_st, NULL,
               (int64_t)(offset + 4 * gen_below(g, 2)), false);
    gen_access(g, TCG_OP_ld, NULL, (int64_t)offset, false);
}

void gen_idiom(Gen *g)
{
    static void (*const idioms[])(Gen *) = {
        shift_pair,     rotation,        division_pair, scaled_access, condition_chain,
        constant_chain, extension_chain, boxed_float,   state_chain,
    };

    idioms[gen_below(g, G_N_ELEMENTS(idioms))](g);
}
