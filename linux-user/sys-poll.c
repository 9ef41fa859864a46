/*
 * Waiting for descriptors: ppoll, pselect6, epoll.
 *
 * The guest's signal mask becomes a host mask, which the kernel installs while it waits.
 */
#include <errno.h>
#include <glib.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "layout.h"
#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

enum { SIGSET_SIZE = 8 };

/* int ppoll(struct pollfd *fds, nfds_t n, struct timespec *timeout, sigset_t *mask, size_t) */
int64_t sys_ppoll(GuestTask *task, const SysArgs *args)
{
    unsigned n = args->v[1];
    void *fds = sys_pointer(task, args->v[0], (uint64_t)n * 8);
    void *timeout = sys_pointer(task, args->v[2], sizeof(struct timespec));
    uint64_t storage, *mask;
    int64_t error = sys_sigmask(task, args->v[3], args->v[4], &storage, &mask);

    return error ? error : safe_syscall(task, SYS_ppoll, fds, n, timeout, mask, SIGSET_SIZE);
}

/* The sixth argument of pselect6: { const sigset_t *mask; size_t size; } or NULL. */
static int64_t pselect_mask(GuestTask *task, GuestAddr addr, uint64_t *storage, uint64_t **ret)
{
    uint64_t mask_addr, size;

    *ret = NULL;
    if (!addr) {
        return 0;
    }
    if (!guest_get_word(task, addr, &mask_addr) ||
        !guest_get_word(task, addr + guest_word_size(task), &size)) {
        return -EFAULT;
    }
    return sys_sigmask(task, mask_addr, size, storage, ret);
}

/* int pselect6(int n, fd_set *in, fd_set *out, fd_set *except, struct timespec *timeout, mask) */
int64_t sys_pselect6(GuestTask *task, const SysArgs *args)
{
    int n = args->v[0];
    uint64_t set_size = n > 0 ? ((uint64_t)n + 63) / 64 * 8 : 0;
    void *timeout = sys_pointer(task, args->v[4], sizeof(struct timespec));
    void *sets[3];
    uint64_t storage;
    struct {
        uint64_t *mask;
        size_t size;
    } sixth = { NULL, SIGSET_SIZE };
    int64_t error = pselect_mask(task, args->v[5], &storage, &sixth.mask);

    if (error) {
        return error;
    }
    for (unsigned i = 0; i < 3; i++) {
        sets[i] = sys_pointer(task, args->v[1 + i], MIN(set_size, 1));
    }
    return safe_syscall(task, SYS_pselect6, n, sets[0], sets[1], sets[2], timeout, &sixth);
}

/* int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event) */
int64_t sys_epoll_ctl(GuestTask *task, const SysArgs *args)
{
    int op = args->v[1];
    struct epoll_event event = { 0 };

    if (op != EPOLL_CTL_DEL &&
        !layout_get(task, args->v[3], task->process->abi->epoll_event, &event)) {
        return -EFAULT;
    }
    return sys_result(epoll_ctl(args->v[0], op, args->v[2], &event));
}

/*
 * The host's events, packed from addr on, spread to the guest's places: from the last, which
 * lies behind all the others.  Returns how many fit.
 */
static int64_t spread_events(GuestTask *task, GuestAddr addr, const uint8_t *packed, int64_t n)
{
    const AbiStruct *layout = task->process->abi->epoll_event;
    int64_t fit = n;

    for (int64_t i = n - 1; i >= 0; i--) {
        struct epoll_event event;

        if (!host_copy_safe(&event, packed + i * layout->host_size, layout->host_size) ||
            !layout_put(task, addr + i * layout->guest_size, layout, &event)) {
            fit = i;
        }
    }
    return fit;
}

/*
 * timeout: a number of milliseconds or a pointer, as the host call number wants it.
 *
 * The kernel stores the events in the guest's own array: one that it cannot store stays in the
 * set, and no copy of ours could put an edge or a one-shot event back.  The host's event is not
 * larger than the guest's; the first of both end at the same byte, so that it faults when the
 * guest's would.  Where an array of more than four ends short of a page that faults, the kernel
 * may store one that does not fit after it is spread: that one is lost.
 */
static int64_t epoll_wait_call(GuestTask *task, long number, const SysArgs *args, long timeout)
{
    const AbiStruct *layout = task->process->abi->epoll_event;
    int max_events = (int)args->v[2];
    GuestAddr addr = args->v[1];
    uint64_t storage, *mask;
    uint8_t *packed;
    int64_t result = sys_sigmask(task, args->v[4], args->v[5], &storage, &mask);

    if (result) {
        return result;
    }
    if (max_events <= 0 || max_events > INT_MAX / layout->guest_size) {
        return -EINVAL;
    }
    packed = guest_buffer(task, addr, layout->guest_size);
    packed += layout->guest_size - layout->host_size;
    result = safe_syscall(task, number, args->v[0], packed, max_events, timeout, mask, SIGSET_SIZE);
    return result > 0 ? spread_events(task, addr, packed, result) : result;
}

/* int epoll_pwait(int epfd, struct epoll_event *, int max, int timeout, sigset_t *mask, size_t) */
int64_t sys_epoll_pwait(GuestTask *task, const SysArgs *args)
{
    return epoll_wait_call(task, SYS_epoll_pwait, args, (int)args->v[3]);
}

/* The same with struct timespec *timeout. */
int64_t sys_epoll_pwait2(GuestTask *task, const SysArgs *args)
{
    void *timeout = sys_pointer(task, args->v[3], sizeof(struct timespec));

    return epoll_wait_call(task, SYS_epoll_pwait2, args, (long)timeout);
}
