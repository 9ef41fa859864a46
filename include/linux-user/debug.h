/*
 * The guest under a debugger: what stops it, what it reports, how it goes on; gdb-control.c.
 *
 * A thread that has something to report (a signal before its delivery, a breakpoint, the end of a step)
 * becomes the event if there is none, and rests.  One that comes second rests too and, when the
 * process goes on, meets its breakpoint or signal again: nothing is queued, so nothing can be stale.
 *
 * A thread that sleeps in a system call is left there: it rests when the call returns.  To the
 * debugger its pc is that of the call; see TaskDebug.in_call.
 */
#ifndef LINUX_USER_DEBUG_H
#define LINUX_USER_DEBUG_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "gdbstub/gdbstub.h"

typedef struct GuestTask GuestTask;
typedef struct Process Process;
typedef struct _GHashTable GHashTable;

/* Process.debug.  Written under Process.tasks_lock. */
typedef struct ProcessDebug {
    bool enabled;         /* constant once the guest runs: there is a server */
    bool waits;           /* for its first debugger: signals act as if there were none */
    bool ending;          /* the process ends: no more stops */
    atomic_bool attached; /* signals are reported */
    atomic_bool stopping; /* all tasks rest */
    atomic_bool executes; /* execve is being tried */
    GdbStop event;
    int event_fd; /* written when event is set */
    GHashTable *breakpoints;
    uint64_t program;          /* signals that detaching delivers */
    atomic_uint_fast64_t pass; /* not reported */
} ProcessDebug;

/* GuestTask.debug.  The task's own, or the server's while the task rests. */
typedef struct TaskDebug {
    atomic_bool hold;   /* rests though others run */
    atomic_bool asleep; /* in the kernel: as good as at rest */

    GdbResume next; /* set_resume()'s, until resume() */
    bool stepping;  /* until pc is outside of the range, or by one instruction */
    int vfork_tid;  /* while the child of vfork uses the task: whose the parent is */
    bool step_over; /* a breakpoint that is not for this process (vfork) */
    GuestAddr range_start, range_end;

    bool in_report;    /* rests with the event that is being shown */
    bool shows_signal; /* which is signo */
    int signo;
    siginfo_t info;    /* and what came with it */
    int resume_signo;  /* to be delivered */
    uint64_t approved; /* bit signo-1: signals that are delivered without being reported */

    /*
     * pc is behind a system call that is not over.  When the debugger changes a register it is put
     * back to the call, which is abandoned: interrupted, to be made again when pc gets there.  If it
     * came to an end all the same, its result is kept for then.
     */
    bool in_call, abandoned;
    bool has_result;
    GuestAddr result_pc, result_sp;
    int64_t result;

    /* A call with a relative timeout that is made again: until when. */
    long timed_call; /* host number; 0: none */
    struct timespec deadline;
} TaskDebug;

/* -g: NULL, or what is wrong (to be freed).  Before the guest runs. */
char *debug_open(Process *process, const char *spec);
/* Start the server, when all is loaded. */
void debug_start(Process *process);

/* cpu_loop() came out with VCPU_DEBUG. */
void debug_exit(GuestTask *task);
/* Something was done that counts as one instruction: if the task is being stepped, report. */
void debug_stepped(GuestTask *task);

typedef enum DebugVerdict {
    DEBUG_DELIVER,
    DEBUG_DROP,
    DEBUG_AGAIN, /* others were shown first: look again whether it is still so */
} DebugVerdict;

/* A signal is about to be delivered; *info may be changed. */
DebugVerdict debug_signal(GuestTask *task, int signo, siginfo_t *info);

/* safe_syscall() under a debugger. */
int64_t debug_syscall(GuestTask *task, long number, const long args[6]);
/* The call at pc has a result already: *ret. */
bool debug_call_result(GuestTask *task, int64_t *ret);
/*
 * A call is over with ret, as syscall_dispatch() returned it.  False: it was abandoned, and the
 * registers are not to be touched.
 */
bool debug_call_end(GuestTask *task, int64_t *ret);

/* A thread has ended, others stay. */
void debug_thread_gone(GuestTask *task);
/* The process is about to end; rests first if it has to.  Then tell gdb. */
void debug_process_ends(Process *process, GuestTask *task);
void debug_process_ended(Process *process, int status, int signo);
/* In the child of fork. */
void debug_after_fork(Process *process);
/*
 * Around execve: what the guest ignores must be ignored by the host for the new program, though a
 * debugger would see it.
 */
void debug_exec(GuestTask *task, bool begins);
/* In the child of vfork, and in its parent when that is over. */
void debug_vfork_begin(GuestTask *task);
void debug_vfork_end(GuestTask *task, const TaskDebug *saved);

#endif
