/* Integers to floating point by each static rounding mode: exact ones go inline, the rest to helpers. */
#include <stdint.h>
#include <stdio.h>

#include "checksum.h"

#define CONVERT(insn, type, bits, mode)                                               \
    {                                                                                 \
        union {                                                                       \
            type value;                                                               \
            bits word;                                                                \
        } out;                                                                        \
        uint64_t flags;                                                               \
        __asm__ volatile("csrwi fflags, 0\n\t" insn " %0, %2, " mode "\n\tfrflags %1" \
                         : "=f"(out.value), "=&r"(flags)                              \
                         : "r"(x));                                                   \
        sum = mix(mix(sum, flags), out.word);                                         \
    }
#define BOTH(mode)                              \
    CONVERT("fcvt.d.l", double, uint64_t, mode) \
    CONVERT("fcvt.s.l", float, uint32_t, mode)

int main(void)
{
    const int64_t two53 = INT64_C(1) << 53, two24 = 1 << 24;
    const int64_t edge_values[] = { 0,          1,      -1,         two53 - 1, two53,
                                    two53 + 1,  -two53, -two53 - 1, two24,     two24 + 1,
                                    -two24 - 1, -two24, INT64_MAX,  INT64_MIN, 2 * two53 + 1 };
    uint64_t sum = 0, seed = 7;

    for (unsigned i = 0; i < 4000; i++) {
        int64_t x;

        if (i < COUNT(edge_values)) {
            x = edge_values[i];
        } else {
            x = (int64_t)next_random(&seed);
            x >>= i & 63;
        }
        BOTH("rdn")
        BOTH("rup")
        BOTH("rtz")
        BOTH("rmm")
        BOTH("rne")
        BOTH("dyn")
    }
    printf("%016llx\n", (unsigned long long)sum);
    return 0;
}
