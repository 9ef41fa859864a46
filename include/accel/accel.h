/*
 * AccelOps: the only way into a means of running guest code.  accel/tcg defines one;
 * another (KVM) plugs in beside it under the same linux-user and gdbstub.
 */
#ifndef ACCEL_ACCEL_H
#define ACCEL_ACCEL_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "accel/vcpu.h"

/* What the accelerator needs of the layer above.  Called from any vCPU's thread. */
typedef struct AccelHooks {
    /*
     * Copy up to size bytes of guest code at pc into buf; returns how many bytes, from pc on,
     * are mapped and executable.  With 0, ret_code is SEGV_MAPERR or SEGV_ACCERR.
     */
    size_t (*fetch_code)(GuestAddr pc, void *buf, size_t size, int *ret_code);
    /* A symbol name and offset for pc, for logs; false: unknown. May be NULL. */
    bool (*symbol)(GuestAddr pc, const char **ret_name, uint64_t *ret_offset);
    /* Copy guest memory; false: some of it cannot be read. May be NULL. */
    bool (*read_memory)(GuestAddr addr, void *buf, size_t size);
    /* PROT_* of the guest page at addr. May be NULL. */
    int (*memory_prot)(GuestAddr addr);
    /* The source line of pc, for debuggers; false: unknown. May be NULL. */
    bool (*line)(GuestAddr pc, const char **ret_file, unsigned *ret_line);
} AccelHooks;

typedef struct AccelOptions {
    const char *backend;       /* "x86", "tci"; NULL: the default */
    const char *host_features; /* --host-features: "-avx,-bmi2"; NULL: all the CPU has */
    const char *skip_passes;   /* --skip-pass=a,b; NULL: none */
    const char *dump_block;  /* --dump-block: addresses and functions, "0x1000,main"; NULL: none */
    size_t code_buffer_size; /* bytes; 0: default */
    bool perf_map;           /* --perf-map: write /tmp/perf-PID.map */
    bool jitdump_resume;     /* the process has a dump already, of the program it ran before */
    const char *jitdump_dir; /* --jitdump: write jit-PID.dump there; NULL: none */
    const char *jit_dump;    /* --jit-dump: an ELF file of generated code; NULL: none */
    bool no_chain;
    bool one_insn_per_block;
    int stop_after; /* run only the first n passes; -1: all */
} AccelOptions;

/* A frame of the calling thread's host stack, newest first. */
typedef struct AccelHostFrame {
    const uint8_t *pc; /* where it was interrupted, or where its call returns to */
    uint64_t sp;
    const void *context; /* the ucontext it was interrupted with; NULL: it is a caller's */
    bool has_inner;      /* the frame that it called is one of generated code too */
    /* A register that calls preserve, by DWARF number; for callers. */
    uint64_t (*get)(const void *opaque, unsigned dwarf);
    const void *opaque;
} AccelHostFrame;

typedef struct AccelOps {
    const char *name;

    /* 0, or -errno (or a message in ret_error) with nothing left allocated. */
    int (*open)(const GuestArch *guest, const AccelOptions *options, const AccelHooks *hooks,
                const char **ret_error);
    void (*close)(void);

    /* Allocates vcpu->state, zeroed; the caller resets it. */
    int (*vcpu_init)(Vcpu *vcpu);
    void (*vcpu_done)(Vcpu *vcpu);

    /* Run until something needs the process: the only way out of guest code. */
    VcpuExit (*run)(Vcpu *vcpu);

    /* Make a concurrent or the next run() return VCPU_INTERRUPT soon; async-signal-safe. */
    void (*kick)(Vcpu *vcpu);

    /* Guest code in [start, end) changed or is gone; no vCPU may run its old translation after this
     * returns and that vCPU has passed a poll point.  Cheap when nothing there was translated. */
    void (*invalidate)(GuestAddr start, GuestAddr end);

    /*
     * For the process's SIGSEGV/SIGBUS handler, in the thread that faulted.  True: the fault was the guest's, in generated
     * code; the state was rebuilt and *context changed so that returning from the handler makes
     * run() return VCPU_FAULT.  False: not ours.
     */
    bool (*handle_fault)(Vcpu *vcpu, siginfo_t *info, void *context);

    /*
     * What the guest's registers are, for a report of a crash: if the frame is a translated
     * block's, change *state, a copy of vcpu's, to what they were there.  False: it is not.
     * Async-signal-safe.
     */
    bool (*inspect)(const Vcpu *vcpu, const AccelHostFrame *frame, void *state);

    /* Children of fork have one thread: take stock of locks. Called in the child. */
    void (*after_fork)(void);

    /* In the parent of vfork, with the vCPU the child ran on: it may have died at any place. */
    void (*after_vfork)(Vcpu *vcpu);

    /* The process is about to end: finish what is written for others.  Threads may go on running. */
    void (*process_ends)(void);

    /*
     * Debugging (gdbstub): not for every accelerator; NULL where missing.
     *
     * A vCPU that comes to a breakpoint leaves run() with VCPU_DEBUG before the instruction, also when
     * run() began there.  0, -EEXIST or -ENOENT.  From any thread.
     */
    int (*insert_breakpoint)(GuestAddr addr);
    int (*remove_breakpoint)(GuestAddr addr);
    /*
     * While on, run() leaves with VCPU_DEBUG behind one instruction, or as the instruction has it
     * (VCPU_SYSCALL, VCPU_FAULT, ...); breakpoints do not count.  Not beside run() of this vCPU.
     */
    void (*set_single_step)(Vcpu *vcpu, bool on);

    /* Counters for -d and monitor commands.  Takes locks under which the log is written. */
    void (*print_stats)(FILE *out);
} AccelOps;

extern const AccelOps accel_tcg;

#endif
