/* Netlink: links and addresses of the loopback interface, kobject events, errors. */
/* flags: -O2 -static -w */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "show.h"

enum { LO = 1 };

static void *const wild = (void *)16;

static void show_attribute(const struct rtattr *attr)
{
    if (attr->rta_type == IFLA_IFNAME) {
        printf("  name %s\n", (char *)RTA_DATA(attr));
    } else if (attr->rta_type == IFLA_MTU) {
        printf("  mtu %u\n", *(uint32_t *)RTA_DATA(attr));
    } else if (attr->rta_type == IFLA_ADDRESS) {
        show_bytes("  address", RTA_DATA(attr), RTA_PAYLOAD(attr));
    }
}

/* 1: the dump is over. */
static int show_message(const struct nlmsghdr *h)
{
    if (h->nlmsg_type == NLMSG_ERROR) {
        printf("error %d\n", ((struct nlmsgerr *)NLMSG_DATA(h))->error);
        return 1;
    }
    if (h->nlmsg_type == RTM_NEWLINK) {
        struct ifinfomsg *link = NLMSG_DATA(h);
        int size = IFLA_PAYLOAD(h);

        if (link->ifi_index == LO) {
            printf("link type %u\n", link->ifi_type);
            for (struct rtattr *a = IFLA_RTA(link); RTA_OK(a, size); a = RTA_NEXT(a, size)) {
                show_attribute(a);
            }
        }
    } else if (h->nlmsg_type == RTM_NEWADDR) {
        struct ifaddrmsg *addr = NLMSG_DATA(h);
        int size = IFA_PAYLOAD(h);

        if (addr->ifa_index == LO && addr->ifa_family == AF_INET) {
            printf("address /%u\n", addr->ifa_prefixlen);
            for (struct rtattr *a = IFA_RTA(addr); RTA_OK(a, size); a = RTA_NEXT(a, size)) {
                if (a->rta_type == IFA_LOCAL) {
                    show_bytes("  local", RTA_DATA(a), RTA_PAYLOAD(a));
                }
            }
        }
    }
    return h->nlmsg_type == NLMSG_DONE;
}

static void dump(int fd, int type)
{
    struct {
        struct nlmsghdr h;
        struct rtgenmsg gen;
    } request = { { NLMSG_LENGTH(sizeof(struct rtgenmsg)), type, NLM_F_REQUEST | NLM_F_DUMP, 7, 0 },
                  { AF_UNSPEC } };
    struct sockaddr_nl kernel = { AF_NETLINK };
    static _Alignas(8) char buf[32768];
    int done = 0;

    SHOW(sendto(fd, &request, request.h.nlmsg_len, 0, (void *)&kernel, sizeof(kernel)));
    while (!done) {
        struct sockaddr_nl from = { 0 };
        struct iovec iov = { buf, sizeof(buf) };
        struct msghdr msg = { &from, sizeof(from), &iov, 1 };
        int size = recvmsg(fd, &msg, 0);

        if (size <= 0) {
            printf("recvmsg: %d %s\n", size, strerrorname_np(errno));
            return;
        }
        for (struct nlmsghdr *h = (void *)buf; !done && NLMSG_OK(h, size);
             h = NLMSG_NEXT(h, size)) {
            done = show_message(h);
        }
    }
}

static void test_bind(int fd)
{
    struct sockaddr_nl addr = { AF_NETLINK }, got;
    socklen_t size = sizeof(got);

    SHOW(bind(fd, (void *)&addr, sizeof(addr)));
    SHOW(getsockname(fd, (void *)&got, &size));
    printf("family %u groups %u size %u\n", got.nl_family, got.nl_groups, size);
    SHOW_IF(got.nl_pid != 0);
    SHOW(bind(fd, (void *)&addr, 4));
    SHOW(bind(fd, wild, sizeof(addr)));
    SHOW(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &(int){ RTNLGRP_LINK }, 4));
    SHOW(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &(int){ 9999 }, 4));
    SHOW(setsockopt(fd, SOL_NETLINK, NETLINK_PKTINFO, &(int){ 1 }, 4));
    SHOW(setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &(int){ 1 }, 4));
    size = 4;
    SHOW(getsockopt(fd, SOL_NETLINK, NETLINK_PKTINFO, &got, &size));
}

static void test_uevent(void)
{
    struct sockaddr_nl addr = { AF_NETLINK, 0, 0, 1 };
    char buf[16];
    int fd;

    SHOW_OK(
        fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
    SHOW(bind(fd, (void *)&addr, sizeof(addr)));
    SHOW(recv(fd, buf, sizeof(buf), 0));
    SHOW(socket(AF_NETLINK, SOCK_RAW, 99));
    SHOW(socket(AF_NETLINK, SOCK_STREAM, 0));
}

static void test_interfaces(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq req = { .ifr_name = "lo" };
    struct ifreq list[64];
    struct ifconf conf = { .ifc_len = sizeof(list), .ifc_req = list };

    SHOW(ioctl(fd, SIOCGIFINDEX, &req));
    SHOW(req.ifr_ifindex);
    SHOW(ioctl(fd, SIOCGIFFLAGS, &req));
    SHOW_IF(req.ifr_flags & IFF_LOOPBACK);
    SHOW(ioctl(fd, SIOCGIFMTU, &req));
    SHOW(ioctl(fd, SIOCGIFHWADDR, &req));
    SHOW(req.ifr_hwaddr.sa_family);
    strcpy(req.ifr_name, "none");
    SHOW(ioctl(fd, SIOCGIFFLAGS, &req));
    SHOW(ioctl(fd, SIOCGIFFLAGS, wild));
    SHOW(ioctl(fd, SIOCGIFCONF, &conf));
    SHOW_IF(conf.ifc_len % sizeof(struct ifreq) == 0 && !strcmp(list[0].ifr_name, "lo"));
    conf.ifc_req = NULL;
    SHOW(ioctl(fd, SIOCGIFCONF, &conf));
    conf.ifc_req = wild;
    conf.ifc_len = sizeof(list);
    SHOW(ioctl(fd, SIOCGIFCONF, &conf));
    SHOW(ioctl(fd, SIOCGIFCONF, wild));
    SHOW(if_nametoindex("lo"));
    SHOW(ioctl(0, SIOCGIFFLAGS, &req));
}

int main(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    test_bind(fd);
    dump(fd, RTM_GETLINK);
    dump(fd, RTM_GETADDR);
    dump(fd, 9998);
    test_uevent();
    test_interfaces();
    return 0;
}
