/*
 * Signal numbers: gdb's own (gdb/signals.def's order, in the remote protocol) and the host's.
 */
#include "session.h"

#include <signal.h>

enum {
    GDB_UNKNOWN = 143,
    /* Real-time signals: 33 to 63 from 45 on, then 32 and 64 as they came to it. */
    GDB_REALTIME_33 = 45,
    GDB_REALTIME_32 = 77,
    GDB_REALTIME_64 = 78,
};

static const uint8_t to_gdb[32] = {
    [SIGHUP] = 1,   [SIGINT] = 2,    [SIGQUIT] = 3,  [SIGILL] = 4,   [SIGTRAP] = 5,
    [SIGABRT] = 6,  [SIGFPE] = 8,    [SIGKILL] = 9,  [SIGBUS] = 10,  [SIGSEGV] = 11,
    [SIGSYS] = 12,  [SIGPIPE] = 13,  [SIGALRM] = 14, [SIGTERM] = 15, [SIGURG] = 16,
    [SIGSTOP] = 17, [SIGTSTP] = 18,  [SIGCONT] = 19, [SIGCHLD] = 20, [SIGTTIN] = 21,
    [SIGTTOU] = 22, [SIGIO] = 23,    [SIGXCPU] = 24, [SIGXFSZ] = 25, [SIGVTALRM] = 26,
    [SIGPROF] = 27, [SIGWINCH] = 28, [SIGUSR1] = 30, [SIGUSR2] = 31, [SIGPWR] = 32,
};

unsigned gdb_signal_from_host(int signo)
{
    if (signo >= 33 && signo <= 63) {
        return GDB_REALTIME_33 + (unsigned)signo - 33;
    }
    if (signo == 32) {
        return GDB_REALTIME_32;
    }
    if (signo == 64) {
        return GDB_REALTIME_64;
    }
    return signo > 0 && signo < 32 && to_gdb[signo] ? to_gdb[signo] : GDB_UNKNOWN;
}

int gdb_signal_to_host(uint64_t number)
{
    for (int signo = 1; signo <= 64; signo++) {
        if (number != GDB_UNKNOWN && gdb_signal_from_host(signo) == number) {
            return signo;
        }
    }
    return 0;
}

uint64_t gdb_signal_set(const char *list)
{
    uint64_t set = 0, number;

    while (gdb_number(&list, &number)) {
        int signo = gdb_signal_to_host(number);

        set |= signo ? UINT64_C(1) << (signo - 1) : 0;
        if (*list != ';') {
            break;
        }
        list++;
    }
    return set;
}
