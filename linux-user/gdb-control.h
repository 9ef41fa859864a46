/*
 * What gdb-control.c and gdb-target.c share.
 */
#ifndef GDB_CONTROL_H
#define GDB_CONTROL_H

#include "linux-user/task.h"

/* What looks at the process and changes it is set; gdb-control.c adds run control. */
extern GdbTarget debug_target;

/* NULL: there is none, or it has ended. */
GuestTask *debug_find_task(int tid);
/* gdb-tls.c; GdbTarget.tls_address. */
bool debug_tls_address(int tid, uint64_t offset, GuestAddr map, GuestAddr *ret);

#endif
