/*
 * The listening socket, and descriptors out of the guest's way.
 */
#ifndef GDBSTUB_LISTEN_H
#define GDBSTUB_LISTEN_H

#include <stdbool.h>

/* NULL, or what is wrong (to be freed); see gdb_server_listen(). */
char *gdb_listen(const char *spec, int *ret_fd, bool *ret_suspend);

#endif
