/*
 * The gdb server: a thread that speaks gdb's remote protocol about one process.
 *
 * It knows nothing of system calls or signal delivery: what it needs of the process is a
 * GdbTarget.  Thread ids, signal numbers and errno are the host's.
 */
#ifndef GDBSTUB_GDBSTUB_H
#define GDBSTUB_GDBSTUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/guest.h"

typedef enum GdbStopKind {
    GDB_STOP_NONE,       /* nobody has reported anything */
    GDB_STOP_SIGNAL,     /* before its delivery */
    GDB_STOP_BREAKPOINT, /* pc at it */
    GDB_STOP_STEP,
    GDB_STOP_NO_RESUMED, /* no thread is left that may run */
} GdbStopKind;

/* Why the process stopped. */
typedef struct GdbStop {
    GdbStopKind kind;
    int tid;
    int signo;
} GdbStop;

typedef enum GdbRun { GDB_HOLD, GDB_CONTINUE, GDB_STEP } GdbRun;

/* How a thread goes on. */
typedef struct GdbResume {
    GdbRun run;
    int signo; /* to be delivered; 0: none, also not the one it stopped with */
    GuestAddr range_start, range_end; /* GDB_STEP: until pc leaves it; equal: one instruction */
} GdbResume;

/*
 * What the server asks of the process.  Called in the server's thread; all but stop() and kill()
 * only while the process is stopped.
 */
typedef struct GdbTarget {
    const GuestArch *arch;
    int event_fd; /* readable once a thread has something to report */
    bool created; /* the process waits for its first debugger (-g without suspend=n) */

    /* From here on signals are reported, but those of set_pass(). */
    void (*attach)(void);
    /* Undo attach() and all breakpoints, and let everything run, with the signals it had. */
    void (*detach)(void);
    /* Bring all threads to rest.  A thread may have reported something before or meanwhile. */
    void (*stop)(GdbStop *ret);
    /* For each thread before resume(); those without go on holding. */
    void (*set_resume)(int tid, const GdbResume *how);
    void (*resume)(void);
    void (*kill)(void);
    /* Bit signo-1: signals that are delivered without being reported. */
    void (*set_pass)(uint64_t signals);
    /* Signals that detach() delivers if a thread stopped with one. */
    void (*set_program)(uint64_t signals);

    /* The thread behind tid in the list (0: the first); 0: no more. */
    int (*next_thread)(int tid);
    bool (*thread_name)(int tid, char *buf, size_t size);
    /* The registers' bytes, as wide as reg->bits, in the guest's order. */
    bool (*read_reg)(int tid, const GuestReg *reg, void *buf);
    bool (*write_reg)(int tid, const GuestReg *reg, const void *buf);
    /* What the thread stopped with, in the guest's layout; the size, 0: nothing. */
    size_t (*siginfo)(int tid, void *buf, size_t size);
    bool (*set_siginfo)(int tid, const void *buf, size_t size);

    /* Of the thread-local variable at offset in the module with the dynamic linker's map. */
    bool (*tls_address)(int tid, uint64_t offset, GuestAddr map, GuestAddr *ret);
    /* Returns how many bytes from addr on were copied; whatever the page's protection. */
    size_t (*read_memory)(GuestAddr addr, void *buf, size_t size);
    bool (*write_memory)(GuestAddr addr, const void *buf, size_t size);
    /* Both do nothing if it is (not) there.  0 or -errno. */
    int (*insert_breakpoint)(GuestAddr addr);
    int (*remove_breakpoint)(GuestAddr addr);

    const void *(*auxv)(size_t *ret_size);
    const char *(*exec_file)(void);
    /* A guest path for reading: a descriptor or -errno; and readlink, the same. */
    int (*open_file)(const char *path, int flags, mode_t mode);
    ssize_t (*read_link)(const char *path, char *buf, size_t size);
} GdbTarget;

/*
 * Listen as spec says: PORT, HOST:PORT or /PATH (%d: the process id), ",suspend=n" behind it.
 * NULL, or what is wrong (to be freed).  *ret_suspend: whether the program waits for gdb.
 */
char *gdb_server_listen(const char *spec, bool *ret_suspend);
/* Start the server's thread.  target lives as long as the process. */
void gdb_server_start(const GdbTarget *target);

/* The process ends: tell gdb the exit status, or the signal.  Called by the thread that ends it. */
void gdb_server_exited(int status, int signo);
/* In the child of fork, which is not debugged. */
void gdb_server_after_fork(void);

#endif
