/*
 * Arena: a list of chunks, newest first; each new one at least as large as all before it.
 */
#include "util/arena.h"

#include <glib.h>

struct ArenaChunk {
    ArenaChunk *older;
    size_t size; /* bytes of data */
    _Alignas(16) uint8_t data[];
};

enum { FIRST_CHUNK = 64 * 1024 };

static void use_chunk(Arena *arena, ArenaChunk *chunk)
{
    arena->chunk = chunk;
    arena->next = chunk->data;
    arena->end = chunk->data + chunk->size;
}

static ArenaChunk *new_chunk(size_t size, ArenaChunk *older)
{
    ArenaChunk *chunk = g_malloc(sizeof(*chunk) + size);

    chunk->older = older;
    chunk->size = size;
    return chunk;
}

void arena_init(Arena *arena)
{
    use_chunk(arena, new_chunk(FIRST_CHUNK, NULL));
}

void arena_done(Arena *arena)
{
    for (ArenaChunk *chunk = arena->chunk, *older; chunk; chunk = older) {
        older = chunk->older;
        g_free(chunk);
    }
    memset(arena, 0, sizeof(*arena));
}

/* The newest chunk is the largest: keep that one. */
void arena_reset(Arena *arena)
{
    ArenaChunk *kept = arena->chunk;

    for (ArenaChunk *chunk = kept->older, *older; chunk; chunk = older) {
        older = chunk->older;
        g_free(chunk);
    }
    kept->older = NULL;
    use_chunk(arena, kept);
}

void *arena_grow(Arena *arena, size_t size)
{
    size_t wanted = MAX(size, 2 * arena->chunk->size);

    use_chunk(arena, new_chunk(wanted, arena->chunk));
    arena->next += size;
    return arena->next - size;
}
