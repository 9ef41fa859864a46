/*
 * The loop around the vCPU: run, look why it came back, act, run again.  One for all guests.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "accel/accel.h"
#include "linux-user/syscall.h"
#include "linux-user/task.h"

static uint64_t read_slot(const GuestTask *task, uint32_t offset)
{
    return guest_state_addr(task->vcpu.arch, task->vcpu.state, offset);
}

static void set_result(GuestTask *task, int64_t value)
{
    guest_state_set_addr(task->vcpu.arch, task->vcpu.state, task->process->abi->syscall_result,
                         (uint64_t)value);
}

/* The argument registers are untouched: the call instruction can run again. */
static void rewind_call(GuestTask *task)
{
    unsigned size = task->process->abi->syscall_insn_size;

    vcpu_set_pc(&task->vcpu, vcpu_pc(&task->vcpu) - (size ? size : 4));
}

/* Returns whether the call is over, and not to be made again. */
static bool do_syscall(GuestTask *task)
{
    const LinuxAbi *abi = task->process->abi;
    uint64_t number = read_slot(task, abi->syscall_number);
    SysArgs args;
    int64_t ret;

    /* It came before the call: the call may be the one that blocks it. */
    if (atomic_load(&task->signal_pending)) {
        rewind_call(task);
        return false;
    }
    if (debug_call_result(task, &ret)) {
        set_result(task, ret);
        return true;
    }
    for (unsigned i = 0; i < 6; i++) {
        args.v[i] = read_slot(task, abi->syscall_arg[i]);
    }
    task->debug.in_call = true;
    ret = syscall_dispatch(task, (unsigned)number, &args);
    if (task->process->debug.enabled && !debug_call_end(task, &ret)) {
        task->debug.in_call = false;
        return false;
    }
    task->debug.in_call = false;
    if (process_is_stopping_for_good(task) && (ret == SYS_RESTART || ret == -EINTR)) {
        rewind_call(task); /* for the core file: the call is still being made */
        return false;
    }
    if (ret == SYS_AGAIN || (ret == SYS_RESTART && signal_restarts_call(task))) {
        rewind_call(task);
        return false;
    }
    if (ret != SYS_NO_RESULT) {
        set_result(task, ret == SYS_RESTART ? -EINTR : ret);
    }
    if (!atomic_load(&task->signal_pending)) {
        signal_end_wait(task);
    }
    return true;
}

static void do_fault(GuestTask *task)
{
    const VcpuFault *fault = &task->vcpu.fault;
    siginfo_t info = { .si_signo = fault->signo, .si_code = fault->code };

    /* x86 reports a non-canonical address as a general protection fault; nobody else has those. */
    if (info.si_code == SI_KERNEL) {
        info.si_code = SEGV_MAPERR;
    }
    info.si_addr = (void *)fault->addr;
    signal_force(task, &info);
}

static void do_trap(GuestTask *task, int signo, int code)
{
    siginfo_t info = { .si_signo = signo, .si_code = code };

    info.si_addr = (void *)vcpu_pc(&task->vcpu);
    signal_force(task, &info);
}

void cpu_loop(GuestTask *task)
{
    const AccelOps *accel = task->process->accel;

    if (process_is_stopping(task)) {
        atomic_store(&task->signal_pending, 1); /* a new thread, or the debugger is waited for */
    }
    while (!task->exited) {
        if (atomic_load_explicit(&task->signal_pending, memory_order_relaxed)) {
            signal_deliver(task);
        }
        switch (accel->run(&task->vcpu)) {
        case VCPU_SYSCALL:
            if (do_syscall(task) && !task->exited) {
                debug_stepped(task);
            }
            break;
        case VCPU_FAULT:
            do_fault(task);
            break;
        case VCPU_ILLEGAL:
            do_trap(task, SIGILL, ILL_ILLOPC);
            break;
        case VCPU_BREAKPOINT:
            do_trap(task, SIGTRAP, TRAP_BRKPT);
            break;
        case VCPU_DEBUG:
            debug_exit(task);
            break;
        case VCPU_INTERRUPT:
        case VCPU_EXIT_COUNT:
            break;
        }
    }
}
