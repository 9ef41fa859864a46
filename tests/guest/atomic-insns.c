/* The atomic instructions C has no name for: min and max, sc without or after a broken reservation. */
#include "checksum.h"

#define AMO(insn, a, b)                                                                        \
    ({                                                                                         \
        uint64_t cell_ = (a), old_;                                                            \
        __asm__ volatile(insn " %0, %2, (%1)" : "=&r"(old_) : "r"(&cell_), "r"(b) : "memory"); \
        sum = mix(mix(sum, old_), cell_);                                                      \
    })
#define SHOW(insn)                                        \
    {                                                     \
        uint64_t sum = 0;                                 \
        for (unsigned i = 0; i < COUNT(edges); i++) {     \
            for (unsigned j = 0; j < COUNT(edges); j++) { \
                AMO(insn, edges[i], edges[j]);            \
            }                                             \
        }                                                 \
        print_sum(insn, sum);                             \
    }

static uint64_t lr_sc(uint64_t *cell, uint64_t value)
{
    uint64_t old, failed;

    __asm__ volatile("1: lr.d %0, (%2)\n\tsc.d %1, %3, (%2)\n\tbnez %1, 1b"
                     : "=&r"(old), "=&r"(failed)
                     : "r"(cell), "r"(value)
                     : "memory");
    return old;
}

static uint64_t sc_elsewhere(uint64_t *cells)
{
    uint64_t old, failed;

    __asm__ volatile("lr.w %0, (%2)\n\tsc.w %1, zero, (%3)"
                     : "=&r"(old), "=&r"(failed)
                     : "r"(cells), "r"(cells + 16)
                     : "memory");
    return failed != 0;
}

/* A second sc has no reservation left. */
static uint64_t sc_twice(uint64_t *cell)
{
    uint64_t first, second;

    __asm__ volatile("1: lr.d %0, (%2)\n\tsc.d %0, %2, (%2)\n\tbnez %0, 1b\n\tsc.d %1, zero, (%2)"
                     : "=&r"(first), "=&r"(second)
                     : "r"(cell)
                     : "memory");
    return second != 0;
}

int main(void)
{
    static uint64_t cells[32] __attribute__((aligned(64))) = { 5 };

    SHOW("amomin.w")
    SHOW("amomax.w")
    SHOW("amominu.w")
    SHOW("amomaxu.w")
    SHOW("amomin.d")
    SHOW("amomax.d")
    SHOW("amominu.d")
    SHOW("amomaxu.d.aqrl")
    SHOW("amoswap.w")
    SHOW("amoadd.w.aq")
    SHOW("amoxor.d.rl")
    printf("lr/sc %llu", (unsigned long long)lr_sc(cells, 7));
    printf(" then %llu\n", (unsigned long long)cells[0]);
    printf("sc elsewhere fails: %llu, cell %llu\n", (unsigned long long)sc_elsewhere(cells),
           (unsigned long long)cells[16]);
    printf("second sc fails: %llu, cell kept: %d\n", (unsigned long long)sc_twice(cells),
           cells[0] == (uint64_t)(uintptr_t)cells);
    return 0;
}
