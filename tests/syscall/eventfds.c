/* eventfd, timerfd, signalfd, pidfd: descriptors that stand for something else. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "show.h"

static void *const wild = (void *)16;

static void test_eventfd(void)
{
    uint64_t value = 0;
    int fd;

    SHOW(eventfd(0, 0x1000000));
    fd = eventfd(5, EFD_NONBLOCK | EFD_CLOEXEC);
    SHOW(read(fd, &value, 7));
    SHOW(read(fd, &value, 8));
    SHOW(value);
    SHOW(read(fd, &value, 8));
    value = UINT64_MAX;
    SHOW(write(fd, &value, 8));
    value = UINT64_MAX - 1;
    SHOW(write(fd, &value, 8));
    SHOW(write(fd, &value, 8));
    SHOW(write(fd, wild, 8));
    SHOW(lseek(fd, 0, SEEK_SET));
    close(fd);
    fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    SHOW(read(fd, &value, 8));
    SHOW(value);
    SHOW(read(fd, &value, 8));
    SHOW(read(fd, &value, 8));
    close(fd);
}

static void test_timerfd(void)
{
    struct itimerspec soon = { { 0, 1000000 }, { 0, 1000000 } }, old = { 0 }, off = { 0 };
    struct itimerspec wrong = { { 0, 0 }, { 0, 1000000000 } };
    struct itimerspec past = { { 0, 0 }, { 1, 0 } };
    uint64_t ticks = 0;
    int fd;

    SHOW(timerfd_create(99, 0));
    SHOW(timerfd_create(CLOCK_MONOTONIC, 0x10));
    fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    SHOW(timerfd_gettime(fd, &old));
    SHOW(old.it_value.tv_sec);
    SHOW(timerfd_settime(fd, 0, &soon, &old));
    SHOW(read(fd, &ticks, 8));
    SHOW_IF(ticks >= 1);
    SHOW(timerfd_settime(fd, 0, &off, &old));
    SHOW(old.it_interval.tv_nsec);
    SHOW(timerfd_settime(fd, TFD_TIMER_ABSTIME, &past, NULL));
    SHOW(read(fd, &ticks, 8));
    SHOW(ticks);
    SHOW(timerfd_settime(fd, 0, &wrong, NULL));
    SHOW(timerfd_settime(fd, 0x100, &soon, NULL));
    SHOW(timerfd_settime(fd, 0, wild, NULL));
    SHOW(timerfd_settime(fd, 0, &off, wild));
    SHOW(timerfd_gettime(fd, wild));
    SHOW(timerfd_settime(0, 0, &off, NULL));
    SHOW(timerfd_gettime(-1, &old));
    SHOW(fcntl(fd, F_SETFL, O_NONBLOCK));
    SHOW(read(fd, &ticks, 8));
    close(fd);
}

static void test_signalfd(void)
{
    struct signalfd_siginfo info = { 0 };
    union sigval value = { .sival_int = 1234 };
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN + 3);
    sigprocmask(SIG_BLOCK, &set, NULL);
    SHOW(signalfd(-1, &set, 0x4));
    SHOW(signalfd(-1, wild, 0));
    SHOW(signalfd(0, &set, 0));
    SHOW(syscall(SYS_signalfd4, -1, &set, 4, 0));
    fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    SHOW(read(fd, &info, sizeof(info)));
    kill(getpid(), SIGUSR1);
    SHOW(read(fd, &info, 16));
    SHOW(read(fd, &info, sizeof(info)));
    printf("signal %u code %d\n", info.ssi_signo, info.ssi_code);
    SHOW_IF(info.ssi_pid == getpid() && info.ssi_uid == getuid());
    sigqueue(getpid(), SIGRTMIN + 3, value);
    sigqueue(getpid(), SIGRTMIN + 3, value);
    SHOW(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 0));
    SHOW(read(fd, &info, sizeof(info)));
    printf("signal +%d code %d int %d\n", info.ssi_signo - SIGRTMIN, info.ssi_code, info.ssi_int);
    sigemptyset(&set);
    SHOW(signalfd(fd, &set, 0) == fd);
    SHOW(read(fd, &info, sizeof(info)));
    close(fd);
}

static void test_pidfd(void)
{
    siginfo_t info = { 0 };
    int fds[2], fd, copy;
    pid_t pid;

    SHOW(pipe(fds));
    pid = fork();
    if (pid == 0) {
        pause();
        _exit(1);
    }
    fd = syscall(SYS_pidfd_open, pid, 0);
    SHOW(fcntl(fd, F_GETFD));
    SHOW(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 0));
    copy = syscall(SYS_pidfd_getfd, fd, fds[1], 0);
    SHOW(write(copy, "z", 1));
    SHOW(syscall(SYS_pidfd_getfd, fd, 999, 0));
    SHOW(syscall(SYS_pidfd_getfd, fd, fds[1], 1));
    SHOW(waitid(P_PIDFD, fd, &info, WEXITED | WNOHANG));
    SHOW(info.si_pid);
    SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, wild, 0));
    SHOW(syscall(SYS_pidfd_send_signal, fd, 99, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    SHOW(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 5000));
    SHOW(waitid(P_PIDFD, fd, &info, WEXITED));
    printf("code %d status %d\n", info.si_code, info.si_status);
    SHOW_IF(info.si_pid == pid);
    SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, 0, SIGTERM, NULL, 0));
    SHOW(syscall(SYS_pidfd_open, pid, 0));
    SHOW(syscall(SYS_pidfd_open, -1, 0));
    SHOW(syscall(SYS_pidfd_open, getpid(), 1));
    SHOW(waitid(P_PIDFD, 0, &info, WEXITED));
    SHOW(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, wild, 0, 0));
    SHOW(waitid(P_ALL, 0, &info, WEXITED));
}

int main(void)
{
    test_eventfd();
    test_timerfd();
    test_signalfd();
    test_pidfd();
    return 0;
}
