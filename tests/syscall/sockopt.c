/* Socket options of all levels, and the errors of the socket calls. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "show.h"

static void *const wild = (void *)16;

typedef struct Option {
    const char *name;
    int level, option, value;
} Option;

#define OPTION(level, option, value)  \
    {                                 \
#option, level, option, value \
    }

static const Option tcp_options[] = {
    OPTION(SOL_SOCKET, SO_REUSEADDR, 1),
    OPTION(SOL_SOCKET, SO_REUSEPORT, 1),
    OPTION(SOL_SOCKET, SO_KEEPALIVE, 1),
    OPTION(SOL_SOCKET, SO_BROADCAST, 1),
    OPTION(SOL_SOCKET, SO_OOBINLINE, 1),
    OPTION(SOL_SOCKET, SO_DONTROUTE, 1),
    OPTION(SOL_SOCKET, SO_SNDBUF, 20000),
    OPTION(SOL_SOCKET, SO_RCVBUF, 20000),
    OPTION(SOL_SOCKET, SO_PRIORITY, 3),
    OPTION(SOL_SOCKET, SO_RCVLOWAT, 5),
    OPTION(SOL_SOCKET, SO_TIMESTAMP, 1),
    OPTION(SOL_SOCKET, SO_TIMESTAMPNS, 1),
    OPTION(SOL_SOCKET, SO_TIMESTAMPING, 0x10),
    OPTION(SOL_SOCKET, SO_MARK, 0),
    OPTION(SOL_SOCKET, SO_BUSY_POLL, 0),
    OPTION(SOL_SOCKET, SO_INCOMING_CPU, 1),
    OPTION(SOL_SOCKET, SO_ZEROCOPY, 1),
    OPTION(SOL_SOCKET, SO_TYPE, 1),
    OPTION(SOL_SOCKET, SO_PROTOCOL, 1),
    OPTION(SOL_SOCKET, SO_DOMAIN, 1),
    OPTION(SOL_SOCKET, SO_ERROR, 1),
    OPTION(SOL_SOCKET, SO_ACCEPTCONN, 1),
    OPTION(SOL_SOCKET, SO_PASSCRED, 1),
    OPTION(SOL_SOCKET, SO_MAX_PACING_RATE, 100000),
    OPTION(SOL_SOCKET, 9999, 1),
    OPTION(SOL_TCP, TCP_NODELAY, 1),
    OPTION(SOL_TCP, TCP_MAXSEG, 1000),
    OPTION(SOL_TCP, TCP_CORK, 1),
    OPTION(SOL_TCP, TCP_KEEPIDLE, 77),
    OPTION(SOL_TCP, TCP_KEEPINTVL, 7),
    OPTION(SOL_TCP, TCP_KEEPCNT, 5),
    OPTION(SOL_TCP, TCP_SYNCNT, 3),
    OPTION(SOL_TCP, TCP_LINGER2, 9),
    OPTION(SOL_TCP, TCP_DEFER_ACCEPT, 3),
    OPTION(SOL_TCP, TCP_QUICKACK, 0),
    OPTION(SOL_TCP, TCP_USER_TIMEOUT, 5000),
    OPTION(SOL_TCP, TCP_FASTOPEN, 5),
    OPTION(SOL_TCP, TCP_NOTSENT_LOWAT, 1234),
    OPTION(SOL_TCP, 9999, 1),
    OPTION(SOL_IP, IP_TOS, 0x10),
    OPTION(SOL_IP, IP_TTL, 33),
    OPTION(SOL_IP, IP_MTU_DISCOVER, 2),
    OPTION(SOL_IP, IP_RECVERR, 1),
    OPTION(SOL_IP, IP_RECVTTL, 1),
    OPTION(SOL_IP, IP_PKTINFO, 1),
    OPTION(SOL_IP, IP_FREEBIND, 1),
    OPTION(SOL_IP, IP_MTU, 1),
    OPTION(SOL_IP, IP_MULTICAST_TTL, 5),
    OPTION(SOL_IP, IP_MULTICAST_LOOP, 0),
    OPTION(SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1),
    OPTION(9999, 1, 1),
};

static const Option ipv6_options[] = {
    OPTION(SOL_IPV6, IPV6_V6ONLY, 1),
    OPTION(SOL_IPV6, IPV6_UNICAST_HOPS, 44),
    OPTION(SOL_IPV6, IPV6_MULTICAST_HOPS, 4),
    OPTION(SOL_IPV6, IPV6_MULTICAST_LOOP, 0),
    OPTION(SOL_IPV6, IPV6_RECVPKTINFO, 1),
    OPTION(SOL_IPV6, IPV6_RECVHOPLIMIT, 1),
    OPTION(SOL_IPV6, IPV6_RECVTCLASS, 1),
    OPTION(SOL_IPV6, IPV6_TCLASS, 0x20),
    OPTION(SOL_IPV6, IPV6_MTU_DISCOVER, 0),
    OPTION(SOL_IPV6, IPV6_AUTOFLOWLABEL, 1),
    OPTION(SOL_UDP, UDP_CORK, 1),
    OPTION(SOL_UDP, UDP_SEGMENT, 100),
    OPTION(SOL_UDP, UDP_GRO, 1),
};

static void try_options(int fd, const Option *options, size_t n)
{
    for (const Option *o = options; o < options + n; o++) {
        int value = 0, set, got;
        socklen_t size = sizeof(value);

        errno = 0;
        set = setsockopt(fd, o->level, o->option, &o->value, sizeof(int)) ? errno : 0;
        got = getsockopt(fd, o->level, o->option, &value, &size) ? errno : 0;
        printf("%s: set %s get %s value %d size %u\n", o->name, strerrorname_np(set),
               strerrorname_np(got), value, size);
    }
    fflush(stdout);
}

static void test_structures(int fd)
{
    struct linger linger = { 1, 5 };
    struct timeval time = { 2, 500000 };
    struct tcp_info info;
    char name[32] = { 0 };
    socklen_t size = sizeof(linger);

    SHOW(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
    linger = (struct linger){ 0 };
    SHOW(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size));
    printf("%d %d\n", linger.l_onoff, linger.l_linger);
    SHOW(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)));
    time = (struct timeval){ 0 };
    size = sizeof(time);
    SHOW(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, &size));
    printf("%ld %ld\n", (long)time.tv_sec, (long)time.tv_usec);
    time.tv_usec = 1000000;
    SHOW(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)));
    size = sizeof(info);
    SHOW(getsockopt(fd, SOL_TCP, TCP_INFO, &info, &size));
    SHOW(info.tcpi_state);
    size = sizeof(name);
    SHOW(setsockopt(fd, SOL_TCP, TCP_CONGESTION, "reno", 4));
    SHOW(getsockopt(fd, SOL_TCP, TCP_CONGESTION, name, &size));
    printf("%s %u\n", name, size);
    SHOW(setsockopt(fd, SOL_TCP, TCP_CONGESTION, "nothing", 7));
    size = 16;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &size));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "none", 5));
}

static void test_filter(int fd)
{
    struct sock_filter code[] = { { BPF_RET | BPF_K, 0, 0, 0 } };
    struct sock_fprog prog = { 1, code };

    SHOW(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &prog, sizeof(int)));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &prog, sizeof(int)));
    prog.filter = wild;
    SHOW(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
}

static void test_groups(int fd)
{
    struct ip_mreqn group = { { htonl(0xe0000105) }, { htonl(INADDR_LOOPBACK) }, 0 };
    struct ipv6_mreq group6 = { .ipv6mr_interface = 1 };
    int six = socket(AF_INET6, SOCK_DGRAM, 0);

    SHOW(setsockopt(fd, SOL_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
    SHOW(setsockopt(fd, SOL_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
    SHOW(setsockopt(fd, SOL_IP, IP_DROP_MEMBERSHIP, &group, sizeof(group)));
    SHOW(setsockopt(fd, SOL_IP, IP_DROP_MEMBERSHIP, &group, sizeof(group)));
    SHOW(setsockopt(fd, SOL_IP, IP_MULTICAST_IF, &group.imr_address, 4));
    SHOW(setsockopt(six, SOL_IPV6, IPV6_JOIN_GROUP, &group6, sizeof(group6)));
}

static void test_errors(int fd)
{
    struct sockaddr_in any = { AF_INET, 0, { htonl(INADDR_LOOPBACK) } };
    int value = 1, pair[2];
    socklen_t size = 4;
    char buf[8];

    SHOW(setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &value, 4));
    SHOW(setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &value, 4));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 2));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, -1));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, wild, 4));
    SHOW(getsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &value, &size));
    SHOW(getsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &value, wild));
    SHOW(getsockopt(0, SOL_SOCKET, SO_REUSEADDR, &value, &size));
    SHOW(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, wild, &size));
    SHOW(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, wild));
    size = -1;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, &size));
    size = 1;
    value = 0x11223344;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &size));
    printf("%#x %u\n", value, size);
    SHOW(socket(99, SOCK_STREAM, 0));
    SHOW(socket(AF_INET, 99, 0));
    SHOW(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    SHOW(socket(AF_INET, SOCK_STREAM | 0x4000000, 0));
    SHOW(socketpair(AF_INET, SOCK_STREAM, 0, pair));
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, wild));
    SHOW(bind(fd, (void *)&any, 3));
    SHOW(bind(fd, wild, sizeof(any)));
    SHOW(bind(fd, (void *)&any, -1));
    SHOW(bind(fd, (void *)&any, 1000));
    SHOW(bind(fd, (void *)&any, sizeof(any)));
    SHOW(getsockname(fd, wild, &size));
    size = sizeof(any);
    SHOW(getsockname(fd, wild, &size));
    SHOW(getsockname(fd, (void *)&any, wild));
    size = -1;
    SHOW(getsockname(fd, (void *)&any, &size));
    SHOW(getpeername(fd, (void *)&any, &size));
    size = sizeof(any);
    SHOW(getpeername(fd, (void *)&any, &size));
    SHOW(accept(fd, NULL, NULL));
    SHOW(accept(0, NULL, NULL));
    SHOW(accept4(fd, NULL, NULL, 0x100));
    SHOW(listen(-1, 1));
    SHOW(shutdown(fd, SHUT_RD));
    SHOW(shutdown(fd, 9));
    SHOW(connect(fd, (void *)&any, 2));
    SHOW(connect(fd, wild, sizeof(any)));
    SHOW(send(fd, "x", 1, MSG_NOSIGNAL));
    SHOW(recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
    SHOW(recv(fd, buf, sizeof(buf), MSG_OOB));
    SHOW(recvfrom(-1, wild, 8, 0, wild, wild));
    SHOW(sendto(-1, wild, 8, 0, wild, 8));
    SHOW(ioctl(fd, SIOCATMARK, &value));
    SHOW(ioctl(fd, FIONREAD, &value));
}

static void test_peers(void)
{
    struct ucred cred;
    socklen_t size = sizeof(cred);
    int pair[2];

    SHOW(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair));
    SHOW(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &cred, &size));
    SHOW_IF(cred.pid == getpid() && cred.uid == getuid() && cred.gid == getgid());
    SHOW(fcntl(pair[0], F_GETFL));
    SHOW(fcntl(pair[0], F_GETFD));
    SHOW(send(pair[0], "ab", 2, MSG_EOR));
    SHOW(recv(pair[1], &cred, 1, MSG_TRUNC));
    SHOW(recv(pair[1], &cred, 1, 0));
}

int main(void)
{
    int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
    int udp6 = socket(AF_INET6, SOCK_DGRAM, 0);

    try_options(tcp, tcp_options, sizeof(tcp_options) / sizeof(tcp_options[0]));
    try_options(udp6, ipv6_options, sizeof(ipv6_options) / sizeof(ipv6_options[0]));
    test_structures(tcp);
    test_filter(udp);
    test_groups(udp);
    test_errors(socket(AF_INET, SOCK_STREAM, 0));
    test_peers();
    return 0;
}
