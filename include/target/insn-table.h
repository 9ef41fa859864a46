/*
 * Instructions as rows: what scripts/decodetree.py makes of a .decode file beside the decoder,
 * for printing and assembling.  Nothing here is on the translation path.
 *
 * A row's text is its operands, "{rd},{imm}({rs1})"; each {field} is printed and parsed by the
 * guest according to its kind.  Text starting with ~ follows the name without a space.
 */
#ifndef TARGET_INSN_TABLE_H
#define TARGET_INSN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct InsnPiece {
    uint8_t insn_lsb, value_lsb, width;
} InsnPiece;

typedef struct InsnField {
    const char *name;
    char kind;
    bool is_signed;
    uint8_t bits; /* of the value, sign included; 0: the field is constant */
    uint8_t bias; /* added to the bits */
    int32_t constant;
    uint8_t nb_pieces;
    InsnPiece piece[8];
} InsnField;

typedef struct InsnForbid {
    uint32_t mask, value;
} InsnForbid;

typedef struct InsnRow {
    const char *name, *text;
    uint8_t size; /* bytes */
    bool is_alias;
    uint32_t mask, match;
    uint8_t nb_fields;
    const InsnField *fields;
    InsnForbid forbid[3]; /* mask 0: none; not an instruction of this row if it matches */
    uint32_t same[2];     /* masks of equal fields, the first not in the text; 0: none */
} InsnRow;

/* Narrower rows lie before the wider ones that cover them. */
typedef struct InsnTable {
    const InsnRow *rows;
    size_t nb_rows;
} InsnTable;

/* The guest's part of an operand's text. */
typedef struct InsnSyntax {
    /* Returns the length as snprintf does. */
    int (*print)(char *buf, size_t size, char kind, int64_t value, uint64_t pc);
    /* Reads an operand at text; its end, or NULL. An optional operand may return text itself. */
    const char *(*parse)(const char *text, char kind, uint64_t pc, int64_t *ret);
} InsnSyntax;

typedef struct InsnSet {
    const InsnTable *table;
    const InsnSyntax *syntax;
} InsnSet;

/* The row of an instruction of size bytes, aliases first; NULL if none. */
const InsnRow *insn_table_find(const InsnTable *table, uint32_t insn, unsigned size);

/* Print an instruction; false if the table has none. */
bool insn_print(const InsnSet *set, uint32_t insn, unsigned size, uint64_t pc, char *buf,
                size_t buf_size);

/*
 * Assemble one line; returns the instruction's size in bytes, 0 if no row takes it.  The first row
 * that does is taken, so c.* forms are used only where they are named.
 */
unsigned insn_assemble(const InsnSet *set, const char *text, uint64_t pc, uint32_t *ret);

#endif
