/* Terminals: attributes, window size, sessions, packets, modes, and ioctls of other files. */
/* flags: -O2 -static -w */
#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

#include "show.h"

static void *const wild = (void *)16;

/* The kernel's struct termios. */
typedef struct KernelTermios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line, cc[19];
} KernelTermios;

typedef struct KernelTermios2 {
    KernelTermios old;
    uint32_t ispeed, ospeed;
} KernelTermios2;

static void show_termios(const KernelTermios *t)
{
    printf("%#o %#o %#o %#o %u\n", t->iflag, t->oflag, t->cflag, t->lflag, t->line);
    show_bytes("cc", t->cc, sizeof(t->cc));
}

static void test_attributes(int master, int slave)
{
    KernelTermios t;
    KernelTermios2 t2;
    struct termios libc;

    SHOW(ioctl(slave, TCGETS, &t));
    show_termios(&t);
    t.lflag &= ~(ICANON | ECHO);
    t.cc[VMIN] = 3;
    SHOW(ioctl(slave, TCSETS, &t));
    SHOW(ioctl(master, TCGETS, &t));
    show_termios(&t);
    SHOW(ioctl(slave, 0x802c542a, &t2)); /* TCGETS2 */
    show_termios(&t2.old);
    printf("%u %u\n", t2.ispeed, t2.ospeed);
    t2.old.cflag = (t2.old.cflag & ~(CBAUD | CBAUD << 16)) | 0010000;
    t2.ispeed = t2.ospeed = 12345;
    SHOW(ioctl(slave, 0x402c542b, &t2)); /* TCSETS2 */
    SHOW(ioctl(slave, 0x802c542a, &t2));
    printf("%u %u\n", t2.ispeed, t2.ospeed);
    SHOW(ioctl(slave, TCSETSW, &t));
    SHOW(ioctl(slave, TCSETSF, &t));
    SHOW(tcgetattr(slave, &libc));
    cfmakeraw(&libc);
    cfsetspeed(&libc, B9600);
    SHOW(tcsetattr(slave, TCSADRAIN, &libc));
    SHOW(tcgetattr(slave, &libc));
    printf("%d\n", (int)cfgetospeed(&libc));
    SHOW(ioctl(slave, TCGETS, wild));
    SHOW(ioctl(slave, TCSETS, wild));
    SHOW(ioctl(0, TCGETS, &t));
    SHOW(ioctl(-1, TCGETS, &t));
    SHOW(ioctl(slave, TCSBRK, 1));
    SHOW(ioctl(slave, TCFLSH, TCIOFLUSH));
    SHOW(ioctl(slave, TCFLSH, 99));
    SHOW(ioctl(slave, TCXONC, TCOON));
}

static void test_data(int master, int slave)
{
    char buf[16] = { 0 };
    int value = 1;

    SHOW(write(master, "typed", 5));
    SHOW(poll(&(struct pollfd){ slave, POLLIN, 0 }, 1, 5000)); /* it takes a while */
    SHOW(ioctl(slave, FIONREAD, &value));
    SHOW(value);
    SHOW(read(slave, buf, sizeof(buf)));
    SHOW(write(slave, "shown\n", 6));
    SHOW(poll(&(struct pollfd){ master, POLLIN, 0 }, 1, 5000));
    SHOW(ioctl(master, FIONREAD, &value));
    SHOW(value);
    SHOW(ioctl(slave, TIOCOUTQ, &value));
    SHOW(read(master, buf, sizeof(buf)));
    value = 1;
    SHOW(ioctl(master, TIOCPKT, &value));
    SHOW(ioctl(master, 0x80045438, &value)); /* TIOCGPKT */
    SHOW(value);
    SHOW(write(slave, "x", 1));
    SHOW(read(master, buf, sizeof(buf)));
    show_bytes("packet", buf, 2);
    SHOW(ioctl(slave, FIONREAD, wild));
}

static void test_window(int master, int slave)
{
    struct winsize size = { 24, 80, 1, 2 }, got = { 0 };

    SHOW(ioctl(master, TIOCSWINSZ, &size));
    SHOW(ioctl(slave, TIOCGWINSZ, &got));
    printf("%u %u %u %u\n", got.ws_row, got.ws_col, got.ws_xpixel, got.ws_ypixel);
    SHOW(ioctl(slave, TIOCGWINSZ, wild));
    SHOW(ioctl(0, TIOCGWINSZ, &got));
}

static void on_signal(int signo)
{
    printf("signal %d\n", signo);
    fflush(stdout);
}

static void test_session(int master, const char *name)
{
    struct winsize size = { 30, 90 };
    pid_t group = 0;
    int value, slave, status;

    if (fork() == 0) {
        signal(SIGWINCH, on_signal);
        signal(SIGHUP, on_signal);
        signal(SIGINT, on_signal);
        SHOW(setsid() == getpid());
        SHOW(open("/dev/tty", O_RDWR));
        slave = open(name, O_RDWR | O_NOCTTY);
        SHOW(ioctl(slave, TIOCGPGRP, &group));
        SHOW(ioctl(slave, TIOCSCTTY, 0));
        SHOW(ioctl(slave, TIOCGPGRP, &group));
        SHOW_IF(group == getpid() && tcgetsid(slave) == getpid());
        SHOW_OK(open("/dev/tty", O_RDWR));
        SHOW(ioctl(slave, TIOCSPGRP, &(pid_t){ 1 << 30 }));
        SHOW(ioctl(slave, TIOCSPGRP, wild));
        SHOW(tcsetpgrp(slave, group));
        SHOW(ioctl(master, TIOCSWINSZ, &size));
        value = SIGINT;
        SHOW(ioctl(master, 0x40045436, value)); /* TIOCSIG */
        SHOW(ioctl(slave, TIOCSTI, "q"));
        SHOW(ioctl(slave, TIOCEXCL));
        SHOW(ioctl(slave, TIOCNXCL));
        SHOW(ioctl(slave, TIOCNOTTY));
        SHOW(open("/dev/tty", O_RDWR));
        _exit(0);
    }
    wait(&status);
    SHOW(status);
}

static void test_files(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600), fds[2], value = 0;
    long flags = 0, size = 0;

    SHOW(write(fd, "0123456789", 10));
    SHOW(lseek(fd, 4, SEEK_SET));
    SHOW(ioctl(fd, FIONREAD, &value));
    SHOW(value);
    SHOW(ioctl(fd, FIOQSIZE, &size));
    SHOW(size);
    SHOW(ioctl(fd, FIOCLEX));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(ioctl(fd, FIONCLEX));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(ioctl(fd, FIGETBSZ, &value));
    SHOW(value);
    SHOW_OK(ioctl(fd, FS_IOC_GETFLAGS, &flags));
    SHOW(ioctl(fd, FS_IOC_GETFLAGS, wild));
    SHOW(ioctl(fd, FICLONE, fd));
    SHOW(ioctl(fd, BLKGETSIZE64, &size));
    SHOW(ioctl(fd, BLKSSZGET, &value));
    SHOW(ioctl(fd, 0x12345678, 0));
    SHOW(pipe(fds));
    value = 1;
    SHOW(ioctl(fds[0], FIONBIO, &value));
    SHOW(fcntl(fds[0], F_GETFL));
    SHOW(ioctl(fds[0], FIONBIO, wild));
    SHOW(ioctl(fds[0], FIOASYNC, &value));
    SHOW(ioctl(fds[0], FIONREAD, &value));
    SHOW(value);
    SHOW(fcntl(fds[0], F_GETPIPE_SZ));
    SHOW(fcntl(fds[0], F_SETPIPE_SZ, 8192));
    SHOW(fcntl(fds[0], F_SETPIPE_SZ, -1));
}

int main(void)
{
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), slave;
    char name[64];
    int value = 1;

    if (master < 0) {
        printf("no terminals: %s\n", strerrorname_np(errno));
        test_files();
        return 0;
    }
    SHOW(ioctl(master, TIOCGPTN, wild));
    SHOW(ioctl(master, TIOCGPTN, &value));
    snprintf(name, sizeof(name), "/dev/pts/%d", value);
    value = 1;
    SHOW(ioctl(master, TIOCSPTLCK, &value));
    SHOW(open(name, O_RDWR | O_NOCTTY));
    value = 0;
    SHOW(ioctl(master, TIOCSPTLCK, &value));
    SHOW_OK(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
    slave = open(name, O_RDWR | O_NOCTTY);
    SHOW(isatty(slave));
    SHOW(!strcmp(ttyname(slave), name));
    test_attributes(master, slave);
    test_data(master, slave);
    test_window(master, slave);
    test_session(master, name);
    test_files();
    return 0;
}
