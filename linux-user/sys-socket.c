/*
 * Sockets: messages, whose headers hold pointers.
 *
 * Control messages look the same on guest and host as long as both are 64-bit and little-endian,
 * so they are read and written in place by the kernel.
 */
#include <errno.h>
#include <glib.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

/* struct msghdr and mmsghdr of 64-bit guests. */
typedef struct GuestMsghdr {
    uint64_t name;
    uint32_t name_size;
    uint32_t padding;
    uint64_t iov;
    uint64_t nb_iov;
    uint64_t control;
    uint64_t control_size;
    int32_t flags;
    uint32_t padding2;
} GuestMsghdr;

typedef struct GuestMmsghdr {
    GuestMsghdr msg;
    uint32_t size;
    uint32_t padding;
} GuestMmsghdr;

_Static_assert(sizeof(GuestMsghdr) == 56 && sizeof(GuestMmsghdr) == 64, "kernel layouts");
_Static_assert(sizeof(struct msghdr) == sizeof(GuestMsghdr), "host is 64-bit");

/* The host's header for the guest's at addr; *host->msg_iov is to be freed when 0 is returned. */
static int64_t get_msghdr(GuestTask *task, GuestAddr addr, struct msghdr *host)
{
    GuestMsghdr guest;
    struct iovec *iov;
    int64_t error;

    if (!guest_get(task, addr, &guest, sizeof(guest))) {
        return -EFAULT;
    }
    if (guest.nb_iov > IOV_MAX) {
        return -EMSGSIZE; /* not EINVAL */
    }
    error = sys_iov(task, guest.iov, guest.nb_iov, &iov);
    if (error) {
        return error;
    }
    *host = (struct msghdr){
        .msg_name =
            sys_pointer(task, guest.name, MIN(guest.name_size, sizeof(struct sockaddr_storage))),
        .msg_namelen = guest.name_size,
        .msg_iov = iov,
        .msg_iovlen = guest.nb_iov,
        .msg_control = sys_pointer(task, guest.control, guest.control_size),
        .msg_controllen = guest.control_size,
        .msg_flags = guest.flags,
    };
    return 0;
}

/* What recvmsg changes in a header. */
static bool put_msghdr(GuestTask *task, GuestAddr addr, const struct msghdr *host)
{
    return guest_put_u32(task, addr + offsetof(GuestMsghdr, name_size), host->msg_namelen) &&
           guest_put_u64(task, addr + offsetof(GuestMsghdr, control_size), host->msg_controllen) &&
           guest_put_u32(task, addr + offsetof(GuestMsghdr, flags), host->msg_flags);
}

/*
 * The kernel looks at the descriptor before it looks at the messages: when these cannot be read,
 * it is asked what is wrong, with a pointer that faults as well.
 */
static int64_t fault_result(GuestTask *task, long number, const SysArgs *args)
{
    return safe_syscall(task, number, args->v[0], guest_buffer(task, UINT64_MAX, 1), args->v[2],
                        args->v[3], 0);
}

/* ssize_t sendmsg(int fd, const struct msghdr *msg, int flags) */
int64_t sys_sendmsg(GuestTask *task, const SysArgs *args)
{
    struct msghdr msg;
    int64_t result = get_msghdr(task, args->v[1], &msg);

    if (result == 0) {
        result = safe_syscall(task, SYS_sendmsg, args->v[0], &msg, args->v[2]);
        g_free(msg.msg_iov);
    } else if (result == -EFAULT) {
        result = fault_result(task, SYS_sendmsg, args);
    }
    return result;
}

/* ssize_t recvmsg(int fd, struct msghdr *msg, int flags) */
int64_t sys_recvmsg(GuestTask *task, const SysArgs *args)
{
    struct msghdr msg;
    int64_t result = get_msghdr(task, args->v[1], &msg);

    if (result) {
        return result == -EFAULT ? fault_result(task, SYS_recvmsg, args) : result;
    }
    result = safe_syscall(task, SYS_recvmsg, args->v[0], &msg, args->v[2]);
    g_free(msg.msg_iov);
    return result >= 0 && !put_msghdr(task, args->v[1], &msg) ? -EFAULT : result;
}

static void free_messages(struct mmsghdr *messages, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        g_free(messages[i].msg_hdr.msg_iov);
    }
    g_free(messages);
}

/*
 * The messages up to the first that is wrong, as the kernel does them one by one; *n becomes
 * their number.  An error if that is none.
 */
static int64_t get_messages(GuestTask *task, GuestAddr addr, unsigned *n, struct mmsghdr **ret)
{
    struct mmsghdr *messages = g_new0(struct mmsghdr, *n + 1);

    for (unsigned i = 0; i < *n; i++) {
        int64_t error = get_msghdr(task, addr + i * sizeof(GuestMmsghdr), &messages[i].msg_hdr);

        if (error && i == 0) {
            g_free(messages);
            return error;
        }
        *n = error ? i : *n;
    }
    *ret = messages;
    return 0;
}

static bool put_messages(GuestTask *task, GuestAddr addr, const struct mmsghdr *messages,
                         unsigned n, bool received)
{
    for (unsigned i = 0; i < n; i++, addr += sizeof(GuestMmsghdr)) {
        if (!guest_put_u32(task, addr + offsetof(GuestMmsghdr, size), messages[i].msg_len) ||
            (received && !put_msghdr(task, addr, &messages[i].msg_hdr))) {
            return false;
        }
    }
    return true;
}

static int64_t message_call(GuestTask *task, long number, const SysArgs *args, bool receives)
{
    enum { MAX_MESSAGES = 1024 }; /* UIO_MAXIOV: the kernel takes no more either */
    unsigned n = MIN((unsigned)args->v[2], MAX_MESSAGES);
    void *timeout = receives ? sys_pointer(task, args->v[4], sizeof(struct timespec)) : NULL;
    struct mmsghdr *messages;
    int64_t result = get_messages(task, args->v[1], &n, &messages);

    if (result) {
        return result == -EFAULT ? fault_result(task, number, args) : result;
    }
    result = safe_syscall(task, number, args->v[0], messages, n, args->v[3], timeout);
    if (result > 0 && !put_messages(task, args->v[1], messages, result, receives)) {
        result = -EFAULT;
    }
    free_messages(messages, n);
    return result;
}

/* int sendmmsg(int fd, struct mmsghdr *messages, unsigned n, int flags) */
int64_t sys_sendmmsg(GuestTask *task, const SysArgs *args)
{
    return message_call(task, SYS_sendmmsg, args, false);
}

/* int recvmmsg(int fd, struct mmsghdr *, unsigned n, int flags, struct timespec *timeout) */
int64_t sys_recvmmsg(GuestTask *task, const SysArgs *args)
{
    return message_call(task, SYS_recvmmsg, args, true);
}

/* int getsockopt(int fd, int level, int option, void *value, socklen_t *size) */
int64_t sys_getsockopt(GuestTask *task, const SysArgs *args)
{
    void *size = guest_buffer(task, args->v[4], sizeof(uint32_t));
    uint32_t length = 0;

    /* Where it cannot be read, the kernel says so, or what else is wrong. */
    (void)guest_get_u32(task, args->v[4], &length);
    return sys_result(syscall(SYS_getsockopt, (int)args->v[0], (int)args->v[1], (int)args->v[2],
                              sys_pointer(task, args->v[3], length), size));
}
