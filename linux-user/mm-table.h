/*
 * The table of guest mappings: disjoint intervals, sorted by address.
 *
 * Pure bookkeeping, no system calls.  Neighbours that the kernel would show as one are one.
 */
#ifndef MM_TABLE_H
#define MM_TABLE_H

#include "linux-user/mmap.h"

typedef struct MmTable {
    GuestMapping *maps;
    unsigned nb, capacity;
} MmTable;

void mm_table_init(MmTable *table);
void mm_table_done(MmTable *table);

/* Index of the first mapping that ends above addr; table->nb if there is none. */
unsigned mm_table_find(const MmTable *table, GuestAddr addr);
/* The mapping that covers addr; NULL: none. */
const GuestMapping *mm_table_at(const MmTable *table, GuestAddr addr);
/* No mapping touches [start, end). */
bool mm_table_is_free(const MmTable *table, GuestAddr start, GuestAddr end);
/* [start, end) has no hole. */
bool mm_table_is_full(const MmTable *table, GuestAddr start, GuestAddr end);
/* PROT_EXEC anywhere in [start, end). */
bool mm_table_has_exec(const MmTable *table, GuestAddr start, GuestAddr end);

/* Replace whatever [map->start, map->end) held. */
void mm_table_set(MmTable *table, const GuestMapping *map);
void mm_table_clear(MmTable *table, GuestAddr start, GuestAddr end);
void mm_table_protect(MmTable *table, GuestAddr start, GuestAddr end, int prot);
void mm_table_name(MmTable *table, GuestAddr addr, const char *name);

/*
 * The highest gap of size bytes that ends at or below high and begins at or above low;
 * 0: none.
 */
GuestAddr mm_table_gap(const MmTable *table, GuestAddr low, GuestAddr high, uint64_t size);

/* Calls visit for each hole in [start, end), in order, until it returns false. */
bool mm_table_holes(const MmTable *table, GuestAddr start, GuestAddr end,
                    bool (*visit)(void *opaque, GuestAddr start, GuestAddr end), void *opaque);

#endif
