/*
 * fcsr: the guest's rounding mode and sticky flags, and MXCSR as their host form.
 *
 * While generated code runs, MXCSR has the rounding mode (frm 0..3) and collects flags;
 * RvState.fflags has those raised by helpers and in earlier runs.  The guest sees both or'ed.
 */
#include "fp-env.h"

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

/* By shifts: IE 0 to NV 4, ZE 2 to DZ 3, OE 3 to OF 2, UE 4 to UF 1, PE 5 to NX 0. */
static inline TCG_GENERAL_REGS uint32_t mxcsr_to_fflags(uint32_t mxcsr)
{
    return (mxcsr & MXCSR_IE) << 4 | (mxcsr & MXCSR_ZE) << 1 | (mxcsr & MXCSR_OE) >> 1 |
           (mxcsr & MXCSR_UE) >> 3 | (mxcsr & MXCSR_PE) >> 5;
}

/* Not the intrinsics: they need vector registers enabled, which TCG_PRESERVES turns off. */
static inline TCG_GENERAL_REGS uint32_t get_mxcsr(void)
{
    uint32_t mxcsr;

    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    return mxcsr;
}

static inline TCG_GENERAL_REGS void set_mxcsr(uint32_t mxcsr)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
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

/*
 * Compilers put a pair of these around every quiet comparison (frflags, flt, fsflags), so both
 * are quick: no register is saved around them, and MXCSR is loaded only if a flag is to go.
 */
static TCG_PRESERVES uint64_t helper_read_fflags(RvState *rv)
{
    return rv->fflags | mxcsr_to_fflags(get_mxcsr());
}

static TCG_PRESERVES void helper_write_fflags(RvState *rv, uint64_t value)
{
    uint32_t mxcsr = get_mxcsr();

    rv->fflags = value & RV_FFLAG_ALL;
    if (mxcsr_to_fflags(mxcsr) & ~value) {
        set_mxcsr(mxcsr & ~(uint32_t)MXCSR_FLAGS);
    }
}

static void helper_write_frm(RvState *rv, uint64_t value)
{
    rv->frm = value & 7;
    set_mxcsr((get_mxcsr() & ~(uint32_t)MXCSR_RC) | frm_to_mxcsr(rv->frm));
}

enum { FCSR_FLAGS = TCG_HELPER_ENV | TCG_HELPER_FP_ENV };

const TcgHelper rv_helper_read_fflags = {
    "rv_read_fflags", helper_read_fflags, FCSR_FLAGS | TCG_HELPER_PRESERVES, TCG_I64, 0, { 0 },
};
const TcgHelper rv_helper_write_fflags = {
    "rv_write_fflags", helper_write_fflags, FCSR_FLAGS | TCG_HELPER_PRESERVES, TCG_NONE, 1,
    { TCG_I64 },
};
const TcgHelper rv_helper_write_frm = {
    "rv_write_frm", helper_write_frm, FCSR_FLAGS, TCG_NONE, 1, { TCG_I64 },
};
