/*
 * Core files: what the parts that make one share.
 */
#ifndef LINUX_USER_COREDUMP_H
#define LINUX_USER_COREDUMP_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "linux-user/task.h"

/* A part of the guest's memory as the core file has it. */
typedef struct CoreSegment {
    GuestAddr start, end;
    uint64_t dumped; /* bytes from start on that the file holds */
    int prot;        /* PROT_* */
    bool sparse;     /* pages the host has not filled in are zero */
    uint64_t offset; /* in the file that is mapped there */
    char *file;      /* its name; NULL: none */
} CoreSegment;

/* What a name is made of, beside what the host knows of the calling thread. */
typedef struct CoreNameInfo {
    const char *pattern; /* /proc/sys/kernel/core_pattern */
    bool uses_pid;       /* /proc/sys/kernel/core_uses_pid */
    const char *exe;     /* the program's path */
    int signo;
    uint64_t limit; /* RLIMIT_CORE */
} CoreNameInfo;

/*
 * Leave a core file of the guest that dies of info->si_signo, if its limits say so.  Needs: all
 * other tasks are at rest, no signal can be delivered.  True: there is one.
 */
bool coredump_write(GuestTask *task, const siginfo_t *info);
/*
 * Just before the host's kernel ends the process: it must not leave a core of dragoman.  Where
 * it can be had, dumped sets the flag that the parent reads with WCOREDUMP().
 */
void coredump_replace_host(const GuestTask *task, bool dumped);

/* core(5), "Naming of core dump files".  Where the pattern is a program's: "core.PID". */
char *core_name(const CoreNameInfo *info);
/* True if the kernel hands core files to a program or a socket. */
bool core_pattern_is_pipe(const char *pattern);
char *core_read_pattern(void);

/* CoreSegments in order of address; to be freed with g_array_unref(). */
GArray *core_segments(GuestTask *task);
/* The bit of a page in /proc/self/pagemap: it is the process's own, not a file's. */
bool core_page_is_filled(uint64_t pagemap_entry);

/* Contents of PT_NOTE. */
GByteArray *core_notes(GuestTask *task, const siginfo_t *info, const GArray *segments);

/* Append value as size bytes in the guest's byte order. */
void core_put(GByteArray *out, const GuestTask *task, uint64_t value, unsigned size);

#endif
