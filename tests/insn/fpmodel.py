"""IEEE 754 arithmetic as RISC-V has it, by exact fractions: the judge of the instruction cases.

A number is taken apart into sign and Fraction, the operation is done exactly, and the result is
rounded once by the definition.  Slow, short, and independent of the C code.
"""
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

NX, UF, OF, DZ, NV = 1, 2, 4, 8, 16
RNE, RTZ, RDN, RUP, RMM = range(5)


@dataclass(frozen=True)
class Format:
    bits: int
    precision: int  # hidden bit included

    @property
    def exp_bits(self):
        return self.bits - self.precision

    @property
    def emax(self):
        return (1 << (self.exp_bits - 1)) - 1

    @property
    def emin(self):
        return 1 - self.emax

    @property
    def sign(self):
        return 1 << (self.bits - 1)

    @property
    def infinity(self):
        return ((1 << self.exp_bits) - 1) << (self.precision - 1)

    @property
    def nan(self):
        return self.infinity | 1 << (self.precision - 2)

    def box(self, bits):
        return bits | ((1 << 64) - (1 << self.bits))

    def unbox(self, reg):
        low = reg & ((1 << self.bits) - 1)
        return low if self.box(low) == reg else self.nan


H, S, D = Format(16, 11), Format(32, 24), Format(64, 53)


def fraction_of(fmt, bits):
    return bits & ((1 << (fmt.precision - 1)) - 1)


def is_nan(fmt, bits):
    return bits & ~fmt.sign > fmt.infinity


def is_snan(fmt, bits):
    return is_nan(fmt, bits) and not bits >> (fmt.precision - 2) & 1


def is_inf(fmt, bits):
    return bits & ~fmt.sign == fmt.infinity


def is_neg(fmt, bits):
    return bool(bits & fmt.sign)


def value_of(fmt, bits):
    """Of a finite number."""
    exp = (bits & ~fmt.sign) >> (fmt.precision - 1)
    fraction = fraction_of(fmt, bits)
    if exp:
        fraction |= 1 << (fmt.precision - 1)
    value = Fraction(fraction) * Fraction(2) ** (max(exp, 1) - fmt.emax - fmt.precision + 1)
    return -value if is_neg(fmt, bits) else value


def goes_out(mode, negative, low, rest):
    """Away from zero from low, when rest (0 < rest < 1) of a unit lies above it?"""
    half = Fraction(1, 2)
    return {RNE: rest > half or (rest == half and low & 1), RMM: rest >= half, RTZ: False,
            RDN: negative, RUP: not negative}[mode]


def round_at(value, unit, mode, negative):
    """(multiple of unit, inexact)"""
    quotient = value / unit
    low = quotient.numerator // quotient.denominator
    rest = quotient - low
    if rest and goes_out(mode, negative, low, rest):
        low += 1
    return low, rest != 0


def exponent_of(value):
    exp = value.numerator.bit_length() - value.denominator.bit_length()
    return exp if Fraction(2) ** exp <= value else exp - 1


def round_to(fmt, value, mode, zero_negative=False):
    """(bits, flags) of an exact value."""
    negative = value < 0 or (value == 0 and zero_negative)
    sign = fmt.sign if negative else 0
    value = abs(value)
    if value == 0:
        return sign, 0
    exp = exponent_of(value)
    unit = Fraction(2) ** (max(exp, fmt.emin) - fmt.precision + 1)
    count, inexact = round_at(value, unit, mode, negative)
    if count * unit >= Fraction(2) ** (fmt.emax + 1):
        to_max = mode == RTZ or mode == (RUP if negative else RDN)
        return sign | (fmt.infinity - to_max), OF | NX
    free_unit = Fraction(2) ** (exp - fmt.precision + 1)
    free, _ = round_at(value, free_unit, mode, negative)
    tiny = free * free_unit < Fraction(2) ** fmt.emin
    flags = (NX if inexact else 0) | (UF if tiny and inexact else 0)
    if count < 1 << (fmt.precision - 1):
        return sign | count, flags
    if count == 1 << fmt.precision:
        count, unit = count // 2, unit * 2
    biased = exponent_of(unit) + fmt.precision - 1 + fmt.emax
    return sign | biased << (fmt.precision - 1) | (count - (1 << (fmt.precision - 1))), flags


def nan_flags(fmt, *operands):
    return NV if any(is_snan(fmt, bits) for bits in operands) else 0


def add(fmt, mode, a, b):
    if is_nan(fmt, a) or is_nan(fmt, b):
        return fmt.nan, nan_flags(fmt, a, b)
    if is_inf(fmt, a) and is_inf(fmt, b) and a != b:
        return fmt.nan, NV
    if is_inf(fmt, a) or is_inf(fmt, b):
        return (a if is_inf(fmt, a) else b), 0
    zero_negative = mode == RDN
    if is_neg(fmt, a) == is_neg(fmt, b):
        zero_negative = is_neg(fmt, a)
    return round_to(fmt, value_of(fmt, a) + value_of(fmt, b), mode, zero_negative)


def sub(fmt, mode, a, b):
    return add(fmt, mode, a, b if is_nan(fmt, b) else b ^ fmt.sign)


def is_zero(fmt, bits):
    return not bits & ~fmt.sign


def mul(fmt, mode, a, b):
    sign = (a ^ b) & fmt.sign
    if is_nan(fmt, a) or is_nan(fmt, b):
        return fmt.nan, nan_flags(fmt, a, b)
    if is_inf(fmt, a) or is_inf(fmt, b):
        return (fmt.nan, NV) if is_zero(fmt, a) or is_zero(fmt, b) else (sign | fmt.infinity, 0)
    return round_to(fmt, value_of(fmt, a) * value_of(fmt, b), mode, bool(sign))


def div(fmt, mode, a, b):
    sign = (a ^ b) & fmt.sign
    if is_nan(fmt, a) or is_nan(fmt, b):
        return fmt.nan, nan_flags(fmt, a, b)
    if (is_inf(fmt, a) and is_inf(fmt, b)) or (is_zero(fmt, a) and is_zero(fmt, b)):
        return fmt.nan, NV
    if is_inf(fmt, a):
        return sign | fmt.infinity, 0
    if is_inf(fmt, b):
        return sign, 0
    if is_zero(fmt, b):
        return sign | fmt.infinity, DZ
    return round_to(fmt, value_of(fmt, a) / value_of(fmt, b), mode, bool(sign))


def sqrt(fmt, mode, a):
    if is_nan(fmt, a):
        return fmt.nan, nan_flags(fmt, a)
    if is_zero(fmt, a):
        return a, 0
    if is_neg(fmt, a):
        return fmt.nan, NV
    if is_inf(fmt, a):
        return a, 0
    # 4^1200 makes the radicand an integer with more than enough digits below the point.
    radicand = value_of(fmt, a) * 4 ** 1200
    root = isqrt(int(radicand))
    exact = Fraction(root) if root * root == radicand else root + Fraction(1, 2)
    return round_to(fmt, exact / 2 ** 1200, mode)


def fma(fmt, mode, a, b, c, negate=0):
    """negate: 1 the product, 2 the addend."""
    if is_snan(fmt, a) or is_snan(fmt, b) or is_snan(fmt, c):
        return fmt.nan, NV
    if (is_inf(fmt, a) and is_zero(fmt, b)) or (is_zero(fmt, a) and is_inf(fmt, b)):
        return fmt.nan, NV
    if is_nan(fmt, a) or is_nan(fmt, b) or is_nan(fmt, c):
        return fmt.nan, 0
    a ^= fmt.sign if negate & 1 else 0
    c ^= fmt.sign if negate & 2 else 0
    product_negative = bool((a ^ b) & fmt.sign)
    if is_inf(fmt, a) or is_inf(fmt, b):
        product = fmt.infinity | (fmt.sign if product_negative else 0)
        return (fmt.nan, NV) if is_inf(fmt, c) and c != product else (product, 0)
    if is_inf(fmt, c):
        return c, 0
    zero_negative = mode == RDN
    if product_negative == is_neg(fmt, c):
        zero_negative = product_negative
    exact = value_of(fmt, a) * value_of(fmt, b) + value_of(fmt, c)
    return round_to(fmt, exact, mode, zero_negative)


def min_max(fmt, a, b, want_max, propagate):
    flags = nan_flags(fmt, a, b)
    if is_nan(fmt, a) or is_nan(fmt, b):
        if propagate or (is_nan(fmt, a) and is_nan(fmt, b)):
            return fmt.nan, flags
        return (b if is_nan(fmt, a) else a), flags

    def key(bits):
        # -0 is below +0.
        return -(bits & ~fmt.sign) - 1 if is_neg(fmt, bits) else bits
    return (max if want_max else min)(a, b, key=key), flags


def compare(fmt, a, b, how, quiet):
    if is_nan(fmt, a) or is_nan(fmt, b):
        return 0, nan_flags(fmt, a, b) if quiet else NV

    def extended(bits):
        if is_inf(fmt, bits):
            return (-1 if is_neg(fmt, bits) else 1) * Fraction(2) ** 2000
        return value_of(fmt, bits)
    x, y = extended(a), extended(b)
    return int({"eq": x == y, "lt": x < y, "le": x <= y}[how]), 0


def convert(to, fmt, mode, a):
    if is_nan(fmt, a):
        return to.nan, nan_flags(fmt, a)
    sign = to.sign if is_neg(fmt, a) else 0
    if is_inf(fmt, a):
        return sign | to.infinity, 0
    return round_to(to, value_of(fmt, a), mode, bool(sign))


def round_value(value, mode):
    count, inexact = round_at(abs(value), Fraction(1), mode, value < 0)
    return (-count if value < 0 else count), inexact


def to_int(fmt, mode, a, bits, signed):
    """(value as 64-bit register, flags)"""
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    flags = NV
    if is_nan(fmt, a):
        result = high
    elif is_inf(fmt, a):
        result = low if is_neg(fmt, a) else high
    else:
        result, inexact = round_value(value_of(fmt, a), mode)
        if low <= result <= high:
            flags = NX if inexact else 0
        else:
            result = min(max(result, low), high)
    if bits == 32:
        result = (result & 0xffffffff ^ 0x80000000) - 0x80000000
    return result & (1 << 64) - 1, flags


def to_int_modular(a):
    """fcvtmod.w.d"""
    _, flags = to_int(D, RTZ, a, 32, True)
    if is_nan(D, a) or is_inf(D, a):
        return 0, flags
    result, _ = round_value(value_of(D, a), RTZ)
    return ((result & 0xffffffff ^ 0x80000000) - 0x80000000) & (1 << 64) - 1, flags


def from_int(fmt, mode, value):
    return round_to(fmt, Fraction(value), mode)


def round_to_int(fmt, mode, a, inexact_flag):
    if is_nan(fmt, a):
        return fmt.nan, nan_flags(fmt, a)
    if is_inf(fmt, a):
        return a, 0
    result, inexact = round_value(value_of(fmt, a), mode)
    bits, _ = round_to(fmt, Fraction(result), mode, is_neg(fmt, a))
    return bits, NX if inexact and inexact_flag else 0


def classify(fmt, a):
    negative = is_neg(fmt, a)
    if is_nan(fmt, a):
        return 1 << (8 if is_snan(fmt, a) else 9)
    if is_inf(fmt, a):
        return 1 << (0 if negative else 7)
    if is_zero(fmt, a):
        return 1 << (3 if negative else 4)
    subnormal = (a & ~fmt.sign) < 1 << (fmt.precision - 1)
    return 1 << ((2 if negative else 5) if subnormal else (1 if negative else 6))
