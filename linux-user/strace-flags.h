/*
 * Names of flags and enumerations, by ArgSet.
 */
#ifndef LINUX_USER_STRACE_FLAGS_H
#define LINUX_USER_STRACE_FLAGS_H

#include <glib.h>

#include "syscall-table.h"

/* "O_RDWR|O_CLOEXEC", the rest in hexadecimal. */
void strace_put_flags(GString *out, ArgSet set, uint64_t value);
/* "SEEK_SET"; an unknown value as a number. */
void strace_put_enum(GString *out, ArgSet set, uint64_t value);
/* "SIGCHLD". */
void strace_put_signal(GString *out, uint64_t signo);

#endif
