/*
 * fcntl and ioctl: what the third argument is depends on the second.
 *
 * Request numbers are asm-generic's on both sides.  Those that carry their argument's size in
 * the number describe themselves; older ones are in the table.
 */
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

/* Linux's numbers; the headers hide some. */
enum {
    FCNTL_GETOWNER_UIDS = 17,
    FCNTL_GET_RW_HINT = 1035,
    FCNTL_SET_FILE_RW_HINT = 1038,
};

/* Bytes behind the argument of an fcntl command; 0: it is a number. */
static size_t fcntl_pointer_size(unsigned command)
{
    switch (command) {
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return sizeof(struct flock);
    case F_GETOWN_EX:
    case F_SETOWN_EX:
    case FCNTL_GETOWNER_UIDS:
        return 8;
    default:
        return command >= FCNTL_GET_RW_HINT && command <= FCNTL_SET_FILE_RW_HINT ? 8 : 0;
    }
}

/* int fcntl(int fd, int command, arg) */
int64_t sys_fcntl(GuestTask *task, const SysArgs *args)
{
    int fd = args->v[0];
    unsigned command = args->v[1];
    uint64_t arg = args->v[2];
    size_t size = fcntl_pointer_size(command);
    int64_t result;

    if (sys_fd_is_own(fd)) {
        return -EBADF;
    }
    if (size) {
        void *pointer = guest_buffer(task, arg, size);

        return safe_syscall(task, SYS_fcntl, fd, command, pointer);
    }
    if (command == F_SETFL) {
        arg = (unsigned)open_flags_to_host(task, arg);
    }
    result = sys_result(syscall(SYS_fcntl, fd, command, arg));
    return command == F_GETFL && result >= 0 ? open_flags_to_guest(task, result) : result;
}

typedef struct IoctlArg {
    uint32_t request;
    uint16_t size; /* bytes behind the argument; 0: it is a number */
} IoctlArg;

static const IoctlArg old_ioctls[] = {
    { TCGETS, 36 },         { TCSETS, 36 },         { TCSETSW, 36 },       { TCSETSF, 36 },
    { TCGETA, 18 },         { TCSETA, 18 },         { TCSETAW, 18 },       { TCSETAF, 18 },
    { TCSBRK, 0 },          { TCXONC, 0 },          { TCFLSH, 0 },         { TIOCEXCL, 0 },
    { TIOCNXCL, 0 },        { TIOCSCTTY, 0 },       { TIOCGPGRP, 4 },      { TIOCSPGRP, 4 },
    { TIOCOUTQ, 4 },        { TIOCSTI, 1 },         { TIOCGWINSZ, 8 },     { TIOCSWINSZ, 8 },
    { TIOCMGET, 4 },        { TIOCMBIS, 4 },        { TIOCMBIC, 4 },       { TIOCMSET, 4 },
    { TIOCGSOFTCAR, 4 },    { TIOCSSOFTCAR, 4 },    { FIONREAD, 4 },       { TIOCPKT, 4 },
    { FIONBIO, 4 },         { TIOCNOTTY, 0 },       { TIOCSETD, 4 },       { TIOCGETD, 4 },
    { TCSBRKP, 0 },         { TIOCSBRK, 0 },        { TIOCCBRK, 0 },       { TIOCGSID, 4 },
    { TIOCVHANGUP, 0 },     { FIONCLEX, 0 },        { FIOCLEX, 0 },        { FIOASYNC, 4 },
    { FIOQSIZE, 8 },        { TIOCGPTPEER, 0 },     { SIOCGSTAMP, 16 },    { SIOCATMARK, 4 },
    { SIOCGPGRP, 4 },       { SIOCSPGRP, 4 },       { SIOCGIFNAME, 40 },   { SIOCGIFCONF, 16 },
    { SIOCGIFFLAGS, 40 },   { SIOCSIFFLAGS, 40 },   { SIOCGIFADDR, 40 },   { SIOCGIFDSTADDR, 40 },
    { SIOCGIFBRDADDR, 40 }, { SIOCGIFNETMASK, 40 }, { SIOCGIFMETRIC, 40 }, { SIOCGIFMTU, 40 },
    { SIOCGIFHWADDR, 40 },  { SIOCGIFINDEX, 40 },   { SIOCGIFTXQLEN, 40 }, { SIOCETHTOOL, 40 },
};

static const IoctlArg *find_old_ioctl(uint32_t request)
{
    for (size_t i = 0; i < sizeof(old_ioctls) / sizeof(old_ioctls[0]); i++) {
        if (old_ioctls[i].request == request) {
            return &old_ioctls[i];
        }
    }
    return NULL;
}

/*
 * The argument for the host.  A request nobody described may take a number or a pointer; an
 * address of dragoman's becomes one that faults.
 */
static long ioctl_arg(GuestTask *task, uint32_t request, uint64_t arg)
{
    const IoctlArg *old = find_old_ioctl(request);
    uint32_t size = old ? old->size : _IOC_SIZE(request);

    if (size) {
        return (long)sys_pointer(task, arg, size);
    }
    if (old || arg < task->process->task_size || (int64_t)arg == (int32_t)arg) {
        return (long)arg;
    }
    sys_unimp("ioctl 0x%x with argument 0x%" PRIx64, request, arg);
    return (long)guest_buffer(task, arg, 1);
}

/* int ioctl(int fd, unsigned long request, arg) */
int64_t sys_ioctl(GuestTask *task, const SysArgs *args)
{
    uint32_t request = args->v[1];
    long arg;

    if (sys_fd_is_own((int)args->v[0])) {
        return -EBADF;
    }
    arg = ioctl_arg(task, request, args->v[2]);
    if (request == TCSBRK || request == TCSETSW || request == TCSETSF) { /* wait for output */
        return safe_syscall(task, SYS_ioctl, args->v[0], request, arg);
    }
    return sys_result(syscall(SYS_ioctl, (int)args->v[0], request, arg));
}
