/*
 * System calls: from the guest's number to the row of syscalls.def, and from there to the
 * handler, the host kernel, or the architecture's own calls.
 *
 * Rows are looked up by name, once per number and guest: the first call of each number pays.
 */
#include "linux-user/syscall.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "strace.h"
#include "sys.h"
#include "syscall-table.h"
#include "util/log.h"

enum { MAX_NUMBER = 512 };

/* Calls with no row in syscalls.def, and numbers with no name. */
static const SyscallRow unknown_row = { .name = "?", .action = ACTION_NONE };

/* By guest number, of the one guest of this process; NULL: not looked up yet. */
static _Atomic(const SyscallRow *) row_cache[MAX_NUMBER];

static const char *syscall_name(const LinuxAbi *abi, unsigned number)
{
    for (const AbiSyscall *s = abi->syscalls; s->name; s++) {
        if (s->number == number) {
            return s->name;
        }
    }
    return NULL;
}

static const SyscallRow *find_row(const LinuxAbi *abi, unsigned number)
{
    const char *name = syscall_name(abi, number);
    const SyscallRow *row = name ? syscall_row_by_name(name) : NULL;

    return row ? row : &unknown_row;
}

static const SyscallRow *cached_row(const LinuxAbi *abi, unsigned number)
{
    const SyscallRow *row;

    if (number >= MAX_NUMBER) {
        return find_row(abi, number);
    }
    row = atomic_load_explicit(&row_cache[number], memory_order_relaxed);
    if (!row) {
        row = find_row(abi, number);
        atomic_store_explicit(&row_cache[number], row, memory_order_relaxed);
    }
    return row;
}

/* Hooks for the architecture's own calls */

static void hook_flush_icache(void *opaque, uint64_t start, uint64_t end)
{
    GuestTask *task = opaque;

    task->process->accel->invalidate(start, end);
}

static bool hook_get(void *opaque, uint64_t addr, void *buf, size_t size)
{
    return guest_get(opaque, addr, buf, size);
}

static bool hook_put(void *opaque, uint64_t addr, const void *buf, size_t size)
{
    return guest_put(opaque, addr, buf, size);
}

static int64_t call_arch(GuestTask *task, const SyscallRow *row, const SysArgs *args)
{
    const LinuxAbi *abi = task->process->abi;
    AbiSyscallHooks hooks = {
        .opaque = task,
        .flush_icache = hook_flush_icache,
        .get = hook_get,
        .put = hook_put,
        .nb_cpus = sysconf(_SC_NPROCESSORS_ONLN),
    };
    int64_t result;

    if (abi->arch_syscall &&
        abi->arch_syscall(task->vcpu.state, row->name, args->v, &hooks, &result)) {
        return result;
    }
    return -ENOSYS;
}

static int64_t call_none(const SyscallRow *row, unsigned number)
{
    if (row == &unknown_row) {
        sys_unimp("system call %u", number);
    } else {
        sys_unimp("system call %u, %s: %s", number, row->name, row->note);
    }
    return -ENOSYS;
}

static int64_t call_row(GuestTask *task, const SyscallRow *row, unsigned number,
                        const SysArgs *args)
{
    if (task->seccomp_strict && !sys_seccomp_allows(task, row->name)) {
        kill(getpid(), SIGKILL);
    }
    switch (row->action) {
    case ACTION_HOST:
    case ACTION_WAIT:
        return syscall_host(task, row, args);
    case ACTION_HANDLER:
        return row->handler(task, args);
    case ACTION_ARCH:
        return call_arch(task, row, args);
    case ACTION_NONE:
        return call_none(row, number);
    case ACTION_ABSENT:
        break;
    }
    return -ENOSYS;
}

int64_t syscall_dispatch(GuestTask *task, unsigned number, const SysArgs *args)
{
    const SyscallRow *row = cached_row(task->process->abi, number);
    StraceCall *call;
    int64_t result;

    if (!log_on(LOG_STRACE)) {
        return call_row(task, row, number, args);
    }
    call = strace_enter(task, row, number, args);
    result = call_row(task, row, number, args);
    strace_leave(call, result);
    return result;
}

static const char *support_name(const SyscallRow *row)
{
    if (row->action == ACTION_NONE || row->action == ACTION_ABSENT) {
        return "none";
    }
    return row->note ? "partial" : "full";
}

void syscall_list(FILE *out, const GuestArch *arch)
{
    for (const AbiSyscall *s = arch->linux_abi->syscalls; s->name; s++) {
        const SyscallRow *row = syscall_row_by_name(s->name);

        if (!row) {
            row = &unknown_row;
        }
        fprintf(out, "%4u  %-24s %-8s%s%s\n", s->number, s->name, support_name(row),
                row->note ? " " : "", row->note ? row->note : "");
    }
}
