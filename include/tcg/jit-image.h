/*
 * An ELF file in memory that tells a debugger about generated code: call frame information and
 * symbols for one range of it.
 *
 * It grows in place, symbol by symbol, and is a whole file at any time, so whoever reads it from the stopped process
 * or from a core file finds all that has been generated so far.
 */
#ifndef TCG_JIT_IMAGE_H
#define TCG_JIT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcg/jit-lines.h"
#include "tcg/unwind.h"

typedef struct TcgJitImage TcgJitImage;

/*
 * An image of the code in range, whose .text has that address and no contents, with room for so many symbols and
 * bytes of their names; memory is touched as it fills.  NULL: no memory.
 *
 * Needs: the backend has a TcgHostDwarf; target stays as it is only during the call.
 */
TcgJitImage *tcg_jit_image_new(const TcgTarget *target, const TcgUnwindRange *range,
                               unsigned max_symbols, size_t max_names);
void tcg_jit_image_free(TcgJitImage *image);

/* A function at addr; false: the image is full. The caller serialises. */
bool tcg_jit_image_add(TcgJitImage *image, uint64_t addr, uint64_t size, const char *name);
/* Its source lines, until it is cleared; false: there is no room for them. */
bool tcg_jit_image_set_lines(TcgJitImage *image, const TcgJitLines *lines);
/* Forget all symbols and lines. */
void tcg_jit_image_clear(TcgJitImage *image);

/*
 * For a file on disk: .text has contents from tcg_jit_image_text() of the file on, which the caller
 * writes there behind the size bytes of tcg_jit_image_file().
 */
void tcg_jit_image_set_text(TcgJitImage *image);
uint64_t tcg_jit_image_text(const TcgJitImage *image, size_t size);

unsigned tcg_jit_image_symbols(const TcgJitImage *image);
/* The file; its address never changes, its size does not shrink but by tcg_jit_image_clear(). */
const void *tcg_jit_image_file(const TcgJitImage *image, size_t *ret_size);

#endif
