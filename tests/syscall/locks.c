/* File locks: POSIX, open file description, flock, leases; owners and signals of descriptors. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "show.h"

static void *const wild = (void *)16;

static struct flock lock_of(int type, off_t start, off_t size)
{
    return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = size };
}

static void show_lock(const struct flock *l)
{
    printf("type %d whence %d %lld+%lld pid %s\n", l->l_type, l->l_whence, (long long)l->l_start,
           (long long)l->l_len,
           l->l_pid == getppid() ? "parent"
           : l->l_pid == -1      ? "-1"
                                 : "other");
}

/* What another process sees of the locks. */
static void try_in_child(int command, int get, struct flock l)
{
    int status;

    if (fork() == 0) {
        int fd = open("file", O_RDWR);
        struct flock copy = l;

        SHOW(fcntl(fd, get, &copy));
        show_lock(&copy);
        SHOW(fcntl(fd, command, &l));
        _exit(0);
    }
    wait(&status);
}

static void test_posix(int fd)
{
    struct flock l = lock_of(F_WRLCK, 10, 20);
    int reader = open("file", O_RDONLY);

    SHOW(fcntl(fd, F_SETLK, &l));
    try_in_child(F_SETLK, F_GETLK, lock_of(F_RDLCK, 15, 1));
    try_in_child(F_SETLK, F_GETLK, lock_of(F_WRLCK, 100, 1));
    l = lock_of(F_UNLCK, 12, 5);
    SHOW(fcntl(fd, F_SETLKW, &l));
    try_in_child(F_SETLK, F_GETLK, lock_of(F_RDLCK, 13, 1));
    try_in_child(F_SETLK, F_GETLK, lock_of(F_WRLCK, 0, 0));
    l = lock_of(F_WRLCK, 0, 0);
    SHOW(fcntl(reader, F_SETLK, &l));
    l = lock_of(99, 0, 0);
    SHOW(fcntl(fd, F_SETLK, &l));
    l = lock_of(F_RDLCK, -5, 1);
    SHOW(fcntl(fd, F_SETLK, &l));
    l = lock_of(F_UNLCK, 0, 0);
    SHOW(fcntl(fd, F_GETLK, &l));
    SHOW(fcntl(fd, F_GETLK, wild));
    SHOW(fcntl(fd, F_SETLK, wild));
    SHOW(fcntl(-1, F_GETLK, &l));
    SHOW(fcntl(fd, F_SETLK, &l));
}

static void test_description(int fd)
{
    struct flock l = lock_of(F_WRLCK, 0, 0);
    int other = open("file", O_RDWR);

    SHOW(fcntl(fd, F_OFD_SETLK, &l));
    SHOW(fcntl(other, F_OFD_SETLK, &l));
    try_in_child(F_OFD_SETLK, F_OFD_GETLK, l);
    l.l_pid = 1;
    SHOW(fcntl(fd, F_OFD_SETLK, &l));
    l = lock_of(F_UNLCK, 0, 0);
    SHOW(fcntl(fd, F_OFD_SETLKW, &l));
    SHOW(flock(fd, LOCK_EX));
    SHOW(flock(other, LOCK_SH | LOCK_NB));
    SHOW(flock(fd, LOCK_SH));
    SHOW(flock(other, LOCK_SH | LOCK_NB));
    SHOW(flock(fd, LOCK_UN));
    SHOW(flock(fd, 0x100));
    SHOW(flock(-1, LOCK_UN));
    close(other);
}

static volatile int got_signal, got_fd;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    got_signal = signo;
    got_fd = info->si_fd;
}

static void test_owner(void)
{
    struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
    struct f_owner_ex owner = { F_OWNER_PID, getpid() }, got = { 0 };
    int pair[2];

    sigaction(SIGUSR1, &act, NULL);
    sigaction(SIGIO, &act, NULL);
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SHOW(fcntl(pair[0], F_SETOWN, getpid()));
    SHOW(fcntl(pair[0], F_GETOWN) == getpid());
    SHOW(fcntl(pair[0], F_SETFL, O_ASYNC));
    SHOW(write(pair[1], "x", 1));
    SHOW_IF(got_signal == SIGIO);
    SHOW(fcntl(pair[0], F_SETSIG, SIGUSR1));
    SHOW(fcntl(pair[0], F_GETSIG));
    SHOW(fcntl(pair[0], F_SETSIG, 99));
    SHOW(write(pair[1], "x", 1));
    SHOW_IF(got_signal == SIGUSR1 && got_fd == pair[0]);
    SHOW(fcntl(pair[0], F_SETOWN_EX, &owner));
    SHOW(fcntl(pair[0], F_GETOWN_EX, &got));
    SHOW_IF(got.type == F_OWNER_PID && got.pid == getpid());
    SHOW(fcntl(pair[0], F_SETOWN_EX, wild));
    SHOW(fcntl(pair[0], F_GETOWN_EX, wild));
    owner.type = 99;
    SHOW(fcntl(pair[0], F_SETOWN_EX, &owner));
    SHOW(fcntl(pair[0], F_SETOWN, 1 << 30));
}

static void test_lease(int fd)
{
    int reader = open("leased", O_RDONLY | O_CREAT, 0600), status;

    SHOW(fcntl(reader, F_GETLEASE));
    SHOW(fcntl(reader, F_SETLEASE, F_RDLCK));
    SHOW(fcntl(reader, F_GETLEASE));
    got_signal = 0;
    if (fork() == 0) {
        _exit(open("leased", O_RDWR | O_NONBLOCK) == -1 ? errno == EWOULDBLOCK : 9);
    }
    while (wait(&status) == -1) { /* the signal interrupts it */
    }
    SHOW(status);
    SHOW_IF(got_signal == SIGIO);
    SHOW(fcntl(reader, F_SETLEASE, F_UNLCK));
    SHOW(fcntl(reader, F_SETLEASE, 99));
    SHOW(fcntl(fd, 9999, 0));
    SHOW(fcntl(fd, F_DUPFD, -1));
    SHOW(fcntl(fd, F_DUPFD, 1 << 30));
    SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 300));
    SHOW(fcntl(300, F_GETFD));
}

static void test_hints(int fd)
{
    uint64_t hint = 2;

    SHOW(fcntl(fd, 1036, &hint)); /* F_SET_RW_HINT */
    hint = 0;
    SHOW(fcntl(fd, 1035, &hint)); /* F_GET_RW_HINT */
    SHOW(hint);
    SHOW(fcntl(fd, 1036, wild));
    hint = 99;
    SHOW(fcntl(fd, 1036, &hint));
}

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);

    test_posix(fd);
    test_description(fd);
    test_owner();
    test_lease(fd);
    test_hints(fd);
    return 0;
}
