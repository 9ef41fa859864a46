/*
 * What guest memory a region touches when it runs from a given state.
 */
#ifndef ACCEL_TCG_REGION_READS_H
#define ACCEL_TCG_REGION_READS_H

#include <glib.h>

#include "tcg/helper.h"
#include "tcg/ir.h"

/* Copy guest memory; false: there is none. */
typedef bool ReadMemory(uint64_t addr, void *buf, size_t size);

/*
 * The aligned 8-byte words that r reads or writes, and what is in them before: a tree of uint64_t
 * values by uint64_t addresses, in the host's byte order; g_tree_unref() it.  Words that cannot be read are not in it, nor
 * are those whose address comes out of floating point, vectors or helpers.  Neither state nor memory changes.
 */
GTree *region_reads(const TcgRegion *r, const void *state, size_t state_size, ReadMemory *read);

#endif
