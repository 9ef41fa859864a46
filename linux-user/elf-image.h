/*
 * An ELF program file: what its headers say, checked; and where it was mapped.
 *
 * Reading and mapping are apart, so that everything wrong with a file is known before any of it
 * is mapped.  Both classes and byte orders are read, whatever the host's.
 */
#ifndef ELF_IMAGE_H
#define ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux-user/mmap.h"

/* A file's bytes: from a descriptor, or from memory (tests). */
typedef struct ElfSource {
    int fd;
    const uint8_t *bytes; /* not NULL: instead of fd */
    uint64_t size;
} ElfSource;

/* All of [offset, offset+size), or false. */
bool elf_read(const ElfSource *source, uint64_t offset, void *buf, size_t size);

typedef struct ElfSegment {
    uint64_t vaddr, memsz, offset, filesz;
    int prot; /* PROT_* */
} ElfSegment;

typedef struct ElfImage {
    /* elf_read_header() */
    unsigned bits; /* 32 or 64 */
    bool big_endian;
    uint16_t type, machine;
    uint32_t flags;
    uint64_t entry, phoff, shoff;
    unsigned phnum, phentsize, shnum, shentsize;

    /* elf_read_segments() */
    ElfSegment *segments; /* PT_LOAD, ascending, disjoint */
    unsigned nb_segments;
    uint64_t low, high;  /* whole pages around all segments */
    uint64_t align;      /* of the load address: at least a page */
    uint64_t phdr_vaddr; /* 0: the headers are not loaded */
    char *interp;        /* NULL: none */
    bool exec_stack;

    /* elf_map() */
    uint64_t bias; /* added to the file's addresses */
} ElfImage;

/* Numbers of the file's byte order. */
uint64_t elf_number(const ElfImage *image, const uint8_t *bytes, unsigned size);

bool elf_is_elf(const uint8_t *bytes, size_t size);
/*
 * NULL, or what is wrong with the file (to be freed).  The header first: it says for which
 * machine the rest is to be read.
 */
char *elf_read_header(const ElfSource *source, ElfImage *image);
char *elf_read_segments(const ElfSource *source, ElfImage *image);
void elf_image_done(ElfImage *image);

/*
 * Map all segments: ET_EXEC where it must be, else at or near hint (0: anywhere), and set bias.
 * NULL, or why not; then nothing stays mapped.
 */
char *elf_map(const ElfSource *source, ElfImage *image, GuestMm *mm, GuestAddr hint);

/* "riscv64" for a machine number, for messages; NULL: never heard of. */
const char *elf_machine_name(uint16_t machine, unsigned bits, bool big_endian);

/* A regular ELF file to read tables from, whether or not it could be loaded; false: nothing is open. */
bool elf_image_open(const char *path, ElfSource *ret_source, ElfImage *ret_image);
void elf_image_close(ElfSource *source, ElfImage *image);

#endif
