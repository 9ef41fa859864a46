/*
 * Every call that dragoman does, made from its table of calls: arguments that lead far into the
 * kernel, things for them to work on, and a process without privileges for each row, interrupted
 * when it waits.  A program defines run_row() and is_left_out(), and calls run_rows().
 */
#ifndef CALLS_H
#define CALLS_H

#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "../../linux-user/host-numbers.h"

#include "show.h"

#ifndef __NR_renameat
#define __NR_renameat (-1) /* not in the generic table */
#endif

enum { PAGE = 4096, MAX_ARGS = 6, NOBODY = 12345 };

/* The argument kinds of syscalls.def, as far as they differ here. */
typedef enum Kind {
    KIND_END,
    KIND_FD,
    KIND_DIRFD,
    KIND_PID,
    KIND_SIG,
    KIND_SIZE,
    KIND_ZERO,
    KIND_MODE,
    /* From here on pointers. */
    KIND_PATH,
    KIND_RANGE,
    KIND_BYTES,
    KIND_IOV,
    KIND_OBJECT,
    KIND_ADDR,
    KIND_RAW,
} Kind;

typedef struct Arg {
    Kind kind;
    const char *object;
} Arg;

typedef struct Row {
    const char *name;
    int number;
    Arg args[8];
} Row;

/* clang-format off */
#define FD              { KIND_FD }
#define DIRFD           { KIND_DIRFD }
#define PID             { KIND_PID }
#define UID             { KIND_SIZE }
#define SIG             { KIND_SIG }
#define INT             { KIND_SIZE }
#define UINT            { KIND_SIZE }
#define LONG            { KIND_SIZE }
#define SIZE            { KIND_SIZE }
#define OFF             { KIND_ZERO }
#define MODE            { KIND_MODE }
#define DEV             { KIND_ZERO }
#define HEX             { KIND_ZERO }
#define FLAGS(set)      { KIND_ZERO }
#define ENUM(set)       { KIND_ZERO }
#define PATH            { KIND_PATH }
#define RPATH           { KIND_PATH }
#define STR             { KIND_PATH }
#define RANGE(n)        { KIND_RANGE }
#define IN_BUF(n)       { KIND_BYTES }
#define OUT_BUF(n)      { KIND_BYTES }
#define IN(object)      { KIND_OBJECT, #object }
#define OUT(object)     { KIND_OBJECT, #object }
#define INOUT(object)   { KIND_OBJECT, #object }
#define IN_SOCKADDR(n)  { KIND_BYTES }
#define OUT_SOCKADDR(n) { KIND_BYTES }
#define POLLFDS(n)      { KIND_BYTES }
#define IN_IOV(n)       { KIND_IOV }
#define OUT_IOV(n)      { KIND_IOV }
#define FDSET(n)        { KIND_BYTES }
#define IN_IDS(n)       { KIND_BYTES }
#define OUT_IDS(n)      { KIND_BYTES }
#define OUT_WORDS(n)    { KIND_BYTES }
#define IN_MASK(n)      { KIND_BYTES }
#define OUT_MASK(n)     { KIND_BYTES }
#define IN_MSG(n)       { KIND_BYTES }
#define OUT_MSG(n)      { KIND_BYTES }
#define OUT_PAGES(n)    { KIND_BYTES }
#define ADDR            { KIND_ADDR }
#define RAW             { KIND_RAW }
#define RET_ADDR        { KIND_END }
#define RET_OCTAL       { KIND_END }
/* clang-format on */

#define HOST(name, ...)                  { #name, __NR_##name, { __VA_ARGS__ } },
#define WAIT(name, ...)                  { #name, __NR_##name, { __VA_ARGS__ } },
#define SYS(name, support, handler, ...) { #name, __NR_##name, { __VA_ARGS__ } },
#define ARCH(name, ...)
#define NONE(name, why)
#define ABSENT(name, why)

static const Row rows[] = {
#include "../../linux-user/syscalls.def"
};

/* Arguments that lead to the pointer; index below 0: the row's own value will do. */
typedef struct Variant {
    const char *name;
    struct {
        int index;
        uint64_t value;
    } set[3];
} Variant;

#define SET(index, value)        \
    {                            \
        index, (uint64_t)(value) \
    }

static const Variant variants[] = {
    { "fcntl", { SET(1, F_GETLK) } },
    { "fcntl", { SET(1, F_SETLK) } },
    { "fcntl", { SET(1, F_OFD_SETLKW) } },
    { "fcntl", { SET(1, F_GETOWN_EX) } },
    { "fcntl", { SET(1, F_SETOWN_EX) } },
    { "fcntl", { SET(1, 1035) } }, /* F_GET_RW_HINT */
    { "ioctl", { SET(1, FIONREAD) } },
    { "ioctl", { SET(1, FIONBIO) } },
    { "ioctl", { SET(1, 0x80086601) } },         /* FS_IOC_GETFLAGS */
    { "ioctl", { SET(1, 0xc020660b) } },         /* FS_IOC_FIEMAP */
    { "ioctl", { SET(0, -2), SET(1, 0x8912) } }, /* SIOCGIFCONF */
    { "ioctl", { SET(0, -2), SET(1, 0x8910) } }, /* SIOCGIFNAME */
    { "ioctl", { SET(0, -2), SET(1, 0x8946) } }, /* SIOCETHTOOL */
    { "prctl", { SET(0, PR_SET_NAME) } },
    { "prctl", { SET(0, PR_GET_NAME) } },
    { "prctl", { SET(0, PR_GET_PDEATHSIG) } },
    { "prctl", { SET(0, PR_GET_CHILD_SUBREAPER) } },
    { "semctl", { SET(1, 0), SET(2, IPC_STAT) } },
    { "semctl", { SET(1, 0), SET(2, IPC_SET) } },
    { "semctl", { SET(1, 0), SET(2, GETALL) } },
    { "semctl", { SET(1, 0), SET(2, SETALL) } },
    { "semctl", { SET(1, 0), SET(2, SEM_INFO) } },
    { "shmctl", { SET(1, IPC_STAT) } },
    { "shmctl", { SET(1, IPC_SET) } },
    { "shmctl", { SET(1, SHM_INFO) } },
    { "msgctl", { SET(1, IPC_STAT) } },
    { "msgctl", { SET(1, IPC_SET) } },
    { "msgctl", { SET(1, IPC_INFO) } },
    { "semop", { SET(2, 1) } },
    { "semtimedop", { SET(2, 1) } },
    { "futex", { SET(1, FUTEX_WAIT) } },
    { "futex", { SET(1, FUTEX_WAKE), SET(2, 1) } },
    { "futex", { SET(1, FUTEX_CMP_REQUEUE), SET(2, 1), SET(3, 1) } },
    { "futex", { SET(1, FUTEX_WAKE_OP), SET(2, 1), SET(3, 1) } },
    { "futex", { SET(1, FUTEX_LOCK_PI) } },
    { "epoll_ctl", { SET(1, EPOLL_CTL_ADD) } },
    { "getsockopt", { SET(1, SOL_SOCKET), SET(2, SO_TYPE) } },
    { "getsockopt", { SET(1, SOL_SOCKET), SET(2, SO_LINGER) } },
    { "setsockopt", { SET(1, SOL_SOCKET), SET(2, SO_KEEPALIVE) } },
    { "setsockopt", { SET(1, SOL_SOCKET), SET(2, SO_ATTACH_FILTER), SET(4, 16) } },
    { "openat2", { SET(3, 24) } },
    { "inotify_add_watch", { SET(2, IN_CREATE) } },
    { "clone3", { SET(1, 88) } },
    { "waitid", { SET(3, WEXITED | WNOHANG) } },
    { "set_robust_list", { SET(1, 24) } },
    { "rt_sigqueueinfo", { SET(1, 0) } },
    { "statx", { SET(3, STATX_BASIC_STATS) } },
    { "getrandom", { SET(1, 100) } },
    { "sched_setattr", { SET(0, 0) } },
    { "sched_setaffinity", { SET(0, 0), SET(1, 128) } },
    { "sched_getaffinity", { SET(0, 0), SET(1, 128) } },
    { "sched_getattr", { SET(0, 0), SET(2, 56) } },
    { "mq_timedreceive", { SET(2, 8192) } },
    { "futex_waitv", { SET(1, 1) } },
    { "process_vm_readv", { SET(2, 1), SET(4, 1) } },
    { "process_vm_writev", { SET(2, 1), SET(4, 1) } },
    { "getitimer", { SET(0, 1) } },
    { "setitimer", { SET(0, 1) } },
};

/* What a row's descriptors are: by the beginning of its name. */
typedef enum Object {
    FILE_FD,
    SOCKET_FD,
    EPOLL_FD,
    TIMER_FD,
    MQ_FD,
    WATCH_FD,
    PID_FD,
    DIR_FD,
    PIPE_FD,
    NO_FD,
    FD_COUNT
} Object;

static const struct {
    const char *prefix;
    Object object;
} descriptors[] = {
    { "epoll_", EPOLL_FD },        { "timerfd_", TIMER_FD }, { "mq_", MQ_FD },
    { "inotify", WATCH_FD },       { "pidfd_", PID_FD },     { "getdents64", DIR_FD },
    { "splice", PIPE_FD },         { "vmsplice", PIPE_FD },  { "signalfd4", NO_FD },
    { "bind", SOCKET_FD },         { "connect", SOCKET_FD }, { "accept", SOCKET_FD },
    { "getsock", SOCKET_FD },      { "setsock", SOCKET_FD }, { "getpeer", SOCKET_FD },
    { "sendto", SOCKET_FD },       { "sendm", SOCKET_FD },   { "recv", SOCKET_FD },
    { "process_madvise", PID_FD },
};

static int fds[FD_COUNT], sem_id, shm_id, msg_id, timer_id, event_fd;
static char *buffer;

static char *map(size_t pages, int prot)
{
    return mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* What the calls work on */

static void make_objects(void)
{
    struct sockaddr_in addr = { AF_INET, 0, { htonl(INADDR_LOOPBACK) } };
    char name[64];
    int pipe_fds[2];

    fds[FILE_FD] = open("file", O_RDWR | O_CREAT, 0700);
    write(fds[FILE_FD], "content of the file", 19);
    close(open("program", O_WRONLY | O_CREAT, 0700));
    fds[SOCKET_FD] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    bind(fds[SOCKET_FD], (void *)&addr, sizeof(addr));
    fds[EPOLL_FD] = epoll_create1(0);
    fds[TIMER_FD] = timerfd_create(CLOCK_MONOTONIC, 0);
    fds[WATCH_FD] = inotify_init1(0);
    fds[PID_FD] = syscall(SYS_pidfd_open, getpid(), 0);
    fds[DIR_FD] = open(".", O_RDONLY | O_DIRECTORY);
    fds[NO_FD] = -1;
    pipe2(pipe_fds, O_NONBLOCK);
    fds[PIPE_FD] = pipe_fds[1];
    event_fd = eventfd(0, 0);
    snprintf(name, sizeof(name), "/dragoman-wild-%d", getpid());
    fds[MQ_FD] = mq_open(name, O_RDWR | O_CREAT | O_NONBLOCK, 0600, NULL);
    mq_unlink(name);
    sem_id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    shm_id = shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600);
    msg_id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
}

static void remove_objects(void)
{
    semctl(sem_id, 0, IPC_RMID);
    shmctl(shm_id, IPC_RMID, NULL);
    msgctl(msg_id, IPC_RMID, NULL);
}

static Object descriptor_of(const char *name)
{
    for (size_t i = 0; i < sizeof(descriptors) / sizeof(descriptors[0]); i++) {
        if (!strncmp(name, descriptors[i].prefix, strlen(descriptors[i].prefix))) {
            return descriptors[i].object;
        }
    }
    return FILE_FD;
}

/* Arguments that no kind tells: objects with numbers, a time to wait. */
static void set_numbers(const char *name, uint64_t *a)
{
    if (!strncmp(name, "sem", 3)) {
        a[0] = sem_id;
    } else if (!strncmp(name, "shm", 3)) {
        a[0] = shm_id;
    } else if (!strncmp(name, "msg", 3)) {
        a[0] = msg_id;
    } else if (!strncmp(name, "timer_", 6) && strcmp(name, "timer_create")) {
        a[0] = timer_id;
    } else if (strstr(name, "rlimit")) {
        a[!strcmp(name, "prlimit64")] = RLIMIT_CORE; /* 0 is RLIMIT_CPU, the end at 0 */
    } else if (!strcmp(name, "epoll_pwait")) {
        a[3] = 0; /* milliseconds: it would be over as soon as it is interrupted */
    }
}

/* Contents that the kernel takes, so that it goes on to the next argument. */
static void fill_object(const char *object, int *words)
{
    if (!strcmp(object, "INT")) {
        words[0] = 16; /* a socket address' size */
    } else if (!strcmp(object, "CAP_HEADER")) {
        words[0] = 0x20080522;
    } else if (!strcmp(object, "SIGEVENT")) {
        words[2] = SIGUSR1;
    } else if (!strcmp(object, "STACK")) {
        words[4] = 16 * PAGE;
    }
}

static uint64_t baseline(const Row *row, const Arg *arg, unsigned i)
{
    char *place = buffer + i * PAGE;

    switch (arg->kind) {
    case KIND_FD:
        return i > 0 && !strcmp(row->name, "epoll_ctl") ? event_fd : fds[descriptor_of(row->name)];
    case KIND_DIRFD:
        return AT_FDCWD;
    case KIND_PID:
        return getpid();
    case KIND_SIG:
        return strstr(row->name, "sigaction") ? SIGUSR1 : 0;
    case KIND_SIZE:
        return 8;
    case KIND_MODE:
        return 0600;
    case KIND_PATH:
        if (!strncmp(row->name, "exec", 4)) {
            return (uintptr_t) "program";
        }
        return (uintptr_t) "file";
    case KIND_RANGE:
    case KIND_BYTES:
        return (uintptr_t)place;
    case KIND_IOV:
        for (unsigned k = 0; k < 8; k++) {
            ((struct iovec *)place)[k] = (struct iovec){ place + PAGE / 2, 8 };
        }
        return (uintptr_t)place;
    case KIND_OBJECT:
        fill_object(arg->object, (int *)place);
        return (uintptr_t)place;
    default:
        return 0;
    }
}

static void make_args(const Row *row, const Variant *variant, uint64_t *a)
{
    memset(buffer, 0, MAX_ARGS * PAGE);
    memset(a, 0, MAX_ARGS * sizeof(*a));
    for (unsigned i = 0; row->args[i].kind != KIND_END; i++) {
        a[i] = baseline(row, &row->args[i], i);
    }
    set_numbers(row->name, a);
    for (unsigned i = 0; variant && i < 3; i++) {
        if (i == 0 || variant->set[i].index) {
            a[variant->set[i].index] = variant->set[i].value;
        }
    }
    if (a[0] == (uint64_t)-2) {
        a[0] = fds[SOCKET_FD];
    }
}

/* Calls */

static void interrupt(int signo)
{
}

static void make_call(const Row *row, int variant, const uint64_t *a, unsigned i, const char *what)
{
    struct itimerval soon = { { 0, 4000 }, { 0, 4000 } }, never = { { 0 } };
    long result;

    setitimer(ITIMER_REAL, &soon, NULL);
    errno = 0;
    result = syscall(row->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    int error = errno;
    setitimer(ITIMER_REAL, &never, NULL);
    /* What counts as a number is another one natively: all that matters is to come here. */
    if ((row->args[i].kind == KIND_RAW && variant == 0) || !strcmp(what, "holds dragoman's")) {
        printf("%s.%d argument %u %s\n", row->name, variant, i, what);
    } else {
        printf("%s.%d argument %u %s: %s\n", row->name, variant, i, what,
               result == -1 && error ? strerrorname_np(error) : "ok");
    }
    fflush(stdout);
}

/* The program's: make the calls of a row, and which rows to leave out. */
static void run_row(const Row *row, const Variant *variant, int number);
static int is_left_out(const Row *row);

static void run_in_child(const Row *row, const Variant *variant, int number)
{
    int status;

    if (fork() == 0) {
        syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer_id);
        run_row(row, variant, number);
        _exit(0);
    }
    wait(&status);
    if (status) {
        printf("%s.%d ends with %#x\n", row->name, number, status);
        fflush(stdout);
    }
}

static void drop_privileges(void)
{
    chmod(".", 0777);
    if (getuid() == 0) {
        setresgid(NOBODY, NOBODY, NOBODY);
        setresuid(NOBODY, NOBODY, NOBODY);
    }
    prctl(PR_SET_DUMPABLE, 1); /* the change of user took it */
}

static void run_rows(void)
{
    struct sigaction act = { .sa_handler = interrupt };

    /* At the same place in both programs: how far it is to the end of the address space counts. */
    buffer = mmap((void *)0x2100000000, 8 * PAGE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    drop_privileges();
    make_objects();
    sigaction(SIGALRM, &act, NULL);
    sigaction(SIGUSR1, &act, NULL);
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        int number = 0;

        if (is_left_out(&rows[r])) {
            continue;
        }
        run_in_child(&rows[r], NULL, number++);
        for (size_t v = 0; v < sizeof(variants) / sizeof(variants[0]); v++) {
            if (!strcmp(variants[v].name, rows[r].name)) {
                run_in_child(&rows[r], &variants[v], number++);
            }
        }
    }
    remove_objects();
}

#endif
