/*
 * Bit manipulation: Zba, Zbb, Zbc, Zbs, and Zicond.
 */
#include "lift.h"

#include "helper.h"

typedef TcgVal UnaryFn(IrBuilder *ir, TcgType type, TcgVal a);
typedef TcgVal BinaryFn(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b);

static bool unary(RvLift *c, const RvR2 *a, UnaryFn *fn)
{
    rv_set_reg(c, a->rd, fn(c->ir, TCG_I64, rv_reg(c, a->rs1)));
    return true;
}

/* Counts fit in seven bits: zero- or sign-extended is all the same. */
static bool count32(RvLift *c, const RvR2 *a, UnaryFn *fn)
{
    rv_set_reg(c, a->rd, ir_zext(c->ir, TCG_I64, fn(c->ir, TCG_I32, rv_reg(c, a->rs1)), 32));
    return true;
}

static bool binary(RvLift *c, const RvR *a, BinaryFn *fn)
{
    rv_set_reg(c, a->rd, fn(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_reg(c, a->rs2)));
    return true;
}

static bool binary32(RvLift *c, const RvR *a, BinaryFn *fn)
{
    rv_set_reg32(c, a->rd, fn(c->ir, TCG_I32, rv_reg(c, a->rs1), rv_reg(c, a->rs2)));
    return true;
}

/* Zba: addresses */

static bool shift_add(RvLift *c, const RvR *a, unsigned shift)
{
    TcgVal scaled = ir_shl(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_const(c, shift));

    rv_set_reg(c, a->rd, ir_add(c->ir, TCG_I64, rv_reg(c, a->rs2), scaled));
    return true;
}

static bool shift_add_uw(RvLift *c, const RvR *a, unsigned shift)
{
    TcgVal index = ir_zext(c->ir, TCG_I64, rv_reg(c, a->rs1), 32);

    if (shift) {
        index = ir_shl(c->ir, TCG_I64, index, rv_const(c, shift));
    }
    rv_set_reg(c, a->rd, ir_add(c->ir, TCG_I64, rv_reg(c, a->rs2), index));
    return true;
}

bool rv_trans_sh1add(RvLift *c, const RvR *a)
{
    return shift_add(c, a, 1);
}

bool rv_trans_sh2add(RvLift *c, const RvR *a)
{
    return shift_add(c, a, 2);
}

bool rv_trans_sh3add(RvLift *c, const RvR *a)
{
    return shift_add(c, a, 3);
}

/* zext.w is add.uw with x0. */
bool rv_trans_add_uw(RvLift *c, const RvR *a)
{
    if (!a->rs2) {
        rv_set_reg(c, a->rd, ir_zext(c->ir, TCG_I64, rv_reg(c, a->rs1), 32));
        return true;
    }
    return shift_add_uw(c, a, 0);
}

bool rv_trans_sh1add_uw(RvLift *c, const RvR *a)
{
    return shift_add_uw(c, a, 1);
}

bool rv_trans_sh2add_uw(RvLift *c, const RvR *a)
{
    return shift_add_uw(c, a, 2);
}

bool rv_trans_sh3add_uw(RvLift *c, const RvR *a)
{
    return shift_add_uw(c, a, 3);
}

bool rv_trans_slli_uw(RvLift *c, const RvI *a)
{
    TcgVal low = ir_zext(c->ir, TCG_I64, rv_reg(c, a->rs1), 32);

    rv_set_reg(c, a->rd, ir_shl(c->ir, TCG_I64, low, rv_const(c, a->imm)));
    return true;
}

/* Zbb: basic bit manipulation */

bool rv_trans_andn(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_andc);
}

bool rv_trans_orn(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_orc);
}

bool rv_trans_xnor(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_xnor);
}

bool rv_trans_clz(RvLift *c, const RvR2 *a)
{
    return unary(c, a, ir_clz);
}

bool rv_trans_ctz(RvLift *c, const RvR2 *a)
{
    return unary(c, a, ir_ctz);
}

bool rv_trans_cpop(RvLift *c, const RvR2 *a)
{
    return unary(c, a, ir_popcnt);
}

bool rv_trans_clzw(RvLift *c, const RvR2 *a)
{
    return count32(c, a, ir_clz);
}

bool rv_trans_ctzw(RvLift *c, const RvR2 *a)
{
    return count32(c, a, ir_ctz);
}

bool rv_trans_cpopw(RvLift *c, const RvR2 *a)
{
    return count32(c, a, ir_popcnt);
}

bool rv_trans_sext_b(RvLift *c, const RvR2 *a)
{
    rv_set_reg(c, a->rd, ir_sext(c->ir, TCG_I64, rv_reg(c, a->rs1), 8));
    return true;
}

bool rv_trans_sext_h(RvLift *c, const RvR2 *a)
{
    rv_set_reg(c, a->rd, ir_sext(c->ir, TCG_I64, rv_reg(c, a->rs1), 16));
    return true;
}

bool rv_trans_zext_h(RvLift *c, const RvR2 *a)
{
    rv_set_reg(c, a->rd, ir_zext(c->ir, TCG_I64, rv_reg(c, a->rs1), 16));
    return true;
}

/* rs1 if it compares so with rs2, else rs2. */
static bool select_if(RvLift *c, const RvR *a, TcgCond cond)
{
    TcgVal rs1 = rv_reg(c, a->rs1), rs2 = rv_reg(c, a->rs2);

    rv_set_reg(c, a->rd, ir_movcond(c->ir, TCG_I64, rs1, rs2, rs1, rs2, cond));
    return true;
}

bool rv_trans_max(RvLift *c, const RvR *a)
{
    return select_if(c, a, TCG_COND_GT);
}

bool rv_trans_maxu(RvLift *c, const RvR *a)
{
    return select_if(c, a, TCG_COND_GTU);
}

bool rv_trans_min(RvLift *c, const RvR *a)
{
    return select_if(c, a, TCG_COND_LT);
}

bool rv_trans_minu(RvLift *c, const RvR *a)
{
    return select_if(c, a, TCG_COND_LTU);
}

bool rv_trans_rol(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_rotl);
}

bool rv_trans_ror(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_rotr);
}

bool rv_trans_rori(RvLift *c, const RvI *a)
{
    rv_set_reg(c, a->rd, ir_rotr(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_const(c, a->imm)));
    return true;
}

bool rv_trans_rolw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_rotl);
}

bool rv_trans_rorw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_rotr);
}

bool rv_trans_roriw(RvLift *c, const RvI *a)
{
    rv_set_reg32(c, a->rd, ir_rotr(c->ir, TCG_I32, rv_reg(c, a->rs1), rv_const32(c, a->imm)));
    return true;
}

/*
 * Bytes that are not zero become 0xff.  Adding 0x7f to the low seven bits carries into bit 7 unless
 * they are zero; 0x80 - 0x01 is then 0x7f, and with bit 7 itself 0xff.
 */
bool rv_trans_orc_b(RvLift *c, const RvR2 *a)
{
    TcgVal low7 = rv_const(c, 0x7f7f7f7f7f7f7f7f), rs1 = rv_reg(c, a->rs1);
    TcgVal sum = ir_add(c->ir, TCG_I64, ir_and(c->ir, TCG_I64, rs1, low7), low7);
    TcgVal any = ir_andc(c->ir, TCG_I64, ir_or(c->ir, TCG_I64, sum, rs1), low7);
    TcgVal ones = ir_shr(c->ir, TCG_I64, any, rv_const(c, 7));

    rv_set_reg(c, a->rd, ir_or(c->ir, TCG_I64, ir_sub(c->ir, TCG_I64, any, ones), any));
    return true;
}

bool rv_trans_rev8(RvLift *c, const RvR2 *a)
{
    return unary(c, a, ir_bswap);
}

/* Zbc: carry-less multiplication */

static bool helper2(RvLift *c, const RvR *a, const TcgHelper *helper)
{
    const TcgVal args[] = { rv_reg(c, a->rs1), rv_reg(c, a->rs2) };

    rv_set_reg(c, a->rd, ir_call(c->ir, helper, args));
    return true;
}

bool rv_trans_clmul(RvLift *c, const RvR *a)
{
    return helper2(c, a, &rv_helper_clmul);
}

bool rv_trans_clmulh(RvLift *c, const RvR *a)
{
    return helper2(c, a, &rv_helper_clmulh);
}

bool rv_trans_clmulr(RvLift *c, const RvR *a)
{
    return helper2(c, a, &rv_helper_clmulr);
}

/* Zbs: single bits.  Shift counts are modulo 64 in the IR too. */

static TcgVal bit_mask(RvLift *c, unsigned rs2)
{
    return ir_shl(c->ir, TCG_I64, rv_const(c, 1), rv_reg(c, rs2));
}

static bool with_bit(RvLift *c, const RvR *a, BinaryFn *fn)
{
    TcgVal mask = bit_mask(c, a->rs2);

    rv_set_reg(c, a->rd, fn(c->ir, TCG_I64, rv_reg(c, a->rs1), mask));
    return true;
}

static bool with_bit_imm(RvLift *c, const RvI *a, BinaryFn *fn)
{
    TcgVal mask = rv_const(c, (int64_t)(UINT64_C(1) << a->imm));

    rv_set_reg(c, a->rd, fn(c->ir, TCG_I64, rv_reg(c, a->rs1), mask));
    return true;
}

bool rv_trans_bclr(RvLift *c, const RvR *a)
{
    return with_bit(c, a, ir_andc);
}

bool rv_trans_binv(RvLift *c, const RvR *a)
{
    return with_bit(c, a, ir_xor);
}

bool rv_trans_bset(RvLift *c, const RvR *a)
{
    return with_bit(c, a, ir_or);
}

bool rv_trans_bext(RvLift *c, const RvR *a)
{
    TcgVal bits = ir_shr(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_reg(c, a->rs2));

    rv_set_reg(c, a->rd, ir_and(c->ir, TCG_I64, bits, rv_const(c, 1)));
    return true;
}

bool rv_trans_bclri(RvLift *c, const RvI *a)
{
    TcgVal mask = rv_const(c, (int64_t) ~(UINT64_C(1) << a->imm));

    rv_set_reg(c, a->rd, ir_and(c->ir, TCG_I64, rv_reg(c, a->rs1), mask));
    return true;
}

bool rv_trans_binvi(RvLift *c, const RvI *a)
{
    return with_bit_imm(c, a, ir_xor);
}

bool rv_trans_bseti(RvLift *c, const RvI *a)
{
    return with_bit_imm(c, a, ir_or);
}

bool rv_trans_bexti(RvLift *c, const RvI *a)
{
    rv_set_reg(c, a->rd, ir_extract(c->ir, TCG_I64, rv_reg(c, a->rs1), a->imm, 1));
    return true;
}

/* Zicond: conditional zero */

static bool zero_if(RvLift *c, const RvR *a, TcgCond cond)
{
    TcgVal zero = rv_const(c, 0);

    rv_set_reg(c, a->rd,
               ir_movcond(c->ir, TCG_I64, rv_reg(c, a->rs2), zero, zero, rv_reg(c, a->rs1), cond));
    return true;
}

bool rv_trans_czero_eqz(RvLift *c, const RvR *a)
{
    return zero_if(c, a, TCG_COND_EQ);
}

bool rv_trans_czero_nez(RvLift *c, const RvR *a)
{
    return zero_if(c, a, TCG_COND_NE);
}
