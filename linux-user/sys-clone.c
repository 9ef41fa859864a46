/*
 * clone: fork, vfork and threads.
 *
 * fork copies everything and is simple.  vfork (also posix_spawn's CLONE_VM | CLONE_VFORK)
 * must share memory: the child tells the parent through it why exec failed.  So the host does
 * the same: the child is a host process on the same memory, which runs guest code on a stack of
 * its own until it calls exec or exits; the parent's thread sleeps in clone meanwhile.  What the
 * child changes in dragoman's memory that is not guest memory (registers, signal state) is put
 * back when the parent wakes up, and so is what it leaves half done when it is killed.
 * The child has its own table of signal actions, since the parent's other threads go on.
 *
 * Threads are thread.c's.
 */
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "signal-host.h"
#include "sys.h"

enum {
    /* The translator's needs; only touched pages cost. */
    VFORK_STACK_SIZE = 8 << 20,
    FORK_FLAGS = CSIGNAL | CLONE_VFORK | CLONE_SETTLS | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
                 CLONE_PARENT_SETTID | CLONE_PIDFD | CLONE_FS | CLONE_DETACHED,
    THREAD_FLAGS = CSIGNAL | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                   CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
                   CLONE_CHILD_CLEARTID | CLONE_DETACHED,
    /* Those that unshare() makes for the caller itself; CLONE_NEWPID is for its children. */
    NAMESPACE_FLAGS =
        CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWNET,
};

#ifndef CLONE_CLEAR_SIGHAND /* linux/sched.h, which clashes with sched.h */
#define CLONE_CLEAR_SIGHAND UINT64_C(0x100000000)
#endif

typedef struct CloneArgs {
    uint64_t flags; /* with the exit signal in CSIGNAL */
    GuestAddr stack;
    GuestAddr pidfd;
    GuestAddr parent_tid;
    GuestAddr child_tid;
    uint64_t tls;
} CloneArgs;

/* What a vfork child may change, beside guest memory. */
typedef struct VforkSaved {
    GuestTask task;
    void *state;
} VforkSaved;

typedef struct VforkChild {
    GuestTask *task;
    const CloneArgs *clone;
    GuestSigaction actions[GUEST_NSIG + 1];
} VforkChild;

/* Handled signals go back to their default; ignored ones stay. */
static void clear_handlers(GuestTask *task)
{
    enum { HANDLER_IGNORE = 1 };

    for (int signo = 1; signo <= GUEST_NSIG; signo++) {
        if (task->actions[signo].handler > HANDLER_IGNORE) {
            signal_action(task, signo, &(GuestSigaction){ .handler = 0 }, NULL);
        }
    }
}

/* In the child: registers, and the places that hold its thread id. */
static void start_child(GuestTask *task, const CloneArgs *clone)
{
    task->tid = gettid();
    task->robust_list = 0;
    task->clear_child_tid = clone->flags & CLONE_CHILD_CLEARTID ? clone->child_tid : 0;
    task->process->abi->clone_child(task->vcpu.state, clone->stack, clone->flags & CLONE_SETTLS,
                                    clone->tls);
    if (clone->flags & CLONE_CLEAR_SIGHAND) {
        clear_handlers(task);
    }
    if (clone->flags & CLONE_CHILD_SETTID) {
        /* The kernel ignores a fault here as well. */
        (void)guest_put_u32(task, clone->child_tid, task->tid);
    }
}

static int64_t finish_parent(GuestTask *task, const CloneArgs *clone, int64_t pid)
{
    if (pid < 0) {
        return pid;
    }
    if (clone->flags & CLONE_PARENT_SETTID) {
        (void)guest_put_u32(task, clone->parent_tid, pid);
    }
    if (clone->flags & CLONE_PIDFD) {
        int fd = syscall(SYS_pidfd_open, (int)pid, 0);

        (void)guest_put_u32(task, clone->pidfd, fd);
    }
    return pid;
}

static VforkSaved *vfork_save(GuestTask *task)
{
    VforkSaved *saved = g_new(VforkSaved, 1);

    saved->task = *task;
    saved->state = g_memdup2(task->vcpu.state, task->process->arch->state_size);
    return saved;
}

static void vfork_restore(GuestTask *task, VforkSaved *saved)
{
    GuestTask *next;
    TaskDebug debug;

    /* Its place in the list is not ours to put back: others may have left meanwhile. */
    pthread_mutex_lock(&task->process->tasks_lock);
    next = task->next;
    debug = task->debug;
    *task = saved->task;
    task->next = next;
    task->debug = debug;
    pthread_mutex_unlock(&task->process->tasks_lock);
    debug_vfork_end(task, &saved->task.debug);
    memcpy(task->vcpu.state, saved->state, task->process->arch->state_size);
    g_free(saved->state);
    g_free(saved);
}

static int vfork_main(void *opaque)
{
    VforkChild *child = opaque;
    GuestTask *task = child->task;

    task->actions = child->actions;
    /* The descriptors are copies: what the child does to its own is not the parent's. */
    task->outside = task->is_vfork ? task->outside : task->process->outside;
    task->is_vfork = true;
    debug_vfork_begin(task);
    signal_init_vfork(task);
    signal_after_fork(task); /* unblocks what the guest has not blocked */
    start_child(task, child->clone);
    cpu_loop(task);
    g_assert_not_reached();
}

/* There with -fsanitize=address only. */
extern void __asan_unpoison_memory_region(const volatile void *addr, size_t size)
    __attribute__((weak));

/* With a page at its lower end that faults. */
static uint8_t *map_stack(void)
{
    uint8_t *stack = mmap(NULL, VFORK_STACK_SIZE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (stack == MAP_FAILED) {
        return NULL;
    }
    mprotect(stack, GUEST_PAGE_SIZE, PROT_NONE);
    /* The last child there never returned from its frames; the sanitizer still guards them. */
    if (__asan_unpoison_memory_region) {
        __asan_unpoison_memory_region(stack, VFORK_STACK_SIZE);
    }
    return stack;
}

static int64_t do_vfork(GuestTask *task, const CloneArgs *clone_args)
{
    VforkSaved *saved;
    uint64_t mask;
    VforkChild child = { .task = task, .clone = clone_args };
    int64_t pid;
    uint8_t *stack = map_stack();

    if (!stack) {
        return -ENOMEM;
    }
    /* No signal may be recorded between taking and putting back the task's signal state. */
    mask = signal_host_set_mask(~UINT64_C(0));
    task->debug.vfork_tid = task->tid;
    saved = vfork_save(task);
    pthread_mutex_lock(&task->process->signal_lock);
    memcpy(child.actions, task->actions, sizeof(child.actions));
    pthread_mutex_unlock(&task->process->signal_lock);
    pid = sys_result(clone(vfork_main, stack + VFORK_STACK_SIZE,
                           CLONE_VM | CLONE_VFORK | (clone_args->flags & CSIGNAL), &child));
    process_after_vfork(task);
    vfork_restore(task, saved);
    sys_execve_reclaim();
    signal_host_set_mask(mask);
    munmap(stack, VFORK_STACK_SIZE);
    return pid;
}

/*
 * What unshare() would say, from a process that does nothing else: it has no exit signal, so the
 * guest does not hear of it.
 */
static int64_t try_unshare(int flags)
{
    uint64_t mask = signal_host_set_mask(~UINT64_C(0));
    int64_t pid = sys_result(syscall(SYS_clone, 0, NULL, NULL, NULL, NULL));
    int status;

    if (pid == 0) {
        syscall(SYS_exit_group, unshare(flags) ? errno : 0);
    }
    if (pid > 0) {
        pid = waitpid((pid_t)pid, &status, __WCLONE) < 0 ? -errno : -WEXITSTATUS(status);
    }
    signal_host_set_mask(mask);
    return pid;
}

/* fork() alone keeps the translator whole in the child, which then makes its own namespaces. */
static int64_t fork_into(GuestTask *task, int namespaces)
{
    int64_t pid = namespaces ? try_unshare(namespaces) : 0;

    if (pid < 0) {
        return pid;
    }
    pid = process_fork(task);
    if (pid == 0 && namespaces && unshare(namespaces)) {
        _exit(128 + SIGKILL); /* it was possible a moment ago */
    }
    return pid;
}

static int64_t do_fork(GuestTask *task, const CloneArgs *clone)
{
    int64_t pid;

    if ((clone->flags & CSIGNAL) != SIGCHLD) {
        sys_unimp("clone with exit signal %d", (int)(clone->flags & CSIGNAL));
        return -EINVAL;
    }
    if ((clone->flags & CLONE_FS) && (clone->flags & (CLONE_NEWNS | CLONE_NEWUSER))) {
        return -EINVAL;
    }
    pid = fork_into(task, (int)(clone->flags & NAMESPACE_FLAGS));
    if (pid == 0) {
        start_child(task, clone);
    }
    return pid;
}

static int64_t do_thread(GuestTask *task, const CloneArgs *clone)
{
    ThreadSpec spec = { clone->flags, clone->stack, clone->parent_tid, clone->child_tid,
                        clone->tls };

    if (clone->flags & ~(uint64_t)THREAD_FLAGS || task->is_vfork) {
        sys_unimp("clone: thread with flags 0x%" PRIx64 "%s", clone->flags,
                  task->is_vfork ? " in a vfork child" : "");
        return -EINVAL;
    }
    return thread_start(task, &spec);
}

/* Where a process' descriptor goes must be known before there is a process. */
static bool is_writable_int(GuestTask *task, GuestAddr addr)
{
    uint32_t value;

    return guest_get_u32(task, addr, &value) && guest_put_u32(task, addr, value);
}

/* What clone(2) demands before all else. */
static bool flags_are_valid(uint64_t flags)
{
    return !((flags & CLONE_SIGHAND) && !(flags & CLONE_VM)) &&
           !((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND));
}

static int64_t do_clone(GuestTask *task, const CloneArgs *clone)
{
    uint64_t flags = clone->flags;
    bool share_memory = flags & CLONE_VM;
    int64_t pid;

    if (!flags_are_valid(flags)) {
        return -EINVAL;
    }
    if (flags & CLONE_THREAD) {
        return do_thread(task, clone);
    }
    if (flags & ~(uint64_t)(FORK_FLAGS | CLONE_VM | CLONE_CLEAR_SIGHAND |
                            (share_memory ? 0 : NAMESPACE_FLAGS)) ||
        (share_memory && !(flags & CLONE_VFORK))) {
        sys_unimp("clone: flags 0x%" PRIx64, flags);
        return -EINVAL;
    }
    if ((flags & CLONE_PIDFD) && !is_writable_int(task, clone->pidfd)) {
        return -EFAULT;
    }
    pid = share_memory ? do_vfork(task, clone) : do_fork(task, clone);
    return pid == 0 ? 0 : finish_parent(task, clone, pid);
}

/* long clone(flags, stack, parent_tid, tls, child_tid): the generic order of arguments */
int64_t sys_clone(GuestTask *task, const SysArgs *args)
{
    CloneArgs clone = {
        .flags = (uint32_t)args->v[0], /* the others are clone3's */
        .stack = args->v[1],
        .pidfd = args->v[2], /* one argument, two uses */
        .parent_tid = args->v[2],
        .tls = args->v[3],
        .child_tid = args->v[4],
    };

    if ((clone.flags & CLONE_PIDFD) && (clone.flags & CLONE_PARENT_SETTID)) {
        return -EINVAL;
    }
    return do_clone(task, &clone);
}

/* The kernel's struct clone_args: words of 8 bytes, more of them with time. */
typedef struct Clone3Args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    uint64_t set_tid, set_tid_size;
    uint64_t cgroup;
} Clone3Args;

static int64_t get_clone3(GuestTask *task, GuestAddr addr, uint64_t size, Clone3Args *ret)
{
    enum { SIZE_VERSION_0 = 64 };

    if (size < SIZE_VERSION_0) {
        return -EINVAL;
    }
    return sys_growing_struct(task, addr, size, ret, sizeof(*ret));
}

/* long clone3(struct clone_args *args, size_t size) */
int64_t sys_clone3(GuestTask *task, const SysArgs *args)
{
    Clone3Args a;
    CloneArgs clone;
    int64_t error = get_clone3(task, args->v[0], args->v[1], &a);

    if (error) {
        return error;
    }
    if ((a.flags & CSIGNAL) || a.exit_signal > CSIGNAL || !a.stack != !a.stack_size) {
        return -EINVAL;
    }
    if (a.set_tid_size) {
        sys_unimp("clone3: set_tid");
        return -EINVAL;
    }
    clone = (CloneArgs){
        .flags = a.flags | a.exit_signal,
        .stack = a.stack ? a.stack + a.stack_size : 0,
        .pidfd = a.pidfd,
        .parent_tid = a.parent_tid,
        .child_tid = a.child_tid,
        .tls = a.tls,
    };
    return do_clone(task, &clone);
}
