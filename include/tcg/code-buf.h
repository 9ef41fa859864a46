/*
 * Code buffer: W^X memory for generated code, handed out in chunks by bumping one offset.
 *
 * The same pages are mapped twice: writers use the rw view, the CPU runs the rx view.  A
 * chunk belongs to the thread that took it until the buffer is reset; nothing is freed one by
 * one.  Whoever resets the buffer must know that no thread is inside generated code.
 *
 * Fork: shared mappings stay shared with the child, so both processes mark all of it as shared,
 * give themselves a copy of a granule before they write to it again (code_buf_own), and take
 * new memory for new chunks.  Addresses never change.
 *
 * Threads: the caller serialises all calls but the inline ones.
 */
#ifndef TCG_CODE_BUF_H
#define TCG_CODE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcg/backend.h"

typedef struct CodeBuf {
    uint8_t *rw;
    const uint8_t *rx;
    size_t size;
    size_t granule;  /* unit of copying after fork, and of chunks: a power of two of pages */
    size_t used;     /* bytes handed out from the start */
    size_t kept;     /* of them, never reset: entry code */
    uint8_t *shared; /* per granule: written by nobody, since another process maps it too */
    bool any_shared;
} CodeBuf;

/*
 * Reserve size bytes (rounded up to granules), touched lazily.  The rx view is put within 2 GiB
 * of near where the address space allows, so that generated code can call there directly.
 * 0 or -errno.
 */
int code_buf_init(CodeBuf *buf, size_t size, const void *near);
void code_buf_done(CodeBuf *buf);

/* A chunk of at least size bytes, granule aligned; ret->size 0 when the buffer is full. */
TcgCodeSpace code_buf_take(CodeBuf *buf, size_t size);
/* Everything taken so far survives code_buf_reset(). */
void code_buf_keep(CodeBuf *buf);
/* Forget everything taken since code_buf_keep(). */
void code_buf_reset(CodeBuf *buf);

/* In parent and child, after fork. */
void code_buf_forked(CodeBuf *buf);
/* Make [rx, rx + size) writable by this process alone.  0 or -errno. */
int code_buf_own_slow(CodeBuf *buf, const uint8_t *rx, size_t size);

static inline int code_buf_own(CodeBuf *buf, const uint8_t *rx, size_t size)
{
    return buf->any_shared ? code_buf_own_slow(buf, rx, size) : 0;
}

static inline bool code_buf_contains(const CodeBuf *buf, const uint8_t *rx)
{
    return (size_t)(rx - buf->rx) < buf->size;
}

static inline uint8_t *code_buf_rw(const CodeBuf *buf, const uint8_t *rx)
{
    return buf->rw + (rx - buf->rx);
}

static inline const uint8_t *code_buf_rx(const CodeBuf *buf, const uint8_t *rw)
{
    return buf->rx + (rw - buf->rw);
}

#endif
