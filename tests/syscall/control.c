/* Control messages: descriptors, credentials, timestamps, packet information; many messages. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#include "show.h"

static void *const wild = (void *)16;

static void show_control(struct msghdr *msg)
{
    printf("control %zu flags %#x\n", msg->msg_controllen, msg->msg_flags);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        printf("  level %d type %d size %zu\n", c->cmsg_level, c->cmsg_type, c->cmsg_len);
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
                char name[64] = { 0 }, path[32];

                snprintf(path, sizeof(path), "/proc/self/fd/%d", ((int *)CMSG_DATA(c))[i]);
                readlink(path, name, sizeof(name) - 1);
                printf("  %s\n", strrchr(name, '/'));
            }
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred *cred = (void *)CMSG_DATA(c);

            SHOW_IF(cred->pid == getpid() && cred->uid == getuid());
        } else if (c->cmsg_level == SOL_SOCKET &&
                   (c->cmsg_type == SO_TIMESTAMP || c->cmsg_type == SO_TIMESTAMPNS)) {
            SHOW_IF(labs(((struct timespec *)CMSG_DATA(c))->tv_sec - time(NULL)) < 100);
        } else if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo *info = (void *)CMSG_DATA(c);

            printf("  interface %d address %#x\n", info->ipi_ifindex, ntohl(info->ipi_addr.s_addr));
        } else if (c->cmsg_level == SOL_IP) {
            printf("  value %d\n", *CMSG_DATA(c));
        }
    }
    fflush(stdout);
}

static void receive(int fd, size_t room, int flags)
{
    _Alignas(8) char control[256] = { 0 };
    char buf[16] = { 0 };
    struct iovec iov = { buf, sizeof(buf) - 1 };
    struct msghdr msg = { NULL, 0, &iov, 1, control, room };

    SHOW(recvmsg(fd, &msg, flags));
    printf("%s\n", buf);
    show_control(&msg);
}

static ssize_t send_control(int fd, int type, const void *data, size_t size)
{
    _Alignas(8) char control[256] = { 0 };
    struct iovec iov = { "hello", 5 };
    struct msghdr msg = { NULL, 0, &iov, 1, control, CMSG_SPACE(size) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(c), data, size);
    return sendmsg(fd, &msg, 0);
}

static void test_unix(void)
{
    struct ucred cred = { getpid(), getuid(), getgid() }, other = { 1 << 22, 0, 0 };
    int pair[2], files[2];

    files[0] = open("one", O_RDWR | O_CREAT, 0600);
    files[1] = open("two", O_RDWR | O_CREAT, 0600);
    SHOW(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    SHOW(send_control(pair[0], SCM_RIGHTS, files, sizeof(files)));
    receive(pair[1], 256, MSG_CMSG_CLOEXEC);
    SHOW(send_control(pair[0], SCM_RIGHTS, files, sizeof(files)));
    receive(pair[1], CMSG_LEN(4), 0);
    SHOW(send_control(pair[0], SCM_RIGHTS, files, sizeof(files)));
    receive(pair[1], 0, 0);
    SHOW(send_control(pair[0], SCM_RIGHTS, &(int){ -1 }, 4));
    SHOW(send_control(pair[0], SCM_CREDENTIALS, &cred, sizeof(cred)));
    receive(pair[1], 256, 0);
    SHOW(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, 4));
    SHOW(setsockopt(pair[1], SOL_SOCKET, SO_TIMESTAMP, &(int){ 1 }, 4));
    SHOW(send_control(pair[0], SCM_CREDENTIALS, &cred, sizeof(cred)));
    receive(pair[1], 256, 0);
    SHOW(send_control(pair[0], SCM_CREDENTIALS, &other, sizeof(other)));
    SHOW(send_control(pair[0], 99, &cred, sizeof(cred)));
    receive(pair[1], 256, MSG_DONTWAIT);
}

static void test_inet(void)
{
    struct sockaddr_in addr = { AF_INET, 0, { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof(addr);
    int a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM, 0);

    SHOW(bind(a, (void *)&addr, size));
    SHOW(getsockname(a, (void *)&addr, &size));
    SHOW(connect(b, (void *)&addr, size));
    SHOW(setsockopt(a, SOL_IP, IP_PKTINFO, &(int){ 1 }, 4));
    SHOW(setsockopt(a, SOL_IP, IP_RECVTTL, &(int){ 1 }, 4));
    SHOW(setsockopt(a, SOL_IP, IP_RECVTOS, &(int){ 1 }, 4));
    SHOW(setsockopt(b, SOL_IP, IP_TTL, &(int){ 33 }, 4));
    SHOW(setsockopt(a, SOL_SOCKET, SO_TIMESTAMPNS, &(int){ 1 }, 4));
    SHOW(send(b, "packet", 6, 0));
    receive(a, 256, 0);
    SHOW(send(b, "a longer packet than fits", 25, 0));
    receive(a, 256, MSG_TRUNC);
    SHOW(send(b, "", 0, 0));
    receive(a, 8, 0);
}

static void test_headers(void)
{
    char buf[16], name[200];
    struct iovec iov = { buf, sizeof(buf) };
    struct msghdr msg = { name, sizeof(name), &iov, 1 };
    int pair[2];

    SHOW(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair));
    SHOW(send(pair[0], "x", 1, 0));
    SHOW(recvmsg(pair[1], &msg, 0));
    printf("name size %u\n", msg.msg_namelen);
    SHOW(recvmsg(pair[1], wild, 0));
    SHOW(sendmsg(pair[1], wild, 0));
    SHOW(sendmsg(-1, wild, 0));
    msg.msg_iovlen = 2000;
    SHOW(recvmsg(pair[1], &msg, 0));
    SHOW(sendmsg(pair[1], &msg, 0));
    msg.msg_iovlen = 1;
    msg.msg_iov = wild;
    SHOW(recvmsg(pair[1], &msg, 0));
    msg.msg_iov = &iov;
    msg.msg_namelen = -1;
    SHOW(recvmsg(pair[1], &msg, 0));
    SHOW(send(pair[0], "x", 1, 0));
    msg.msg_namelen = 0x10000;
    SHOW(recvmsg(pair[1], &msg, 0));
    iov.iov_len = -1;
    msg.msg_namelen = 0;
    SHOW(recvmsg(pair[1], &msg, 0));
    iov.iov_len = 16;
    iov.iov_base = wild;
    SHOW(sendmsg(pair[1], &msg, 0));
    iov.iov_base = buf;
    msg.msg_control = wild;
    msg.msg_controllen = 64;
    SHOW(sendmsg(pair[1], &msg, 0));
}

static void test_many(void)
{
    struct mmsghdr out[4] = { 0 }, in[4] = { 0 };
    struct iovec iov[8];
    struct timespec now = { 0, 0 };
    static char text[4][8] = { "a", "bb", "ccc", "dddd" }, buf[4][8];
    int pair[2];

    SHOW(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair));
    for (int i = 0; i < 4; i++) {
        iov[i] = (struct iovec){ text[i], strlen(text[i]) };
        iov[4 + i] = (struct iovec){ buf[i], 8 };
        out[i].msg_hdr.msg_iov = &iov[i];
        in[i].msg_hdr.msg_iov = &iov[4 + i];
        out[i].msg_hdr.msg_iovlen = in[i].msg_hdr.msg_iovlen = 1;
    }
    SHOW(sendmmsg(pair[0], out, 3, 0));
    SHOW(out[2].msg_len);
    SHOW(recvmmsg(pair[1], in, 4, 0, NULL));
    printf("%s %s %s %u %u\n", buf[0], buf[1], buf[2], in[1].msg_len, in[3].msg_len);
    SHOW(recvmmsg(pair[1], in, 4, 0, NULL));
    SHOW(sendmmsg(pair[0], out, 0, 0));
    iov[2].iov_base = wild;
    SHOW(sendmmsg(pair[0], out, 4, 0));
    out[1].msg_hdr.msg_iov = wild;
    SHOW(sendmmsg(pair[0], out, 4, 0));
    out[0].msg_hdr.msg_iov = wild;
    SHOW(sendmmsg(pair[0], out, 4, 0));
    SHOW(recvmmsg(pair[1], in, 2, MSG_DONTWAIT, &now));
    SHOW(recvmmsg(pair[1], in, 2, MSG_WAITFORONE, wild));
    SHOW(recvmmsg(pair[1], wild, 2, 0, NULL));
    now.tv_nsec = -1;
    SHOW(recvmmsg(pair[1], in, 2, 0, &now));
    SHOW(sendmmsg(-1, wild, 4, 0));
}

int main(void)
{
    test_unix();
    test_inet();
    test_headers();
    test_many();
    return 0;
}
