/* mremap, remap_file_pages, mincore, mlock, msync and madvise: every form, and what is refused. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "show.h"

enum { PAGE = 4096 };

static void *const wild = (void *)PAGE; /* no program lies there */

static char *map(size_t pages, int flags, int fd)
{
    return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
}

static void test_mremap(void)
{
    char *p = map(4, MAP_PRIVATE | MAP_ANONYMOUS, -1), *q, *target;

    strcpy(p, "first");
    strcpy(p + 3 * PAGE, "last");
    SHOW_IF(mremap(p, 4 * PAGE, 2 * PAGE, 0) == p);
    SHOW(mincore(p + 2 * PAGE, PAGE, (unsigned char[1]){ 0 }));
    q = mremap(p, 2 * PAGE, 100 * PAGE, MREMAP_MAYMOVE);
    printf("%s\n", q);
    target = map(4, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    SHOW_IF(mremap(q, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target);
    printf("%s\n", target);
    q = mremap(target, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    SHOW_IF(q != MAP_FAILED && q != target);
    printf("%s [%s]\n", q, target);
    SHOW((long)mremap(p + 1, PAGE, PAGE, 0));
    SHOW((long)mremap(q, PAGE, 0, 0));
    SHOW((long)mremap(q, PAGE, PAGE, 0x100));
    SHOW((long)mremap(q, PAGE, PAGE, MREMAP_FIXED, target));
    SHOW((long)mremap(q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + 1));
    SHOW((long)mremap(q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q));
    SHOW((long)mremap(wild, PAGE, PAGE * 2, MREMAP_MAYMOVE));
    SHOW((long)mremap(q, 1L << 46, PAGE, MREMAP_MAYMOVE));
    SHOW((long)mremap(q, PAGE, 1L << 62, MREMAP_MAYMOVE));
    p = map(1, MAP_SHARED | MAP_ANONYMOUS, -1);
    strcpy(p, "twice");
    q = mremap(p, 0, PAGE, MREMAP_MAYMOVE);
    SHOW_IF(q != MAP_FAILED && q != p);
    q[0] = 'T';
    printf("%s\n", p);
}

static void test_remap_pages(void)
{
    int fd = memfd_create("x", 0);
    char *p;

    ftruncate(fd, 4 * PAGE);
    for (int i = 0; i < 4; i++) {
        pwrite(fd, &"abcd"[i], 1, i * PAGE);
    }
    p = map(4, MAP_SHARED, fd);
    SHOW(remap_file_pages(p, PAGE, 0, 3, 0));
    SHOW(remap_file_pages(p + 3 * PAGE, PAGE, 0, 0, 0));
    printf("%c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
    SHOW(remap_file_pages(p, PAGE, PROT_READ, 0, 0));
    SHOW(remap_file_pages(wild, PAGE, 0, 0, 0));
    SHOW(remap_file_pages(map(1, MAP_PRIVATE | MAP_ANONYMOUS, -1), PAGE, 0, 0, 0));
}

static void test_mincore(void)
{
    char *p = map(4, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    unsigned char in[4] = { 9, 9, 9, 9 };

    p[PAGE] = 1;
    SHOW(mincore(p, 4 * PAGE, in));
    printf("%d %d %d %d\n", in[0] & 1, in[1] & 1, in[2] & 1, in[3] & 1);
    munmap(p + 2 * PAGE, PAGE);
    SHOW(mincore(p, 4 * PAGE, in));
    SHOW(mincore(p + 1, PAGE, in));
    SHOW(mincore(p, PAGE, wild));
    SHOW(mincore(wild, PAGE, in));
    SHOW(mincore(p, -1L, in));
}

static void test_lock(void)
{
    char *p = map(3, MAP_PRIVATE | MAP_ANONYMOUS, -1);

    SHOW(mlock(p, PAGE));
    SHOW(mlock(p + 100, 10));
    SHOW(syscall(SYS_mlock2, p + PAGE, PAGE, MLOCK_ONFAULT));
    SHOW(syscall(SYS_mlock2, p, PAGE, 0x10));
    SHOW(munlock(p, 2 * PAGE));
    munmap(p + PAGE, PAGE);
    SHOW(mlock(p, 3 * PAGE));
    SHOW(mlock(wild, PAGE));
    SHOW(munlock(wild, PAGE));
    SHOW(mlockall(0));
    SHOW(mlockall(0x100));
    SHOW(munlockall());
}

static void test_sync(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    char *p;

    ftruncate(fd, 2 * PAGE);
    p = map(2, MAP_SHARED, fd);
    p[0] = 'x';
    SHOW(msync(p, 2 * PAGE, MS_SYNC));
    SHOW(msync(p, PAGE, MS_ASYNC | MS_INVALIDATE));
    SHOW(msync(p, PAGE, MS_SYNC | MS_ASYNC));
    SHOW(msync(p, PAGE, 0x100));
    SHOW(msync(p + 1, PAGE, MS_SYNC));
    SHOW(msync(wild, PAGE, MS_SYNC));
    munmap(p + PAGE, PAGE);
    SHOW(msync(p, 2 * PAGE, MS_SYNC));
}

static void test_advice(void)
{
    static const int advice[] = { MADV_NORMAL,
                                  MADV_RANDOM,
                                  MADV_SEQUENTIAL,
                                  MADV_WILLNEED,
                                  MADV_DONTNEED,
                                  MADV_FREE,
                                  MADV_REMOVE,
                                  MADV_DONTFORK,
                                  MADV_DOFORK,
                                  MADV_HUGEPAGE,
                                  MADV_NOHUGEPAGE,
                                  MADV_DONTDUMP,
                                  MADV_DODUMP,
                                  MADV_WIPEONFORK,
                                  MADV_KEEPONFORK,
                                  MADV_COLD,
                                  MADV_PAGEOUT,
                                  MADV_POPULATE_READ,
                                  MADV_MERGEABLE,
                                  MADV_UNMERGEABLE,
                                  MADV_POPULATE_WRITE,
                                  25 /* MADV_COLLAPSE */,
                                  200 };
    char *p = map(4, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    char *q = map(4, MAP_SHARED | MAP_ANONYMOUS, -1);

    for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
        printf("advice %d\n", advice[i]);
        p[0] = q[0] = 'x';
        SHOW(madvise(p, 2 * PAGE, advice[i]));
        SHOW(madvise(q, 2 * PAGE, advice[i]));
        printf("%d %d\n", p[0], q[0]);
    }
    SHOW(madvise(p + 1, PAGE, MADV_NORMAL));
    SHOW(madvise(p, 0, MADV_NORMAL));
    SHOW(madvise(p, -1L, MADV_DONTNEED));
    SHOW(madvise(wild, PAGE, MADV_DONTNEED));
    munmap(p + 2 * PAGE, PAGE);
    SHOW(madvise(p, 4 * PAGE, MADV_DONTNEED));
}

static void test_mmap(void)
{
    int fd = open("file", O_RDONLY), dir = open(".", O_RDONLY);
    char *p = map(1, MAP_PRIVATE | MAP_ANONYMOUS, -1);

    SHOW((long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW((long)mmap(NULL, PAGE, PROT_READ, 0, -1, 0));
    SHOW((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100));
    SHOW((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    SHOW((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dir, 0));
    SHOW((long)mmap(p + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    SHOW((long)mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    SHOW((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0));
    SHOW((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x800000, fd, 0));
    SHOW((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0));
    SHOW_IF(mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE, fd, 0) != MAP_FAILED);
    SHOW((long)mmap(NULL, 1L << 62, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW(munmap(p + 1, PAGE));
    SHOW(munmap(p, 0));
    SHOW(munmap(p, -1L));
    SHOW(mprotect(p + 1, PAGE, PROT_READ));
    SHOW(mprotect(p, PAGE, 0x100));
    SHOW(mprotect(wild, PAGE, PROT_READ));
    SHOW(mprotect(wild, 0, PROT_READ));
}

int main(void)
{
    test_mremap();
    test_remap_pages();
    test_mincore();
    test_lock();
    test_sync();
    test_advice();
    test_mmap();
    return 0;
}
