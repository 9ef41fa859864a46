/*
 * Stopping all tasks but one, for good: what a core file shows must not move while it is written.
 *
 * Each task comes to rest by itself, in its cpu_loop(), where its state is exact.  It is told
 * with a host SIGSEGV, which is never blocked and always ours: the handler kicks the vCPU and
 * interrupts the system call as for any signal, and nothing is recorded.  The signal is sent
 * again until all rest, so it does not matter where a thread was, or that it is a new one.
 *
 * A child of vfork is another process on the same memory: it neither stops nor is stopped.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "linux-user/process.h"
#include "linux-user/task.h"
#include "signal-host.h"

enum {
    ROUND_NS = 10 * 1000 * 1000,
    /* Two seconds.  What rests not by then sleeps in the kernel, where its state is exact too. */
    MAX_ROUNDS = 200,
};

bool process_is_stopping(const GuestTask *task)
{
    const GuestTask *stopper = atomic_load(&task->process->stopper);

    return stopper && stopper != task && !task->is_vfork;
}

void process_park(GuestTask *task)
{
    Process *process = task->process;

    if (!process_is_stopping(task)) {
        return;
    }
    signal_host_set_mask(~UINT64_C(0));
    pthread_mutex_lock(&process->tasks_lock);
    task->parked = true;
    pthread_cond_broadcast(&process->task_parked);
    pthread_mutex_unlock(&process->tasks_lock);
    for (;;) {
        pause();
    }
}

/* Returns whether any was not at rest. */
static bool ask_others_locked(const GuestTask *self)
{
    bool any = false;

    for (const GuestTask *task = self->process->tasks; task; task = task->next) {
        if (task == self || task->parked || task->exited) {
            continue;
        }
        any = true;
        if (task->tid) { /* else it has not begun */
            syscall(SYS_tgkill, getpid(), task->tid, SIGSEGV);
        }
    }
    return any;
}

static void wait_a_round_locked(Process *process)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_nsec += ROUND_NS;
    if (end.tv_nsec >= 1000000000) {
        end.tv_nsec -= 1000000000;
        end.tv_sec++;
    }
    pthread_cond_timedwait(&process->task_parked, &process->tasks_lock, &end);
}

void process_stop_others(GuestTask *task)
{
    Process *process = task->process;
    GuestTask *none = NULL;

    if (task->is_vfork) {
        return;
    }
    if (!atomic_compare_exchange_strong(&process->stopper, &none, task)) {
        process_park(task);
    }
    pthread_mutex_lock(&process->tasks_lock);
    for (unsigned i = 0; i < MAX_ROUNDS && ask_others_locked(task); i++) {
        wait_a_round_locked(process);
    }
    pthread_mutex_unlock(&process->tasks_lock);
}
