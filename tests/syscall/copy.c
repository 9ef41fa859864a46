/* splice, tee, vmsplice, sendfile, copy_file_range: bytes from descriptor to descriptor. */
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "show.h"

static void *const wild = (void *)16;

static void show_pipe(int fd)
{
    char buf[64] = { 0 };
    ssize_t size = read(fd, buf, sizeof(buf) - 1);

    printf("%zd: %s\n", size, buf);
    fflush(stdout);
}

static void test_splice(int file)
{
    int a[2], b[2];
    loff_t at = 4;

    SHOW(pipe2(a, O_NONBLOCK));
    SHOW(pipe2(b, O_NONBLOCK));
    SHOW(splice(file, &at, a[1], NULL, 6, SPLICE_F_MOVE));
    SHOW(at);
    SHOW(tee(a[0], b[1], 100, 0));
    show_pipe(a[0]);
    show_pipe(b[0]);
    SHOW(splice(a[0], NULL, b[1], NULL, 10, SPLICE_F_NONBLOCK));
    SHOW(splice(a[0], &at, b[1], NULL, 10, 0));
    SHOW(splice(file, NULL, file, NULL, 10, 0));
    SHOW(splice(file, NULL, a[1], NULL, 10, 0x1000));
    SHOW(splice(file, wild, a[1], NULL, 10, 0));
    SHOW(splice(-1, NULL, a[1], NULL, 10, 0));
    SHOW(tee(a[0], a[1], 10, 0));
    SHOW(tee(file, a[1], 10, 0));
    SHOW(vmsplice(a[1], &(struct iovec){ "vector", 6 }, 1, 0));
    SHOW(vmsplice(a[1], (struct iovec[]){ { "two ", 4 }, { "parts", 5 } }, 2, SPLICE_F_GIFT));
    show_pipe(a[0]);
    SHOW(vmsplice(a[1], &(struct iovec){ wild, 6 }, 1, 0));
    SHOW(vmsplice(a[1], wild, 1, 0));
    SHOW(vmsplice(file, &(struct iovec){ "vector", 6 }, 1, 0));
    SHOW(vmsplice(-1, &(struct iovec){ "vector", 6 }, 1, 0));
    SHOW(vmsplice(a[1], &(struct iovec){ "vector", 6 }, 2000, 0));
}

static void test_sendfile(int file)
{
    int sockets[2], a[2];
    off_t at = 2;

    SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets));
    SHOW(pipe2(a, O_NONBLOCK));
    SHOW(sendfile(sockets[0], file, &at, 5));
    SHOW(at);
    show_pipe(sockets[1]);
    SHOW(lseek(file, 3, SEEK_SET));
    SHOW(sendfile(sockets[0], file, NULL, 1000));
    SHOW(lseek(file, 0, SEEK_CUR));
    show_pipe(sockets[1]);
    at = -1;
    SHOW(sendfile(sockets[0], file, &at, 5));
    SHOW(sendfile(sockets[0], file, wild, 5));
    SHOW(sendfile(sockets[0], a[0], NULL, 5));
    SHOW(sendfile(sockets[0], -1, NULL, 5));
    SHOW(sendfile(-1, file, NULL, 5));
    SHOW(sendfile(file, file, NULL, 5));
}

static void test_copy_range(int file)
{
    int out = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600), append, reader;
    loff_t from = 1, to = 2;
    struct stat st;
    char buf[32] = { 0 };

    SHOW(copy_file_range(file, &from, out, &to, 7, 0));
    printf("%lld %lld\n", (long long)from, (long long)to);
    fstat(out, &st);
    SHOW(st.st_size);
    SHOW(pread(out, buf, sizeof(buf), 2));
    printf("%s\n", buf);
    SHOW(copy_file_range(file, &from, out, &to, 7, 1));
    SHOW(copy_file_range(file, wild, out, NULL, 7, 0));
    SHOW(copy_file_range(file, NULL, out, wild, 7, 0));
    append = open("out", O_WRONLY | O_APPEND);
    SHOW(copy_file_range(file, NULL, append, NULL, 7, 0));
    reader = open("out", O_RDONLY);
    SHOW(copy_file_range(file, NULL, reader, NULL, 7, 0));
    SHOW(copy_file_range(-1, NULL, out, NULL, 7, 0));
    from = 0;
    to = 1;
    SHOW(copy_file_range(out, &from, out, &to, 7, 0));
}

int main(void)
{
    int file = open("file", O_RDWR | O_CREAT, 0600);

    SHOW(write(file, "0123456789abcdef", 16));
    test_splice(file);
    test_sendfile(file);
    test_copy_range(file);
    return 0;
}
