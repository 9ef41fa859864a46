/*
 * Block cache: translated blocks by guest (pc, flags), by host address, by guest page.
 *
 * Lookups by pc and by host address take no lock and may run beside one writer; everything
 * else needs the owner's lock.  Records are never freed one by one: block_cache_reset()
 * forgets all of them, and whoever calls it knows that no thread uses one.
 */
#ifndef ACCEL_TCG_BLOCK_CACHE_H
#define ACCEL_TCG_BLOCK_CACHE_H

#include "target/guest.h"
#include "tcg/code-buf.h"

/* A record's place in the cache's memory in units of 8 bytes; 0: none. */
typedef uint32_t CacheRef;

/* A direct jump out of a block (goto_tb). */
typedef struct TransLink {
    GuestAddr pc;       /* where to */
    CacheRef to;        /* the block it is patched to; 0: its stub */
    CacheRef next;      /* the next link into the same block */
    uint32_t site : 24; /* offset of the patched field in the block's code */
    uint32_t index : 8; /* in block->link */
    uint32_t stub;      /* offset of the way out to the run loop */
} TransLink;

typedef struct TransBlock {
    GuestAddr pc;
    uint32_t flags; /* arch->block_flags() it was lifted with */
    CacheRef hash_next;
    CacheRef page_next[2]; /* lists of the first and the last guest page; see PageRef */
    CacheRef incoming;     /* TransLinks patched to this block */
    uint32_t code;         /* offset in the code buffer */
    uint32_t code_size;
    uint32_t map_size;
    uint16_t guest_size; /* bytes; less than a page */
    uint8_t nb_links;
    uint8_t dead; /* invalidated: never found, linked or run into again */
    TransLink link[];
    /* then map_size bytes of state map */
} TransBlock;

/* Blocks that touch one guest page. */
typedef struct CachePage {
    uint64_t page;  /* number + 1; 0: empty entry */
    uint32_t first; /* PageRef: CacheRef * 2 + which of the block's two lists */
} CachePage;

enum {
    CACHE_BUCKET_BITS = 16,
    CACHE_BUCKETS = 1 << CACHE_BUCKET_BITS,
    CACHE_PAGE_BITS = 12, /* of the lists; the guest's own pages may be larger */
    CODE_ALIGN = 16,      /* of a block's code */
    CODE_HEADER = 8,      /* bytes before it: the CacheRef of its block */
};

typedef struct BlockCache {
    CodeBuf *buf;
    uint8_t *meta; /* records */
    size_t meta_size, meta_used;
    CacheRef *buckets;
    uint64_t
        *starts; /* a bit per CODE_ALIGN bytes of the code buffer: a block's code starts there */
    CachePage *pages; /* open addressing, a power of two */
    size_t cap_pages, nb_pages;
    size_t nb_blocks; /* alive */
} BlockCache;

/* What a new block is made of. */
typedef struct NewBlock {
    GuestAddr pc;
    uint32_t flags;
    uint16_t guest_size;
    const uint8_t *code; /* rx; CODE_HEADER bytes before it are the cache's */
    const TcgCompiled *compiled;
} NewBlock;

int block_cache_init(BlockCache *cache, CodeBuf *buf);
void block_cache_done(BlockCache *cache);
void block_cache_reset(BlockCache *cache);

static inline TransBlock *cache_block(const BlockCache *cache, CacheRef ref)
{
    return ref ? (TransBlock *)(cache->meta + (size_t)ref * 8) : NULL;
}

static inline TransLink *cache_link(const BlockCache *cache, CacheRef ref)
{
    return ref ? (TransLink *)(cache->meta + (size_t)ref * 8) : NULL;
}

static inline CacheRef cache_ref(const BlockCache *cache, const void *record)
{
    return (CacheRef)(((const uint8_t *)record - cache->meta) / 8);
}

static inline const uint8_t *block_code(const BlockCache *cache, const TransBlock *block)
{
    return cache->buf->rx + block->code;
}

static inline const uint8_t *block_map(const TransBlock *block)
{
    return (const uint8_t *)&block->link[block->nb_links];
}

static inline TransBlock *link_block(TransLink *link)
{
    return (TransBlock *)((uint8_t *)(link - link->index) - offsetof(TransBlock, link));
}

/* The live block for (pc, flags); NULL: none, or it is being inserted right now. */
TransBlock *block_cache_find(const BlockCache *cache, GuestAddr pc, uint32_t flags);
/* The block, dead or alive, whose code contains the host address; NULL: none. */
TransBlock *block_cache_find_host(const BlockCache *cache, const uint8_t *rx);
/* The block, dead or alive, whose code starts there (CODE_ALIGN aligned); NULL: none. */
TransBlock *block_cache_find_start(const BlockCache *cache, const uint8_t *rx);
/* The link of block with this site; NULL: none. */
TransLink *block_find_link(const BlockCache *cache, TransBlock *block, const uint8_t *site_rx);

/* NULL when the memory for records is full. */
TransBlock *block_cache_insert(BlockCache *cache, const NewBlock *new_block);
/* Never find it again; its code stays. */
void block_cache_remove(BlockCache *cache, TransBlock *block);

/* Call fn for every live block that overlaps [start, end); fn may remove the block it is given. */
void block_cache_each_in(BlockCache *cache, GuestAddr start, GuestAddr end,
                         void (*fn)(TransBlock *block, void *opaque), void *opaque);

#endif
