/*
 * Signals as strace(1) shows them: sets, what a signal brings along, and the lines that are no
 * calls.  Which fields of a siginfo_t count is told by its code, else by the signal.
 */
#include "strace-signals.h"

#include <string.h>

#include "strace-flags.h"
#include "util/log.h"

typedef struct CodeName {
    int signo; /* 0: of any */
    int code;
    const char *name;
} CodeName;

/* clang-format off */
#define N(signo, code) { signo, code, #code }

static const CodeName codes[] = {
    N(0, SI_USER), N(0, SI_QUEUE), N(0, SI_TIMER), N(0, SI_MESGQ), N(0, SI_ASYNCIO), N(0, SI_SIGIO),
    N(0, SI_TKILL), N(0, SI_KERNEL),
    N(SIGCHLD, CLD_EXITED), N(SIGCHLD, CLD_KILLED), N(SIGCHLD, CLD_DUMPED), N(SIGCHLD, CLD_TRAPPED),
    N(SIGCHLD, CLD_STOPPED), N(SIGCHLD, CLD_CONTINUED),
    N(SIGSEGV, SEGV_MAPERR), N(SIGSEGV, SEGV_ACCERR),
    N(SIGBUS, BUS_ADRALN), N(SIGBUS, BUS_ADRERR), N(SIGBUS, BUS_OBJERR),
    N(SIGILL, ILL_ILLOPC), N(SIGILL, ILL_ILLOPN), N(SIGILL, ILL_ILLTRP), N(SIGILL, ILL_PRVOPC),
    N(SIGFPE, FPE_INTDIV), N(SIGFPE, FPE_INTOVF), N(SIGFPE, FPE_FLTDIV), N(SIGFPE, FPE_FLTOVF),
    N(SIGFPE, FPE_FLTUND), N(SIGFPE, FPE_FLTRES), N(SIGFPE, FPE_FLTINV),
    N(SIGTRAP, TRAP_BRKPT), N(SIGTRAP, TRAP_TRACE),
    N(SIGIO, POLL_IN), N(SIGIO, POLL_OUT), N(SIGIO, POLL_MSG), N(SIGIO, POLL_ERR), N(SIGIO, POLL_HUP),
};
/* clang-format on */

static void put_code(GString *out, const siginfo_t *info)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        const CodeName *c = &codes[i];

        if (c->code == info->si_code && (c->signo == 0 || c->signo == info->si_signo)) {
            g_string_append(out, c->name);
            return;
        }
    }
    g_string_append_printf(out, "%#x", info->si_code);
}

static void put_sender(GString *out, const siginfo_t *info)
{
    g_string_append_printf(out, ", si_pid=%d, si_uid=%u", info->si_pid, info->si_uid);
}

static void put_value(GString *out, const siginfo_t *info)
{
    g_string_append_printf(out, ", si_int=%d, si_ptr=", info->si_int);
    g_string_append_printf(out, info->si_ptr ? "%p" : "NULL", info->si_ptr);
}

static void put_child(GString *out, const siginfo_t *info)
{
    put_sender(out, info);
    g_string_append(out, ", si_status=");
    if (info->si_code == CLD_EXITED) {
        g_string_append_printf(out, "%d", info->si_status);
    } else {
        strace_put_signal(out, info->si_status);
    }
    g_string_append_printf(out, ", si_utime=%ld, si_stime=%ld", (long)info->si_utime,
                           (long)info->si_stime);
}

/* Sent by a program: by kind of code. */
static void put_sent(GString *out, const siginfo_t *info)
{
    switch (info->si_code) {
    case SI_TIMER:
        g_string_append_printf(out, ", si_timerid=%#x, si_overrun=%d", info->si_timerid,
                               info->si_overrun);
        put_value(out, info);
        break;
    case SI_USER:
    case SI_TKILL:
        put_sender(out, info);
        break;
    default:
        put_sender(out, info);
        put_value(out, info);
        break;
    }
}

void strace_put_siginfo(GString *out, const siginfo_t *info)
{
    g_string_append(out, "{si_signo=");
    strace_put_signal(out, info->si_signo);
    g_string_append(out, ", si_code=");
    put_code(out, info);
    if (info->si_code <= 0) {
        put_sent(out, info);
    } else if (info->si_code != SI_KERNEL) {
        switch (info->si_signo) {
        case SIGCHLD:
            put_child(out, info);
            break;
        case SIGSEGV:
        case SIGBUS:
        case SIGILL:
        case SIGFPE:
        case SIGTRAP:
            g_string_append_printf(out, info->si_addr ? ", si_addr=%p" : ", si_addr=NULL",
                                   info->si_addr);
            break;
        case SIGIO:
            g_string_append_printf(out, ", si_band=%ld, si_fd=%d", info->si_band, info->si_fd);
            break;
        default:
            break;
        }
    } else if (info->si_signo == SIGSEGV || info->si_signo == SIGBUS) {
        g_string_append(out, ", si_addr=NULL");
    }
    g_string_append_c(out, '}');
}

/* Names without SIG; the first of the real-time ones is RTMIN there. */
static void put_short_name(GString *out, unsigned signo)
{
    enum { FIRST_REALTIME = 32 };

    if (signo == FIRST_REALTIME) {
        g_string_append(out, "RTMIN");
    } else {
        size_t start = out->len;

        strace_put_signal(out, signo);
        g_string_erase(out, (gssize)start, strlen("SIG"));
    }
}

void strace_put_sigset(GString *out, uint64_t set)
{
    const char *separator = "";

    if (__builtin_popcountll(set) > 32) {
        g_string_append_c(out, '~');
        set = ~set;
    }
    g_string_append_c(out, '[');
    for (; set; set &= set - 1) {
        g_string_append(out, separator);
        put_short_name(out, __builtin_ctzll(set) + 1);
        separator = " ";
    }
    g_string_append_c(out, ']');
}

void strace_signal(const GuestTask *task, const siginfo_t *info)
{
    g_autoptr(GString) text = NULL;

    if (!log_on(LOG_STRACE)) {
        return;
    }
    text = g_string_new(NULL);
    g_string_printf(text, "%d --- ", task->tid);
    strace_put_signal(text, info->si_signo);
    g_string_append_c(text, ' ');
    strace_put_siginfo(text, info);
    log_printf("%s ---\n", text->str);
}

void strace_exited(int tid, int status)
{
    if (log_on(LOG_STRACE)) {
        log_printf("%d +++ exited with %d +++\n", tid, status & 0xff);
    }
}

void strace_killed(int tid, int signo, bool dumped)
{
    g_autoptr(GString) name = NULL;

    if (log_on(LOG_STRACE)) {
        name = g_string_new(NULL);
        strace_put_signal(name, signo);
        log_printf("%d +++ killed by %s%s +++\n", tid, name->str, dumped ? " (core dumped)" : "");
    }
}
