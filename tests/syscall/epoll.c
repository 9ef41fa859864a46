/* epoll: data carried through, level, edge and one-shot, nested sets, errors. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "show.h"

enum { PAGE = 4096 };

static void show_wait(int ep, int max)
{
    struct epoll_event events[8] = { 0 };
    int n = epoll_wait(ep, events, max, 0);

    printf("%d events\n", n);
    for (int i = 0; i < n; i++) {
        printf("  events %#x data %#llx\n", events[i].events,
               (unsigned long long)events[i].data.u64);
    }
    fflush(stdout);
}

static void test_modes(int ep)
{
    struct epoll_event event = { EPOLLIN | EPOLLOUT, { .u64 = 0x1122334455667788 } };
    int fd = eventfd(0, EFD_NONBLOCK);

    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
    show_wait(ep, 8);
    show_wait(ep, 8);
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = UINT64_MAX;
    SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event));
    show_wait(ep, 8);
    show_wait(ep, 8);
    SHOW(eventfd_write(fd, 3));
    show_wait(ep, 8);
    event.events = EPOLLIN | EPOLLONESHOT;
    SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event));
    show_wait(ep, 8);
    show_wait(ep, 8);
    SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL));
    SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL));
    SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event));
    close(fd);
}

static void test_hangup(int ep)
{
    struct epoll_event event = { EPOLLIN | EPOLLRDHUP, { .fd = -7 } };
    int fds[2];

    SHOW(pipe(fds));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &event));
    SHOW(write(fds[1], "x", 1));
    show_wait(ep, 8);
    close(fds[1]);
    show_wait(ep, 8);
    close(fds[0]);
    show_wait(ep, 8);
}

/* What could not be stored is not lost. */
static void test_fault(int ep)
{
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct epoll_event event = { EPOLLIN | EPOLLET, { .u64 = 5 } };
    int fds[2] = { eventfd(1, 0), eventfd(1, 0) };
    int n;

    mprotect(page + PAGE, PAGE, PROT_NONE);
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &event));
    SHOW(epoll_wait(ep, (void *)(page + PAGE), 8, 0));
    show_wait(ep, 8);
    eventfd_write(fds[0], 1);
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[1], &event));
    n = epoll_wait(ep, (struct epoll_event *)(page + PAGE) - 1, 8, 0);
    printf("the first of two: %d\n", n);
    show_wait(ep, 8);
    close(fds[0]);
    close(fds[1]);
    SHOW(epoll_wait(ep, (void *)(page + PAGE), 8, 0));
}

static void test_errors(int ep)
{
    struct epoll_event event = { EPOLLIN, { .u64 = 1 } };
    int file = open("file", O_RDWR | O_CREAT, 0600), fd = eventfd(0, 0), inner = epoll_create(1);

    SHOW(epoll_create1(1));
    SHOW(epoll_create(0));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, file, &event));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &event));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, -1, &event));
    SHOW(epoll_ctl(-1, EPOLL_CTL_ADD, fd, &event));
    SHOW(epoll_ctl(fd, EPOLL_CTL_ADD, file, &event));
    SHOW(epoll_ctl(ep, 9, fd, &event));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fd, (void *)16));
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, inner, &event));
    SHOW(epoll_ctl(inner, EPOLL_CTL_ADD, ep, &event));
    SHOW(epoll_wait(ep, &event, 0, 0));
    SHOW(epoll_wait(ep, &event, -1, 0));
    SHOW(epoll_wait(ep, &event, INT_MAX, 0));
    SHOW(epoll_wait(-1, &event, 1, 0));
    SHOW(epoll_wait(fd, &event, 1, 0));
    SHOW(epoll_pwait(ep, &event, 1, 0, (void *)16));
    SHOW(syscall(SYS_epoll_pwait, ep, &event, 1, 0, &event, 4));
}

static void test_time(int ep)
{
    struct timespec wrong = { 0, 1000000000 }, now = { 0, 0 };
    struct epoll_event event;
    sigset_t mask;

    sigfillset(&mask);
    SHOW(epoll_pwait(ep, &event, 1, 1, &mask));
    SHOW(syscall(SYS_epoll_pwait2, ep, &event, 1, &now, NULL, 0));
    SHOW(syscall(SYS_epoll_pwait2, ep, &event, 1, &wrong, NULL, 0));
    SHOW(syscall(SYS_epoll_pwait2, ep, &event, 1, 16, NULL, 0));
}

int main(void)
{
    int ep = epoll_create1(EPOLL_CLOEXEC);

    SHOW(fcntl(ep, F_GETFD));
    test_modes(ep);
    test_hangup(ep);
    test_fault(ep);
    test_time(ep);
    test_errors(ep);
    return 0;
}
