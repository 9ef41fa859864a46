/*
 * Bringing tasks to rest: for good, while a core file is written, and for a debugger.
 *
 * Each task comes to rest by itself, where its state is exact: in its cpu_loop(), or behind a
 * blocking system call.  It is told with a host SIGSEGV, which is never blocked and always ours:
 * the handler kicks the vCPU and interrupts the system call as for any signal, and nothing is
 * recorded.  The signal is sent again until all rest, so it does not matter where a thread was, or
 * that it is a new one.
 *
 * For a core file, sleeping calls are interrupted, so that the file shows the call about to be made.
 * For a debugger they are left alone: nothing has to be restarted when the process goes on.
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

/* What tells our SIGSEGV from one that somebody sent: its address comes with it. */
static const char kick_mark;

bool process_is_kick(const siginfo_t *info)
{
    return info->si_signo == SIGSEGV && info->si_code == SI_QUEUE && info->si_ptr == &kick_mark;
}

void process_kick(GuestTask *task)
{
    siginfo_t info = { .si_signo = SIGSEGV, .si_code = SI_QUEUE };

    info.si_ptr = (void *)&kick_mark;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), task->tid, SIGSEGV, &info);
}

bool process_is_stopping(const GuestTask *task)
{
    const Process *process = task->process;
    const GuestTask *stopper = atomic_load(&process->stopper);

    if (task->is_vfork) {
        return false;
    }
    if (stopper) {
        return stopper != task;
    }
    return atomic_load(&process->debug.stopping) || atomic_load(&task->debug.hold);
}

bool process_is_stopping_for_good(const GuestTask *task)
{
    return atomic_load(&task->process->stopper) && process_is_stopping(task);
}

void process_park_locked(GuestTask *task)
{
    Process *process = task->process;

    while (process_is_stopping(task)) {
        task->parked = true;
        pthread_cond_broadcast(&process->task_parked);
        pthread_cond_wait(&process->task_resumed, &process->tasks_lock);
    }
    task->parked = false;
}

void process_park(GuestTask *task)
{
    Process *process = task->process;

    if (!process_is_stopping(task)) {
        return;
    }
    /* A program that waits for its first debugger can be interrupted like any other. */
    if (!process->debug.waits) {
        signal_host_set_mask(~UINT64_C(0));
    }
    pthread_mutex_lock(&process->tasks_lock);
    process_park_locked(task);
    pthread_mutex_unlock(&process->tasks_lock);
}

static bool is_at_rest(const GuestTask *task, bool for_good)
{
    return task->parked || task->exited || task->is_vfork ||
           (!for_good && atomic_load(&task->debug.asleep));
}

/* Returns whether any was not at rest. */
static bool ask_others_locked(Process *process, const GuestTask *self)
{
    bool any = false;

    for (GuestTask *task = process->tasks; task; task = task->next) {
        if (task == self || is_at_rest(task, self != NULL)) {
            continue;
        }
        any = true;
        if (task->tid) { /* else it has not begun */
            process_kick(task);
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

static void wait_for_rest_locked(Process *process, const GuestTask *self)
{
    for (unsigned i = 0; i < MAX_ROUNDS && ask_others_locked(process, self); i++) {
        wait_a_round_locked(process);
    }
}

void process_wait_rest_locked(Process *process)
{
    wait_for_rest_locked(process, NULL);
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
    wait_for_rest_locked(process, task);
    pthread_mutex_unlock(&process->tasks_lock);
}
