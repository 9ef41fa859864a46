/*
 * .debug_line to a sorted list of (code, file, line): DWARF 2 to 5 (DWARF 5, 6.2).
 *
 * Addresses are kept as file offsets, as symbols.c keeps them.  A file may be broken anywhere: a
 * reader that has run out of bytes gives zeros, and the unit it is in ends.
 */
#include "lines.h"

#include <elf.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "elf-image.h"

enum {
    MAX_SECTION = 1 << 30,
    DW_LNCT_path = 1,
    DW_LNCT_directory_index = 2,
    DW_FORM_block = 0x09,
    DW_FORM_data1 = 0x0b,
    DW_FORM_data2 = 0x05,
    DW_FORM_data4 = 0x06,
    DW_FORM_data8 = 0x07,
    DW_FORM_string = 0x08,
    DW_FORM_strp = 0x0e,
    DW_FORM_udata = 0x0f,
    DW_FORM_data16 = 0x1e,
    DW_FORM_line_strp = 0x1f,
};

typedef struct LineRow {
    uint64_t start, end; /* file offsets */
    const char *file;
    unsigned line;
} LineRow;

struct Lines {
    GArray *rows; /* by start */
    GStringChunk *names;
};

typedef struct Bytes {
    uint8_t *data;
    size_t size;
} Bytes;

typedef struct LineReader {
    const ElfImage *image;
    Lines *lines;
    Bytes line, str, line_str;
    size_t at, end; /* in line */
    /* Of the unit. */
    unsigned offset_size;
    unsigned min_insn, line_range, opcode_base;
    int line_base;
    uint8_t operands[256];
    GPtrArray *folders, *files; /* interned in lines->names */
    unsigned first_file;        /* number of files[0] */
} LineReader;

/* ------------------------------------------------------------------ bytes */

static uint64_t get(LineReader *r, unsigned size)
{
    uint64_t value = 0;

    if (r->end - r->at < size) {
        r->at = r->end;
        return 0;
    }
    value = elf_number(r->image, r->line.data + r->at, size);
    r->at += size;
    return value;
}

static uint64_t get_leb(LineReader *r, bool is_signed)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = (uint8_t)get(r, 1);
        value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        shift += 7;
    } while (byte & 0x80 && r->at < r->end);
    if (is_signed && byte & 0x40 && shift < 64) {
        value |= UINT64_MAX << shift;
    }
    return value;
}

static uint64_t get_uleb(LineReader *r)
{
    return get_leb(r, false);
}

/* All sections are followed by a NUL. */
static const char *get_string(LineReader *r)
{
    const char *text = (const char *)r->line.data + r->at;

    r->at = MIN(r->end, r->at + strlen(text) + 1);
    return text;
}

static const char *string_at(const Bytes *bytes, uint64_t offset)
{
    return offset < bytes->size ? (const char *)bytes->data + offset : "";
}

static void skip(LineReader *r, uint64_t size)
{
    r->at = size < r->end - r->at ? r->at + size : r->end;
}

/* ------------------------------------------------------------------ names */

static const char *path_of(LineReader *r, uint64_t folder, const char *name)
{
    g_autofree char *path = NULL;

    if (g_path_is_absolute(name) || folder >= r->folders->len) {
        return g_string_chunk_insert_const(r->lines->names, name);
    }
    path = g_build_filename(r->folders->pdata[folder], name, NULL);
    return g_string_chunk_insert_const(r->lines->names, path);
}

/* Until DWARF 4 folder 0 is the compilation's, which .debug_info has. */
static void read_names_v2(LineReader *r)
{
    g_ptr_array_add(r->folders, (char *)"");
    while (r->at < r->end && r->line.data[r->at]) {
        g_ptr_array_add(r->folders, (char *)get_string(r));
    }
    get(r, 1);
    while (r->at < r->end && r->line.data[r->at]) {
        const char *name = get_string(r);
        uint64_t folder = get_uleb(r);

        get_uleb(r);
        get_uleb(r);
        g_ptr_array_add(r->files, (char *)path_of(r, folder, name));
    }
    r->first_file = 1;
}

/* A value of an entry: text, or a number. */
static const char *read_form(LineReader *r, uint64_t form, uint64_t *ret_number)
{
    *ret_number = 0;
    switch (form) {
    case DW_FORM_string:
        return get_string(r);
    case DW_FORM_strp:
        return string_at(&r->str, get(r, r->offset_size));
    case DW_FORM_line_strp:
        return string_at(&r->line_str, get(r, r->offset_size));
    case DW_FORM_data16:
        skip(r, 16);
        return NULL;
    case DW_FORM_block:
        skip(r, get_uleb(r));
        return NULL;
    case DW_FORM_data1:
    case DW_FORM_data2:
    case DW_FORM_data4:
    case DW_FORM_data8:
        *ret_number = get(r, form == DW_FORM_data1   ? 1
                             : form == DW_FORM_data2 ? 2
                             : form == DW_FORM_data4 ? 4
                                                     : 8);
        return NULL;
    case DW_FORM_udata:
        *ret_number = get_uleb(r);
        return NULL;
    default:
        r->at = r->end; /* of unknown length */
        return NULL;
    }
}

static void read_names_v5(LineReader *r, bool are_files)
{
    uint64_t kinds[255], forms[255], nb, number;
    unsigned nb_kinds = (unsigned)get(r, 1);

    for (unsigned n = 0; n < nb_kinds; n++) {
        kinds[n] = get_uleb(r);
        forms[n] = get_uleb(r);
    }
    nb = get_uleb(r);
    for (uint64_t i = 0; i < nb && r->at < r->end; i++) {
        const char *name = "";
        uint64_t folder = 0;

        for (unsigned n = 0; n < nb_kinds; n++) {
            const char *text = read_form(r, forms[n], &number);

            if (kinds[n] == DW_LNCT_path) {
                name = text ? text : "";
            } else if (kinds[n] == DW_LNCT_directory_index) {
                folder = number;
            }
        }
        if (are_files) {
            g_ptr_array_add(r->files, (char *)path_of(r, folder, name));
        } else {
            /* Folder 0 is absolute, the others may be relative to it. */
            g_ptr_array_add(r->folders, (char *)(i ? path_of(r, 0, name) : name));
        }
    }
    r->first_file = 0;
}

/* ------------------------------------------------------------------ rows */

typedef struct LineState {
    uint64_t address;
    uint64_t file;
    unsigned line;
    bool has_last;
    LineRow last; /* start is an address still */
} LineState;

static void emit_row(LineReader *r, LineState *s)
{
    uint64_t n = s->file - r->first_file;

    if (s->has_last && s->last.start < s->address && s->last.file) {
        s->last.end = s->address;
        g_array_append_val(r->lines->rows, s->last);
    }
    s->has_last = true;
    s->last = (LineRow){ .start = s->address,
                         .file = n < r->files->len ? r->files->pdata[n] : NULL,
                         .line = s->line };
}

static void run_extended(LineReader *r, LineState *s)
{
    uint64_t length = get_uleb(r);
    size_t after = length < r->end - r->at ? r->at + length : r->end;

    switch (length ? get(r, 1) : 0) {
    case 1: /* DW_LNE_end_sequence */
        emit_row(r, s);
        *s = (LineState){ .file = 1, .line = 1 };
        break;
    case 2: /* DW_LNE_set_address */
        s->address = get(r, length - 1 <= 8 ? (unsigned)length - 1 : 0);
        break;
    }
    r->at = after;
}

static void run_standard(LineReader *r, LineState *s, unsigned opcode)
{
    switch (opcode) {
    case 1: /* DW_LNS_copy */
        emit_row(r, s);
        break;
    case 2: /* DW_LNS_advance_pc */
        s->address += get_uleb(r) * r->min_insn;
        break;
    case 3: /* DW_LNS_advance_line */
        s->line += (unsigned)get_leb(r, true);
        break;
    case 4: /* DW_LNS_set_file */
        s->file = get_uleb(r);
        break;
    case 8: /* DW_LNS_const_add_pc */
        s->address += (255 - r->opcode_base) / r->line_range * r->min_insn;
        break;
    case 9: /* DW_LNS_fixed_advance_pc */
        s->address += get(r, 2);
        break;
    default:
        for (unsigned n = 0; n < r->operands[opcode]; n++) {
            get_uleb(r);
        }
    }
}

static void run_program(LineReader *r)
{
    LineState s = { .file = 1, .line = 1 };

    while (r->at < r->end) {
        unsigned opcode = (unsigned)get(r, 1);

        if (opcode >= r->opcode_base) {
            opcode -= r->opcode_base;
            s.address += opcode / r->line_range * r->min_insn;
            s.line += (unsigned)(r->line_base + (int)(opcode % r->line_range));
            emit_row(r, &s);
        } else if (opcode == 0) {
            run_extended(r, &s);
        } else {
            run_standard(r, &s, opcode);
        }
    }
}

/* ------------------------------------------------------------------ units */

/* False: it cannot be read. */
static bool read_header(LineReader *r)
{
    unsigned version = (unsigned)get(r, 2);
    uint64_t header, program;

    if (version < 2 || version > 5) {
        return false;
    }
    skip(r, version >= 5 ? 2 : 0); /* size of addresses and segments */
    header = get(r, r->offset_size);
    if (header > r->end - r->at) {
        return false;
    }
    program = r->at + header;
    r->min_insn = (unsigned)get(r, 1);
    skip(r, version >= 4 ? 2 : 1); /* operations of an instruction, default of is_stmt */
    r->line_base = (int8_t)get(r, 1);
    r->line_range = (unsigned)get(r, 1);
    r->opcode_base = (unsigned)get(r, 1);
    for (unsigned n = 1; n < r->opcode_base; n++) {
        r->operands[n] = (uint8_t)get(r, 1);
    }
    if (version >= 5) {
        read_names_v5(r, false);
        read_names_v5(r, true);
    } else {
        read_names_v2(r);
    }
    r->at = program;
    return r->line_range > 0 && r->opcode_base > 0;
}

static void read_units(LineReader *r)
{
    size_t next = 0;

    r->folders = g_ptr_array_new();
    r->files = g_ptr_array_new();
    while (next < r->line.size) {
        uint64_t length;

        r->at = next;
        r->end = r->line.size;
        length = get(r, 4);
        r->offset_size = length == UINT32_MAX ? 8 : 4;
        length = r->offset_size == 8 ? get(r, 8) : length;
        r->end = length < r->end - r->at ? r->at + length : r->end;
        next = r->end;
        g_ptr_array_set_size(r->folders, 0);
        g_ptr_array_set_size(r->files, 0);
        if (read_header(r)) {
            run_program(r);
        }
    }
    g_ptr_array_unref(r->folders);
    g_ptr_array_unref(r->files);
}

/* ------------------------------------------------------------------ the file */

#define SHDR(image, raw, field)                                                     \
    ((image)->bits == 64 ? elf_number((image), (raw) + offsetof(Elf64_Shdr, field), \
                                      sizeof(((Elf64_Shdr *)0)->field))             \
                         : elf_number((image), (raw) + offsetof(Elf32_Shdr, field), \
                                      sizeof(((Elf32_Shdr *)0)->field)))

static bool read_raw_section(const ElfSource *source, const ElfImage *image, unsigned i,
                             uint8_t raw[sizeof(Elf64_Shdr)])
{
    size_t size = image->bits == 64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);

    return i < image->shnum && image->shentsize == size &&
           elf_read(source, image->shoff + (uint64_t)i * size, raw, size);
}

/* With a NUL behind it; empty: not there. */
static Bytes read_bytes(const ElfSource *source, const ElfImage *image, const uint8_t *raw)
{
    Bytes bytes = { .size = SHDR(image, raw, sh_size) };

    if (SHDR(image, raw, sh_type) == SHT_NOBITS || SHDR(image, raw, sh_flags) & SHF_COMPRESSED ||
        bytes.size == 0 || bytes.size > MAX_SECTION) {
        return (Bytes){ 0 };
    }
    bytes.data = g_malloc(bytes.size + 1);
    bytes.data[bytes.size] = 0;
    if (!elf_read(source, SHDR(image, raw, sh_offset), bytes.data, bytes.size)) {
        g_free(bytes.data);
        return (Bytes){ 0 };
    }
    return bytes;
}

static void read_sections(const ElfSource *source, const ElfImage *image, LineReader *r)
{
    uint8_t raw[sizeof(Elf64_Shdr)], index[2];
    size_t at =
        image->bits == 64 ? offsetof(Elf64_Ehdr, e_shstrndx) : offsetof(Elf32_Ehdr, e_shstrndx);
    Bytes names = { 0 };

    if (elf_read(source, at, index, 2) &&
        read_raw_section(source, image, (unsigned)elf_number(image, index, 2), raw)) {
        names = read_bytes(source, image, raw);
    }
    for (unsigned i = 0; names.size && read_raw_section(source, image, i, raw); i++) {
        const char *name = string_at(&names, SHDR(image, raw, sh_name));
        Bytes *to = strcmp(name, ".debug_line") == 0       ? &r->line
                    : strcmp(name, ".debug_str") == 0      ? &r->str
                    : strcmp(name, ".debug_line_str") == 0 ? &r->line_str
                                                           : NULL;

        if (to && !to->data) {
            *to = read_bytes(source, image, raw);
        }
    }
    g_free(names.data);
}

static int compare_rows(const void *a, const void *b)
{
    const LineRow *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

/* Addresses to file offsets; what is in no segment goes (functions that were not linked). */
static void to_offsets(Lines *lines, const ElfImage *image)
{
    unsigned kept = 0;

    for (unsigned n = 0; n < lines->rows->len; n++) {
        LineRow row = g_array_index(lines->rows, LineRow, n);

        for (unsigned i = 0; i < image->nb_segments; i++) {
            const ElfSegment *segment = &image->segments[i];

            if (row.start >= segment->vaddr && row.end - segment->vaddr <= segment->filesz) {
                row.start += segment->offset - segment->vaddr;
                row.end += segment->offset - segment->vaddr;
                g_array_index(lines->rows, LineRow, kept++) = row;
                break;
            }
        }
    }
    g_array_set_size(lines->rows, kept);
    g_array_sort(lines->rows, compare_rows);
}

static Lines *read_lines(const ElfSource *source, const ElfImage *image)
{
    LineReader r = { .image = image };
    Lines *lines = NULL;

    read_sections(source, image, &r);
    if (r.line.size) {
        lines = r.lines = g_new0(Lines, 1);
        lines->rows = g_array_new(FALSE, FALSE, sizeof(LineRow));
        lines->names = g_string_chunk_new(4096);
        read_units(&r);
        to_offsets(lines, image);
    }
    g_free(r.line.data);
    g_free(r.str.data);
    g_free(r.line_str.data);
    if (lines && !lines->rows->len) {
        g_clear_pointer(&lines, lines_free);
    }
    return lines;
}

Lines *lines_read(const char *path)
{
    ElfSource source;
    ElfImage image;
    Lines *lines = NULL;

    if (elf_image_open(path, &source, &image)) {
        lines = read_lines(&source, &image);
        elf_image_close(&source, &image);
    }
    return lines;
}

void lines_free(Lines *lines)
{
    if (lines) {
        g_array_unref(lines->rows);
        g_string_chunk_free(lines->names);
        g_free(lines);
    }
}

bool lines_find(const Lines *lines, uint64_t file_offset, const char **ret_file, unsigned *ret_line)
{
    unsigned low = 0, high = lines->rows->len;
    const LineRow *row;

    while (low < high) {
        unsigned mid = low + (high - low) / 2;

        if (g_array_index(lines->rows, LineRow, mid).start <= file_offset) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    row = low ? &g_array_index(lines->rows, LineRow, low - 1) : NULL;
    if (!row || file_offset >= row->end || !row->line) {
        return false;
    }
    *ret_file = row->file;
    *ret_line = row->line;
    return true;
}
