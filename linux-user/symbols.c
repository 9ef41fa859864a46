/*
 * .symtab, or .dynsym in a stripped file, to a sorted list of functions; for logs only.
 *
 * Addresses are kept as file offsets, because that is what a mapping knows; so it does not
 * matter where the guest's dynamic linker put a library.
 */
#include "symbols.h"

#include <elf.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "elf-image.h"
#include "lines.h"
#include "linux-user/process.h"

enum {
    MAX_TABLE = 256 << 20, /* a larger symbol table is a broken file */
};

typedef struct Symbol {
    uint64_t offset, size;
    const char *name;
} Symbol;

struct Symbols {
    Symbol *list; /* by offset */
    size_t nb;
    char *strings;
};

typedef struct Section {
    uint32_t type, link;
    uint64_t offset, size, entsize;
} Section;

#define SHDR_FIELD(image, raw, field)                                               \
    ((image)->bits == 64 ? elf_number((image), (raw) + offsetof(Elf64_Shdr, field), \
                                      sizeof(((Elf64_Shdr *)0)->field))             \
                         : elf_number((image), (raw) + offsetof(Elf32_Shdr, field), \
                                      sizeof(((Elf32_Shdr *)0)->field)))
#define SYM_FIELD(image, raw, field)                                               \
    ((image)->bits == 64 ? elf_number((image), (raw) + offsetof(Elf64_Sym, field), \
                                      sizeof(((Elf64_Sym *)0)->field))             \
                         : elf_number((image), (raw) + offsetof(Elf32_Sym, field), \
                                      sizeof(((Elf32_Sym *)0)->field)))

static bool read_section(const ElfSource *source, const ElfImage *image, unsigned i, Section *ret)
{
    size_t size = image->bits == 64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
    uint8_t raw[sizeof(Elf64_Shdr)];

    if (i >= image->shnum || image->shentsize != size ||
        !elf_read(source, image->shoff + (uint64_t)i * size, raw, size)) {
        return false;
    }
    ret->type = (uint32_t)SHDR_FIELD(image, raw, sh_type);
    ret->link = (uint32_t)SHDR_FIELD(image, raw, sh_link);
    ret->offset = SHDR_FIELD(image, raw, sh_offset);
    ret->size = SHDR_FIELD(image, raw, sh_size);
    ret->entsize = SHDR_FIELD(image, raw, sh_entsize);
    return true;
}

/* A section's bytes with a NUL behind them; NULL: not there. */
static char *read_contents(const ElfSource *source, const Section *section)
{
    char *bytes;

    if (section->size == 0 || section->size > MAX_TABLE) {
        return NULL;
    }
    bytes = g_malloc(section->size + 1);
    bytes[section->size] = '\0';
    if (!elf_read(source, section->offset, bytes, section->size)) {
        g_free(bytes);
        return NULL;
    }
    return bytes;
}

static bool vaddr_to_offset(const ElfImage *image, uint64_t vaddr, uint64_t *ret)
{
    for (unsigned i = 0; i < image->nb_segments; i++) {
        const ElfSegment *segment = &image->segments[i];

        if (vaddr >= segment->vaddr && vaddr - segment->vaddr < segment->filesz) {
            *ret = vaddr - segment->vaddr + segment->offset;
            return true;
        }
    }
    return false;
}

static int compare_symbols(const void *a, const void *b)
{
    const Symbol *x = a, *y = b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The defined functions of one table. */
static void decode_table(Symbols *symbols, const ElfImage *image, const uint8_t *table,
                         uint64_t table_size, uint64_t strings_size)
{
    size_t size = image->bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

    symbols->list = g_new(Symbol, table_size / size + 1);
    for (uint64_t at = 0; at + size <= table_size; at += size) {
        const uint8_t *raw = table + at;
        unsigned type = SYM_FIELD(image, raw, st_info) & 0xf;
        uint64_t name = SYM_FIELD(image, raw, st_name);
        Symbol *symbol = &symbols->list[symbols->nb];

        if ((type != STT_FUNC && type != STT_NOTYPE) || name == 0 || name >= strings_size ||
            SYM_FIELD(image, raw, st_shndx) == SHN_UNDEF ||
            !vaddr_to_offset(image, SYM_FIELD(image, raw, st_value), &symbol->offset)) {
            continue;
        }
        symbol->name = symbols->strings + name;
        symbol->size = SYM_FIELD(image, raw, st_size);
        /* "$x", ".L12": marks of assembler and ABI, no functions. */
        symbols->nb += symbol->name[0] != '$' && symbol->name[0] != '.' && symbol->name[0];
    }
    qsort(symbols->list, symbols->nb, sizeof(Symbol), compare_symbols);
}

static Symbols *read_table(const ElfSource *source, const ElfImage *image, uint32_t type)
{
    Section section, strings;

    for (unsigned i = 0; read_section(source, image, i, &section); i++) {
        Symbols *symbols;
        char *table;

        if (section.type != type || !read_section(source, image, section.link, &strings)) {
            continue;
        }
        symbols = g_new0(Symbols, 1);
        table = read_contents(source, &section);
        symbols->strings = read_contents(source, &strings);
        if (table && symbols->strings) {
            decode_table(symbols, image, (const uint8_t *)table, section.size, strings.size);
        }
        g_free(table);
        if (symbols->nb) {
            return symbols;
        }
        symbols_free(symbols);
    }
    return NULL;
}

Symbols *symbols_read(const char *path)
{
    ElfSource source;
    ElfImage image;
    Symbols *symbols = NULL;

    if (elf_image_open(path, &source, &image)) {
        symbols = read_table(&source, &image, SHT_SYMTAB);
        symbols = symbols ? symbols : read_table(&source, &image, SHT_DYNSYM);
        elf_image_close(&source, &image);
    }
    return symbols;
}

void symbols_free(Symbols *symbols)
{
    if (symbols) {
        g_free(symbols->list);
        g_free(symbols->strings);
        g_free(symbols);
    }
}

bool symbols_find(const Symbols *symbols, uint64_t file_offset, const char **ret_name,
                  uint64_t *ret_offset)
{
    size_t low = 0, high = symbols->nb;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (symbols->list[mid].offset <= file_offset) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    if (low == 0) {
        return false;
    }
    *ret_name = symbols->list[low - 1].name;
    *ret_offset = file_offset - symbols->list[low - 1].offset;
    /* Assembly routines may have no size: they reach to the next symbol. */
    return symbols->list[low - 1].size == 0 || *ret_offset < symbols->list[low - 1].size;
}

/*
 * AccelHooks.symbol and .line: which file is mapped at pc, and what it has there.
 */

/* Of a file; either is NULL where it has none. */
typedef struct FileNames {
    char *path;
    Symbols *symbols;
    Lines *lines;
    bool lines_read; /* that takes longer, and few ask */
} FileNames;

/* Entries stay, since names are handed out. */
static struct NameCache {
    pthread_mutex_t lock;
    GHashTable *by_path;
    GHashTable *by_mapping; /* GuestMapping.file: what path that is takes a look at all mappings */
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER };

static FileNames *names_of_path(const char *path)
{
    FileNames *names = g_hash_table_lookup(cache.by_path, path);

    if (!names) {
        names = g_new0(FileNames, 1);
        names->path = g_strdup(path);
        names->symbols = symbols_read(path);
        g_hash_table_insert(cache.by_path, names->path, names);
    }
    return names;
}

/* The lock is held; NULL: no file. */
static FileNames *names_of(GuestMm *mm, const GuestMapping *map)
{
    g_autofree char *path = NULL;
    gpointer names;

    if (!cache.by_path) {
        cache.by_path = g_hash_table_new(g_str_hash, g_str_equal);
        cache.by_mapping = g_hash_table_new(g_direct_hash, g_direct_equal);
    }
    if (!g_hash_table_lookup_extended(cache.by_mapping, GSIZE_TO_POINTER(map->file), NULL,
                                      &names)) {
        path = guest_mm_file(mm, map->start);
        names = path ? names_of_path(path) : NULL;
        g_hash_table_insert(cache.by_mapping, GSIZE_TO_POINTER(map->file), names);
    }
    return names;
}

/* What is at pc, and where that is in the file; NULL: no file. */
static const FileNames *names_at(GuestAddr pc, bool want_lines, uint64_t *ret_offset)
{
    Process *process = process_self();
    FileNames *names;
    GuestMapping map;

    if (!process || !guest_mm_next(process->mm, pc, &map) || map.start > pc || !map.file) {
        return NULL;
    }
    pthread_mutex_lock(&cache.lock);
    names = names_of(process->mm, &map);
    if (names && want_lines && !names->lines_read) {
        names->lines = lines_read(names->path);
        names->lines_read = true;
    }
    pthread_mutex_unlock(&cache.lock);
    *ret_offset = pc - map.start + map.offset;
    return names;
}

bool process_symbol(GuestAddr pc, const char **ret_name, uint64_t *ret_offset)
{
    uint64_t offset;
    const FileNames *names = names_at(pc, false, &offset);

    return names && names->symbols && symbols_find(names->symbols, offset, ret_name, ret_offset);
}

bool process_line(GuestAddr pc, const char **ret_file, unsigned *ret_line)
{
    uint64_t offset;
    const FileNames *names = names_at(pc, true, &offset);

    return names && names->lines && lines_find(names->lines, offset, ret_file, ret_line);
}
