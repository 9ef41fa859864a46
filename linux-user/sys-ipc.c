/*
 * System V semaphores.  The rest of System V and POSIX IPC needs no conversion.
 *
 * struct semid64_ds is the one structure of the family that x86 lays out in its own way
 * (asm/sembuf.h): an unused word stands behind each of its times.
 */
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

enum { PERM_SIZE = 48 }; /* struct ipc64_perm, the same everywhere */

typedef struct HostSemid {
    uint8_t perm[PERM_SIZE];
    int64_t otime;
    uint64_t unused1;
    int64_t ctime;
    uint64_t unused2;
    uint64_t nsems;
    uint64_t unused3, unused4;
} HostSemid;

/* asm-generic/sembuf.h, 64-bit */
typedef struct GenericSemid {
    uint8_t perm[PERM_SIZE];
    int64_t otime;
    int64_t ctime;
    uint64_t nsems;
    uint64_t unused3, unused4;
} GenericSemid;

_Static_assert(sizeof(HostSemid) == 104 && sizeof(GenericSemid) == 88, "kernel layouts");

static int64_t sem_stat(GuestTask *task, const SysArgs *args)
{
    HostSemid host;
    GenericSemid guest = { .nsems = 0 };
    int64_t result =
        sys_result(syscall(SYS_semctl, (int)args->v[0], (int)args->v[1], (int)args->v[2], &host));

    if (result < 0) {
        return result;
    }
    memcpy(guest.perm, host.perm, PERM_SIZE);
    guest.otime = host.otime;
    guest.ctime = host.ctime;
    guest.nsems = host.nsems;
    return guest_put(task, args->v[3], &guest, sizeof(guest)) ? result : -EFAULT;
}

static int64_t sem_set(GuestTask *task, const SysArgs *args)
{
    HostSemid host = { .nsems = 0 };
    GenericSemid guest;

    if (!guest_get(task, args->v[3], &guest, sizeof(guest))) {
        return -EFAULT;
    }
    memcpy(host.perm, guest.perm, PERM_SIZE); /* owner and mode are all the kernel takes */
    return sys_result(
        syscall(SYS_semctl, (int)args->v[0], (int)args->v[1], (int)args->v[2], &host));
}

/* int semctl(int id, int index, int command, union semun arg) */
int64_t sys_semctl(GuestTask *task, const SysArgs *args)
{
    long arg = args->v[3];

    if ((int)args->v[0] < 0) { /* before what arg points to */
        return -EINVAL;
    }
    switch ((int)args->v[2]) {
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY:
        return sem_stat(task, args);
    case IPC_SET:
        return sem_set(task, args);
    case GETALL:
    case SETALL:
    case IPC_INFO:
    case SEM_INFO:
        /* SEMMSL, 32000 values of 2 bytes, is the most the kernel copies. */
        arg = (long)guest_buffer(task, arg, 2);
        break;
    default: /* SETVAL: a number; others ignore it */
        break;
    }
    return sys_result(syscall(SYS_semctl, (int)args->v[0], (int)args->v[1], (int)args->v[2], arg));
}

static int64_t sem_operate(GuestTask *task, const SysArgs *args, void *timeout)
{
    void *ops = guest_buffer(task, args->v[1], (uint64_t)(unsigned)args->v[2] * 6);

    return safe_syscall(task, SYS_semtimedop, args->v[0], ops, (unsigned)args->v[2], timeout);
}

/* int semop(int id, struct sembuf *ops, size_t n) */
int64_t sys_semop(GuestTask *task, const SysArgs *args)
{
    return sem_operate(task, args, NULL);
}

/* int semtimedop(int id, struct sembuf *ops, size_t n, const struct timespec *timeout) */
int64_t sys_semtimedop(GuestTask *task, const SysArgs *args)
{
    return sem_operate(task, args, sys_pointer(task, args->v[3], sizeof(struct timespec)));
}
