/*
 * Zicsr: the CSRs of user mode, which are the floating-point ones and the counters of Zicntr.
 *
 * Any other CSR, and writing a counter, is an illegal instruction.  A write of the rounding mode
 * ends the block, since code is specialised on it.
 */
#include "lift.h"

#include <stddef.h>

#include "helper.h"

enum {
    CSR_FFLAGS = 0x001,
    CSR_FRM = 0x002,
    CSR_FCSR = 0x003,
    CSR_CYCLE = 0xc00,
    CSR_TIME = 0xc01,
    CSR_INSTRET = 0xc02,
};

enum { FRM_SHIFT = 5 };

static bool is_counter(unsigned csr)
{
    return csr >= CSR_CYCLE && csr <= CSR_INSTRET;
}

static bool csr_exists(RvLift *c, unsigned csr, bool write)
{
    switch (csr) {
    case CSR_FFLAGS:
    case CSR_FRM:
    case CSR_FCSR:
        return c->ext & RV_EXT_F;
    default:
        return is_counter(csr) && (c->ext & RV_EXT_ZICNTR) && !write;
    }
}

static TcgVal read_frm(RvLift *c)
{
    return ir_ld(c->ir, TCG_I64, offsetof(RvState, frm), TCG_MO_32);
}

static TcgVal read_fcsr(RvLift *c)
{
    TcgVal flags = ir_call(c->ir, &rv_helper_read_fflags, NULL);
    TcgVal frm = ir_shl(c->ir, TCG_I64, read_frm(c), rv_const(c, FRM_SHIFT));

    return ir_or(c->ir, TCG_I64, flags, frm);
}

static TcgVal read_csr(RvLift *c, unsigned csr)
{
    switch (csr) {
    case CSR_FFLAGS:
        return ir_call(c->ir, &rv_helper_read_fflags, NULL);
    case CSR_FRM:
        return read_frm(c);
    case CSR_FCSR:
        return read_fcsr(c);
    case CSR_TIME:
        return ir_call(c->ir, &rv_helper_time, NULL);
    default:
        return ir_call(c->ir, &rv_helper_cycle, NULL);
    }
}

static void write_csr(RvLift *c, unsigned csr, TcgVal value)
{
    if (csr != CSR_FRM) {
        ir_call(c->ir, &rv_helper_write_fflags, &value);
    }
    if (csr == CSR_FCSR) {
        value = ir_shr(c->ir, TCG_I64, value, rv_const(c, FRM_SHIFT));
    }
    if (csr != CSR_FFLAGS) {
        ir_call(c->ir, &rv_helper_write_frm, &value);
    }
}

typedef enum CsrAction { CSR_WRITE, CSR_SET, CSR_CLEAR } CsrAction;

static TcgVal new_value(RvLift *c, CsrAction action, TcgVal old, TcgVal operand)
{
    switch (action) {
    case CSR_SET:
        return ir_or(c->ir, TCG_I64, old, operand);
    case CSR_CLEAR:
        return ir_andc(c->ir, TCG_I64, old, operand);
    default:
        return operand;
    }
}

/* csrrw does not read into x0; csrrs and csrrc do not write from x0 or a zero immediate, that is,
 * when source is 0 (RISC-V unprivileged, 6.1). */
static bool access_csr(RvLift *c, const RvCsr *a, CsrAction action, TcgVal operand)
{
    bool reads = action != CSR_WRITE || a->rd;
    bool writes = action == CSR_WRITE || a->rs1;
    TcgVal old = TCG_NO_VAL;

    if (!csr_exists(c, a->csr, writes)) {
        return false;
    }
    if (reads) {
        old = read_csr(c, a->csr);
    }
    if (writes) {
        write_csr(c, a->csr, new_value(c, action, old, operand));
    }
    if (reads) {
        rv_set_reg(c, a->rd, old);
    }
    if (writes && a->csr != CSR_FFLAGS) {
        rv_exit(c, TCG_EXIT_STATE, c->next_pc);
    }
    return true;
}

bool rv_trans_csrrw(RvLift *c, const RvCsr *a)
{
    return access_csr(c, a, CSR_WRITE, rv_reg(c, a->rs1));
}

bool rv_trans_csrrs(RvLift *c, const RvCsr *a)
{
    return access_csr(c, a, CSR_SET, rv_reg(c, a->rs1));
}

bool rv_trans_csrrc(RvLift *c, const RvCsr *a)
{
    return access_csr(c, a, CSR_CLEAR, rv_reg(c, a->rs1));
}

bool rv_trans_csrrwi(RvLift *c, const RvCsr *a)
{
    return access_csr(c, a, CSR_WRITE, rv_const(c, a->rs1));
}

bool rv_trans_csrrsi(RvLift *c, const RvCsr *a)
{
    return access_csr(c, a, CSR_SET, rv_const(c, a->rs1));
}

bool rv_trans_csrrci(RvLift *c, const RvCsr *a)
{
    return access_csr(c, a, CSR_CLEAR, rv_const(c, a->rs1));
}
