/*
 * What the immediates of each operation mean, and their names in the text form.
 */
#ifndef IR_IMM_H
#define IR_IMM_H

#include "tcg/ir.h"

typedef enum ImmKind {
    IMM_NUMBER, /* small and unsigned */
    IMM_HEX,    /* addresses, offsets */
    IMM_DISP,   /* signed, 32 bits */
    IMM_COND,
    IMM_FCOND,
    IMM_ROUND,
    IMM_NAN,
    IMM_MEMOP,
    IMM_RMW,
    IMM_FENCE,
    IMM_JUMP,
    IMM_EXIT,
} ImmKind;

ImmKind imm_kind(TcgOpcode code, unsigned n);

/* Names of the values of an enumerated kind, ended by NULL; NULL for the other kinds. */
const char *const *imm_names(ImmKind kind);

void imm_print(FILE *out, ImmKind kind, uint64_t imm);
/* text without the "#", NUL-terminated. */
bool imm_parse(const char *text, ImmKind kind, uint64_t *ret);

#endif
