/*
 * Descriptors of dragoman's own in the guest's process: the guest neither closes nor replaces
 * them, and they are high, so that its lowest free descriptors are what it expects them to be.
 */
#ifndef UTIL_OWN_FD_H
#define UTIL_OWN_FD_H

#include <stdbool.h>

/* Move fd up, close-on-exec, and keep it from the guest; returns what it is now. */
int own_fd_keep(int fd);
void own_fd_close(int fd);
/* Before somebody else closes it. */
void own_fd_forget(int fd);
/* The lowest at or above first; -1: none. */
int own_fd_next(unsigned first);

static inline bool own_fd_is(int fd)
{
    return fd >= 0 && own_fd_next((unsigned)fd) == fd;
}

#endif
