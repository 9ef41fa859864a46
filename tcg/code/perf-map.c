/*
 * perf's map file.
 *
 * The lines are kept in memory, too: a child of fork starts with them, and the parent may have
 * cleared the file by then.
 */
#include "tcg/perf-map.h"

#include <glib.h>
#include <inttypes.h>
#include <unistd.h>

#include "util/record-file.h"

struct TcgPerfMap {
    RecordFile file;
    GString *lines;
};

static bool create_file(TcgPerfMap *map, char **ret_error)
{
    /* perf looks nowhere else, whatever TMPDIR is, and the file must be the user's. */
    g_autofree char *path = g_strdup_printf("/tmp/perf-%d.map", (int)getpid());
    int ret = record_file_create(&map->file, path);

    if (ret < 0) {
        *ret_error = g_strdup_printf("cannot create %s: %s", path, g_strerror(-ret));
    }
    return ret == 0;
}

TcgPerfMap *tcg_perf_map_open(char **ret_error)
{
    TcgPerfMap *map = g_new0(TcgPerfMap, 1);

    if (!create_file(map, ret_error)) {
        g_free(map);
        return NULL;
    }
    map->lines = g_string_new(NULL);
    return map;
}

void tcg_perf_map_close(TcgPerfMap *map)
{
    if (map) {
        record_file_close(&map->file);
        g_string_free(map->lines, TRUE);
        g_free(map);
    }
}

void tcg_perf_map_add(TcgPerfMap *map, uint64_t addr, uint64_t size, const char *name)
{
    gsize start = map->lines->len;

    if (map->file.fd < 0) {
        return;
    }
    g_string_append_printf(map->lines, "%" PRIx64 " %" PRIx64 " ", addr, size);
    for (const char *c = name; *c; c++) {
        g_string_append_c(map->lines, (unsigned char)*c < ' ' ? '?' : *c);
    }
    g_string_append_c(map->lines, '\n');
    record_file_append(&map->file, map->lines->str + start, map->lines->len - start);
}

void tcg_perf_map_clear(TcgPerfMap *map)
{
    g_string_truncate(map->lines, 0);
    record_file_truncate(&map->file);
}

bool tcg_perf_map_forked(TcgPerfMap *map, char **ret_error)
{
    if (map->file.fd < 0) {
        return true; /* given up, which was said */
    }
    record_file_close(&map->file);
    return create_file(map, ret_error) &&
           record_file_append(&map->file, map->lines->str, map->lines->len);
}
