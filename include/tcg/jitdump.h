/*
 * perf's dump of generated code, jit-PID.dump: code, names, unwind information and lines, each with
 * the time it came to be, which `perf inject --jit` turns into object files.  (The kernel tree's
 * tools/perf/Documentation/jitdump-specification.txt, version 2.)
 *
 * The caller holds one lock over each call.
 */
#ifndef TCG_JITDUMP_H
#define TCG_JITDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcg/backend.h"

typedef struct TcgJitdump TcgJitdump;

/* From an offset of the code up to the next one's. */
typedef struct TcgJitdumpLine {
    uint32_t offset;
    uint32_t line; /* from 1 */
    const char *file;
} TcgJitdumpLine;

/* A piece of code to write down. */
typedef struct TcgJitdumpCode {
    const uint8_t *start; /* rx */
    size_t size;
    const char *name;
    const TcgJitdumpLine *lines;
    unsigned nb_lines; /* 0: nothing is known */
} TcgJitdumpCode;

/*
 * A new file in the directory, or with resume the one that this process wrote before it executed
 * another program.  NULL: it cannot be made, *ret_error says why (to be freed).  entry: the entry code,
 * which unwind information of all code is derived from.
 *
 * Needs: the backend has a TcgHostDwarf; target stays as it is as long as the dump is open.
 */
TcgJitdump *tcg_jitdump_open(const char *dir, bool resume, const TcgTarget *target,
                             const uint8_t *entry, char **ret_error);
/* ended: no more code comes from this process, which the file says; otherwise it may be resumed. */
void tcg_jitdump_close(TcgJitdump *dump, bool ended);
void tcg_jitdump_add(TcgJitdump *dump, const TcgJitdumpCode *code);
/* Bytes to leave free behind each piece of code: to perf they are its unwind information. */
size_t tcg_jitdump_gap(const TcgJitdump *dump);
/*
 * In the child of fork: a file of its own, for the code that it makes; perf takes what was there
 * before from the parent's.  False: *ret_error as above, and nothing is written any more.
 */
bool tcg_jitdump_forked(TcgJitdump *dump, char **ret_error);

#endif
