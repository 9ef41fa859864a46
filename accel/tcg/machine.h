/*
 * accel/tcg's own state: the machine all vCPUs share, and each vCPU's part.
 *
 * A vCPU is "inside" while it may hold a pointer to a block or run generated code.  Flushing
 * waits until nobody is inside (stop.c); that is the only time code or records are reused.
 */
#ifndef ACCEL_TCG_MACHINE_H
#define ACCEL_TCG_MACHINE_H

#include <pthread.h>
#include <stdio.h>
#include <sys/types.h>

#include "accel/accel.h"
#include "block-cache.h"
#include "tcg/env.h"
#include "tcg/pass.h"

typedef struct TcgVcpu TcgVcpu;
typedef struct CodeNames CodeNames;
typedef struct DumpWish DumpWish;
typedef struct PerfNames PerfNames;
typedef struct ProcessUnwind ProcessUnwind;
typedef struct TcgJitImage TcgJitImage;

enum {
    ENTRY_SIZE = 4096, /* code: less than 2 KiB on x86; and its call frame information */
    MAX_BLOCK_INSNS = 64,
    /* Bytes copied for one translation; with instructions of over 4 bytes blocks may end earlier. */
    MAX_BLOCK_BYTES = 4 * MAX_BLOCK_INSNS,
};

/* What the owner of a vCPU is asked to do at its next poll point. */
enum {
    REQUEST_INTERRUPT = 1 << 0, /* return from run() */
    REQUEST_FORGET = 1 << 1,    /* blocks were removed: empty the jump cache */
    REQUEST_STOP = 1 << 2,      /* somebody waits to flush: step outside */
};

typedef struct MachineStats {
    uint64_t blocks, guest_insns, guest_bytes, host_bytes, map_bytes;
    uint64_t links, unlinks, flushes, invalidated, retries;
    uint64_t lift_ns, compile_ns, install_ns; /* with -d stats */
} MachineStats;

typedef struct Machine {
    /* Constant once open. */
    const GuestArch *guest;
    AccelHooks hooks;
    TcgTarget target;
    TcgPassOptions passes;
    const uint8_t *entry;  /* the prologue */
    ProcessUnwind *unwind; /* NULL as long as nobody was told */
    unsigned max_insns;
    bool chain;      /* patch direct jumps */
    bool jump_cache; /* let generated code find indirect targets itself */
    DumpWish *dumps; /* --dump-block; each is done by the first thread that comes to it */
    unsigned nb_dumps;
    char *dump_folder; /* absolute */

    /*
     * Guards all below but what is said to be atomic; taken inside linux-user's locks, nothing
     * is taken inside it.  Held by the forking thread across fork.
     */
    pthread_mutex_t lock;
    pthread_cond_t moved; /* a vCPU stepped outside, or a flush ended */
    CodeBuf buf;
    BlockCache cache;
    const TcgVcpu *flusher; /* at work with flush_wanted */
    CodeNames *names;       /* NULL: the backend's code has no frames of its own */
    PerfNames *perf;        /* NULL: nothing is written for perf */
    FILE *jit_dump;         /* NULL: nobody asked for it */
    pid_t jit_dump_pid;
    TcgVcpu *vcpus;
    MachineStats stats;
    struct _GArray *breakpoints; /* GuestAddr, ascending */
    /* Atomic, written under the lock. */
    uint32_t flush_wanted; /* nobody may step inside */
    uint32_t generation;   /* flushes so far */
    uint32_t forks;        /* so far, in this process or before it was one */
    uint64_t code_version; /* invalidations so far */
    uint32_t nb_breakpoints;
    uint32_t breakpoint_version; /* changes so far */
} Machine;

struct TcgVcpu {
    Machine *machine;
    Vcpu *vcpu;
    TcgEnv *env;
    TcgVcpu *next; /* machine->vcpus */

    /* Atomic. */
    uint32_t requests;
    uint32_t inside;

    /* The owner's thread only. */
    uint32_t generation; /* machine's when last inside: an older jump cache and chunk are dead */
    uint32_t flags;      /* block flags the jump cache is for */
    bool step;           /* one instruction, then VCPU_DEBUG */
    TcgJumpCacheEntry *jump_cache;
    TcgCodeSpace chunk; /* what is left of it */
    uint32_t chunk_forks;
    Arena arena;
    TcgStateMapWriter map;
    uint8_t code[MAX_BLOCK_BYTES];
};

/* Block flag of our own, beside the guest's: one instruction, not chained, breakpoints do not count. */
#define FLAG_STEP (UINT32_C(1) << 31)

/* stop.c */

/* Step inside, after a flush that is going on; drops what is left of an older generation. */
void vcpu_step_inside(TcgVcpu *v);
void vcpu_step_outside(TcgVcpu *v);
/* Ask; async-signal-safe. */
void vcpu_request(TcgVcpu *v, uint32_t requests);
/* Serve what was asked; false: the owner must return from run().  May flush: forget all blocks. */
bool vcpu_serve(TcgVcpu *v);
/* Empty the jump cache; init: its memory is zero and shall not be touched more than needed. */
void vcpu_forget(TcgVcpu *v);
void vcpu_init_cache(TcgVcpu *v);
/*
 * Forget all translations unless somebody did since generation; v is inside before and after.
 */
void machine_flush(TcgVcpu *v, uint32_t generation);
/*
 * The vfork child that ran on v is gone, maybe killed with the lock held or in a flush: make whole
 * what it left.  v is outside.
 */
void machine_recover(TcgVcpu *v);
/* The jump cache a vCPU has while a request is pending: nothing is ever found in it. */
const TcgJumpCacheEntry *empty_jump_cache(void);

/* translate.c */

typedef enum TransResult {
    TRANS_OK,
    TRANS_FAULT, /* vcpu->fault says why pc cannot be fetched */
    TRANS_BREAKPOINT,
    TRANS_FULL, /* flush and try again */
} TransResult;

/* Translate the block at pc, or find the one that another thread has just made. v is inside. */
TransResult translate(TcgVcpu *v, GuestAddr pc, uint32_t flags, TransBlock **ret);

/* chain.c */

/* Let the jump at link of block from go straight to block to. Machine lock held. */
void chain_link_locked(Machine *m, TransBlock *from, TransLink *link, TransBlock *to);
/* Point every jump to block back at its stub.  Machine lock held. */
void chain_unlink_incoming_locked(Machine *m, TransBlock *block);

/* code-names.c: what debuggers are told; the lock is held where it says so. */

void names_open(Machine *m);
void names_close(Machine *m);
void names_add_locked(Machine *m, const TransBlock *block);
/* All blocks are gone. */
void names_flush_locked(Machine *m);

enum { MAX_NAME = 200 };

/* `guest!main+0x10`, or `guest!0x10510` where nothing is known or may be asked. */
void names_format(const Machine *m, GuestAddr pc, bool ask, char name[MAX_NAME]);

/* The entry code: its parts by address. */
enum { ENTRY_PARTS = 3 };
typedef struct EntryPart {
    const uint8_t *start;
    size_t size;
    const char *name;
} EntryPart;
void names_entry_parts(const Machine *m, EntryPart ret[ENTRY_PARTS]);

/* perf-names.c: what perf is told, with --perf-map and --jitdump; where it says so, under the lock. */

/* 0 or -errno, with a message. */
int perf_open(Machine *m, const AccelOptions *options, const char **ret_error);
/* ended: the process does; the caller holds the lock if other threads may run. */
void perf_close(Machine *m, bool ended);
/* Whether perf_add_locked() wants TcgCompiled.marks. */
bool perf_wants_marks(const Machine *m);
/* Bytes to leave free behind a block's code. */
size_t perf_gap(const Machine *m);
void perf_add_locked(Machine *m, const TransBlock *block, const TcgCompiled *compiled);
/* All blocks are gone. */
void perf_flush_locked(Machine *m);
/* The child of fork, with one thread. */
void perf_forked_child(Machine *m);
/* Rewrite all symbols, with the names of guest functions; how many blocks. */
unsigned names_sync_locked(Machine *m);

/* An image of all blocks, as a debugger that asks for names would see them; NULL: no memory. */
TcgJitImage *names_image_locked(const Machine *m);

/* jit-dump.c: 0, or -errno and why; path may be NULL. */
int jit_dump_open(Machine *m, const char *path, const char **ret_error);
void jit_dump_write_locked(Machine *m);

/* process-unwind.c: what unwinders in the process are told, once. */
void process_unwind_open(Machine *m);
void process_unwind_close(Machine *m);

/* debug-info.c */
void debug_info_open(const Machine *m);

/* breakpoints.c */

void breakpoints_open(Machine *m);
void breakpoints_close(Machine *m);
/* 0, -EEXIST, -ENOENT. */
int breakpoints_insert(Machine *m, GuestAddr addr);
int breakpoints_remove(Machine *m, GuestAddr addr);
bool breakpoints_has(Machine *m, GuestAddr addr);
/* How many of size bytes at pc lie before the next breakpoint behind pc. */
size_t breakpoints_limit(Machine *m, GuestAddr pc, size_t size);

/* smc.c */
void machine_invalidate(Machine *m, GuestAddr start, GuestAddr end);

/* fault.c */
bool machine_handle_fault(Vcpu *vcpu, siginfo_t *info, void *context);

/* Host registers of a thread: false, untouched: what it had in reg is not known. */
typedef struct RegSource RegSource;
struct RegSource {
    bool (*get)(const RegSource *source, unsigned reg, uint8_t value[32]);
};
/* All globals to state, from where entry says they are. */
void state_store_globals(const Machine *m, uint8_t *state, const RegSource *regs, uint64_t sp,
                         const TcgStateEntry *entry);

/* inspect.c */
bool machine_inspect(const Vcpu *vcpu, const AccelHostFrame *frame, void *state);

/* exec-loop.c */
VcpuExit machine_run(Vcpu *vcpu);

/* dump-block.c: --dump-block */

/* list: AccelOptions.dump_block.  False: *ret_error says what is wrong with it. */
bool dump_open(Machine *m, const char *list, const char **ret_error);
void dump_close(Machine *m);
/* A block that v is about to run first: write it to a file if somebody wants it. */
void dump_lifted(const TcgVcpu *v, const TcgRegion *region);

/* trace.c: the -d items of this folder; each checks its own item. */
void trace_lifted(const Machine *m, const TcgRegion *region, const GuestCode *code,
                  const GuestLift *lift);
void trace_compiled(const Machine *m, const TcgRegion *region, const GuestCode *code,
                    const TcgCompiled *compiled, const uint8_t *rx);
void trace_exec(const TcgVcpu *v, const TransBlock *block);
void trace_chain(const Machine *m, const char *what, const TransBlock *from, const TransLink *link);

#endif
