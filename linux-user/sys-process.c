/*
 * Processes: exec, exit, resource limits, prctl, seccomp.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

/* Not locals, so that they can be found again when execve succeeds in a vfork child. */
typedef struct ExecStrings {
    char *path;
    char **argv;
    char **envp;
} ExecStrings;

static __thread ExecStrings exec_strings;

void sys_execve_reclaim(void)
{
    g_free(exec_strings.path);
    g_strfreev(exec_strings.argv);
    g_strfreev(exec_strings.envp);
    exec_strings = (ExecStrings){ NULL };
}

static int64_t do_execve(GuestTask *task, int dirfd, const GuestAddr strings[3], int flags)
{
    ExecStrings *s = &exec_strings;
    int64_t result = sys_path(task, strings[0], &s->path);

    if (!result) {
        result = guest_string_array(task, strings[1], &s->argv);
    }
    if (!result) {
        result = guest_string_array(task, strings[2], &s->envp);
    }
    if (!result) {
        result = process_execve(task, dirfd, s->path, s->argv, s->envp, flags);
    }
    sys_execve_reclaim();
    return result;
}

/* int execve(const char *path, char *const argv[], char *const envp[]) */
int64_t sys_execve(GuestTask *task, const SysArgs *args)
{
    return do_execve(task, AT_FDCWD, &args->v[0], 0);
}

/* int execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags) */
int64_t sys_execveat(GuestTask *task, const SysArgs *args)
{
    return do_execve(task, args->v[0], &args->v[1], args->v[4]);
}

/* void exit(int status): of the thread */
int64_t sys_exit(GuestTask *task, const SysArgs *args)
{
    return thread_exit(task, (int)args->v[0]);
}

/* void exit_group(int status) */
int64_t sys_exit_group(GuestTask *task, const SysArgs *args)
{
    process_exit(task->process, (int)args->v[0]);
}

/*
 * Limits of address space and data would starve dragoman, which needs more of both than the
 * guest.  They are remembered, so that reading them back agrees, and not enforced.
 */
typedef struct KeptLimit {
    bool is_set;
    struct rlimit limit;
} KeptLimit;

static KeptLimit *kept_limit(unsigned resource)
{
    static KeptLimit address_space, data;

    switch (resource) {
    case RLIMIT_AS:
        return &address_space;
    case RLIMIT_DATA:
        return &data;
    default:
        return NULL;
    }
}

static int64_t change_limit(pid_t pid, unsigned resource, const struct rlimit *set,
                            struct rlimit *ret_old)
{
    KeptLimit *kept = pid == 0 || pid == getpid() ? kept_limit(resource) : NULL;
    int64_t result = sys_result(syscall(SYS_prlimit64, pid, resource, kept ? NULL : set, ret_old));

    if (result < 0 || !kept) {
        return result;
    }
    if (kept->is_set) {
        *ret_old = kept->limit;
    }
    if (!set) {
        return 0;
    }
    if (set->rlim_cur > set->rlim_max) {
        return -EINVAL;
    }
    if (set->rlim_max > ret_old->rlim_max && geteuid() != 0) {
        return -EPERM;
    }
    *kept = (KeptLimit){ true, *set };
    return 0;
}

/* int prlimit64(pid_t pid, int resource, const struct rlimit64 *set, struct rlimit64 *old) */
int64_t sys_prlimit64(GuestTask *task, const SysArgs *args)
{
    GuestAddr set_addr = args->v[2], old_addr = args->v[3];
    struct rlimit set, old;
    int64_t result;

    if (set_addr && !guest_get(task, set_addr, &set, sizeof(set))) {
        return -EFAULT;
    }
    result = change_limit(args->v[0], args->v[1], set_addr ? &set : NULL, &old);
    if (result == 0 && old_addr && !guest_put(task, old_addr, &old, sizeof(old))) {
        return -EFAULT;
    }
    return result;
}

/* int getrlimit(int resource, struct rlimit *limit) */
int64_t sys_getrlimit(GuestTask *task, const SysArgs *args)
{
    struct rlimit old;
    int64_t result = change_limit(0, args->v[0], NULL, &old);

    return result == 0 && !guest_put(task, args->v[1], &old, sizeof(old)) ? -EFAULT : result;
}

/* int setrlimit(int resource, const struct rlimit *limit) */
int64_t sys_setrlimit(GuestTask *task, const SysArgs *args)
{
    struct rlimit set, old;

    if (!guest_get(task, args->v[1], &set, sizeof(set))) {
        return -EFAULT;
    }
    return change_limit(0, args->v[0], &set, &old);
}

/* prctl options by what their second argument is. */
static int64_t prctl_call(const SysArgs *args, const void *pointer)
{
    unsigned long second = pointer ? (unsigned long)pointer : args->v[1];

    return sys_result(
        syscall(SYS_prctl, (int)args->v[0], second, args->v[2], args->v[3], args->v[4]));
}

/*
 * Seccomp.  Strict mode is ours: the kernel's would end dragoman at its first mmap.  A filter
 * would see dragoman's own calls and the host's numbers, so there are none, as in a kernel built
 * without them.
 */
static int64_t seccomp_set_mode(GuestTask *task, unsigned mode)
{
    if (mode != SECCOMP_MODE_STRICT) {
        sys_unimp("seccomp filter");
        return -EINVAL;
    }
    task->seccomp_strict = true;
    return 0;
}

bool sys_seccomp_allows(const GuestTask *task, const char *name)
{
    static const char *const allowed[] = { "read", "write", "exit", "rt_sigreturn" };

    for (size_t i = 0; task->seccomp_strict && i < G_N_ELEMENTS(allowed); i++) {
        if (!strcmp(name, allowed[i])) {
            return true;
        }
    }
    return !task->seccomp_strict;
}

/* int seccomp(unsigned operation, unsigned flags, void *args) */
int64_t sys_seccomp(GuestTask *task, const SysArgs *args)
{
    unsigned operation = args->v[0];

    if (operation == SECCOMP_SET_MODE_STRICT && !(unsigned)args->v[1] && !args->v[2]) {
        return seccomp_set_mode(task, SECCOMP_MODE_STRICT);
    }
    return -EINVAL;
}

/* The one attribute of PR_SET_VMA: a name for pages, shown in /proc/self/maps. */
static int64_t prctl_set_vma(GuestTask *task, const SysArgs *args)
{
    enum { NAME_MAX_SIZE = 80 };
    uint64_t addr = args->v[2], size = args->v[3];
    g_autofree char *name = NULL;
    int64_t error;

    if (args->v[1] != PR_SET_VMA_ANON_NAME) {
        return -EINVAL;
    }
    error = args->v[4] ? guest_string(task, args->v[4], NAME_MAX_SIZE, &name) : 0;
    if (error) {
        return error == -ENAMETOOLONG ? -EINVAL : error;
    }
    if (!guest_addr_ok(task->process, addr, size)) {
        return -ENOMEM;
    }
    return sys_result(
        syscall(SYS_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, g2h(task->process, addr), size, name));
}

/* int prctl(int option, arg2, arg3, arg4, arg5) */
int64_t sys_prctl(GuestTask *task, const SysArgs *args)
{
    enum {
        NAME_SIZE = 16,
        OPTION_SET_MEMORY_MERGE = 67, /* Linux 6.4, later than some headers */
        OPTION_GET_MEMORY_MERGE = 68,
    };

    switch ((int)args->v[0]) {
    case PR_SET_NAME:
    case PR_GET_NAME:
        return prctl_call(args, guest_buffer(task, args->v[1], NAME_SIZE));
    case PR_GET_PDEATHSIG:
    case PR_GET_CHILD_SUBREAPER:
        return prctl_call(args, guest_buffer(task, args->v[1], sizeof(int)));
    case PR_GET_TID_ADDRESS:
        return guest_put_word(task, args->v[1], task->clear_child_tid) ? 0 : -EFAULT;
    case PR_GET_SECCOMP:
        return 0; /* in strict mode nobody can ask */
    case PR_SET_SECCOMP:
        return seccomp_set_mode(task, args->v[1]);
    case PR_SET_VMA:
        return prctl_set_vma(task, args);
    case PR_SET_PDEATHSIG:
    case PR_GET_DUMPABLE:
    case PR_SET_DUMPABLE:
    case PR_GET_KEEPCAPS:
    case PR_SET_KEEPCAPS:
    case PR_GET_TIMING:
    case PR_SET_TIMING:
    case PR_CAPBSET_READ:
    case PR_CAPBSET_DROP:
    case PR_GET_SECUREBITS:
    case PR_SET_SECUREBITS:
    case PR_SET_TIMERSLACK:
    case PR_GET_TIMERSLACK:
    case PR_MCE_KILL:
    case PR_MCE_KILL_GET:
    case PR_SET_PTRACER:
    case PR_SET_CHILD_SUBREAPER:
    case PR_SET_NO_NEW_PRIVS:
    case PR_GET_NO_NEW_PRIVS:
    case PR_CAP_AMBIENT:
    case PR_SET_THP_DISABLE:
    case PR_GET_THP_DISABLE:
    case PR_SET_IO_FLUSHER:
    case PR_GET_IO_FLUSHER:
    case PR_TASK_PERF_EVENTS_DISABLE: /* there are none */
    case PR_TASK_PERF_EVENTS_ENABLE:
    case OPTION_SET_MEMORY_MERGE:
    case OPTION_GET_MEMORY_MERGE:
        return prctl_call(args, NULL);
    default:
        sys_unimp("prctl %d", (int)args->v[0]);
        return -EINVAL;
    }
}
