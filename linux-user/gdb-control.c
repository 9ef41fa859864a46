/*
 * Run control for the gdb server: events of the guest's threads, and their resumption.
 *
 * Stopping itself is stop.c's.  Needs: what is said to be the server's is only touched while the
 * tasks rest, which tasks_lock orders.
 */
#include "linux-user/debug.h"

#include <errno.h>
#include <glib.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/accel.h"
#include "gdb-control.h"
#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "linux-user/syscall.h"
#include "linux-user/task.h"
#include "signal-host.h"
#include "util/own-fd.h"

static bool is_attached(const GuestTask *task)
{
    return atomic_load(&task->process->debug.attached) && !task->is_vfork;
}

static void set_event_locked(Process *process, const GdbStop *event)
{
    ProcessDebug *debug = &process->debug;
    uint64_t one = 1;

    debug->event = *event;
    atomic_store(&debug->stopping, true);
    if (write(debug->event_fd, &one, sizeof(one)) < 0) {
        /* Its counter cannot be full: the server empties it at each stop. */
    }
}

/* Rest; returns when the task may run. */
static void rest(GuestTask *task)
{
    uint64_t mask = signal_host_set_mask(~UINT64_C(0));

    pthread_mutex_lock(&task->process->tasks_lock);
    process_park_locked(task);
    pthread_mutex_unlock(&task->process->tasks_lock);
    signal_host_set_mask(mask);
}

/* True: it was shown, and the task has been told how to go on.  False: others were shown. */
static bool report(GuestTask *task, GdbStopKind kind, int signo, const siginfo_t *info)
{
    Process *process = task->process;
    GdbStop event = { kind, task->tid, signo };
    uint64_t mask = signal_host_set_mask(~UINT64_C(0));
    bool first;

    pthread_mutex_lock(&process->tasks_lock);
    first = !process_is_stopping(task) && is_attached(task);
    if (first) {
        task->debug.in_report = true;
        task->debug.shows_signal = kind == GDB_STOP_SIGNAL;
        task->debug.signo = task->debug.resume_signo = signo;
        task->debug.info = info ? *info : (siginfo_t){ .si_signo = signo, .si_code = TRAP_BRKPT };
        set_event_locked(process, &event);
    }
    process_park_locked(task);
    task->debug.in_report = false;
    pthread_mutex_unlock(&process->tasks_lock);
    signal_host_set_mask(mask);
    return first;
}

/*
 * The guest's side
 */

static bool in_range(const GuestTask *task)
{
    GuestAddr pc = vcpu_pc(&task->vcpu);

    return pc >= task->debug.range_start && pc < task->debug.range_end;
}

static bool at_breakpoint(GuestTask *task)
{
    Process *process = task->process;
    GuestAddr pc = vcpu_pc(&task->vcpu);
    bool found;

    pthread_mutex_lock(&process->tasks_lock);
    found = g_hash_table_contains(process->debug.breakpoints, &pc);
    pthread_mutex_unlock(&process->tasks_lock);
    return found;
}

void debug_stepped(GuestTask *task)
{
    GuestAddr pc = vcpu_pc(&task->vcpu);

    if (!task->debug.stepping || task->is_vfork || (in_range(task) && !at_breakpoint(task))) {
        return;
    }
    /* If another thread is shown first, the step stays done as long as this one is to be stepped. */
    while (is_attached(task) && task->debug.stepping && vcpu_pc(&task->vcpu) == pc &&
           !report(task, GDB_STOP_STEP, SIGTRAP, NULL)) {
    }
}

void debug_exit(GuestTask *task)
{
    const AccelOps *accel = task->process->accel;

    if (task->debug.step_over) {
        task->debug.step_over = false;
        accel->set_single_step(&task->vcpu, false);
    } else if (task->debug.stepping && !task->is_vfork) {
        debug_stepped(task);
    } else if (is_attached(task)) {
        report(task, GDB_STOP_BREAKPOINT, SIGTRAP, NULL);
    } else {
        task->debug.step_over = true;
        accel->set_single_step(&task->vcpu, true);
    }
}

DebugVerdict debug_signal(GuestTask *task, int signo, siginfo_t *info)
{
    uint64_t bit = signal_bit(signo);

    if (!is_attached(task) || (atomic_load(&task->process->debug.pass) & bit)) {
        return DEBUG_DELIVER;
    }
    if (task->debug.approved & bit) {
        task->debug.approved &= ~bit;
        return DEBUG_DELIVER;
    }
    if (!report(task, GDB_STOP_SIGNAL, signo, info)) {
        return DEBUG_AGAIN;
    }
    if (task->debug.resume_signo != signo) {
        return DEBUG_DROP;
    }
    *info = task->debug.info;
    return DEBUG_DELIVER;
}

/*
 * System calls
 */

/* Which argument is a relative timeout; -1: none. */
static int timeout_argument(long number, const long args[6])
{
    switch (number) {
    case SYS_nanosleep:
        return 0;
    case SYS_clock_nanosleep:
        return args[1] & TIMER_ABSTIME ? -1 : 2;
    case SYS_rt_sigtimedwait:
        return 2;
    case SYS_futex:
        return (args[1] & FUTEX_CMD_MASK) == FUTEX_WAIT ? 3 : -1;
    default:
        return -1;
    }
}

static void add_time(struct timespec *to, const struct timespec *more, int sign)
{
    to->tv_sec += sign * more->tv_sec;
    to->tv_nsec += sign * more->tv_nsec;
    if (to->tv_nsec >= 1000000000) {
        to->tv_nsec -= 1000000000;
        to->tv_sec++;
    } else if (to->tv_nsec < 0) {
        to->tv_nsec += 1000000000;
        to->tv_sec--;
    }
}

/* What is left of the timeout, in *ret. */
static void time_left(const TaskDebug *debug, struct timespec *ret)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    *ret = debug->deadline;
    add_time(ret, &now, -1);
    if (ret->tv_sec < 0) {
        *ret = (struct timespec){ 0 };
    }
}

static int64_t sleep_in_call(GuestTask *task, long number, const long args[6])
{
    int64_t ret;

    atomic_store(&task->debug.asleep, true);
    ret = host_syscall(task, number, args);
    atomic_store(&task->debug.asleep, false);
    if (process_is_stopping(task)) {
        rest(task);
    }
    return ret;
}

int64_t debug_syscall(GuestTask *task, long number, const long args[6])
{
    TaskDebug *debug = &task->debug;
    int timeout = timeout_argument(number, args);
    struct timespec left, whole;
    long copy[6];

    if (timeout < 0 || !args[timeout]) {
        return sleep_in_call(task, number, args);
    }
    memcpy(copy, args, sizeof(copy));
    if (debug->timed_call == number) {
        time_left(debug, &left);
        copy[timeout] = (long)&left;
    } else if (host_copy_safe(&whole, (const void *)args[timeout], sizeof(whole))) {
        debug->timed_call = number;
        clock_gettime(CLOCK_MONOTONIC, &debug->deadline);
        add_time(&debug->deadline, &whole, 1);
    }
    return sleep_in_call(task, number, copy);
}

bool debug_call_result(GuestTask *task, int64_t *ret)
{
    TaskDebug *debug = &task->debug;
    const Vcpu *vcpu = &task->vcpu;

    if (!debug->has_result || debug->result_pc != vcpu_pc(vcpu) ||
        debug->result_sp != guest_state_addr(vcpu->arch, vcpu->state, vcpu->arch->sp_offset)) {
        return false;
    }
    debug->has_result = false;
    *ret = debug->result;
    return true;
}

/* The debugger has put pc back to the call and gone elsewhere. */
static void keep_result(GuestTask *task, int64_t ret)
{
    TaskDebug *debug = &task->debug;

    debug->abandoned = false;
    if (ret != SYS_RESTART && ret != SYS_AGAIN && ret != SYS_NO_RESULT && ret != -EINTR) {
        debug->has_result = true;
        debug->result = ret;
    }
}

bool debug_call_end(GuestTask *task, int64_t *ret)
{
    if (*ret == SYS_RESTART || *ret == -EINTR) {
        signal_ask_debugger(task);
        /* Nothing is left that would interrupt it. */
        if (*ret == -EINTR && is_attached(task) && signal_restarts_call(task) &&
            !signal_has_handler(task)) {
            *ret = SYS_AGAIN;
        }
    }
    if (*ret != SYS_RESTART && *ret != SYS_AGAIN) {
        task->debug.timed_call = 0;
    }
    if (task->debug.abandoned) {
        keep_result(task, *ret);
        return false;
    }
    return true;
}

/*
 * Ends and children
 */

void debug_thread_gone(GuestTask *task)
{
    Process *process = task->process;
    GdbStop event = { GDB_STOP_NO_RESUMED, 0, 0 };
    bool any = false;

    if (!is_attached(task)) {
        return;
    }
    pthread_mutex_lock(&process->tasks_lock);
    for (const GuestTask *other = process->tasks; other; other = other->next) {
        any = any || !(other->exited || atomic_load(&other->debug.hold));
    }
    if (!any && !atomic_load(&process->debug.stopping)) {
        set_event_locked(process, &event);
    }
    pthread_mutex_unlock(&process->tasks_lock);
}

void debug_process_ends(Process *process, GuestTask *task)
{
    if (!process->debug.enabled || (task && task->is_vfork)) {
        return;
    }
    signal_host_set_mask(~UINT64_C(0));
    pthread_mutex_lock(&process->tasks_lock);
    if (task) {
        process_park_locked(task);
    }
    process->debug.ending = true;
    pthread_mutex_unlock(&process->tasks_lock);
}

void debug_process_ended(Process *process, int status, int signo)
{
    GuestTask *task = task_self();

    if (process->debug.enabled && !(task && task->is_vfork)) {
        gdb_server_exited(status, signo);
    }
}

static void remove_breakpoints(Process *process)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, process->debug.breakpoints);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        process->accel->remove_breakpoint(*(GuestAddr *)key);
    }
    g_hash_table_remove_all(process->debug.breakpoints);
}

void debug_after_fork(Process *process)
{
    ProcessDebug *debug = &process->debug;
    GuestTask *task = process->tasks;

    if (!debug->enabled) {
        return;
    }
    gdb_server_after_fork();
    remove_breakpoints(process);
    debug->enabled = debug->waits = false;
    atomic_store(&debug->attached, false);
    atomic_store(&debug->stopping, false);
    atomic_store(&task->debug.hold, false);
    task->debug.stepping = false;
    process->accel->set_single_step(&task->vcpu, false);
    signal_follow_actions(task);
}

void debug_exec(GuestTask *task, bool begins)
{
    ProcessDebug *debug = &task->process->debug;

    if (debug->enabled && !task->is_vfork) {
        atomic_store(&debug->executes, begins);
        signal_follow_actions(task);
    }
}

void debug_vfork_begin(GuestTask *task)
{
    if (task->process->debug.enabled) {
        task->process->accel->set_single_step(&task->vcpu, false);
        signal_follow_actions(task);
    }
}

void debug_vfork_end(GuestTask *task, const TaskDebug *saved)
{
    TaskDebug *debug = &task->debug;

    if (!task->process->debug.enabled) {
        return;
    }
    /* The server may have told it something meanwhile: the child shared all this. */
    debug->in_call = saved->in_call;
    debug->abandoned = saved->abandoned;
    debug->timed_call = 0;
    debug->step_over = false;
    atomic_store(&debug->asleep, false);
    task->process->accel->set_single_step(&task->vcpu, debug->stepping);
}

/*
 * The server's side; GdbTarget
 */

static void attach(void)
{
    Process *process = process_self();

    pthread_mutex_lock(&process->tasks_lock);
    process->debug.program = ~UINT64_C(0);
    atomic_store(&process->debug.pass, 0);
    atomic_store(&process->debug.attached, true);
    process->debug.waits = false;
    pthread_mutex_unlock(&process->tasks_lock);
    signal_follow_process(process);
}

/* The process ends: whoever does it needs no answer from here. */
static _Noreturn void wait_for_end(void)
{
    for (;;) {
        pause();
    }
}

static void stop(GdbStop *ret)
{
    Process *process = process_self();
    uint64_t count;

    pthread_mutex_lock(&process->tasks_lock);
    if (process->debug.ending) {
        pthread_mutex_unlock(&process->tasks_lock);
        wait_for_end();
    }
    atomic_store(&process->debug.stopping, true);
    process_wait_rest_locked(process);
    *ret = process->debug.event;
    process->debug.event = (GdbStop){ 0 };
    if (read(process->debug.event_fd, &count, sizeof(count)) < 0) {
        /* Nobody had reported. */
    }
    pthread_mutex_unlock(&process->tasks_lock);
}

static void set_resume(int tid, const GdbResume *how)
{
    GuestTask *task = debug_find_task(tid);

    if (task) {
        task->debug.next = *how;
    }
}

/*
 * A signal out of the debugger's hand, that is not reported to it again.  The kernel lets no other
 * thread send one with all that belongs to it, so it is recorded as the handler would.
 */
static void inject(GuestTask *task, int signo)
{
    siginfo_t info = { .si_signo = signo, .si_code = SI_TKILL };

    info.si_pid = getpid();
    info.si_uid = getuid();
    if (task->debug.in_report && task->debug.info.si_signo == signo) {
        info = task->debug.info; /* as gdb put it back after calling a function */
    }
    task->debug.approved |= signal_bit(signo);
    task->pending_info[signo] = info;
    atomic_fetch_or(&task->pending, signal_bit(signo));
    atomic_store(&task->signal_pending, 1);
    if (atomic_load(&task->debug.asleep)) {
        process_kick(task);
    }
}

static void start_task_locked(GuestTask *task, const GdbResume *how)
{
    TaskDebug *debug = &task->debug;
    bool is_signal = debug->in_report && debug->shows_signal;

    atomic_store(&debug->hold, how->run == GDB_HOLD);
    if (how->run == GDB_HOLD) {
        return;
    }
    debug->stepping = how->run == GDB_STEP;
    debug->range_start = how->range_start;
    debug->range_end = how->range_end;
    if (!task->is_vfork) { /* else the child has it now */
        task->process->accel->set_single_step(&task->vcpu, debug->stepping);
    }
    if (is_signal) {
        debug->resume_signo = how->signo;
    }
    if (how->signo && (!is_signal || how->signo != debug->signo)) {
        inject(task, how->signo);
    }
    /* That is decided, even if the next stop comes before the task has woken up. */
    debug->in_report = false;
    if (debug->abandoned && atomic_load(&debug->asleep)) {
        process_kick(task);
    }
}

static void resume(void)
{
    Process *process = process_self();

    pthread_mutex_lock(&process->tasks_lock);
    for (GuestTask *task = process->tasks; task; task = task->next) {
        start_task_locked(task, &task->debug.next);
        task->debug.next = (GdbResume){ 0 };
    }
    atomic_store(&process->debug.stopping, false);
    pthread_cond_broadcast(&process->task_resumed);
    pthread_mutex_unlock(&process->tasks_lock);
}

static void detach(void)
{
    Process *process = process_self();

    pthread_mutex_lock(&process->tasks_lock);
    remove_breakpoints(process);
    for (GuestTask *task = process->tasks; task; task = task->next) {
        TaskDebug *debug = &task->debug;
        bool keeps = debug->in_report && debug->shows_signal &&
                     (process->debug.program & signal_bit(debug->signo));

        debug->next = (GdbResume){ .run = GDB_CONTINUE, .signo = keeps ? debug->signo : 0 };
    }
    atomic_store(&process->debug.attached, false);
    pthread_mutex_unlock(&process->tasks_lock);
    debug_target.created = false;
    signal_follow_process(process);
    resume();
}

static void kill_process(void)
{
    kill(getpid(), SIGKILL);
}

static void set_pass(uint64_t signals)
{
    atomic_store(&process_self()->debug.pass, signals);
    signal_follow_process(process_self());
}

static void set_program(uint64_t signals)
{
    process_self()->debug.program = signals;
}

static int change_breakpoint(GuestAddr addr, bool insert)
{
    Process *process = process_self();
    GHashTable *table = process->debug.breakpoints;
    int ret = 0;

    pthread_mutex_lock(&process->tasks_lock);
    if (insert != (bool)g_hash_table_contains(table, &addr)) {
        if (insert) {
            g_hash_table_add(table, g_memdup2(&addr, sizeof(addr)));
            ret = process->accel->insert_breakpoint(addr);
        } else {
            g_hash_table_remove(table, &addr);
            ret = process->accel->remove_breakpoint(addr);
        }
    }
    pthread_mutex_unlock(&process->tasks_lock);
    return ret;
}

static int insert_breakpoint(GuestAddr addr)
{
    return change_breakpoint(addr, true);
}

static int remove_breakpoint(GuestAddr addr)
{
    return change_breakpoint(addr, false);
}

char *debug_open(Process *process, const char *spec)
{
    ProcessDebug *debug = &process->debug;
    char *error;

    if (!process->accel->insert_breakpoint || !process->accel->set_single_step) {
        return g_strdup("-g: the accelerator has no breakpoints");
    }
    error = gdb_server_listen(spec, &debug->waits);
    if (error) {
        return error;
    }
    debug->event_fd = own_fd_keep(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    debug->breakpoints = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    debug->enabled = true;
    atomic_store(&debug->stopping, debug->waits);
    return NULL;
}

void debug_start(Process *process)
{
    GdbTarget *target = &debug_target;

    if (!process->debug.enabled) {
        return;
    }
    target->arch = process->arch;
    target->event_fd = process->debug.event_fd;
    target->created = process->debug.waits;
    target->attach = attach;
    target->detach = detach;
    target->stop = stop;
    target->set_resume = set_resume;
    target->resume = resume;
    target->kill = kill_process;
    target->set_pass = set_pass;
    target->set_program = set_program;
    target->insert_breakpoint = insert_breakpoint;
    target->remove_breakpoint = remove_breakpoint;
    gdb_server_start(target);
}
