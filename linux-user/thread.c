/*
 * The guest's threads: each is a host thread with a task and a vCPU of its own.
 *
 * The host kernel gives a thread its id, its place in the scheduler and its signals.  What it
 * does for a thread that ends is done here, because the host's C library has the thread's
 * clear_child_tid for itself, and because the robust list must be dealt with before the joining
 * thread may free the memory it lies in.
 *
 * Keeps: a host thread has all signals blocked while it has no task, so that whatever is sent to
 * the process goes to another one.
 */
#include <errno.h>
#include <glib.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "linux-user/syscall.h"
#include "linux-user/task.h"
#include "signal-host.h"
#include "strace-signals.h"

enum {
    /* The translator's needs, also with sanitizers; only touched pages cost. */
    HOST_STACK_SIZE = 2 << 20,
    /* As many entries as the kernel follows (ROBUST_LIST_LIMIT): the list may be a ring. */
    MAX_ROBUST_ENTRIES = 2048,
    ROBUST_LIST_HEAD_SIZE = 24,
};

/* Shared by creator and created until started is posted. */
typedef struct ThreadStart {
    GuestTask *task;
    const ThreadSpec *spec;
    sem_t started;
    int64_t result; /* thread id or -errno */
} ThreadStart;

static uint64_t block_everything(void)
{
    return signal_host_set_mask(~UINT64_C(0));
}

/* Host threads share everything; what the guest's is not to share it gets a copy of. */
static int64_t unshare_rest(uint64_t flags)
{
    int rest = (CLONE_FS | CLONE_FILES | CLONE_SYSVSEM) & ~(int)flags;

    return rest && unshare(rest) < 0 ? -errno : 0;
}

/* Both threads may rely on finding the id there. */
static void store_ids(GuestTask *task, const ThreadSpec *spec)
{
    if (spec->flags & CLONE_PARENT_SETTID) {
        (void)guest_put_u32(task, spec->parent_tid, (uint32_t)task->tid);
    }
    if (spec->flags & CLONE_CHILD_SETTID) {
        (void)guest_put_u32(task, spec->child_tid, (uint32_t)task->tid);
    }
}

static void *thread_main(void *opaque)
{
    ThreadStart *start = opaque;
    GuestTask *task = start->task;
    int64_t error;

    /* The host's pthread_create() opens its SIGCANCEL, which is SIGTIMER to the guest's library. */
    block_everything();
    task_set_self(task);
    error = unshare_rest(start->spec->flags);
    start->result = error ? error : task->tid;
    if (!error) {
        store_ids(task, start->spec);
    }
    sem_post(&start->started); /* start is gone now */
    if (!error) {
        signal_host_set_mask(task->blocked);
        cpu_loop(task);
    }
    task_set_self(NULL);
    task_free(task);
    return NULL;
}

/* A task that goes on where the caller is, with the registers clone asks for. */
static GuestTask *copy_task(GuestTask *task, const ThreadSpec *spec)
{
    GuestTask *child = task_new(task->process);

    if (!child) {
        return NULL;
    }
    memcpy(child->vcpu.state, task->vcpu.state, task->process->arch->state_size);
    task->process->abi->clone_child(child->vcpu.state, spec->stack, spec->flags & CLONE_SETTLS,
                                    spec->tls);
    signal_init_thread(child, task);
    child->clear_child_tid = spec->flags & CLONE_CHILD_CLEARTID ? spec->child_tid : 0;
    return child;
}

static int create_host_thread(ThreadStart *start)
{
    pthread_attr_t attr;
    pthread_t thread;
    int error;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, HOST_STACK_SIZE);
    error = pthread_create(&thread, &attr, thread_main, start);
    pthread_attr_destroy(&attr);
    return error;
}

int64_t thread_start(GuestTask *task, const ThreadSpec *spec)
{
    ThreadStart start = { .task = copy_task(task, spec), .spec = spec };
    uint64_t mask;

    if (!start.task) {
        return -EAGAIN;
    }
    sem_init(&start.started, 0, 0);
    mask = block_everything(); /* inherited */
    if (create_host_thread(&start) == 0) {
        signal_restore_library(task);
        while (sem_wait(&start.started) < 0) {
        }
    } else {
        task_free(start.task);
        start.result = -EAGAIN;
    }
    signal_host_set_mask(mask);
    sem_destroy(&start.started);
    return start.result;
}

/*
 * The end of a thread
 */

static void wake(GuestTask *task, GuestAddr word)
{
    syscall(SYS_futex, guest_buffer(task, word, sizeof(uint32_t)), FUTEX_WAKE, 1, NULL, NULL, 0);
}

/*
 * If the entry's word is a lock of this thread's: its owner died.  pending: the thread may have been about to
 * take or give it, so a waiter may have nobody else to wake it.  Bit 0 of an entry marks locks with priority
 * inheritance: their waiters are the kernel's, which wakes them when the host thread ends.
 */
static bool mark_owner_died(GuestTask *task, GuestAddr entry, uint64_t offset, bool pending)
{
    GuestAddr word = (entry & ~1ull) + offset;
    uint32_t value, died;
    uint32_t *host = g2h(task->process, word);
    bool inherits = entry & 1;

    if (word % sizeof(uint32_t) || !guest_addr_ok(task->process, word, sizeof(uint32_t))) {
        return false;
    }
    do {
        if (!guest_get_u32(task, word, &value) ||
            !guest_range_has(task->process->mm, word, sizeof(uint32_t), PROT_WRITE)) {
            return false;
        }
        if (pending && !inherits && value == 0) {
            wake(task, word);
            return true;
        }
        if ((value & FUTEX_TID_MASK) != (uint32_t)task->tid) {
            return true;
        }
        died = (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
    } while (!__atomic_compare_exchange_n(host, &value, died, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_RELAXED));
    if ((value & FUTEX_WAITERS) && !inherits) {
        wake(task, word);
    }
    return true;
}

/*
 * struct robust_list_head: first entry, offset of the lock from an entry, entry being changed
 * (Documentation/locking/robust-futex-ABI.rst).
 */
static void walk_robust_list(GuestTask *task)
{
    unsigned word = guest_word_size(task);
    GuestAddr head = task->robust_list;
    uint64_t entry, offset, pending, next;

    if (!guest_get_word(task, head, &entry) || !guest_get_word(task, head + word, &offset) ||
        !guest_get_word(task, head + 2 * word, &pending)) {
        return;
    }
    for (unsigned n = 0; (entry & ~1ull) != head && n < MAX_ROBUST_ENTRIES; n++, entry = next) {
        bool has_next = guest_get_word(task, entry & ~1ull, &next);

        /* The entry being changed may or may not be in the list: it comes last. */
        if (entry != pending && !mark_owner_died(task, entry, offset, false)) {
            return;
        }
        if (!has_next) {
            return;
        }
    }
    if (pending) {
        mark_owner_died(task, pending, offset, true);
    }
}

static void leave_robust_list(GuestTask *task)
{
    if (task->robust_list) {
        walk_robust_list(task);
        syscall(SYS_set_robust_list, NULL, ROBUST_LIST_HEAD_SIZE);
        task->robust_list = 0;
    }
}

/* As the kernel does: a fault is nobody's concern, and the wake is not a private one. */
static void clear_tid(GuestTask *task)
{
    if (task->clear_child_tid && guest_put_u32(task, task->clear_child_tid, 0)) {
        wake(task, task->clear_child_tid);
    }
}

/* False: others stay.  Of two threads that end at the same time one is the last. */
static bool take_leave(GuestTask *task, int status)
{
    Process *process = task->process;
    bool is_last = true;

    pthread_mutex_lock(&process->tasks_lock);
    task->exited = true;
    for (const GuestTask *other = process->tasks; other; other = other->next) {
        is_last = is_last && other->exited;
    }
    if (task->tid == getpid()) {
        process->leader_status = status;
    }
    pthread_mutex_unlock(&process->tasks_lock);
    return is_last;
}

int64_t thread_exit(GuestTask *task, int status)
{
    Process *process = task->process;

    if (task->is_vfork) {
        process_exit(process, status);
    }
    block_everything();
    if (atomic_load(&task->signal_pending)) {
        return SYS_AGAIN; /* what was sent to the process must not get lost with this thread */
    }
    if (take_leave(task, status)) {
        /* The kernel reports what the first thread returned, whenever that was. */
        process_exit(process, process->leader_status);
    }
    strace_exited(task->tid, status);
    debug_thread_gone(task);
    leave_robust_list(task);
    clear_tid(task);
    if (task->tid == getpid()) {
        /* Returning from main() would end the process: the kernel keeps the thread as a zombie. */
        task_set_self(NULL);
        task_free(task);
        for (;;) {
            syscall(SYS_exit, status);
        }
    }
    return SYS_NO_RESULT;
}
