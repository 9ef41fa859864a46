/*
 * Calls whose arguments or results mean something else from one request to the next.
 */
#ifndef LINUX_USER_STRACE_CALLS_H
#define LINUX_USER_STRACE_CALLS_H

#include <glib.h>

#include "syscall-table.h"

/* A call that is being shown; result counts after it only. */
typedef struct StraceView {
    GuestTask *task;
    const SyscallRow *row;
    const SysArgs *args;
    int64_t result;
} StraceView;

/* How many of the row's n arguments this request has. */
unsigned strace_count_args(const StraceView *view, unsigned n);
/* Argument i belongs to a request: it is shown, after the call, by strace_put_request(). */
bool strace_is_request(const SyscallRow *row, unsigned i);
void strace_put_request(GString *out, const StraceView *view, unsigned i);
/* What is said behind the result's number: " (flags FD_CLOEXEC)". */
void strace_put_detail(GString *out, const StraceView *view);

#endif
