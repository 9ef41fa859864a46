/*
 * Line number program, and the smallest .debug_info that leads to it (DWARF 4, 6.2 and 7.5).
 *
 * No special opcodes: debuggers read it once, when somebody asks.
 */
#include "tcg/jit-lines.h"

#include <stdbool.h>
#include <string.h>

enum {
    DW_TAG_compile_unit = 0x11,
    DW_AT_name = 0x03,
    DW_AT_stmt_list = 0x10,
    DW_AT_low_pc = 0x11,
    DW_AT_high_pc = 0x12,
    DW_FORM_addr = 0x01,
    DW_FORM_data8 = 0x07,
    DW_FORM_string = 0x08,
    DW_FORM_sec_offset = 0x17,
    DW_LNS_copy = 1,
    DW_LNS_advance_pc = 2,
    DW_LNS_advance_line = 3,
    DW_LNS_set_file = 4,
    DW_LNE_end_sequence = 1,
    DW_LNE_set_address = 2,
    OPCODE_BASE = 10, /* no opcodes behind DWARF 2's, no special ones used */
};

typedef struct LineRow {
    uint64_t addr;
    unsigned file, line; /* 0: a gap */
} LineRow;

struct TcgJitLines {
    GArray *rows;
    GPtrArray *files; /* number n + 1 */
    GHashTable *numbers;
};

TcgJitLines *tcg_jit_lines_new(void)
{
    TcgJitLines *lines = g_new0(TcgJitLines, 1);

    lines->rows = g_array_new(FALSE, FALSE, sizeof(LineRow));
    lines->files = g_ptr_array_new_with_free_func(g_free);
    lines->numbers = g_hash_table_new(g_str_hash, g_str_equal);
    return lines;
}

void tcg_jit_lines_free(TcgJitLines *lines)
{
    if (lines) {
        g_array_unref(lines->rows);
        g_hash_table_unref(lines->numbers);
        g_ptr_array_unref(lines->files);
        g_free(lines);
    }
}

static unsigned file_number(TcgJitLines *lines, const char *file)
{
    gpointer number = g_hash_table_lookup(lines->numbers, file);

    if (!number) {
        char *copy = g_strdup(file);

        g_ptr_array_add(lines->files, copy);
        number = GUINT_TO_POINTER(lines->files->len);
        g_hash_table_insert(lines->numbers, copy, number);
    }
    return GPOINTER_TO_UINT(number);
}

void tcg_jit_lines_add(TcgJitLines *lines, uint64_t addr, const char *file, unsigned line)
{
    LineRow row = { .addr = addr, .file = line ? file_number(lines, file) : 0, .line = line };
    const LineRow *last = lines->rows->len
                              ? &g_array_index(lines->rows, LineRow, lines->rows->len - 1)
                              : &(LineRow){ 0 };

    if (row.file != last->file || row.line != last->line) {
        g_array_append_val(lines->rows, row);
    }
}

unsigned tcg_jit_lines_rows(const TcgJitLines *lines)
{
    return lines->rows->len;
}

/* ------------------------------------------------------------------ bytes */

static void put(GByteArray *out, uint64_t value, unsigned bytes)
{
    value = GUINT64_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&value, bytes);
}

static void put_uleb(GByteArray *out, uint64_t value)
{
    do {
        uint8_t byte = value & 0x7f;

        value >>= 7;
        put(out, value ? byte | 0x80 : byte, 1);
    } while (value);
}

static void put_sleb(GByteArray *out, int64_t value)
{
    bool more;

    do {
        uint8_t byte = value & 0x7f;

        value >>= 7;
        more = !((value == 0 && !(byte & 0x40)) || (value == -1 && byte & 0x40));
        put(out, more ? byte | 0x80 : byte, 1);
    } while (more);
}

static void put_string(GByteArray *out, const char *text)
{
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text) + 1);
}

static size_t begin_length(GByteArray *out)
{
    put(out, 0, 4);
    return out->len;
}

static void end_length(GByteArray *out, size_t start)
{
    uint32_t length = GUINT32_TO_LE((uint32_t)(out->len - start));

    memcpy(out->data + start - 4, &length, sizeof(length));
}

/* ------------------------------------------------------------------ sections */

static void put_info(GByteArray *info, GByteArray *abbrev, uint64_t start, uint64_t end,
                     unsigned word)
{
    static const uint8_t attributes[][2] = {
        { DW_AT_name, DW_FORM_string },
        { DW_AT_stmt_list, DW_FORM_sec_offset },
        { DW_AT_low_pc, DW_FORM_addr },
        { DW_AT_high_pc, DW_FORM_data8 },
        { 0, 0 },
    };
    size_t length = begin_length(info);

    put(info, 4, 2); /* version */
    put(info, 0, 4); /* offset in .debug_abbrev */
    put(info, word, 1);
    put_uleb(info, 1);
    put_string(info, "guest code");
    put(info, 0, 4); /* offset in .debug_line */
    put(info, start, word);
    put(info, end - start, 8);
    end_length(info, length);
    put_uleb(abbrev, 1);
    put_uleb(abbrev, DW_TAG_compile_unit);
    put(abbrev, 0, 1); /* no children */
    g_byte_array_append(abbrev, attributes[0], sizeof(attributes));
    put(abbrev, 0, 1);
}

static void put_header(const TcgJitLines *lines, GByteArray *out)
{
    static const uint8_t operands[OPCODE_BASE - 1] = { 0, 1, 1, 1, 1, 0, 0, 0, 1 };
    size_t length;

    put(out, 4, 2); /* version */
    length = begin_length(out);
    put(out, 1, 1); /* smallest instruction */
    put(out, 1, 1); /* operations of an instruction */
    put(out, 1, 1); /* rows are statements */
    put(out, 0, 1); /* line base */
    put(out, 1, 1); /* line range */
    put(out, OPCODE_BASE, 1);
    g_byte_array_append(out, operands, sizeof(operands));
    put(out, 0, 1); /* no folders: names are paths */
    for (unsigned n = 0; n < lines->files->len; n++) {
        put_string(out, lines->files->pdata[n]);
        put(out, 0, 3); /* folder, time, size */
    }
    put(out, 0, 1);
    end_length(out, length);
}

static void put_extended(GByteArray *out, uint8_t opcode, uint64_t value, unsigned bytes)
{
    put(out, 0, 1);
    put_uleb(out, 1 + bytes);
    put(out, opcode, 1);
    put(out, value, bytes);
}

/* A sequence per run of rows without a gap. */
static void put_program(const TcgJitLines *lines, uint64_t end, unsigned word, GByteArray *out)
{
    LineRow now = { 0 };

    for (unsigned n = 0; n <= lines->rows->len; n++) {
        LineRow row = n < lines->rows->len ? g_array_index(lines->rows, LineRow, n)
                                           : (LineRow){ .addr = end };

        if (!now.line && !row.line) {
            continue;
        }
        if (!now.line) {
            put_extended(out, DW_LNE_set_address, row.addr, word);
            now = (LineRow){ row.addr, 1, 1 };
        }
        put(out, DW_LNS_advance_pc, 1);
        put_uleb(out, row.addr - now.addr);
        if (!row.line) {
            put_extended(out, DW_LNE_end_sequence, 0, 0);
        } else {
            put(out, DW_LNS_set_file, 1);
            put_uleb(out, row.file);
            put(out, DW_LNS_advance_line, 1);
            put_sleb(out, (int64_t)row.line - (int64_t)now.line);
            put(out, DW_LNS_copy, 1);
        }
        now = row;
    }
}

void tcg_jit_lines_write(const TcgJitLines *lines, uint64_t start, uint64_t end, unsigned word,
                         GByteArray *info, GByteArray *abbrev, GByteArray *line)
{
    size_t length = begin_length(line);

    put_info(info, abbrev, start, end, word);
    put_header(lines, line);
    put_program(lines, end, word, line);
    end_length(line, length);
}
