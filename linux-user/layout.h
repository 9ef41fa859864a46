/*
 * Structures between the host's layout and the guest's, by the field tables of LinuxAbi.
 */
#ifndef LINUX_USER_LAYOUT_H
#define LINUX_USER_LAYOUT_H

#include <stdbool.h>

#include "linux-user/task.h"
#include "target/linux-abi.h"

/* Largest structure that has a table. */
enum { LAYOUT_MAX = 256 };

/* Write *host as the guest's structure at addr; fields the guest cannot hold are truncated. */
bool layout_put(GuestTask *task, GuestAddr addr, const AbiStruct *layout, const void *host);
/* Read the guest's structure at addr into *host (layout->host_size bytes, zeroed first). */
bool layout_get(GuestTask *task, GuestAddr addr, const AbiStruct *layout, void *host);

#endif
