/*
 * Disassembler: bytes and an architecture to text.  capstone is known to disas/ alone.
 */
#ifndef DISAS_DISAS_H
#define DISAS_DISAS_H

#include <stddef.h>
#include <stdint.h>

typedef enum DisasArch {
    DISAS_X86_64,
    DISAS_I386,
    DISAS_COUNT,
} DisasArch;

typedef struct Disas Disas;

/* For one thread at a time; NULL when capstone is not there, or was built without the architecture. */
Disas *disas_new(DisasArch arch);
void disas_free(Disas *disas);

/*
 * The instruction at bytes, which runs at address, as text in buf; its length, or 0 when the avail bytes do
 * not start with an instruction (buf is left alone).
 */
unsigned disas_insn(Disas *disas, const uint8_t *bytes, size_t avail, uint64_t address, char *buf,
                    size_t size);

#endif
