/*
 * A guest thread: its virtual processor and its signal state; and how signals reach it.
 *
 * The host's signal mask mirrors the guest's (without SIGSEGV and SIGBUS, which generated code
 * needs), and a host handler exists exactly for the signals the guest handles and for those that
 * dump core by default; in a vfork child for those that end it.  So the kernel decides what is deliverable, in which order, and which
 * system calls restart.  The host handler
 * records one signal, blocks all others until it has been delivered, and kicks the vCPU.
 */
#ifndef LINUX_USER_TASK_H
#define LINUX_USER_TASK_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "accel/vcpu.h"
#include "linux-user/process.h"

typedef struct GuestAltstack {
    uint64_t sp, size;
    int32_t flags; /* SS_DISABLE, SS_AUTODISARM; SS_ONSTACK is computed */
} GuestAltstack;

struct GuestTask {
    Vcpu vcpu; /* vcpu.owner is this task */
    Process *process;
    GuestTask *next; /* process->tasks_lock */
    int tid;

    GuestSigaction *actions; /* process->actions; a vfork child's: its own, process->signal_lock */

    /* Signals.  Written by this thread's code and by its signal handler only. */
    atomic_int signal_pending;    /* nonzero: signals to deliver before guest code or a call runs */
    atomic_uint_fast64_t pending; /* recorded and not delivered, bit signo-1 */
    siginfo_t pending_info[GUEST_NSIG + 1];
    uint64_t blocked; /* the guest's mask, bit signo-1 */
    uint64_t
        wait_mask; /* with has_wait_mask: the mask of the call that waits (sigsuspend, ppoll) */
    bool has_wait_mask;
    GuestAltstack altstack;

    /* Thread start and end. */
    GuestAddr clear_child_tid;
    GuestAddr robust_list;
    uint64_t robust_list_size;
    bool seccomp_strict; /* read, write, exit and rt_sigreturn are all it may call */
    bool exited;         /* cpu_loop() returns */
    bool parked;         /* process->tasks_lock: rests for good, see process_park() */
    bool is_vfork; /* a child on its parent's memory: a process, though it is not in its own list */
    TaskDebug debug;
    Outside outside; /* is_vfork: its own descriptors, which its parent does not have */
};

/* The calling thread's task; NULL outside of guest threads. */
GuestTask *task_self(void);

GuestTask *task_new(Process *process);
void task_free(GuestTask *task);
/* Make task the calling thread's. */
void task_set_self(GuestTask *task);

/* Run guest code until the thread ends; returns for threads of thread_start() alone. */
void cpu_loop(GuestTask *task);

/*
 * Threads; thread.c.
 */

typedef struct ThreadSpec {
    uint64_t flags; /* CLONE_* */
    GuestAddr stack;
    GuestAddr parent_tid;
    GuestAddr child_tid;
    uint64_t tls;
} ThreadSpec;

/*
 * clone(CLONE_THREAD): a host thread that runs guest code from the caller's state on.  Its id or
 * -errno.
 */
int64_t thread_start(GuestTask *task, const ThreadSpec *spec);
/*
 * exit: end the calling guest thread, the process with its last one.  Returns SYS_AGAIN when
 * signals must be delivered first, else SYS_NO_RESULT with task->exited set, or not at all.
 */
int64_t thread_exit(GuestTask *task, int status);

/*
 * Signals; signal.c.
 */

/* Install the handlers that guest memory faults need; before any guest memory is touched. */
void signal_init(void);
/* Take over the mask and ignored signals inherited from the parent process. */
void signal_init_task(GuestTask *task);

/*
 * The host mask that stands for a guest mask, for a system call of the calling task that waits
 * with it (ppoll, ...).  What it lets through may be delivered when the call is over.
 */
uint64_t signal_host_mask(uint64_t guest_mask);
/* A system call is over and nothing is pending: its wait mask does not count any more. */
static inline void signal_end_wait(GuestTask *task)
{
    task->has_wait_mask = false;
}

/* rt_sigaction in host terms; either may be NULL.  0 or -errno. */
int64_t signal_action(GuestTask *task, int signo, const GuestSigaction *act,
                      GuestSigaction *ret_old);
/*
 * rt_sigprocmask; how is SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK; set may be NULL.  SYS_AGAIN: a
 * signal must be delivered first.
 */
int64_t signal_procmask(GuestTask *task, int how, const uint64_t *set, uint64_t *ret_old);
int64_t signal_altstack(GuestTask *task, const GuestAltstack *set, GuestAltstack *ret_old);
/* rt_sigpending. */
uint64_t signal_pending_set(GuestTask *task);
/* rt_sigsuspend: -EINTR or SYS_RESTART. */
int64_t signal_suspend(GuestTask *task, uint64_t mask);
/* rt_sigreturn: SYS_NO_RESULT; a bad frame raises SIGSEGV. */
int64_t signal_return(GuestTask *task);

/*
 * A signal caused by the guest's own instruction: blocked or ignored, it ends the process.
 */
void signal_force(GuestTask *task, const siginfo_t *info);
/* Deliver what is pending: build frames, run default actions.  Between runs of the vCPU only. */
void signal_deliver(GuestTask *task);
/* Whether a call that returned SYS_RESTART begins again after what is pending; else EINTR. */
bool signal_restarts_call(GuestTask *task);
/* A new thread has its creator's mask and nothing else of its signal state. */
void signal_init_thread(GuestTask *task, const GuestTask *creator);
/*
 * The host's C library has created a thread.  It takes a signal for itself then, for its own
 * setuid(), which nobody here calls; it goes back to the guest's, which does the same.
 */
void signal_restore_library(GuestTask *task);
/*
 * In the child of vfork, which would leave its parent's memory half changed: no signal ends it at
 * any place (but SIGKILL; process_after_vfork()).
 */
void signal_init_vfork(GuestTask *task);
/* In the child of fork: nothing is pending. */
void signal_after_fork(GuestTask *task);

/* Make the host's dispositions those of the actions, or a debugger's: everything is reported. */
void signal_follow_actions(GuestTask *task);
void signal_follow_process(Process *process);
/* A debugger lets through or drops what is about to be delivered, before that. */
void signal_ask_debugger(GuestTask *task);
/* A handler is about to run. */
bool signal_has_handler(GuestTask *task);

/*
 * A system call that may block, without the window in which a signal that has just arrived
 * would be slept over.  The result, -errno, SYS_AGAIN (syscall.h) when a signal came before the
 * call, or SYS_RESTART when it came during one that restarts by the kernel's rules.  Up to six
 * arguments of any integer or pointer type: safe_syscall(task, SYS_read, fd, buf, size).
 */
#define safe_syscall(task, number, ...) \
    safe_syscall_pick((task), (number), ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define safe_syscall_pick(task, number, a, b, c, d, e, f, ...) \
    safe_syscall_args(                                         \
        (task), (number),                                      \
        (const long[6]){ (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f) })
int64_t safe_syscall_args(GuestTask *task, long number, const long args[6]);
/* The same without a look at a debugger. */
int64_t host_syscall(GuestTask *task, long number, const long args[6]);

#endif
