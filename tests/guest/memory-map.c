/* mmap, mprotect, mremap, brk and madvise with the rules a 4-KiB-page kernel has. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS };

static const char *outcome(void *p)
{
    return p == MAP_FAILED ? strerror(errno) : "mapped";
}

int main(void)
{
    char *a = mmap(NULL, 16 * PAGE, RW, PRIVATE, -1, 0), *b, *c;
    char name[] = "/tmp/memory-map-XXXXXX";
    int fd = mkstemp(name);
    char byte = 0;
    void *start;

    unlink(name);
    printf("zeroed %d aligned %d\n", a[0] == 0 && a[16 * PAGE - 1] == 0, ((long)a & 4095) == 0);
    b = mmap(a + 4 * PAGE, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0);
    printf("fixed %d\n", b == a + 4 * PAGE);
    c = mmap(a + 4 * PAGE, PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0);
    printf("no replace: %s\n", outcome(c));
    printf("length 0: %s\n", outcome(mmap(NULL, 0, RW, PRIVATE, -1, 0)));
    printf("offset 1: %s\n", outcome(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1)));
    printf("bad fd: %s\n", outcome(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0)));
    printf("mprotect hole: %d", munmap(a + 8 * PAGE, PAGE));
    printf(" %d", mprotect(a, 16 * PAGE, PROT_READ));
    printf(" %s\n", strerror(errno));
    printf("mprotect unaligned: %d", mprotect(a + 1, PAGE, PROT_READ));
    printf(" %s\n", strerror(errno));

    b = mmap(NULL, 4 * PAGE, RW, PRIVATE, -1, 0);
    memset(b, 'x', 4 * PAGE);
    b = mremap(b, 4 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    printf("mremap %c %d\n", b[4 * PAGE - 1], b[4 * PAGE]);
    b = mremap(b, 64 * PAGE, PAGE, 0);
    printf("shrunk %c\n", b[PAGE - 1]);
    madvise(b, PAGE, MADV_DONTNEED);
    printf("dropped %d\n", b[0]);

    ftruncate(fd, 2 * PAGE);
    b = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    c = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, PAGE);
    strcpy(b + PAGE, "shared");
    printf("%s", c);
    strcpy(c, "private");
    msync(b, 2 * PAGE, MS_SYNC);
    pread(fd, &byte, 1, PAGE);
    printf(" %s %s %c\n", c, b + PAGE, byte);

    start = sbrk(0);
    /* Nothing may allocate between these lines. */
    bool grown = sbrk(100000) == start;
    memset(start, 1, 100000);
    bool shrunk = brk(start) == 0 && sbrk(0) == start;
    printf("brk grows %d and shrinks %d\n", grown, shrunk);
    return 0;
}
