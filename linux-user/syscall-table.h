/*
 * syscalls.def as data: one row for each system call, with a description of its arguments.
 */
#ifndef LINUX_USER_SYSCALL_TABLE_H
#define LINUX_USER_SYSCALL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux-user/syscall.h"

/* What an argument is; the second column is what ArgDesc.detail means with it. */
typedef enum ArgKind {
    ARG_END,
    ARG_FD,
    ARG_DIRFD,
    ARG_PID,
    ARG_UID,
    ARG_SIG,
    ARG_INT,
    ARG_UINT,
    ARG_LONG,
    ARG_SIZE,
    ARG_OFF,
    ARG_MODE,
    ARG_DEV,
    ARG_HEX,
    ARG_FLAGS, /* ArgSet */
    ARG_ENUM,  /* ArgSet */
    ARG_RAW,
    /* From here on pointers. */
    ARG_ADDR,
    ARG_RANGE, /* argument: bytes */
    ARG_PATH,
    ARG_RPATH,
    ARG_STR,
    ARG_IN_BUF,       /* argument: bytes */
    ARG_OUT_BUF,      /* argument: bytes */
    ARG_IN,           /* ArgObject */
    ARG_OUT,          /* ArgObject */
    ARG_INOUT,        /* ArgObject */
    ARG_IN_SOCKADDR,  /* argument: length */
    ARG_OUT_SOCKADDR, /* argument: pointer to length */
    ARG_POLLFDS,      /* argument: count */
    ARG_IN_IOV,       /* argument: count */
    ARG_OUT_IOV,      /* argument: count */
    ARG_FDSET,        /* argument: count */
    ARG_IN_IDS,       /* argument: count */
    ARG_OUT_IDS,      /* argument: count */
    ARG_OUT_WORDS,    /* argument: count */
    ARG_IN_MASK,      /* argument: bytes */
    ARG_OUT_MASK,     /* argument: bytes */
    ARG_IN_MSG,       /* argument: bytes behind the type */
    ARG_OUT_MSG,      /* argument: bytes behind the type */
    ARG_OUT_PAGES,    /* argument: bytes of the range */
    /* Not arguments: what the result is. */
    ARG_RET_ADDR,
    ARG_RET_OCTAL,
} ArgKind;

/* Structures behind IN, OUT and INOUT: name, bytes (the least the kernel touches). */
#define ARG_OBJECTS(X)  \
    X(CACHESTAT, 40)    \
    X(CAP_DATA, 12)     \
    X(CAP_HEADER, 8)    \
    X(CLONE_ARGS, 64)   \
    X(EPOLL_EVENT, 16)  \
    X(FD2, 8)           \
    X(FILE_HANDLE, 8)   \
    X(FUTEX_WAITV, 24)  \
    X(INT, 4)           \
    X(IOVEC, 16)        \
    X(IPC_DS, 112)      \
    X(ITIMERSPEC, 32)   \
    X(ITIMERVAL, 32)    \
    X(LANDLOCK_RULE, 8) \
    X(LONG, 8)          \
    X(MMSGHDR, 64)      \
    X(MNT_ID, 24)       \
    X(MQ_ATTR, 64)      \
    X(MSGHDR, 56)       \
    X(OFF, 8)           \
    X(OFF2, 16)         \
    X(OPEN_HOW, 24)     \
    X(RLIMIT, 16)       \
    X(RUSAGE, 144)      \
    X(SCHED_ATTR, 48)   \
    X(SEMBUF, 6)        \
    X(SIGACTION, 24)    \
    X(SIGEVENT, 64)     \
    X(SIGINFO, 128)     \
    X(SIGSET, 8)        \
    X(STACK, 24)        \
    X(STAT, 128)        \
    X(STATFS, 120)      \
    X(STATX, 256)       \
    X(SYSINFO, 112)     \
    X(TIMESPEC, 16)     \
    X(TIMESPEC2, 32)    \
    X(TIMEVAL, 16)      \
    X(TIMEX, 208)       \
    X(TIMEZONE, 8)      \
    X(TMS, 32)          \
    X(UTSNAME, 390)     \
    X(WAIT_STATUS, 4)

typedef enum ArgObject {
#define X(name, size) OBJ_##name,
    ARG_OBJECTS(X)
#undef X
        OBJ_COUNT,
} ArgObject;

/* Sets of names behind FLAGS and ENUM. */
#define ARG_SETS(X) \
    X(ACCESS)       \
    X(AF)           \
    X(AT)           \
    X(AT_ACCESS)    \
    X(AT_UNLINK)    \
    X(CLOCK)        \
    X(CLONE)        \
    X(CLOSE_RANGE)  \
    X(EPOLL)        \
    X(EPOLL_CREATE) \
    X(EPOLL_CTL)    \
    X(EVENTFD)      \
    X(FADVISE)      \
    X(FALLOCATE)    \
    X(FCNTL)        \
    X(FLOCK)        \
    X(FUTEX)        \
    X(GRND)         \
    X(INOTIFY)      \
    X(INOTIFY_INIT) \
    X(IOCTL)        \
    X(IP)           \
    X(IPC)          \
    X(IPC_CTL)      \
    X(IPPROTO)      \
    X(IPV6)         \
    X(ITIMER)       \
    X(MADVISE)      \
    X(MAP)          \
    X(MEMBARRIER)   \
    X(MEMFD)        \
    X(MLOCKALL)     \
    X(MREMAP)       \
    X(MS)           \
    X(MSG)          \
    X(MSYNC)        \
    X(OPEN)         \
    X(O_NONBLOCK)   \
    X(POLL)         \
    X(PRCTL)        \
    X(PRIO)         \
    X(PROT)         \
    X(RENAME)       \
    X(RESOLVE)      \
    X(RLIMIT)       \
    X(RUSAGE)       \
    X(RWF)          \
    X(SCHED)        \
    X(SECCOMP)      \
    X(SHMAT)        \
    X(SHUT)         \
    X(SIGNALFD)     \
    X(SIG_FLAGS)    \
    X(SIG_HOW)      \
    X(SO)           \
    X(SOCK)         \
    X(SOL)          \
    X(SPLICE)       \
    X(SS)           \
    X(STATX)        \
    X(TCP)          \
    X(TFD)          \
    X(TIMER)        \
    X(WAIT)         \
    X(WAIT_ID)      \
    X(WHENCE)       \
    X(XATTR)

typedef enum ArgSet {
#define X(name) SET_##name,
    ARG_SETS(X)
#undef X
        SET_COUNT,
} ArgSet;

typedef struct ArgDesc {
    uint8_t kind;   /* ArgKind */
    uint8_t detail; /* an argument's index, an ArgObject or an ArgSet */
} ArgDesc;

typedef enum SyscallAction {
    ACTION_HOST,
    ACTION_WAIT,
    ACTION_HANDLER,
    ACTION_ARCH,
    ACTION_NONE,
    ACTION_ABSENT,
} SyscallAction;

typedef struct SyscallRow {
    const char *name;
    SyscallAction action;
    int host_number;     /* ACTION_HOST, ACTION_WAIT */
    SysHandler *handler; /* ACTION_HANDLER */
    const char *note;    /* what is missing; NULL: nothing */
    ArgDesc args[8];     /* ended by ARG_END */
} SyscallRow;

extern const SyscallRow syscall_rows[];
extern const unsigned nb_syscall_rows;
extern const uint16_t arg_object_size[OBJ_COUNT];

/* By the kernel's name; NULL: there is none. */
const SyscallRow *syscall_row_by_name(const char *name);

/* Bytes behind pointer argument i of row, as its description counts them. */
uint64_t arg_size(GuestTask *task, const ArgDesc *desc, const SysArgs *args);

/* HOST and WAIT rows: check and translate the pointers, then call. */
int64_t syscall_host(GuestTask *task, const SyscallRow *row, const SysArgs *args);

#endif
