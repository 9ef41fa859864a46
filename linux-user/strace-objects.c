/*
 * Structures, strings and arrays in guest memory as strace(1) shows them.
 *
 * Memory that cannot be read is shown as its address, so nothing here fails.
 */
#include "strace-objects.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "strace-flags.h"
#include "strace-signals.h"

enum { MAX_ITEMS = 32 }; /* of an array */

static void put_addr(GString *out, GuestAddr addr)
{
    if (addr) {
        g_string_append_printf(out, "0x%" PRIx64, addr);
    } else {
        g_string_append(out, "NULL");
    }
}

/* Strings */

static void put_char(GString *out, uint8_t c, bool digit_follows)
{
    static const char special[] = "\"\\\n\t\r\f\v";
    static const char letters[] = "\"\\ntrfv";
    const char *p = c ? strchr(special, c) : NULL;

    if (p) {
        g_string_append_printf(out, "\\%c", letters[p - special]);
    } else if (c >= ' ' && c < 0x7f) {
        g_string_append_c(out, c);
    } else {
        g_string_append_printf(out, digit_follows ? "\\%03o" : "\\%o", c);
    }
}

static void put_quoted(GString *out, const uint8_t *bytes, size_t size, bool cut)
{
    g_string_append_c(out, '"');
    for (size_t i = 0; i < size; i++) {
        put_char(out, bytes[i], i + 1 < size && g_ascii_isdigit(bytes[i + 1]));
    }
    g_string_append(out, cut ? "\"..." : "\"");
}

static void put_limited(GString *out, GuestTask *task, GuestAddr addr, size_t limit)
{
    char *text;

    if (!addr || guest_string(task, addr, 4096, &text) != 0) {
        put_addr(out, addr);
        return;
    }
    put_quoted(out, (uint8_t *)text, MIN(strlen(text), limit), strlen(text) > limit);
    g_free(text);
}

void strace_put_path(GString *out, GuestTask *task, GuestAddr addr)
{
    put_limited(out, task, addr, SIZE_MAX);
}

void strace_put_string(GString *out, GuestTask *task, GuestAddr addr)
{
    put_limited(out, task, addr, STRACE_STRING_MAX);
}

void strace_put_buffer(GString *out, GuestTask *task, GuestAddr addr, uint64_t size)
{
    uint8_t bytes[STRACE_STRING_MAX];
    size_t shown = MIN(size, sizeof(bytes));

    if (!addr || !guest_get(task, addr, bytes, shown)) {
        put_addr(out, addr);
        return;
    }
    put_quoted(out, bytes, shown, size > shown);
}

void strace_put_strings(GString *out, GuestTask *task, GuestAddr addr)
{
    unsigned word = guest_word_size(task);
    uint64_t item;

    if (!addr || !guest_get_word(task, addr, &item)) {
        put_addr(out, addr);
        return;
    }
    g_string_append_c(out, '[');
    for (unsigned i = 0; guest_get_word(task, addr + i * word, &item) && item; i++) {
        if (i) {
            g_string_append(out, ", ");
        }
        if (i == MAX_ITEMS) {
            g_string_append(out, "...");
            break;
        }
        strace_put_string(out, task, item);
    }
    g_string_append_c(out, ']');
}

void strace_put_environment(GString *out, GuestTask *task, GuestAddr addr)
{
    unsigned word = guest_word_size(task), n = 0;
    uint64_t item;

    put_addr(out, addr);
    if (!addr) {
        return;
    }
    while (guest_get_word(task, addr + n * word, &item) && item) {
        n++;
    }
    g_string_append_printf(out, " /* %u var%s */", n, n == 1 ? "" : "s");
}

/* Structures: each takes a copy of the bytes */

static int64_t word_at(const uint8_t *bytes, size_t offset)
{
    int64_t value;

    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

static int32_t int_at(const uint8_t *bytes, size_t offset)
{
    int32_t value;

    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

static void put_int(GString *out, const uint8_t *b)
{
    g_string_append_printf(out, "[%d]", int_at(b, 0));
}

static void put_long(GString *out, const uint8_t *b)
{
    g_string_append_printf(out, "[%" PRId64 "]", word_at(b, 0));
}

static void put_fd2(GString *out, const uint8_t *b)
{
    g_string_append_printf(out, "[%d, %d]", int_at(b, 0), int_at(b, 4));
}

static void put_timespec(GString *out, const uint8_t *b)
{
    g_string_append_printf(out, "{tv_sec=%" PRId64 ", tv_nsec=%" PRId64 "}", word_at(b, 0),
                           word_at(b, 8));
}

/* One of utimensat's times. */
static void put_file_time(GString *out, const uint8_t *b)
{
    if (word_at(b, 8) == UTIME_NOW) {
        g_string_append(out, "UTIME_NOW");
    } else if (word_at(b, 8) == UTIME_OMIT) {
        g_string_append(out, "UTIME_OMIT");
    } else {
        put_timespec(out, b);
    }
}

static void put_timespec2(GString *out, const uint8_t *b)
{
    g_string_append_c(out, '[');
    put_file_time(out, b);
    g_string_append(out, ", ");
    put_file_time(out, b + 16);
    g_string_append_c(out, ']');
}

static void put_timeval(GString *out, const uint8_t *b)
{
    g_string_append_printf(out, "{tv_sec=%" PRId64 ", tv_usec=%" PRId64 "}", word_at(b, 0),
                           word_at(b, 8));
}

static void put_itimerval(GString *out, const uint8_t *b)
{
    g_string_append(out, "{it_interval=");
    put_timeval(out, b);
    g_string_append(out, ", it_value=");
    put_timeval(out, b + 16);
    g_string_append_c(out, '}');
}

static void put_itimerspec(GString *out, const uint8_t *b)
{
    g_string_append(out, "{it_interval=");
    put_timespec(out, b);
    g_string_append(out, ", it_value=");
    put_timespec(out, b + 16);
    g_string_append_c(out, '}');
}

static void put_sigset(GString *out, const uint8_t *b)
{
    strace_put_sigset(out, word_at(b, 0));
}

/* Without restorer: the layout of guests that have none. */
static void put_sigaction(GString *out, const uint8_t *b)
{
    uint64_t handler = word_at(b, 0);

    g_string_append(out, "{sa_handler=");
    if (handler > 1) {
        put_addr(out, handler);
    } else {
        g_string_append(out, handler ? "SIG_IGN" : "SIG_DFL");
    }
    g_string_append(out, ", sa_mask=");
    put_sigset(out, b + 16);
    g_string_append(out, ", sa_flags=");
    strace_put_flags(out, SET_SIG_FLAGS, word_at(b, 8));
    g_string_append_c(out, '}');
}

static void put_stack(GString *out, const uint8_t *b)
{
    g_string_append(out, "{ss_sp=");
    put_addr(out, word_at(b, 0));
    g_string_append(out, ", ss_flags=");
    strace_put_flags(out, SET_SS, (uint32_t)int_at(b, 8));
    g_string_append_printf(out, ", ss_size=%" PRId64 "}", word_at(b, 16));
}

static const char *file_type(uint32_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "S_IFREG";
    case S_IFDIR:
        return "S_IFDIR";
    case S_IFLNK:
        return "S_IFLNK";
    case S_IFCHR:
        return "S_IFCHR";
    case S_IFBLK:
        return "S_IFBLK";
    case S_IFIFO:
        return "S_IFIFO";
    case S_IFSOCK:
        return "S_IFSOCK";
    default:
        return "0";
    }
}

/* asm-generic's layout */
static void put_stat(GString *out, const uint8_t *b)
{
    uint32_t mode = int_at(b, 16);

    g_string_append_printf(out, "{st_mode=%s|%04o, st_size=%" PRId64 ", ...}", file_type(mode),
                           mode & 07777, word_at(b, 48));
}

static void put_statx(GString *out, const uint8_t *b)
{
    uint32_t mode = int_at(b, 28) & 0xffff;

    g_string_append_printf(out, "{stx_mask=0x%x, stx_mode=%s|%04o, stx_size=%" PRId64 ", ...}",
                           int_at(b, 0), file_type(mode), mode & 07777, word_at(b, 40));
}

static void put_limit(GString *out, uint64_t limit)
{
    if (limit == UINT64_MAX) {
        g_string_append(out, "RLIM64_INFINITY");
    } else {
        g_string_append_printf(out, "%" PRIu64, limit);
    }
}

static void put_rlimit(GString *out, const uint8_t *b)
{
    g_string_append(out, "{rlim_cur=");
    put_limit(out, word_at(b, 0));
    g_string_append(out, ", rlim_max=");
    put_limit(out, word_at(b, 8));
    g_string_append_c(out, '}');
}

static void put_utsname(GString *out, const uint8_t *b)
{
    const struct utsname *names = (const void *)b;

    g_string_append_printf(out, "{sysname=\"%s\", nodename=\"%s\", release=\"%s\", machine=\"%s\"}",
                           names->sysname, names->nodename, names->release, names->machine);
}

static void put_wait_status(GString *out, const uint8_t *b)
{
    int status = int_at(b, 0);

    if (WIFEXITED(status)) {
        g_string_append_printf(out, "[{WIFEXITED(s) && WEXITSTATUS(s) == %d}]",
                               WEXITSTATUS(status));
    } else if (WIFSIGNALED(status)) {
        g_string_append(out, "[{WIFSIGNALED(s) && WTERMSIG(s) == ");
        strace_put_signal(out, WTERMSIG(status));
        g_string_append(out, "}]");
    } else {
        g_string_append_printf(out, "[0x%x]", status);
    }
}

/* 64-bit guests share the host's layout. */
static void put_siginfo(GString *out, const uint8_t *b)
{
    strace_put_siginfo(out, (const void *)b);
}

static void put_epoll_event(GString *out, const uint8_t *b)
{
    g_string_append(out, "{events=");
    strace_put_flags(out, SET_EPOLL, (uint32_t)int_at(b, 0));
    g_string_append_printf(out, ", data={u32=%u, u64=%" PRIu64 "}}", (unsigned)int_at(b, 8),
                           word_at(b, 8));
}

static void put_open_how(GString *out, const uint8_t *b)
{
    g_string_append(out, "{flags=");
    strace_put_flags(out, SET_OPEN, word_at(b, 0));
    if (word_at(b, 8)) {
        g_string_append_printf(out, ", mode=%#03" PRIo64, word_at(b, 8));
    }
    g_string_append(out, ", resolve=");
    strace_put_flags(out, SET_RESOLVE, word_at(b, 16));
    g_string_append_c(out, '}');
}

static void put_clone_args(GString *out, const uint8_t *b)
{
    g_string_append(out, "{flags=");
    strace_put_flags(out, SET_CLONE, word_at(b, 0));
    g_string_append(out, ", exit_signal=");
    strace_put_signal(out, word_at(b, 32));
    g_string_append(out, ", stack=");
    put_addr(out, word_at(b, 40));
    g_string_append_printf(out, ", stack_size=0x%" PRIx64 "}", word_at(b, 48));
}

typedef void PutObject(GString *out, const uint8_t *bytes);

static PutObject *const put_object[OBJ_COUNT] = {
    [OBJ_CLONE_ARGS] = put_clone_args,
    [OBJ_EPOLL_EVENT] = put_epoll_event,
    [OBJ_FD2] = put_fd2,
    [OBJ_INT] = put_int,
    [OBJ_ITIMERSPEC] = put_itimerspec,
    [OBJ_ITIMERVAL] = put_itimerval,
    [OBJ_LONG] = put_long,
    [OBJ_OFF] = put_long,
    [OBJ_OPEN_HOW] = put_open_how,
    [OBJ_RLIMIT] = put_rlimit,
    [OBJ_SIGACTION] = put_sigaction,
    [OBJ_SIGINFO] = put_siginfo,
    [OBJ_SIGSET] = put_sigset,
    [OBJ_STACK] = put_stack,
    [OBJ_STAT] = put_stat,
    [OBJ_STATX] = put_statx,
    [OBJ_TIMESPEC] = put_timespec,
    [OBJ_TIMESPEC2] = put_timespec2,
    [OBJ_TIMEVAL] = put_timeval,
    [OBJ_UTSNAME] = put_utsname,
    [OBJ_WAIT_STATUS] = put_wait_status,
};

void strace_put_object(GString *out, GuestTask *task, ArgObject object, GuestAddr addr)
{
    _Alignas(8) uint8_t bytes[512];

    if (!addr || !put_object[object] || !guest_get(task, addr, bytes, arg_object_size[object])) {
        put_addr(out, addr);
        return;
    }
    put_object[object](out, bytes);
}

/* Arrays */

static void put_inet(GString *out, const struct sockaddr_in *in)
{
    char text[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    g_string_append_printf(out,
                           "{sa_family=AF_INET, sin_port=htons(%u), sin_addr=inet_addr(\"%s\")}",
                           ntohs(in->sin_port), text);
}

static void put_inet6(GString *out, const struct sockaddr_in6 *in6)
{
    char text[INET6_ADDRSTRLEN];

    inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
    g_string_append_printf(out,
                           "{sa_family=AF_INET6, sin6_port=htons(%u), sin6_flowinfo=htonl(%u), "
                           "inet_pton(AF_INET6, \"%s\", &sin6_addr), sin6_scope_id=%u}",
                           ntohs(in6->sin6_port), ntohl(in6->sin6_flowinfo), text,
                           in6->sin6_scope_id);
}

/* An abstract name begins with a NUL, shown as '@'. */
static void put_unix(GString *out, const struct sockaddr_un *un, uint32_t size)
{
    size_t max = size - offsetof(struct sockaddr_un, sun_path);

    g_string_append(out, "{sa_family=AF_UNIX");
    if (max > 0) {
        const char *path = un->sun_path;
        bool abstract = path[0] == 0;

        g_string_append(out, abstract ? ", sun_path=@" : ", sun_path=");
        put_quoted(out, (const uint8_t *)path + abstract, abstract ? max - 1 : strnlen(path, max),
                   false);
    }
    g_string_append_c(out, '}');
}

void strace_put_sockaddr(GString *out, GuestTask *task, GuestAddr addr, uint32_t size)
{
    struct sockaddr_storage storage = { 0 };

    size = MIN(size, sizeof(storage));
    if (!addr || size < sizeof(sa_family_t) || !guest_get(task, addr, &storage, size)) {
        put_addr(out, addr);
    } else if (storage.ss_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
        put_inet(out, (void *)&storage);
    } else if (storage.ss_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
        put_inet6(out, (void *)&storage);
    } else if (storage.ss_family == AF_UNIX && size <= sizeof(struct sockaddr_un)) {
        put_unix(out, (void *)&storage, size);
    } else {
        g_string_append(out, "{sa_family=");
        strace_put_enum(out, SET_AF, storage.ss_family);
        g_string_append(out, ", ...}");
    }
}

void strace_put_pollfds(GString *out, GuestTask *task, GuestAddr addr, uint32_t count)
{
    struct pollfd fds[MAX_ITEMS];
    uint32_t shown = MIN(count, MAX_ITEMS);

    if (!addr || !guest_get(task, addr, fds, shown * sizeof(fds[0]))) {
        put_addr(out, addr);
        return;
    }
    g_string_append_c(out, '[');
    for (uint32_t i = 0; i < shown; i++) {
        g_string_append_printf(out, "%s{fd=%d, events=", i ? ", " : "", fds[i].fd);
        strace_put_flags(out, SET_POLL, (uint16_t)fds[i].events);
        g_string_append_c(out, '}');
    }
    g_string_append(out, count > shown ? ", ...]" : "]");
}

void strace_put_poll_results(GString *out, GuestTask *task, GuestAddr addr, uint32_t count)
{
    struct pollfd fds[MAX_ITEMS];
    uint32_t shown = MIN(count, MAX_ITEMS);
    const char *separator = "";

    if (!guest_get(task, addr, fds, shown * sizeof(fds[0]))) {
        put_addr(out, addr);
        return;
    }
    g_string_append_c(out, '[');
    for (uint32_t i = 0; i < shown; i++) {
        if (fds[i].revents) {
            g_string_append_printf(out, "%s{fd=%d, revents=", separator, fds[i].fd);
            strace_put_flags(out, SET_POLL, (uint16_t)fds[i].revents);
            g_string_append_c(out, '}');
            separator = ", ";
        }
    }
    g_string_append_c(out, ']');
}

void strace_put_epoll_events(GString *out, GuestTask *task, GuestAddr addr, uint64_t count)
{
    g_string_append_c(out, '[');
    for (uint64_t i = 0; i < MIN(count, MAX_ITEMS); i++) {
        g_string_append(out, i ? ", " : "");
        strace_put_object(out, task, OBJ_EPOLL_EVENT, addr + i * arg_object_size[OBJ_EPOLL_EVENT]);
    }
    g_string_append(out, count > MAX_ITEMS ? ", ...]" : "]");
}

void strace_put_msghdr(GString *out, GuestTask *task, GuestAddr addr, uint64_t total)
{
    struct msghdr msg; /* 64-bit guests share the host's layout */

    if (!addr || !guest_get(task, addr, &msg, sizeof(msg))) {
        put_addr(out, addr);
        return;
    }
    g_string_append(out, "{msg_name=");
    strace_put_sockaddr(out, task, (uintptr_t)msg.msg_name, msg.msg_namelen);
    g_string_append_printf(out, ", msg_namelen=%u, msg_iov=", msg.msg_namelen);
    strace_put_iov(out, task, (uintptr_t)msg.msg_iov, msg.msg_iovlen, total);
    g_string_append_printf(out, ", msg_iovlen=%zu", msg.msg_iovlen);
    if (msg.msg_control) {
        g_string_append(out, ", msg_control=");
        put_addr(out, (uintptr_t)msg.msg_control);
    }
    g_string_append_printf(out, ", msg_controllen=%zu, msg_flags=", msg.msg_controllen);
    strace_put_flags(out, SET_MSG, (uint32_t)msg.msg_flags);
    g_string_append_c(out, '}');
}

void strace_put_iov(GString *out, GuestTask *task, GuestAddr addr, uint64_t count, uint64_t total)
{
    unsigned word = guest_word_size(task);
    uint64_t shown = MIN(count, MAX_ITEMS);

    g_string_append_c(out, '[');
    for (uint64_t i = 0; i < shown; i++) {
        uint64_t base, size;

        if (!guest_get_word(task, addr + 2 * i * word, &base) ||
            !guest_get_word(task, addr + (2 * i + 1) * word, &size)) {
            break;
        }
        g_string_append(out, i ? ", {iov_base=" : "{iov_base=");
        strace_put_buffer(out, task, base, MIN(size, total));
        g_string_append_printf(out, ", iov_len=%" PRIu64 "}", size);
        total -= MIN(size, total);
    }
    g_string_append(out, count > shown ? ", ...]" : "]");
}

void strace_put_fdset(GString *out, GuestTask *task, GuestAddr addr, uint32_t count)
{
    uint64_t words[1024 / 64];
    const char *separator = "";

    count = MIN(count, 1024);
    if (!addr || !guest_get(task, addr, words, (count + 63) / 64 * 8)) {
        put_addr(out, addr);
        return;
    }
    g_string_append_c(out, '[');
    for (uint32_t fd = 0; fd < count; fd++) {
        if (words[fd / 64] >> fd % 64 & 1) {
            g_string_append_printf(out, "%s%u", separator, fd);
            separator = " ";
        }
    }
    g_string_append_c(out, ']');
}

bool strace_fdset_has_any(GuestTask *task, GuestAddr addr, uint32_t count)
{
    uint64_t word;
    bool any = false;

    for (uint32_t at = 0; at < MIN(count, 1024) && !any; at += 64) {
        any = guest_get_u64(task, addr + at / 8, &word) && word;
    }
    return any;
}
