/*
 * NaNs as RISC-V has them: every arithmetic result is the canonical one, signalling inputs raise
 * invalid, minimum and maximum prefer numbers and order the zeros, single values live boxed in
 * double registers and anything else in there reads as NaN.  Also fclass and sign injection.
 */
#include "checksum.h"

static inline uint64_t read_flags(void)
{
    uint64_t flags;

    __asm__ volatile("csrrwi %0, fflags, 0" : "=r"(flags));
    return flags;
}

/* Operands and result as bits: the compiler must not touch a NaN on its way. */
#define TWO(insn, a, b)                                                \
    ({                                                                 \
        uint64_t r_;                                                   \
        __asm__ volatile("fmv.d.x ft0, %1\n\tfmv.d.x ft1, %2\n\t" insn \
                         " ft2, ft0, ft1\n\tfmv.x.d %0, ft2"           \
                         : "=r"(r_)                                    \
                         : "r"(a), "r"(b)                              \
                         : "ft0", "ft1", "ft2");                       \
        r_;                                                            \
    })
#define TO_X(insn, a, b)                                               \
    ({                                                                 \
        uint64_t r_;                                                   \
        __asm__ volatile("fmv.d.x ft0, %1\n\tfmv.d.x ft1, %2\n\t" insn \
                         : "=r"(r_)                                    \
                         : "r"(a), "r"(b)                              \
                         : "ft0", "ft1");                              \
        r_;                                                            \
    })
#define SHOW(kind, insn, table)                                                        \
    for (unsigned i = 0; i < COUNT(table); i++) {                                      \
        for (unsigned j = 0; j < COUNT(table); j++) {                                  \
            uint64_t got_;                                                             \
            read_flags();                                                              \
            got_ = kind(insn, table[i], table[j]);                                     \
            printf("%.7s %llx %llx = %llx %llx\n", insn, (unsigned long long)table[i], \
                   (unsigned long long)table[j], (unsigned long long)got_,             \
                   (unsigned long long)read_flags());                                  \
        }                                                                              \
    }

static const uint64_t doubles[] = {
    0,
    0x8000000000000000, /* -0 */
    0x3ff0000000000000, /* 1 */
    0x7ff0000000000000, /* infinity */
    0x7ff8000000000000, /* canonical NaN */
    0xfff8000000000123, /* quiet, negative, with a payload */
    0x7ff0000000000001, /* signalling */
};

static const uint64_t singles[] = {
    0xffffffff00000000, 0xffffffff80000000, 0xffffffff3f800000, 0xffffffffff800000,
    0xffffffff7fc00000, 0xffffffff7f800001, 0xffffffffffc12345, 0x000000003f800000, /* not boxed */
};

static void double_ops(void)
{
    SHOW(TWO, "fadd.d", doubles)
    SHOW(TWO, "fsub.d", doubles)
    SHOW(TWO, "fmul.d", doubles)
    SHOW(TWO, "fdiv.d", doubles)
    SHOW(TWO, "fmin.d", doubles)
    SHOW(TWO, "fmax.d", doubles)
    SHOW(TWO, "fsgnj.d", doubles)
    SHOW(TWO, "fsgnjn.d", doubles)
    SHOW(TWO, "fsgnjx.d", doubles)
    SHOW(TO_X, "feq.d %0, ft0, ft1", doubles)
    SHOW(TO_X, "flt.d %0, ft0, ft1", doubles)
    SHOW(TO_X, "fle.d %0, ft0, ft1", doubles)
}

static void single_ops(void)
{
    SHOW(TWO, "fadd.s", singles)
    SHOW(TWO, "fmul.s", singles)
    SHOW(TWO, "fdiv.s", singles)
    SHOW(TWO, "fmin.s", singles)
    SHOW(TWO, "fmax.s", singles)
    SHOW(TWO, "fsgnj.s", singles)
    SHOW(TWO, "fsgnjn.s", singles)
    SHOW(TWO, "fsgnjx.s", singles)
    SHOW(TO_X, "feq.s %0, ft0, ft1", singles)
    SHOW(TO_X, "flt.s %0, ft0, ft1", singles)
    SHOW(TO_X, "fle.s %0, ft0, ft1", singles)
}

static void one_operand(void)
{
    static const uint64_t one[] = { 0x8000000000000001, 0x000fffffffffffff, 0xfff0000000000000,
                                    0xbff0000000000000 };

    for (unsigned i = 0; i < COUNT(doubles) + COUNT(one); i++) {
        uint64_t a = i < COUNT(doubles) ? doubles[i] : one[i - COUNT(doubles)];

        printf("fclass.d %llx = %llx\n", (unsigned long long)a,
               (unsigned long long)TO_X("fclass.d %0, ft0", a, 0));
        read_flags();
        printf("fcvt.s.d %llx = %llx", (unsigned long long)a,
               (unsigned long long)TO_X("fcvt.s.d ft0, ft0\n\tfmv.x.d %0, ft0", a, 0));
        printf(" %llx\n", (unsigned long long)read_flags());
        printf("fsqrt.d %llx = %llx", (unsigned long long)a,
               (unsigned long long)TO_X("fsqrt.d ft0, ft0\n\tfmv.x.d %0, ft0", a, 0));
        printf(" %llx\n", (unsigned long long)read_flags());
    }
    for (unsigned i = 0; i < COUNT(singles); i++) {
        uint64_t a = singles[i];

        printf("fclass.s %llx = %llx\n", (unsigned long long)a,
               (unsigned long long)TO_X("fclass.s %0, ft0", a, 0));
        printf("fcvt.d.s %llx = %llx\n", (unsigned long long)a,
               (unsigned long long)TO_X("fcvt.d.s ft0, ft0\n\tfmv.x.d %0, ft0", a, 0));
        printf("fmv.x.w %llx = %llx\n", (unsigned long long)a,
               (unsigned long long)TO_X("fmv.x.w %0, ft0", a, 0));
    }
}

int main(void)
{
    double_ops();
    single_ops();
    one_operand();
    return 0;
}
