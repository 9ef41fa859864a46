/*
 * Floating-point helpers: what the IR's operations leave out, done by the soft-float.
 *
 * Registers come in as they are: unboxing is done here.  Flags go to RvState.fflags; MXCSR is
 * neither read nor changed.
 */
#include "target/softfloat.h"

#include "fp-env.h"
#include "helper.h"

#define BOX16 UINT64_C(0xffffffffffff0000)
#define BOX32 UINT64_C(0xffffffff00000000)

/* A register's value in format; badly boxed ones are the default NaN. */
static uint64_t unbox(SfFormat format, uint64_t reg)
{
    uint64_t box = format == SF_F16 ? BOX16 : format == SF_F32 ? BOX32 : 0;

    return (reg & box) == box ? reg & ~box : sf_default_nan(format);
}

static uint64_t box(SfFormat format, uint64_t value)
{
    return value | (format == SF_F16 ? BOX16 : format == SF_F32 ? BOX32 : 0);
}

static SfEnv env_of(const RvState *rv, unsigned rm)
{
    return (SfEnv){ .round = rm == RV_RM_DYN ? rv->frm : rm };
}

typedef uint64_t Function1(SfEnv *env, SfFormat format, uint64_t a);
typedef uint64_t Function2(SfEnv *env, SfFormat format, uint64_t a, uint64_t b);

static uint64_t call1(RvState *rv, SfFormat format, Function1 *fn, uint64_t a, uint32_t rm)
{
    SfEnv env = env_of(rv, rm);
    uint64_t result = fn(&env, format, unbox(format, a));

    rv->fflags |= env.flags;
    return box(format, result);
}

static uint64_t call2(RvState *rv, SfFormat format, Function2 *fn, uint64_t a, uint64_t b,
                      uint32_t rm)
{
    SfEnv env = env_of(rv, rm);
    uint64_t result = fn(&env, format, unbox(format, a), unbox(format, b));

    rv->fflags |= env.flags;
    return box(format, result);
}

/*
 * HELPER(fadd_s, uint64_t, (...), TCG_V64, TcgType...) { body } defines helper_fadd_s and its
 * description rv_helper_fadd_s; the first argument is the state.
 */
#define HELPER(name, params, ret, nb, ...)                                    \
    static uint64_t helper_##name params;                                     \
    const TcgHelper rv_helper_##name = {                                      \
        "rv_" #name, helper_##name, TCG_HELPER_ENV, ret, nb, { __VA_ARGS__ }, \
    };                                                                        \
    static uint64_t helper_##name params

HELPER(fadd_s, (RvState * rv, uint64_t a, uint64_t b, uint32_t rm), TCG_V64, 3, TCG_V64, TCG_V64,
       TCG_I32)
{
    return call2(rv, SF_F32, sf_add, a, b, rm);
}

HELPER(fadd_d, (RvState * rv, uint64_t a, uint64_t b, uint32_t rm), TCG_V64, 3, TCG_V64, TCG_V64,
       TCG_I32)
{
    return call2(rv, SF_F64, sf_add, a, b, rm);
}

HELPER(fsub_s, (RvState * rv, uint64_t a, uint64_t b, uint32_t rm), TCG_V64, 3, TCG_V64, TCG_V64,
       TCG_I32)
{
    return call2(rv, SF_F32, sf_sub, a, b, rm);
}

HELPER(fsub_d, (RvState * rv, uint64_t a, uint64_t b, uint32_t rm), TCG_V64, 3, TCG_V64, TCG_V64,
       TCG_I32)
{
    return call2(rv, SF_F64, sf_sub, a, b, rm);
}

HELPER(fmul_s, (RvState * rv, uint64_t a, uint64_t b, uint32_t rm), TCG_V64, 3, TCG_V64, TCG_V64,
       TCG_I32)
{
    return call2(rv, SF_F32, sf_mul, a, b, rm);
}

HELPER(fmul_d, (RvState * rv, uint64_t a, uint64_t b, uint32_t rm), TCG_V64, 3, TCG_V64, TCG_V64,
       TCG_I32)
{
    return call2(rv, SF_F64, sf_mul, a, b, rm);
}

HELPER(fdiv_s, (RvState * rv, uint64_t a, uint64_t b, uint32_t rm), TCG_V64, 3, TCG_V64, TCG_V64,
       TCG_I32)
{
    return call2(rv, SF_F32, sf_div, a, b, rm);
}

HELPER(fdiv_d, (RvState * rv, uint64_t a, uint64_t b, uint32_t rm), TCG_V64, 3, TCG_V64, TCG_V64,
       TCG_I32)
{
    return call2(rv, SF_F64, sf_div, a, b, rm);
}

HELPER(fsqrt_s, (RvState * rv, uint64_t a, uint32_t rm), TCG_V64, 2, TCG_V64, TCG_I32)
{
    return call1(rv, SF_F32, sf_sqrt, a, rm);
}

HELPER(fsqrt_d, (RvState * rv, uint64_t a, uint32_t rm), TCG_V64, 2, TCG_V64, TCG_I32)
{
    return call1(rv, SF_F64, sf_sqrt, a, rm);
}

/* Bit 0 negates the product, bit 1 the addend; a NaN's sign does not matter. */
static uint64_t fma_of(RvState *rv, SfFormat format, const uint64_t operand[3], uint32_t spec)
{
    uint64_t sign = UINT64_C(1) << (format == SF_F32 ? 31 : 63);
    SfEnv env = env_of(rv, spec & 7);
    uint64_t a = unbox(format, operand[0]), c = unbox(format, operand[2]);
    unsigned negate = spec >> RV_SPEC_SHIFT;
    uint64_t result = sf_fma(&env, format, negate & 1 ? a ^ sign : a, unbox(format, operand[1]),
                             negate & 2 ? c ^ sign : c);

    rv->fflags |= env.flags;
    return box(format, result);
}

HELPER(fma_s, (RvState * rv, uint64_t a, uint64_t b, uint64_t c, uint32_t spec), TCG_V64, 4,
       TCG_V64, TCG_V64, TCG_V64, TCG_I32)
{
    return fma_of(rv, SF_F32, (const uint64_t[]){ a, b, c }, spec);
}

HELPER(fma_d, (RvState * rv, uint64_t a, uint64_t b, uint64_t c, uint32_t spec), TCG_V64, 4,
       TCG_V64, TCG_V64, TCG_V64, TCG_I32)
{
    return fma_of(rv, SF_F64, (const uint64_t[]){ a, b, c }, spec);
}

static uint64_t fround_of(RvState *rv, SfFormat format, uint64_t a, uint32_t spec)
{
    SfEnv env = env_of(rv, spec & 7);
    uint64_t result = sf_round_to_int(&env, format, unbox(format, a), spec >> RV_SPEC_SHIFT);

    rv->fflags |= env.flags;
    return box(format, result);
}

HELPER(fround_s, (RvState * rv, uint64_t a, uint32_t spec), TCG_V64, 2, TCG_V64, TCG_I32)
{
    return fround_of(rv, SF_F32, a, spec);
}

HELPER(fround_d, (RvState * rv, uint64_t a, uint32_t spec), TCG_V64, 2, TCG_V64, TCG_I32)
{
    return fround_of(rv, SF_F64, a, spec);
}

static uint64_t to_int(RvState *rv, SfFormat format, uint64_t a, uint32_t spec)
{
    SfEnv env = env_of(rv, spec & 7);
    uint64_t result = sf_to_int(&env, format, unbox(format, a), spec >> RV_SPEC_SHIFT);

    rv->fflags |= env.flags;
    return result;
}

HELPER(to_int_s, (RvState * rv, uint64_t a, uint32_t spec), TCG_I64, 2, TCG_V64, TCG_I32)
{
    return to_int(rv, SF_F32, a, spec);
}

HELPER(to_int_d, (RvState * rv, uint64_t a, uint32_t spec), TCG_I64, 2, TCG_V64, TCG_I32)
{
    return to_int(rv, SF_F64, a, spec);
}

static uint64_t from_int(RvState *rv, SfFormat format, uint64_t value, uint32_t spec)
{
    SfEnv env = env_of(rv, spec & 7);
    uint64_t result = sf_from_int(&env, format, value, spec >> RV_SPEC_SHIFT);

    rv->fflags |= env.flags;
    return box(format, result);
}

HELPER(from_int_s, (RvState * rv, uint64_t value, uint32_t spec), TCG_V64, 2, TCG_I64, TCG_I32)
{
    return from_int(rv, SF_F32, value, spec);
}

HELPER(from_int_d, (RvState * rv, uint64_t value, uint32_t spec), TCG_V64, 2, TCG_I64, TCG_I32)
{
    return from_int(rv, SF_F64, value, spec);
}

static uint64_t convert(RvState *rv, SfFormat to, SfFormat from, uint64_t a, uint32_t rm)
{
    SfEnv env = env_of(rv, rm);
    uint64_t result = sf_convert(&env, to, from, unbox(from, a));

    rv->fflags |= env.flags;
    return box(to, result);
}

HELPER(fcvt_s_d, (RvState * rv, uint64_t a, uint32_t rm), TCG_V64, 2, TCG_V64, TCG_I32)
{
    return convert(rv, SF_F32, SF_F64, a, rm);
}

HELPER(fcvt_h_s, (RvState * rv, uint64_t a, uint32_t rm), TCG_V64, 2, TCG_V64, TCG_I32)
{
    return convert(rv, SF_F16, SF_F32, a, rm);
}

HELPER(fcvt_h_d, (RvState * rv, uint64_t a, uint32_t rm), TCG_V64, 2, TCG_V64, TCG_I32)
{
    return convert(rv, SF_F16, SF_F64, a, rm);
}

HELPER(fcvt_s_h, (RvState * rv, uint64_t a), TCG_V64, 1, TCG_V64)
{
    return convert(rv, SF_F32, SF_F16, a, RV_RM_RNE);
}

HELPER(fcvt_d_h, (RvState * rv, uint64_t a), TCG_V64, 1, TCG_V64)
{
    return convert(rv, SF_F64, SF_F16, a, RV_RM_RNE);
}

/* The low 32 bits of the integer a is rounded to, for |a| of any size (RISC-V Zfa, 25.4). */
static uint32_t modular_int32(uint64_t a)
{
    int exp = (int)(a >> 52 & 0x7ff) - 1075;
    uint64_t fraction = (a & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    uint64_t magnitude = 0;

    if (exp >= 0 && exp < 32) {
        magnitude = fraction << exp;
    } else if (exp < 0 && exp > -53) {
        magnitude = fraction >> -exp;
    }
    return (uint32_t)(a >> 63 ? -magnitude : magnitude);
}

HELPER(fcvtmod_w_d, (RvState * rv, uint64_t a), TCG_I64, 1, TCG_V64)
{
    SfEnv env = { .round = SF_TOWARD_ZERO };

    /* Flags are fcvt.w.d's; the result differs where that one saturates. */
    sf_to_int(&env, SF_F64, a, SF_S32);
    rv->fflags |= env.flags;
    if ((a >> 52 & 0x7ff) == 0x7ff) {
        return 0;
    }
    return (uint64_t)(int64_t)(int32_t)modular_int32(a);
}

/* RISC-V F, "Classify Instruction": the bits of the result. */
enum {
    CLASS_NEGATIVE_INFINITY = 1 << 0,
    CLASS_NEGATIVE_NORMAL = 1 << 1,
    CLASS_NEGATIVE_SUBNORMAL = 1 << 2,
    CLASS_NEGATIVE_ZERO = 1 << 3,
    CLASS_POSITIVE_ZERO = 1 << 4,
    CLASS_POSITIVE_SUBNORMAL = 1 << 5,
    CLASS_POSITIVE_NORMAL = 1 << 6,
    CLASS_POSITIVE_INFINITY = 1 << 7,
    CLASS_SIGNALLING_NAN = 1 << 8,
    CLASS_QUIET_NAN = 1 << 9,
};

static uint64_t classify(SfFormat format, uint64_t a)
{
    unsigned fraction_bits = format == SF_F32 ? 23 : 52, exp_bits = format == SF_F32 ? 8 : 11;
    bool sign = a >> (fraction_bits + exp_bits) & 1;
    unsigned exp_max = (1u << exp_bits) - 1, exp = a >> fraction_bits & exp_max;
    bool fraction = a & ((UINT64_C(1) << fraction_bits) - 1);

    if (exp == exp_max && fraction) {
        return sf_is_signalling(format, a) ? CLASS_SIGNALLING_NAN : CLASS_QUIET_NAN;
    }
    if (exp == exp_max) {
        return sign ? CLASS_NEGATIVE_INFINITY : CLASS_POSITIVE_INFINITY;
    }
    if (exp) {
        return sign ? CLASS_NEGATIVE_NORMAL : CLASS_POSITIVE_NORMAL;
    }
    if (fraction) {
        return sign ? CLASS_NEGATIVE_SUBNORMAL : CLASS_POSITIVE_SUBNORMAL;
    }
    return sign ? CLASS_NEGATIVE_ZERO : CLASS_POSITIVE_ZERO;
}

static uint64_t helper_fclass_s(uint64_t a)
{
    return classify(SF_F32, unbox(SF_F32, a));
}

static uint64_t helper_fclass_d(uint64_t a)
{
    return classify(SF_F64, a);
}

const TcgHelper rv_helper_fclass_s = {
    "rv_fclass_s", helper_fclass_s, TCG_HELPER_PURE, TCG_I64, 1, { TCG_V64 },
};
const TcgHelper rv_helper_fclass_d = {
    "rv_fclass_d", helper_fclass_d, TCG_HELPER_PURE, TCG_I64, 1, { TCG_V64 },
};
