/*
 * System calls that the host kernel does for the guest: HOST and WAIT rows.
 *
 * Guest and host agree on the layout of what the arguments point to, so only the pointers and
 * the flags of open change.  The kernel checks mappings; that a pointer does not lead out of the
 * guest's part of the address space, into dragoman's own memory, is checked here, by the row's
 * description.
 *
 * Needs: guest_base 0 for structures that hold pointers themselves.
 */
#include <errno.h>
#include <glib.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "sys.h"
#include "syscall-table.h"

enum { MAX_ARGS = 6 };

typedef struct HostArgs {
    long v[MAX_ARGS];
    char *strings[MAX_ARGS]; /* to be freed */
} HostArgs;

static uint64_t saturating_mul(uint64_t a, uint64_t b)
{
    uint64_t product;

    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* OUT_SOCKADDR: the length lies in guest memory. */
static uint64_t sockaddr_size(GuestTask *task, GuestAddr length_addr)
{
    uint32_t length;

    return length_addr && guest_get_u32(task, length_addr, &length) ? length : 0;
}

uint64_t arg_size(GuestTask *task, const ArgDesc *desc, const SysArgs *args)
{
    uint64_t n = desc->detail < MAX_ARGS ? args->v[desc->detail] : 0;

    switch (desc->kind) {
    case ARG_IN:
    case ARG_OUT:
    case ARG_INOUT:
        return arg_object_size[desc->detail];
    case ARG_RANGE:
    case ARG_IN_BUF:
    case ARG_OUT_BUF:
    case ARG_IN_MASK:
    case ARG_OUT_MASK:
        return n;
    case ARG_IN_SOCKADDR:
        return (uint32_t)n;
    case ARG_OUT_SOCKADDR:
        return sockaddr_size(task, n);
    case ARG_POLLFDS:
        return (uint64_t)(uint32_t)n * 8;
    case ARG_FDSET:
        return ((uint64_t)(uint32_t)n + 63) / 64 * 8;
    case ARG_IN_IDS:
    case ARG_OUT_IDS:
        return (uint64_t)(uint32_t)n * 4;
    case ARG_OUT_WORDS:
        return saturating_mul(n, 8);
    case ARG_IN_IOV:
    case ARG_OUT_IOV:
        return saturating_mul(n, 16);
    case ARG_IN_MSG:
    case ARG_OUT_MSG:
        return n + 8 < n ? UINT64_MAX : n + 8;
    case ARG_OUT_PAGES:
        return n / GUEST_PAGE_SIZE + 1;
    default: /* strings, plain addresses */
        return 1;
    }
}

/* A number, or a pointer into the guest; small negative numbers are common (-1, AT_FDCWD). */
static bool raw_is_harmless(const GuestTask *task, uint64_t value)
{
    return value < task->process->task_size || value >= (uint64_t)-4096 ||
           (int64_t)value == (int32_t)value;
}

/* O_NONBLOCK and O_CLOEXEC go by many names. */
static bool set_has_open_flags(ArgSet set)
{
    switch (set) {
    case SET_EPOLL_CREATE:
    case SET_EVENTFD:
    case SET_INOTIFY_INIT:
    case SET_OPEN:
    case SET_O_NONBLOCK:
    case SET_SIGNALFD:
    case SET_TFD:
        return true;
    default:
        return false;
    }
}

/* Pages outside of the guest become pages that no program has, at the same place in a page. */
static long range_arg(const GuestTask *task, uint64_t addr)
{
    if (!guest_addr_ok(task->process, addr, 1)) {
        return (long)((addr & ~GUEST_PAGE_MASK) | UINT64_C(1) << 63);
    }
    return (long)g2h(task->process, addr);
}

static int64_t translate_arg(GuestTask *task, const ArgDesc *desc, const SysArgs *args, unsigned i,
                             HostArgs *host)
{
    uint64_t value = args->v[i];

    host->v[i] = value;
    if (desc->kind == ARG_RAW) {
        if (!raw_is_harmless(task, value)) {
            host->v[i] = (long)guest_buffer(task, UINT64_MAX, 1);
        }
        return 0;
    }
    if (desc->kind == ARG_FLAGS && set_has_open_flags(desc->detail)) {
        host->v[i] = open_flags_to_host(task, (uint32_t)value);
        return 0;
    }
    if (desc->kind < ARG_ADDR || value == 0) {
        return 0;
    }
    if (desc->kind == ARG_RPATH) {
        int64_t error = sys_read_path(task, value, false, &host->strings[i]);

        host->v[i] = (long)host->strings[i];
        if (error == -EFAULT) { /* unless the kernel finds fault with another argument first */
            host->v[i] = (long)guest_buffer(task, UINT64_MAX, 1);
            error = 0;
        }
        return error;
    }
    if (desc->kind == ARG_RANGE) {
        host->v[i] = range_arg(task, value);
        return 0;
    }
    /*
     * That it begins in the guest is enough.  The page behind the guest's part is nobody's, and
     * the kernel goes from the beginning to what it cannot reach; how much of a size it needs, and
     * which it refuses, it knows best.
     */
    host->v[i] = (long)guest_buffer(task, value, 1);
    return 0;
}

int64_t syscall_host(GuestTask *task, const SyscallRow *row, const SysArgs *args)
{
    HostArgs host = { { 0 } };
    const long *v = host.v;
    int64_t result = 0;

    for (unsigned i = 0; i < MAX_ARGS && row->args[i].kind != ARG_END && result == 0; i++) {
        result = translate_arg(task, &row->args[i], args, i, &host);
    }
    if (result == 0 && row->action == ACTION_WAIT) {
        result = safe_syscall(task, row->host_number, v[0], v[1], v[2], v[3], v[4], v[5]);
    } else if (result == 0) {
        result = sys_result(syscall(row->host_number, v[0], v[1], v[2], v[3], v[4], v[5]));
    }
    for (unsigned i = 0; i < MAX_ARGS; i++) {
        g_free(host.strings[i]);
    }
    return result;
}
