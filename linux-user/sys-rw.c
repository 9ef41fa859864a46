/*
 * Reading and writing through iovecs: each entry's pointer is checked on the way.
 */
#include <errno.h>
#include <glib.h>
#include <sys/syscall.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

/* Calls shaped (fd, iov, count, ...): args 3 to 5 pass as they are. */
static int64_t iov_call(GuestTask *task, long number, const SysArgs *args)
{
    g_autofree struct iovec *iov = NULL;
    int64_t error = sys_iov(task, args->v[1], (unsigned)args->v[2], &iov);

    if (error == -EFAULT) { /* unless something else is wrong, which the kernel sees first */
        return safe_syscall(task, number, args->v[0], guest_buffer(task, UINT64_MAX, 1), args->v[2],
                            args->v[3], args->v[4], args->v[5]);
    }
    if (error) {
        return error;
    }
    return safe_syscall(task, number, args->v[0], iov, args->v[2], args->v[3], args->v[4],
                        args->v[5]);
}

int64_t sys_readv(GuestTask *task, const SysArgs *args)
{
    return iov_call(task, SYS_readv, args);
}

int64_t sys_writev(GuestTask *task, const SysArgs *args)
{
    return iov_call(task, SYS_writev, args);
}

int64_t sys_preadv(GuestTask *task, const SysArgs *args)
{
    return iov_call(task, SYS_preadv, args);
}

int64_t sys_pwritev(GuestTask *task, const SysArgs *args)
{
    return iov_call(task, SYS_pwritev, args);
}

int64_t sys_preadv2(GuestTask *task, const SysArgs *args)
{
    return iov_call(task, SYS_preadv2, args);
}

int64_t sys_pwritev2(GuestTask *task, const SysArgs *args)
{
    return iov_call(task, SYS_pwritev2, args);
}

/* ssize_t vmsplice(int fd, const struct iovec *iov, size_t count, unsigned flags) */
int64_t sys_vmsplice(GuestTask *task, const SysArgs *args)
{
    return iov_call(task, SYS_vmsplice, args);
}

/*
 * process_vm_readv(pid, local, nb_local, remote, nb_remote, flags).  The other process may be
 * ourselves, so its addresses are held to the guest's part as well.
 */
static int64_t process_vm_call(GuestTask *task, long number, const SysArgs *args)
{
    g_autofree struct iovec *local = NULL;
    g_autofree struct iovec *remote = NULL;
    void *fault = guest_buffer(task, UINT64_MAX, 1);
    /* The kernel takes an unsigned of the one and a long of the other. */
    int64_t error = sys_iov(task, args->v[1], (unsigned)args->v[2], &local);

    if (!error) {
        error = sys_iov(task, args->v[3], args->v[4], &remote);
    }
    if (error && error != -EFAULT) { /* a fault is the kernel's to find, among other errors */
        return error;
    }
    return safe_syscall(task, number, args->v[0], local ? local : fault, args->v[2],
                        remote ? remote : fault, args->v[4], args->v[5]);
}

int64_t sys_process_vm_readv(GuestTask *task, const SysArgs *args)
{
    return process_vm_call(task, SYS_process_vm_readv, args);
}

int64_t sys_process_vm_writev(GuestTask *task, const SysArgs *args)
{
    return process_vm_call(task, SYS_process_vm_writev, args);
}
