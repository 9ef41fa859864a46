/*
 * What debuggers are told of the code buffer.
 *
 * The buffer is cut into slices, each with an object file of its own that is there from the first block
 * in the slice on.  A block's symbol is written as the block is made: `guest!0x10510`.  What function
 * that is costs too much to find out for nobody, so the names come when a debugger follows, or when one
 * asks for them (dragoman_sync_names).
 */
#include "machine.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "tcg/gdb-jit.h"
#include "tcg/jit-image.h"

enum {
    MAX_SLICES = 16,
    MIN_SLICE = 1 << 20,
    /* Bytes of code per symbol, and of its name: half of what blocks have on average. */
    CODE_PER_SYMBOL = 96,
    NAME_BYTES = 40,
    /* A debugger that follows reads a slice again after so many new blocks, and a part of those it knows. */
    MIN_NEWS = 64,
    NEWS_PART = 8,
};

typedef struct Slice {
    TcgJitImage *image; /* NULL: no code there yet */
    TcgJitEntry *entry;
    unsigned known; /* symbols when it was registered last */
} Slice;

struct CodeNames {
    size_t slice_size;
    Slice slice[MAX_SLICES];
};

static TcgUnwindRange range_of(const Machine *m, unsigned n)
{
    uint64_t start = (uintptr_t)m->buf.rx + n * m->names->slice_size;

    return (TcgUnwindRange){
        .entry = (uintptr_t)m->entry,
        .start = start,
        .end = MIN(start + m->names->slice_size, (uintptr_t)m->buf.rx + m->buf.size),
    };
}

static void register_slice(Slice *slice)
{
    size_t size;
    const void *file = tcg_jit_image_file(slice->image, &size);

    slice->known = tcg_jit_image_symbols(slice->image);
    if (slice->entry) {
        slice->entry = tcg_gdb_jit_update(slice->entry, size);
    } else {
        slice->entry = tcg_gdb_jit_register(file, size);
    }
}

void names_entry_parts(const Machine *m, EntryPart ret[ENTRY_PARTS])
{
    const uint8_t *epilogue = m->target.epilogue, *slow = m->target.slow_call;
    const TcgFrameStep *last = &m->target.steps[m->target.nb_steps - 1];

    ret[0] = (EntryPart){ m->entry, (size_t)(epilogue - m->entry), "dragoman_enter_code" };
    ret[1] = (EntryPart){ epilogue, (size_t)(slow - epilogue), "dragoman_leave_code" };
    ret[2] = (EntryPart){ slow, last->offset - (size_t)(slow - m->entry), "dragoman_slow_call" };
}

static void name_entry_code(const Machine *m, TcgJitImage *image)
{
    EntryPart parts[ENTRY_PARTS];

    names_entry_parts(m, parts);
    for (unsigned n = 0; n < ENTRY_PARTS; n++) {
        tcg_jit_image_add(image, (uintptr_t)parts[n].start, parts[n].size, parts[n].name);
    }
}

/* The slice that has rx, with an image; NULL: no memory for one. */
static Slice *slice_at(Machine *m, const uint8_t *rx)
{
    CodeNames *names = m->names;
    unsigned n = (unsigned)((size_t)(rx - m->buf.rx) / names->slice_size);
    Slice *slice = &names->slice[n];
    TcgUnwindRange range = range_of(m, n);
    unsigned max_symbols = (unsigned)(names->slice_size / CODE_PER_SYMBOL);

    if (slice->image) {
        return slice;
    }
    slice->image =
        tcg_jit_image_new(&m->target, &range, max_symbols, (size_t)max_symbols * NAME_BYTES);
    if (!slice->image) {
        return NULL;
    }
    if (n == 0) {
        name_entry_code(m, slice->image);
    }
    register_slice(slice);
    return slice;
}

void names_open(Machine *m)
{
    size_t slice_size = m->buf.granule;

    if (!m->target.backend->dwarf) {
        return;
    }
    while (slice_size < MIN_SLICE || slice_size * MAX_SLICES < m->buf.size) {
        slice_size *= 2;
    }
    m->names = g_new0(CodeNames, 1);
    m->names->slice_size = slice_size;
    slice_at(m, m->entry);
}

void names_close(Machine *m)
{
    CodeNames *names = m->names;

    if (!names) {
        return;
    }
    for (unsigned n = 0; n < MAX_SLICES; n++) {
        if (names->slice[n].entry) {
            tcg_gdb_jit_unregister(names->slice[n].entry);
        }
        tcg_jit_image_free(names->slice[n].image);
    }
    g_free(names);
    m->names = NULL;
}

/* As "guest!0x%x" does, in a tenth of the time: every block has such a name. */
static void format_pc(GuestAddr pc, char name[MAX_NAME])
{
    static const char digits[] = "0123456789abcdef", prefix[] = "guest!0x";
    unsigned nb = pc ? (67 - (unsigned)__builtin_clzll(pc)) / 4 : 1;
    char *at = name + sizeof(prefix) - 1;

    memcpy(name, prefix, sizeof(prefix));
    at[nb] = '\0';
    while (nb-- > 0) {
        at[nb] = digits[pc & 15];
        pc >>= 4;
    }
}

void names_format(const Machine *m, GuestAddr pc, bool ask, char name[MAX_NAME])
{
    const char *symbol;
    uint64_t offset;

    if (!ask || !m->hooks.symbol || !m->hooks.symbol(pc, &symbol, &offset)) {
        format_pc(pc, name);
    } else if (offset) {
        g_snprintf(name, MAX_NAME, "guest!%.150s+0x%" PRIx64, symbol, offset);
    } else {
        g_snprintf(name, MAX_NAME, "guest!%.150s", symbol);
    }
}

static void add_block(const Machine *m, TcgJitImage *image, const TransBlock *block, bool ask)
{
    char name[MAX_NAME];

    uint64_t code = (uintptr_t)block_code(&m->cache, block);

    names_format(m, block->pc, ask, name);
    if (!tcg_jit_image_add(image, code, block->code_size, name) && ask) {
        /* The names of some C++ fill the table: these do not. */
        names_format(m, block->pc, false, name);
        tcg_jit_image_add(image, code, block->code_size, name);
    }
}

void names_add_locked(Machine *m, const TransBlock *block)
{
    Slice *slice = m->names ? slice_at(m, block_code(&m->cache, block)) : NULL;
    bool followed = tcg_gdb_jit_is_followed();
    unsigned news;
    size_t size;

    if (!slice) {
        return;
    }
    add_block(m, slice->image, block, followed);
    tcg_jit_image_file(slice->image, &size);
    tcg_gdb_jit_set_size(slice->entry, size);
    news = tcg_jit_image_symbols(slice->image) - slice->known;
    if (followed && news >= MIN_NEWS && news >= slice->known / NEWS_PART) {
        register_slice(slice);
    }
}

/* The block whose code starts first at or behind *at, which moves on; NULL: none before end. */
static const TransBlock *next_block(const Machine *m, const uint8_t **at, const uint8_t *end)
{
    while (*at < end) {
        const uint8_t *start = *at;
        const TransBlock *block = block_cache_find_start(&m->cache, start);

        *at += CODE_ALIGN;
        if (block) {
            return block;
        }
    }
    return NULL;
}

typedef struct LineWalk {
    const Machine *m;
    TcgJitLines *lines;
    const uint8_t *code;
} LineWalk;

static void add_line(uint32_t offset, uint64_t pc, void *opaque)
{
    const LineWalk *walk = opaque;
    const char *file = NULL;
    unsigned line = 0;

    if (!walk->m->hooks.line(pc, &file, &line)) {
        line = 0;
    }
    tcg_jit_lines_add(walk->lines, (uintptr_t)walk->code + offset, file, line);
}

static void add_lines(const Machine *m, TcgJitLines *lines, const TransBlock *block)
{
    LineWalk walk = { m, lines, block_code(&m->cache, block) };
    const char *file;
    unsigned line;

    /* Most blocks are of code without lines, from their start on. */
    if (m->hooks.line && m->hooks.line(block->pc, &file, &line)) {
        add_line(0, block->pc, &walk);
        tcg_state_map_each(block_map(block), block->map_size, block->pc, add_line, &walk);
        tcg_jit_lines_add(lines, (uintptr_t)walk.code + block->code_size, NULL, 0);
    }
}

/* Dead blocks too: a thread may still be in one. */
static void name_range(const Machine *m, TcgJitImage *image, const TcgUnwindRange *range)
{
    TcgJitLines *lines = tcg_jit_lines_new();
    const uint8_t *at = (const uint8_t *)(uintptr_t)range->start;
    const uint8_t *end =
        (const uint8_t *)(uintptr_t)MIN(range->end, (uintptr_t)m->buf.rx + m->buf.used);
    const TransBlock *block;

    if (range->start <= range->entry && range->entry < range->end) {
        name_entry_code(m, image);
    }
    while ((block = next_block(m, &at, end))) {
        add_block(m, image, block, true);
        add_lines(m, lines, block);
    }
    if (tcg_jit_lines_rows(lines)) {
        tcg_jit_image_set_lines(image, lines);
    }
    tcg_jit_lines_free(lines);
}

TcgJitImage *names_image_locked(const Machine *m)
{
    TcgUnwindRange range = { (uintptr_t)m->entry, (uintptr_t)m->buf.rx,
                             (uintptr_t)m->buf.rx + m->buf.used };
    unsigned max_symbols = (unsigned)(m->buf.used / CODE_ALIGN);
    TcgJitImage *image =
        tcg_jit_image_new(&m->target, &range, max_symbols, (size_t)max_symbols * MAX_NAME);

    if (image) {
        name_range(m, image, &range);
    }
    return image;
}

static unsigned rename_slice(Machine *m, unsigned n)
{
    Slice *slice = &m->names->slice[n];
    TcgUnwindRange range = range_of(m, n);

    tcg_jit_image_clear(slice->image);
    name_range(m, slice->image, &range);
    register_slice(slice);
    return tcg_jit_image_symbols(slice->image);
}

unsigned names_sync_locked(Machine *m)
{
    unsigned nb = 0;

    for (unsigned n = 0; n < MAX_SLICES; n++) {
        if (m->names->slice[n].image) {
            nb += rename_slice(m, n);
        }
    }
    return nb;
}

void names_flush_locked(Machine *m)
{
    for (unsigned n = 0; m->names && n < MAX_SLICES; n++) {
        Slice *slice = &m->names->slice[n];

        if (slice->image) {
            tcg_jit_image_clear(slice->image);
            if (n == 0) {
                name_entry_code(m, slice->image);
            }
            register_slice(slice);
        }
    }
}
