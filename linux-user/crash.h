/*
 * A crash of dragoman itself.
 */
#ifndef CRASH_H
#define CRASH_H

#include "linux-user/task.h"

/*
 * Print the host's stack, the guest's registers and stack; once in a process.  Called in the
 * handler of the signal, with its ucontext; task: the calling thread's or NULL.  It may end the
 * process by that signal.
 */
void crash_report(GuestTask *task, int signo, const void *context);

#endif
