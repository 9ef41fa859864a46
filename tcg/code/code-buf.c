/*
 * Code buffer: reserving the two views, handing out chunks, un-sharing after fork.
 *
 * Both views are mappings of the same shared anonymous memory.  A granule is un-shared by copying
 * it to new memory that is mapped over the old pages in both views; the kernel replaces a mapping
 * atomically for threads that run there, and the bytes are the same before and after.
 *
 * Keeps: pages that were never taken are never touched.
 */
#include "tcg/code-buf.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    PAGE = 4096,
    /*
     * What one jump patched after fork copies: some 30 us, most of it in touching new memory.
     * 64 MiB in such pieces are 8192 mappings, far from the kernel's limit of 65530.
     */
    MAX_GRANULE = 16 * 1024,
    GRANULES = 64,
};

static const size_t NEAR_STEP = (size_t)64 << 20;
static const size_t NEAR_REACH =
    ((size_t)2 << 30) - ((size_t)256 << 20); /* less dragoman's own size */

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) & ~(unit - 1);
}

static uint8_t *try_reserve_at(uintptr_t addr, size_t size)
{
    void *p = mmap((void *)addr, size, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    if (p != MAP_FAILED && p != (void *)addr) {
        munmap(p, size); /* a kernel before 4.17 takes the address as a hint */
        p = MAP_FAILED;
    }
    return p == MAP_FAILED ? NULL : p;
}

/* Below near first: the heap grows above the program. */
static uint8_t *reserve_near(uintptr_t near, size_t size)
{
    uintptr_t base = near & ~(NEAR_STEP - 1);

    for (size_t far = NEAR_STEP; far + size <= NEAR_REACH; far += NEAR_STEP) {
        uint8_t *p = base > far + size ? try_reserve_at(base - far - size, size) : NULL;

        if (p) {
            return p;
        }
    }
    for (size_t far = NEAR_REACH - round_up(size, NEAR_STEP); far >= NEAR_STEP; far -= NEAR_STEP) {
        uint8_t *p = try_reserve_at(base + far, size);

        if (p) {
            return p;
        }
    }
    return NULL;
}

static uint8_t *reserve(const void *near, size_t size)
{
    uint8_t *p = near ? reserve_near((uintptr_t)near, size) : NULL;

    if (!p) {
        p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        p = p == MAP_FAILED ? NULL : p;
    }
    return p;
}

static int set_executable(void *view, size_t size)
{
    return mprotect(view, size, PROT_READ | PROT_EXEC) < 0 ? -errno : 0;
}

static int move_view(void *view, const uint8_t *to, size_t size)
{
    return mremap(view, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED ? -errno : 0;
}

/*
 * Map new memory at both addresses, filled with copy's bytes (NULL: zero).  The rw view comes
 * first and is filled before the rx view is replaced: the CPU never sees half a copy.
 *
 * Shared anonymous memory has no descriptor, and unlike a memory file's its size is not held
 * against the guest's file size limit (`ulimit -f`); mremap of no bytes is its second view.
 */
static int map_views(uint8_t *rw, const uint8_t *rx, size_t size, const uint8_t *copy)
{
    void *view;
    int ret;

    if (mmap(rw, size, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED) {
        return -errno;
    }
    if (copy) {
        memcpy(rw, copy, size);
    }
    view = mremap(rw, 0, size, MREMAP_MAYMOVE);
    if (view == MAP_FAILED) {
        return -errno;
    }
    if (copy) {
        ret = set_executable(view, size);
        ret = ret ? ret : move_view(view, rx, size);
    } else {
        ret = move_view(view, rx, size);
    }
    if (ret < 0) {
        munmap(view, size);
        return ret;
    }
    /* Nobody runs there yet, and profilers note executable memory where it becomes so. */
    return copy ? 0 : set_executable((void *)rx, size);
}

int code_buf_init(CodeBuf *buf, size_t size, const void *near)
{
    size_t granule = PAGE;
    uint8_t *rx, *rw;
    int ret;

    while (granule < MAX_GRANULE && granule * GRANULES < size) {
        granule *= 2;
    }
    size = round_up(size, granule);
    rx = reserve(near, size);
    rw = reserve(NULL, size);
    ret = rx && rw ? map_views(rw, rx, size, NULL) : -ENOMEM;
    if (ret < 0) {
        if (rx) {
            munmap(rx, size);
        }
        if (rw) {
            munmap(rw, size);
        }
        return ret;
    }
    *buf = (CodeBuf){ .rw = rw, .rx = rx, .size = size, .granule = granule };
    buf->shared = g_malloc0(size / granule);
    return 0;
}

void code_buf_done(CodeBuf *buf)
{
    munmap(buf->rw, buf->size);
    munmap((void *)buf->rx, buf->size);
    g_free(buf->shared);
    *buf = (CodeBuf){ 0 };
}

/* After fork untaken memory is shared as well: both sides would take the same pages next. */
static bool renew(CodeBuf *buf, size_t at, size_t size)
{
    size_t first = at / buf->granule, end = (at + size) / buf->granule;

    if (!buf->any_shared || !memchr(buf->shared + first, 1, end - first)) {
        return true;
    }
    if (map_views(buf->rw + at, buf->rx + at, size, NULL) < 0) {
        return false;
    }
    memset(buf->shared + first, 0, end - first);
    return true;
}

TcgCodeSpace code_buf_take(CodeBuf *buf, size_t size)
{
    size_t at = buf->used;

    size = round_up(size, buf->granule);
    if (size > buf->size - at || !renew(buf, at, size)) {
        return (TcgCodeSpace){ 0 };
    }
    buf->used += size;
    return (TcgCodeSpace){ .rw = buf->rw + at, .rx = buf->rx + at, .size = size };
}

void code_buf_keep(CodeBuf *buf)
{
    buf->kept = buf->used;
}

void code_buf_reset(CodeBuf *buf)
{
    buf->used = buf->kept;
}

void code_buf_forked(CodeBuf *buf)
{
    memset(buf->shared, 1, buf->size / buf->granule);
    buf->any_shared = true;
}

int code_buf_own_slow(CodeBuf *buf, const uint8_t *rx, size_t size)
{
    size_t first = (size_t)(rx - buf->rx) / buf->granule;
    size_t last = (size_t)(rx + size - 1 - buf->rx) / buf->granule;

    for (size_t n = first; n <= last; n++) {
        size_t at = n * buf->granule;
        int ret;

        if (!buf->shared[n]) {
            continue;
        }
        ret = map_views(buf->rw + at, buf->rx + at, buf->granule, buf->rx + at);
        if (ret < 0) {
            return ret;
        }
        buf->shared[n] = 0;
    }
    return 0;
}
