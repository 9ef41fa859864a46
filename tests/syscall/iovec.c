/* Vectors: readv and its relatives, with good, empty, bad and too many entries. */
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>

#include "show.h"

#define BAD ((void *)0xffff800000000000)

int main(void)
{
    char a[4] = { 0 }, b[8] = { 0 };
    struct iovec out[] = { { "abc", 3 }, { "", 0 }, { "defghij", 7 } };
    struct iovec in[] = { { a, 3 }, { NULL, 0 }, { b, 7 } };
    struct iovec bad[] = { { a, 2 }, { BAD, 5 } };
    struct iovec huge[] = { { a, 1 }, { b, SSIZE_MAX } };
    struct iovec negative[] = { { a, (size_t)-1 } };
    static struct iovec many[IOV_MAX + 1];
    volatile int minus_one = -1; /* the compiler would warn */
    int fd = open("file", O_RDWR | O_CREAT, 0600);

    SHOW(writev(fd, out, 3));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(readv(fd, in, 3));
    printf("%s %s\n", a, b);
    SHOW(preadv(fd, in, 3, 4));
    printf("%.3s %.7s\n", a, b);
    SHOW(pwritev(fd, out, 1, 100));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(preadv2(fd, in, 1, 100, 0));
    printf("%.3s\n", a);
    SHOW(pwritev2(fd, out, 1, -1, RWF_APPEND));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(preadv(fd, bad, 2, 0));
    SHOW(preadv(fd, bad + 1, 1, 0));
    SHOW(preadv(fd, huge, 2, 200));
    SHOW(preadv(fd, negative, 1, 0));
    SHOW(readv(fd, BAD, 1));
    SHOW(readv(fd, in, minus_one));
    for (int i = 0; i <= IOV_MAX; i++) {
        many[i] = (struct iovec){ a, 1 };
    }
    SHOW(pwritev(fd, many, IOV_MAX, 0));
    SHOW(pwritev(fd, many, IOV_MAX + 1, 0));
    SHOW(readv(99, in, 1));
    return 0;
}
