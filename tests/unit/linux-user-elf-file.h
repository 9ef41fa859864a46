/*
 * A small valid ELF program in memory, to be broken in every way, and the loader run on it.
 */
#ifndef LINUX_USER_ELF_FILE_H
#define LINUX_USER_ELF_FILE_H

#include <elf.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux-user/elf-image.h"
#include "linux-user/mmap.h"

enum {
    TEXT_AT = 0x10000,
    DATA_AT = 0x12000,
    BSS_SIZE = 0x3000,
    INTERP_OFFSET = 0x200,
    DATA_OFFSET = 0x1000,
    DATA_SIZE = 0x100,
    FILE_SIZE = DATA_OFFSET + DATA_SIZE,
    PH_TEXT = 0,
    PH_DATA,
    PH_STACK,
    PH_INTERP, /* PT_NULL unless wanted */
    PH_COUNT,
};

typedef struct ElfFile {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[PH_COUNT];
    uint8_t rest[FILE_SIZE - sizeof(Elf64_Ehdr) - PH_COUNT * sizeof(Elf64_Phdr)];
} ElfFile;

/* ET_EXEC for riscv64: code, data with bss, a stack note. */
static inline void elf_file_init(ElfFile *file)
{
    memset(file, 0x5a, sizeof(*file));
    memset(&file->eh, 0, sizeof(file->eh) + sizeof(file->ph));
    memcpy(file->eh.e_ident, ELFMAG, SELFMAG);
    file->eh.e_ident[EI_CLASS] = ELFCLASS64;
    file->eh.e_ident[EI_DATA] = ELFDATA2LSB;
    file->eh.e_ident[EI_VERSION] = EV_CURRENT;
    file->eh.e_type = ET_EXEC;
    file->eh.e_machine = EM_RISCV;
    file->eh.e_version = EV_CURRENT;
    file->eh.e_entry = TEXT_AT + 0x400;
    file->eh.e_phoff = offsetof(ElfFile, ph);
    file->eh.e_ehsize = sizeof(Elf64_Ehdr);
    file->eh.e_phentsize = sizeof(Elf64_Phdr);
    file->eh.e_phnum = PH_COUNT;
    file->ph[PH_TEXT] =
        (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0, TEXT_AT, TEXT_AT, 0xfff, 0xfff, 0x1000 };
    file->ph[PH_DATA] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_W, DATA_OFFSET,          DATA_AT,
                                      DATA_AT, DATA_SIZE,   DATA_SIZE + BSS_SIZE, 0x1000 };
    file->ph[PH_STACK] = (Elf64_Phdr){ PT_GNU_STACK, PF_R | PF_W };
    file->ph[PH_INTERP] = (Elf64_Phdr){ PT_NULL };
}

static inline void elf_file_add_interp(ElfFile *file, const char *path)
{
    strcpy((char *)file + INTERP_OFFSET, path);
    file->ph[PH_INTERP] = (Elf64_Phdr){
        PT_INTERP,        PF_R, INTERP_OFFSET, TEXT_AT + INTERP_OFFSET, 0, strlen(path) + 1,
        strlen(path) + 1, 1
    };
}

/*
 * Read and map the bytes into mm.  The loader's complaint or NULL; *ret_image is valid in both
 * cases, to be given to elf_image_done().
 */
static inline char *elf_file_load(const void *bytes, size_t size, GuestMm *mm, ElfImage *ret_image)
{
    ElfSource source = { .fd = memfd_create("elf", MFD_CLOEXEC), .size = size };
    char *error;

    g_assert_cmpint(source.fd, >=, 0);
    g_assert_cmpint(write(source.fd, bytes, size), ==, (ssize_t)size);
    error = elf_read_header(&source, ret_image);
    if (!error) {
        error = elf_read_segments(&source, ret_image);
    }
    if (!error) {
        error = elf_map(&source, ret_image, mm, 0);
    }
    close(source.fd);
    return error;
}

/* What must hold after any load: all or nothing, and a usable entry point. */
static inline void elf_file_check(const ElfImage *image, const char *error, GuestMm *mm)
{
    GuestMapping map;

    if (error) {
        g_assert_true(*error && !strchr(error, '\n'));
        g_assert_false(guest_mm_next(mm, 0, &map));
        return;
    }
    g_assert_cmpint(guest_page_flags(mm, image->entry + image->bias) & PROT_EXEC, ==, PROT_EXEC);
    for (unsigned i = 0; i < image->nb_segments; i++) {
        g_assert_true(guest_range_has(mm, image->segments[i].vaddr + image->bias, 1, 0));
    }
}

static inline void elf_file_unload(GuestMm *mm)
{
    GuestMapping map;

    while (guest_mm_next(mm, 0, &map)) {
        g_assert_cmpint(guest_munmap(mm, map.start, map.end - map.start), ==, 0);
    }
}

#endif
