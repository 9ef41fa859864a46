/* Waiting: poll, select, epoll, timerfd, signalfd; with timeouts, masks and signals. */
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "show.h"

static volatile int nb_signals;

static void count_signal(int signo)
{
    nb_signals++;
}

static void test_poll(void)
{
    struct timespec short_time = { 0, 20000000 }, none = { 0, 0 };
    int fds[2];
    struct pollfd p[3];
    sigset_t empty, usr1;

    pipe(fds);
    p[0] = (struct pollfd){ fds[0], POLLIN, 0 };
    p[1] = (struct pollfd){ fds[1], POLLOUT, 0 };
    p[2] = (struct pollfd){ 99, POLLIN, 0 };
    SHOW(poll(p, 3, -1));
    printf("%x %x %x\n", p[0].revents, p[1].revents, p[2].revents);
    SHOW(ppoll(p, 1, &short_time, NULL));
    write(fds[1], "x", 1);
    SHOW(poll(p, 1, 1000));
    printf("%x\n", p[0].revents);
    close(fds[1]);
    read(fds[0], &(char){ 0 }, 1);
    SHOW(poll(p, 1, -1));
    printf("%x\n", p[0].revents);
    SHOW(poll((void *)0xffff800000000000, 1, 0));

    /* A signal that is blocked until ppoll opens the mask ends it. */
    sigemptyset(&empty);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    raise(SIGUSR1);
    SHOW(nb_signals);
    SHOW(ppoll(NULL, 0, NULL, &empty));
    SHOW(nb_signals);
    SHOW(ppoll(NULL, 0, &none, &empty));
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);
    SHOW(syscall(SYS_ppoll, p, 0, &none, &empty, 4));
}

static void test_select(void)
{
    struct timeval timeout = { 0, 10000 };
    struct timespec forever = { 100, 0 };
    fd_set in, out;
    sigset_t empty, usr1;
    int fds[2];

    pipe(fds);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(fds[0], &in);
    FD_SET(fds[1], &out);
    SHOW(select(fds[1] + 1, &in, &out, NULL, NULL));
    SHOW_IF(!FD_ISSET(fds[0], &in) && FD_ISSET(fds[1], &out));
    FD_SET(fds[0], &in);
    SHOW(select(fds[0] + 1, &in, NULL, NULL, &timeout));
    SHOW_IF(!FD_ISSET(fds[0], &in));
    FD_ZERO(&in);
    FD_SET(99, &in);
    SHOW(select(100, &in, NULL, NULL, &timeout));
    SHOW(select(-1, &in, NULL, NULL, &timeout));
    sigemptyset(&empty);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    raise(SIGUSR1);
    SHOW(pselect(0, NULL, NULL, NULL, &forever, &empty));
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);
}

static void test_epoll(void)
{
    struct epoll_event event = { EPOLLIN | EPOLLET, { .u64 = 0x123456789abcdef0 } }, got[4];
    int fds[2], other[2], ep;

    pipe(fds);
    pipe(other);
    SHOW_OK(ep = epoll_create1(EPOLL_CLOEXEC));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &event));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &event));
    event = (struct epoll_event){ EPOLLIN, { .u64 = 42 } };
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, other[0], &event));
    SHOW(epoll_wait(ep, got, 4, 0));
    write(fds[1], "x", 1);
    SHOW(epoll_wait(ep, got, 4, 1000));
    printf("%x %lx\n", got[0].events, (unsigned long)got[0].data.u64);
    SHOW(epoll_wait(ep, got, 4, 10)); /* edge-triggered: once */
    write(other[1], "x", 1);
    write(fds[1], "x", 1);
    SHOW(epoll_pwait(ep, got, 4, 1000, NULL));
    printf("sum %lx\n", (unsigned long)(got[0].data.u64 + got[1].data.u64));
    event = (struct epoll_event){ EPOLLIN | EPOLLONESHOT, { .u64 = 7 } };
    SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, other[0], &event));
    SHOW(epoll_wait(ep, got, 1, 1000));
    SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, other[0], NULL));
    SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, other[0], NULL));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, 99, &event));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &event));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, other[0], (void *)0xffff800000000000));
    SHOW(epoll_wait(ep, got, 0, 0));
    SHOW(epoll_wait(fds[0], got, 1, 0));
    SHOW(syscall(SYS_epoll_pwait2, ep, got, 4, &(struct timespec){ 0, 1000 }, NULL, 8));
}

static void test_timerfd(void)
{
    struct itimerspec once = { { 0, 0 }, { 0, 5000000 } }, left;
    uint64_t ticks;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    SHOW(timerfd_settime(fd, 0, &once, NULL));
    SHOW(read(fd, &ticks, 8));
    SHOW(ticks);
    SHOW(timerfd_gettime(fd, &left));
    SHOW_IF(left.it_value.tv_sec == 0 && left.it_value.tv_nsec == 0);
    SHOW(timerfd_create(99, 0));
    SHOW(timerfd_settime(fd, 0, &(struct itimerspec){ { 0, 0 }, { 0, -1 } }, NULL));
}

static void test_signalfd(void)
{
    struct signalfd_siginfo info;
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    SHOW_OK(fd = signalfd(-1, &set, SFD_NONBLOCK));
    SHOW(read(fd, &info, sizeof(info)));
    sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 77 });
    SHOW(read(fd, &info, sizeof(info)));
    printf("signal %d code %d value %d\n", info.ssi_signo, info.ssi_code, info.ssi_int);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(void)
{
    struct sigaction act = { .sa_handler = count_signal };

    sigaction(SIGUSR1, &act, NULL);
    test_poll();
    test_select();
    test_epoll();
    test_timerfd();
    test_signalfd();
    return 0;
}
