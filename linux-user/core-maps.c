/*
 * Which of the guest's memory goes into a core file: the kernel's rules (core(5), "Controlling
 * which mappings are written") applied to the guest's mappings.
 *
 * The guest's table says what is mapped with which protection; the host's list of the same
 * addresses says what the guest's calls did to it otherwise (MADV_DONTDUMP) and which file is
 * behind it.  A segment is a part of the guest's address space for which neither changes.
 */
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "coredump.h"
#include "linux-user/guest-mem.h"
#include "mm-host.h"

/* Bits of /proc/self/coredump_filter. */
enum {
    FILTER_ANON_PRIVATE = 1 << 0,
    FILTER_ANON_SHARED = 1 << 1,
    FILTER_FILE_PRIVATE = 1 << 2,
    FILTER_FILE_SHARED = 1 << 3,
    FILTER_ELF_HEADERS = 1 << 4,
    FILTER_DEFAULT = 0x33,
};

enum { PAGEMAP_CHUNK = 4096 };

typedef struct Collector {
    GuestTask *task;
    unsigned filter;
    int pagemap; /* -1: cannot be read */
    GArray *segments;
} Collector;

bool core_page_is_filled(uint64_t entry)
{
    enum { FILE_OR_SHARED = 61, SWAPPED = 62, PRESENT = 63 };

    return (entry >> PRESENT | entry >> SWAPPED) & ~(entry >> FILE_OR_SHARED) & 1;
}

static unsigned read_filter(void)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents("/proc/self/coredump_filter", &text, NULL, NULL)) {
        return FILTER_DEFAULT;
    }
    return (unsigned)strtoul(text, NULL, 16);
}

/* True if a page of a private mapping was written to: the kernel's anon_vma. */
static bool has_own_pages(const Collector *c, GuestAddr start, GuestAddr end)
{
    uint64_t entries[PAGEMAP_CHUNK / sizeof(uint64_t)];
    uint64_t page = (uintptr_t)g2h(c->task->process, start) / GUEST_PAGE_SIZE;
    uint64_t left = (end - start) / GUEST_PAGE_SIZE;

    if (c->pagemap < 0) {
        return true;
    }
    while (left > 0) {
        size_t want = MIN(left * sizeof(uint64_t), sizeof(entries));
        ssize_t got = pread(c->pagemap, entries, want, (off_t)(page * sizeof(uint64_t)));

        if (got <= 0) {
            return true;
        }
        for (size_t i = 0; i < (size_t)got / sizeof(uint64_t); i++) {
            if (core_page_is_filled(entries[i])) {
                return true;
            }
        }
        page += (uint64_t)got / sizeof(uint64_t);
        left -= MIN(left, (uint64_t)got / sizeof(uint64_t));
    }
    return false;
}

static bool is_elf(GuestTask *task, GuestAddr addr)
{
    char magic[SELFMAG];

    return guest_get(task, addr, magic, sizeof(magic)) && !memcmp(magic, ELFMAG, SELFMAG);
}

/* Mapped memory without a file that others can open: shared anonymous, memfd, SysV. */
static bool is_nameless(const char *file)
{
    return !file || g_str_has_suffix(file, " (deleted)");
}

/* Bytes to dump.  Order and conditions are the kernel's. */
static uint64_t dump_size(const Collector *c, const GuestMapping *map, const CoreSegment *segment,
                          const MmHostMap *host)
{
    uint64_t all = segment->end - segment->start;

    if (map->name && !strcmp(map->name, "[vdso]")) {
        return all;
    }
    if (host && (host->dont_dump || host->is_io)) {
        return 0;
    }
    if (map->flags & MAP_SHARED) {
        unsigned kind = is_nameless(segment->file) ? FILTER_ANON_SHARED : FILTER_FILE_SHARED;

        return c->filter & kind ? all : 0;
    }
    if ((c->filter & FILTER_ANON_PRIVATE) && has_own_pages(c, segment->start, segment->end)) {
        return all;
    }
    if (!segment->file) {
        return 0;
    }
    if (c->filter & FILTER_FILE_PRIVATE) {
        return all;
    }
    /* The first page tells debuggers by its build id which file it was. */
    return (c->filter & FILTER_ELF_HEADERS) && segment->offset == 0 &&
                   (segment->prot & PROT_READ) && is_elf(c->task, segment->start)
               ? MIN(all, GUEST_PAGE_SIZE)
               : 0;
}

/* [start, end) of map, for which the host's list has one line (NULL: has none). */
static void add_segment(Collector *c, const GuestMapping *map, GuestAddr start, GuestAddr end,
                        const MmHostMap *host)
{
    const char *file = host && host->name[0] == '/' ? host->name : NULL;
    bool anonymous = (map->flags & MAP_ANONYMOUS) && !(map->flags & MAP_SHARED);
    CoreSegment segment = {
        .start = start,
        .end = end,
        .prot = map->prot,
        .sparse = anonymous && c->pagemap >= 0,
        .offset = map->flags & MAP_ANONYMOUS ? 0 : map->offset + (start - map->start),
        .file = anonymous ? NULL : g_strdup(file),
    };

    segment.dumped = dump_size(c, map, &segment, host);
    g_array_append_val(c->segments, segment);
}

/* Cut map where the host's list has a border. */
static void add_mapping(Collector *c, const GuestMapping *map, const GArray *host_maps)
{
    GuestAddr start = map->start;

    for (guint i = 0; host_maps && i < host_maps->len && start < map->end; i++) {
        const MmHostMap *host = &g_array_index(host_maps, MmHostMap, i);
        GuestAddr low = h2g(c->task->process, (const void *)host->start);
        GuestAddr end = MIN(h2g(c->task->process, (const void *)host->end), map->end);

        if (low <= start && start < end) {
            add_segment(c, map, start, end, host);
            start = end;
        }
    }
    if (start < map->end) {
        add_segment(c, map, start, map->end, NULL);
    }
}

static void clear_segment(gpointer data)
{
    g_free(((CoreSegment *)data)->file);
}

GArray *core_segments(GuestTask *task)
{
    GArray *host_maps = mm_host_maps(true);
    Collector c = {
        .task = task,
        .filter = read_filter(),
        .pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC),
        .segments = g_array_new(FALSE, FALSE, sizeof(CoreSegment)),
    };
    GuestMapping map;

    g_array_set_clear_func(c.segments, clear_segment);
    for (GuestAddr addr = 0; guest_mm_next(task->process->mm, addr, &map); addr = map.end) {
        add_mapping(&c, &map, host_maps);
    }
    if (c.pagemap >= 0) {
        close(c.pagemap);
    }
    if (host_maps) {
        g_array_unref(host_maps);
    }
    return c.segments;
}
