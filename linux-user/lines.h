/*
 * Source lines out of an ELF file's debug information; for debuggers that ask.
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Lines Lines;

/* The rows of .debug_line of the file at path; NULL if it cannot be read or has none. */
Lines *lines_read(const char *path);
void lines_free(Lines *lines);

/* The line of the code at this file offset.  The name lives as long as lines. */
bool lines_find(const Lines *lines, uint64_t file_offset, const char **ret_file,
                unsigned *ret_line);

#endif
