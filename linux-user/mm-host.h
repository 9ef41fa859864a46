/*
 * What the host's own list of mappings says.
 */
#ifndef MM_HOST_H
#define MM_HOST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct MmHostMap {
    uint64_t start, end, offset, inode;
    char device[16];
    char *name;     /* "" for none */
    bool dont_dump; /* MADV_DONTDUMP; with details only */
    bool is_io;     /* a device's memory; with details only */
} MmHostMap;

/* All mappings of the host process by address; NULL when /proc is not mounted. */
GArray *mm_host_maps(bool details);

/* True if the host process has mappings below top. */
bool mm_host_uses_below(uint64_t top);

#endif
