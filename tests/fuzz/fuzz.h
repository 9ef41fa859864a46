/*
 * What the fuzz targets share.
 *
 * A target is one function, LLVMFuzzerTestOneInput(): any bytes, and whatever they are, nothing
 * crashes, no sanitizer and no assertion complains.  libFuzzer calls it on what it makes up, and
 * replay.c, without libFuzzer, on the files of a corpus.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "tcg/backend.h"
#include "tcg/ir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a replay does that is given no files, from a fixed seed; NULL: nothing. */
extern void (*const fuzz_without_files)(void);

/* The region's text, malloc'ed. */
char *fuzz_region_text(const TcgRegion *r);

/* parse(print(r)) equals r, calls included: their helpers are registered. */
void fuzz_check_text(const TcgRegion *r);

/*
 * Everything that happens to a verified region on its way to host code, each step checked: the passes
 * but those of the mask skip, register allocation, emission into exactly space bytes.  Nothing when there
 * are vectors that the backend is too narrow for.
 */
void fuzz_compile(TcgRegion *r, const TcgBackend *backend, uint64_t skip, size_t space);

#endif
