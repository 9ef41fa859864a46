/*
 * The table of guest mappings: a sorted array.
 *
 * Programs have some hundred mappings; a binary search and a memmove of an array of that size
 * cost less than a system call, which every change needs anyway.  Keeps: intervals are disjoint,
 * not empty, sorted, and no two neighbours could be merged.
 */
#include "mm-table.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>

void mm_table_init(MmTable *table)
{
    memset(table, 0, sizeof(*table));
}

void mm_table_done(MmTable *table)
{
    g_free(table->maps);
    memset(table, 0, sizeof(*table));
}

unsigned mm_table_find(const MmTable *table, GuestAddr addr)
{
    unsigned low = 0, high = table->nb;

    while (low < high) {
        unsigned mid = low + (high - low) / 2;

        if (table->maps[mid].end > addr) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return low;
}

const GuestMapping *mm_table_at(const MmTable *table, GuestAddr addr)
{
    unsigned i = mm_table_find(table, addr);

    return i < table->nb && table->maps[i].start <= addr ? &table->maps[i] : NULL;
}

bool mm_table_is_free(const MmTable *table, GuestAddr start, GuestAddr end)
{
    unsigned i = mm_table_find(table, start);

    return i == table->nb || table->maps[i].start >= end;
}

bool mm_table_is_full(const MmTable *table, GuestAddr start, GuestAddr end)
{
    for (unsigned i = mm_table_find(table, start); start < end; i++) {
        if (i == table->nb || table->maps[i].start > start) {
            return false;
        }
        start = table->maps[i].end;
    }
    return true;
}

bool mm_table_has_exec(const MmTable *table, GuestAddr start, GuestAddr end)
{
    for (unsigned i = mm_table_find(table, start); i < table->nb; i++) {
        if (table->maps[i].start >= end) {
            break;
        }
        if (table->maps[i].prot & PROT_EXEC) {
            return true;
        }
    }
    return false;
}

/* Open a slot of count entries at index i. */
static void insert_slots(MmTable *table, unsigned i, unsigned count)
{
    if (table->nb + count > table->capacity) {
        table->capacity = MAX(64, (table->nb + count) * 2);
        table->maps = g_renew(GuestMapping, table->maps, table->capacity);
    }
    memmove(&table->maps[i + count], &table->maps[i], (table->nb - i) * sizeof(GuestMapping));
    table->nb += count;
}

static void remove_slots(MmTable *table, unsigned i, unsigned count)
{
    if (count == 0) {
        return; /* an empty table has no array */
    }
    table->nb -= count;
    memmove(&table->maps[i], &table->maps[i + count], (table->nb - i) * sizeof(GuestMapping));
}

static void cut_front(GuestMapping *map, GuestAddr start)
{
    if (map->file) {
        map->offset += start - map->start;
    }
    map->start = start;
}

/* Make addr a boundary: the mapping that covers it becomes two. Index of the one that begins there. */
static unsigned split_at(MmTable *table, GuestAddr addr)
{
    unsigned i = mm_table_find(table, addr);

    if (i < table->nb && table->maps[i].start < addr) {
        insert_slots(table, i, 1);
        table->maps[i] = table->maps[i + 1];
        table->maps[i].end = addr;
        cut_front(&table->maps[i + 1], addr);
        i++;
    }
    return i;
}

static bool can_merge(const GuestMapping *a, const GuestMapping *b)
{
    return a->end == b->start && a->prot == b->prot && a->flags == b->flags && a->name == b->name &&
           a->file == b->file && (!a->file || a->offset + (a->end - a->start) == b->offset);
}

/* Merge the neighbours of the boundary in front of entry i. */
static void merge_at(MmTable *table, unsigned i)
{
    if (i > 0 && i < table->nb && can_merge(&table->maps[i - 1], &table->maps[i])) {
        table->maps[i - 1].end = table->maps[i].end;
        remove_slots(table, i, 1);
    }
}

void mm_table_clear(MmTable *table, GuestAddr start, GuestAddr end)
{
    unsigned first = split_at(table, start);
    unsigned last = split_at(table, end);

    remove_slots(table, first, last - first);
}

void mm_table_set(MmTable *table, const GuestMapping *map)
{
    unsigned i;

    mm_table_clear(table, map->start, map->end);
    i = mm_table_find(table, map->start);
    insert_slots(table, i, 1);
    table->maps[i] = *map;
    merge_at(table, i + 1);
    merge_at(table, i);
}

void mm_table_protect(MmTable *table, GuestAddr start, GuestAddr end, int prot)
{
    unsigned first = split_at(table, start);
    unsigned last = split_at(table, end);

    for (unsigned i = first; i < last; i++) {
        table->maps[i].prot = prot;
    }
    /* From the top, so that the indices below stay valid. */
    for (unsigned i = last + 1; i-- > first;) {
        merge_at(table, i);
    }
}

void mm_table_name(MmTable *table, GuestAddr addr, const char *name)
{
    unsigned i = mm_table_find(table, addr);

    if (i < table->nb && table->maps[i].start <= addr) {
        table->maps[i].name = g_intern_string(name);
    }
}

GuestAddr mm_table_gap(const MmTable *table, GuestAddr low, GuestAddr high, uint64_t size)
{
    unsigned i = mm_table_find(table, high - 1);

    /* maps[i] is the first that ends at or above high: the gap below it ends at its start. */
    if (i < table->nb && table->maps[i].start < high) {
        high = table->maps[i].start;
    }
    for (;;) {
        GuestAddr floor = i > 0 ? table->maps[i - 1].end : 0;

        floor = MAX(floor, low);
        if (high > floor && high - floor >= size) {
            return high - size;
        }
        if (i == 0 || high <= low) {
            return 0;
        }
        high = table->maps[--i].start;
    }
}

bool mm_table_holes(const MmTable *table, GuestAddr start, GuestAddr end,
                    bool (*visit)(void *opaque, GuestAddr start, GuestAddr end), void *opaque)
{
    for (unsigned i = mm_table_find(table, start); start < end; i++) {
        GuestAddr stop = i < table->nb ? MIN(table->maps[i].start, end) : end;

        if (start < stop && !visit(opaque, start, stop)) {
            return false;
        }
        start = i < table->nb ? table->maps[i].end : end;
    }
    return true;
}
