/*
 * Names of flags and enumerations for -strace.
 *
 * A set is a list of values with names.  For flags the list may begin with values of a field
 * (mask): O_RDONLY is the value 0 of O_ACCMODE.  The values are the host's, which 64-bit guests share.
 */
#include "strace-flags.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/close_range.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/stat.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

typedef struct Name {
    uint64_t value;
    const char *name;
} Name;

/* Ended by name NULL.  mask: the field the first entries are values of; 0: none. */
typedef struct NameSet {
    const Name *names;
    uint64_t mask;
    unsigned nb_masked;
    const char *zero; /* text for 0; NULL: "0" */
} NameSet;

/* clang-format off */
#define N(value) { (uint64_t)(value), #value }
#define END { 0, NULL }

static const Name access_names[] = { N(R_OK), N(W_OK), N(X_OK), END };
static const Name af_names[] = { N(AF_UNSPEC), N(AF_UNIX), N(AF_INET), N(AF_INET6), N(AF_NETLINK), N(AF_PACKET), N(AF_ALG), N(AF_VSOCK), END };
static const Name at_names[] = { N(AT_SYMLINK_NOFOLLOW), N(AT_REMOVEDIR), N(AT_SYMLINK_FOLLOW), N(AT_NO_AUTOMOUNT), N(AT_EMPTY_PATH), N(AT_STATX_FORCE_SYNC), N(AT_STATX_DONT_SYNC), END };
static const Name at_access_names[] = { N(AT_EACCESS), N(AT_SYMLINK_NOFOLLOW), N(AT_EMPTY_PATH), END };
static const Name at_unlink_names[] = { N(AT_REMOVEDIR), END };
static const Name clock_names[] = { N(CLOCK_REALTIME), N(CLOCK_MONOTONIC), N(CLOCK_PROCESS_CPUTIME_ID), N(CLOCK_THREAD_CPUTIME_ID), N(CLOCK_MONOTONIC_RAW), N(CLOCK_REALTIME_COARSE), N(CLOCK_MONOTONIC_COARSE), N(CLOCK_BOOTTIME), N(CLOCK_REALTIME_ALARM), N(CLOCK_BOOTTIME_ALARM), N(CLOCK_TAI), END };
static const Name clone_names[] = { N(SIGCHLD), N(CLONE_VM), N(CLONE_FS), N(CLONE_FILES), N(CLONE_SIGHAND), N(CLONE_PIDFD), N(CLONE_PTRACE), N(CLONE_VFORK), N(CLONE_PARENT), N(CLONE_THREAD), N(CLONE_NEWNS), N(CLONE_SYSVSEM), N(CLONE_SETTLS), N(CLONE_PARENT_SETTID), N(CLONE_CHILD_CLEARTID), N(CLONE_DETACHED), N(CLONE_UNTRACED), N(CLONE_CHILD_SETTID), N(CLONE_NEWCGROUP), N(CLONE_NEWUTS), N(CLONE_NEWIPC), N(CLONE_NEWUSER), N(CLONE_NEWPID), N(CLONE_NEWNET), N(CLONE_IO), { 0x100000000, "CLONE_CLEAR_SIGHAND" }, { 0x200000000, "CLONE_INTO_CGROUP" }, END };
static const Name close_range_names[] = { N(CLOSE_RANGE_UNSHARE), N(CLOSE_RANGE_CLOEXEC), END };
static const Name epoll_create_names[] = { N(EPOLL_CLOEXEC), END };
static const Name epoll_ctl_names[] = { N(EPOLL_CTL_ADD), N(EPOLL_CTL_DEL), N(EPOLL_CTL_MOD), END };
static const Name eventfd_names[] = { N(EFD_SEMAPHORE), N(EFD_NONBLOCK), N(EFD_CLOEXEC), END };
static const Name fadvise_names[] = { N(POSIX_FADV_NORMAL), N(POSIX_FADV_RANDOM), N(POSIX_FADV_SEQUENTIAL), N(POSIX_FADV_WILLNEED), N(POSIX_FADV_DONTNEED), N(POSIX_FADV_NOREUSE), END };
static const Name fallocate_names[] = { N(FALLOC_FL_KEEP_SIZE), N(FALLOC_FL_PUNCH_HOLE), N(FALLOC_FL_COLLAPSE_RANGE), N(FALLOC_FL_ZERO_RANGE), N(FALLOC_FL_INSERT_RANGE), END };
static const Name fcntl_names[] = { N(F_DUPFD), N(F_GETFD), N(F_SETFD), N(F_GETFL), N(F_SETFL), N(F_GETLK), N(F_SETLK), N(F_SETLKW), N(F_SETOWN), N(F_GETOWN), N(F_SETSIG), N(F_GETSIG), N(F_SETOWN_EX), N(F_GETOWN_EX), N(F_OFD_GETLK), N(F_OFD_SETLK), N(F_OFD_SETLKW), N(F_SETLEASE), N(F_GETLEASE), N(F_NOTIFY), N(F_DUPFD_CLOEXEC), N(F_SETPIPE_SZ), N(F_GETPIPE_SZ), N(F_ADD_SEALS), N(F_GET_SEALS), END };
static const Name flock_names[] = { N(LOCK_SH), N(LOCK_EX), N(LOCK_NB), N(LOCK_UN), END };
static const Name futex_names[] = { N(FUTEX_WAIT), N(FUTEX_WAKE), N(FUTEX_REQUEUE), N(FUTEX_CMP_REQUEUE), N(FUTEX_WAKE_OP), N(FUTEX_LOCK_PI), N(FUTEX_UNLOCK_PI), N(FUTEX_TRYLOCK_PI), N(FUTEX_WAIT_BITSET), N(FUTEX_WAKE_BITSET), N(FUTEX_WAIT_PRIVATE), N(FUTEX_WAKE_PRIVATE), N(FUTEX_REQUEUE_PRIVATE), N(FUTEX_CMP_REQUEUE_PRIVATE), N(FUTEX_WAKE_OP_PRIVATE), N(FUTEX_LOCK_PI_PRIVATE), N(FUTEX_UNLOCK_PI_PRIVATE), N(FUTEX_TRYLOCK_PI_PRIVATE), N(FUTEX_WAIT_BITSET_PRIVATE), N(FUTEX_WAKE_BITSET_PRIVATE), { FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, "FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME" }, END };
static const Name grnd_names[] = { N(GRND_NONBLOCK), N(GRND_RANDOM), N(GRND_INSECURE), END };
static const Name inotify_names[] = { N(IN_ACCESS), N(IN_MODIFY), N(IN_ATTRIB), N(IN_CLOSE_WRITE), N(IN_CLOSE_NOWRITE), N(IN_OPEN), N(IN_MOVED_FROM), N(IN_MOVED_TO), N(IN_CREATE), N(IN_DELETE), N(IN_DELETE_SELF), N(IN_MOVE_SELF), N(IN_ONLYDIR), N(IN_DONT_FOLLOW), N(IN_MASK_ADD), N(IN_ONESHOT), END };
static const Name ioctl_names[] = { N(TCGETS), N(TCSETS), N(TCSETSW), N(TCSETSF), N(TCSBRK), N(TCXONC), N(TCFLSH), N(TIOCSCTTY), N(TIOCGPGRP), N(TIOCSPGRP), N(TIOCOUTQ), N(TIOCGWINSZ), N(TIOCSWINSZ), N(FIONREAD), N(FIONBIO), N(TIOCNOTTY), N(TIOCGSID), N(FIONCLEX), N(FIOCLEX), N(FIOASYNC), N(TIOCGPTN), N(TIOCSPTLCK), N(TIOCGPTPEER), N(FICLONE), N(FICLONERANGE), N(BLKGETSIZE64), N(BLKSSZGET), END };
static const Name ipc_names[] = { N(IPC_CREAT), N(IPC_EXCL), N(IPC_NOWAIT), END };
static const Name ipc_ctl_names[] = { N(IPC_RMID), N(IPC_SET), N(IPC_STAT), N(IPC_INFO), N(GETPID), N(GETVAL), N(GETALL), N(GETNCNT), N(GETZCNT), N(SETVAL), N(SETALL), N(SEM_STAT), N(SEM_INFO), END };
static const Name itimer_names[] = { N(ITIMER_REAL), N(ITIMER_VIRTUAL), N(ITIMER_PROF), END };
static const Name madvise_names[] = { N(MADV_NORMAL), N(MADV_RANDOM), N(MADV_SEQUENTIAL), N(MADV_WILLNEED), N(MADV_DONTNEED), N(MADV_FREE), N(MADV_REMOVE), N(MADV_DONTFORK), N(MADV_DOFORK), N(MADV_MERGEABLE), N(MADV_UNMERGEABLE), N(MADV_HUGEPAGE), N(MADV_NOHUGEPAGE), N(MADV_DONTDUMP), N(MADV_DODUMP), N(MADV_WIPEONFORK), N(MADV_KEEPONFORK), N(MADV_COLD), N(MADV_PAGEOUT), N(MADV_POPULATE_READ), N(MADV_POPULATE_WRITE), END };
static const Name map_names[] = { N(MAP_SHARED), N(MAP_PRIVATE), N(MAP_SHARED_VALIDATE), N(MAP_FIXED), N(MAP_ANONYMOUS), N(MAP_GROWSDOWN), N(MAP_DENYWRITE), N(MAP_EXECUTABLE), N(MAP_LOCKED), N(MAP_NORESERVE), N(MAP_POPULATE), N(MAP_NONBLOCK), N(MAP_STACK), N(MAP_HUGETLB), N(MAP_SYNC), N(MAP_FIXED_NOREPLACE), END };
static const Name membarrier_names[] = { N(MEMBARRIER_CMD_QUERY), N(MEMBARRIER_CMD_GLOBAL), N(MEMBARRIER_CMD_GLOBAL_EXPEDITED), N(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED), N(MEMBARRIER_CMD_PRIVATE_EXPEDITED), N(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED), N(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE), N(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE), END };
static const Name memfd_names[] = { N(MFD_CLOEXEC), N(MFD_ALLOW_SEALING), N(MFD_HUGETLB), END };
static const Name mlockall_names[] = { N(MCL_CURRENT), N(MCL_FUTURE), N(MCL_ONFAULT), END };
static const Name mremap_names[] = { N(MREMAP_MAYMOVE), N(MREMAP_FIXED), N(MREMAP_DONTUNMAP), END };
static const Name msg_names[] = { N(MSG_OOB), N(MSG_PEEK), N(MSG_DONTROUTE), N(MSG_CTRUNC), N(MSG_TRUNC), N(MSG_DONTWAIT), N(MSG_EOR), N(MSG_WAITALL), N(MSG_NOSIGNAL), N(MSG_MORE), N(MSG_WAITFORONE), N(MSG_FASTOPEN), N(MSG_CMSG_CLOEXEC), END };
static const Name msync_names[] = { N(MS_ASYNC), N(MS_INVALIDATE), N(MS_SYNC), END };
static const Name open_names[] = { N(O_RDONLY), N(O_WRONLY), N(O_RDWR), N(O_CREAT), N(O_EXCL), N(O_NOCTTY), N(O_TRUNC), N(O_APPEND), N(O_NONBLOCK), N(O_SYNC), N(O_DSYNC), N(O_ASYNC), N(O_DIRECT), { 0100000, "O_LARGEFILE" }, N(O_TMPFILE), N(O_DIRECTORY), N(O_NOFOLLOW), N(O_NOATIME), N(O_CLOEXEC), N(O_PATH), END };
static const Name o_nonblock_names[] = { N(O_NONBLOCK), N(O_DIRECT), N(O_CLOEXEC), END };
static const Name prctl_names[] = { N(PR_SET_PDEATHSIG), N(PR_GET_PDEATHSIG), N(PR_GET_DUMPABLE), N(PR_SET_DUMPABLE), N(PR_GET_KEEPCAPS), N(PR_SET_KEEPCAPS), N(PR_SET_NAME), N(PR_GET_NAME), N(PR_GET_SECCOMP), N(PR_SET_SECCOMP), N(PR_CAPBSET_READ), N(PR_CAPBSET_DROP), N(PR_GET_SECUREBITS), N(PR_SET_SECUREBITS), N(PR_SET_TIMERSLACK), N(PR_GET_TIMERSLACK), N(PR_SET_MM), N(PR_SET_CHILD_SUBREAPER), N(PR_GET_CHILD_SUBREAPER), N(PR_SET_NO_NEW_PRIVS), N(PR_GET_NO_NEW_PRIVS), N(PR_GET_TID_ADDRESS), N(PR_SET_THP_DISABLE), N(PR_CAP_AMBIENT), N(PR_SET_VMA), END };
static const Name prio_names[] = { N(PRIO_PROCESS), N(PRIO_PGRP), N(PRIO_USER), END };
static const Name prot_names[] = { N(PROT_READ), N(PROT_WRITE), N(PROT_EXEC), N(PROT_GROWSDOWN), N(PROT_GROWSUP), END };
static const Name rename_names[] = { N(RENAME_NOREPLACE), N(RENAME_EXCHANGE), N(RENAME_WHITEOUT), END };
static const Name rlimit_names[] = { N(RLIMIT_CPU), N(RLIMIT_FSIZE), N(RLIMIT_DATA), N(RLIMIT_STACK), N(RLIMIT_CORE), N(RLIMIT_RSS), N(RLIMIT_NPROC), N(RLIMIT_NOFILE), N(RLIMIT_MEMLOCK), N(RLIMIT_AS), N(RLIMIT_LOCKS), N(RLIMIT_SIGPENDING), N(RLIMIT_MSGQUEUE), N(RLIMIT_NICE), N(RLIMIT_RTPRIO), N(RLIMIT_RTTIME), END };
static const Name rusage_names[] = { N(RUSAGE_SELF), N(RUSAGE_CHILDREN), N(RUSAGE_THREAD), END };
static const Name rwf_names[] = { N(RWF_HIPRI), N(RWF_DSYNC), N(RWF_SYNC), N(RWF_NOWAIT), N(RWF_APPEND), END };
static const Name sched_names[] = { N(SCHED_OTHER), N(SCHED_FIFO), N(SCHED_RR), N(SCHED_BATCH), N(SCHED_IDLE), END };
static const Name seccomp_names[] = { N(SECCOMP_SET_MODE_STRICT), N(SECCOMP_SET_MODE_FILTER), N(SECCOMP_GET_ACTION_AVAIL), N(SECCOMP_GET_NOTIF_SIZES), END };
static const Name shmat_names[] = { N(SHM_RDONLY), N(SHM_RND), N(SHM_REMAP), N(SHM_EXEC), END };
static const Name shut_names[] = { N(SHUT_RD), N(SHUT_WR), N(SHUT_RDWR), END };
static const Name sig_flags_names[] = { { 0x04000000, "SA_RESTORER" }, N(SA_ONSTACK), N(SA_RESTART), N(SA_NODEFER), N(SA_RESETHAND), N(SA_SIGINFO), N(SA_NOCLDSTOP), N(SA_NOCLDWAIT), END };
static const Name sig_how_names[] = { N(SIG_BLOCK), N(SIG_UNBLOCK), N(SIG_SETMASK), END };
static const Name sock_names[] = { N(SOCK_STREAM), N(SOCK_DGRAM), N(SOCK_RAW), N(SOCK_RDM), N(SOCK_SEQPACKET), N(SOCK_NONBLOCK), N(SOCK_CLOEXEC), END };
static const Name sol_names[] = { { 0, "SOL_IP" }, N(SOL_SOCKET), { 6, "SOL_TCP" }, { 17, "SOL_UDP" }, { 41, "SOL_IPV6" }, END };
static const Name splice_names[] = { N(SPLICE_F_MOVE), N(SPLICE_F_NONBLOCK), N(SPLICE_F_MORE), N(SPLICE_F_GIFT), END };
static const Name statx_names[] = { N(STATX_ALL), N(STATX_BASIC_STATS), N(STATX_TYPE), N(STATX_MODE), N(STATX_NLINK), N(STATX_UID), N(STATX_GID), N(STATX_ATIME), N(STATX_MTIME), N(STATX_CTIME), N(STATX_INO), N(STATX_SIZE), N(STATX_BLOCKS), N(STATX_BTIME), N(STATX_MNT_ID), END };
static const Name timer_names[] = { N(TIMER_ABSTIME), { 2, "TFD_TIMER_CANCEL_ON_SET" }, END };
static const Name wait_names[] = { N(WNOHANG), N(WSTOPPED), N(WEXITED), N(WCONTINUED), N(WNOWAIT), { 0x20000000, "__WNOTHREAD" }, { 0x40000000, "__WALL" }, { 0x80000000, "__WCLONE" }, END };
static const Name wait_id_names[] = { N(P_ALL), N(P_PID), N(P_PGID), { 3, "P_PIDFD" }, END };
static const Name whence_names[] = { N(SEEK_SET), N(SEEK_CUR), N(SEEK_END), N(SEEK_DATA), N(SEEK_HOLE), END };
static const Name xattr_names[] = { N(XATTR_CREATE), N(XATTR_REPLACE), END };
static const Name epoll_names[] = { N(EPOLLIN), N(EPOLLPRI), N(EPOLLOUT), N(EPOLLERR), N(EPOLLHUP), N(EPOLLRDNORM), N(EPOLLRDBAND), N(EPOLLWRNORM), N(EPOLLWRBAND), N(EPOLLMSG), N(EPOLLRDHUP), N(EPOLLEXCLUSIVE), N(EPOLLWAKEUP), N(EPOLLONESHOT), N(EPOLLET), END };
static const Name inotify_init_names[] = { N(IN_NONBLOCK), N(IN_CLOEXEC), END };
static const Name ip_names[] = { N(IP_TOS), N(IP_TTL), N(IP_HDRINCL), N(IP_OPTIONS), N(IP_PKTINFO), N(IP_MTU_DISCOVER), N(IP_RECVERR), N(IP_RECVTTL), N(IP_RECVTOS), N(IP_MTU), N(IP_FREEBIND), N(IP_TRANSPARENT), N(IP_MULTICAST_IF), N(IP_MULTICAST_TTL), N(IP_MULTICAST_LOOP), N(IP_ADD_MEMBERSHIP), N(IP_DROP_MEMBERSHIP), N(IP_BIND_ADDRESS_NO_PORT), END };
static const Name ipproto_names[] = { N(IPPROTO_IP), N(IPPROTO_ICMP), N(IPPROTO_TCP), N(IPPROTO_UDP), N(IPPROTO_IPV6), N(IPPROTO_ICMPV6), N(IPPROTO_SCTP), N(IPPROTO_UDPLITE), N(IPPROTO_RAW), N(IPPROTO_MPTCP), END };
static const Name ipv6_names[] = { N(IPV6_UNICAST_HOPS), N(IPV6_MULTICAST_IF), N(IPV6_MULTICAST_HOPS), N(IPV6_MULTICAST_LOOP), N(IPV6_MTU_DISCOVER), N(IPV6_MTU), N(IPV6_RECVERR), N(IPV6_V6ONLY), N(IPV6_RECVPKTINFO), N(IPV6_RECVHOPLIMIT), N(IPV6_RECVTCLASS), N(IPV6_TCLASS), END };
static const Name ms_names[] = { N(MS_RDONLY), N(MS_NOSUID), N(MS_NODEV), N(MS_NOEXEC), N(MS_SYNCHRONOUS), N(MS_REMOUNT), N(MS_MANDLOCK), N(MS_DIRSYNC), N(MS_NOATIME), N(MS_NODIRATIME), N(MS_BIND), N(MS_MOVE), N(MS_REC), N(MS_SILENT), N(MS_POSIXACL), N(MS_UNBINDABLE), N(MS_PRIVATE), N(MS_SLAVE), N(MS_SHARED), N(MS_RELATIME), N(MS_STRICTATIME), N(MS_LAZYTIME), END };
static const Name poll_names[] = { N(POLLIN), N(POLLPRI), N(POLLOUT), N(POLLERR), N(POLLHUP), N(POLLNVAL), N(POLLRDNORM), N(POLLRDBAND), N(POLLWRNORM), N(POLLWRBAND), N(POLLMSG), N(POLLRDHUP), END };
static const Name resolve_names[] = { N(RESOLVE_NO_XDEV), N(RESOLVE_NO_MAGICLINKS), N(RESOLVE_NO_SYMLINKS), N(RESOLVE_BENEATH), N(RESOLVE_IN_ROOT), N(RESOLVE_CACHED), END };
static const Name signalfd_names[] = { N(SFD_NONBLOCK), N(SFD_CLOEXEC), END };
static const Name so_names[] = { N(SO_DEBUG), N(SO_REUSEADDR), N(SO_TYPE), N(SO_ERROR), N(SO_DONTROUTE), N(SO_BROADCAST), N(SO_SNDBUF), N(SO_RCVBUF), N(SO_KEEPALIVE), N(SO_OOBINLINE), N(SO_PRIORITY), N(SO_LINGER), N(SO_REUSEPORT), N(SO_PASSCRED), N(SO_PEERCRED), N(SO_RCVLOWAT), N(SO_SNDLOWAT), N(SO_RCVTIMEO), N(SO_SNDTIMEO), N(SO_BINDTODEVICE), N(SO_ATTACH_FILTER), N(SO_DETACH_FILTER), N(SO_PEERNAME), N(SO_TIMESTAMP), N(SO_ACCEPTCONN), N(SO_PEERSEC), N(SO_PASSSEC), N(SO_TIMESTAMPNS), N(SO_MARK), N(SO_TIMESTAMPING), N(SO_PROTOCOL), N(SO_DOMAIN), N(SO_BUSY_POLL), N(SO_INCOMING_CPU), N(SO_PEERGROUPS), N(SO_ZEROCOPY), END };
static const Name ss_names[] = { N(SS_ONSTACK), N(SS_DISABLE), { 1u << 31, "SS_AUTODISARM" }, END };
static const Name tcp_names[] = { N(TCP_NODELAY), N(TCP_MAXSEG), N(TCP_CORK), N(TCP_KEEPIDLE), N(TCP_KEEPINTVL), N(TCP_KEEPCNT), N(TCP_SYNCNT), N(TCP_LINGER2), N(TCP_DEFER_ACCEPT), N(TCP_WINDOW_CLAMP), N(TCP_INFO), N(TCP_QUICKACK), N(TCP_CONGESTION), N(TCP_USER_TIMEOUT), N(TCP_FASTOPEN), N(TCP_NOTSENT_LOWAT), END };
static const Name tfd_names[] = { N(TFD_NONBLOCK), N(TFD_CLOEXEC), END };

static const NameSet sets[SET_COUNT] = {
    [SET_ACCESS] = { access_names, .zero = "F_OK" },
    [SET_AF] = { af_names },
    [SET_AT] = { at_names },
    [SET_AT_ACCESS] = { at_access_names },
    [SET_AT_UNLINK] = { at_unlink_names },
    [SET_CLOCK] = { clock_names },
    [SET_CLONE] = { clone_names, .mask = CSIGNAL, .nb_masked = 1 },
    [SET_CLOSE_RANGE] = { close_range_names },
    [SET_EPOLL_CREATE] = { epoll_create_names },
    [SET_EPOLL_CTL] = { epoll_ctl_names },
    [SET_EVENTFD] = { eventfd_names },
    [SET_FADVISE] = { fadvise_names },
    [SET_FALLOCATE] = { fallocate_names },
    [SET_FCNTL] = { fcntl_names },
    [SET_FLOCK] = { flock_names },
    [SET_FUTEX] = { futex_names },
    [SET_GRND] = { grnd_names },
    [SET_INOTIFY] = { inotify_names },
    [SET_IOCTL] = { ioctl_names },
    [SET_IPC] = { ipc_names },
    [SET_IPC_CTL] = { ipc_ctl_names },
    [SET_ITIMER] = { itimer_names },
    [SET_MADVISE] = { madvise_names },
    [SET_MAP] = { map_names, .mask = MAP_TYPE, .nb_masked = 3 },
    [SET_MEMBARRIER] = { membarrier_names },
    [SET_MEMFD] = { memfd_names },
    [SET_MLOCKALL] = { mlockall_names },
    [SET_MREMAP] = { mremap_names },
    [SET_MSG] = { msg_names },
    [SET_MSYNC] = { msync_names },
    [SET_OPEN] = { open_names, .mask = O_ACCMODE, .nb_masked = 3 },
    [SET_O_NONBLOCK] = { o_nonblock_names },
    [SET_PRCTL] = { prctl_names },
    [SET_PRIO] = { prio_names },
    [SET_PROT] = { prot_names, .zero = "PROT_NONE" },
    [SET_RENAME] = { rename_names },
    [SET_RLIMIT] = { rlimit_names },
    [SET_RUSAGE] = { rusage_names },
    [SET_RWF] = { rwf_names },
    [SET_SCHED] = { sched_names },
    [SET_SECCOMP] = { seccomp_names },
    [SET_SHMAT] = { shmat_names },
    [SET_SHUT] = { shut_names },
    [SET_SIG_FLAGS] = { sig_flags_names },
    [SET_SIG_HOW] = { sig_how_names },
    [SET_SOCK] = { sock_names, .mask = 15, .nb_masked = 5 },
    [SET_SOL] = { sol_names },
    [SET_SPLICE] = { splice_names },
    [SET_STATX] = { statx_names },
    [SET_TIMER] = { timer_names },
    [SET_WAIT] = { wait_names },
    [SET_WAIT_ID] = { wait_id_names },
    [SET_WHENCE] = { whence_names },
    [SET_EPOLL] = { epoll_names },
    [SET_INOTIFY_INIT] = { inotify_init_names },
    [SET_IP] = { ip_names },
    [SET_IPPROTO] = { ipproto_names },
    [SET_IPV6] = { ipv6_names },
    [SET_MS] = { ms_names },
    [SET_POLL] = { poll_names },
    [SET_RESOLVE] = { resolve_names },
    [SET_SIGNALFD] = { signalfd_names },
    [SET_SO] = { so_names },
    [SET_SS] = { ss_names },
    [SET_TCP] = { tcp_names },
    [SET_TFD] = { tfd_names },
    [SET_XATTR] = { xattr_names },
};
/* clang-format on */

static void put_separator(GString *out, size_t start)
{
    if (out->len > start) {
        g_string_append_c(out, '|');
    }
}

/* The field's value by name; 0 with no name of its own is left out. */
static void put_field(GString *out, const NameSet *set, uint64_t value)
{
    for (unsigned i = 0; i < set->nb_masked; i++) {
        if (set->names[i].value == value) {
            g_string_append(out, set->names[i].name);
            return;
        }
    }
    if (value) {
        g_string_append_printf(out, "0x%" PRIx64, value);
    }
}

void strace_put_flags(GString *out, ArgSet index, uint64_t value)
{
    const NameSet *set = &sets[index];
    size_t start = out->len;

    /* Most are ints, which registers hold sign-extended. */
    value = value >> 31 == (UINT64_MAX >> 31) ? (uint32_t)value : value;
    if (value == 0 && set->zero) {
        g_string_append(out, set->zero);
        return;
    }
    if (set->mask) {
        put_field(out, set, value & set->mask);
        value &= ~set->mask;
    }
    for (const Name *n = set->names + set->nb_masked; n->name && value; n++) {
        if (n->value && (value & n->value) == n->value) {
            put_separator(out, start);
            g_string_append(out, n->name);
            value &= ~n->value;
        }
    }
    if (value || out->len == start) {
        put_separator(out, start);
        g_string_append_printf(out, value ? "0x%" PRIx64 : "%" PRIu64, value);
    }
}

void strace_put_enum(GString *out, ArgSet index, uint64_t value)
{
    for (const Name *n = sets[index].names; n->name; n++) {
        if ((uint32_t)n->value == (uint32_t)value) {
            g_string_append(out, n->name);
            return;
        }
    }
    g_string_append_printf(out, "%#" PRIx32, (uint32_t)value);
}

void strace_put_signal(GString *out, uint64_t signo)
{
    const char *name = signo < NSIG ? sigabbrev_np(signo) : NULL;

    if (name) {
        g_string_append_printf(out, "SIG%s", name);
    } else if (signo >= 32 && signo <= 64) {
        g_string_append_printf(out, "SIGRT_%" PRIu64, signo - 32);
    } else {
        g_string_append_printf(out, "%d", (int)signo);
    }
}
