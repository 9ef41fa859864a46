/*
 * A guest thread's life, and the thread-local pointer to it.
 */
#include "linux-user/task.h"

#include <glib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/accel.h"
#include "accel/debug-info.h"
#include "host-asm.h"
#include "signal-host.h"

/* Read by the signal handler of this very thread. */
static __thread GuestTask *self;

GuestTask *task_self(void)
{
    return self;
}

void task_set_self(GuestTask *task)
{
    signal_host_stack(task != NULL);
    if (task) {
        task->tid = (int)syscall(SYS_gettid);
    }
    self = task;
}

/* For debuggers: accel/debug-info.h. */
static void tell_debuggers(Process *process)
{
    DebugInfo *info = &dragoman_debug_info;

    info->guest_base = process->guest_base;
    info->tasks = (uintptr_t)&process->tasks;
    info->task_next = offsetof(GuestTask, next);
    info->task_tid = offsetof(GuestTask, tid);
    info->task_state = offsetof(GuestTask, vcpu.state);
    info->syscall_start = (uintptr_t)host_syscall_begin;
    info->syscall_end = (uintptr_t)host_syscall_end + 1;
}

GuestTask *task_new(Process *process)
{
    GuestTask *task = g_new0(GuestTask, 1);

    task->process = process;
    task->actions = process->actions;
    task->vcpu.arch = process->arch;
    task->vcpu.owner = task;
    if (process->accel->vcpu_init(&task->vcpu) < 0) {
        g_free(task);
        return NULL;
    }
    pthread_mutex_lock(&process->tasks_lock);
    tell_debuggers(process);
    task->next = process->tasks;
    process->tasks = task;
    pthread_mutex_unlock(&process->tasks_lock);
    return task;
}

void task_free(GuestTask *task)
{
    Process *process = task->process;
    GuestTask **link;

    pthread_mutex_lock(&process->tasks_lock);
    for (link = &process->tasks; *link != task; link = &(*link)->next) {
    }
    *link = task->next;
    pthread_mutex_unlock(&process->tasks_lock);
    process->accel->vcpu_done(&task->vcpu);
    g_free(task);
}
