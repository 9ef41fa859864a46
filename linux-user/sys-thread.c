/*
 * Threads: futexes and what the kernel remembers for each thread.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

enum { ROBUST_LIST_HEAD_SIZE = 24 };

/* long set_tid_address(int *tid) */
int64_t sys_set_tid_address(GuestTask *task, const SysArgs *args)
{
    task->clear_child_tid = args->v[0];
    return task->tid;
}

/*
 * long set_robust_list(struct robust_list_head *head, size_t size)
 *
 * The host kernel walks the guest's list when the thread dies, instead of the host C library's
 * own, which is empty: dragoman has no robust mutexes.  Only a list at its own address will do.
 */
int64_t sys_set_robust_list(GuestTask *task, const SysArgs *args)
{
    if (args->v[1] != ROBUST_LIST_HEAD_SIZE) {
        return -EINVAL;
    }
    task->robust_list = args->v[0];
    task->robust_list_size = args->v[1];
    if (task->process->guest_base == 0 && guest_word_size(task) == sizeof(long)) {
        /* Not a list of dragoman's: the kernel writes to it. */
        return sys_result(syscall(
            SYS_set_robust_list, sys_pointer(task, args->v[0], ROBUST_LIST_HEAD_SIZE), args->v[1]));
    }
    sys_unimp("set_robust_list with a guest base");
    return 0;
}

static bool find_robust_list(Process *process, int tid, GuestAddr *ret)
{
    bool found = false;

    pthread_mutex_lock(&process->tasks_lock);
    for (const GuestTask *task = process->tasks; task && !found; task = task->next) {
        found = task->tid == tid;
        *ret = found ? task->robust_list : *ret;
    }
    pthread_mutex_unlock(&process->tasks_lock);
    return found;
}

/* long get_robust_list(int pid, struct robust_list_head **head, size_t *size) */
int64_t sys_get_robust_list(GuestTask *task, const SysArgs *args)
{
    int pid = args->v[0];
    GuestAddr list = task->robust_list;

    if (pid != 0 && !find_robust_list(task->process, pid, &list)) {
        size_t size;
        int64_t error = sys_result(syscall(SYS_get_robust_list, pid, &list, &size));

        if (error) {
            return error;
        }
    }
    return guest_put_word(task, args->v[1], list) &&
                   guest_put_word(task, args->v[2], ROBUST_LIST_HEAD_SIZE)
               ? 0
               : -EFAULT;
}

/* Operations whose fourth argument is a timeout; for the others it is a number. */
static bool futex_has_timeout(int op)
{
    switch (op & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
    case FUTEX_WAIT_REQUEUE_PI:
        return true;
    default:
        return false;
    }
}

/* long futex(uint32_t *word, int op, uint32_t value, timeout, uint32_t *word2, uint32_t value3) */
int64_t sys_futex(GuestTask *task, const SysArgs *args)
{
    int op = args->v[1];
    long fourth = args->v[3];

    if (futex_has_timeout(op)) {
        fourth = (long)sys_pointer(task, args->v[3], sizeof(struct timespec));
    }
    return safe_syscall(task, SYS_futex, sys_pointer(task, args->v[0], 4), op, (uint32_t)args->v[2],
                        fourth, sys_pointer(task, args->v[4], 4), (uint32_t)args->v[5]);
}
