/* Descriptors: duplicating, flags, locks, pipes, seals, ioctl, copying between files. */
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

#include "show.h"

static void test_dup(void)
{
    int fd = open("/dev/null", O_RDWR);

    SHOW(dup2(fd, 50));
    SHOW(fcntl(50, F_GETFD));
    SHOW(dup3(fd, 51, O_CLOEXEC));
    SHOW(fcntl(51, F_GETFD));
    SHOW(dup3(fd, fd, 0));
    SHOW(dup3(fd, 52, O_APPEND));
    SHOW(fcntl(fd, F_DUPFD, 60));
    SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 60));
    SHOW(fcntl(61, F_GETFD));
    SHOW(fcntl(61, F_SETFD, 0));
    SHOW(fcntl(61, F_GETFD));
    SHOW(dup(99));
    SHOW(fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND));
    SHOW((fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_APPEND)) ==
         (O_RDWR | O_NONBLOCK | O_APPEND));
    SHOW(fcntl(fd, 12345));
    SHOW(close_range(50, 61, 0));
    SHOW(fcntl(50, F_GETFD));
    SHOW(close_range(61, 50, 0));
}

static void in_child(void (*body)(int), int fd)
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        body(fd);
        fflush(stdout);
        _exit(0);
    }
    waitpid(pid, &status, 0);
}

static void see_locks(int fd)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0 };

    SHOW(fcntl(fd, F_GETLK, &lock));
    printf("type %d start %ld length %ld, parent's: %d\n", lock.l_type, (long)lock.l_start,
           (long)lock.l_len, lock.l_pid == getppid());
    lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 15, .l_len = 1 };
    SHOW(fcntl(fd, F_SETLK, &lock));
    fd = open("locked", O_RDWR);
    SHOW(flock(fd, LOCK_EX | LOCK_NB));
    lock = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 50, .l_len = 1 };
    SHOW(fcntl(fd, F_OFD_SETLK, &lock));
}

static void test_locks(void)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 20 };
    int fd = open("locked", O_RDWR | O_CREAT, 0600);

    SHOW(fcntl(fd, F_SETLKW, &lock));
    SHOW(flock(fd, LOCK_EX));
    lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 50, .l_len = 1 };
    SHOW(fcntl(fd, F_OFD_SETLK, &lock));
    in_child(see_locks, fd);
    SHOW(fcntl(fd, F_SETLK, (void *)0xffff800000000000));
    close(fd);
}

static void test_pipe(void)
{
    char buf[16];
    int fds[2], bytes;

    SHOW(pipe2(fds, O_NONBLOCK | O_CLOEXEC));
    SHOW(fcntl(fds[0], F_GETFD));
    SHOW(read(fds[0], buf, sizeof(buf)));
    SHOW(write(fds[1], "12345678", 8));
    SHOW(ioctl(fds[0], FIONREAD, &bytes));
    printf("%d bytes\n", bytes);
    SHOW(fcntl(fds[1], F_SETPIPE_SZ, 65536));
    SHOW(fcntl(fds[1], F_GETPIPE_SZ));
    SHOW(lseek(fds[0], 0, SEEK_SET));
    SHOW(close(fds[1]));
    SHOW(read(fds[0], buf, sizeof(buf)));
    SHOW(read(fds[0], buf, sizeof(buf)));
    SHOW(pipe2((void *)0xffff800000000000, 0));
    SHOW(pipe2(fds, 0x80000000));
}

static void test_memfd(void)
{
    int fd = memfd_create("test", MFD_ALLOW_SEALING);

    SHOW(write(fd, "sealed", 6));
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_WRITE));
    SHOW(fcntl(fd, F_GET_SEALS));
    SHOW(write(fd, "x", 1));
    SHOW(ftruncate(fd, 100));
    SHOW(ftruncate(fd, 3));
}

static void test_copies(void)
{
    char buf[64] = { 0 };
    off_t from = 2;
    int fds[2], other[2], in = open("in", O_RDWR | O_CREAT, 0600),
                          out = open("out", O_RDWR | O_CREAT, 0600);

    write(in, "0123456789", 10);
    SHOW(sendfile(out, in, &from, 4));
    printf("offset %ld\n", (long)from);
    SHOW(copy_file_range(in, &from, out, NULL, 100, 0));
    SHOW(pread(out, buf, sizeof(buf), 0));
    puts(buf);
    pipe(fds);
    pipe(other);
    from = 0;
    SHOW(splice(in, &from, fds[1], NULL, 5, 0));
    SHOW(tee(fds[0], other[1], 5, 0));
    memset(buf, 0, sizeof(buf));
    SHOW(read(other[0], buf, sizeof(buf)));
    SHOW(splice(fds[0], NULL, out, NULL, 5, 0));
    puts(buf);
    SHOW(lseek(out, 0, SEEK_END));
    SHOW(sendfile(out, 99, NULL, 1));
    SHOW(posix_fadvise(in, 0, 0, POSIX_FADV_WILLNEED));
    SHOW(fsync(in));
    SHOW(fdatasync(99));
}

static void test_eventfd(void)
{
    uint64_t value = 5;
    int fd = eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK);

    SHOW(write(fd, &value, 8));
    SHOW(read(fd, &value, 8));
    printf("%lu\n", (unsigned long)value);
    SHOW(read(fd, &value, 4));
}

static void test_terminal(void)
{
    struct winsize size = { 24, 80, 0, 0 }, got = { 0 };
    struct termios t = { 0 };
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
    char buf[64] = { 0 };

    grantpt(master);
    unlockpt(master);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    SHOW(isatty(slave));
    SHOW(ioctl(master, TIOCSWINSZ, &size));
    SHOW(ioctl(slave, TIOCGWINSZ, &got));
    printf("%d x %d\n", got.ws_row, got.ws_col);
    SHOW(tcgetattr(slave, &t));
    printf("iflag %o oflag %o cflag %o lflag %o\n", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag);
    show_bytes("cc", t.c_cc, 17);
    SHOW(cfgetospeed(&t));
    cfmakeraw(&t);
    SHOW(tcsetattr(slave, TCSANOW, &t));
    SHOW(tcgetattr(slave, &t));
    printf("iflag %o oflag %o lflag %o\n", t.c_iflag, t.c_oflag, t.c_lflag);
    SHOW(write(slave, "line\n", 5));
    SHOW(read(master, buf, sizeof(buf)));
    show_bytes("read", buf, 6);
    SHOW(tcflush(slave, TCIOFLUSH));
    SHOW(ioctl(open("/dev/null", O_RDONLY), TCGETS, &t));
    SHOW(ioctl(slave, 0x12345678, 0));
}

int main(void)
{
    test_dup();
    test_locks();
    test_pipe();
    test_memfd();
    test_copies();
    test_eventfd();
    test_terminal();
    return 0;
}
