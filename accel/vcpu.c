/*
 * What all ways of running guest code share: the register dump.
 */
#include "accel/vcpu.h"

#include <inttypes.h>

static uint64_t read_bits(const uint8_t *p, unsigned bits)
{
    uint64_t value = 0;

    for (unsigned n = 0; n < bits / 8 && n < 8; n++) {
        value |= (uint64_t)p[n] << 8 * n; /* the state is in the host's byte order: little */
    }
    return value;
}

static void print_reg(const GuestReg *reg, const uint8_t *state, FILE *out)
{
    const uint8_t *p = state + reg->offset;

    fprintf(out, "%-7s ", reg->name);
    for (unsigned high = reg->bits; high > 64; high -= 64) {
        fprintf(out, "%016" PRIx64, read_bits(p + high / 8 - 8, 64));
    }
    fprintf(out, "%0*" PRIx64, reg->bits >= 64 ? 16 : reg->bits / 4, read_bits(p, reg->bits));
}

void vcpu_dump(const Vcpu *vcpu, FILE *out)
{
    const GuestArch *arch = vcpu->arch;

    for (unsigned n = 0; n < arch->nb_regs; n++) {
        print_reg(&arch->regs[n], vcpu->state, out);
        fputs(n % 4 == 3 || n + 1 == arch->nb_regs ? "\n" : "  ", out);
    }
}
