/*
 * Calls for strace(1) and -strace to show, natively and translated: made by number, so that both C
 * libraries ask for the same ones.  What differs from run to run goes through the comparison's
 * hands (compare.py); what is compared lies between the calls that name "marker".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CALL(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

static void *const wild = (void *)16;

static void handler(int signo)
{
}

static void marker(void)
{
    CALL(faccessat, AT_FDCWD, "marker", F_OK);
}

static void files(void)
{
    struct timespec times[2] = { { 1, 2 }, { 0, UTIME_NOW } };
    struct open_how how = { O_RDONLY | O_CLOEXEC, 0, RESOLVE_BENEATH };
    struct iovec iov[2] = { { "one ", 4 }, { "two", 3 } };
    struct stat st;
    char buf[4096], a[3], b[8];
    struct iovec in[2] = { { a, 3 }, { b, 8 } };

    CALL(openat, AT_FDCWD, "missing", O_RDONLY | O_CLOEXEC);
    CALL(openat, AT_FDCWD, wild, O_RDONLY);
    CALL(openat, AT_FDCWD, "file", O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, 0640);
    CALL(write, 20, "tab\there, quote\", byte \1\0002 and more than that", 45);
    CALL(pwrite64, 20, "xyz", 3, 100);
    CALL(lseek, 20, -7L, SEEK_END);
    CALL(read, 20, buf, sizeof(buf));
    CALL(read, 20, wild, 5);
    CALL(read, -1, buf, 5);
    CALL(pread64, 20, buf, 5, 2);
    CALL(writev, 20, iov, 2);
    CALL(lseek, 20, 0, SEEK_SET);
    CALL(readv, 20, in, 2);
    CALL(preadv, 20, in, 2, 4, 0);
    CALL(ftruncate, 20, 50);
    CALL(fallocate, 20, FALLOC_FL_KEEP_SIZE, 0, 4096);
    CALL(fsync, 20);
    CALL(flock, 20, LOCK_EX | LOCK_NB);
    CALL(fadvise64, 20, 0, 0, POSIX_FADV_RANDOM);
    CALL(close, 20);
    CALL(openat2, AT_FDCWD, "file", &how, sizeof(how));
    CALL(close, 20);
    CALL(faccessat, AT_FDCWD, "file", R_OK | X_OK);
    CALL(fchmodat, AT_FDCWD, "file", 0600);
    CALL(fchownat, AT_FDCWD, "file", -1L, -1L, AT_SYMLINK_NOFOLLOW);
    CALL(utimensat, AT_FDCWD, "file", times, 0);
    CALL(mkdirat, AT_FDCWD, "dir", 0755);
    CALL(symlinkat, "dir", AT_FDCWD, "link");
    CALL(readlinkat, AT_FDCWD, "link", buf, sizeof(buf));
    CALL(readlinkat, AT_FDCWD, "file", buf, sizeof(buf));
    CALL(linkat, AT_FDCWD, "file", AT_FDCWD, "dir/hard", 0);
    CALL(renameat2, AT_FDCWD, "dir/hard", AT_FDCWD, "hard", RENAME_NOREPLACE);
    CALL(unlinkat, AT_FDCWD, "hard", 0);
    CALL(unlinkat, AT_FDCWD, "dir", AT_REMOVEDIR);
    CALL(newfstatat, AT_FDCWD, "missing", &st, AT_SYMLINK_NOFOLLOW);
    CALL(chdir, "missing");
    CALL(umask, 077);
    CALL(truncate, "file", 10);
    CALL(statfs, "missing", buf);
    CALL(getxattr, "file", "user.none", buf, sizeof(buf));
    CALL(setxattr, "file", "user.a", "value", 5, 1);
}

static void descriptors(void)
{
    struct flock lock = { F_WRLCK, SEEK_SET, 10, 20 };
    struct pollfd polled[2] = { { 20, POLLIN, 0 }, { 21, POLLOUT | POLLERR, 0 } };
    struct timespec none = { 0, 0 };
    struct epoll_event event = { EPOLLIN | EPOLLET, { .u64 = 7 } }, events[2];
    struct itimerspec spec = { { 0, 0 }, { 5, 0 } };
    struct winsize size;
    struct termios t;
    sigset_t set;
    fd_set in;
    char c;
    int fds[2], value = 0;

    CALL(pipe2, fds, O_CLOEXEC | O_NONBLOCK);
    CALL(read, 20, &c, 1);
    CALL(ppoll, polled, 2, &none, NULL, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CALL(ppoll, polled, 1, &none, &set, 8);
    FD_ZERO(&in);
    FD_SET(20, &in);
    FD_SET(21, &in);
    CALL(pselect6, 22, &in, &in, NULL, &none, NULL);
    CALL(dup, 20);
    CALL(dup3, 20, 30, O_CLOEXEC);
    CALL(fcntl, 30, F_GETFD);
    CALL(fcntl, 30, F_SETFD, FD_CLOEXEC);
    CALL(fcntl, 30, F_GETFL);
    CALL(fcntl, 30, F_SETFL, O_RDONLY | O_NONBLOCK);
    CALL(fcntl, 30, F_DUPFD_CLOEXEC, 40);
    CALL(fcntl, 19, F_SETLK, &lock);
    CALL(ioctl, 20, FIONREAD, &value);
    CALL(ioctl, 0, TCGETS, &t);
    CALL(ioctl, 0, TIOCGWINSZ, &size);
    CALL(close_range, 30, 50, 0);
    CALL(epoll_create1, EPOLL_CLOEXEC);
    CALL(epoll_ctl, 23, EPOLL_CTL_ADD, 21, &event);
    event.events = EPOLLOUT;
    CALL(epoll_ctl, 23, EPOLL_CTL_MOD, 21, &event);
    CALL(epoll_pwait, 23, events, 2, 0, NULL, 8);
    CALL(eventfd2, 3, EFD_NONBLOCK | EFD_SEMAPHORE);
    CALL(timerfd_create, CLOCK_MONOTONIC, TFD_CLOEXEC);
    CALL(timerfd_settime, 25, 0, &spec, NULL);
    CALL(inotify_init1, IN_NONBLOCK);
    CALL(inotify_add_watch, 26, ".", IN_CREATE | IN_DELETE);
    CALL(inotify_rm_watch, 26, 1);
    CALL(memfd_create, "name", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CALL(signalfd4, -1, &set, 8, O_CLOEXEC);
    CALL(close_range, 20, 40, 0);
}

static void memory(void)
{
    char *p =
        (char *)CALL(mmap, NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CALL(mprotect, p, 4096, PROT_NONE);
    CALL(madvise, p + 4096, 4096, MADV_DONTNEED);
    CALL(msync, p, 4096, MS_SYNC);
    CALL(mincore, p, 4096, wild);
    CALL(mlock, p + 4096, 4096);
    CALL(munmap, p, 8192);
    CALL(munmap, (void *)1, 4096);
    CALL(mmap, NULL, 4096, PROT_READ, MAP_SHARED, 99, 0);
    CALL(mmap, NULL, 0, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static void signals(void)
{
    struct {
        void *handler;
        unsigned long flags;
#ifdef __x86_64__
        void *restorer;
#endif
        unsigned long mask;
    } act = { SIG_IGN, SA_RESTART | SA_NOCLDSTOP };
    union sigval value = { .sival_int = 77 };
    struct timespec short_time = { 0, 1000000 };
    stack_t stack = { NULL, SS_DISABLE, 0 };
    siginfo_t info = { 0 };
    sigset_t set;

    act.mask = 1UL << (SIGINT - 1) | 1UL << (SIGUSR2 - 1);
    CALL(rt_sigaction, SIGTERM, &act, NULL, 8);
    CALL(rt_sigaction, SIGTERM, NULL, &act, 8);
    CALL(rt_sigaction, 99, &act, NULL, 8);
    signal(SIGUSR1, handler);
    signal(SIGALRM, handler);
    signal(SIGRTMIN, handler);
    signal(SIGSEGV, SIG_DFL);
    CALL(kill, getpid(), SIGUSR1);
    CALL(tgkill, getpid(), getpid(), SIGUSR1);
    sigqueue(getpid(), SIGRTMIN, value);
    CALL(kill, 1 << 30, SIGUSR1);
    CALL(kill, 0, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGCHLD);
    CALL(rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
    CALL(rt_sigprocmask, SIG_SETMASK, NULL, &set, 8);
    CALL(kill, getpid(), SIGUSR1);
    CALL(rt_sigpending, &set, 8);
    CALL(rt_sigtimedwait, &set, &info, &short_time, 8);
    sigfillset(&set);
    CALL(rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
    CALL(rt_sigprocmask, SIG_UNBLOCK, &set, NULL, 8);
    CALL(sigaltstack, &stack, NULL);
    CALL(nanosleep, &short_time, NULL);
    CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, &short_time, NULL);
}

static void sockets(void)
{
    struct sockaddr_un un = { AF_UNIX, "nobody" };
    struct sockaddr_in in = { AF_INET, htons(1), { htonl(INADDR_LOOPBACK) } };
    struct sockaddr_in6 in6 = { AF_INET6, htons(9), 0, { { { 0 } } }, 0 };
    struct iovec iov = { "hello", 5 };
    struct msghdr msg = { NULL, 0, &iov, 1 };
    char buf[16];
    struct iovec room = { buf, sizeof(buf) };
    struct msghdr got = { NULL, 0, &room, 1 };
    int fds[2], one = 1;
    socklen_t size = sizeof(one);

    CALL(socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
    CALL(sendto, 20, "ping", 4, MSG_NOSIGNAL, NULL, 0);
    CALL(recvfrom, 21, buf, sizeof(buf), MSG_DONTWAIT, NULL, NULL);
    CALL(sendmsg, 20, &msg, 0);
    CALL(recvmsg, 21, &got, 0);
    CALL(shutdown, 20, SHUT_WR);
    CALL(recvfrom, 21, buf, sizeof(buf), 0, NULL, NULL);
    CALL(socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CALL(connect, 22, &un, 9);
    CALL(bind, 22, &un, sizeof(un.sun_family) + 7);
    CALL(getsockname, 22, &un, &(socklen_t){ sizeof(un) });
    CALL(socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP);
    CALL(setsockopt, 23, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    CALL(getsockopt, 23, SOL_SOCKET, SO_ERROR, &one, &size);
    CALL(setsockopt, 23, SOL_TCP, TCP_NODELAY, &one, sizeof(one));
    CALL(getpeername, 23, &in, &(socklen_t){ sizeof(in) });
    CALL(listen, 20, 5);
    CALL(connect, 99, &in, sizeof(in));
    CALL(connect, 99, &in6, sizeof(in6));
    CALL(accept4, 99, NULL, NULL, SOCK_CLOEXEC);
    CALL(close_range, 20, 40, 0);
}

static void system_calls(void)
{
    struct rlimit limit = { 0, 0 };
    struct timespec ts;
    struct sched_param param = { 0 };
    struct itimerval timer = { { 0, 0 }, { 1000, 5 } };
    struct utsname names;
    char buf[64];

    CALL(prlimit64, 0, RLIMIT_CORE, &limit, NULL);
    CALL(prlimit64, 0, RLIMIT_CORE, NULL, &limit);
    CALL(getcwd, NULL, 0);
    CALL(prctl, PR_SET_NAME, "newname");
    CALL(prctl, PR_GET_DUMPABLE);
    CALL(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    CALL(clock_getres, CLOCK_MONOTONIC, &ts);
    CALL(setitimer, ITIMER_VIRTUAL, &timer, NULL);
    CALL(getrandom, wild, 4, GRND_NONBLOCK);
    CALL(futex, &names, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    CALL(sched_setscheduler, 0, SCHED_BATCH, &param);
    CALL(sched_yield);
    CALL(getpriority, PRIO_PROCESS, 0);
    CALL(setpriority, PRIO_PROCESS, 0, 1);
    CALL(getuid);
    CALL(setpgid, 0, 99999999);
    CALL(getgroups, -1, NULL);
    CALL(mount, "none", "missing", "tmpfs", MS_NOSUID | MS_RDONLY, NULL);
}

static void processes(void)
{
    siginfo_t info;
    int status;
    pid_t pid;

    CALL(execve, "missing", ((char *[]){ "a", "b c", NULL }), ((char *[]){ "A=1", NULL }));
    pid = fork();
    if (pid == 0) {
        CALL(exit_group, 3);
    }
    CALL(wait4, pid, &status, 0, NULL);
    pid = fork();
    if (pid == 0) {
        signal(SIGTERM, SIG_DFL);
        CALL(kill, getpid(), SIGTERM);
    }
    CALL(wait4, pid, &status, 0, NULL);
    pid = fork();
    if (pid == 0) {
        *(volatile int *)wild = 1;
    }
    CALL(waitid, P_PID, pid, &info, WEXITED, NULL);
    CALL(wait4, -1, &status, WNOHANG | WUNTRACED, NULL);
}

int main(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    while (dup(0) < 18) {
    }
    fcntl(open("locked", O_RDWR | O_CREAT, 0600), F_DUPFD, 19);
    signal(SIGCHLD, handler);
    marker();
    files();
    descriptors();
    memory();
    signals();
    sockets();
    system_calls();
    processes();
    marker();
    CALL(exit_group, 5);
}
