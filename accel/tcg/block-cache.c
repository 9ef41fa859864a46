/*
 * Block cache: the tables behind block-cache.h.
 *
 * Records lie in one reserved range and point to each other by 32-bit references: half the
 * memory of pointers, and start-up is spent in touching memory.  The buckets are chosen by the low
 * bits of the pc, unscrambled, so that code that runs together touches few pages of the table.
 *
 * Needs: one writer at a time.  Keeps: a reader sees a block only when all of it is written
 * (release store of its reference), and a removed block's own chain pointer stays valid.
 */
#include "block-cache.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>

static void *reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static void release(void *p, size_t size)
{
    if (p) {
        munmap(p, size);
    }
}

/* Zero without touching: the pages go back to the system. */
static void forget(void *p, size_t size)
{
    madvise(p, size, MADV_DONTNEED);
}

static size_t starts_size(const BlockCache *cache)
{
    return cache->buf->size / CODE_ALIGN / 8 + sizeof(uint64_t);
}

int block_cache_init(BlockCache *cache, CodeBuf *buf)
{
    *cache = (BlockCache){ .buf = buf, .cap_pages = 256 };
    /* A block's record is smaller than its code, but for tiny buffers in tests. */
    cache->meta_size = buf->size + 65536;
    cache->meta = reserve(cache->meta_size);
    cache->buckets = reserve(CACHE_BUCKETS * sizeof(CacheRef));
    cache->starts = reserve(starts_size(cache));
    cache->pages = g_new0(CachePage, cache->cap_pages);
    if (!cache->meta || !cache->buckets || !cache->starts) {
        block_cache_done(cache);
        return -ENOMEM;
    }
    cache->meta_used = 64; /* reference 0 is none */
    return 0;
}

void block_cache_done(BlockCache *cache)
{
    release(cache->meta, cache->meta_size);
    release(cache->buckets, CACHE_BUCKETS * sizeof(CacheRef));
    release(cache->starts, starts_size(cache));
    g_free(cache->pages);
    *cache = (BlockCache){ 0 };
}

void block_cache_reset(BlockCache *cache)
{
    forget(cache->meta, cache->meta_size);
    forget(cache->buckets, CACHE_BUCKETS * sizeof(CacheRef));
    forget(cache->starts, starts_size(cache));
    memset(cache->pages, 0, cache->cap_pages * sizeof(CachePage));
    cache->nb_pages = 0;
    cache->nb_blocks = 0;
    cache->meta_used = 64;
}

/* Bit 0 of a pc says nothing. */
static CacheRef *bucket(const BlockCache *cache, GuestAddr pc)
{
    uint64_t n = pc >> 1;

    return &cache->buckets[(n ^ n >> CACHE_BUCKET_BITS ^ n >> 2 * CACHE_BUCKET_BITS) &
                           (CACHE_BUCKETS - 1)];
}

TransBlock *block_cache_find(const BlockCache *cache, GuestAddr pc, uint32_t flags)
{
    CacheRef ref = __atomic_load_n(bucket(cache, pc), __ATOMIC_ACQUIRE);

    while (ref) {
        TransBlock *block = cache_block(cache, ref);

        if (block->pc == pc && block->flags == flags) {
            return block;
        }
        ref = __atomic_load_n(&block->hash_next, __ATOMIC_ACQUIRE);
    }
    return NULL;
}

static void mark_start(BlockCache *cache, uint32_t code)
{
    uint32_t bit = code / CODE_ALIGN;

    __atomic_fetch_or(&cache->starts[bit / 64], UINT64_C(1) << (bit % 64), __ATOMIC_RELEASE);
}

/* The last marked start at or before offset; 0: none (entry code lies there). */
static uint32_t find_start(const BlockCache *cache, uint32_t offset)
{
    uint32_t bit = offset / CODE_ALIGN;
    size_t n = bit / 64;
    uint64_t word = __atomic_load_n(&cache->starts[n], __ATOMIC_ACQUIRE);

    word &= UINT64_MAX >> (63 - bit % 64);
    while (!word && n > 0) {
        word = __atomic_load_n(&cache->starts[--n], __ATOMIC_ACQUIRE);
    }
    return word ? (uint32_t)(n * 64 + 63 - (unsigned)__builtin_clzll(word)) * CODE_ALIGN : 0;
}

TransBlock *block_cache_find_host(const BlockCache *cache, const uint8_t *rx)
{
    TransBlock *block;
    uint32_t offset, start;
    CacheRef ref;

    if (!code_buf_contains(cache->buf, rx)) {
        return NULL;
    }
    offset = (uint32_t)(rx - cache->buf->rx);
    start = find_start(cache, offset);
    if (!start) {
        return NULL;
    }
    memcpy(&ref, cache->buf->rx + start - CODE_HEADER, sizeof(ref));
    block = cache_block(cache, ref);
    return offset - block->code < block->code_size ? block : NULL;
}

TransBlock *block_cache_find_start(const BlockCache *cache, const uint8_t *rx)
{
    uint32_t bit = (uint32_t)(rx - cache->buf->rx) / CODE_ALIGN;
    CacheRef ref;

    if (!(__atomic_load_n(&cache->starts[bit / 64], __ATOMIC_ACQUIRE) >> (bit % 64) & 1)) {
        return NULL;
    }
    memcpy(&ref, rx - CODE_HEADER, sizeof(ref));
    return cache_block(cache, ref);
}

TransLink *block_find_link(const BlockCache *cache, TransBlock *block, const uint8_t *site_rx)
{
    uint32_t site = (uint32_t)(site_rx - block_code(cache, block));

    for (unsigned n = 0; n < block->nb_links; n++) {
        if (block->link[n].site == site) {
            return &block->link[n];
        }
    }
    return NULL;
}

/*
 * Pages
 */

static size_t page_slot(const BlockCache *cache, uint64_t page)
{
    return (page ^ page >> 8) & (cache->cap_pages - 1);
}

static CachePage *find_page(const BlockCache *cache, uint64_t page)
{
    size_t n = page_slot(cache, page);

    while (cache->pages[n].page && cache->pages[n].page != page + 1) {
        n = (n + 1) & (cache->cap_pages - 1);
    }
    return &cache->pages[n];
}

static void grow_pages(BlockCache *cache)
{
    CachePage *old = cache->pages;
    size_t nb = cache->cap_pages;

    cache->cap_pages *= 2;
    cache->pages = g_new0(CachePage, cache->cap_pages);
    for (size_t n = 0; n < nb; n++) {
        if (old[n].page) {
            *find_page(cache, old[n].page - 1) = old[n];
        }
    }
    g_free(old);
}

static CachePage *make_page(BlockCache *cache, uint64_t page)
{
    CachePage *entry;

    if (cache->nb_pages * 2 >= cache->cap_pages) {
        grow_pages(cache);
    }
    entry = find_page(cache, page);
    if (!entry->page) {
        entry->page = page + 1;
        cache->nb_pages++;
    }
    return entry;
}

static uint64_t block_page(const TransBlock *block, unsigned which)
{
    return (which ? block->pc + block->guest_size - 1 : block->pc) >> CACHE_PAGE_BITS;
}

static unsigned block_nb_pages(const TransBlock *block)
{
    return block_page(block, 0) == block_page(block, 1) ? 1 : 2;
}

static void add_to_pages(BlockCache *cache, TransBlock *block)
{
    for (unsigned which = 0; which < block_nb_pages(block); which++) {
        CachePage *page = make_page(cache, block_page(block, which));

        block->page_next[which] = page->first;
        page->first = cache_ref(cache, block) * 2 + which;
    }
}

static void remove_from_pages(BlockCache *cache, TransBlock *block)
{
    for (unsigned which = 0; which < block_nb_pages(block); which++) {
        uint32_t self = cache_ref(cache, block) * 2 + which;
        uint32_t *at = &find_page(cache, block_page(block, which))->first;

        while (*at != self) {
            at = &cache_block(cache, *at / 2)->page_next[*at % 2];
        }
        *at = block->page_next[which];
    }
}

static void each_on_page(BlockCache *cache, const CachePage *page, GuestAddr start, GuestAddr last,
                         void (*fn)(TransBlock *block, void *opaque), void *opaque)
{
    uint32_t ref = page->first;

    while (ref) {
        TransBlock *block = cache_block(cache, ref / 2);

        ref = block->page_next[ref % 2];
        if (block->pc <= last && block->pc + block->guest_size - 1 >= start) {
            fn(block, opaque);
        }
    }
}

void block_cache_each_in(BlockCache *cache, GuestAddr start, GuestAddr end,
                         void (*fn)(TransBlock *block, void *opaque), void *opaque)
{
    GuestAddr last = end - 1; /* end may be 0: the top of the address space */
    uint64_t first_page = start >> CACHE_PAGE_BITS, last_page = last >> CACHE_PAGE_BITS;

    if (start == end || cache->nb_blocks == 0) {
        return;
    }
    if (last_page - first_page < cache->nb_pages) {
        for (uint64_t page = first_page; page <= last_page; page++) {
            each_on_page(cache, find_page(cache, page), start, last, fn, opaque);
        }
        return;
    }
    for (size_t n = 0; n < cache->cap_pages; n++) {
        uint64_t page = cache->pages[n].page;

        if (page && page - 1 >= first_page && page - 1 <= last_page) {
            each_on_page(cache, &cache->pages[n], start, last, fn, opaque);
        }
    }
}

/*
 * Insertion and removal
 */

static TransBlock *new_record(BlockCache *cache, const TcgCompiled *compiled)
{
    size_t size =
        sizeof(TransBlock) + compiled->nb_jumps * sizeof(TransLink) + compiled->state_map->size;
    TransBlock *block = (TransBlock *)(cache->meta + cache->meta_used);

    size = (size + 7) & ~(size_t)7;
    if (size > cache->meta_size - cache->meta_used) {
        return NULL;
    }
    cache->meta_used += size;
    return block;
}

static void fill_record(BlockCache *cache, TransBlock *block, const NewBlock *nb)
{
    const TcgCompiled *compiled = nb->compiled;

    *block = (TransBlock){
        .pc = nb->pc,
        .flags = nb->flags,
        .code = (uint32_t)(nb->code - cache->buf->rx),
        .code_size = (uint32_t)compiled->code_size,
        .map_size = (uint32_t)compiled->state_map->size,
        .guest_size = nb->guest_size,
        .nb_links = (uint8_t)compiled->nb_jumps,
    };
    for (unsigned n = 0; n < compiled->nb_jumps; n++) {
        const TcgJump *jump = &compiled->jumps[n];

        block->link[n] = (TransLink){
            .pc = jump->pc,
            .site = jump->site,
            .index = n,
            .stub = jump->stub,
        };
    }
    if (block->map_size) {
        memcpy((uint8_t *)block_map(block), compiled->state_map->buf, block->map_size);
    }
}

TransBlock *block_cache_insert(BlockCache *cache, const NewBlock *new_block)
{
    TransBlock *block = new_record(cache, new_block->compiled);
    CacheRef *head = bucket(cache, new_block->pc);
    CacheRef ref;

    if (!block) {
        return NULL;
    }
    fill_record(cache, block, new_block);
    ref = cache_ref(cache, block);
    memcpy(code_buf_rw(cache->buf, new_block->code) - CODE_HEADER, &ref, sizeof(ref));
    mark_start(cache, block->code);
    add_to_pages(cache, block);
    cache->nb_blocks++;
    block->hash_next = *head;
    __atomic_store_n(head, ref, __ATOMIC_RELEASE);
    return block;
}

void block_cache_remove(BlockCache *cache, TransBlock *block)
{
    CacheRef ref = cache_ref(cache, block);
    CacheRef *at = bucket(cache, block->pc);

    while (*at != ref) {
        at = &cache_block(cache, *at)->hash_next;
    }
    __atomic_store_n(at, block->hash_next, __ATOMIC_RELEASE);
    remove_from_pages(cache, block);
    __atomic_store_n(&block->dead, 1, __ATOMIC_RELEASE);
    cache->nb_blocks--;
}
