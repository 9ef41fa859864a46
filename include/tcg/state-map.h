/*
 * State map: for a host code offset of a region, the guest pc, and where each global is whose
 * place differs from the boundary convention.
 *
 * Entries are sorted by offset and hold from their offset up to the next one.  The encoding
 * is private to state-map.c (LEB128 deltas).  The boundary convention: a global with a home
 * register is in it, any other is in the CPU state.
 */
#ifndef TCG_STATE_MAP_H
#define TCG_STATE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "tcg/ir.h"

typedef enum TcgLocKind {
    TCG_LOC_NONE,
    TCG_LOC_REG,   /* reg */
    TCG_LOC_STATE, /* CPU state at offset */
    TCG_LOC_FRAME, /* spill slot at offset from the stack pointer */
    TCG_LOC_CONST, /* val: a constant value of the region */
} TcgLocKind;

typedef struct TcgLoc {
    uint8_t kind; /* TcgLocKind */
    uint8_t reg;
    union {
        int32_t offset;
        TcgVal val;
    };
} TcgLoc;

/* A global away from its boundary place. */
typedef struct TcgStateItem {
    uint8_t global; /* index */
    TcgLoc loc;     /* CONST: bits below instead of loc.val */
    uint64_t bits;
} TcgStateItem;

typedef struct TcgStateEntry {
    uint32_t offset; /* host code offset from the region's start */
    uint64_t pc;
    unsigned nb_items;
    TcgStateItem item[TCG_MAX_GLOBALS];
} TcgStateEntry;

typedef struct TcgStateMapWriter {
    uint8_t *buf;
    size_t size, cap; /* g_malloc'ed buf, kept between regions */
    uint32_t last_offset;
    uint64_t last_pc;
} TcgStateMapWriter;

void tcg_state_map_begin(TcgStateMapWriter *w, uint64_t region_pc);
/* offset does not decrease; an entry with the offset of the one before replaces nothing: both are
 * kept and the later one is found. */
void tcg_state_map_add(TcgStateMapWriter *w, uint32_t offset, uint64_t pc,
                       const TcgStateItem *items, unsigned nb_items);
/* Free the buffer; the writer is as new. */
void tcg_state_map_done(TcgStateMapWriter *w);

/* The entry that holds at offset; false: none (before the first). */
bool tcg_state_map_find(const uint8_t *map, size_t size, uint64_t region_pc, uint32_t offset,
                        TcgStateEntry *ret);

/* Call fn for every entry in order. */
void tcg_state_map_each(const uint8_t *map, size_t size, uint64_t region_pc,
                        void (*fn)(uint32_t offset, uint64_t pc, void *opaque), void *opaque);

#endif
