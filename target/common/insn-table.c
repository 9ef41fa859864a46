/*
 * Instruction rows -> text, and text -> instruction.
 *
 * Both walk the row's text; a {field} is handed to the guest's syntax.  The assembler tries the
 * rows of the given name one after the other, so a row's text is all the grammar there is.
 */
#include "target/insn-table.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int64_t field_get(const InsnField *field, uint32_t insn)
{
    uint32_t value = 0;

    if (!field->bits) {
        return field->constant;
    }
    for (unsigned i = 0; i < field->nb_pieces; i++) {
        InsnPiece piece = field->piece[i];

        value |= (insn >> piece.insn_lsb & ((UINT64_C(1) << piece.width) - 1)) << piece.value_lsb;
    }
    if (field->is_signed) {
        unsigned shift = 32 - field->bits;

        return (int32_t)(value << shift) >> shift;
    }
    return (int64_t)value + field->bias;
}

/* Add a field to insn; false if the value does not fit. */
static bool field_put(const InsnField *field, int64_t value, uint32_t *insn)
{
    uint32_t bits = (uint32_t)(value - field->bias);

    if (!field->bits) {
        return value == field->constant;
    }
    for (unsigned i = 0; i < field->nb_pieces; i++) {
        InsnPiece piece = field->piece[i];
        uint32_t mask = (UINT64_C(1) << piece.width) - 1;

        *insn |= (bits >> piece.value_lsb & mask) << piece.insn_lsb;
    }
    return field_get(field, *insn) == value;
}

static const InsnField *find_field(const InsnRow *row, const char *name, size_t length)
{
    for (unsigned i = 0; i < row->nb_fields; i++) {
        if (!strncmp(row->fields[i].name, name, length) && !row->fields[i].name[length]) {
            return &row->fields[i];
        }
    }
    return NULL;
}

/* The field named at the { text points to; *text moves behind the }. */
static const InsnField *next_field(const InsnRow *row, const char **text)
{
    const char *name = *text + 1;
    size_t length = strcspn(name, "}");

    *text = name + length + 1;
    return find_field(row, name, length);
}

static uint32_t masked_value(uint32_t insn, uint32_t mask)
{
    return (insn & mask) >> __builtin_ctz(mask);
}

static bool row_matches(const InsnRow *row, uint32_t insn)
{
    if ((insn & row->mask) != row->match) {
        return false;
    }
    for (size_t i = 0; i < sizeof(row->forbid) / sizeof(row->forbid[0]); i++) {
        if (row->forbid[i].mask && (insn & row->forbid[i].mask) == row->forbid[i].value) {
            return false;
        }
    }
    return !row->same[0] || masked_value(insn, row->same[0]) == masked_value(insn, row->same[1]);
}

const InsnRow *insn_table_find(const InsnTable *table, uint32_t insn, unsigned size)
{
    for (size_t i = 0; i < table->nb_rows; i++) {
        if (table->rows[i].size == size && row_matches(&table->rows[i], insn)) {
            return &table->rows[i];
        }
    }
    return NULL;
}

typedef struct TextBuf {
    char *buf;
    size_t size, length;
} TextBuf;

static void put_char(TextBuf *out, char c)
{
    if (out->length + 1 < out->size) {
        out->buf[out->length++] = c;
        out->buf[out->length] = 0;
    }
}

static void put_field(TextBuf *out, const InsnSyntax *syntax, const InsnField *field, uint32_t insn,
                      uint64_t pc)
{
    char text[64] = "";

    syntax->print(text, sizeof(text), field->kind, field_get(field, insn), pc);
    for (const char *p = text; *p; p++) {
        put_char(out, *p);
    }
}

bool insn_print(const InsnSet *set, uint32_t insn, unsigned size, uint64_t pc, char *buf,
                size_t buf_size)
{
    const InsnRow *row = insn_table_find(set->table, insn, size);
    TextBuf out = { buf, buf_size, 0 };
    const char *text;

    if (!row) {
        return false;
    }
    for (const char *p = row->name; *p; p++) {
        put_char(&out, *p);
    }
    text = row->text;
    if (*text == '~') {
        text++;
    } else if (*text) {
        put_char(&out, ' ');
    }
    while (*text) {
        if (*text == '{') {
            put_field(&out, set->syntax, next_field(row, &text), insn, pc);
        } else {
            put_char(&out, *text++);
        }
    }
    return true;
}

static const char *skip_space(const char *text)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    return text;
}

/* Match text with the row's; false if it is not of this shape or an operand does not fit. */
static bool assemble_operands(const InsnRow *row, const InsnSyntax *syntax, const char *text,
                              uint64_t pc, uint32_t *insn)
{
    const char *shape = row->text;
    bool glued = *shape == '~';

    shape += glued;
    while (*shape) {
        if (*shape == '{') {
            const InsnField *field = next_field(row, &shape);
            int64_t value = 0;

            text = syntax->parse(glued ? text : skip_space(text), field->kind, pc, &value);
            if (!text || !field_put(field, value, insn)) {
                return false;
            }
        } else if (*shape == ' ') {
            shape++;
        } else if (*skip_space(text) == *shape) {
            text = skip_space(text) + 1;
            shape++;
        } else {
            return false;
        }
        glued = false;
    }
    return !*skip_space(text);
}

/* Where the operands of row begin in text; NULL if it names another instruction. */
static const char *match_name(const InsnRow *row, const char *text)
{
    size_t length = strlen(row->name);

    if (strncmp(text, row->name, length)) {
        return NULL;
    }
    text += length;
    return *row->text == '~' || !*text || isspace((unsigned char)*text) ? text : NULL;
}

unsigned insn_assemble(const InsnSet *set, const char *text, uint64_t pc, uint32_t *ret)
{
    const InsnTable *table = set->table;

    text = skip_space(text);
    for (size_t i = 0; i < table->nb_rows; i++) {
        const InsnRow *row = &table->rows[i];
        const char *operands = match_name(row, text);
        uint32_t insn = row->match;

        if (!operands || !assemble_operands(row, set->syntax, operands, pc, &insn)) {
            continue;
        }
        if (row->same[0]) {
            insn |= masked_value(insn, row->same[1]) << __builtin_ctz(row->same[0]);
        }
        if (row_matches(row, insn)) {
            *ret = insn;
            return row->size;
        }
    }
    return 0;
}
