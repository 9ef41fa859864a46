/*
 * The host's handler: what arrives becomes a pending signal of the task, or a fault.
 *
 * A signal that was sent is recorded; all others stay blocked in the interrupted context until
 * cpu_loop() has delivered it, so the kernel keeps the queue and its order.  SIGSEGV and SIGBUS
 * raised by an instruction are a guest memory copy's, the guest's own, or a bug of ours.
 */
#include "signal-host.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "accel/accel.h"
#include "crash.h"
#include "host-asm.h"

enum {
    KERNEL_SIGSET_SIZE = 8,
    SA_RESTORER_FLAG = 0x04000000,
    /* The kernel's frame with all of AVX-512 and AMX is 11 KiB; the rest is for handlers. */
    HANDLER_STACK_SIZE = 64 * 1024,
};

/* The kernel's struct sigaction on x86-64. */
typedef struct KernelSigaction {
    void *handler;
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
} KernelSigaction;

static __thread void *handler_stack;
static __thread int in_fault;

static int raw_sigaction(int signo, const KernelSigaction *act, KernelSigaction *old)
{
    return (int)syscall(SYS_rt_sigaction, signo, act, old, KERNEL_SIGSET_SIZE);
}

uint64_t signal_host_set_mask(uint64_t mask)
{
    uint64_t old = 0;

    mask &= ~SIGNAL_FAULTS;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old, KERNEL_SIGSET_SIZE);
    return old;
}

static const char *signal_name(int signo)
{
    switch (signo) {
    case SIGABRT:
        return "SIGABRT";
    case SIGBUS:
        return "SIGBUS";
    case SIGILL:
        return "SIGILL";
    case SIGFPE:
        return "SIGFPE";
    case SIGTRAP:
        return "SIGTRAP";
    default:
        return "SIGSEGV";
    }
}

/* One line without stdio or malloc: anything may be broken. */
static void report_internal_fault(int signo, const siginfo_t *info, const void *context)
{
    char line[160];
    int n = g_snprintf(line, sizeof(line),
                       "dragoman: internal error: %s at host pc %#lx, address %#lx\n",
                       signal_name(signo), (unsigned long)host_context_pc(context),
                       (unsigned long)(signo == SIGABRT ? 0 : (uintptr_t)info->si_addr));

    if (write(STDERR_FILENO, line, (size_t)n) < 0) {
        /* Nowhere left to say it. */
    }
}

/* Our own bug: say so and let the instruction fault again without a handler. */
static void internal_fault(int signo, const siginfo_t *info, const void *context)
{
    KernelSigaction dfl = { .restorer = host_sigreturn, .flags = SA_RESTORER_FLAG };

    report_internal_fault(signo, info, context);
    crash_report(task_self(), signo, context);
    raw_sigaction(signo, &dfl, NULL);
}

static void handle_fault(int signo, siginfo_t *info, void *context)
{
    GuestTask *task = task_self();
    bool handled;

    if (host_fixup_copy(context)) {
        return;
    }
    if (in_fault || !task) {
        internal_fault(signo, info, context);
        return;
    }
    in_fault = 1;
    handled = task->process->accel->handle_fault(&task->vcpu, info, context);
    in_fault = 0;
    if (!handled) {
        internal_fault(signo, info, context);
    }
}

static void record_signal(int signo, const siginfo_t *info, void *context)
{
    GuestTask *task = task_self();
    /* Not SIGABRT: a failed assertion of ours raises it again, and must not wait. */
    uint64_t everything = ~(SIGNAL_FAULTS | signal_bit(SIGABRT));
    ucontext_t *uc = context;

    if (!task) {
        return;
    }
    if (!process_is_kick(info)) {
        task->pending_info[signo] = *info;
        atomic_fetch_or(&task->pending, signal_bit(signo));
    }
    atomic_store(&task->signal_pending, 1);
    /* The kernel's mask is 8 bytes; glibc's sigset_t would reach into what follows it. */
    memcpy(&uc->uc_sigmask, &everything, sizeof(everything));
    host_interrupt_syscall(context);
    task->process->accel->kick(&task->vcpu);
}

static void host_handler(int signo, siginfo_t *info, void *context)
{
    int saved_errno = errno;

    /* si_code above 0: the kernel's own, so an instruction's. */
    if ((signo == SIGSEGV || signo == SIGBUS) && info->si_code > 0) {
        handle_fault(signo, info, context);
    } else if ((signo == SIGILL || signo == SIGFPE || signo == SIGTRAP) && info->si_code > 0) {
        internal_fault(signo, info, context); /* the guest's own do not reach the host */
    } else if (signo == SIGABRT && info->si_code == SI_TKILL && host_is_abort(context)) {
        internal_fault(signo, info, context); /* a failed assertion of ours */
    } else {
        record_signal(signo, info, context);
    }
    errno = saved_errno;
}

void signal_host_set(int signo, SignalDisposition disposition, uint64_t flags)
{
    KernelSigaction act = {
        .flags = SA_RESTORER_FLAG | (flags & (SA_NOCLDSTOP | SA_NOCLDWAIT)),
        .restorer = host_sigreturn,
    };

    if (disposition == SIGNAL_IGNORE) {
        act.handler = SIG_IGN;
    } else if (disposition == SIGNAL_RECORD) {
        /*
         * SA_RESTART: the kernel then shows by the interrupted pc whether the call restarts.
         * SA_NODEFER: a fault while one is handled must reach us to be reported.
         */
        act.handler = (void *)host_handler;
        act.flags |= SA_SIGINFO | SA_RESTART | SA_ONSTACK;
        act.flags |= signal_bit(signo) & SIGNAL_FAULTS ? SA_NODEFER : 0;
        act.mask = ~SIGNAL_FAULTS;
    }
    raw_sigaction(signo, &act, NULL);
}

bool signal_host_is_ignored(int signo)
{
    KernelSigaction act = { 0 };

    return raw_sigaction(signo, NULL, &act) == 0 && act.handler == SIG_IGN;
}

void signal_host_requeue(int signo, const siginfo_t *info)
{
    syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), signo, info);
}

void signal_host_stack(bool on)
{
    stack_t stack = { .ss_flags = SS_DISABLE };

    if (on) {
        handler_stack = g_malloc(HANDLER_STACK_SIZE);
        stack = (stack_t){ .ss_sp = handler_stack, .ss_size = HANDLER_STACK_SIZE };
    }
    sigaltstack(&stack, NULL);
    if (!on) {
        g_free(handler_stack);
        handler_stack = NULL;
    }
}

int64_t safe_syscall_args(GuestTask *task, long number, const long args[6])
{
    if (task->process->debug.enabled && !task->is_vfork) {
        return debug_syscall(task, number, args);
    }
    return host_syscall(task, number, args);
}

int64_t host_syscall(GuestTask *task, long number, const long args[6])
{
    return host_syscall_asm(&task->signal_pending, number, args);
}
