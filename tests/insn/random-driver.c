/*
 * Guest side of the random instruction test: cases in, the state after each out.
 *
 *     random-driver CASES >RESULTS
 *
 * A riscv64 program without a C library, so that it runs the same under every emulator.  All its
 * work is done in one signal handler: a case ends with a trap of some kind (ebreak, or whatever its
 * instructions cause), the handler notes the interrupted state, lays out the next case's memory and
 * code, and returns into it with all registers replaced.  So no register is needed for the driver
 * while a case runs, and faults are ends like any other.
 *
 * Memory is two pages to read and write and a third to read only, with nothing around them.  Code
 * is copied to where the case says; each case is entered over the same jump, which is written anew,
 * so that code is replaced at old addresses all the time.
 */
#include <asm/unistd.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>

enum {
    MEM = 0x10000000,
    PAGE = 4096,
    MEM_SIZE = 3 * PAGE, /* the last one is read-only */
    CODE = 0x20000000,
    CODE_SIZE = 0x8000,
    MAX_CODE = 2048,
    CELLS = 64,
    CELLS_AT = PAGE - 4 * CELLS, /* the middle of the writable pages */
};

/* tests/insn/random_cases.py writes these and reads the results. */
typedef struct Case {
    uint64_t x[32]; /* x[0]: pc */
    uint64_t f[32];
    uint64_t fcsr;
    uint64_t cells[CELLS];
    uint64_t code_size;
    uint8_t code[MAX_CODE];
} Case;

typedef struct Result {
    uint64_t x[32];
    uint64_t f[32];
    uint64_t fcsr;
    uint64_t signo, code, address;
    uint64_t changes; /* pairs of offset and value of memory behind this */
} Result;

static const Case *cases;
static uint64_t count, next;
static uint64_t before[MEM_SIZE / 8];
static uint64_t out[1 << 15];
static uint64_t out_used;
static uint8_t stack[16 * PAGE] __attribute__((aligned(16)));

static long call(long number, long a, long b, long c, long d, long e)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = 0;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return a0;
}

static void leave(int status)
{
    call(__NR_exit_group, status, 0, 0, 0, 0);
}

static void flush(void)
{
    const char *from = (const char *)out;
    long left = out_used * 8;

    while (left) {
        long done = call(__NR_write, 1, (long)from, left, 0, 0);

        if (done <= 0) {
            leave(3);
        }
        from += done;
        left -= done;
    }
    out_used = 0;
}

static void put(uint64_t value)
{
    out[out_used++] = value;
}

/* The end of a case. */

static void note(const siginfo_t *info, const mcontext_t *m)
{
    const uint64_t *mem = (const uint64_t *)(long)MEM;
    uint64_t changes_at;

    if (out_used + (sizeof(Result) + 2 * MEM_SIZE) / 8 > sizeof(out) / 8) {
        flush();
    }
    for (int i = 0; i < 32; i++) {
        put(m->__gregs[i]);
    }
    for (int i = 0; i < 32; i++) {
        put(m->__fpregs.__d.__f[i]);
    }
    put(m->__fpregs.__d.__fcsr);
    put(info->si_signo);
    put((uint64_t)info->si_code);
    put((uint64_t)info->si_addr);
    changes_at = out_used++;
    for (uint64_t i = 0; i < MEM_SIZE / 8; i++) {
        if (mem[i] != before[i]) {
            put(8 * i);
            put(mem[i]);
        }
    }
    out[changes_at] = (out_used - changes_at - 1) / 2;
}

/* The beginning of one. */

/* RISC-V unprivileged, 2.5.1: jal x0. */
static uint32_t jump(uint32_t distance)
{
    return (distance >> 20 & 1) << 31 | (distance >> 1 & 0x3ff) << 21 | (distance >> 11 & 1) << 20 |
           (distance >> 12 & 0xff) << 12 | 0x6f;
}

static void lay_out(const Case *c)
{
    volatile uint64_t *mem = (uint64_t *)(long)MEM;
    volatile uint8_t *code = (uint8_t *)c->x[0];

    for (uint64_t i = 0; i < CELLS; i++) {
        before[CELLS_AT / 8 + i] = c->cells[i];
    }
    for (uint64_t i = 0; i < 2 * PAGE / 8; i++) {
        if (mem[i] != before[i]) {
            mem[i] = before[i];
        }
    }
    for (uint64_t i = 0; i < c->code_size; i++) {
        code[i] = c->code[i];
    }
    *(volatile uint32_t *)(long)CODE = jump(c->x[0] - CODE);
    __asm__ volatile("fence.i" ::: "memory");
}

static void enter(const Case *c, mcontext_t *m)
{
    uint64_t dropped;

    for (int i = 1; i < 32; i++) {
        m->__gregs[i] = c->x[i];
    }
    m->__gregs[REG_PC] = CODE;
    for (int i = 0; i < 32; i++) {
        m->__fpregs.__d.__f[i] = c->f[i];
    }
    m->__fpregs.__d.__fcsr = c->fcsr;
    /* No reservation is left from the case before. */
    __asm__ volatile("sc.d zero, zero, (%0)" ::"r"(&dropped) : "memory");
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
    mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;

    (void)signo;
    if (next) {
        note(info, m);
    }
    if (next == count) {
        flush();
        leave(0);
    }
    lay_out(&cases[next]);
    enter(&cases[next], m);
    next++;
}

/* Setting up */

static void map(long at, long size, int protection)
{
    if (call(__NR_mmap, at, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1) != at) {
        leave(4);
    }
}

static void map_memory(void)
{
    uint64_t *mem = (uint64_t *)(long)MEM;

    map(MEM, MEM_SIZE, PROT_READ | PROT_WRITE);
    map(CODE, CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
    for (uint64_t i = 0; i < MEM_SIZE / 8; i++) {
        before[i] = mem[i] = UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
    }
    call(__NR_mprotect, MEM + MEM_SIZE - PAGE, PAGE, PROT_READ, 0, 0);
}

static void read_cases(const char *path)
{
    struct stat status;
    long fd = call(__NR_openat, AT_FDCWD, (long)path, O_RDONLY, 0, 0);
    long at;

    if (fd < 0 || call(__NR_fstat, fd, (long)&status, 0, 0, 0) < 0) {
        leave(5);
    }
    at = call(__NR_mmap, 0, status.st_size, PROT_READ, MAP_PRIVATE, fd);
    if (at < 0 && at > -PAGE) {
        leave(6);
    }
    cases = (const Case *)at;
    count = status.st_size / sizeof(Case);
}

static void catch_signals(void)
{
    static const int signals[] = { SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
    stack_t where = { .ss_sp = stack, .ss_size = sizeof(stack) };
    /* As the kernel has it: riscv has no restorer. */
    struct {
        void (*handler)(int, siginfo_t *, void *);
        unsigned long flags, mask;
    } action = { on_signal, SA_SIGINFO | SA_ONSTACK, 0 };

    call(__NR_sigaltstack, (long)&where, 0, 0, 0, 0);
    for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        call(__NR_rt_sigaction, signals[i], (long)&action, 0, 8, 0);
    }
}

__attribute__((used)) static void start(long *sp)
{
    if (sp[0] != 2) {
        leave(2);
    }
    read_cases((const char *)sp[2]);
    map_memory();
    catch_signals();
    __asm__ volatile("ebreak");
}

__asm__(".globl _start\n_start: mv a0, sp\n j start\n");
