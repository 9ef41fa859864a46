/*
 * RISC-V division does not trap: by zero the quotient is all ones and the remainder the dividend;
 * the most negative by -1 gives the dividend and 0 (unprivileged manual, M extension, table 11).
 */
#include "checksum.h"

#define INSN(name, a, b)                                                  \
    ({                                                                    \
        uint64_t r_;                                                      \
        __asm__ volatile(name " %0, %1, %2" : "=r"(r_) : "r"(a), "r"(b)); \
        r_;                                                               \
    })
#define SHOW(name)                                                                   \
    for (unsigned i = 0; i < COUNT(pairs); i++) {                                    \
        printf(name " %016llx %016llx = %016llx\n", (unsigned long long)pairs[i][0], \
               (unsigned long long)pairs[i][1],                                      \
               (unsigned long long)INSN(name, pairs[i][0], pairs[i][1]));            \
    }

static const uint64_t pairs[][2] = {
    { 7, 2 },
    { -7, 2 },
    { 7, -2 },
    { 5, 0 },
    { -5, 0 },
    { 0, 0 },
    { 0x8000000000000000, -1 },
    { 0x8000000000000000, 0 },
    { 0x80000000, 0xffffffff },
    { 0xffffffff80000000, -1 },
    { 0x123456780000000, 0x100000000 },
    { 0x7fffffffffffffff, 0xfffffffffffffffe },
};

int main(void)
{
    SHOW("div")
    SHOW("divu")
    SHOW("rem")
    SHOW("remu")
    SHOW("divw")
    SHOW("divuw")
    SHOW("remw")
    SHOW("remuw")
    return 0;
}
