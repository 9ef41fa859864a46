/*
 * Signals on the host's side: raw system calls, the handler, the recording of what arrived.
 *
 * Raw calls because glibc keeps signals 32 and 33 for itself, and a guest's glibc needs them.
 */
#ifndef SIGNAL_HOST_H
#define SIGNAL_HOST_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "linux-user/task.h"

static inline uint64_t signal_bit(int signo)
{
    return UINT64_C(1) << (signo - 1);
}

/* Never blocked on the host: generated code and guest memory copies raise them. */
#define SIGNAL_FAULTS (signal_bit(SIGSEGV) | signal_bit(SIGBUS))

/* The default action is to end the process with a core file: signal(7), "Core". */
#define SIGNAL_DUMPS                                                                        \
    (SIGNAL_FAULTS | signal_bit(SIGQUIT) | signal_bit(SIGILL) | signal_bit(SIGTRAP) |       \
     signal_bit(SIGABRT) | signal_bit(SIGFPE) | signal_bit(SIGXCPU) | signal_bit(SIGXFSZ) | \
     signal_bit(SIGSYS))

typedef enum SignalDisposition {
    SIGNAL_DEFAULT,
    SIGNAL_IGNORE,
    SIGNAL_RECORD, /* our handler */
} SignalDisposition;

/* flags: the guest's SA_*, of which the kernel's own concern SIGCHLD. */
void signal_host_set(int signo, SignalDisposition disposition, uint64_t flags);
bool signal_host_is_ignored(int signo);
/* Send a signal to the calling thread once more, with what came with it. */
void signal_host_requeue(int signo, const siginfo_t *info);
/* Returns the old mask. */
uint64_t signal_host_set_mask(uint64_t mask);
/* Give the calling thread a stack for handlers, and take it away. */
void signal_host_stack(bool on);

#endif
