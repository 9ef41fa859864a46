/* Mappings: placement, protection, holes, growth, sharing, advice, the break. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "show.h"

enum { PAGE = 4096 };

static sigjmp_buf on_fault;
static volatile int fault_signal;

static void fault(int signo, siginfo_t *info, void *context)
{
    fault_signal = signo;
    siglongjmp(on_fault, info->si_code);
}

/* 0, or the signal and code that touching p raises. */
static int touch(volatile char *p, int write)
{
    int code = sigsetjmp(on_fault, 1);

    if (code) {
        return fault_signal * 100 + code;
    }
    if (write) {
        *p = 1;
    } else {
        (void)*p;
    }
    return 0;
}

static void *map(size_t size, int prot)
{
    return mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void test_protection(void)
{
    char *p = map(4 * PAGE, PROT_READ | PROT_WRITE);

    SHOW(touch(p, 1));
    SHOW(mprotect(p + PAGE, PAGE, PROT_READ));
    SHOW(touch(p + PAGE, 0));
    SHOW(touch(p + PAGE, 1));
    SHOW(mprotect(p + PAGE, PAGE, PROT_NONE));
    SHOW(touch(p + PAGE, 0));
    SHOW(munmap(p + 2 * PAGE, PAGE));
    SHOW(touch(p + 2 * PAGE, 0));
    SHOW(touch(p + 3 * PAGE, 1));
    SHOW(mprotect(p, 4 * PAGE, PROT_READ)); /* there is a hole */
    SHOW(mprotect(p + 1, PAGE, PROT_READ));
    SHOW(munmap(p + 1, PAGE));
    SHOW(munmap(p, 0));
    SHOW(munmap(p, 4 * PAGE));
    SHOW(munmap(p, 4 * PAGE));
}

static void test_placement(void)
{
    char *p = map(8 * PAGE, PROT_READ), *q;

    munmap(p, 8 * PAGE);
    q = mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SHOW_IF(q == p);
    q = mmap(p + 2 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    SHOW_IF(q == p + 2 * PAGE);
    SHOW((long)mmap(p, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                    0));
    q = mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SHOW_IF(q != p && q != MAP_FAILED); /* taken: elsewhere */
    SHOW((long)mmap(p + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    SHOW((long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW((long)mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
    SHOW((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0));
    SHOW((long)mmap(NULL, (size_t)1 << 60, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW((long)mmap((void *)0xffff800000000000, PAGE, PROT_READ,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    SHOW(munmap((void *)0xffff800000000000, PAGE));
}

static void test_remap(void)
{
    char *p = map(4 * PAGE, PROT_READ | PROT_WRITE), *q;

    strcpy(p, "kept");
    strcpy(p + 3 * PAGE, "end");
    q = mremap(p, 4 * PAGE, 2 * PAGE, 0);
    SHOW_IF(q == p);
    SHOW(touch(p + 2 * PAGE, 0));
    q = mremap(p, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    SHOW_IF(q != MAP_FAILED);
    printf("%s\n", q);
    SHOW(touch(q + 63 * PAGE, 1));
    p = map(8 * PAGE, PROT_NONE);
    p = mremap(q, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 4 * PAGE);
    printf("%s\n", p);
    SHOW(touch(q, 0));
    SHOW((long)mremap(p, PAGE, PAGE, MREMAP_FIXED, p));
    SHOW((long)mremap((void *)(PAGE * 3), PAGE, 2 * PAGE, MREMAP_MAYMOVE));
}

static void test_file(void)
{
    char *shared, *private, buf[8] = { 0 };
    int fd = open("mapped", O_RDWR | O_CREAT, 0600);

    ftruncate(fd, PAGE + 10);
    shared = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
    strcpy(shared + PAGE, "shared");
    SHOW(pread(fd, buf, 6, PAGE));
    puts(buf);
    puts(private);
    strcpy(private, "mine");
    puts(shared + PAGE);
    SHOW(touch(shared + PAGE + 100, 1)); /* behind the end, in the last page */
    SHOW(touch(shared + 2 * PAGE, 0));
    SHOW(msync(shared, PAGE, MS_SYNC));
    SHOW(msync(shared + 1, PAGE, MS_SYNC));
    SHOW(madvise(private, PAGE, MADV_DONTNEED));
    puts(private);
    SHOW((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1));
    close(fd);
    fd = open("mapped", O_RDONLY);
    SHOW((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

static void test_sharing(void)
{
    int *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int *private = map(PAGE, PROT_READ | PROT_WRITE);

    fflush(stdout);
    if (fork() == 0) {
        *shared = 5;
        *private = 6;
        _exit(0);
    }
    wait(NULL);
    printf("%d %d\n", *shared, *private);
}

static void test_advice(void)
{
    unsigned char resident[4] = { 0 };
    char *p = map(4 * PAGE, PROT_READ | PROT_WRITE);

    strcpy(p, "gone");
    SHOW(madvise(p, PAGE, MADV_DONTNEED));
    SHOW(*p);
    SHOW(madvise(p, PAGE, 12345));
    SHOW(madvise(p + 1, PAGE, MADV_DONTNEED));
    SHOW(madvise((void *)0x300000000000, PAGE, MADV_DONTNEED));
    p[PAGE] = 1;
    SHOW(mincore(p, 2 * PAGE, resident));
    SHOW(resident[1] & 1);
    SHOW(mincore(p, 2 * PAGE, (void *)0xffff800000000000));
    munmap(p, PAGE);
    SHOW(mincore(p, PAGE, resident));
    SHOW(mlock(p + PAGE, PAGE));
    SHOW(munlock(p + PAGE, PAGE));
}

static void test_break(void)
{
    char *start = sbrk(0);

    SHOW_IF(sbrk(10 * PAGE) == start);
    start[10 * PAGE - 1] = 1;
    SHOW_IF((char *)sbrk(0) == start + 10 * PAGE);
    SHOW(brk(start));
    SHOW_IF(sbrk(0) == start);
    sbrk(PAGE);
    SHOW(start[10]); /* zero again */
    SHOW((long)sbrk((intptr_t)1 << 60));
    SHOW_IF((char *)sbrk(0) == start + PAGE);
}

int main(void)
{
    struct sigaction act = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO };

    sigaction(SIGSEGV, &act, NULL);
    sigaction(SIGBUS, &act, NULL);
    test_protection();
    test_placement();
    test_remap();
    test_file();
    test_sharing();
    test_advice();
    test_break();
    return 0;
}
