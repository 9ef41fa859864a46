/*
 * The guest's signals: actions, masks, delivery, return.
 *
 * What the host's handler recorded (signal-host.c) is delivered between runs of the vCPU, when
 * the guest state is exact.  Keeps: outside of delivery the host's mask is the guest's (without
 * SIGSEGV and SIGBUS), and each signal's host disposition follows the guest's action.
 */
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/syscall.h"
#include "linux-user/task.h"
#include "signal-host.h"
#include "strace-signals.h"
#include "util/log.h"

enum {
    GUEST_SIG_DFL = 0,
    GUEST_SIG_IGN = 1,
    SA_RESTORER_FLAG = 0x04000000, /* the same on all guests that have one */
    SS_AUTODISARM_FLAG = (int)(1u << 31),
    FIRST_LIBRARY_SIGNAL = 32, /* up to the C library's SIGRTMIN: its own, on both sides */
};

/* Cannot be blocked, ignored or handled. */
#define SIGNAL_FIXED (signal_bit(SIGKILL) | signal_bit(SIGSTOP))
#define SIGNAL_IGNORED_BY_DEFAULT \
    (signal_bit(SIGCHLD) | signal_bit(SIGCONT) | signal_bit(SIGURG) | signal_bit(SIGWINCH))
#define SIGNAL_STOPS \
    (signal_bit(SIGSTOP) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU))

/* What ends a process by default, and can be caught. */
#define SIGNAL_ENDS (~(SIGNAL_FIXED | SIGNAL_IGNORED_BY_DEFAULT | SIGNAL_STOPS))

void signal_init(void)
{
    signal_host_set(SIGSEGV, SIGNAL_RECORD, 0);
    signal_host_set(SIGBUS, SIGNAL_RECORD, 0);
}

/*
 * The default action is ours to do: it writes a core file, or, under -strace, the line that says
 * so.  From 32 on signals are the host C library's to begin with.
 */
static bool ends_by_us(const GuestTask *task, int signo)
{
    uint64_t harmless = SIGNAL_IGNORED_BY_DEFAULT | SIGNAL_STOPS | SIGNAL_FIXED;

    return (signal_bit(signo) & (task->is_vfork ? SIGNAL_ENDS : SIGNAL_DUMPS)) ||
           (log_on(LOG_STRACE) && signo < 32 && !(signal_bit(signo) & harmless));
}

/* Make the host's disposition that of the guest's action. */
static void follow_action(const GuestTask *task, int signo, const GuestSigaction *act)
{
    const ProcessDebug *debug = &task->process->debug;

    if (signal_bit(signo) & (SIGNAL_FAULTS | SIGNAL_FIXED)) {
        return; /* always ours, or never */
    }
    if (atomic_load(&debug->attached) && !atomic_load(&debug->executes) && !task->is_vfork &&
        !(atomic_load(&debug->pass) & signal_bit(signo))) {
        /* Ignored children are still reaped. */
        bool reap = signo == SIGCHLD && act->handler == GUEST_SIG_IGN;

        signal_host_set(signo, SIGNAL_RECORD, act->flags | (reap ? SA_NOCLDWAIT : 0));
    } else if (act->handler == GUEST_SIG_DFL && !ends_by_us(task, signo)) {
        signal_host_set(signo, SIGNAL_DEFAULT, act->flags);
    } else if (act->handler == GUEST_SIG_IGN) {
        signal_host_set(signo, SIGNAL_IGNORE, act->flags);
    } else {
        signal_host_set(signo, SIGNAL_RECORD, act->flags);
    }
}

void signal_init_task(GuestTask *task)
{
    for (int signo = 1; signo <= GUEST_NSIG; signo++) {
        if (signal_host_is_ignored(signo)) {
            task->actions[signo].handler = GUEST_SIG_IGN;
        } else if (ends_by_us(task, signo)) {
            follow_action(task, signo, &task->actions[signo]);
        }
    }
    task->altstack.flags = SS_DISABLE;
    task->blocked = signal_host_set_mask(~UINT64_C(0));
    signal_host_set_mask(task->blocked);
}

void signal_follow_actions(GuestTask *task)
{
    pthread_mutex_lock(&task->process->signal_lock);
    for (int signo = 1; signo <= GUEST_NSIG; signo++) {
        follow_action(task, signo, &task->actions[signo]);
    }
    pthread_mutex_unlock(&task->process->signal_lock);
}

void signal_follow_process(Process *process)
{
    GuestTask task = { .process = process, .actions = process->actions };

    signal_follow_actions(&task);
}

void signal_init_thread(GuestTask *task, const GuestTask *creator)
{
    task->altstack.flags = SS_DISABLE;
    task->blocked = creator->blocked;
}

void signal_init_vfork(GuestTask *task)
{
    for (int signo = 1; signo <= GUEST_NSIG; signo++) {
        if (task->actions[signo].handler == GUEST_SIG_DFL && (signal_bit(signo) & SIGNAL_ENDS)) {
            follow_action(task, signo, &task->actions[signo]);
        }
    }
}

void signal_after_fork(GuestTask *task)
{
    atomic_store(&task->pending, 0);
    atomic_store(&task->signal_pending, 0);
    signal_host_set_mask(task->blocked);
}

/*
 * The host's mask, unless a recorded signal waits: then everything stays blocked until it has been
 * delivered, as its place (pending_info) would be taken by the next of the same number.
 */
static bool follow_blocked(GuestTask *task, uint64_t blocked)
{
    uint64_t mask = blocked & ~SIGNAL_FAULTS;

    return safe_syscall(task, SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask)) == 0;
}

/* What is pending of the signals that the host never blocks may now be deliverable. */
static void look_at_pending(GuestTask *task)
{
    if (atomic_load(&task->pending)) {
        atomic_store(&task->signal_pending, 1);
    }
}

static void set_blocked(GuestTask *task, uint64_t mask)
{
    task->blocked = mask & ~SIGNAL_FIXED;
    follow_blocked(task, task->blocked); /* or signal_deliver() will */
    look_at_pending(task);
}

/* False: a signal came before, under the old mask, and must be delivered before it changes. */
static bool try_set_blocked(GuestTask *task, uint64_t mask)
{
    mask &= ~SIGNAL_FIXED;
    if (!follow_blocked(task, mask)) {
        return false;
    }
    task->blocked = mask;
    look_at_pending(task);
    return true;
}

static GuestSigaction get_action(GuestTask *task, int signo)
{
    GuestSigaction action;

    pthread_mutex_lock(&task->process->signal_lock);
    action = task->actions[signo];
    pthread_mutex_unlock(&task->process->signal_lock);
    return action;
}

int64_t signal_action(GuestTask *task, int signo, const GuestSigaction *act,
                      GuestSigaction *ret_old)
{
    Process *process = task->process;
    GuestSigaction old;

    if (signo < 1 || signo > GUEST_NSIG || (act && (signal_bit(signo) & SIGNAL_FIXED))) {
        return -EINVAL;
    }
    pthread_mutex_lock(&process->signal_lock);
    old = task->actions[signo];
    if (act) {
        task->actions[signo] = *act;
        task->actions[signo].mask &= ~SIGNAL_FIXED;
        follow_action(task, signo, act);
    }
    pthread_mutex_unlock(&process->signal_lock);
    if (ret_old) {
        *ret_old = old;
    }
    return 0;
}

void signal_restore_library(GuestTask *task)
{
    pthread_mutex_lock(&task->process->signal_lock);
    for (int signo = FIRST_LIBRARY_SIGNAL; signo < SIGRTMIN; signo++) {
        follow_action(task, signo, &task->actions[signo]);
    }
    pthread_mutex_unlock(&task->process->signal_lock);
}

int64_t signal_procmask(GuestTask *task, int how, const uint64_t *set, uint64_t *ret_old)
{
    uint64_t old = task->blocked;
    uint64_t mask;

    if (set) {
        switch (how) {
        case SIG_BLOCK:
            mask = old | *set;
            break;
        case SIG_UNBLOCK:
            mask = old & ~*set;
            break;
        case SIG_SETMASK:
            mask = *set;
            break;
        default:
            return -EINVAL;
        }
        if (!try_set_blocked(task, mask)) {
            return SYS_AGAIN;
        }
    }
    if (ret_old) {
        *ret_old = old;
    }
    return 0;
}

static bool on_altstack(const GuestTask *task, uint64_t sp)
{
    const GuestAltstack *stack = &task->altstack;

    /* SS_AUTODISARM: never on it, by definition (sigaltstack(2)). */
    return !(stack->flags & (SS_DISABLE | SS_AUTODISARM_FLAG)) && sp > stack->sp &&
           sp - stack->sp <= stack->size;
}

static uint64_t guest_sp(const GuestTask *task)
{
    return guest_state_addr(task->vcpu.arch, task->vcpu.state, task->vcpu.arch->sp_offset);
}

int64_t signal_altstack(GuestTask *task, const GuestAltstack *set, GuestAltstack *ret_old)
{
    bool active = on_altstack(task, guest_sp(task));
    GuestAltstack old = task->altstack;

    old.flags |= active ? SS_ONSTACK : 0;
    if (set) {
        int mode = set->flags & ~SS_AUTODISARM_FLAG;

        if (active) {
            return -EPERM;
        }
        if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE) {
            return -EINVAL;
        }
        if (mode != SS_DISABLE && set->size < task->process->abi->minsigstksz) {
            return -ENOMEM;
        }
        task->altstack = *set;
        if (mode == SS_DISABLE) {
            task->altstack.sp = task->altstack.size = 0;
        } else {
            task->altstack.flags &= ~SS_ONSTACK;
        }
    }
    if (ret_old) {
        *ret_old = old;
    }
    return 0;
}

uint64_t signal_pending_set(GuestTask *task)
{
    uint64_t host = 0;
    sigset_t set;

    if (sigpending(&set) == 0) {
        memcpy(&host, &set, sizeof(host)); /* the kernel's 64 signals come first */
    }
    return (host | atomic_load(&task->pending)) & task->blocked;
}

int64_t signal_suspend(GuestTask *task, uint64_t mask)
{
    uint64_t host = signal_host_mask(mask);

    return safe_syscall(task, SYS_rt_sigsuspend, &host, sizeof(host));
}

/* What may be delivered now: not blocked, or let through by the call that waited. */
static uint64_t deliverable(GuestTask *task)
{
    uint64_t blocked = task->blocked & (task->has_wait_mask ? task->wait_mask : ~UINT64_C(0));

    return atomic_load(&task->pending) & ~blocked;
}

uint64_t signal_host_mask(uint64_t guest_mask)
{
    GuestTask *task = task_self();

    task->wait_mask = guest_mask & ~SIGNAL_FIXED;
    task->has_wait_mask = true;
    return task->wait_mask & ~SIGNAL_FAULTS;
}

/*
 * What was recorded just before the guest blocked it goes back to the kernel, where signalfd and
 * sigtimedwait find it.  (The faults' signals cannot: the host never blocks them.)
 */
static void requeue_blocked(GuestTask *task)
{
    uint64_t set = atomic_load(&task->pending) & task->blocked & ~SIGNAL_FAULTS;

    for (; set; set &= set - 1) {
        int signo = __builtin_ctzll(set) + 1;

        atomic_fetch_and(&task->pending, ~signal_bit(signo));
        signal_host_requeue(signo, &task->pending_info[signo]);
    }
}

bool signal_restarts_call(GuestTask *task)
{
    for (uint64_t set = deliverable(task); set; set &= set - 1) {
        GuestSigaction act = get_action(task, __builtin_ctzll(set) + 1);

        if (act.handler > GUEST_SIG_IGN && !(act.flags & SA_RESTART)) {
            return false;
        }
    }
    return true;
}

static void log_signal(GuestTask *task, int signo, const siginfo_t *info, const char *outcome)
{
    strace_signal(task, info);
    if (log_on(LOG_SIGNAL)) {
        log_printf("signal %d (%s) code %d addr %#" PRIx64 " at pc %#" PRIx64 ": %s\n", signo,
                   strsignal(signo), info->si_code, (uint64_t)(uintptr_t)info->si_addr,
                   vcpu_pc(&task->vcpu), outcome);
    }
}

static void default_action(GuestTask *task, int signo, const siginfo_t *info)
{
    if (signal_bit(signo) & SIGNAL_IGNORED_BY_DEFAULT) {
        log_signal(task, signo, info, "ignored by default");
    } else if (signal_bit(signo) & SIGNAL_STOPS) {
        /* The action was reset after the signal had been recorded. */
        log_signal(task, signo, info, "stops");
        kill(getpid(), SIGSTOP);
    } else {
        log_signal(task, signo, info, "ends the process");
        process_die(task, info);
    }
}

/* Where the frame goes: on the alternate stack if the action asks for it and it is free. */
static uint64_t choose_frame(const GuestTask *task, const GuestSigaction *act)
{
    const LinuxAbi *abi = task->process->abi;
    const GuestAltstack *stack = &task->altstack;
    uint64_t sp = guest_sp(task);

    if ((act->flags & SA_ONSTACK) && !(stack->flags & SS_DISABLE) && !on_altstack(task, sp)) {
        sp = stack->sp + stack->size;
    }
    return (sp - abi->sigframe_size) & ~(abi->stack_align - 1);
}

/* Running off the alternate stack's lower end must not write below it. */
static bool frame_fits(const GuestTask *task, uint64_t frame)
{
    return !on_altstack(task, guest_sp(task)) || on_altstack(task, frame);
}

/* False: the frame cannot be written; the state is unchanged. */
static bool enter_handler(GuestTask *task, int signo, const siginfo_t *info,
                          const GuestSigaction *act)
{
    const LinuxAbi *abi = task->process->abi;
    uint64_t sp = choose_frame(task, act);
    uint8_t *frame = g_alloca(abi->sigframe_size);
    AbiSignal sig = {
        .signo = signo,
        .info = info,
        .handler = act->handler,
        .restorer = abi->has_restorer && (act->flags & SA_RESTORER_FLAG)
                        ? act->restorer
                        : task->process->vdso_sigreturn,
        .flags = act->flags,
        .blocked = task->blocked,
        .altstack_sp = task->altstack.sp,
        .altstack_size = task->altstack.size,
        .altstack_flags = task->altstack.flags,
    };

    if (!frame_fits(task, sp) || !guest_clear(task, sp, abi->sigframe_size)) {
        return false;
    }
    memset(frame, 0, abi->sigframe_size);
    abi->build_sigframe(task->vcpu.state, &sig, sp, frame);
    if (!guest_put(task, sp, frame, abi->sigframe_size)) {
        return false;
    }
    if (task->altstack.flags & SS_AUTODISARM_FLAG) {
        task->altstack = (GuestAltstack){ .flags = SS_DISABLE };
    }
    return true;
}

/* Returns whether a handler was entered. */
static bool deliver_one(GuestTask *task, int signo, const siginfo_t *info)
{
    GuestSigaction act = get_action(task, signo);

    if (act.handler == GUEST_SIG_IGN) {
        log_signal(task, signo, info, "ignored");
        return false;
    }
    if (act.handler == GUEST_SIG_DFL) {
        default_action(task, signo, info);
        return false;
    }
    log_signal(task, signo, info, "handled");
    if (!enter_handler(task, signo, info, &act)) {
        siginfo_t segv = { .si_signo = SIGSEGV, .si_code = SI_KERNEL };

        /* As the kernel: a frame for SIGSEGV that cannot be written ends the process. */
        if (signo == SIGSEGV) {
            process_die(task, &segv);
        }
        signal_force(task, &segv);
        return false;
    }
    if (act.flags & SA_RESETHAND) {
        signal_action(task, signo, &(GuestSigaction){ .handler = GUEST_SIG_DFL }, NULL);
    }
    task->blocked |= act.mask | (act.flags & SA_NODEFER ? 0 : signal_bit(signo));
    task->blocked &= ~SIGNAL_FIXED;
    return true;
}

void signal_force(GuestTask *task, const siginfo_t *forced)
{
    int signo = forced->si_signo;
    GuestSigaction act;
    siginfo_t copy = *forced, *info = &copy;

    /* Without it the instruction runs again. */
    if (debug_signal(task, signo, info) != DEBUG_DELIVER) {
        return;
    }
    act = get_action(task, signo);
    if (act.handler <= GUEST_SIG_IGN || (task->blocked & signal_bit(signo))) {
        log_signal(task, signo, info, "forced, ends the process");
        process_die(task, info);
    }
    if (deliver_one(task, signo, info)) {
        set_blocked(task, task->blocked);
        debug_stepped(task);
    }
}

void signal_ask_debugger(GuestTask *task)
{
    uint64_t asked = 0, set;

    while ((set = deliverable(task) & ~asked)) {
        int signo = __builtin_ctzll(set) + 1;

        switch (debug_signal(task, signo, &task->pending_info[signo])) {
        case DEBUG_DELIVER:
            task->debug.approved |= signal_bit(signo);
            asked |= signal_bit(signo);
            break;
        case DEBUG_DROP:
            atomic_fetch_and(&task->pending, ~signal_bit(signo));
            break;
        case DEBUG_AGAIN:
            break;
        }
    }
}

bool signal_has_handler(GuestTask *task)
{
    for (uint64_t set = deliverable(task); set; set &= set - 1) {
        if (get_action(task, __builtin_ctzll(set) + 1).handler > GUEST_SIG_IGN) {
            return true;
        }
    }
    return false;
}

/* Everything that is deliverable; returns whether a handler was entered. */
static bool deliver_all(GuestTask *task)
{
    bool handled = false;
    uint64_t set;

    while ((set = deliverable(task))) {
        int signo = __builtin_ctzll(set) + 1;
        siginfo_t info = task->pending_info[signo];
        DebugVerdict verdict = debug_signal(task, signo, &info);

        if (verdict == DEBUG_AGAIN) {
            continue;
        }
        atomic_fetch_and(&task->pending, ~signal_bit(signo));
        if (verdict == DEBUG_DELIVER) {
            handled |= deliver_one(task, signo, &info);
        }
    }
    return handled;
}

void signal_deliver(GuestTask *task)
{
    bool handled = false;

    do {
        process_park(task);
        atomic_store(&task->signal_pending, 0);
        handled |= deliver_all(task);
        signal_end_wait(task);
        /* Only now can the next one arrive, on top of the frames just built. */
        signal_host_set_mask(task->blocked);
        requeue_blocked(task);
    } while (atomic_load(&task->signal_pending));
    if (handled) {
        debug_stepped(task);
    }
}

int64_t signal_return(GuestTask *task)
{
    const LinuxAbi *abi = task->process->abi;
    uint8_t *frame = g_alloca(abi->sigframe_size);
    AbiSignal sig = { 0 };
    uint64_t blocked;

    if (!guest_get(task, guest_sp(task), frame, abi->sigframe_size) ||
        !abi->restore_sigframe(task->vcpu.state, frame, &blocked, &sig)) {
        signal_force(task, &(siginfo_t){ .si_signo = SIGSEGV, .si_code = SI_KERNEL });
        return SYS_NO_RESULT;
    }
    /* Errors are dropped, as in the kernel: the frame's contents are the guest's business. */
    signal_altstack(
        task,
        &(GuestAltstack){ sig.altstack_sp, sig.altstack_size, sig.altstack_flags & ~SS_ONSTACK },
        NULL);
    set_blocked(task, blocked);
    return SYS_NO_RESULT;
}
