/*
 * -strace: system calls as text, from the argument descriptions of syscalls.def.
 */
#ifndef LINUX_USER_STRACE_H
#define LINUX_USER_STRACE_H

#include "syscall-table.h"

typedef struct StraceCall StraceCall;

/*
 * Before a call: formats what the guest passes in.  Calls that do not return (exit, execve) are
 * written at once.
 */
StraceCall *strace_enter(GuestTask *task, const SyscallRow *row, unsigned number,
                         const SysArgs *args);
/* After it: adds what came back and writes the line.  Frees call. */
void strace_leave(StraceCall *call, int64_t result);

#endif
