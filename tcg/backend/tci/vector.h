/*
 * Lanes of a vector register.
 */
#ifndef TCG_BACKEND_TCI_VECTOR_H
#define TCG_BACKEND_TCI_VECTOR_H

#include <string.h>

#include "bytecode.h"

static inline uint64_t vec_lane(const TciVec *v, unsigned width, unsigned n)
{
    return v->u64[n * width / 64] >> (n * width % 64) & TCG_MASK(width);
}

static inline void vec_set_lane(TciVec *v, unsigned width, unsigned n, uint64_t value)
{
    uint64_t *word = &v->u64[n * width / 64];
    unsigned shift = n * width % 64;

    *word = (*word & ~(TCG_MASK(width) << shift)) | (value & TCG_MASK(width)) << shift;
}

/* The first words of v, zero above. */
static inline TciVec vec_truncated(const TciVec *v, unsigned words)
{
    TciVec out = { { 0 } };

    memcpy(out.u64, v->u64, words * sizeof(uint64_t));
    return out;
}

/* In memory lane 0 comes first, each word in the host's byte order; the rest of v stays. */
static inline void vec_read(TciVec *v, const void *from, unsigned bytes)
{
    memcpy(v, from, bytes);
}

static inline void vec_write(void *to, const TciVec *v, unsigned bytes)
{
    memcpy(to, v, bytes);
}

#endif
