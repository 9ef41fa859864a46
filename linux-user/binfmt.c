/*
 * binfmt_misc: what the kernel must know of a guest's programs, and how it calls us for one.
 *
 * Magic and mask are the ELF header up to e_machine.  Not compared: the OS/ABI, which the GNU
 * tools set for programs that use GNU's own extensions; the lowest bit of e_type, which tells
 * ET_EXEC from ET_DYN.  (Documentation/admin-guide/binfmt-misc.rst)
 */
#include "binfmt.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "target/guest.h"

enum {
    MAGIC_SIZE = offsetof(Elf64_Ehdr, e_version), /* the same in both classes */
    PRESERVE_ARGV0 = 1,                           /* AT_FLAGS_PRESERVE_ARGV0, since 5.12 */
};

static void put_half(uint8_t *to, uint16_t value, bool big_endian)
{
    to[big_endian ? 1 : 0] = (uint8_t)value;
    to[big_endian ? 0 : 1] = (uint8_t)(value >> 8);
}

static void print_bytes(FILE *out, const uint8_t *bytes)
{
    for (unsigned i = 0; i < MAGIC_SIZE; i++) {
        fprintf(out, "\\x%02x", bytes[i]);
    }
}

static void list_guest(FILE *out, const GuestArch *arch)
{
    uint8_t magic[MAGIC_SIZE] = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3 };
    uint8_t mask[MAGIC_SIZE];

    magic[EI_CLASS] = arch->address_bits == 64 ? ELFCLASS64 : ELFCLASS32;
    magic[EI_DATA] = arch->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
    magic[EI_VERSION] = EV_CURRENT;
    put_half(magic + offsetof(Elf64_Ehdr, e_type), ET_EXEC, arch->big_endian);
    put_half(magic + offsetof(Elf64_Ehdr, e_machine), arch->elf_machine, arch->big_endian);
    memset(mask, 0xff, sizeof(mask));
    mask[EI_OSABI] = 0;
    put_half(mask + offsetof(Elf64_Ehdr, e_type), (uint16_t) ~(ET_EXEC ^ ET_DYN), arch->big_endian);
    fprintf(out, "%s ", arch->name);
    print_bytes(out, magic);
    fputc(' ', out);
    print_bytes(out, mask);
    fputc('\n', out);
}

void binfmt_list(FILE *out)
{
    for (const GuestArch *const *arch = guest_archs; *arch; arch++) {
        list_guest(out, *arch);
    }
}

bool binfmt_is_caller(int argc)
{
    return argc >= 3 && (getauxval(AT_FLAGS) & PRESERVE_ARGV0);
}

void binfmt_close_program(void)
{
    unsigned long fd;

    errno = 0;
    fd = getauxval(AT_EXECFD);
    if (errno == 0) {
        close((int)fd);
    }
}
