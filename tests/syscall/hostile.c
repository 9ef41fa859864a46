/*
 * Thousands of calls with arguments at random from a set of nasty ones: bad pointers, pointers
 * over the end of the address space, huge sizes, wrong descriptors.  Nothing is said of the
 * results; dragoman must still be there at the end.  Numbers are riscv64's, and calls that could
 * reach other processes or the system are not among them.
 */
/* exit: 42 */
/* memory: 16 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "show.h"

enum { BUFFER_SIZE = 1 << 16, PAGE = 4096, NB_CALLS = 4000, MAX_RESIDENT = 1 << 20 };

static const short numbers[] = {
    /* files and descriptors */
    5, 7, 8, 10, 11, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 32, 43, 44, 46, 47, 48, 56,
    57, 59, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 82, 85,
    86, 87, 264, 267, 279, 285, 286, 287, 291, 436, 439, 441, 451,
    /* time, signals, limits, the system */
    90, 98, 99, 100, 101, 102, 107, 108, 109, 110, 111, 113, 114, 115, 123, 124, 125, 126, 132, 134,
    135, 136, 137, 153, 158, 160, 163, 165, 167, 168, 169, 179, 258, 259, 261, 278, 283, 293, 449,
    450, 461, 500, 5000,
    /* IPC and sockets */
    186, 190, 194, 197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212,
    242, 243, 269,
    /* memory */
    213, 214, 215, 216, 222, 223, 226, 227, 228, 229, 232, 233, 235, 236, 284
};

enum {
    NR_dup3 = 24,
    NR_fcntl = 25,
    NR_ioctl = 29,
    NR_openat = 56,
    NR_close = 57,
    NR_sigaltstack = 132,
    NR_sigaction = 134,
    NR_sigprocmask = 135,
    NR_prctl = 167,
    NR_brk = 214,
    NR_munmap = 215,
    NR_mremap = 216,
    NR_mmap = 222,
    NR_mprotect = 226,
    NR_madvise = 233,
    NR_prlimit = 261,
    NR_mlock2 = 284,
    NR_close_range = 436,
};

static char *buffer, *read_only;

static uint64_t next(void)
{
    static uint64_t seed = 88172645463325252;

    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint64_t nasty(void)
{
    switch (next() % 16) {
    case 0:
        return 0;
    case 1:
        return -1;
    case 2:
        return next() % 16;
    case 3:
        return UINT64_C(1) << next() % 64;
    case 4:
        return next();
    case 5: /* the end of Sv39's user space */
        return (UINT64_C(1) << 38) - PAGE + next() % (2 * PAGE);
    case 6:
        return (uintptr_t)read_only + next() % PAGE;
    case 7: /* where dragoman itself may be */
        return UINT64_C(0x555500000000) + next() % (UINT64_C(1) << 40);
    case 8:
        return UINT64_C(0xffff800000000000);
    case 9:
        return next() % PAGE;
    case 10:
        return 8; /* the size of a signal set */
    default:
        return (uintptr_t)buffer + next() % BUFFER_SIZE;
    }
}

/* Structures with pointers in them. */
static void stir_buffer(void)
{
    uint64_t *word = (uint64_t *)buffer + next() % (BUFFER_SIZE / 8);

    *word = next() % 2 ? nasty() : next();
}

static int is_in_buffer(uint64_t addr, uint64_t size)
{
    return addr - (uintptr_t)buffer < BUFFER_SIZE &&
           size <= BUFFER_SIZE - (addr - (uintptr_t)buffer);
}

static int is_standard(uint64_t fd)
{
    return (int)fd >= 0 && (int)fd <= STDERR_FILENO;
}

/* More than address space: MAP_NORESERVE takes the kernel's refusal away, the others use the pages. */
static int is_greedy(uint64_t size, uint64_t flags)
{
    return size > MAX_RESIDENT && (flags & (MAP_POPULATE | MAP_LOCKED | MAP_NORESERVE));
}

/* Calls that would end this program, or another, by doing what they are asked to. */
static int is_suicide(int number, const uint64_t *a)
{
    switch (number) {
    case NR_dup3:
        return is_standard(a[1]);
    case NR_fcntl: /* F_SETOWN, F_SETSIG, F_SETOWN_EX: any signal to any process */
        return a[1] == 8 || a[1] == 10 || a[1] == 15 || a[1] > 1 << 16;
    case NR_ioctl:
    case NR_close:
    case NR_close_range:
        return is_standard(a[0]);
    case NR_openat: /* no files left behind */
        return (a[2] & 0100) != 0;
    case NR_sigaltstack:
    case NR_sigprocmask:
        return a[0] != 0;
    case NR_sigaction:
        return a[0] == SIGALRM;
    case NR_prctl: /* PDEATHSIG, SECCOMP */
        return a[0] == 1 || a[0] == 22;
    case NR_brk:
        return a[0] != 0;
    case NR_munmap:
    case NR_mremap:
    case NR_mprotect:
    case NR_madvise:
        return !is_in_buffer(a[0], a[1]) || number == NR_mremap;
    case NR_mmap:
        return is_greedy(a[1], a[3]) || ((a[3] & MAP_FIXED) && !is_in_buffer(a[0], a[1]));
    case NR_mlock2:
        return a[1] > MAX_RESIDENT;
    case NR_prlimit:
        return a[2] != 0;
    default:
        return 0;
    }
}

static void interrupt(int signo)
{
}

static void map_buffer(void)
{
    mmap(buffer, BUFFER_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
         0);
}

int main(void)
{
    struct sigaction act = { .sa_handler = interrupt };
    struct itimerval soon = { { 0, 5000 }, { 0, 5000 } };

    buffer = mmap(NULL, BUFFER_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sigaction(SIGALRM, &act, NULL);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO); /* writes may hit it */
    for (int i = 0; i < NB_CALLS; i++) {
        int number = numbers[next() % (sizeof(numbers) / sizeof(numbers[0]))];
        uint64_t a[6];

        for (int k = 0; k < 6; k++) {
            a[k] = nasty();
        }
        stir_buffer();
        if (is_suicide(number, a)) {
            continue;
        }
        setitimer(ITIMER_REAL, &soon, NULL); /* so that nothing waits for ever */
        syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
        if (i % 64 == 0) {
            close_range(20, 60, 0);
        }
        map_buffer();
    }
    return 42;
}
