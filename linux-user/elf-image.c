/*
 * ELF headers to an ElfImage: every field is checked before anything believes it.
 *
 * Stricter than the kernel where a file could only crash later: a segment that reaches behind
 * the end of the file, or an entry point outside of any code, is refused here with a reason.
 */
#include "elf-image.h"

#include <elf.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /* The kernel's limit: all program headers in 64 KiB. */
    MAX_PHDR_BYTES = 65536,
};

/* Larger alignments are no page sizes, and would only eat address space. */
#define MAX_ALIGN (UINT64_C(1) << 30)

/* A program header of either class. */
typedef struct ElfPhdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, filesz, memsz, align;
} ElfPhdr;

bool elf_read(const ElfSource *source, uint64_t offset, void *buf, size_t size)
{
    size_t done = 0;

    if (offset > source->size || size > source->size - offset) {
        return false;
    }
    if (source->bytes) {
        memcpy(buf, source->bytes + offset, size);
        return true;
    }
    while (done < size) {
        ssize_t n = pread(source->fd, (char *)buf + done, size - done, (off_t)(offset + done));

        if (n <= 0) {
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

uint64_t elf_number(const ElfImage *image, const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++) {
        value = value << 8 | bytes[image->big_endian ? i : size - 1 - i];
    }
    return value;
}

/* A field of the class's structure: FIELD(image, raw, Ehdr, e_entry). */
#define FIELD(image, raw, type, field)                                                \
    ((image)->bits == 64 ? elf_number((image), (raw) + offsetof(Elf64_##type, field), \
                                      sizeof(((Elf64_##type *)0)->field))             \
                         : elf_number((image), (raw) + offsetof(Elf32_##type, field), \
                                      sizeof(((Elf32_##type *)0)->field)))

bool elf_is_elf(const uint8_t *bytes, size_t size)
{
    return size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

static char *check_ident(const uint8_t *ident)
{
    if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) {
        return g_strdup_printf("unknown ELF class %u", ident[EI_CLASS]);
    }
    if (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB) {
        return g_strdup_printf("unknown ELF byte order %u", ident[EI_DATA]);
    }
    if (ident[EI_VERSION] != EV_CURRENT) {
        return g_strdup_printf("unknown ELF version %u", ident[EI_VERSION]);
    }
    return NULL;
}

char *elf_read_header(const ElfSource *source, ElfImage *image)
{
    uint8_t raw[sizeof(Elf64_Ehdr)];
    char *error;

    memset(image, 0, sizeof(*image));
    if (!elf_read(source, 0, raw, SELFMAG) || !elf_is_elf(raw, SELFMAG)) {
        return g_strdup("not an ELF file");
    }
    if (!elf_read(source, 0, raw, EI_NIDENT)) {
        return g_strdup("the ELF header is cut off");
    }
    error = check_ident(raw);
    if (error) {
        return error;
    }
    image->bits = raw[EI_CLASS] == ELFCLASS64 ? 64 : 32;
    image->big_endian = raw[EI_DATA] == ELFDATA2MSB;
    if (!elf_read(source, 0, raw, image->bits == 64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr))) {
        return g_strdup("the ELF header is cut off");
    }
    image->type = (uint16_t)FIELD(image, raw, Ehdr, e_type);
    image->machine = (uint16_t)FIELD(image, raw, Ehdr, e_machine);
    image->flags = (uint32_t)FIELD(image, raw, Ehdr, e_flags);
    image->entry = FIELD(image, raw, Ehdr, e_entry);
    image->phoff = FIELD(image, raw, Ehdr, e_phoff);
    image->shoff = FIELD(image, raw, Ehdr, e_shoff);
    image->phnum = (unsigned)FIELD(image, raw, Ehdr, e_phnum);
    image->phentsize = (unsigned)FIELD(image, raw, Ehdr, e_phentsize);
    image->shnum = (unsigned)FIELD(image, raw, Ehdr, e_shnum);
    image->shentsize = (unsigned)FIELD(image, raw, Ehdr, e_shentsize);
    return NULL;
}

static char *check_type(const ElfImage *image)
{
    switch (image->type) {
    case ET_EXEC:
    case ET_DYN:
        return NULL;
    case ET_REL:
        return g_strdup("an object file, not a program");
    case ET_CORE:
        return g_strdup("a core dump, not a program");
    default:
        return g_strdup_printf("unknown ELF file type %u", image->type);
    }
}

/* The raw program headers, to be freed; or NULL and *ret_error. */
static uint8_t *read_phdrs(const ElfSource *source, const ElfImage *image, char **ret_error)
{
    unsigned entry = image->bits == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    size_t size = (size_t)image->phnum * entry;
    uint8_t *raw;

    if (image->phnum == 0) {
        *ret_error = g_strdup("no program headers");
        return NULL;
    }
    if (image->phentsize != entry || size > MAX_PHDR_BYTES) {
        *ret_error =
            g_strdup_printf("%u program headers of %u bytes", image->phnum, image->phentsize);
        return NULL;
    }
    raw = g_malloc(size);
    if (!elf_read(source, image->phoff, raw, size)) {
        g_free(raw);
        *ret_error = g_strdup("the program headers lie outside of the file");
        return NULL;
    }
    return raw;
}

static ElfPhdr decode_phdr(const ElfImage *image, const uint8_t *raw)
{
    return (ElfPhdr){
        .type = (uint32_t)FIELD(image, raw, Phdr, p_type),
        .flags = (uint32_t)FIELD(image, raw, Phdr, p_flags),
        .offset = FIELD(image, raw, Phdr, p_offset),
        .vaddr = FIELD(image, raw, Phdr, p_vaddr),
        .filesz = FIELD(image, raw, Phdr, p_filesz),
        .memsz = FIELD(image, raw, Phdr, p_memsz),
        .align = FIELD(image, raw, Phdr, p_align),
    };
}

/* One past the last address of the class that whole pages reach. */
static uint64_t address_end(const ElfImage *image)
{
    return image->bits == 64 ? GUEST_PAGE_MASK : UINT64_C(1) << 32;
}

/* What is wrong with a PT_LOAD taken alone. */
static char *check_load(const ElfSource *source, const ElfImage *image, const ElfPhdr *ph)
{
    if (ph->filesz > ph->memsz) {
        return g_strdup_printf("segment at %#lx has more bytes in the file than in memory",
                               (unsigned long)ph->vaddr);
    }
    if (ph->vaddr > address_end(image) || ph->memsz > address_end(image) - ph->vaddr) {
        return g_strdup_printf("segment at %#lx of %#lx bytes wraps around the address space",
                               (unsigned long)ph->vaddr, (unsigned long)ph->memsz);
    }
    if (ph->offset > source->size || ph->filesz > source->size - ph->offset) {
        return g_strdup_printf("cut off: segment at %#lx lies outside of the file",
                               (unsigned long)ph->vaddr);
    }
    if (ph->align & (ph->align - 1)) {
        return g_strdup_printf("segment at %#lx has alignment %#lx, no power of two",
                               (unsigned long)ph->vaddr, (unsigned long)ph->align);
    }
    if (ph->align > MAX_ALIGN) {
        return g_strdup_printf("segment at %#lx has the enormous alignment %#lx",
                               (unsigned long)ph->vaddr, (unsigned long)ph->align);
    }
    if ((ph->vaddr - ph->offset) & ~GUEST_PAGE_MASK) {
        return g_strdup_printf("segment at %#lx is misaligned: its file offset is %#lx",
                               (unsigned long)ph->vaddr, (unsigned long)ph->offset);
    }
    return NULL;
}

static int prot_of(uint32_t flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
           (flags & PF_X ? PROT_EXEC : 0);
}

static char *add_segment(const ElfSource *source, ElfImage *image, const ElfPhdr *ph)
{
    ElfSegment *segment = &image->segments[image->nb_segments];
    const ElfSegment *last = segment - 1;
    char *error;

    if (ph->memsz == 0) {
        return NULL;
    }
    error = check_load(source, image, ph);
    if (error) {
        return error;
    }
    if (image->nb_segments && ph->vaddr < last->vaddr + last->memsz) {
        return g_strdup_printf("segments at %#lx and %#lx overlap or are not in order",
                               (unsigned long)last->vaddr, (unsigned long)ph->vaddr);
    }
    *segment = (ElfSegment){ ph->vaddr, ph->memsz, ph->offset, ph->filesz, prot_of(ph->flags) };
    image->nb_segments++;
    image->align = MAX(image->align, ph->align);
    return NULL;
}

static char *read_interp(const ElfSource *source, ElfImage *image, const ElfPhdr *ph)
{
    if (image->interp) {
        return g_strdup("names two interpreters");
    }
    if (ph->filesz < 2 || ph->filesz > PATH_MAX) {
        return g_strdup_printf("interpreter name of %#lx bytes", (unsigned long)ph->filesz);
    }
    image->interp = g_malloc0(ph->filesz + 1);
    if (!elf_read(source, ph->offset, image->interp, ph->filesz)) {
        return g_strdup("cut off: the interpreter name lies outside of the file");
    }
    if (image->interp[ph->filesz - 1] != '\0') {
        return g_strdup("the interpreter name has no end");
    }
    return NULL;
}

static char *read_phdr(const ElfSource *source, ElfImage *image, const ElfPhdr *ph)
{
    switch (ph->type) {
    case PT_LOAD:
        return add_segment(source, image, ph);
    case PT_INTERP:
        return read_interp(source, image, ph);
    case PT_GNU_STACK:
        image->exec_stack = ph->flags & PF_X;
        return NULL;
    default:
        return NULL;
    }
}

/* As the kernel does: where the segment that holds the header table puts it. */
static uint64_t find_phdr_vaddr(const ElfImage *image)
{
    for (unsigned i = 0; i < image->nb_segments; i++) {
        const ElfSegment *segment = &image->segments[i];

        if (image->phoff >= segment->offset && image->phoff - segment->offset < segment->filesz) {
            return image->phoff - segment->offset + segment->vaddr;
        }
    }
    return 0;
}

static bool entry_is_code(const ElfImage *image)
{
    for (unsigned i = 0; i < image->nb_segments; i++) {
        const ElfSegment *segment = &image->segments[i];

        if ((segment->prot & PROT_EXEC) && image->entry >= segment->vaddr &&
            image->entry - segment->vaddr < segment->memsz) {
            return true;
        }
    }
    return false;
}

static char *finish_segments(ElfImage *image)
{
    const ElfSegment *last;

    if (image->nb_segments == 0) {
        return g_strdup("nothing to load");
    }
    last = &image->segments[image->nb_segments - 1];
    if (!entry_is_code(image)) {
        return g_strdup_printf("entry point %#lx lies in no executable segment",
                               (unsigned long)image->entry);
    }
    image->low = guest_page_down(image->segments[0].vaddr);
    image->high = guest_page_up(last->vaddr + last->memsz);
    image->phdr_vaddr = find_phdr_vaddr(image);
    return NULL;
}

char *elf_read_segments(const ElfSource *source, ElfImage *image)
{
    unsigned entry = image->bits == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    char *error = check_type(image);
    uint8_t *raw;

    if (error) {
        return error;
    }
    raw = read_phdrs(source, image, &error);
    if (!raw) {
        return error;
    }
    image->segments = g_new0(ElfSegment, image->phnum);
    image->align = GUEST_PAGE_SIZE;
    for (unsigned i = 0; i < image->phnum && !error; i++) {
        ElfPhdr ph = decode_phdr(image, raw + (size_t)i * entry);

        error = read_phdr(source, image, &ph);
    }
    g_free(raw);
    return error ? error : finish_segments(image);
}

void elf_image_done(ElfImage *image)
{
    g_free(image->segments);
    g_free(image->interp);
    image->segments = NULL;
    image->interp = NULL;
}

/* Names as the kernel's uname gives them, for those a user may meet. */
static const struct {
    uint16_t machine;
    uint8_t bits;
    const char *little, *big;
} machine_names[] = {
    { EM_386, 32, "i386", NULL },
    { EM_X86_64, 64, "x86_64", NULL },
    { EM_X86_64, 32, "x32", NULL },
    { EM_ARM, 32, "arm", "armeb" },
    { EM_AARCH64, 64, "aarch64", "aarch64_be" },
    { EM_RISCV, 64, "riscv64", NULL },
    { EM_RISCV, 32, "riscv32", NULL },
    { EM_PPC64, 64, "ppc64le", "ppc64" },
    { EM_PPC, 32, "ppcle", "ppc" },
    { EM_S390, 64, NULL, "s390x" },
    { EM_S390, 32, NULL, "s390" },
    { EM_MIPS, 64, "mips64el", "mips64" },
    { EM_MIPS, 32, "mipsel", "mips" },
    { EM_SPARCV9, 64, NULL, "sparc64" },
    { EM_SPARC, 32, NULL, "sparc" },
    { EM_68K, 32, NULL, "m68k" },
    { EM_SH, 32, "sh4", "sh4eb" },
    { EM_PARISC, 32, NULL, "hppa" },
    { EM_ALPHA, 64, "alpha", NULL },
    { EM_IA_64, 64, "ia64", NULL },
    { 258, 64, "loongarch64", NULL }, /* EM_LOONGARCH */
    { 258, 32, "loongarch32", NULL },
};

const char *elf_machine_name(uint16_t machine, unsigned bits, bool big_endian)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(machine_names); i++) {
        if (machine_names[i].machine == machine && machine_names[i].bits == bits) {
            return big_endian ? machine_names[i].big : machine_names[i].little;
        }
    }
    return NULL;
}

bool elf_image_open(const char *path, ElfSource *ret_source, ElfImage *ret_image)
{
    ElfSource source = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
    ElfImage image = { 0 };
    g_autofree char *error = NULL, *wrong = NULL;
    struct stat st;

    if (source.fd < 0) {
        return false;
    }
    if (fstat(source.fd, &st) == 0 && S_ISREG(st.st_mode)) {
        source.size = (uint64_t)st.st_size;
        error = elf_read_header(&source, &image);
        if (!error) {
            /* A library without entry point is "wrong" but has its segments. */
            wrong = elf_read_segments(&source, &image);
            *ret_source = source;
            *ret_image = image;
            return true;
        }
    }
    elf_image_done(&image);
    close(source.fd);
    return false;
}

void elf_image_close(ElfSource *source, ElfImage *image)
{
    elf_image_done(image);
    close(source->fd);
}
