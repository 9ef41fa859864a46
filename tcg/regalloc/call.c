/*
 * Helper calls: arguments in the host's argument registers, everything that must survive out
 * of the registers a C function may change.
 */
#include "regalloc.h"

#include "tcg/helper.h"

static void sync_globals(Ra *ra)
{
    for (unsigned word = 0; word < TCG_MAX_GLOBALS / 64; word++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            TcgVal v = word * 64 + bit + 1;

            if (tcg_is_global(ra->r, v)) {
                ra_sync(ra, v);
            }
        }
    }
}

static void forget_global_registers(Ra *ra)
{
    for (unsigned reg = 0; reg < TCG_MAX_REGS; reg++) {
        TcgVal v = ra->s.reg_val[reg];

        if (v && tcg_is_global(ra->r, v)) {
            ra_unbind(ra, v);
        }
    }
}

static bool dies_here(const TcgOp *op, TcgVal v)
{
    for (unsigned n = 0; n < op->nb_in; n++) {
        if (tcg_op_in(op, n) == v && ra_is_dead(op, n)) {
            return true;
        }
    }
    return false;
}

TcgRegSet ra_call_clobbers(const TcgBackend *backend, const TcgOp *op)
{
    TcgRegSet set = ra_reg_bit(backend->call_int_ret);

    if (!(op->helper->flags & TCG_HELPER_PRESERVES)) {
        return backend->caller_saved;
    }
    for (unsigned n = 0; n < op->nb_in + (op->helper->flags & TCG_HELPER_ENV ? 1u : 0); n++) {
        set |= ra_reg_bit(backend->call_int_args[n]);
    }
    return set;
}

/* Values that are needed after the call leave the registers it changes. */
static void save_clobbered(Ra *ra, const TcgOp *op, TcgRegSet clobbers)
{
    for (TcgRegSet rest = clobbers; rest; rest &= rest - 1) {
        TcgVal v = ra->s.reg_val[__builtin_ctz(rest)];

        if (v && !dies_here(op, v) && !(op->nb_out && v == op->arg[0])) {
            ra_sync(ra, v);
        }
    }
}

static void pass_arguments(Ra *ra, const TcgOp *op)
{
    RaMove moves[TCG_MAX_INS];
    const uint8_t *reg = ra->backend->call_int_args + (op->helper->flags & TCG_HELPER_ENV ? 1 : 0);

    for (unsigned n = 0; n < op->nb_in; n++) {
        TcgVal v = tcg_op_in(op, n);

        moves[n] = (RaMove){ reg[n], tcg_val(ra->r, v)->type, ra_read_loc(ra, v) };
    }
    ra_parallel_moves(ra, moves, op->nb_in);
}

static void drop_clobbered(Ra *ra, TcgRegSet clobbers)
{
    for (TcgRegSet rest = clobbers; rest; rest &= rest - 1) {
        TcgVal v = ra->s.reg_val[__builtin_ctz(rest)];

        if (v) {
            ra_unbind(ra, v);
        }
    }
}

/* The result register is an integer one whatever the type; a vector value moves on. */
static void take_result(Ra *ra, const TcgOp *op)
{
    TcgVal v = op->arg[0];
    TcgType type = tcg_val(ra->r, v)->type;
    unsigned reg = ra->backend->call_int_ret;

    if (!tcg_type_is_int(type)) {
        unsigned vec = ra_pick(ra, ra->backend->vec_regs, TCG_NO_REG);

        ra_move(ra, type, ra_loc_reg(vec), ra_loc_reg(reg));
        reg = vec;
    }
    ra_define(ra, op, reg);
}

void ra_call(Ra *ra, TcgOp *op)
{
    unsigned flags = op->helper->flags;
    TcgRegSet clobbers = ra_call_clobbers(ra->backend, op);
    TcgMop *mop;

    if (flags & (TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS | TCG_HELPER_CAN_FAULT)) {
        sync_globals(ra);
    }
    save_clobbered(ra, op, clobbers);
    pass_arguments(ra, op);
    for (unsigned n = 0; n < op->nb_in; n++) {
        if (ra_is_dead(op, n)) {
            ra_forget(ra, tcg_op_in(op, n));
        }
    }
    drop_clobbered(ra, clobbers);
    mop = ra_append(ra, TCG_OP_call, op->type);
    mop->op = op;
    ra_snapshot(ra, mop);
    if (flags & TCG_HELPER_WRITES_GLOBALS) {
        forget_global_registers(ra);
    }
    if (op->nb_out) {
        mop->out = ra_loc_reg(ra->backend->call_int_ret);
        take_result(ra, op);
    }
}
