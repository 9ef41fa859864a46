/*
 * The host's /proc/self/maps: to see at start what is taken, and later to name the files behind
 * guest mappings, which is cheaper than asking for the name at every mmap.
 */
#include "mm-host.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "linux-user/mmap.h"

/* One line of the host's file. */
typedef struct HostMap {
    uint64_t start, end, inode;
    char device[16];
    char *name; /* "" for none */
} HostMap;

static void clear_host_map(gpointer data)
{
    g_free(((HostMap *)data)->name);
}

/* NULL when /proc is not mounted. */
static GArray *read_host_maps(void)
{
    FILE *file = fopen("/proc/self/maps", "re");
    g_autofree char *line = NULL;
    size_t size = 0;
    GArray *maps;

    if (!file) {
        return NULL;
    }
    maps = g_array_new(FALSE, FALSE, sizeof(HostMap));
    g_array_set_clear_func(maps, clear_host_map);
    while (getline(&line, &size, file) > 0) {
        HostMap map;
        int name_at = 0;

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*x %15s %" SCNu64 " %n", &map.start,
                   &map.end, map.device, &map.inode, &name_at) == 4) {
            map.name = g_strchomp(g_strdup(line + name_at));
            g_array_append_val(maps, map);
        }
    }
    fclose(file);
    return maps;
}

bool mm_host_uses_below(uint64_t top)
{
    GArray *maps = read_host_maps();
    bool used;

    if (!maps) {
        /* Without /proc: look where our own code and data are. */
        return (uint64_t)(uintptr_t)&read_host_maps < top || (uint64_t)(uintptr_t)&maps < top;
    }
    /* Sorted by address. */
    used = maps->len > 0 && g_array_index(maps, HostMap, 0).start < top;
    g_array_free(maps, TRUE);
    return used;
}

static const HostMap *find_host_map(const GArray *maps, uint64_t addr)
{
    for (guint i = 0; maps && i < maps->len; i++) {
        const HostMap *map = &g_array_index(maps, HostMap, i);

        if (addr >= map->start && addr < map->end) {
            return map;
        }
    }
    return NULL;
}

char *guest_mm_file(GuestMm *mm, GuestAddr addr)
{
    GArray *host = read_host_maps();
    const HostMap *map = find_host_map(host, addr);
    char *name = map && map->name[0] == '/' ? g_strdup(map->name) : NULL;

    if (host) {
        g_array_free(host, TRUE);
    }
    return name;
}

void guest_mm_print(GuestMm *mm, FILE *out)
{
    GArray *host = read_host_maps();
    GuestMapping map;

    for (GuestAddr addr = 0; guest_mm_next(mm, addr, &map); addr = map.end) {
        const HostMap *file = find_host_map(host, map.start);
        const char *name = map.name ? map.name : file ? file->name : "";
        /* The kernel's width: addresses in at least eight digits, the name in column 74. */
        int n = fprintf(
            out, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64 " %s %" PRIu64 " ", map.start,
            map.end, map.prot & PROT_READ ? 'r' : '-', map.prot & PROT_WRITE ? 'w' : '-',
            map.prot & PROT_EXEC ? 'x' : '-', map.flags & MAP_SHARED ? 's' : 'p', map.offset,
            map.file && file ? file->device : "00:00", map.file && file ? file->inode : 0);

        if (*name) {
            fprintf(out, "%*s%s", n < 73 ? 73 - n : 0, "", name);
        }
        fputc('\n', out);
    }
    if (host) {
        g_array_free(host, TRUE);
    }
}
