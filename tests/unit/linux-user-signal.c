/* linux-user: masks, actions, frames and interrupted calls, without running guest code. */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux-user-fake.h"
#include "linux-user/syscall.h"

enum {
    HANDLER = 0x123450,
    HOME = 0x10000, /* pc outside of handlers */
    STACK_SIZE = 64 * 1024,
};

static GuestTask *task;
static GuestAddr stack_top;

static uint64_t bit(int signo)
{
    return UINT64_C(1) << (signo - 1);
}

static uint64_t reg(const char *name)
{
    const GuestArch *arch = task->vcpu.arch;

    for (unsigned i = 0; i < arch->nb_regs; i++) {
        if (strcmp(arch->regs[i].name, name) == 0) {
            return guest_state_addr(arch, task->vcpu.state, arch->regs[i].offset);
        }
    }
    g_error("no register %s", name);
    return 0;
}

static uint64_t sp(void)
{
    return guest_state_addr(task->vcpu.arch, task->vcpu.state, task->vcpu.arch->sp_offset);
}

static void set_sp(uint64_t value)
{
    guest_state_set_addr(task->vcpu.arch, task->vcpu.state, task->vcpu.arch->sp_offset, value);
}

static void start(void)
{
    task = fake_process();
    stack_top = fake_pages(task, STACK_SIZE) + STACK_SIZE;
    set_sp(stack_top - 256);
    vcpu_set_pc(&task->vcpu, HOME);
    task->process->vdso_sigreturn = 0x777000;
}

/* All actions back to default, so that the next test and the test program itself are not hit. */
static void finish(void)
{
    for (int signo = 1; signo <= GUEST_NSIG; signo++) {
        signal_action(task, signo, &(GuestSigaction){ 0 }, NULL);
    }
    signal_procmask(task, SIG_SETMASK, &(uint64_t){ 0 }, NULL);
    fake_process_free(task);
}

static void handle(int signo, uint64_t flags, uint64_t mask)
{
    GuestSigaction act = { .handler = HANDLER, .flags = flags, .mask = mask };

    g_assert_cmpint(signal_action(task, signo, &act, NULL), ==, 0);
}

static void send_to_self(int signo)
{
    syscall(SYS_tgkill, getpid(), gettid(), signo);
}

static uint64_t host_mask(void)
{
    uint64_t mask = 0;

    syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &mask, 8);
    return mask;
}

static void test_handler_and_return(void)
{
    uint64_t old_sp;

    start();
    old_sp = sp();
    handle(SIGUSR1, SA_SIGINFO, bit(SIGUSR2));
    fake.kicks = 0;
    send_to_self(SIGUSR1);
    g_assert_cmpuint(fake.kicks, ==, 1);
    g_assert_cmpint(task->signal_pending, ==, 1);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HOME);

    signal_deliver(task);
    g_assert_cmpint(task->signal_pending, ==, 0);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    g_assert_cmpuint(reg("a0"), ==, SIGUSR1);
    g_assert_cmpuint(reg("ra"), ==, 0x777000);
    g_assert_cmpuint(sp() % 16, ==, 0);
    g_assert_cmpuint(sp(), <, old_sp);
    g_assert_cmpuint(task->blocked, ==, bit(SIGUSR1) | bit(SIGUSR2));
    g_assert_cmpuint(host_mask(), ==, task->blocked);

    g_assert_cmpint(signal_return(task), ==, SYS_NO_RESULT);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HOME);
    g_assert_cmpuint(sp(), ==, old_sp);
    g_assert_cmpuint(task->blocked, ==, 0);
    g_assert_cmpuint(host_mask(), ==, 0);
    finish();
}

static void test_blocked(void)
{
    uint64_t set = bit(SIGUSR1), old = 1;

    start();
    handle(SIGUSR1, 0, 0);
    g_assert_cmpint(signal_procmask(task, SIG_BLOCK, &set, &old), ==, 0);
    g_assert_cmpuint(old, ==, 0);
    send_to_self(SIGUSR1);
    g_assert_cmpint(task->signal_pending, ==, 0);
    g_assert_cmpuint(signal_pending_set(task), ==, bit(SIGUSR1));
    g_assert_cmpint(signal_procmask(task, SIG_UNBLOCK, &set, NULL), ==, 0);
    g_assert_cmpint(task->signal_pending, ==, 1);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    g_assert_cmpint(signal_procmask(task, 77, &set, NULL), ==, -EINVAL);
    /* SIGKILL and SIGSTOP cannot be blocked or handled. */
    set = ~UINT64_C(0);
    signal_procmask(task, SIG_SETMASK, &set, NULL);
    g_assert_cmpuint(task->blocked, ==, ~(bit(SIGKILL) | bit(SIGSTOP)));
    g_assert_cmpint(signal_action(task, SIGKILL, &(GuestSigaction){ .handler = HANDLER }, NULL), ==,
                    -EINVAL);
    g_assert_cmpint(signal_action(task, 65, NULL, NULL), ==, -EINVAL);
    finish();
}

/* Recorded when the guest asks to block it: it came first, so it is delivered first. */
static void test_blocked_too_late(void)
{
    uint64_t set = bit(SIGUSR1);

    start();
    handle(SIGUSR1, 0, 0);
    send_to_self(SIGUSR1);
    g_assert_cmpint(signal_procmask(task, SIG_BLOCK, &set, NULL), ==, SYS_AGAIN);
    g_assert_cmpuint(task->blocked, ==, 0);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    g_assert_cmpint(signal_procmask(task, SIG_BLOCK, &set, NULL), ==, 0);
    finish();
}

/* Recorded, and blocked by the handler of a fault that comes first: the kernel gets it back. */
static void test_blocked_in_time(void)
{
    siginfo_t fault = { .si_signo = SIGSEGV, .si_code = SEGV_MAPERR };
    uint64_t set = bit(SIGUSR1), host = 0;
    sigset_t pending;

    start();
    handle(SIGUSR1, 0, 0);
    handle(SIGSEGV, 0, set);
    send_to_self(SIGUSR1);
    signal_force(task, &fault);
    g_assert_cmpuint(task->blocked, ==, set | bit(SIGSEGV));
    signal_deliver(task);
    g_assert_cmpuint(reg("a0"), ==, SIGSEGV);
    sigpending(&pending);
    memcpy(&host, &pending, sizeof(host));
    g_assert_cmpuint(host, ==, set);
    g_assert_cmpuint(task->pending, ==, 0);
    g_assert_cmpint(signal_return(task), ==, SYS_NO_RESULT);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    g_assert_cmpuint(reg("a0"), ==, SIGUSR1);
    finish();
}

/* A SIGSEGV that somebody sends is like any other, though the host never blocks it. */
static void test_sent_fault_signal(void)
{
    uint64_t set = bit(SIGSEGV);

    start();
    handle(SIGSEGV, 0, 0);
    signal_procmask(task, SIG_BLOCK, &set, NULL);
    send_to_self(SIGSEGV);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HOME);
    g_assert_cmpuint(signal_pending_set(task), ==, bit(SIGSEGV));
    signal_procmask(task, SIG_UNBLOCK, &set, NULL);
    g_assert_cmpint(task->signal_pending, ==, 1);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    finish();
}

static void test_flags(void)
{
    GuestSigaction act;

    start();
    handle(SIGUSR1, SA_NODEFER | SA_RESETHAND, 0);
    send_to_self(SIGUSR1);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    g_assert_cmpuint(task->blocked, ==, 0);
    signal_action(task, SIGUSR1, NULL, &act);
    g_assert_cmpuint(act.handler, ==, 0);
    /* Ignored in the guest is ignored on the host. */
    signal_action(task, SIGUSR1, &(GuestSigaction){ .handler = 1 }, NULL);
    send_to_self(SIGUSR1);
    g_assert_cmpint(task->signal_pending, ==, 0);
    finish();
}

/* Real-time signals queue, with their values, and the second comes when the first is done. */
static void test_queue(void)
{
    int signo = SIGRTMIN + 3;

    start();
    handle(signo, SA_SIGINFO, 0);
    sigqueue(getpid(), signo, (union sigval){ .sival_int = 1 });
    sigqueue(getpid(), signo, (union sigval){ .sival_int = 2 });
    g_assert_cmpint(task->pending_info[signo].si_value.sival_int, ==, 1);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    g_assert_cmpint(task->signal_pending, ==, 0);
    signal_return(task);
    g_assert_cmpint(task->signal_pending, ==, 1);
    g_assert_cmpint(task->pending_info[signo].si_value.sival_int, ==, 2);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    finish();
}

static void test_altstack(void)
{
    GuestAltstack old;
    GuestAltstack stack = { .size = 16384 };
    uint64_t inside;

    start();
    stack.sp = fake_pages(task, stack.size);
    g_assert_cmpint(signal_altstack(task, &(GuestAltstack){ .size = 1 }, NULL), ==, -ENOMEM);
    g_assert_cmpint(signal_altstack(task, &(GuestAltstack){ .flags = 77, .size = 1 << 20 }, NULL),
                    ==, -EINVAL);
    g_assert_cmpint(signal_altstack(task, &stack, &old), ==, 0);
    g_assert_cmpint(old.flags, ==, SS_DISABLE);

    handle(SIGUSR1, SA_ONSTACK, 0);
    handle(SIGUSR2, SA_ONSTACK, 0);
    send_to_self(SIGUSR1);
    signal_deliver(task);
    inside = sp();
    g_assert_cmpuint(inside, >=, stack.sp);
    g_assert_cmpuint(inside, <, stack.sp + stack.size);
    g_assert_cmpint(signal_altstack(task, NULL, &old), ==, 0);
    g_assert_cmpint(old.flags, ==, SS_ONSTACK);
    g_assert_cmpint(signal_altstack(task, &stack, NULL), ==, -EPERM);
    /* A second one continues on it. */
    send_to_self(SIGUSR2);
    signal_deliver(task);
    g_assert_cmpuint(sp(), <, inside);
    g_assert_cmpuint(sp(), >=, stack.sp);
    signal_return(task);
    g_assert_cmpuint(sp(), ==, inside);
    signal_return(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HOME);
    g_assert_cmpint(signal_altstack(task, NULL, &old), ==, 0);
    g_assert_cmpint(old.flags, ==, 0);
    finish();
}

static void alarm_in(unsigned usec)
{
    struct itimerval timer = { .it_value.tv_usec = usec };

    setitimer(ITIMER_REAL, &timer, NULL);
}

static void test_interrupted_calls(void)
{
    struct timespec second = { .tv_sec = 20 };
    int pipe_fds[2];
    char c;

    start();
    g_assert_cmpint(pipe(pipe_fds), ==, 0);
    g_assert_cmpint(safe_syscall(task, SYS_getpid), ==, getpid());
    g_assert_cmpint(safe_syscall(task, SYS_close, -1), ==, -EBADF);

    /* Arrived before the call: the call does not happen, and is made after it in any case. */
    handle(SIGALRM, 0, 0);
    send_to_self(SIGALRM);
    g_assert_cmpint(safe_syscall(task, SYS_read, pipe_fds[0], &c, 1), ==, SYS_AGAIN);
    signal_deliver(task);
    signal_return(task);

    /* During a call that restarts. */
    handle(SIGALRM, SA_RESTART, 0);
    alarm_in(20000);
    g_assert_cmpint(safe_syscall(task, SYS_read, pipe_fds[0], &c, 1), ==, SYS_RESTART);
    g_assert_true(signal_restarts_call(task));
    signal_deliver(task);
    signal_return(task);

    /* Without SA_RESTART: EINTR by the answer of signal_restarts_call(). */
    handle(SIGALRM, 0, 0);
    alarm_in(20000);
    g_assert_cmpint(safe_syscall(task, SYS_read, pipe_fds[0], &c, 1), ==, SYS_RESTART);
    g_assert_false(signal_restarts_call(task));
    signal_deliver(task);
    signal_return(task);

    /* During one that never restarts. */
    handle(SIGALRM, SA_RESTART, 0);
    alarm_in(20000);
    g_assert_cmpint(safe_syscall(task, SYS_nanosleep, &second, NULL), ==, -EINTR);
    signal_deliver(task);
    signal_return(task);

    /* sigsuspend opens the mask for its duration only. */
    signal_procmask(task, SIG_SETMASK, &(uint64_t){ bit(SIGALRM) | bit(SIGUSR1) }, NULL);
    alarm_in(20000);
    g_assert_cmpint(signal_suspend(task, bit(SIGUSR1)), ==, -EINTR);
    signal_deliver(task);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    signal_return(task);
    g_assert_cmpuint(task->blocked, ==, bit(SIGALRM) | bit(SIGUSR1));
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    finish();
}

/* How a child that runs body ends: wait status. */
static int run_child(void (*body)(void))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        body();
        _exit(99);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    return status;
}

static void force_segv(void)
{
    signal_force(task, &(siginfo_t){ .si_signo = SIGSEGV, .si_code = SEGV_MAPERR });
}

static void force_blocked_segv(void)
{
    handle(SIGSEGV, 0, 0);
    signal_procmask(task, SIG_BLOCK, &(uint64_t){ bit(SIGSEGV) }, NULL);
    force_segv();
}

static void handle_without_stack(void)
{
    handle(SIGUSR1, 0, 0);
    set_sp(64);
    send_to_self(SIGUSR1);
    signal_deliver(task);
}

static void reset_before_delivery(void)
{
    handle(SIGUSR1, 0, 0);
    send_to_self(SIGUSR1);
    signal_action(task, SIGUSR1, &(GuestSigaction){ 0 }, NULL);
    signal_deliver(task);
}

static void default_term(void)
{
    send_to_self(SIGTERM);
}

static void own_bug(void)
{
    volatile uintptr_t nowhere = 8;
    int null = open("/dev/null", O_WRONLY);

    dup2(null, 2);
    *(volatile int *)nowhere = 1;
}

static void test_deaths(void)
{
    start();
    g_assert_cmpint(WTERMSIG(run_child(force_segv)), ==, SIGSEGV);
    g_assert_cmpint(WTERMSIG(run_child(force_blocked_segv)), ==, SIGSEGV);
    g_assert_cmpint(WTERMSIG(run_child(handle_without_stack)), ==, SIGSEGV);
    g_assert_cmpint(WTERMSIG(run_child(reset_before_delivery)), ==, SIGUSR1);
    g_assert_cmpint(WTERMSIG(run_child(default_term)), ==, SIGTERM);
    g_assert_cmpint(WTERMSIG(run_child(own_bug)), ==, SIGSEGV);
    finish();
}

/* A bad frame on return raises SIGSEGV in the guest. */
static void test_bad_frame(void)
{
    start();
    handle(SIGSEGV, SA_ONSTACK, 0);
    set_sp(64);
    {
        GuestAltstack stack = { .size = 16384 };

        stack.sp = fake_pages(task, stack.size);
        g_assert_cmpint(signal_altstack(task, &stack, NULL), ==, 0);
    }
    g_assert_cmpint(signal_return(task), ==, SYS_NO_RESULT);
    g_assert_cmpuint(vcpu_pc(&task->vcpu), ==, HANDLER);
    g_assert_cmpuint(reg("a0"), ==, SIGSEGV);
    finish();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signal/handler-and-return", test_handler_and_return);
    g_test_add_func("/signal/blocked", test_blocked);
    g_test_add_func("/signal/blocked-too-late", test_blocked_too_late);
    g_test_add_func("/signal/blocked-in-time", test_blocked_in_time);
    g_test_add_func("/signal/sent-fault-signal", test_sent_fault_signal);
    g_test_add_func("/signal/flags", test_flags);
    g_test_add_func("/signal/queue", test_queue);
    g_test_add_func("/signal/altstack", test_altstack);
    g_test_add_func("/signal/interrupted-calls", test_interrupted_calls);
    g_test_add_func("/signal/deaths", test_deaths);
    g_test_add_func("/signal/bad-frame", test_bad_frame);
    return g_test_run();
}
