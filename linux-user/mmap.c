/*
 * Guest mappings on the host: mmap and its family at addresses this file chooses.
 *
 * The table (mm-table.h) says what is the guest's.  A fixed mapping first claims the holes in
 * its range with MAP_FIXED_NOREPLACE, so host memory there (dragoman's own, even if mapped this
 * very moment by another thread) makes the call fail instead of being replaced.  Pages are
 * never executable on the host: guest code is only read.
 *
 * Needs: guest_base 0.  Keeps: the table and the host's page tables agree whenever the lock is
 * free; accel->invalidate() is called after the lock is given back, because the accelerator
 * calls guest_mm_fetch() with locks of its own.
 */
#include "linux-user/mmap.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "accel/accel.h"
#include "linux-user/guest-mem.h"
#include "mm-host.h"
#include "mm-table.h"
#include "util/lock.h"
#include "util/log.h"

enum {
    /* vm.mmap_min_addr's default: the kernel refuses anything lower to ordinary users. */
    LOWEST_ADDR = 65536,
    /* asm-generic/mman-common.h: accepted, without meaning on every guest but ppc. */
    PROT_SEM_FLAG = 0x8,
};

/* x86-64 user space with four-level page tables ends a page below 1 << 47. */
#define HOST_TASK_SIZE ((UINT64_C(1) << 47) - GUEST_PAGE_SIZE)

struct GuestMm {
    /* Constant. */
    const AccelOps *accel;
    GuestAddr task_size;
    bool host_places; /* our part of the address space is shared with dragoman's mappings */

    /* Order 3; guards all below. */
    pthread_mutex_t lock;
    MmTable table;
    GuestAddr base; /* mappings without a hint go below it */
    GuestAddr brk_start, brk;
    uint64_t next_file;
};

/* What a new mapping is to be: the arguments of mmap(2). */
typedef struct MapRequest {
    GuestAddr addr;
    uint64_t size;
    int prot, flags, fd;
    uint64_t offset;
} MapRequest;

/* Executable bytes that changed, for accel->invalidate() once the lock is free. */
typedef struct Changed {
    GuestAddr start, end; /* empty: nothing */
} Changed;

/*
 * The page behind the guest's last is nobody's: the kernel, given a size that reaches over the
 * end, stops there and not in dragoman's memory (sys-host.c).
 */
static void keep_end_free(const GuestMm *mm)
{
    if (mm->task_size < HOST_TASK_SIZE) {
        mmap((void *)mm->task_size, GUEST_PAGE_SIZE, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    }
}

GuestMm *guest_mm_new(GuestAddr top, const AccelOps *accel)
{
    GuestMm *mm = g_new0(GuestMm, 1);

    lock_init(&mm->lock);
    mm_table_init(&mm->table);
    mm->accel = accel;
    mm->host_places = mm_host_uses_below(top);
    mm->task_size = mm->host_places ? HOST_TASK_SIZE : MIN(top, HOST_TASK_SIZE);
    mm->base = mm->task_size;
    mm->next_file = 1;
    keep_end_free(mm);
    return mm;
}

void guest_mm_free(GuestMm *mm)
{
    for (unsigned i = 0; i < mm->table.nb; i++) {
        const GuestMapping *map = &mm->table.maps[i];

        munmap((void *)map->start, map->end - map->start);
    }
    mm_table_done(&mm->table);
    pthread_mutex_destroy(&mm->lock);
    g_free(mm);
}

GuestAddr guest_mm_task_size(const GuestMm *mm)
{
    return mm->task_size;
}

void guest_mm_set_mmap_base(GuestMm *mm, GuestAddr start)
{
    if (!mm->host_places) {
        mm->base = start;
    }
}

void guest_mm_fork_prepare(GuestMm *mm)
{
    pthread_mutex_lock(&mm->lock);
}

void guest_mm_fork_done(GuestMm *mm, bool is_child)
{
    if (is_child) {
        lock_init(&mm->lock); /* the owner it has is the parent's thread */
    } else {
        pthread_mutex_unlock(&mm->lock);
    }
}

void guest_mm_vfork_done(GuestMm *mm)
{
    (void)lock_inherit(&mm->lock);
    pthread_mutex_unlock(&mm->lock);
}

/* Guest code is read, not run, by the host. */
static int host_prot(int prot)
{
    return (prot & (PROT_READ | PROT_WRITE)) | (prot & PROT_EXEC ? PROT_READ : 0);
}

static void note_change(GuestMm *mm, Changed *changed, GuestAddr start, GuestAddr end)
{
    if (!mm_table_has_exec(&mm->table, start, end)) {
        return;
    }
    if (changed->start == changed->end) {
        *changed = (Changed){ start, end };
    } else {
        changed->start = MIN(changed->start, start);
        changed->end = MAX(changed->end, end);
    }
}

static void unlock_and_invalidate(GuestMm *mm, const Changed *changed)
{
    pthread_mutex_unlock(&mm->lock);
    if (changed->start < changed->end && mm->accel) {
        mm->accel->invalidate(changed->start, changed->end);
    }
}

static bool in_guest_space(const GuestMm *mm, GuestAddr addr, uint64_t size)
{
    return addr <= mm->task_size && size <= mm->task_size - addr;
}

/* Flags that mean something else here than on the host, or nothing. */
static int host_map_flags(int flags)
{
    int known = MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE |
                MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_GROWSDOWN | MAP_FIXED | MAP_32BIT;

    /* Those it validates do not include the MAP_FIXED_NOREPLACE that we add. */
    if ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE && !(flags & ~(MAP_TYPE | known))) {
        flags = (flags & ~MAP_TYPE) | MAP_SHARED;
    }
    /* A growing mapping would grow over unrecorded addresses; MAP_32BIT is x86's own. */
    return flags & ~(MAP_GROWSDOWN | MAP_32BIT | MAP_FIXED | MAP_FIXED_NOREPLACE);
}

/* Host mmap at how->addr that replaces nothing.  0 or -errno: -EEXIST if something is there. */
static int map_new(const MapRequest *how)
{
    void *p = mmap((void *)how->addr, how->size, host_prot(how->prot),
                   host_map_flags(how->flags) | MAP_FIXED_NOREPLACE, how->fd, (off_t)how->offset);

    if (p == MAP_FAILED) {
        return -errno;
    }
    if ((GuestAddr)p != how->addr) {
        /* Kernels before 4.17 take the address as a hint. */
        munmap(p, how->size);
        return -EEXIST;
    }
    return 0;
}

/* A mapping that only keeps others away. */
static MapRequest reservation(GuestAddr addr, uint64_t size)
{
    return (
        MapRequest){ addr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 };
}

static bool claim_hole(void *opaque, GuestAddr start, GuestAddr end)
{
    MapRequest how = reservation(start, end - start);
    GuestAddr *claimed = opaque;

    if (map_new(&how) < 0) {
        return false;
    }
    *claimed = end;
    return true;
}

static bool release_hole(void *opaque, GuestAddr start, GuestAddr end)
{
    munmap((void *)start, end - start);
    return true;
}

/* Make [start, end) entirely ours to replace.  False: a part belongs to the host. */
static bool claim_range(GuestMm *mm, GuestAddr start, GuestAddr end)
{
    GuestAddr claimed = start;

    if (mm_table_holes(&mm->table, start, end, claim_hole, &claimed)) {
        return true;
    }
    mm_table_holes(&mm->table, start, claimed, release_hole, NULL);
    return false;
}

static void release_range(GuestMm *mm, GuestAddr start, GuestAddr end)
{
    mm_table_holes(&mm->table, start, end, release_hole, NULL);
}

/*
 * Map how->size bytes where the guest has none: at how->addr if that is free, else as high as
 * possible.  The address, also in how->addr, or -errno.
 */
static int64_t map_anywhere(GuestMm *mm, MapRequest *how)
{
    GuestAddr high = mm->base;
    int ret;

    how->addr = guest_page_down(how->addr);
    if (how->addr >= LOWEST_ADDR && in_guest_space(mm, how->addr, how->size) &&
        mm_table_is_free(&mm->table, how->addr, how->addr + how->size) && map_new(how) == 0) {
        return (int64_t)how->addr;
    }
    if (mm->host_places) {
        void *p = mmap(NULL, how->size, host_prot(how->prot), host_map_flags(how->flags), how->fd,
                       (off_t)how->offset);

        how->addr = (GuestAddr)p;
        return p == MAP_FAILED ? -errno : (int64_t)how->addr;
    }
    do {
        how->addr = mm_table_gap(&mm->table, LOWEST_ADDR, high, how->size);
        if (how->addr == 0) {
            return -ENOMEM;
        }
        ret = map_new(how);
        high = how->addr; /* if the host has something there: try below it */
    } while (ret == -EEXIST && high >= LOWEST_ADDR + how->size);
    return ret < 0 ? ret : (int64_t)how->addr;
}

/* Enter a mapping that has been made at request->addr. */
static void record(GuestMm *mm, const MapRequest *request)
{
    int prot = request->prot;
    bool anonymous = request->flags & MAP_ANONYMOUS;
    GuestMapping map = {
        .start = request->addr,
        .end = request->addr + request->size,
        .prot = prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
        .flags = request->flags & (MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS),
        .offset = anonymous ? 0 : request->offset,
        .file = anonymous ? 0 : mm->next_file++,
    };

    mm_table_set(&mm->table, &map);
    if (log_on(LOG_PAGE)) {
        log_printf("map   %016" PRIx64 "-%016" PRIx64 " %c%c%c%c fd %d offset %#" PRIx64 "\n",
                   map.start, map.end, prot & PROT_READ ? 'r' : '-', prot & PROT_WRITE ? 'w' : '-',
                   prot & PROT_EXEC ? 'x' : '-', map.flags & MAP_SHARED ? 's' : 'p',
                   anonymous ? -1 : request->fd, map.offset);
    }
}

/* Is the fixed range the guest's to replace?  0 or -errno. */
static int check_fixed(const GuestMm *mm, const MapRequest *request)
{
    if (request->addr & ~GUEST_PAGE_MASK) {
        return -EINVAL;
    }
    if (!in_guest_space(mm, request->addr, request->size)) {
        return -ENOMEM;
    }
    if ((request->flags & MAP_FIXED_NOREPLACE) &&
        !mm_table_is_free(&mm->table, request->addr, request->addr + request->size)) {
        return -EEXIST;
    }
    return 0;
}

/* Map at the fixed place, over mappings of the guest but never over the host's. */
static int64_t map_fixed(GuestMm *mm, const MapRequest *how)
{
    GuestAddr end = how->addr + how->size;
    int ret = check_fixed(mm, how);
    void *p;

    if (ret < 0) {
        return ret;
    }
    if (mm_table_is_free(&mm->table, how->addr, end)) {
        ret = map_new(how);
        return ret == -EEXIST ? -ENOMEM : ret < 0 ? ret : (int64_t)how->addr;
    }
    if (!claim_range(mm, how->addr, end)) {
        return -ENOMEM;
    }
    p = mmap((void *)how->addr, how->size, host_prot(how->prot),
             host_map_flags(how->flags) | MAP_FIXED, how->fd, (off_t)how->offset);
    if (p == MAP_FAILED) {
        ret = -errno;
        release_range(mm, how->addr, end);
        return ret;
    }
    return (int64_t)how->addr;
}

static int64_t mmap_locked(GuestMm *mm, MapRequest request, Changed *changed)
{
    int64_t place;

    if (request.size == 0 || (request.offset & ~GUEST_PAGE_MASK)) {
        return -EINVAL;
    }
    request.size = guest_page_up(request.size);
    if (request.size == 0 || request.size > mm->task_size) {
        return -ENOMEM;
    }
    place = request.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) ? map_fixed(mm, &request)
                                                              : map_anywhere(mm, &request);
    if (place >= 0) {
        note_change(mm, changed, request.addr, request.addr + request.size);
        record(mm, &request);
    }
    return place;
}

int64_t guest_mmap(GuestMm *mm, GuestAddr addr, uint64_t size, int prot, int flags, int fd,
                   uint64_t offset)
{
    Changed changed = { 0 };
    int64_t ret;

    pthread_mutex_lock(&mm->lock);
    ret = mmap_locked(mm, (MapRequest){ addr, size, prot, flags, fd, offset }, &changed);
    unlock_and_invalidate(mm, &changed);
    return ret;
}

/* Unmap the guest's mappings in [start, end), leaving the host's alone. */
static void unmap_range(GuestMm *mm, GuestAddr start, GuestAddr end, Changed *changed)
{
    note_change(mm, changed, start, end);
    for (unsigned i = mm_table_find(&mm->table, start); i < mm->table.nb; i++) {
        GuestAddr from = MAX(mm->table.maps[i].start, start);
        GuestAddr to = MIN(mm->table.maps[i].end, end);

        if (from >= to) {
            break;
        }
        munmap((void *)from, to - from);
    }
    mm_table_clear(&mm->table, start, end);
    if (log_on(LOG_PAGE)) {
        log_printf("unmap %016" PRIx64 "-%016" PRIx64 "\n", start, end);
    }
}

static int64_t munmap_locked(GuestMm *mm, GuestAddr addr, uint64_t size, Changed *changed)
{
    if ((addr & ~GUEST_PAGE_MASK) || size == 0 || size > mm->task_size ||
        !in_guest_space(mm, addr, guest_page_up(size))) {
        return -EINVAL;
    }
    unmap_range(mm, addr, addr + guest_page_up(size), changed);
    return 0;
}

int64_t guest_munmap(GuestMm *mm, GuestAddr addr, uint64_t size)
{
    Changed changed = { 0 };
    int64_t ret;

    pthread_mutex_lock(&mm->lock);
    ret = munmap_locked(mm, addr, size, &changed);
    unlock_and_invalidate(mm, &changed);
    return ret;
}

/* The mapped part of [start, end) that begins at start gets prot, as the kernel does it. */
static int64_t protect_range(GuestMm *mm, GuestAddr start, GuestAddr end, int prot,
                             Changed *changed)
{
    GuestAddr stop = start;

    for (unsigned i = mm_table_find(&mm->table, start); stop < end; i++) {
        if (i == mm->table.nb || mm->table.maps[i].start > stop) {
            break;
        }
        stop = MIN(mm->table.maps[i].end, end);
    }
    if (stop > start) {
        if (mprotect((void *)start, stop - start, host_prot(prot)) < 0) {
            return -errno;
        }
        note_change(mm, changed, start, stop);
        mm_table_protect(&mm->table, start, stop, prot);
        note_change(mm, changed, start, stop);
    }
    return stop == end ? 0 : -ENOMEM;
}

int64_t guest_mprotect(GuestMm *mm, GuestAddr addr, uint64_t size, int prot)
{
    Changed changed = { 0 };
    int64_t ret;

    /* PROT_GROWSDOWN and PROT_GROWSUP need growing mappings, of which there are none. */
    if ((addr & ~GUEST_PAGE_MASK) ||
        (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM_FLAG))) {
        return -EINVAL;
    }
    if (size == 0) {
        return 0;
    }
    if (size > mm->task_size || !in_guest_space(mm, addr, guest_page_up(size))) {
        return -ENOMEM;
    }
    prot &= PROT_READ | PROT_WRITE | PROT_EXEC;
    pthread_mutex_lock(&mm->lock);
    ret = protect_range(mm, addr, addr + guest_page_up(size), prot, &changed);
    if (log_on(LOG_PAGE)) {
        log_printf("prot  %016" PRIx64 "-%016" PRIx64 " %c%c%c\n", addr, addr + guest_page_up(size),
                   prot & PROT_READ ? 'r' : '-', prot & PROT_WRITE ? 'w' : '-',
                   prot & PROT_EXEC ? 'x' : '-');
    }
    unlock_and_invalidate(mm, &changed);
    return ret;
}

/* A mremap that passed its checks; sizes are whole pages. */
typedef struct Remap {
    GuestAddr addr, new_addr;
    uint64_t old_size, new_size;
    int flags;
    GuestMapping map; /* what covers addr */
} Remap;

static int64_t remap_check(GuestMm *mm, const Remap *r)
{
    int known = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;

    if ((r->addr & ~GUEST_PAGE_MASK) || (r->flags & ~known) || r->new_size == 0 ||
        ((r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(r->flags & MREMAP_MAYMOVE)) ||
        ((r->flags & MREMAP_DONTUNMAP) && r->old_size != r->new_size)) {
        return -EINVAL;
    }
    if (!in_guest_space(mm, r->addr, r->old_size)) {
        return -EFAULT;
    }
    if (!in_guest_space(mm, 0, r->new_size)) {
        return -ENOMEM;
    }
    if (r->flags & MREMAP_FIXED) {
        if ((r->new_addr & ~GUEST_PAGE_MASK) || !in_guest_space(mm, r->new_addr, r->new_size) ||
            (r->new_addr < r->addr + r->old_size && r->addr < r->new_addr + r->new_size)) {
            return -EINVAL;
        }
    }
    return 0;
}

/* Grow where it is.  True: done. */
static bool remap_grow(GuestMm *mm, const Remap *r)
{
    GuestAddr end = r->addr + r->old_size;
    GuestMapping map = r->map;

    if (r->old_size == 0 || map.end != end || !in_guest_space(mm, r->addr, r->new_size) ||
        !mm_table_is_free(&mm->table, end, r->addr + r->new_size)) {
        return false;
    }
    if (mremap((void *)r->addr, r->old_size, r->new_size, 0) == MAP_FAILED) {
        return false;
    }
    map.offset += map.file ? r->addr - map.start : 0;
    map.start = r->addr;
    map.end = r->addr + r->new_size;
    mm_table_set(&mm->table, &map);
    return true;
}

/* Claim the new place; the address or -errno. */
static int64_t remap_place(GuestMm *mm, const Remap *r)
{
    MapRequest how = reservation(r->new_addr, r->new_size);

    if (r->flags & MREMAP_FIXED) {
        return claim_range(mm, r->new_addr, r->new_addr + r->new_size) ? (int64_t)r->new_addr
                                                                       : -ENOMEM;
    }
    return map_anywhere(mm, &how);
}

static int64_t remap_move(GuestMm *mm, const Remap *r, Changed *changed)
{
    GuestMapping map = r->map;
    int64_t place = remap_place(mm, r);

    if (place < 0) {
        return place;
    }
    if (mremap((void *)r->addr, r->old_size, r->new_size,
               MREMAP_MAYMOVE | MREMAP_FIXED | (r->flags & MREMAP_DONTUNMAP),
               (void *)place) == MAP_FAILED) {
        int error = errno;

        release_range(mm, (GuestAddr)place, (GuestAddr)place + r->new_size);
        return -error;
    }
    note_change(mm, changed, (GuestAddr)place, (GuestAddr)place + r->new_size);
    note_change(mm, changed, r->addr, r->addr + r->old_size);
    if (r->old_size && !(r->flags & MREMAP_DONTUNMAP)) {
        mm_table_clear(&mm->table, r->addr, r->addr + r->old_size);
    }
    map.offset += map.file ? r->addr - map.start : 0;
    map.start = (GuestAddr)place;
    map.end = map.start + r->new_size;
    mm_table_set(&mm->table, &map);
    return place;
}

static int64_t mremap_locked(GuestMm *mm, Remap *r, Changed *changed)
{
    const GuestMapping *map = mm_table_at(&mm->table, r->addr);
    int64_t ret = remap_check(mm, r);

    if (ret < 0) {
        return ret;
    }
    if (!map || map->end - r->addr < MIN(r->old_size, r->new_size)) {
        return -EFAULT;
    }
    r->map = *map;
    if (!(r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && r->new_size <= r->old_size) {
        if (r->new_size < r->old_size) {
            unmap_range(mm, r->addr + r->new_size, r->addr + r->old_size, changed);
        }
        return (int64_t)r->addr;
    }
    if (map->end - r->addr < r->old_size) {
        return -EFAULT;
    }
    if (!(r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && remap_grow(mm, r)) {
        return (int64_t)r->addr;
    }
    return r->flags & MREMAP_MAYMOVE ? remap_move(mm, r, changed) : -ENOMEM;
}

int64_t guest_mremap(GuestMm *mm, GuestAddr addr, uint64_t old_size, uint64_t new_size, int flags,
                     GuestAddr new_addr)
{
    Remap remap = { addr, new_addr, guest_page_up(old_size), guest_page_up(new_size), flags };
    Changed changed = { 0 };
    int64_t ret;

    if (old_size > mm->task_size || new_size > mm->task_size) {
        return -EINVAL;
    }
    pthread_mutex_lock(&mm->lock);
    ret = mremap_locked(mm, &remap, &changed);
    if (log_on(LOG_PAGE)) {
        log_printf("remap %016" PRIx64 "+%#" PRIx64 " to %016" PRIx64 "+%#" PRIx64 "\n", addr,
                   remap.old_size, (uint64_t)ret, remap.new_size);
    }
    unlock_and_invalidate(mm, &changed);
    return ret;
}

int64_t guest_remap_file_pages(GuestMm *mm, GuestAddr addr, uint64_t size, int prot, uint64_t page,
                               int flags)
{
    Changed changed = { 0 };
    const GuestMapping *at;
    int64_t ret = -EINVAL;

    addr &= GUEST_PAGE_MASK; /* both are rounded down */
    size &= GUEST_PAGE_MASK;
    if (!in_guest_space(mm, addr, size)) {
        return -EINVAL;
    }
    pthread_mutex_lock(&mm->lock);
    at = mm_table_at(&mm->table, addr);
    if (at && size) {
        GuestMapping map = *at;

        ret = syscall(SYS_remap_file_pages, addr, size, prot, page, flags) ? -errno : 0;
        if (ret == 0) {
            map.start = addr;
            map.end = addr + size;
            map.offset = page * GUEST_PAGE_SIZE;
            mm_table_set(&mm->table, &map);
            note_change(mm, &changed, addr, addr + size);
        }
    }
    unlock_and_invalidate(mm, &changed);
    return ret;
}

void guest_brk_start(GuestMm *mm, GuestAddr start)
{
    mm->brk_start = mm->brk = start;
}

GuestAddr guest_brk(GuestMm *mm, GuestAddr brk)
{
    Changed changed = { 0 };
    GuestAddr old_end, new_end;

    pthread_mutex_lock(&mm->lock);
    old_end = guest_page_up(mm->brk);
    new_end = guest_page_up(brk);
    if (brk < mm->brk_start || !in_guest_space(mm, 0, brk) || new_end < brk) {
        /* brk(0) asks. */
    } else if (new_end > old_end) {
        MapRequest request = { old_end,
                               new_end - old_end,
                               PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
                               -1,
                               0 };
        int64_t ret = mmap_locked(mm, request, &changed);

        if (ret >= 0) {
            GuestMapping heap = *mm_table_at(&mm->table, old_end);

            /* Set again, so that it merges with the heap below it. */
            heap.start = old_end;
            heap.end = new_end;
            heap.name = g_intern_static_string("[heap]");
            mm_table_set(&mm->table, &heap);
            mm->brk = brk;
        }
    } else {
        if (new_end < old_end) {
            unmap_range(mm, new_end, old_end, &changed);
        }
        mm->brk = brk;
    }
    brk = mm->brk;
    unlock_and_invalidate(mm, &changed);
    return brk;
}

/* Claim a place for the segment, as shmat(2) wants it. */
static int64_t shm_place(GuestMm *mm, GuestAddr addr, uint64_t size, int flags)
{
    MapRequest how = reservation(addr, size);
    int ret;

    if (addr == 0) {
        return map_anywhere(mm, &how);
    }
    how.addr = flags & SHM_RND ? guest_page_down(addr) : addr;
    how.flags |= flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    ret = check_fixed(mm, &how);
    if (ret < 0 || !claim_range(mm, how.addr, how.addr + size)) {
        return -EINVAL;
    }
    return (int64_t)how.addr;
}

static int64_t shmat_locked(GuestMm *mm, int id, GuestAddr addr, int flags, Changed *changed)
{
    int prot =
        PROT_READ | (flags & SHM_RDONLY ? 0 : PROT_WRITE) | (flags & SHM_EXEC ? PROT_EXEC : 0);
    struct shmid_ds ds;
    int64_t place;
    uint64_t size;

    if (shmctl(id, IPC_STAT, &ds) < 0) {
        return -errno;
    }
    size = guest_page_up(ds.shm_segsz);
    place = shm_place(mm, addr, size, flags);
    if (place < 0) {
        return place;
    }
    if (shmat(id, (void *)place, (flags & ~(SHM_RND | SHM_EXEC)) | SHM_REMAP) == (void *)-1) {
        int error = errno;

        release_range(mm, (GuestAddr)place, (GuestAddr)place + size);
        return -error;
    }
    note_change(mm, changed, (GuestAddr)place, (GuestAddr)place + size);
    record(mm, &(MapRequest){ (GuestAddr)place, size, prot, MAP_SHARED, -1, 0 });
    return place;
}

int64_t guest_shmat(GuestMm *mm, int id, GuestAddr addr, int flags)
{
    Changed changed = { 0 };
    int64_t ret;

    pthread_mutex_lock(&mm->lock);
    ret = shmat_locked(mm, id, addr, flags, &changed);
    unlock_and_invalidate(mm, &changed);
    return ret;
}

/* Forget all pieces of the file mapping that are left from addr on. */
static void forget_file(GuestMm *mm, GuestAddr addr, uint64_t file, Changed *changed)
{
    unsigned i = mm_table_find(&mm->table, addr);

    while (i < mm->table.nb) {
        GuestMapping map = mm->table.maps[i];

        if (map.file != file) {
            i++;
            continue;
        }
        note_change(mm, changed, map.start, map.end);
        mm_table_clear(&mm->table, map.start, map.end);
    }
}

int64_t guest_shmdt(GuestMm *mm, GuestAddr addr)
{
    Changed changed = { 0 };
    const GuestMapping *map;
    int64_t ret = 0;

    pthread_mutex_lock(&mm->lock);
    map = mm_table_at(&mm->table, addr);
    if (!map || map->start != addr || !map->file) {
        ret = -EINVAL;
    } else if (shmdt((void *)addr) < 0) {
        ret = -errno;
    } else {
        forget_file(mm, addr, map->file, &changed);
    }
    unlock_and_invalidate(mm, &changed);
    return ret;
}

void guest_mm_name(GuestMm *mm, GuestAddr addr, const char *name)
{
    pthread_mutex_lock(&mm->lock);
    mm_table_name(&mm->table, addr, name);
    pthread_mutex_unlock(&mm->lock);
}

int guest_page_flags(GuestMm *mm, GuestAddr addr)
{
    const GuestMapping *map;
    int prot;

    pthread_mutex_lock(&mm->lock);
    map = mm_table_at(&mm->table, addr);
    prot = map ? map->prot : -1;
    pthread_mutex_unlock(&mm->lock);
    return prot;
}

bool guest_range_has(GuestMm *mm, GuestAddr addr, uint64_t size, int prot)
{
    bool ok = in_guest_space(mm, addr, size);
    GuestAddr end = addr + size;

    pthread_mutex_lock(&mm->lock);
    for (unsigned i = mm_table_find(&mm->table, addr); ok && addr < end; i++) {
        const GuestMapping *map = &mm->table.maps[i];

        ok = i < mm->table.nb && map->start <= addr && (map->prot & prot) == prot;
        addr = ok ? map->end : end;
    }
    pthread_mutex_unlock(&mm->lock);
    return ok;
}

bool guest_mm_next(GuestMm *mm, GuestAddr addr, GuestMapping *ret)
{
    bool found;
    unsigned i;

    pthread_mutex_lock(&mm->lock);
    i = mm_table_find(&mm->table, addr);
    found = i < mm->table.nb;
    if (found) {
        *ret = mm->table.maps[i];
    }
    pthread_mutex_unlock(&mm->lock);
    return found;
}

size_t guest_mm_fetch(GuestMm *mm, GuestAddr pc, void *buf, size_t size, int *ret_code)
{
    const GuestMapping *map;
    GuestAddr end = pc;

    pthread_mutex_lock(&mm->lock);
    map = mm_table_at(&mm->table, pc);
    *ret_code = map ? SEGV_ACCERR : SEGV_MAPERR;
    for (unsigned i = mm_table_find(&mm->table, pc); i < mm->table.nb && end - pc < size; i++) {
        map = &mm->table.maps[i];
        if (map->start > end || !(map->prot & PROT_EXEC)) {
            break;
        }
        end = map->end;
    }
    pthread_mutex_unlock(&mm->lock);

    /* The tail may lie behind the end of a file: then only the part up to that page counts. */
    for (size = MIN(size, end - pc); size > 0;) {
        if (host_copy_safe(buf, (const void *)pc, size)) {
            return size;
        }
        end = guest_page_down(pc + size - 1);
        size = end > pc ? end - pc : 0;
    }
    return 0;
}
