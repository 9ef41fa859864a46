/*
 * The meaning of value operations on constants, made from the table's own expressions.
 */
#include "tcg/ir.h"

/* v sign-extended from the operand width. */
#define S(v) ((int64_t)((v) << (64 - w)) >> (64 - w))

bool tcg_eval(TcgOpcode code, TcgType type, TcgType out_type, const uint64_t in[4],
              const uint64_t imm[2], uint64_t *ret)
{
    uint64_t w = tcg_type_bits(type);
    /* WIDEN reads the low i bits of an input of either type, whatever lies above them. */
    uint64_t mask = tcg_op_info[code].shape == TCG_SHAPE_WIDEN ? ~UINT64_C(0) : TCG_MASK(w);
    uint64_t a = in[0] & mask, b = in[1] & mask, c = in[2] & mask, d = in[3] & mask;
    uint64_t i = imm[0], j = imm[1];
    uint64_t value;

    switch (code) {
#define VALUE_OP(name, shape, ins, imms, flags, expr) \
    case TCG_OP_##name:                               \
        value = expr;                                 \
        break;
#define FLOAT_OP(name, shape, ins, imms, flags, expr)
#define VECTOR_OP(name, shape, ins, imms, flags, expr)
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
    default:
        return false;
    }
    *ret = value & TCG_MASK(tcg_type_bits(out_type));
    return true;
}
