/*
 * Running regions in a test: one machine is one backend with its own guest state.
 */
#ifndef TESTS_UNIT_IR_EXEC_H
#define TESTS_UNIT_IR_EXEC_H

#include "tcg/backend.h"
#include "tcg/builder.h"
#include "tcg/code-buf.h"
#include "tcg/env.h"
#include "tcg/pass.h"

/* What the tests of one backend run on; the build makes another program of each for x86. */
#ifndef IR_BACKEND
#define IR_BACKEND  "tci"
#define IR_FEATURES NULL
#define IR_WIDEST   TCG_V256
#endif

enum { IR_STATE_SIZE = 4096, IR_MXCSR = 0x1f80 };

/* Of x86, to run with: each feature off, then all of them. */
enum { IR_FEATURE_SETS = 11 };
extern const char *const ir_feature_sets[IR_FEATURE_SETS];

/* A compiled region. */
typedef struct IrCode {
    const uint8_t *rx;
    TcgCompiled compiled;
    TcgJump jumps[16];
    uint64_t pc;
    uint8_t *map;
    size_t map_size;
} IrCode;

/* How the last ir_run() left. */
typedef struct IrExit {
    uint64_t value; /* TcgExit, or a jump's site */
    uint64_t pc;    /* in the state */
    bool misaligned, is_write;
    uint64_t addr; /* of TCG_EXIT_FAULT */
} IrExit;

typedef struct IrMachine {
    const TcgBackend *backend;
    TcgTarget target;
    CodeBuf buf;
    TcgCodeSpace space; /* what is left */
    const uint8_t *entry;
    TcgEnv *env;
    uint8_t *state; /* IR_STATE_SIZE bytes */
    TcgJumpCacheEntry *jump_cache;
    TcgStateMapWriter map;
    Arena arena;
    bool optimize; /* run the passes; what supports() denies needs them */
    TcgPassOptions passes;
    /* By opcode: take it for one that the backend lacks, where legalize can do without. */
    bool lacks[TCG_OP_COUNT];
    bool check_allocation; /* replay it symbolically; on after ir_machine_init() */
    IrCode *running;
    IrExit exit;
} IrMachine;

/* features: as --host-features, or NULL.  The pc lies at pc_offset in the state, 8 bytes; globals must outlive the machine. */
void ir_machine_init(IrMachine *m, const TcgBackend *backend, const char *features,
                     const TcgGlobals *globals, uint32_t pc_offset);
void ir_machine_done(IrMachine *m);
/* Forget all compiled regions. */
void ir_machine_reset(IrMachine *m);

/* False: r holds what the backend cannot be made to do (legalize cannot split a v256). */
bool ir_takes(const TcgBackend *backend, const TcgRegion *r);

/* Verify, allocate, check the allocation, emit; aborts the test with the region's text on a failure. */
void ir_compile(IrMachine *m, TcgRegion *r, IrCode *ret);
void ir_code_done(IrCode *code);

/* Run from the machine's state; guest faults come back as TCG_EXIT_FAULT. */
const IrExit *ir_run(IrMachine *m, IrCode *code);

/* One region from begin to done: append with c->ir, compile (which adds the exit), run any number of times. */
typedef struct IrCase {
    IrMachine *machine;
    Arena arena;
    IrBuilder ir;
    IrCode code;
} IrCase;

void ir_case_begin(IrCase *c, IrMachine *m);
void ir_case_compile(IrCase *c);
/* Aborts unless the region left by the exit that ir_case_compile() added. */
void ir_case_run(IrCase *c);
void ir_case_done(IrCase *c);

/* An 8-byte global, or 8 bytes of a wider one, in the machine's state. */
uint64_t ir_get(const IrMachine *m, unsigned global);
void ir_put(IrMachine *m, unsigned global, uint64_t value);
uint64_t *ir_lanes(IrMachine *m, unsigned global);

#endif
