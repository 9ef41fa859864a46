/*
 * What the sys-*.c files share: their handlers, and helpers to fetch arguments.
 *
 * A handler takes its arguments as the guest gave them and returns a result or -errno.
 */
#ifndef LINUX_USER_SYS_H
#define LINUX_USER_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "linux-user/syscall.h"

/* Handlers: one declaration for each SYS row of syscalls.def. */
#define HOST(name, ...)
#define WAIT(name, ...)
#define SYS(name, support, handler, ...) SysHandler handler;
#define ARCH(name, ...)
#define NONE(name, why)
#define ABSENT(name, why)
#include "syscalls.def"

/* The result of a host libc or syscall() call: -1 becomes -errno. */
int64_t sys_result(long result);

/*
 * The path argument at addr as the guest wrote it, or as it is found for reading (-L, and
 * /proc/self/exe unless nofollow).  0 and *ret (g_free), or -errno.
 */
int64_t sys_path(GuestTask *task, GuestAddr addr, char **ret);
int64_t sys_read_path(GuestTask *task, GuestAddr addr, bool nofollow, char **ret);

/* A pointer argument for the host kernel: NULL stays NULL, else guest_buffer(). */
void *sys_pointer(GuestTask *task, GuestAddr addr, uint64_t size);

/*
 * An iovec array with host addresses that the kernel can be given; entries outside of the guest
 * make the kernel fail with EFAULT.  0 and *ret (g_free), or -errno.
 */
int64_t sys_iov(GuestTask *task, GuestAddr addr, uint64_t count, struct iovec **ret);

/*
 * A signal set argument of size bytes as the host mask for a call that waits with it.  0 with
 * *ret_mask NULL (no set) or pointing to *storage, or -errno.
 */
int64_t sys_sigmask(GuestTask *task, GuestAddr addr, uint64_t size, uint64_t *storage,
                    uint64_t **ret_mask);

/*
 * A structure that grows from kernel to kernel (openat2, clone3), as copy_struct_from_user(9)
 * reads it: what a short one lacks is zero, what a long one has more must be.  size bytes at
 * addr into the known ones at *ret.  0, -EFAULT or -E2BIG.
 */
int64_t sys_growing_struct(GuestTask *task, GuestAddr addr, uint64_t size, void *ret, size_t known);

/* Open flags between the guest's values and the host's. */
int open_flags_to_host(const GuestTask *task, uint32_t flags);
uint32_t open_flags_to_guest(const GuestTask *task, int flags);

/*
 * Descriptors the guest neither closes nor replaces: those of util/own-fd.h, and what is kept for a guest that has
 * called chroot.  The lowest at or above first; -1: none.
 */
int sys_next_own_fd(unsigned first);
bool sys_fd_is_own(int64_t fd);

/* False: seccomp's strict mode ends the process for this call. */
bool sys_seccomp_allows(const GuestTask *task, const char *name);

/*
 * Free the strings of this thread's last execve.  After vfork: the child left them behind in
 * the memory it shared.
 */
void sys_execve_reclaim(void);

/* "-d unimp": one line about something a handler does not do. */
void sys_unimp(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
