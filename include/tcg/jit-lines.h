/*
 * Source lines of generated code: rows (address, file, line) to the DWARF sections that debuggers
 * read them from.
 */
#ifndef TCG_JIT_LINES_H
#define TCG_JIT_LINES_H

#include <glib.h>
#include <stdint.h>

typedef struct TcgJitLines TcgJitLines;

TcgJitLines *tcg_jit_lines_new(void);
void tcg_jit_lines_free(TcgJitLines *lines);

/* From addr on it is that line of file; addresses ascend.  line 0: from there on unknown. */
void tcg_jit_lines_add(TcgJitLines *lines, uint64_t addr, const char *file, unsigned line);
unsigned tcg_jit_lines_rows(const TcgJitLines *lines);

/* Append the sections, for code in [start, end); addresses are of so many bytes. */
void tcg_jit_lines_write(const TcgJitLines *lines, uint64_t start, uint64_t end, unsigned word,
                         GByteArray *info, GByteArray *abbrev, GByteArray *line);

#endif
