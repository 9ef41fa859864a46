/* Zba, Zbb, Zbc and Zbs by name: the compiler of the time does not emit them all. */
#include "checksum.h"

/* .insn spells encodings that an older assembler has no name for. */
#define R_TYPE(opcode, funct3, funct7, a, b)                                         \
    ({                                                                               \
        uint64_t r_;                                                                 \
        __asm__ volatile(".insn r " #opcode ", " #funct3 ", " #funct7 ", %0, %1, %2" \
                         : "=r"(r_)                                                  \
                         : "r"(a), "r"(b));                                          \
        r_;                                                                          \
    })
#define I_TYPE(opcode, funct3, immediate, a)                                     \
    ({                                                                           \
        uint64_t r_;                                                             \
        __asm__ volatile(".insn i " #opcode ", " #funct3 ", %0, %1, " #immediate \
                         : "=r"(r_)                                              \
                         : "r"(a));                                              \
        r_;                                                                      \
    })
#define SHOW_R(name, opcode, funct3, funct7)                                        \
    {                                                                               \
        uint64_t sum = 0, seed = 5;                                                 \
        for (unsigned i = 0; i < COUNT(edges); i++) {                               \
            for (unsigned j = 0; j < COUNT(edges); j++) {                           \
                sum = mix(sum, R_TYPE(opcode, funct3, funct7, edges[i], edges[j])); \
            }                                                                       \
        }                                                                           \
        for (unsigned i = 0; i < 200; i++) {                                        \
            uint64_t a = next_random(&seed);                                        \
            sum = mix(sum, R_TYPE(opcode, funct3, funct7, a, next_random(&seed)));  \
        }                                                                           \
        print_sum(name, sum);                                                       \
    }
#define SHOW_I(name, opcode, funct3, immediate)                                    \
    {                                                                              \
        uint64_t sum = 0, seed = 6;                                                \
        for (unsigned i = 0; i < COUNT(edges); i++) {                              \
            sum = mix(sum, I_TYPE(opcode, funct3, immediate, edges[i]));           \
        }                                                                          \
        for (unsigned i = 0; i < 200; i++) {                                       \
            sum = mix(sum, I_TYPE(opcode, funct3, immediate, next_random(&seed))); \
        }                                                                          \
        print_sum(name, sum);                                                      \
    }

static void zba(void)
{
    SHOW_R("sh1add", 0x33, 2, 0x10)
    SHOW_R("sh2add", 0x33, 4, 0x10)
    SHOW_R("sh3add", 0x33, 6, 0x10)
    SHOW_R("add.uw", 0x3b, 0, 0x04)
    SHOW_R("sh1add.uw", 0x3b, 2, 0x10)
    SHOW_R("sh2add.uw", 0x3b, 4, 0x10)
    SHOW_R("sh3add.uw", 0x3b, 6, 0x10)
    SHOW_I("slli.uw 7", 0x1b, 1, 0x087)
}

static void zbb(void)
{
    SHOW_R("andn", 0x33, 7, 0x20)
    SHOW_R("orn", 0x33, 6, 0x20)
    SHOW_R("xnor", 0x33, 4, 0x20)
    SHOW_R("max", 0x33, 6, 0x05)
    SHOW_R("maxu", 0x33, 7, 0x05)
    SHOW_R("min", 0x33, 4, 0x05)
    SHOW_R("minu", 0x33, 5, 0x05)
    SHOW_R("rol", 0x33, 1, 0x30)
    SHOW_R("ror", 0x33, 5, 0x30)
    SHOW_R("rolw", 0x3b, 1, 0x30)
    SHOW_R("rorw", 0x3b, 5, 0x30)
    SHOW_I("clz", 0x13, 1, 0x600)
    SHOW_I("ctz", 0x13, 1, 0x601)
    SHOW_I("cpop", 0x13, 1, 0x602)
    SHOW_I("sext.b", 0x13, 1, 0x604)
    SHOW_I("sext.h", 0x13, 1, 0x605)
    SHOW_I("clzw", 0x1b, 1, 0x600)
    SHOW_I("ctzw", 0x1b, 1, 0x601)
    SHOW_I("cpopw", 0x1b, 1, 0x602)
    SHOW_I("rori 37", 0x13, 5, 0x625)
    SHOW_I("roriw 9", 0x1b, 5, 0x609)
    SHOW_I("rev8", 0x13, 5, 0x6b8)
    SHOW_I("orc.b", 0x13, 5, 0x287)
    SHOW_I("zext.h", 0x3b, 4, 0x080)
}

static void zbs(void)
{
    SHOW_R("bclr", 0x33, 1, 0x24)
    SHOW_R("bext", 0x33, 5, 0x24)
    SHOW_R("binv", 0x33, 1, 0x34)
    SHOW_R("bset", 0x33, 1, 0x14)
    SHOW_I("bclri 45", 0x13, 1, 0x4ad)
    SHOW_I("bexti 45", 0x13, 5, 0x4ad)
    SHOW_I("binvi 45", 0x13, 1, 0x6ad)
    SHOW_I("bseti 45", 0x13, 1, 0x2ad)
}

int main(void)
{
    zba();
    zbb();
    zbs();
    SHOW_R("clmul", 0x33, 1, 0x05)
    SHOW_R("clmulh", 0x33, 3, 0x05)
    SHOW_R("clmulr", 0x33, 2, 0x05)
    return 0;
}
