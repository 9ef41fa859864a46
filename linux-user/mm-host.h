/*
 * What the host's own list of mappings says.
 */
#ifndef MM_HOST_H
#define MM_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* True if the host process has mappings below top. */
bool mm_host_uses_below(uint64_t top);

#endif
