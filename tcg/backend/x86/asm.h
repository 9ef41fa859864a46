/*
 * x86 instruction bytes: prefixes, REX or VEX, opcode, modrm, displacement, constant.
 *
 * forms.h (made from forms.table) has a function per instruction form; they all end here.  The opcode
 * word is a compile-time constant there, so each function folds to a few stores.
 */
#ifndef TCG_BACKEND_X86_ASM_H
#define TCG_BACKEND_X86_ASM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Hardware numbers; vector registers from 16, so that one number names any register. */
enum {
    X86_RAX,
    X86_RCX,
    X86_RDX,
    X86_RBX,
    X86_RSP,
    X86_RBP,
    X86_RSI,
    X86_RDI,
    X86_R8,
    X86_R9,
    X86_R10,
    X86_R11,
    X86_R12,
    X86_R13,
    X86_R14,
    X86_R15,
    X86_XMM0,
    X86_NO_REG = 0xff,
    X86_RIP = 0xfe, /* as a base: disp counts from the end of the displacement */
};

typedef enum X86Cc {
    X86_O,
    X86_NO,
    X86_B,
    X86_AE,
    X86_E,
    X86_NE,
    X86_BE,
    X86_A,
    X86_S,
    X86_NS,
    X86_P,
    X86_NP,
    X86_L,
    X86_GE,
    X86_LE,
    X86_G,
} X86Cc;

/* base + (index << scale) + disp. */
typedef struct X86Mem {
    uint8_t base, index, scale;
    int32_t disp;
} X86Mem;

typedef struct X86Asm {
    uint8_t *p;     /* next byte; the caller sees to room */
    bool long_mode; /* false: code for 32-bit mode, registers 0..7 only */
} X86Asm;

/* The opcode word. */
enum {
    X86_OP_66 = 1 << 8, /* mandatory or operand-size prefix, two bits, VEX.pp's numbers */
    X86_OP_F3 = 2 << 8,
    X86_OP_F2 = 3 << 8,
    X86_OP_0F = 1 << 10, /* opcode map, two bits, VEX.mmmmm's numbers */
    X86_OP_0F38 = 2 << 10,
    X86_OP_0F3A = 3 << 10,
    X86_OP_VEX = 1 << 12,
    X86_OP_LOCK = 1 << 13,
    X86_OP_REG8 = 1 << 14, /* modrm.reg (or the opcode's register) is a byte register */
    X86_OP_RM8 = 1 << 15,
};

#define X86_INLINE static inline __attribute__((always_inline))

static inline X86Mem x86_mem(unsigned base, int32_t disp)
{
    return (X86Mem){ .base = base, .index = X86_NO_REG, .disp = disp };
}

static inline X86Mem x86_mem_index(unsigned base, unsigned index, unsigned scale, int32_t disp)
{
    return (X86Mem){ .base = base, .index = index, .scale = scale, .disp = disp };
}

X86_INLINE void x86_u8(X86Asm *x, unsigned v)
{
    *x->p++ = v;
}

X86_INLINE void x86_u16(X86Asm *x, uint16_t v)
{
    memcpy(x->p, &v, 2);
    x->p += 2;
}

X86_INLINE void x86_u32(X86Asm *x, uint32_t v)
{
    memcpy(x->p, &v, 4);
    x->p += 4;
}

X86_INLINE void x86_u64(X86Asm *x, uint64_t v)
{
    memcpy(x->p, &v, 8);
    x->p += 8;
}

X86_INLINE bool x86_is_s8(int64_t v)
{
    return v == (int8_t)v;
}

/* VEX: two bytes when map, W, X and B allow (SDM 2.3.5). */
X86_INLINE void x86_vex(X86Asm *x, uint32_t op, bool w, unsigned rxb, unsigned vvvv)
{
    unsigned map = op >> 10 & 3, pp = op >> 8 & 3, tail = (~vvvv & 15) << 3 | pp;

    if (map == 1 && !w && !(rxb & 3)) {
        x86_u8(x, 0xc5);
        x86_u8(x, (rxb & 4 ? 0 : 0x80) | tail);
    } else {
        x86_u8(x, 0xc4);
        x86_u8(x, (~rxb & 7) << 5 | map);
        x86_u8(x, (unsigned)w << 7 | tail);
    }
}

X86_INLINE void x86_legacy(X86Asm *x, uint32_t op, bool w, unsigned rxb, bool need_rex)
{
    static const uint8_t prefix[] = { 0, 0x66, 0xf3, 0xf2 };
    unsigned rex = (unsigned)w << 3 | rxb;

    if (op & X86_OP_LOCK) {
        x86_u8(x, 0xf0);
    }
    if (op >> 8 & 3) {
        x86_u8(x, prefix[op >> 8 & 3]);
    }
    if (rex || need_rex) {
        x86_u8(x, 0x40 | rex);
    }
    if (op >> 10 & 3) {
        x86_u8(x, 0x0f);
    }
    if ((op >> 10 & 3) == 2) {
        x86_u8(x, 0x38);
    }
    if ((op >> 10 & 3) == 3) {
        x86_u8(x, 0x3a);
    }
}

/* spl, bpl, sil, dil need an empty REX; without it the numbers mean ah, ch, dh, bh. */
X86_INLINE bool x86_needs_rex8(unsigned reg)
{
    return (reg & 15) >= 4;
}

/* Everything up to modrm. rxb: bit 3 of modrm.reg, index and modrm.rm or base. */
X86_INLINE void x86_head(X86Asm *x, uint32_t op, bool w, unsigned rxb, unsigned vvvv, bool rex8)
{
    if (op & X86_OP_VEX) {
        x86_vex(x, op, w, rxb, vvvv);
    } else {
        x86_legacy(x, op, w, rxb, rex8);
    }
    x86_u8(x, op);
}

X86_INLINE void x86_enc_reg(X86Asm *x, uint32_t op, bool w, unsigned reg, unsigned vvvv,
                            unsigned rm)
{
    bool rex8 =
        (op & X86_OP_REG8 && x86_needs_rex8(reg)) || (op & X86_OP_RM8 && x86_needs_rex8(rm));

    x86_head(x, op, w, (reg >> 3 & 1) << 2 | (rm >> 3 & 1), vvvv, rex8);
    x86_u8(x, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

/* modrm, sib, displacement of a memory operand. */
static inline void x86_modrm_mem(X86Asm *x, unsigned reg, X86Mem m)
{
    unsigned r = (reg & 7) << 3, base = m.base & 7, mod;

    if (m.base == X86_RIP || (m.base == X86_NO_REG && m.index == X86_NO_REG && !x->long_mode)) {
        x86_u8(x, r | 5);
        x86_u32(x, m.disp);
        return;
    }
    if (m.base == X86_NO_REG) {
        /* sib with base 5 and mod 0: no base; index 4: no index either. */
        x86_u8(x, r | 4);
        x86_u8(x, (unsigned)m.scale << 6 | (m.index == X86_NO_REG ? 4 : m.index & 7) << 3 | 5);
        x86_u32(x, m.disp);
        return;
    }
    mod = m.disp == 0 && base != 5 ? 0 : x86_is_s8(m.disp) ? 1 : 2;
    if (m.index != X86_NO_REG) {
        x86_u8(x, mod << 6 | r | 4);
        x86_u8(x, (unsigned)m.scale << 6 | (m.index & 7) << 3 | base);
    } else {
        x86_u8(x, mod << 6 | r | base);
        if (base == 4) {
            x86_u8(x, 0x24);
        }
    }
    if (mod == 1) {
        x86_u8(x, m.disp);
    } else if (mod == 2) {
        x86_u32(x, m.disp);
    }
}

X86_INLINE void x86_enc_mem(X86Asm *x, uint32_t op, bool w, unsigned reg, unsigned vvvv, X86Mem m)
{
    unsigned base = m.base >= X86_RIP ? 0 : m.base, index = m.index == X86_NO_REG ? 0 : m.index;

    x86_head(x, op, w, (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1), vvvv,
             op & X86_OP_REG8 && x86_needs_rex8(reg));
    x86_modrm_mem(x, reg, m);
}

/* Register in the opcode's low bits. */
X86_INLINE void x86_enc_plus(X86Asm *x, uint32_t op, bool w, unsigned reg)
{
    x86_head(x, op | (reg & 7), w, reg >> 3 & 1, 0, false);
}

/* bytes (up to 11) of no operation, in as few instructions as the manual recommends (SDM 2B, NOP). */
void x86_nop(X86Asm *x, unsigned bytes);

#endif
