/*
 * Conversions: between formats, to and from integers, to integral values.
 */
#include "softfloat-parts.h"

typedef unsigned __int128 u128;

uint64_t sf_convert(SfEnv *env, SfFormat to, SfFormat from, uint64_t a)
{
    SfNum n = sf_unpack(from, a);

    switch (n.class) {
    case SF_ZERO:
        return sf_pack_zero(to, n.sign);
    case SF_FINITE:
        return sf_round_pack(env, to, n, false);
    case SF_INFINITE:
        return sf_pack_infinity(to, n.sign);
    case SF_SIGNALLING_NAN:
        return sf_pack_invalid(env, to);
    default:
        return sf_default_nan(to);
    }
}

/* To integers */

static bool is_signed_type(SfInt type)
{
    return type == SF_S32 || type == SF_S64;
}

static int bits_of(SfInt type)
{
    return type == SF_S32 || type == SF_U32 ? 32 : 64;
}

/* The largest magnitude of that sign that fits. */
static uint64_t limit_of(SfInt type, bool sign)
{
    uint64_t all = ~UINT64_C(0) >> (64 - bits_of(type));

    if (is_signed_type(type)) {
        return (all >> 1) + sign;
    }
    return sign ? 0 : all;
}

static uint64_t signed_result(SfInt type, bool sign, uint64_t magnitude)
{
    uint64_t value = sign ? -magnitude : magnitude;

    return bits_of(type) == 32 ? (uint64_t)(int64_t)(int32_t)value : value;
}

static uint64_t saturate(SfEnv *env, SfInt type, bool sign)
{
    env->flags |= SF_INVALID;
    return signed_result(type, sign, limit_of(type, sign));
}

/* The finite number's magnitude as an integer; n.exp < 64. */
static u128 round_magnitude(SfRound round, SfNum n, bool *inexact)
{
    return sf_round_off(round, n.sign, n.frac, 63 - n.exp, false, inexact);
}

uint64_t sf_to_int(SfEnv *env, SfFormat format, uint64_t a, SfInt type)
{
    SfNum n = sf_unpack(format, a);
    bool inexact = false;
    u128 magnitude;

    if (n.class == SF_ZERO) {
        return 0;
    }
    if (n.class != SF_FINITE || n.exp > 63) {
        return saturate(env, type, n.sign && !sf_num_is_nan(n));
    }
    magnitude = round_magnitude(env->round, n, &inexact);
    if (magnitude > limit_of(type, n.sign)) {
        return saturate(env, type, n.sign);
    }
    env->flags |= inexact ? SF_INEXACT : 0;
    return signed_result(type, n.sign, (uint64_t)magnitude);
}

static SfNum from_magnitude(bool sign, uint64_t magnitude)
{
    int shift = __builtin_clzll(magnitude);

    return (SfNum){ SF_FINITE, sign, 63 - shift, magnitude << shift };
}

uint64_t sf_from_int(SfEnv *env, SfFormat format, uint64_t value, SfInt type)
{
    bool sign;

    if (bits_of(type) == 32) {
        value = type == SF_S32 ? (uint64_t)(int64_t)(int32_t)value : (uint32_t)value;
    }
    sign = is_signed_type(type) && value >> 63;
    if (!value) {
        return sf_pack_zero(format, false);
    }
    return sf_round_pack(env, format, from_magnitude(sign, sign ? -value : value), false);
}

uint64_t sf_round_to_int(SfEnv *env, SfFormat format, uint64_t a, bool raise_inexact)
{
    SfNum n = sf_unpack(format, a);
    bool inexact = false;
    u128 magnitude;

    if (sf_num_is_nan(n)) {
        return sf_convert(env, format, format, a);
    }
    /* Larger numbers have no fraction. */
    if (n.class != SF_FINITE || n.exp >= 63) {
        return a;
    }
    magnitude = round_magnitude(env->round, n, &inexact);
    if (inexact && raise_inexact) {
        env->flags |= SF_INEXACT;
    }
    if (!magnitude) {
        return sf_pack_zero(format, n.sign);
    }
    return sf_round_pack(env, format, from_magnitude(n.sign, (uint64_t)magnitude), false);
}
