/*
 * -strace: one line for each system call, in the manner of strace(1).
 *
 * Arguments are formatted before the call up to the first that the call fills in, the others
 * after it, so that each is shown as it was when it mattered.
 */
#include "strace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "strace-calls.h"
#include "strace-flags.h"
#include "strace-objects.h"
#include "util/log.h"

struct StraceCall {
    GuestTask *task;
    const SyscallRow *row;
    SysArgs args;
    int tid;
    unsigned next;    /* argument to format */
    uint32_t size_in; /* what an INOUT(INT) argument pointed to before the call */
    int64_t result;
    GString *text;
};

/* A call we do not do is not described: all that the registers hold is shown. */
static bool is_described(const SyscallRow *row)
{
    return row->action != ACTION_NONE && row->action != ACTION_ABSENT;
}

static unsigned nb_args(const SyscallRow *row)
{
    unsigned n = is_described(row) ? 0 : 6;

    while (n < 6 && row->args[n].kind != ARG_END && row->args[n].kind < ARG_RET_ADDR) {
        n++;
    }
    return n;
}

static StraceView view_of(const StraceCall *call)
{
    return (StraceView){ call->task, call->row, &call->args, call->result };
}

static bool is_output(const ArgDesc *desc)
{
    switch (desc->kind) {
    case ARG_OUT:
    case ARG_INOUT:
    case ARG_OUT_BUF:
    case ARG_OUT_SOCKADDR:
    case ARG_OUT_IOV:
        return true;
    default:
        return false;
    }
}

static void put_dirfd(GString *out, uint64_t value)
{
    if ((int)value == AT_FDCWD) {
        g_string_append(out, "AT_FDCWD");
    } else {
        g_string_append_printf(out, "%d", (int)value);
    }
}

static void put_scalar(GString *out, const ArgDesc *desc, uint64_t value)
{
    switch (desc->kind) {
    case ARG_FD:
    case ARG_PID:
    case ARG_UID:
    case ARG_INT:
        g_string_append_printf(out, "%d", (int)value);
        break;
    case ARG_UINT:
        g_string_append_printf(out, "%u", (unsigned)value);
        break;
    case ARG_LONG:
    case ARG_OFF:
        g_string_append_printf(out, "%" PRId64, value);
        break;
    case ARG_SIZE:
        g_string_append_printf(out, "%" PRIu64, value);
        break;
    case ARG_MODE:
        g_string_append_printf(out, "%#03o", (unsigned)value);
        break;
    case ARG_DIRFD:
        put_dirfd(out, value);
        break;
    case ARG_SIG:
        strace_put_signal(out, value);
        break;
    case ARG_FLAGS:
        strace_put_flags(out, desc->detail, value);
        break;
    case ARG_ENUM:
        strace_put_enum(out, desc->detail, value);
        break;
    default: /* HEX, RAW, DEV, addresses */
        g_string_append_printf(out, value < 10 && desc->kind < ARG_ADDR ? "%" PRIu64 : "0x%" PRIx64,
                               value);
        break;
    }
}

/* How much of an output buffer is worth showing: the result says how much was written. */
static uint64_t written_size(const StraceCall *call, const ArgDesc *desc)
{
    uint64_t size = arg_size(call->task, desc, &call->args);

    return call->result >= 0 ? MIN(size, (uint64_t)call->result) : 0;
}

static void put_output_object(StraceCall *call, const ArgDesc *desc, uint64_t value)
{
    uint32_t size;

    if (desc->kind == ARG_INOUT && desc->detail == OBJ_INT && call->result >= 0 &&
        guest_get_u32(call->task, value, &size) && size != call->size_in) {
        g_string_append_printf(call->text, "[%u => %u]", call->size_in, size);
    } else if (desc->detail == OBJ_EPOLL_EVENT) {
        strace_put_epoll_events(call->text, call->task, value, call->result);
    } else if (desc->detail == OBJ_MSGHDR) {
        strace_put_msghdr(call->text, call->task, value, call->result);
    } else {
        strace_put_object(call->text, call->task, desc->detail, value);
    }
}

static void put_output(StraceCall *call, const ArgDesc *desc, uint64_t value)
{
    GString *out = call->text;
    uint64_t n = desc->detail < 6 ? call->args.v[desc->detail] : 0;

    if (call->result < 0 && desc->kind != ARG_INOUT) {
        g_string_append_printf(out, value ? "0x%" PRIx64 : "NULL", value);
        return;
    }
    switch (desc->kind) {
    case ARG_OUT_BUF:
        strace_put_buffer(out, call->task, value, written_size(call, desc));
        break;
    case ARG_OUT_SOCKADDR:
        strace_put_sockaddr(out, call->task, value, arg_size(call->task, desc, &call->args));
        break;
    case ARG_OUT_IOV:
        strace_put_iov(out, call->task, value, n, call->result);
        break;
    default:
        put_output_object(call, desc, value);
        break;
    }
}

static void put_arg(StraceCall *call, const ArgDesc *desc, uint64_t value)
{
    GString *out = call->text;
    GuestTask *task = call->task;
    uint64_t n = desc->detail < 6 ? call->args.v[desc->detail] : 0;

    if (strace_is_request(call->row, call->next)) {
        StraceView view = view_of(call);

        strace_put_request(out, &view, call->next);
        return;
    }
    if (is_output(desc)) {
        put_output(call, desc, value);
        return;
    }
    if (desc->kind >= ARG_ADDR && value == 0) {
        g_string_append(out, "NULL");
        return;
    }
    switch (desc->kind) {
    case ARG_PATH:
    case ARG_RPATH:
        strace_put_path(out, task, value);
        break;
    case ARG_STR:
        strace_put_string(out, task, value);
        break;
    case ARG_IN_BUF:
        strace_put_buffer(out, task, value, n);
        break;
    case ARG_IN:
        if (desc->detail == OBJ_MSGHDR) {
            strace_put_msghdr(out, task, value, UINT64_MAX);
        } else {
            strace_put_object(out, task, desc->detail, value);
        }
        break;
    case ARG_POLLFDS:
        strace_put_pollfds(out, task, value, n);
        break;
    case ARG_FDSET:
        strace_put_fdset(out, task, value, n);
        break;
    case ARG_IN_SOCKADDR:
        strace_put_sockaddr(out, task, value, n);
        break;
    case ARG_IN_IOV:
        strace_put_iov(out, task, value, n, UINT64_MAX);
        break;
    default:
        put_scalar(out, desc, value);
        break;
    }
}

/* The mode of open counts only when a file may be created. */
static bool is_unused(const StraceCall *call, unsigned i)
{
    const ArgDesc *desc = &call->row->args[i];

    return desc->kind == ARG_MODE && i > 0 && desc[-1].kind == ARG_FLAGS &&
           desc[-1].detail == SET_OPEN &&
           !(call->args.v[i - 1] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)));
}

static void put_args(StraceCall *call, bool stop_at_output)
{
    StraceView view = view_of(call);
    unsigned n = strace_count_args(&view, nb_args(call->row));

    for (; call->next < n; call->next++) {
        const ArgDesc *desc = &call->row->args[call->next];

        if (stop_at_output && (is_output(desc) || strace_is_request(call->row, call->next))) {
            break;
        }
        if (is_unused(call, call->next)) {
            continue;
        }
        if (call->next > 0) {
            g_string_append(call->text, ", ");
        }
        put_arg(call, desc, call->args.v[call->next]);
    }
}

/* The kernel's internal result code has no name in the C library. */
static void put_error(GString *out, int64_t error)
{
    const char *name = error <= 4095 ? strerrorname_np(error) : NULL;

    if (name) {
        g_string_append_printf(out, "-1 %s (%s)", name, strerrordesc_np(error));
    } else {
        g_string_append_printf(out, "-%" PRId64, error);
    }
}

static void put_result(StraceCall *call, int64_t result)
{
    GString *out = call->text;
    const ArgDesc *ret = &call->row->args[nb_args(call->row)];
    StraceView view = view_of(call);

    g_string_append(out, " = ");
    if (result == SYS_NO_RESULT) {
        g_string_append_c(out, '?');
    } else if (result == SYS_RESTART) {
        g_string_append(out, "? ERESTARTSYS (To be restarted if SA_RESTART is set)");
    } else if (result == SYS_AGAIN) {
        g_string_append(out, "? ERESTARTNOINTR (To be restarted)");
    } else if (result < 0 && result >= -4095) {
        put_error(out, -result);
    } else if (ret->kind == ARG_RET_ADDR) {
        g_string_append_printf(out, "0x%" PRIx64, result);
    } else if (ret->kind == ARG_RET_OCTAL) {
        g_string_append_printf(out, "%#03o", (unsigned)result);
    } else {
        g_autoptr(GString) detail = g_string_new(NULL);

        strace_put_detail(detail, &view);
        /* Flags are named behind their number. */
        g_string_append_printf(out, strstr(detail->str, "(flags") ? "%#" PRIx64 : "%" PRId64,
                               result);
        g_string_append(out, detail->str);
    }
}

/* Calls after which this process may not be there to write the line. */
static bool may_not_return(const SyscallRow *row)
{
    return !strncmp(row->name, "exit", 4) || !strncmp(row->name, "execve", 6);
}

/* argv in full: the table's ADDR would show a number. */
static void put_execve_args(StraceCall *call, unsigned first)
{
    strace_put_path(call->text, call->task, call->args.v[first]);
    g_string_append(call->text, ", ");
    strace_put_strings(call->text, call->task, call->args.v[first + 1]);
    g_string_append(call->text, ", ");
    strace_put_environment(call->text, call->task, call->args.v[first + 2]);
    call->next = nb_args(call->row);
}

static void write_early(StraceCall *call)
{
    bool is_exec = call->row->name[1] == 'x' && call->row->name[2] == 'e';

    if (is_exec) {
        unsigned first = nb_args(call->row) == 3 ? 0 : 1;

        if (first) {
            put_dirfd(call->text, call->args.v[0]);
            g_string_append(call->text, ", ");
        }
        put_execve_args(call, first);
        log_printf("%s <unfinished ...>\n", call->text->str);
        g_string_printf(call->text, "%d <... %s resumed>", call->task->tid, call->row->name);
    } else {
        put_args(call, false);
        log_printf("%s) = ?\n", call->text->str);
    }
}

StraceCall *strace_enter(GuestTask *task, const SyscallRow *row, unsigned number,
                         const SysArgs *args)
{
    StraceCall *call = g_new0(StraceCall, 1);

    call->task = task;
    call->row = row;
    call->args = *args;
    call->tid = task->tid;
    for (unsigned i = 0; i < nb_args(row); i++) {
        if (row->args[i].kind == ARG_INOUT && row->args[i].detail == OBJ_INT) {
            (void)guest_get_u32(task, args->v[i], &call->size_in);
        }
    }
    call->text = g_string_sized_new(128);
    if (row->name[0] == '?') {
        g_string_printf(call->text, "%d syscall_%u(", task->tid, number);
    } else {
        g_string_printf(call->text, "%d %s(", task->tid, row->name);
    }
    if (may_not_return(row)) {
        write_early(call);
    } else {
        put_args(call, true);
    }
    return call;
}

void strace_leave(StraceCall *call, int64_t result)
{
    call->result = result;
    /*
     * A thread's exit comes back here, with its line written; so does fork in the child, which
     * did not make the call.
     */
    if (strncmp(call->row->name, "exit", 4) && call->tid == call->task->tid) {
        put_args(call, false);
        g_string_append_c(call->text, ')');
        put_result(call, result);
        log_printf("%s\n", call->text->str);
    }
    g_string_free(call->text, TRUE);
    g_free(call);
}
