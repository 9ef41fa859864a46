/*
 * System calls: from a number and six arguments to a handler and back.
 */
#ifndef LINUX_USER_SYSCALL_H
#define LINUX_USER_SYSCALL_H

#include <stdint.h>
#include <stdio.h>

#include "linux-user/task.h"

typedef struct SysArgs {
    uint64_t v[6];
} SysArgs;

/* A result, -errno (-4095..-1), or one of the values below. */
typedef int64_t SysHandler(GuestTask *task, const SysArgs *args);

/*
 * A signal came before the call had an effect: run it again after the handler, or fail with
 * EINTR, by the handler's SA_RESTART.  The kernel's own ERESTARTSYS, which it never shows.
 */
#define SYS_RESTART ((int64_t)-512)
/* Deliver what is pending, then make the call again in any case. */
#define SYS_AGAIN ((int64_t)-513)
/* The guest's registers are set already (rt_sigreturn), or do not matter any more. */
#define SYS_NO_RESULT INT64_MIN

/* Run guest system call number; logs it under -strace. */
int64_t syscall_dispatch(GuestTask *task, unsigned number, const SysArgs *args);

/* The table for --list-syscalls: number, name, how far it is supported. */
void syscall_list(FILE *out, const GuestArch *arch);

#endif
