/* What a SIGSEGV, SIGBUS, SIGILL, SIGTRAP and SIGFPE handler sees: code, address, and that it may go on. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf back;
static siginfo_t last;

static void handler(int number, siginfo_t *info, void *context)
{
    last = *info;
    siglongjmp(back, number);
}

#define TRY(what, base, action)                                                       \
    do {                                                                              \
        int number_ = sigsetjmp(back, 1);                                             \
        if (number_ == 0) {                                                           \
            action;                                                                   \
            printf("%s: nothing happened\n", what);                                   \
        } else {                                                                      \
            printf("%s: signal %d code %d offset %ld\n", what, number_, last.si_code, \
                   (long)((char *)last.si_addr - (char *)(base)));                    \
        }                                                                             \
    } while (0)

int main(void)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    char *page = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile char *p = page;
    FILE *file = tmpfile();
    char *mapped;

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
    mprotect(page + 4096, 4096, PROT_READ);
    mprotect(page + 8192, 4096, PROT_NONE);

    TRY("null", NULL, *(volatile int *)8 = 1);
    TRY("read null", NULL, (void)*(volatile long *)16);
    TRY("write to read-only", page, p[4096 + 5] = 1);
    TRY("read of PROT_NONE", page, (void)p[8192 + 7]);
    munmap(page + 12288, 4096);
    TRY("unmapped", page, (void)p[12288 + 100]);
    TRY("execute data", page, ((void (*)(void))page)());
    fputs("x", file);
    fflush(file);
    mapped = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fileno(file), 0);
    TRY("past the end of the file", mapped, (void)*(volatile char *)(mapped + 4096 + 3));
    TRY("raise", last.si_addr, raise(SIGFPE));
    p[0] = 1;
    printf("still alive %d\n", p[0]);
    return 0;
}
