/*
 * The exact state at a fault: all integer registers hold known values when a load in the middle of
 * a block faults; the handler reads them, repairs one and steps over the load.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

static uint64_t at_fault[32];
static double float_at_fault;

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    for (unsigned i = 0; i < 32; i++) {
        at_fault[i] = uc->uc_mcontext.__gregs[i];
    }
    memcpy(&float_at_fault, &uc->uc_mcontext.__fpregs.__d.__f[10], sizeof float_at_fault);
    uc->uc_mcontext.__gregs[REG_PC] += 4; /* the load is not compressed */
    uc->uc_mcontext.__gregs[12] = 4242;   /* a2 */
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    uint64_t pc, a2, t6;
    double fa0 = 2.5;

    sigaction(SIGSEGV, &action, NULL);
    __asm__ volatile("li s2, 102\n\t"
                     "li s3, 103\n\t"
                     "li s4, 104\n\t"
                     "li s5, 105\n\t"
                     "li s6, 106\n\t"
                     "li s7, 107\n\t"
                     "li s8, 108\n\t"
                     "li s9, 109\n\t"
                     "li s10, 110\n\t"
                     "li s11, 111\n\t"
                     "li t0, 105\n\t"
                     "li t2, 107\n\t"
                     "li t3, 128\n\t"
                     "li t4, 129\n\t"
                     "li t5, 130\n\t"
                     "li t6, 131\n\t"
                     "li a1, 64\n\t"
                     "li a2, 12\n\t"
                     "li a3, 13\n\t"
                     "fmv.d fa0, %3\n\t"
                     "fadd.d fa0, fa0, fa0\n\t"
                     "addi t6, t6, 1000\n\t"
                     "lla t1, 1f\n\t"
                     ".option push\n\t"
                     ".option norvc\n"
                     "1: ld a3, 8(a1)\n\t"
                     ".option pop\n\t"
                     "mv %0, t1\n\t"
                     "mv %1, a2\n\t"
                     "addi %2, t6, 1"
                     : "=&r"(pc), "=&r"(a2), "=&r"(t6)
                     : "f"(fa0)
                     : "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t0", "t1",
                       "t2", "t3", "t4", "t5", "t6", "a1", "a2", "a3", "fa0", "memory");
    printf("pc is the load: %d\n", at_fault[0] == pc);
    for (unsigned i = 18; i < 32; i++) {
        printf("x%u = %llu\n", i, (unsigned long long)at_fault[i]);
    }
    for (unsigned i = 11; i < 14; i++) {
        printf("x%u = %llu\n", i, (unsigned long long)at_fault[i]);
    }
    printf("x5 = %llu, x7 = %llu\n", (unsigned long long)at_fault[5],
           (unsigned long long)at_fault[7]);
    printf("fa0 = %g\n", float_at_fault);
    printf("changed a2 = %llu, t6 + 1 = %llu\n", (unsigned long long)a2, (unsigned long long)t6);
    return 0;
}
