/*
 * Function names out of an ELF file's symbol tables.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Symbols Symbols;

/* The functions of the file at path; NULL if it cannot be read or has none. */
Symbols *symbols_read(const char *path);
void symbols_free(Symbols *symbols);

/*
 * The function that covers the code at this file offset.  The name lives as long as symbols.
 */
bool symbols_find(const Symbols *symbols, uint64_t file_offset, const char **ret_name,
                  uint64_t *ret_offset);

#endif
