/* The conditional-zero instructions, against what they are defined to be. */
#include "checksum.h"

#define R_TYPE(funct3, a, b)                                           \
    ({                                                                 \
        uint64_t r_;                                                   \
        __asm__ volatile(".insn r 0x33, " #funct3 ", 0x07, %0, %1, %2" \
                         : "=r"(r_)                                    \
                         : "r"(a), "r"(b));                            \
        r_;                                                            \
    })

int main(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < COUNT(edges); i++) {
        for (unsigned j = 0; j < COUNT(edges); j++) {
            wrong += R_TYPE(5, edges[i], edges[j]) != (edges[j] == 0 ? 0 : edges[i]);
            wrong += R_TYPE(7, edges[i], edges[j]) != (edges[j] != 0 ? 0 : edges[i]);
        }
    }
    printf("%u wrong\n", wrong);
    return 0;
}
