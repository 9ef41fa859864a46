/*
 * M: multiplication and division.  The IR's division is total with RISC-V's results.
 */
#include "lift.h"

typedef TcgVal BinaryFn(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b);

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

bool rv_trans_mul(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_mul);
}

bool rv_trans_mulh(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_mulh);
}

bool rv_trans_mulhu(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_mulhu);
}

/* A negative rs1 read as unsigned is 2^64 too much, which adds rs2 to the high half. */
bool rv_trans_mulhsu(RvLift *c, const RvR *a)
{
    TcgVal rs1 = rv_reg(c, a->rs1), rs2 = rv_reg(c, a->rs2);
    TcgVal high = ir_mulhu(c->ir, TCG_I64, rs1, rs2);
    TcgVal sign = ir_sar(c->ir, TCG_I64, rs1, rv_const(c, 63));
    TcgVal excess = ir_and(c->ir, TCG_I64, sign, rs2);

    rv_set_reg(c, a->rd, ir_sub(c->ir, TCG_I64, high, excess));
    return true;
}

bool rv_trans_div(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_div);
}

bool rv_trans_divu(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_divu);
}

bool rv_trans_rem(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_rem);
}

bool rv_trans_remu(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_remu);
}

bool rv_trans_mulw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_mul);
}

bool rv_trans_divw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_div);
}

bool rv_trans_divuw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_divu);
}

bool rv_trans_remw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_rem);
}

bool rv_trans_remuw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_remu);
}
