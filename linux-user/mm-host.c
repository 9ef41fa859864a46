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

static void clear_host_map(gpointer data)
{
    g_free(((MmHostMap *)data)->name);
}

/* "VmFlags: rd wr mr mw me dd": two letters each. */
static void read_flags(MmHostMap *map, const char *line)
{
    map->dont_dump = strstr(line, " dd") != NULL;
    map->is_io = strstr(line, " io") != NULL;
}

GArray *mm_host_maps(bool details)
{
    FILE *file = fopen(details ? "/proc/self/smaps" : "/proc/self/maps", "re");
    g_autofree char *line = NULL;
    size_t size = 0;
    GArray *maps;

    if (!file) {
        return NULL;
    }
    maps = g_array_new(FALSE, FALSE, sizeof(MmHostMap));
    g_array_set_clear_func(maps, clear_host_map);
    while (getline(&line, &size, file) > 0) {
        MmHostMap map = { 0 };
        int name_at = 0;

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %15s %" SCNu64 " %n", &map.start,
                   &map.end, &map.offset, map.device, &map.inode, &name_at) == 5) {
            map.name = g_strchomp(g_strdup(line + name_at));
            g_array_append_val(maps, map);
        } else if (maps->len > 0 && g_str_has_prefix(line, "VmFlags:")) {
            read_flags(&g_array_index(maps, MmHostMap, maps->len - 1), line);
        }
    }
    fclose(file);
    return maps;
}

bool mm_host_uses_below(uint64_t top)
{
    GArray *maps = mm_host_maps(false);
    bool used;

    if (!maps) {
        /* Without /proc: look where our own code and data are. */
        return (uint64_t)(uintptr_t)&mm_host_maps < top || (uint64_t)(uintptr_t)&maps < top;
    }
    /* Sorted by address. */
    used = maps->len > 0 && g_array_index(maps, MmHostMap, 0).start < top;
    g_array_free(maps, TRUE);
    return used;
}

static const MmHostMap *find_host_map(const GArray *maps, uint64_t addr)
{
    for (guint i = 0; maps && i < maps->len; i++) {
        const MmHostMap *map = &g_array_index(maps, MmHostMap, i);

        if (addr >= map->start && addr < map->end) {
            return map;
        }
    }
    return NULL;
}

char *guest_mm_file(GuestMm *mm, GuestAddr addr)
{
    GArray *host = mm_host_maps(false);
    const MmHostMap *map = find_host_map(host, addr);
    char *name = map && map->name[0] == '/' ? g_strdup(map->name) : NULL;

    if (host) {
        g_array_free(host, TRUE);
    }
    return name;
}

void guest_mm_print(GuestMm *mm, FILE *out)
{
    GArray *host = mm_host_maps(false);
    GuestMapping map;

    for (GuestAddr addr = 0; guest_mm_next(mm, addr, &map); addr = map.end) {
        const MmHostMap *file = find_host_map(host, map.start);
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
