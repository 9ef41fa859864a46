/*
 * fcsr: the guest's rounding mode and sticky flags, and MXCSR as their host form.
 *
 * While generated code runs, MXCSR has the rounding mode (frm 0..3) and collects flags;
 * RvState.fflags has those raised by helpers and in earlier runs.  The guest sees both or'ed.
 */
#include "fp-env.h"

#include <xmmintrin.h>

#include "helper.h"

/* MXCSR: SDM volume 1, 10.2.3. */
enum {
    MXCSR_IE = 1 << 0,
    MXCSR_ZE = 1 << 2,
    MXCSR_OE = 1 << 3,
    MXCSR_UE = 1 << 4,
    MXCSR_PE = 1 << 5,
    MXCSR_FLAGS = 0x3f,
    MXCSR_MASKS = 0x3f << 7,
    MXCSR_RC_SHIFT = 13,
    MXCSR_RC = 3 << MXCSR_RC_SHIFT,
};

/* RNE, RTZ, RDN, RUP; helpers do RMM, and invalid modes do not compute. */
static uint32_t frm_to_mxcsr(uint32_t frm)
{
    static const uint8_t rc[8] = { 0, 3, 1, 2 };

    return (uint32_t)rc[frm & 7] << MXCSR_RC_SHIFT;
}

static uint32_t mxcsr_to_fflags(uint32_t mxcsr)
{
    return (mxcsr & MXCSR_PE ? RV_FFLAG_NX : 0) | (mxcsr & MXCSR_UE ? RV_FFLAG_UF : 0) |
           (mxcsr & MXCSR_OE ? RV_FFLAG_OF : 0) | (mxcsr & MXCSR_ZE ? RV_FFLAG_DZ : 0) |
           (mxcsr & MXCSR_IE ? RV_FFLAG_NV : 0);
}

uint32_t rv_fp_to_mxcsr(const void *state)
{
    const RvState *rv = state;

    return MXCSR_MASKS | frm_to_mxcsr(rv->frm);
}

void rv_fp_from_mxcsr(void *state, uint32_t mxcsr)
{
    RvState *rv = state;

    rv->fflags |= mxcsr_to_fflags(mxcsr);
}

static uint64_t helper_read_fflags(RvState *rv)
{
    return rv->fflags | mxcsr_to_fflags(_mm_getcsr());
}

static void helper_write_fflags(RvState *rv, uint64_t value)
{
    rv->fflags = value & RV_FFLAG_ALL;
    _mm_setcsr(_mm_getcsr() & ~(uint32_t)MXCSR_FLAGS);
}

static void helper_write_frm(RvState *rv, uint64_t value)
{
    rv->frm = value & 7;
    _mm_setcsr((_mm_getcsr() & ~(uint32_t)MXCSR_RC) | frm_to_mxcsr(rv->frm));
}

enum { FCSR_FLAGS = TCG_HELPER_ENV | TCG_HELPER_FP_ENV };

const TcgHelper rv_helper_read_fflags = {
    "rv_read_fflags", helper_read_fflags, FCSR_FLAGS, TCG_I64, 0, { 0 },
};
const TcgHelper rv_helper_write_fflags = {
    "rv_write_fflags", helper_write_fflags, FCSR_FLAGS, TCG_NONE, 1, { TCG_I64 },
};
const TcgHelper rv_helper_write_frm = {
    "rv_write_frm", helper_write_frm, FCSR_FLAGS, TCG_NONE, 1, { TCG_I64 },
};
