/* Sockets: pairs, Unix and Internet addresses, messages with descriptors, options, errors. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "show.h"

static void test_pair(void)
{
    char buf[32] = { 0 };
    int s[2];

    SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s));
    SHOW(fcntl(s[0], F_GETFD));
    SHOW(send(s[0], "hello", 5, 0));
    SHOW(recv(s[1], buf, sizeof(buf), MSG_PEEK));
    SHOW(recv(s[1], buf, sizeof(buf), 0));
    puts(buf);
    SHOW(recv(s[1], buf, sizeof(buf), MSG_DONTWAIT));
    SHOW(shutdown(s[0], SHUT_WR));
    SHOW(recv(s[1], buf, sizeof(buf), 0));
    SHOW(send(s[0], "x", 1, MSG_NOSIGNAL));
    SHOW(shutdown(s[0], 99));
    SHOW(socketpair(AF_INET, SOCK_STREAM, 0, s));
    SHOW(socket(99, SOCK_STREAM, 0));
}

static void test_unix(void)
{
    struct sockaddr_un addr = { AF_UNIX, "socket" }, peer;
    socklen_t size = sizeof(peer);
    int server, client, conn;

    SHOW_OK(server = socket(AF_UNIX, SOCK_STREAM, 0));
    SHOW(bind(server, (void *)&addr, sizeof(addr)));
    SHOW(bind(server, (void *)&addr, sizeof(addr)));
    SHOW(listen(server, 5));
    SHOW_OK(client = socket(AF_UNIX, SOCK_STREAM, 0));
    SHOW(connect(client, (void *)&addr, sizeof(addr)));
    SHOW_OK(conn = accept4(server, (void *)&peer, &size, SOCK_NONBLOCK));
    printf("address size %u\n", size);
    size = sizeof(peer);
    SHOW(getpeername(client, (void *)&peer, &size));
    printf("%u %s\n", size, peer.sun_path);
    size = 4; /* too small: cut, and the whole size comes back */
    SHOW(getsockname(server, (void *)&peer, &size));
    printf("%u\n", size);
    SHOW(getsockname(client, (void *)0xffff800000000000, &size));
    SHOW(read(conn, &size, 1));
    addr.sun_path[0] = 'x';
    SHOW(connect(client, (void *)&addr, sizeof(addr)));
    SHOW(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&addr, sizeof(addr)));
}

static void test_inet(void)
{
    struct sockaddr_in addr = { .sin_family = AF_INET }, from;
    socklen_t size = sizeof(addr);
    int server = socket(AF_INET, SOCK_STREAM, 0), client, conn, status;
    char buf[16] = { 0 };
    pid_t pid;

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SHOW(bind(server, (void *)&addr, sizeof(addr)));
    SHOW(listen(server, 1));
    SHOW(getsockname(server, (void *)&addr, &size));
    SHOW_IF(addr.sin_port != 0 && size == sizeof(addr));
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        client = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client, (void *)&addr, sizeof(addr)) < 0) {
            _exit(1);
        }
        _exit(write(client, "over tcp", 8) == 8 ? 0 : 2);
    }
    size = sizeof(from);
    SHOW_OK(conn = accept(server, (void *)&from, &size));
    printf("from %s\n", inet_ntoa(from.sin_addr));
    SHOW(recv(conn, buf, 8, MSG_WAITALL));
    puts(buf);
    waitpid(pid, &status, 0);
    SHOW(status);

    server = socket(AF_INET, SOCK_DGRAM, 0);
    client = socket(AF_INET, SOCK_DGRAM, 0);
    addr.sin_port = 0;
    bind(server, (void *)&addr, sizeof(addr));
    size = sizeof(addr);
    getsockname(server, (void *)&addr, &size);
    SHOW(sendto(client, "datagram", 8, 0, (void *)&addr, sizeof(addr)));
    size = sizeof(from);
    SHOW(recvfrom(server, buf, 4, MSG_TRUNC, (void *)&from, &size));
    printf("%.4s from %s, %u\n", buf, inet_ntoa(from.sin_addr), size);
    SHOW(recv(server, buf, 4, MSG_DONTWAIT));
}

static void test_options(void)
{
    struct timeval timeout = { 0, 20000 };
    struct linger linger;
    int s = socket(AF_INET, SOCK_STREAM, 0), value = 1, pair[2];
    socklen_t size = sizeof(value);
    char byte;

    SHOW(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value)));
    value = 0;
    SHOW(getsockopt(s, SOL_SOCKET, SO_REUSEADDR, &value, &size));
    printf("%d, size %u\n", value, size);
    SHOW(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &size));
    SHOW(value == SOCK_STREAM);
    SHOW(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &value, sizeof(value)));
    size = sizeof(linger);
    SHOW(getsockopt(s, SOL_SOCKET, SO_LINGER, &linger, &size));
    printf("%d %d, size %u\n", linger.l_onoff, linger.l_linger, size);
    SHOW(getsockopt(s, SOL_SOCKET, 9999, &value, &size));
    SHOW(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, (void *)0xffff800000000000));
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    SHOW(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)));
    SHOW(recv(pair[0], &byte, 1, 0));
}

static void test_messages(void)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec out[] = { { "one", 3 }, { "two", 3 } };
    char a[4] = { 0 }, b[8] = { 0 };
    struct iovec in[] = { { a, 3 }, { b, 8 } };
    struct msghdr msg = {
        .msg_iov = out, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    struct stat sent, got;
    int s[2], fds[2];

    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    memset(&control, 0, sizeof(control));
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(2 * sizeof(int));
    pipe(fds);
    fstat(fds[1], &sent);
    memcpy(CMSG_DATA(c), fds, sizeof(fds));
    SHOW(sendmsg(s[0], &msg, 0));
    memset(&control, 0, sizeof(control));
    msg = (struct msghdr){
        .msg_iov = in, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    SHOW(recvmsg(s[1], &msg, MSG_CMSG_CLOEXEC));
    printf("%s %s, control %zu, flags %x\n", a, b, msg.msg_controllen, msg.msg_flags);
    c = CMSG_FIRSTHDR(&msg);
    printf("level %d type %d length %zu\n", c->cmsg_level, c->cmsg_type, c->cmsg_len);
    memcpy(fds, CMSG_DATA(c), sizeof(fds));
    SHOW(fstat(fds[1], &got));
    SHOW_IF(sent.st_ino == got.st_ino);
    SHOW(fcntl(fds[1], F_GETFD));

    SHOW(send(s[0], "longer than eight", 17, 0));
    msg = (struct msghdr){ .msg_iov = in, .msg_iovlen = 1 };
    SHOW(recvmsg(s[1], &msg, 0));
    SHOW(msg.msg_flags == MSG_TRUNC);
    SHOW(recvmsg(s[1], (void *)0xffff800000000000, 0));
    msg.msg_iovlen = 5000;
    SHOW(sendmsg(s[0], &msg, 0));
}

static void test_many_messages(void)
{
    char a[8] = { 0 }, b[8] = { 0 };
    struct iovec out[] = { { "first", 5 }, { "second", 6 } }, in[] = { { a, 8 }, { b, 8 } };
    struct mmsghdr messages[3] = { 0 };
    int s[2];

    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    for (int i = 0; i < 2; i++) {
        messages[i].msg_hdr = (struct msghdr){ .msg_iov = &out[i], .msg_iovlen = 1 };
    }
    SHOW(sendmmsg(s[0], messages, 2, 0));
    printf("%u %u\n", messages[0].msg_len, messages[1].msg_len);
    for (int i = 0; i < 2; i++) {
        messages[i].msg_hdr = (struct msghdr){ .msg_iov = &in[i], .msg_iovlen = 1 };
    }
    SHOW(recvmmsg(s[1], messages, 2, MSG_DONTWAIT, NULL));
    printf("%u %s %u %s\n", messages[0].msg_len, a, messages[1].msg_len, b);
    SHOW(recvmmsg(s[1], messages, 2, MSG_DONTWAIT, NULL));
}

int main(void)
{
    test_pair();
    test_unix();
    test_inet();
    test_options();
    test_messages();
    test_many_messages();
    return 0;
}
