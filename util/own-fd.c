/*
 * Descriptors of dragoman's own: a short list, written under no lock but atomically, one slot each.
 */
#include "util/own-fd.h"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

enum {
    /* The log, the files for perf, gdb's and its server's: more than are ever open at once. */
    MAX_OWN = 64,
    HIGH_FD = 1000,
};

/* The descriptor; 0: free (standard input is never ours alone). */
static int own[MAX_OWN];

int own_fd_keep(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);

    /* Where the limit is lower it stays. */
    if (high >= 0) {
        close(fd);
        fd = high;
    }
    for (unsigned n = 0; n < MAX_OWN; n++) {
        int free_slot = 0;

        if (__atomic_compare_exchange_n(&own[n], &free_slot, fd, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
            return fd;
        }
    }
    g_assert_not_reached();
}

void own_fd_forget(int fd)
{
    for (unsigned n = 0; n < MAX_OWN; n++) {
        int wanted = fd;

        if (__atomic_compare_exchange_n(&own[n], &wanted, 0, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
            break;
        }
    }
}

void own_fd_close(int fd)
{
    own_fd_forget(fd);
    close(fd);
}

int own_fd_next(unsigned first)
{
    int next = -1;

    for (unsigned n = 0; n < MAX_OWN; n++) {
        int fd = __atomic_load_n(&own[n], __ATOMIC_SEQ_CST);

        if (fd > 0 && (unsigned)fd >= first && (next < 0 || fd < next)) {
            next = fd;
        }
    }
    return next;
}
