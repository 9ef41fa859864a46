/*
 * A: atomic read-modify-write, load-reserved and store-conditional.
 *
 * A reservation is the address and the value that lr loaded.  sc succeeds if memory still holds
 * the value: a compare-and-exchange.  So a store of the same value in between goes unnoticed, which
 * RISC-V forbids in theory and no lr/sc loop can be harmed by, unless it watches other memory too.
 */
#include "lift.h"

#include <stddef.h>

enum { ORDER_RL = 1, ORDER_AQ = 2 };

static const TcgMemOp mop32 = TCG_MO_32 | TCG_MO_SIGN | TCG_MO_ALIGN | TCG_MO_ATOMIC;
static const TcgMemOp mop64 = TCG_MO_64 | TCG_MO_ALIGN | TCG_MO_ATOMIC;

static void store_reservation(RvLift *c, TcgVal addr)
{
    ir_st(c->ir, TCG_I64, addr, offsetof(RvState, res_addr), TCG_MO_64);
}

static bool load_reserved(RvLift *c, const RvAmo *a, TcgMemOp mop)
{
    TcgVal addr = rv_reg(c, a->rs1), value;

    /* x86 orders all but an earlier store and a later load. */
    if (a->order & ORDER_RL) {
        ir_fence(c->ir, TCG_FENCE_ST_LD);
    }
    value = ir_gld(c->ir, TCG_I64, addr, 0, mop);
    store_reservation(c, addr);
    ir_st(c->ir, TCG_I64, value, offsetof(RvState, res_value), TCG_MO_64);
    rv_set_reg(c, a->rd, value);
    return true;
}

/* Both halves of sc clear the reservation (RISC-V unprivileged, 13.2). */
static bool store_conditional(RvLift *c, const RvAmo *a, TcgType type, TcgMemOp mop)
{
    TcgBlock *lost = ir_new_block(c->ir), *end = ir_new_block(c->ir);
    TcgVal addr = rv_reg(c, a->rs1);
    TcgVal reserved = ir_ld(c->ir, TCG_I64, offsetof(RvState, res_addr), TCG_MO_64);
    TcgVal expected, old, failed;

    ir_brcond(c->ir, TCG_I64, TCG_COND_NE, reserved, addr, lost);
    expected = ir_ld(c->ir, TCG_I64, offsetof(RvState, res_value), TCG_MO_64);
    old = ir_gcmpxchg(c->ir, TCG_I64, addr, expected, rv_reg(c, a->rs2), mop);
    failed = ir_setcond(c->ir, type, old, expected, TCG_COND_NE);
    store_reservation(c, rv_const(c, -1));
    if (type == TCG_I32) {
        failed = ir_zext(c->ir, TCG_I64, failed, 32);
    }
    rv_set_reg(c, a->rd, failed);
    ir_br(c->ir, end);

    ir_label(c->ir, lost);
    store_reservation(c, rv_const(c, -1));
    rv_set_reg(c, a->rd, rv_const(c, 1));
    ir_label(c->ir, end);
    return true;
}

static bool amo(RvLift *c, const RvAmo *a, TcgRmw rmw, TcgMemOp mop)
{
    rv_set_reg(c, a->rd,
               ir_gatomic(c->ir, TCG_I64, rmw, rv_reg(c, a->rs1), rv_reg(c, a->rs2), mop));
    return true;
}

bool rv_trans_lr_w(RvLift *c, const RvAmo *a)
{
    return load_reserved(c, a, mop32);
}

bool rv_trans_lr_d(RvLift *c, const RvAmo *a)
{
    return load_reserved(c, a, mop64);
}

bool rv_trans_sc_w(RvLift *c, const RvAmo *a)
{
    return store_conditional(c, a, TCG_I32, mop32);
}

bool rv_trans_sc_d(RvLift *c, const RvAmo *a)
{
    return store_conditional(c, a, TCG_I64, mop64);
}

bool rv_trans_amoswap_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_XCHG, mop32);
}

bool rv_trans_amoadd_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_ADD, mop32);
}

bool rv_trans_amoxor_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_XOR, mop32);
}

bool rv_trans_amoand_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_AND, mop32);
}

bool rv_trans_amoor_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_OR, mop32);
}

bool rv_trans_amomin_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_SMIN, mop32);
}

bool rv_trans_amomax_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_SMAX, mop32);
}

bool rv_trans_amominu_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_UMIN, mop32);
}

bool rv_trans_amomaxu_w(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_UMAX, mop32);
}

bool rv_trans_amoswap_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_XCHG, mop64);
}

bool rv_trans_amoadd_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_ADD, mop64);
}

bool rv_trans_amoxor_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_XOR, mop64);
}

bool rv_trans_amoand_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_AND, mop64);
}

bool rv_trans_amoor_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_OR, mop64);
}

bool rv_trans_amomin_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_SMIN, mop64);
}

bool rv_trans_amomax_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_SMAX, mop64);
}

bool rv_trans_amominu_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_UMIN, mop64);
}

bool rv_trans_amomaxu_d(RvLift *c, const RvAmo *a)
{
    return amo(c, a, TCG_RMW_UMAX, mop64);
}
