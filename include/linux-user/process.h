/*
 * A process: what all threads of the guest program share.
 */
#ifndef LINUX_USER_PROCESS_H
#define LINUX_USER_PROCESS_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "linux-user/debug.h"
#include "linux-user/mmap.h"
#include "linux-user/options.h"
#include "target/guest.h"
#include "target/linux-abi.h"

typedef struct GuestTask GuestTask;

enum { GUEST_NSIG = 64 };

/* A signal's action in host terms; handler is a guest address, or 0 (SIG_DFL), 1 (SIG_IGN). */
typedef struct GuestSigaction {
    uint64_t handler;
    uint64_t flags; /* SA_* */
    uint64_t mask;  /* bit signo-1 */
    uint64_t restorer;
} GuestSigaction;

/* What a guest in another root directory needs to execute a program; outside.c. */
typedef struct Outside {
    bool is_kept;
    int root, exe; /* descriptors: the root before the first chroot, and dragoman itself */
} Outside;

typedef struct Process {
    /* Constant once the guest runs. */
    const GuestArch *arch;
    const LinuxAbi *abi; /* arch->linux_abi */
    const AccelOps *accel;
    const Options *options;
    GuestMm *mm;
    uint64_t guest_base; /* host address of guest address 0: 0 for 64-bit guests */
    GuestAddr task_size; /* one past the highest guest address */
    char *host_exe;      /* dragoman itself, for execve */

    /* The program, as /proc/self shows it. */
    char *exe_path; /* absolute path in the guest's view (a script's: of its interpreter) */
    char *exe_host; /* the host path that was opened for it */
    char *root;     /* where guest paths are looked up first, without trailing '/'; NULL: nowhere */
    char **argv;    /* NULL-ended */
    uint8_t *auxv;  /* as the guest has it on its stack */
    size_t auxv_size;
    uint32_t elf_flags; /* e_flags of its ELF header */
    GuestAddr code_start, code_end, data_start, data_end;
    GuestAddr stack_start; /* sp at entry */
    GuestAddr stack_low, stack_high;
    GuestAddr arg_start, arg_end, env_start, env_end;
    GuestAddr vdso, vdso_sigreturn; /* 0: none */

    Outside outside; /* a vfork child's: GuestTask.outside */

    /* Order 1.  Guards actions; never held while a signal can be delivered. */
    pthread_mutex_t signal_lock;
    GuestSigaction actions[GUEST_NSIG + 1]; /* by signal number */

    /* Order 2.  Guards tasks. */
    pthread_mutex_t tasks_lock;
    GuestTask *tasks;  /* list through GuestTask.next */
    int leader_status; /* of the first thread, once it has ended */
    pthread_cond_t task_parked, task_resumed;
    ProcessDebug debug;

    /* The task that ends the process with a core; all others park.  Set once. */
    _Atomic(GuestTask *) stopper;
} Process;

/* The one process; NULL before process_load(). */
Process *process_self(void);

/*
 * Open the program of options->program, choose its guest, start the accelerator and map
 * everything.  Returns NULL with one line of explanation and the exit status a shell would give
 * (126 or 127).
 */
Process *process_load(const Options *options, const AccelOps *accel, char **ret_error,
                      int *ret_status);

/*
 * execve for the guest: path is in the guest's view.  Guest programs and scripts run under a
 * fresh dragoman with the same options; others are handed to the host kernel.  Returns -errno,
 * and only on failure.
 */
int64_t process_execve(GuestTask *task, int dirfd, const char *path, char **argv, char **envp,
                       int flags);

/* exit_group: flush the log, print statistics if asked, end without running atexit handlers. */
_Noreturn void process_exit(Process *process, int status);
/*
 * End by info->si_signo, as the guest would natively: default action, unblocked, raised.  Where
 * that dumps core, a core file of the guest is left (coredump.c).
 */
_Noreturn void process_die(GuestTask *task, const siginfo_t *info);

/*
 * Stopping, stop.c: bring all other tasks to rest between runs of their vCPUs, for good.  Returns
 * when they are (or after two seconds), and does not when another task has begun it.
 */
void process_stop_others(GuestTask *task);
/* The calling task has been asked to rest; and for good, by one that ends the process. */
bool process_is_stopping(const GuestTask *task);
bool process_is_stopping_for_good(const GuestTask *task);
/* Then do so, until the process goes on; leaves all signals blocked. */
void process_park(GuestTask *task);
/* The same with tasks_lock held and all signals blocked. */
void process_park_locked(GuestTask *task);
/* Wait until all tasks rest, for a debugger that has asked them to; tasks_lock held. */
void process_wait_rest_locked(Process *process);
/* Bring a task out of guest code or a system call, to look whether it is to rest. */
void process_kick(GuestTask *task);
/* The signal is such a kick. */
bool process_is_kick(const siginfo_t *info);

/* fork(2) around which the locks are consistent: pid in the parent, 0 in the child, -errno. */
int64_t process_fork(GuestTask *task);
/* In the parent of vfork: its child, which ran as task, may have been killed at any place. */
void process_after_vfork(GuestTask *task);

/*
 * Where the guest's path is found: under process->root if it exists there, else itself.  Relative
 * paths are returned as they are.  The result is freed by the caller.
 */
char *path_for_read(const Process *process, const char *path);
/* The same for calls that do not follow the last symbolic link: lstat, readlink. */
char *path_for_link(const Process *process, const char *path);
/*
 * Files whose contents show the guest: /proc/self/{exe,maps,auxv,cmdline,stat,status} by any of
 * its names, /proc/cpuinfo.  A descriptor or -errno; false: not such a file.
 */
bool proc_file_open(GuestTask *task, const char *path, int flags, int64_t *ret);
/* readlink of /proc/self/exe: length put into buf, or -errno; false: not such a file. */
bool proc_file_readlink(GuestTask *task, const char *path, char *buf, size_t size, int64_t *ret);
/* True if path is /proc/self/exe by any of its names. */
bool proc_path_is_exe(const char *path);

/* The guest function that contains pc; AccelHooks.symbol. */
bool process_symbol(GuestAddr pc, const char **ret_name, uint64_t *ret_offset);
/* The source line of pc, where there is debug information; AccelHooks.line. */
bool process_line(GuestAddr pc, const char **ret_file, unsigned *ret_line);

#endif
