/*
 * What arguments point to, as text.
 */
#ifndef LINUX_USER_STRACE_OBJECTS_H
#define LINUX_USER_STRACE_OBJECTS_H

#include <glib.h>

#include "syscall-table.h"

/* Bytes of a string or buffer that are shown. */
enum { STRACE_STRING_MAX = 32 };

/* A NUL-ended string in guest memory, quoted, whole (file names). */
void strace_put_path(GString *out, GuestTask *task, GuestAddr addr);
/* size bytes, quoted and cut. */
void strace_put_buffer(GString *out, GuestTask *task, GuestAddr addr, uint64_t size);
void strace_put_string(GString *out, GuestTask *task, GuestAddr addr);
/* One structure; in hexadecimal where there is no form for it or it cannot be read. */
void strace_put_object(GString *out, GuestTask *task, ArgObject object, GuestAddr addr);
void strace_put_sockaddr(GString *out, GuestTask *task, GuestAddr addr, uint32_t size);
void strace_put_pollfds(GString *out, GuestTask *task, GuestAddr addr, uint32_t count);
/* Those with results: "[{fd=21, revents=POLLOUT}]". */
void strace_put_poll_results(GString *out, GuestTask *task, GuestAddr addr, uint32_t count);
void strace_put_epoll_events(GString *out, GuestTask *task, GuestAddr addr, uint64_t count);
/* total: bytes of the iovecs that count; UINT64_MAX: all. */
void strace_put_msghdr(GString *out, GuestTask *task, GuestAddr addr, uint64_t total);
void strace_put_iov(GString *out, GuestTask *task, GuestAddr addr, uint64_t count, uint64_t total);
void strace_put_fdset(GString *out, GuestTask *task, GuestAddr addr, uint32_t count);
bool strace_fdset_has_any(GuestTask *task, GuestAddr addr, uint32_t count);
/* A NULL-ended array of strings, as execve's argv. */
void strace_put_strings(GString *out, GuestTask *task, GuestAddr addr);
/* Such an array by its length, as execve's envp. */
void strace_put_environment(GString *out, GuestTask *task, GuestAddr addr);

#endif
