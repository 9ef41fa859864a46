/*
 * Arena: bump allocation for the objects of one translation, all freed at once.
 *
 * The first chunk is kept by arena_reset(), so a warm arena does not call malloc.
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
    uint8_t *next, *end; /* arena_alloc() only */
    ArenaChunk *chunk;
} Arena;

void arena_init(Arena *arena);
void arena_done(Arena *arena);
/* Forget all objects; keep memory for the next round. */
void arena_reset(Arena *arena);
void *arena_grow(Arena *arena, size_t size);

/* 16-byte aligned, not zeroed; aborts when memory is exhausted. */
static inline void *arena_alloc(Arena *arena, size_t size)
{
    uint8_t *p = arena->next;

    size = (size + 15) & ~(size_t)15;
    if ((size_t)(arena->end - p) < size) {
        return arena_grow(arena, size);
    }
    arena->next = p + size;
    return p;
}

static inline void *arena_alloc0(Arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

#define arena_new(arena, type)      ((type *)arena_alloc0((arena), sizeof(type)))
#define arena_array(arena, type, n) ((type *)arena_alloc0((arena), sizeof(type) * (size_t)(n)))

#endif
