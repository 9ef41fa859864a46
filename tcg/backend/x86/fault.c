/*
 * What an access to a non-canonical address was: the CPU reports it (#GP) without address and direction,
 * so the instruction is decoded again.  Only the forms that the emitters make for memory.
 *
 * Runs in a signal handler.
 */
#include "fault.h"

#include <string.h>

#include "asm.h"

typedef struct Decoder {
    const uint8_t *p;
    uint8_t opcode, map; /* map: 0 one byte, 1 0F, 2 0F38, 3 0F3A */
    bool rex_r, rex_x, rex_b, locked;
} Decoder;

static void set_rxb(Decoder *d, unsigned rxb)
{
    d->rex_r = rxb & 4;
    d->rex_x = rxb & 2;
    d->rex_b = rxb & 1;
}

static void decode_vex(Decoder *d)
{
    if (*d->p == 0xc5) {
        set_rxb(d, d->p[1] & 0x80 ? 0 : 4);
        d->map = 1;
        d->p += 2;
    } else {
        set_rxb(d, ~d->p[1] >> 5);
        d->map = d->p[1] & 31;
        d->p += 3;
    }
    d->opcode = *d->p++;
}

static void decode_legacy(Decoder *d)
{
    if (*d->p == X86_RMW_PREFIX) {
        d->locked = true;
        d->p++;
    }
    for (; *d->p == 0x66 || *d->p == 0xf0 || *d->p == 0xf2 || *d->p == 0xf3; d->p++) {
        d->locked |= *d->p == 0xf0;
    }
    if ((*d->p & 0xf0) == 0x40) {
        set_rxb(d, *d->p++);
    }
    d->opcode = *d->p++;
    if (d->opcode == 0x0f) {
        d->map = 1;
        d->opcode = *d->p++;
        if (d->opcode == 0x38 || d->opcode == 0x3a) {
            d->map = d->opcode == 0x38 ? 2 : 3;
            d->opcode = *d->p++;
        }
    }
}

static int32_t displacement(const uint8_t *p, unsigned mod)
{
    int32_t disp = 0;

    if (mod == 1) {
        return (int8_t)*p;
    }
    if (mod == 2) {
        memcpy(&disp, p, 4);
    }
    return disp;
}

/* The address that modrm and sib name; the emitters' guest accesses all have a base. */
static uint64_t effective_address(const Decoder *d, const uint64_t regs[16])
{
    unsigned mod = d->p[0] >> 6, base = d->p[0] & 7;
    uint64_t address = 0;
    const uint8_t *p = d->p + 1;

    if (base == 4) {
        unsigned index = (*p >> 3 & 7) | d->rex_x << 3;

        base = *p & 7;
        if (index != 4) {
            address = regs[index] << (*p >> 6);
        }
        p++;
    }
    return address + regs[base | d->rex_b << 3] + (uint64_t)(int64_t)displacement(p, mod);
}

/* Opcodes whose memory operand is the destination. */
static bool is_store(const Decoder *d)
{
    static const uint8_t one_byte[] = { 0x86, 0x87, 0x88, 0x89, 0xc6, 0xc7 };
    static const uint8_t two_bytes[] = { 0x11, 0x29, 0xd6 };

    return d->locked || (d->map == 0 && memchr(one_byte, d->opcode, sizeof(one_byte))) ||
           (d->map == 1 && memchr(two_bytes, d->opcode, sizeof(two_bytes))) ||
           (d->map == 2 && d->opcode == 0xf1);
}

bool x86_decode_access(const uint8_t *pc, const uint64_t regs[16], uint64_t *ret_address)
{
    Decoder d = { .p = pc };

    if (*pc == 0xc4 || *pc == 0xc5) {
        decode_vex(&d);
    } else {
        decode_legacy(&d);
    }
    *ret_address = effective_address(&d, regs);
    return is_store(&d);
}
