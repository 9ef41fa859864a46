/*
 * fcntl, ioctl, prctl, futex, socket options and waits for descriptors as strace(1) shows them.
 *
 * A table of rows by name; each knows how many arguments a request has, how one is shown, and what
 * its result means.
 */
#include "strace-calls.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "linux-user/guest-mem.h"
#include "strace-flags.h"
#include "strace-objects.h"

typedef struct CallForm {
    const char *name;
    unsigned first_request; /* the first argument that a request decides on */
    unsigned (*count)(const SysArgs *args, unsigned n);
    void (*put)(GString *out, const StraceView *view, unsigned i);
    void (*detail)(GString *out, const StraceView *view);
} CallForm;

static void put_addr(GString *out, uint64_t addr)
{
    g_string_append_printf(out, addr ? "0x%" PRIx64 : "NULL", addr);
}

static void put_int_behind(GString *out, const StraceView *view, GuestAddr addr)
{
    uint32_t value;

    if (view->result < 0 || !guest_get_u32(view->task, addr, &value)) {
        put_addr(out, addr);
    } else {
        g_string_append_printf(out, "[%d]", (int)value);
    }
}

/* fcntl */

static unsigned count_fcntl(const SysArgs *args, unsigned n)
{
    switch ((int)args->v[1]) {
    case F_GETFD:
    case F_GETFL:
    case F_GETOWN:
    case F_GETSIG:
    case F_GETLEASE:
    case F_GETPIPE_SZ:
    case F_GET_SEALS:
        return 2;
    default:
        return n;
    }
}

static void put_flock(GString *out, const StraceView *view, GuestAddr addr)
{
    static const char *const types[] = { "F_RDLCK", "F_WRLCK", "F_UNLCK" };
    struct flock l;

    if (!guest_get(view->task, addr, &l, sizeof(l))) {
        put_addr(out, addr);
        return;
    }
    if (l.l_type >= 0 && l.l_type < (short)G_N_ELEMENTS(types)) {
        g_string_append_printf(out, "{l_type=%s, l_whence=", types[l.l_type]);
    } else {
        g_string_append_printf(out, "{l_type=%#x, l_whence=", (unsigned short)l.l_type);
    }
    strace_put_enum(out, SET_WHENCE, l.l_whence);
    g_string_append_printf(out, ", l_start=%" PRId64 ", l_len=%" PRId64, (int64_t)l.l_start,
                           (int64_t)l.l_len);
    if (view->args->v[1] == F_GETLK || view->args->v[1] == F_OFD_GETLK) {
        g_string_append_printf(out, ", l_pid=%d", l.l_pid);
    }
    g_string_append_c(out, '}');
}

static void put_fcntl(GString *out, const StraceView *view, unsigned i)
{
    uint64_t arg = view->args->v[i];

    switch ((int)view->args->v[1]) {
    case F_SETFD:
        g_string_append(out, arg == FD_CLOEXEC ? "FD_CLOEXEC" : "0");
        break;
    case F_SETFL:
        strace_put_flags(out, SET_OPEN, arg);
        break;
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        put_flock(out, view, arg);
        break;
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
    case F_SETOWN:
    case F_SETPIPE_SZ:
        g_string_append_printf(out, "%d", (int)arg);
        break;
    case F_SETSIG:
        strace_put_signal(out, arg);
        break;
    default:
        g_string_append_printf(out, "0x%" PRIx64, arg);
        break;
    }
}

static void detail_fcntl(GString *out, const StraceView *view)
{
    if (view->result < 0) {
        return;
    }
    if (view->args->v[1] == F_GETFD && view->result) {
        g_string_append(out, " (flags FD_CLOEXEC)");
    } else if (view->args->v[1] == F_GETFL) {
        g_string_append(out, " (flags ");
        strace_put_flags(out, SET_OPEN, view->result);
        g_string_append_c(out, ')');
    }
}

/* ioctl */

static unsigned count_ioctl(const SysArgs *args, unsigned n)
{
    switch ((uint32_t)args->v[1]) {
    case FIOCLEX:
    case FIONCLEX:
    case TIOCEXCL:
    case TIOCNXCL:
    case TIOCNOTTY:
        return 2;
    default:
        return n;
    }
}

static void put_winsize(GString *out, const StraceView *view, GuestAddr addr)
{
    struct winsize size;

    if (view->result < 0 || !guest_get(view->task, addr, &size, sizeof(size))) {
        put_addr(out, addr);
        return;
    }
    g_string_append_printf(out, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}", size.ws_row,
                           size.ws_col, size.ws_xpixel, size.ws_ypixel);
}

static void put_ioctl(GString *out, const StraceView *view, unsigned i)
{
    uint64_t arg = view->args->v[i];

    switch ((uint32_t)view->args->v[1]) {
    case FIONREAD:
    case FIONBIO:
    case FIOASYNC:
    case TIOCOUTQ:
    case TIOCGPGRP:
    case TIOCSPGRP:
    case TIOCGSID:
    case TIOCGPTN:
    case TIOCSPTLCK:
        put_int_behind(out, view, arg);
        break;
    case TIOCGWINSZ:
    case TIOCSWINSZ:
        put_winsize(out, view, arg);
        break;
    default:
        put_addr(out, arg);
        break;
    }
}

/* prctl */

static unsigned count_prctl(const SysArgs *args, unsigned n)
{
    switch ((int)args->v[0]) {
    case PR_GET_DUMPABLE:
    case PR_GET_KEEPCAPS:
    case PR_GET_SECCOMP:
    case PR_GET_SECUREBITS:
    case PR_GET_TIMERSLACK:
    case PR_GET_TIMING:
        return 1;
    case PR_SET_NAME:
    case PR_GET_NAME:
    case PR_SET_PDEATHSIG:
    case PR_GET_PDEATHSIG:
    case PR_SET_DUMPABLE:
    case PR_SET_KEEPCAPS:
    case PR_SET_TIMERSLACK:
    case PR_SET_CHILD_SUBREAPER:
    case PR_GET_CHILD_SUBREAPER:
    case PR_CAPBSET_READ:
    case PR_CAPBSET_DROP:
    case PR_GET_TID_ADDRESS:
        return 2;
    default:
        return n;
    }
}

static void detail_prctl(GString *out, const StraceView *view)
{
    static const char *const names[] = { "SUID_DUMP_DISABLE", "SUID_DUMP_USER", "SUID_DUMP_ROOT" };

    if (view->args->v[0] == PR_GET_DUMPABLE && view->result >= 0 &&
        view->result < (int64_t)G_N_ELEMENTS(names)) {
        g_string_append_printf(out, " (%s)", names[view->result]);
    }
}

static void put_prctl(GString *out, const StraceView *view, unsigned i)
{
    uint64_t arg = view->args->v[i];

    switch ((int)view->args->v[0]) {
    case PR_SET_NAME:
    case PR_GET_NAME:
        strace_put_string(out, view->task, arg);
        break;
    case PR_SET_PDEATHSIG:
        strace_put_signal(out, arg);
        break;
    case PR_GET_PDEATHSIG:
    case PR_GET_CHILD_SUBREAPER:
        put_int_behind(out, view, arg);
        break;
    default:
        g_string_append_printf(out, arg < 10 ? "%" PRIu64 : "0x%" PRIx64, arg);
        break;
    }
}

/* futex: a wake has no time, a wait no second word */
static unsigned count_futex(const SysArgs *args, unsigned n)
{
    switch (args->v[1] & FUTEX_CMD_MASK) {
    case FUTEX_WAKE:
        return 3;
    case FUTEX_WAIT:
        return 4;
    case FUTEX_UNLOCK_PI:
    case FUTEX_TRYLOCK_PI:
        return 2;
    default:
        return n;
    }
}

static void put_futex(GString *out, const StraceView *view, unsigned i)
{
    uint64_t arg = view->args->v[i];

    switch (view->args->v[1] & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_LOCK_PI:
        strace_put_object(out, view->task, OBJ_TIMESPEC, arg);
        break;
    default:
        g_string_append_printf(out, "%" PRIu64, arg);
        break;
    }
}

/* Sockets */

static void put_protocol(GString *out, const StraceView *view, unsigned i)
{
    int family = view->args->v[0];

    if (family == AF_INET || family == AF_INET6) {
        strace_put_enum(out, SET_IPPROTO, view->args->v[i]);
    } else {
        g_string_append_printf(out, "%d", (int)view->args->v[i]);
    }
}

static void put_option_name(GString *out, int level, uint64_t option)
{
    switch (level) {
    case SOL_SOCKET:
        strace_put_enum(out, SET_SO, option);
        break;
    case IPPROTO_TCP:
        strace_put_enum(out, SET_TCP, option);
        break;
    case IPPROTO_IP:
        strace_put_enum(out, SET_IP, option);
        break;
    case IPPROTO_IPV6:
        strace_put_enum(out, SET_IPV6, option);
        break;
    default:
        g_string_append_printf(out, "%d", (int)option);
        break;
    }
}

/* The value: most are an int. */
static void put_option_value(GString *out, const StraceView *view, uint64_t size)
{
    GuestAddr addr = view->args->v[3];
    uint32_t value;

    if (size == sizeof(value) && guest_get_u32(view->task, addr, &value)) {
        g_string_append_printf(out, "[%d]", (int)value);
    } else {
        strace_put_buffer(out, view->task, addr, size);
    }
}

static void put_setsockopt(GString *out, const StraceView *view, unsigned i)
{
    if (i == 2) {
        put_option_name(out, view->args->v[1], view->args->v[2]);
    } else {
        put_option_value(out, view, view->args->v[4]);
    }
}

static void put_getsockopt(GString *out, const StraceView *view, unsigned i)
{
    uint32_t size = 0;

    if (i == 2) {
        put_option_name(out, view->args->v[1], view->args->v[2]);
    } else if (view->result < 0 || !guest_get_u32(view->task, view->args->v[4], &size)) {
        put_addr(out, view->args->v[3]);
    } else {
        put_option_value(out, view, size);
    }
}

/* Waits for descriptors: what has come, and the time that was left */

static void put_left(GString *out, const StraceView *view, GuestAddr timeout, bool first)
{
    if (timeout) {
        g_string_append(out, first ? "left " : ", left ");
        strace_put_object(out, view->task, OBJ_TIMESPEC, timeout);
    }
}

static void detail_ppoll(GString *out, const StraceView *view)
{
    if (view->result == 0) {
        g_string_append(out, " (Timeout)");
    } else if (view->result > 0) {
        g_string_append(out, " (");
        strace_put_poll_results(out, view->task, view->args->v[0], view->args->v[1]);
        put_left(out, view, view->args->v[2], false);
        g_string_append_c(out, ')');
    }
}

static void detail_pselect(GString *out, const StraceView *view)
{
    static const char *const names[] = { "in", "out", "except" };
    bool first = true;

    if (view->result == 0) {
        g_string_append(out, " (Timeout)");
    }
    if (view->result <= 0) {
        return;
    }
    g_string_append(out, " (");
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (view->args->v[1 + i] &&
            strace_fdset_has_any(view->task, view->args->v[1 + i], view->args->v[0])) {
            g_string_append_printf(out, first ? "%s " : ", %s ", names[i]);
            strace_put_fdset(out, view->task, view->args->v[1 + i], view->args->v[0]);
            first = false;
        }
    }
    put_left(out, view, view->args->v[4], first);
    g_string_append_c(out, ')');
}

static void detail_sigtimedwait(GString *out, const StraceView *view)
{
    if (view->result > 0) {
        g_string_append(out, " (");
        strace_put_signal(out, view->result);
        g_string_append_c(out, ')');
    }
}

enum { NO_REQUEST = 99 };

static const CallForm forms[] = {
    { "fcntl", 2, count_fcntl, put_fcntl, detail_fcntl },
    { "futex", 3, count_futex, put_futex, NULL },
    { "getsockopt", 2, NULL, put_getsockopt, NULL },
    { "ioctl", 2, count_ioctl, put_ioctl, NULL },
    { "ppoll", NO_REQUEST, NULL, NULL, detail_ppoll },
    { "prctl", 1, count_prctl, put_prctl, detail_prctl },
    { "pselect6", NO_REQUEST, NULL, NULL, detail_pselect },
    { "rt_sigtimedwait", NO_REQUEST, NULL, NULL, detail_sigtimedwait },
    { "setsockopt", 2, NULL, put_setsockopt, NULL },
    { "socket", 2, NULL, put_protocol, NULL },
};

static const CallForm *find_form(const SyscallRow *row)
{
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (!strcmp(forms[i].name, row->name)) {
            return &forms[i];
        }
    }
    return NULL;
}

unsigned strace_count_args(const StraceView *view, unsigned n)
{
    const CallForm *form = find_form(view->row);

    return form && form->count ? form->count(view->args, n) : n;
}

/* Of a row's last arguments, a size and a pointer to one are shown like everyone's. */
bool strace_is_request(const SyscallRow *row, unsigned i)
{
    const CallForm *form = find_form(row);

    return form && i >= form->first_request && !(strstr(row->name, "sockopt") && i == 4) &&
           !(form->put == put_futex && i > 3);
}

void strace_put_request(GString *out, const StraceView *view, unsigned i)
{
    find_form(view->row)->put(out, view, i);
}

void strace_put_detail(GString *out, const StraceView *view)
{
    const CallForm *form = find_form(view->row);

    if (form && form->detail) {
        form->detail(out, view);
    }
}
