/*
 * -strace's lines about signals and ends, and signals as text.
 */
#ifndef LINUX_USER_STRACE_SIGNALS_H
#define LINUX_USER_STRACE_SIGNALS_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "linux-user/task.h"

/* "[USR1 CHLD]"; sets that lack little as "~[KILL STOP]". */
void strace_put_sigset(GString *out, uint64_t set);
/* "{si_signo=SIGUSR1, si_code=SI_USER, si_pid=1, si_uid=0}" */
void strace_put_siginfo(GString *out, const siginfo_t *info);

/* "--- SIGUSR1 {...} ---": a signal is delivered.  Nothing without -strace. */
void strace_signal(const GuestTask *task, const siginfo_t *info);
/* "+++ exited with 0 +++": of a thread, of a process. */
void strace_exited(int tid, int status);
/* "+++ killed by SIGSEGV (core dumped) +++" */
void strace_killed(int tid, int signo, bool dumped);

#endif
