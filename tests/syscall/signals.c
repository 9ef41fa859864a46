/* Signals: actions, masks, queues, interruption and restart, stacks, timers. */
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

#include "show.h"

static volatile int nb_caught, last_value, last_code, mask_in_handler;

static void catch (int signo, siginfo_t *info, void *context)
{
    sigset_t mask;

    nb_caught++;
    last_code = info->si_code;
    last_value = info->si_value.sival_int;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    mask_in_handler = sigismember(&mask, SIGUSR1) * 10 + sigismember(&mask, SIGUSR2);
}

static void set_action(int signo, int flags, int also_blocked)
{
    struct sigaction act = { .sa_sigaction = catch, .sa_flags = SA_SIGINFO | flags };

    sigemptyset(&act.sa_mask);
    if (also_blocked) {
        sigaddset(&act.sa_mask, also_blocked);
    }
    sigaction(signo, &act, NULL);
}

static void change_mask(int how, int signo)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signo);
    sigprocmask(how, &set, NULL);
}

static void test_actions(void)
{
    struct sigaction act = { .sa_handler = SIG_IGN, .sa_flags = SA_RESTART }, old;

    SHOW(sigaction(SIGUSR1, &act, NULL));
    SHOW(sigaction(SIGUSR1, NULL, &old));
    SHOW_IF(old.sa_handler == SIG_IGN);
    SHOW((old.sa_flags & SA_RESTART) != 0);
    SHOW(sigaction(SIGKILL, &act, NULL));
    SHOW(sigaction(SIGKILL, NULL, &old));
    SHOW(sigaction(99, &act, NULL));
    SHOW(raise(SIGUSR1));
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, (void *)0xffff800000000000, NULL, 8));
    set_action(SIGUSR1, 0, SIGUSR2);
    raise(SIGUSR1);
    printf("%d in handler %d\n", nb_caught, mask_in_handler);
    set_action(SIGUSR1, SA_NODEFER, 0);
    raise(SIGUSR1);
    printf("%d in handler %d\n", nb_caught, mask_in_handler);
    set_action(SIGUSR1, SA_RESETHAND, 0);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    SHOW_IF(old.sa_handler == SIG_DFL);
}

static void test_masks(void)
{
    struct timespec none = { 0, 0 };
    sigset_t pending, set;
    siginfo_t info;

    set_action(SIGUSR1, 0, 0);
    set_action(SIGRTMIN, 0, 0);
    nb_caught = 0;
    change_mask(SIG_BLOCK, SIGUSR1);
    change_mask(SIG_BLOCK, SIGRTMIN);
    raise(SIGUSR1);
    raise(SIGUSR1); /* a standard signal does not queue */
    for (int i = 1; i <= 3; i++) {
        sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = i });
    }
    sigpending(&pending);
    printf("pending %d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2),
           sigismember(&pending, SIGRTMIN));
    SHOW(nb_caught);
    change_mask(SIG_UNBLOCK, SIGUSR1);
    SHOW(nb_caught);
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    SHOW(sigtimedwait(&set, &info, &none) == SIGRTMIN);
    printf("value %d code %d own pid %d\n", info.si_value.sival_int, info.si_code,
           info.si_pid == getpid());
    change_mask(SIG_UNBLOCK, SIGRTMIN);
    printf("%d, last value %d code %d\n", nb_caught, last_value, last_code);
    SHOW(sigtimedwait(&set, &info, &none));
    SHOW(syscall(SYS_rt_sigprocmask, 99, &set, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, 99, NULL, &set, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 16));
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    sigprocmask(SIG_SETMASK, NULL, &set);
    printf("kill %d stop %d segv %d\n", sigismember(&set, SIGKILL), sigismember(&set, SIGSTOP),
           sigismember(&set, SIGSEGV));
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    change_mask(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    SHOW(sigsuspend(&set));
    sigprocmask(SIG_SETMASK, NULL, &set);
    SHOW(sigismember(&set, SIGUSR1));
    change_mask(SIG_UNBLOCK, SIGUSR1);
}

static void set_timer(int milliseconds)
{
    struct itimerval timer = { { 0, 0 }, { 0, 1000 * milliseconds } };

    setitimer(ITIMER_REAL, &timer, NULL);
}

static void test_interruption(void)
{
    struct timespec second = { 1, 0 }, left = { 0, 0 };
    char byte;
    int fds[2];
    pid_t pid;

    pipe(fds);
    set_action(SIGALRM, 0, 0);
    set_timer(20);
    SHOW(read(fds[0], &byte, 1));
    set_timer(20);
    SHOW(nanosleep(&second, &left));
    SHOW_IF(left.tv_sec == 0 && left.tv_nsec > 500000000);
    set_timer(20);
    SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &second, &left) == EINTR);
    set_timer(20);
    SHOW(pause());
    set_timer(20);
    if ((pid = fork()) == 0) {
        usleep(100000);
        _exit(0);
    }
    SHOW(waitpid(pid, NULL, 0));
    SHOW_IF(waitpid(pid, NULL, 0) == pid);

    /* With SA_RESTART the read goes on until the child writes. */
    nb_caught = 0;
    set_action(SIGALRM, SA_RESTART, 0);
    if ((pid = fork()) == 0) {
        usleep(100000);
        write(fds[1], "x", 1);
        _exit(0);
    }
    set_timer(20);
    SHOW(read(fds[0], &byte, 1));
    SHOW(nb_caught);
    set_timer(20);
    SHOW(nanosleep(&second, NULL)); /* never restarted */
    waitpid(pid, NULL, 0);
}

static char stack_memory[64 * 1024];
static volatile int on_stack, stack_flags;

static void look_at_stack(int signo)
{
    stack_t now;
    char local;

    on_stack = &local >= stack_memory && &local < stack_memory + sizeof(stack_memory);
    sigaltstack(NULL, &now);
    stack_flags = now.ss_flags;
}

static void test_stack(void)
{
    stack_t stack = { .ss_sp = stack_memory, .ss_size = sizeof(stack_memory) }, old;
    struct sigaction act = { .sa_handler = look_at_stack, .sa_flags = SA_ONSTACK };

    SHOW(sigaltstack(NULL, &old));
    SHOW(old.ss_flags == SS_DISABLE);
    SHOW(sigaltstack(&stack, NULL));
    sigaction(SIGUSR1, &act, NULL);
    raise(SIGUSR1);
    printf("on stack %d flags %d\n", on_stack, stack_flags);
    act.sa_flags = 0;
    sigaction(SIGUSR1, &act, NULL);
    raise(SIGUSR1);
    printf("on stack %d flags %d\n", on_stack, stack_flags);
    stack.ss_size = 100;
    SHOW(sigaltstack(&stack, NULL));
    stack.ss_size = sizeof(stack_memory);
    stack.ss_flags = 1234;
    SHOW(sigaltstack(&stack, NULL));
    stack.ss_flags = SS_DISABLE;
    SHOW(sigaltstack(&stack, &old));
    SHOW_IF(old.ss_sp == stack_memory && old.ss_size == sizeof(stack_memory));
}

static sigjmp_buf jump;

static void jump_out(int signo)
{
    siglongjmp(jump, signo);
}

static void test_jump(void)
{
    sigset_t set;

    signal(SIGUSR2, jump_out);
    if (sigsetjmp(jump, 1) == 0) {
        raise(SIGUSR2);
    }
    sigprocmask(SIG_SETMASK, NULL, &set);
    SHOW(sigismember(&set, SIGUSR2));
}

static void test_timer(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
                              .sigev_signo = SIGRTMIN + 1,
                              .sigev_value.sival_int = 1234 };
    struct itimerspec when = { { 0, 0 }, { 0, 1000000 } };
    struct timespec limit = { 5, 0 };
    timer_t timer;
    sigset_t set;
    siginfo_t info;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
    SHOW(timer_settime(timer, 0, &when, NULL));
    SHOW(sigtimedwait(&set, &info, &limit) == SIGRTMIN + 1);
    printf("code %d value %d\n", info.si_code, info.si_value.sival_int);
    SHOW(timer_getoverrun(timer));
    SHOW(timer_gettime(timer, &when));
    SHOW_IF(when.it_value.tv_nsec == 0);
    SHOW(timer_delete(timer));
}

static void test_child(void)
{
    int status;
    siginfo_t info;
    sigset_t set;
    pid_t pid;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if ((pid = fork()) == 0) {
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        _exit(3);
    }
    SHOW(sigwaitinfo(&set, &info) == SIGCHLD);
    printf("code %d status %d pid %d\n", info.si_code, info.si_status, info.si_pid == pid);
    waitpid(pid, &status, 0);
    fflush(stdout);
    if ((pid = fork()) == 0) {
        nb_caught = 0;
        set_action(SIGTERM, 0, 0);
        kill(getppid(), 0);
        raise(SIGTERM);
        signal(SIGTERM, SIG_DFL);
        raise(SIGTERM);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    SHOW(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

int main(void)
{
    test_actions();
    test_masks();
    test_interruption();
    test_stack();
    test_jump();
    test_timer();
    test_child();
    return 0;
}
