/*
 * Conversions that C leaves undefined and RISC-V defines: out of range saturates, NaN becomes the
 * greatest value, each raises invalid.  Asked from the instructions themselves, in all rounding modes.
 */
#include "checksum.h"

static inline uint64_t read_flags(void)
{
    uint64_t flags;

    __asm__ volatile("csrrwi %0, fflags, 0" : "=r"(flags));
    return flags;
}

#define TO_INT(insn, mode, value)                                        \
    ({                                                                   \
        uint64_t r_;                                                     \
        __asm__ volatile(insn " %0, %1, " mode : "=r"(r_) : "f"(value)); \
        r_;                                                              \
    })
#define ROW(insn, mode, values)                                                                   \
    for (unsigned i = 0; i < COUNT(values); i++) {                                                \
        uint64_t got_;                                                                            \
        read_flags();                                                                             \
        got_ = TO_INT(insn, mode, values[i]);                                                     \
        printf("%s %s %a = %llx %llx\n", insn, mode, (double)values[i], (unsigned long long)got_, \
               (unsigned long long)read_flags());                                                 \
    }
#define ALL_MODES(insn, values) \
    ROW(insn, "rne", values)    \
    ROW(insn, "rtz", values)    \
    ROW(insn, "rdn", values)    \
    ROW(insn, "rup", values)    \
    ROW(insn, "rmm", values)

static const double doubles[] = {
    0.0,
    -0.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    -0.75,
    2147483647.0,
    2147483647.5,
    2147483648.0,
    -2147483648.0,
    -2147483648.5,
    -2147483649.0,
    4294967295.0,
    4294967295.5,
    4294967296.0,
    9223372036854774784.0,
    9223372036854775808.0,
    -9223372036854775808.0,
    -9223372036854777856.0,
    18446744073709549568.0,
    18446744073709551616.0,
    1e300,
    -1e300,
    __builtin_inf(),
    -__builtin_inf(),
    __builtin_nan(""),
    4.9e-324,
};

static const float floats[] = {
    0.5f,
    -1.5f,
    2.5f,
    16777216.0f,
    2147483520.0f,
    2147483648.0f,
    -2147483648.0f,
    4294967040.0f,
    4294967296.0f,
    9223371487098961920.0f,
    9223372036854775808.0f,
    18446742974197923840.0f,
    18446744073709551616.0f,
    __builtin_inff(),
    -__builtin_inff(),
    __builtin_nanf(""),
    1e-45f,
};

static void narrow(void)
{
    static const double halfway[] = {
        1.00000005960464477539, 1.00000017881393432617, 1e-46, 1e39, -1e39,
        3.4028235677973366e38,  1.1754943508222874e-38
    };

    for (unsigned i = 0; i < COUNT(halfway); i++) {
        float f[5];

        read_flags();
        __asm__ volatile("fcvt.s.d %0, %1, rne" : "=f"(f[0]) : "f"(halfway[i]));
        __asm__ volatile("fcvt.s.d %0, %1, rtz" : "=f"(f[1]) : "f"(halfway[i]));
        __asm__ volatile("fcvt.s.d %0, %1, rdn" : "=f"(f[2]) : "f"(halfway[i]));
        __asm__ volatile("fcvt.s.d %0, %1, rup" : "=f"(f[3]) : "f"(halfway[i]));
        __asm__ volatile("fcvt.s.d %0, %1, rmm" : "=f"(f[4]) : "f"(halfway[i]));
        printf("fcvt.s.d %a = %a %a %a %a %a flags %llx\n", halfway[i], (double)f[0], (double)f[1],
               (double)f[2], (double)f[3], (double)f[4], (unsigned long long)read_flags());
    }
}

int main(void)
{
    ALL_MODES("fcvt.w.d", doubles)
    ALL_MODES("fcvt.wu.d", doubles)
    ALL_MODES("fcvt.l.d", doubles)
    ALL_MODES("fcvt.lu.d", doubles)
    ALL_MODES("fcvt.w.s", floats)
    ALL_MODES("fcvt.wu.s", floats)
    ALL_MODES("fcvt.l.s", floats)
    ALL_MODES("fcvt.lu.s", floats)
    narrow();
    return 0;
}
