/* Faults inside loops: each page is made writable by the handler at its first touch, the write repeats. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

enum { PAGES = 200, PAGE = 4096 };
static char *area;
static volatile int faults;

static void handler(int number, siginfo_t *info, void *context)
{
    char *page = (char *)((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1));

    faults++;
    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    uint64_t sum = 0;

    area = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sigaction(SIGSEGV, &action, NULL);
    for (unsigned i = 0; i < PAGES * PAGE / 8; i++) {
        ((uint64_t *)area)[i] = i * 3 + sum;
        sum += i;
    }
    for (unsigned i = 0; i < PAGES * PAGE / 8; i++) {
        sum ^= ((uint64_t *)area)[i];
    }
    printf("%d faults, %llx\n", faults, (unsigned long long)sum);
    return 0;
}
