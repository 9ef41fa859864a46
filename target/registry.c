/*
 * The guests linked into this binary.
 */
#include "target/guest.h"

#include <string.h>

extern const GuestArch guest_riscv64;

const GuestArch *const guest_archs[] = {
    &guest_riscv64,
    NULL,
};

const GuestArch *guest_arch_by_name(const char *name)
{
    for (unsigned i = 0; guest_archs[i]; i++) {
        if (!strcmp(guest_archs[i]->name, name)) {
            return guest_archs[i];
        }
    }
    return NULL;
}

const GuestArch *guest_arch_by_elf(uint16_t machine, unsigned bits, bool big_endian)
{
    for (unsigned i = 0; guest_archs[i]; i++) {
        const GuestArch *arch = guest_archs[i];

        if (arch->elf_machine == machine && arch->address_bits == bits &&
            arch->big_endian == big_endian) {
            return arch;
        }
    }
    return NULL;
}
