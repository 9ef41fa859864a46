/*
 * State map: entries as LEB128 deltas, decoded from the start by whoever needs one.
 *
 *   entry: offset - last offset (unsigned), pc - last pc (signed), number of items (unsigned), items
 *   item:  global index (byte), kind (byte), then by kind
 *          REG    register (byte)
 *          STATE, FRAME  offset (signed)
 *          CONST  value (signed)
 *
 * Lookups are rare (faults, signals, debuggers) and maps short: no index.
 */
#include "tcg/state-map.h"

#include <glib.h>

/* 10: a 64-bit LEB128; kind and global are two bytes more. */
enum { MAX_LEB = 10, MAX_ITEM = MAX_LEB + 2 };

typedef struct Reader {
    const uint8_t *at, *end;
} Reader;

static void put_uleb(TcgStateMapWriter *w, uint64_t value)
{
    do {
        w->buf[w->size++] = (value & 0x7f) | (value > 0x7f ? 0x80 : 0);
        value >>= 7;
    } while (value);
}

/* Zigzag: small magnitudes of either sign stay short. */
static void put_sleb(TcgStateMapWriter *w, int64_t value)
{
    put_uleb(w, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

static uint64_t get_uleb(Reader *r)
{
    uint64_t value = 0;
    unsigned shift = 0;

    while (r->at < r->end) {
        uint8_t byte = *r->at++;

        value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (!(byte & 0x80)) {
            break;
        }
    }
    return value;
}

static int64_t get_sleb(Reader *r)
{
    uint64_t value = get_uleb(r);

    return (int64_t)(value >> 1 ^ -(value & 1));
}

static uint8_t get_byte(Reader *r)
{
    return r->at < r->end ? *r->at++ : 0;
}

void tcg_state_map_begin(TcgStateMapWriter *w, uint64_t region_pc)
{
    w->size = 0;
    w->last_offset = 0;
    w->last_pc = region_pc;
}

static void reserve(TcgStateMapWriter *w, size_t bytes)
{
    if (w->cap - w->size < bytes) {
        w->cap = 2 * w->cap + bytes;
        w->buf = g_realloc(w->buf, w->cap);
    }
}

static void put_item(TcgStateMapWriter *w, const TcgStateItem *item)
{
    w->buf[w->size++] = item->global;
    w->buf[w->size++] = item->loc.kind;
    switch (item->loc.kind) {
    case TCG_LOC_REG:
        w->buf[w->size++] = item->loc.reg;
        break;
    case TCG_LOC_STATE:
    case TCG_LOC_FRAME:
        put_sleb(w, item->loc.offset);
        break;
    case TCG_LOC_CONST:
        put_sleb(w, item->bits);
        break;
    }
}

void tcg_state_map_add(TcgStateMapWriter *w, uint32_t offset, uint64_t pc,
                       const TcgStateItem *items, unsigned nb_items)
{
    reserve(w, 3 * MAX_LEB + (size_t)nb_items * MAX_ITEM);
    put_uleb(w, offset - w->last_offset);
    put_sleb(w, pc - w->last_pc);
    put_uleb(w, nb_items);
    for (unsigned n = 0; n < nb_items; n++) {
        put_item(w, &items[n]);
    }
    w->last_offset = offset;
    w->last_pc = pc;
}

void tcg_state_map_done(TcgStateMapWriter *w)
{
    g_free(w->buf);
    *w = (TcgStateMapWriter){ 0 };
}

static TcgStateItem get_item(Reader *r)
{
    TcgStateItem item = { .global = get_byte(r), .loc.kind = get_byte(r) };

    switch (item.loc.kind) {
    case TCG_LOC_REG:
        item.loc.reg = get_byte(r);
        break;
    case TCG_LOC_STATE:
    case TCG_LOC_FRAME:
        item.loc.offset = get_sleb(r);
        break;
    case TCG_LOC_CONST:
        item.bits = get_sleb(r);
        break;
    }
    return item;
}

static void get_items(Reader *r, TcgStateEntry *entry)
{
    for (unsigned n = 0; n < entry->nb_items; n++) {
        entry->item[n] = get_item(r);
    }
}

void tcg_state_map_each(const uint8_t *map, size_t size, uint64_t region_pc,
                        void (*fn)(uint32_t offset, uint64_t pc, void *opaque), void *opaque)
{
    Reader r = { map, map + size };
    uint64_t pc = region_pc;
    uint32_t offset = 0;

    while (r.at < r.end) {
        offset += (uint32_t)get_uleb(&r);
        pc += (uint64_t)get_sleb(&r);
        for (uint64_t n = get_uleb(&r); n > 0; n--) {
            get_item(&r);
        }
        fn(offset, pc, opaque);
    }
}

bool tcg_state_map_find(const uint8_t *map, size_t size, uint64_t region_pc, uint32_t offset,
                        TcgStateEntry *ret)
{
    Reader r = { map, map + size }, items = r;
    TcgStateEntry entry = { .pc = region_pc };
    bool found = false;

    while (r.at < r.end) {
        entry.offset += get_uleb(&r);
        if (entry.offset > offset) {
            break;
        }
        entry.pc += get_sleb(&r);
        entry.nb_items = get_uleb(&r);
        g_assert(entry.nb_items <= TCG_MAX_GLOBALS);
        items = r;
        ret->offset = entry.offset;
        ret->pc = entry.pc;
        ret->nb_items = entry.nb_items;
        found = true;
        for (unsigned n = 0; n < entry.nb_items; n++) {
            get_item(&r);
        }
    }
    if (found) {
        get_items(&items, ret);
    }
    return found;
}
