/*
 * The map file of perf(1), /tmp/perf-PID.map: a line for each piece of generated code, address, size
 * and name.  perf reads it when it reports, so the file holds what is there at the end.
 *
 * The caller holds one lock over each call.
 */
#ifndef TCG_PERF_MAP_H
#define TCG_PERF_MAP_H

#include <stdbool.h>
#include <stdint.h>

typedef struct TcgPerfMap TcgPerfMap;

/* A new file for this process; NULL: it cannot be made, *ret_error says why (to be freed). */
TcgPerfMap *tcg_perf_map_open(char **ret_error);
void tcg_perf_map_close(TcgPerfMap *map);
/* Bytes of the name that would break the line become '?'. */
void tcg_perf_map_add(TcgPerfMap *map, uint64_t addr, uint64_t size, const char *name);
/* All code is gone, and its addresses will be used again. */
void tcg_perf_map_clear(TcgPerfMap *map);
/* In the child of fork: a file of its own, with all lines so far; false: *ret_error as above. */
bool tcg_perf_map_forked(TcgPerfMap *map, char **ret_error);

#endif
