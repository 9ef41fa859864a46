/* Unwinding from a signal handler through the frame the kernel made. */
/* flags: -O1 -static -funwind-tables -fexceptions */
#include <signal.h>
#include <ucontext.h>
#include <unwind.h>

#include "show.h"

static uintptr_t fault_pc;
static int seen_handler, seen_fault, seen_caller, seen_main, depth;
int main(void);
static void caller(int how);

/* The frame belongs to the function that starts at this address. */
static int is_in(struct _Unwind_Context *context, void *function)
{
    int before = 0;
    uintptr_t pc = _Unwind_GetIPInfo(context, &before);

    return _Unwind_FindEnclosingFunction((void *)(pc - !before)) == function;
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *opaque)
{
    depth++;
    seen_fault += fault_pc && _Unwind_GetIP(context) == fault_pc;
    seen_caller += is_in(context, caller);
    seen_main += is_in(context, main);
    return depth < 100 ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void handler(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

#if defined(__riscv)
    fault_pc = uc->uc_mcontext.__gregs[REG_PC];
#else
    fault_pc = uc->uc_mcontext.gregs[REG_RIP];
#endif
    depth = seen_fault = seen_caller = seen_main = 0;
    _Unwind_Backtrace(visit, NULL);
    printf("signal %d: fault %d caller %d main %d\n", signo, seen_fault, seen_caller, seen_main);
    if (signo == SIGSEGV) {
        fflush(stdout);
        _exit(seen_main == 1 ? 0 : 1);
    }
}

static __attribute__((noinline)) void caller(int how)
{
    if (how == 0) {
        raise(SIGUSR1);
    } else {
        *(volatile int *)(uintptr_t)(how * 8) = 1;
    }
    __asm__ volatile("");
}

int main(void)
{
    struct sigaction act = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

    sigaction(SIGUSR1, &act, NULL);
    sigaction(SIGSEGV, &act, NULL);
    caller(0);
    caller(1);
    return 2;
}
