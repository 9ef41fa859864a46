/*
 * The in-memory ELF file of generated code.
 *
 *   header, section headers, section names, .debug_frame | source lines | symbols | names of symbols
 *
 * What is behind a bar has room to grow, all but the last at the cost of a hole.  An addition
 * writes the name, the symbol and then the sizes in the section headers, so that the file is right
 * whenever the process is stopped.
 */
#include "tcg/jit-image.h"

#include <elf.h>
#include <string.h>
#include <sys/mman.h>

typedef enum Section {
    SECTION_NULL,
    SECTION_TEXT,
    SECTION_DEBUG_FRAME,
    SECTION_SHSTRTAB,
    SECTION_STRTAB,
    SECTION_SYMTAB,
    SECTION_INFO,
    SECTION_ABBREV,
    SECTION_LINE,
    SECTION_COUNT,
} Section;

/* Places of the names in it. */
static const char section_names[] = "\0.text\0.debug_frame\0.shstrtab\0.strtab\0.symtab"
                                    "\0.debug_info\0.debug_abbrev\0.debug_line";
static const uint8_t name_offset[SECTION_COUNT] = { 0, 1, 7, 20, 30, 38, 46, 58, 72 };

/* Of line information for a symbol's code: some ten rows. */
enum { LINE_BYTES = 100 };

struct TcgJitImage {
    uint8_t *file;
    size_t mapped;
    const TcgHostDwarf *host;
    size_t lines, symtab, strtab; /* offsets in the file */
    uint64_t start, end;          /* of the code */
    size_t max_names;
    unsigned max_symbols;
    size_t names; /* bytes in use */
    unsigned nb;  /* symbols, the empty one included */
};

typedef struct SectionHeader {
    uint32_t type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t align, entry_size;
} SectionHeader;

/* ------------------------------------------------------------------ bytes */

static void put(GByteArray *out, uint64_t value, unsigned bytes)
{
    value = GUINT64_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&value, bytes);
}

static bool is_64(const TcgHostDwarf *host)
{
    return host->bits == 64;
}

static size_t header_size(const TcgHostDwarf *host)
{
    return is_64(host) ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

static size_t section_header_size(const TcgHostDwarf *host)
{
    return is_64(host) ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

static size_t symbol_size(const TcgHostDwarf *host)
{
    return is_64(host) ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

static void put_header(GByteArray *out, const TcgHostDwarf *host)
{
    const uint8_t ident[EI_NIDENT] = {
        ELFMAG0,     ELFMAG1,   ELFMAG2, ELFMAG3, is_64(host) ? ELFCLASS64 : ELFCLASS32,
        ELFDATA2LSB, EV_CURRENT
    };
    unsigned word = host->bits / 8;

    g_byte_array_append(out, ident, sizeof(ident));
    put(out, ET_EXEC, 2);
    put(out, host->elf_machine, 2);
    put(out, EV_CURRENT, 4);
    put(out, 0, word);                 /* entry point */
    put(out, 0, word);                 /* program headers */
    put(out, header_size(host), word); /* section headers */
    put(out, 0, 4);                    /* flags */
    put(out, header_size(host), 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, section_header_size(host), 2);
    put(out, SECTION_COUNT, 2);
    put(out, SECTION_SHSTRTAB, 2);
}

static void put_section_header(GByteArray *out, const TcgHostDwarf *host, Section n,
                               const SectionHeader *s)
{
    unsigned word = host->bits / 8;

    put(out, name_offset[n], 4);
    put(out, s->type, 4);
    put(out, s->flags, word);
    put(out, s->addr, word);
    put(out, s->offset, word);
    put(out, s->size, word);
    put(out, s->link, 4);
    put(out, s->info, 4);
    put(out, s->align, word);
    put(out, s->entry_size, word);
}

static void put_symbol(GByteArray *out, const TcgHostDwarf *host, const Elf64_Sym *sym)
{
    bool wide = is_64(host);

    put(out, sym->st_name, 4);
    if (!wide) {
        put(out, sym->st_value, 4);
        put(out, sym->st_size, 4);
    }
    put(out, sym->st_info, 1);
    put(out, sym->st_other, 1);
    put(out, sym->st_shndx, 2);
    if (wide) {
        put(out, sym->st_value, 8);
        put(out, sym->st_size, 8);
    }
}

/* ------------------------------------------------------------------ the file */

static void put_sections(GByteArray *out, const TcgJitImage *image, const TcgUnwindRange *range,
                         size_t frame_offset, size_t frame_size)
{
    const SectionHeader sections[SECTION_COUNT] = {
        [SECTION_TEXT] = { .type = SHT_NOBITS,
                           .flags = SHF_ALLOC | SHF_EXECINSTR,
                           .addr = range->start,
                           .offset = frame_offset,
                           .size = range->end - range->start,
                           .align = 16 },
        [SECTION_DEBUG_FRAME] = { .type = SHT_PROGBITS,
                                  .offset = frame_offset,
                                  .size = frame_size,
                                  .align = 8 },
        [SECTION_SHSTRTAB] = { .type = SHT_STRTAB,
                               .offset = frame_offset - sizeof(section_names),
                               .size = sizeof(section_names),
                               .align = 1 },
        /* Of type SHT_NULL while they are empty: gdb 13 dies of a .debug_info without units. */
        [SECTION_INFO] = { .offset = image->lines, .align = 1 },
        [SECTION_ABBREV] = { .offset = image->lines, .align = 1 },
        [SECTION_LINE] = { .offset = image->lines, .align = 1 },
        [SECTION_STRTAB] = { .type = SHT_STRTAB, .offset = image->strtab, .size = 1, .align = 1 },
        [SECTION_SYMTAB] = { .type = SHT_SYMTAB,
                             .offset = image->symtab,
                             .size = symbol_size(image->host),
                             .link = SECTION_STRTAB,
                             .info = 1, /* all but the empty one are global */
                             .align = 8,
                             .entry_size = symbol_size(image->host) },
    };

    for (Section n = 0; n < SECTION_COUNT; n++) {
        put_section_header(out, image->host, n, &sections[n]);
    }
}

static size_t aligned(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

static bool map_file(TcgJitImage *image, const GByteArray *start)
{
    image->mapped = image->strtab + image->max_names;
    image->file = mmap(NULL, image->mapped, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (image->file == MAP_FAILED) {
        return false;
    }
    memcpy(image->file, start->data, start->len);
    return true;
}

TcgJitImage *tcg_jit_image_new(const TcgTarget *target, const TcgUnwindRange *range,
                               unsigned max_symbols, size_t max_names)
{
    TcgJitImage *image = g_new0(TcgJitImage, 1);
    g_autoptr(GByteArray) start = g_byte_array_new(), frame = g_byte_array_new();
    size_t frame_offset;

    image->host = target->backend->dwarf;
    image->max_symbols = max_symbols + 1;
    image->max_names = max_names + 1;
    image->nb = 1;
    image->names = 1;
    tcg_unwind_write(frame, target, range, TCG_UNWIND_DEBUG_FRAME, 0);
    frame_offset = header_size(image->host) + SECTION_COUNT * section_header_size(image->host) +
                   sizeof(section_names);
    frame_offset += -frame_offset & 7;
    image->start = range->start;
    image->end = range->end;
    image->lines = aligned(frame_offset + frame->len);
    image->symtab = aligned(image->lines + (size_t)max_symbols * LINE_BYTES);
    image->strtab = image->symtab + image->max_symbols * symbol_size(image->host);
    put_header(start, image->host);
    put_sections(start, image, range, frame_offset, frame->len);
    g_byte_array_set_size(start, (guint)(frame_offset - sizeof(section_names)));
    g_byte_array_append(start, (const guint8 *)section_names, sizeof(section_names));
    g_byte_array_append(start, frame->data, frame->len);
    if (!map_file(image, start)) {
        g_clear_pointer(&image, g_free);
    }
    return image;
}

void tcg_jit_image_free(TcgJitImage *image)
{
    if (image) {
        munmap(image->file, image->mapped);
        g_free(image);
    }
}

/* In its section header. */
static void set_section_size(TcgJitImage *image, Section n, uint64_t size)
{
    uint8_t *header = image->file + header_size(image->host) + n * section_header_size(image->host);

    if (is_64(image->host)) {
        uint64_t *field = (uint64_t *)(header + offsetof(Elf64_Shdr, sh_size));

        __atomic_store_n(field, GUINT64_TO_LE(size), __ATOMIC_RELEASE);
    } else {
        uint32_t *field = (uint32_t *)(header + offsetof(Elf32_Shdr, sh_size));

        __atomic_store_n(field, GUINT32_TO_LE((uint32_t)size), __ATOMIC_RELEASE);
    }
}

bool tcg_jit_image_add(TcgJitImage *image, uint64_t addr, uint64_t size, const char *name)
{
    size_t length = strlen(name) + 1, entry = symbol_size(image->host);
    Elf64_Sym sym = {
        .st_name = (uint32_t)image->names,
        .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
        .st_shndx = SECTION_TEXT,
        .st_value = addr,
        .st_size = size,
    };
    GByteArray *bytes;

    if (image->nb == image->max_symbols || image->max_names - image->names < length) {
        return false;
    }
    memcpy(image->file + image->strtab + image->names, name, length);
    if (is_64(image->host) && G_BYTE_ORDER == G_LITTLE_ENDIAN) {
        memcpy(image->file + image->symtab + image->nb * entry, &sym, entry);
    } else {
        bytes = g_byte_array_new();
        put_symbol(bytes, image->host, &sym);
        memcpy(image->file + image->symtab + image->nb * entry, bytes->data, entry);
        g_byte_array_unref(bytes);
    }
    image->names += length;
    image->nb++;
    set_section_size(image, SECTION_STRTAB, image->names);
    set_section_size(image, SECTION_SYMTAB, image->nb * entry);
    return true;
}

static void set_section_offset(TcgJitImage *image, Section n, uint64_t offset)
{
    uint8_t *header = image->file + header_size(image->host) + n * section_header_size(image->host);
    uint32_t narrow = GUINT32_TO_LE((uint32_t)offset);

    offset = GUINT64_TO_LE(offset);
    if (is_64(image->host)) {
        memcpy(header + offsetof(Elf64_Shdr, sh_offset), &offset, sizeof(offset));
    } else {
        memcpy(header + offsetof(Elf32_Shdr, sh_offset), &narrow, sizeof(narrow));
    }
}

static void set_section_type(TcgJitImage *image, Section n, uint32_t type)
{
    uint8_t *header = image->file + header_size(image->host) + n * section_header_size(image->host);

    type = GUINT32_TO_LE(type);
    memcpy(header + offsetof(Elf64_Shdr, sh_type), &type, sizeof(type)); /* in both classes */
}

void tcg_jit_image_clear(TcgJitImage *image)
{
    for (Section n = SECTION_INFO; n <= SECTION_LINE; n++) {
        set_section_type(image, n, SHT_NULL);
        set_section_size(image, n, 0);
    }
    set_section_size(image, SECTION_SYMTAB, symbol_size(image->host));
    set_section_size(image, SECTION_STRTAB, 1);
    image->nb = 1;
    image->names = 1;
}

bool tcg_jit_image_set_lines(TcgJitImage *image, const TcgJitLines *lines)
{
    g_autoptr(GByteArray) info = g_byte_array_new(), abbrev = g_byte_array_new(),
                          line = g_byte_array_new();
    const GByteArray *parts[] = { info, abbrev, line };
    size_t at = image->lines;

    tcg_jit_lines_write(lines, image->start, image->end, image->host->bits / 8, info, abbrev, line);
    if (info->len + abbrev->len + line->len > image->symtab - at) {
        return false;
    }
    for (unsigned n = 0; n < G_N_ELEMENTS(parts); n++) {
        memcpy(image->file + at, parts[n]->data, parts[n]->len);
        set_section_offset(image, SECTION_INFO + n, at);
        set_section_size(image, SECTION_INFO + n, parts[n]->len);
        set_section_type(image, SECTION_INFO + n, SHT_PROGBITS);
        at += parts[n]->len;
    }
    return true;
}

uint64_t tcg_jit_image_text(const TcgJitImage *image, size_t size)
{
    return aligned(size);
}

void tcg_jit_image_set_text(TcgJitImage *image)
{
    set_section_type(image, SECTION_TEXT, SHT_PROGBITS);
    set_section_offset(image, SECTION_TEXT,
                       tcg_jit_image_text(image, image->strtab + image->names));
}

unsigned tcg_jit_image_symbols(const TcgJitImage *image)
{
    return image->nb - 1;
}

const void *tcg_jit_image_file(const TcgJitImage *image, size_t *ret_size)
{
    *ret_size = image->strtab + image->names;
    return image->file;
}
