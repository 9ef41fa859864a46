/*
 * A host backend as a value: register file, calling convention, operand rules per operation,
 * emitters.  tcg/backend/x86 (native) and tcg/backend/tci (portable) each define one.
 *
 * Registers are numbered 0..31 over all classes; a TcgRegSet has a bit per register.
 */
#ifndef TCG_BACKEND_H
#define TCG_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcg/ir.h"
#include "tcg/state-map.h"

typedef struct TcgBackend TcgBackend;
typedef uint32_t TcgRegSet;

enum { TCG_MAX_REGS = 32, TCG_NO_REG = 0xff };

/* Kinds of constants an operand rule may accept. */
enum {
    TCG_IMM_S32 = 1 << 0, /* sign-extended 32 bits */
    TCG_IMM_U32 = 1 << 1, /* zero-extended 32 bits */
    TCG_IMM_ANY = 1 << 2,
    TCG_IMM_ZERO = 1 << 3,
    TCG_IMM_U8 = 1 << 4,
};

typedef struct TcgOperandRule {
    TcgRegSet regs;
    uint8_t imms; /* TCG_IMM_*: constants taken as they are; others are loaded into a register */
    bool mem;     /* input: may stay in its slot (CPU state or frame), full width of its type */
    bool tied;    /* input: in the output's register */
    bool early;   /* output: written before all inputs are read */
} TcgOperandRule;

/*
 * What an operation wants of its operands, parsed once from text: "out,in,in;clobbers;temps".
 * Letters of an operand: r any integer register, x any vector register, 0 the output's register
 * (the input is copied there first if it lives on), i S32, u U32, b U8, I any constant, z zero, m memory slot, & early,
 * and the backend's names of single registers in braces: "{rax}".  Clobbers and temps: "{rdx}", "r", "x".
 * No input is ever in a clobbered or temporary register, but for one whose only register is clobbered: it
 * is there and destroyed ("{rdx},{rax},rm;{rax}").
 * Operations without output start with "-".
 */
typedef struct TcgOpRule {
    TcgOperandRule out;
    TcgOperandRule in[TCG_MAX_INS];
    TcgRegSet clobbers;
    uint8_t nb_tmps;
    TcgRegSet tmp[2];
} TcgOpRule;

/*
 * An operation after register allocation: operands are places.  Besides the IR's own operations
 * there are those that the allocator inserts.
 */
enum {
    TCG_MOP_MOVE =
        TCG_OP_COUNT, /* out <- in[0]: reg, slot or constant to reg; reg or S32 constant to slot */
    TCG_MOP_SWAP,     /* exchange integer registers out and in[0] */
};

typedef struct TcgMblock TcgMblock;

typedef struct TcgMop {
    uint16_t code; /* TcgOpcode or TCG_MOP_* */
    uint8_t type;  /* op type; MOVE: the value's type */
    uint8_t nb_in;
    uint8_t tmp[2];
    TcgLoc out;
    TcgLoc in[TCG_MAX_INS];
    const TcgOp *op;   /* immediates, helper; NULL for inserted ones */
    TcgMblock *target; /* branches */
    /* CAN_FAULT operations and calls: the state while this one runs; boundary places are left out. */
    const TcgStateItem *state;
    uint8_t nb_state;
    bool has_state;
} TcgMop;

struct TcgMblock {
    TcgMblock *next; /* layout order */
    TcgMop *mops;
    unsigned nb_mops, cap_mops;
    const TcgBlock *block; /* NULL: an edge block made by the allocator */
    bool cold;
    uint32_t label; /* backend's */
};

/* A region in registers. */
typedef struct TcgMcode {
    const TcgRegion *region;
    TcgMblock *first, *last;
    unsigned nb_blocks;
    uint32_t spill_size; /* bytes of frame slots used */
    const int32_t *slot; /* by value: frame offset of its slot, -1: none; for the checker */
} TcgMcode;

/* The one description of the frame generated code runs in; prologue, epilogue and unwind
 * information are made from it. */
typedef struct TcgFrameLayout {
    uint8_t saved[8]; /* callee-saved registers in push order */
    uint8_t nb_saved;
    uint32_t size; /* bytes below the pushes: call area + spill area + padding */
    uint32_t call_area;
    uint32_t spill_offset, spill_size; /* from the stack pointer */
} TcgFrameLayout;

/*
 * One row of the frame while entry code runs, from an offset of it up to the next row.  The last row of
 * all is that of regions, which do not move the stack pointer.
 */
typedef struct TcgFrameStep {
    uint32_t offset;
    uint32_t cfa;     /* from the stack pointer to where it was before the call: the CFA of DWARF */
    uint8_t nb_saved; /* so many of TcgFrameLayout.saved are on the stack */
    bool begins;      /* a part of its own begins here, as a function does */
} TcgFrameStep;

enum { TCG_MAX_FRAME_STEPS = 32 };

/* What DWARF and ELF call the host. */
typedef struct TcgHostDwarf {
    uint16_t elf_machine;                  /* EM_* */
    uint8_t bits;                          /* 32 or 64 */
    uint8_t stack_pointer, return_address; /* DWARF register numbers */
    const uint8_t *regs;                   /* of a TcgBackend's registers */
} TcgHostDwarf;

/* A patchable direct jump of a region (goto_tb). */
typedef struct TcgJump {
    uint64_t pc;   /* guest target */
    uint32_t site; /* offset of the 4-byte field to patch, 4-byte aligned in memory */
    uint32_t stub; /* offset of the code that leaves for the run loop; the field's first target.
                        It returns the address (rx) of the site. */
} TcgJump;

/* What generated code is compiled against, the same for all regions of a process. */
typedef struct TcgTarget {
    const TcgBackend *backend;
    const TcgGlobals *globals;
    uint8_t home[TCG_MAX_GLOBALS]; /* boundary register of each global, TCG_NO_REG: CPU state */
    uint32_t pc_offset;            /* in the CPU state */
    uint8_t pc_bits;
    uint8_t insn_shift; /* log2 of the smallest instruction: jump cache index */
    TcgFrameLayout frame;
    TcgFrameStep steps[TCG_MAX_FRAME_STEPS];
    uint8_t nb_steps;
    const uint8_t *epilogue;  /* rx: stores boundary registers, returns rax to the run loop */
    const uint8_t *slow_call; /* rx: trampoline of slow paths; NULL before it is emitted */
} TcgTarget;

/* Where code goes: bytes are written to rw and will run at rx. */
typedef struct TcgCodeSpace {
    uint8_t *rw;
    const uint8_t *rx;
    size_t size;
} TcgCodeSpace;

/* A compiled region. */
typedef struct TcgCompiled {
    size_t code_size;
    unsigned nb_jumps;
    TcgJump *jumps; /* in the region's arena, indexed by goto_tb slot */
    TcgStateMapWriter *state_map;
    struct TcgMark *marks; /* for -d out_asm: (offset, mop) in order; NULL unless asked for */
    unsigned nb_marks;
} TcgCompiled;

typedef struct TcgMark {
    uint32_t offset;
    const TcgMop *mop;
} TcgMark;

typedef enum TcgResult {
    TCG_OK,
    TCG_CODE_FULL, /* the space is too small: flush and retry */
    TCG_TOO_LONG,  /* spill area or a branch range exceeded: retry with fewer instructions */
} TcgResult;

/* A host thread stopped by SIGSEGV or SIGBUS, from its ucontext. */
typedef struct TcgHostFault {
    const uint8_t *pc; /* rx address of the faulting instruction */
    uint64_t sp;
    bool is_write; /* not known of a misaligned access: SIGBUS does not tell it */
    /* The access an emitter makes on purpose when TCG_MO_ALIGN is violated: SIGBUS for the guest. */
    bool misaligned;
    /* si_addr; the kernel does not know the address of a non-canonical access, the backend may. */
    uint64_t addr;
} TcgHostFault;

struct TcgBackend {
    const char *name;
    const char *const *reg_names; /* [32]; NULL: not a register */
    TcgRegSet int_regs, vec_regs; /* allocatable */
    TcgRegSet caller_saved;
    const uint8_t *int_homes,
        *vec_homes; /* boundary registers, hottest first, ended by TCG_NO_REG */
    const uint8_t
        *alloc_order; /* registers for temporaries, first choice first, ended by TCG_NO_REG */
    const uint8_t *call_int_args; /* ended by TCG_NO_REG */
    uint8_t call_int_ret;

    /*
     * Once per process: read CPU features, minus --host-features, and parse the rules.
     * False: bad feature list (*ret_error).
     */
    bool (*init)(const char *features, const char **ret_error);
    void (*print_features)(FILE *out);

    /* False: the host cannot do it and legalize must expand it or call a helper. */
    bool (*supports)(const TcgOp *op);
    const TcgOpRule *(*rule)(const TcgOp *op);

    const TcgHostDwarf *dwarf; /* NULL: generated code has no frames of its own */

    /* Fill target->frame and steps; emit prologue, epilogue and slow-path trampoline; returns bytes used. The prologue
     * is a function uint64_t enter(void *state, const void *code). */
    size_t (*emit_entry)(TcgTarget *target, TcgCodeSpace space);
    TcgResult (*emit_region)(const TcgTarget *target, const TcgMcode *mcode, TcgCodeSpace space,
                             Arena *arena, TcgStateMapWriter *map, bool want_marks,
                             TcgCompiled *ret);

    /* Point the jump whose field is at site to target (both rx addresses); site_rw is the
     * writable view of the field. Atomic against running code. */
    void (*patch_jump)(uint8_t *site_rw, const uint8_t *site_rx, const uint8_t *target);

    /* Enter generated code; NULL: call the prologue directly (native backends). */
    uint64_t (*enter)(void *state, const void *code);

    /* Host code as text, one instruction; length. */
    unsigned (*disassemble)(char *buf, size_t size, const uint8_t *rx, size_t avail);

    /* Host registers of an interrupted thread: read register reg (integer: 8 bytes, vector: 32) of a
     * ucontext into value; NULL where generated code is not native. */
    void (*context_get)(const void *ucontext, unsigned reg, uint8_t value[32]);
    /* Set it, for when the signal handler returns (vector registers: the low 16 bytes). */
    void (*context_set)(void *ucontext, unsigned reg, const uint8_t value[32]);
    /* Where a fault interrupted the thread and what it was; ret->addr holds si_addr already. */
    void (*context_fault)(const void *ucontext, TcgHostFault *ret);
    /* Make the handler return to rx with the stack pointer sp and value as what the epilogue hands to
     * the run loop (x86: rip, rsp, rax). */
    void (*context_jump)(void *ucontext, const uint8_t *rx, uint64_t value, uint64_t sp);

    /*
     * In place of the context_ functions where enter interprets (all NULL elsewhere); for the fault
     * handler, on the thread that faulted.  ret->addr holds si_addr already, ret->pc is where the region's
     * code is (for the state map), ret->sp its frame.  False: the fault is not the guest's.
     */
    bool (*interp_fault)(void *state, TcgHostFault *ret);
    /* As context_get. */
    void (*interp_get)(void *state, unsigned reg, uint8_t value[32]);
    /*
     * Once all globals are in the CPU state: make enter return value after the handler has returned. On hosts
     * whose ucontext it does not know it jumps out of the handler instead.
     */
    void (*interp_leave)(void *state, uint64_t value, void *ucontext);
};

/* All backends linked into this binary, ended by NULL; the first is the default. */
extern const TcgBackend *const tcg_backends[];
const TcgBackend *tcg_backend_by_name(const char *name);

/* Parse a rule string against the backend's register names; aborts naming the op on a mistake. */
void tcg_rule_parse(const TcgBackend *backend, const char *op_name, const char *text,
                    TcgOpRule *ret);

/* Assign boundary registers to globals by heat. */
void tcg_target_init(TcgTarget *target, const TcgBackend *backend, const TcgGlobals *globals);

/*
 * Register allocation: arrow 5.  Fills the liveness fields of r's operations.  TCG_TOO_LONG
 * when the spill area overflows.
 */
TcgResult tcg_allocate(TcgRegion *r, const TcgTarget *target, Arena *arena, TcgMcode *ret);
void tcg_print_mcode(FILE *out, const TcgTarget *target, const TcgMcode *mcode);

/*
 * Replay the allocated code symbolically: every operand's place holds the value the IR names
 * there, on every path, every global is at home at each exit and where the state map says at each
 * faulting operation.  False: faults printed to out.
 */
bool tcg_ra_verify(const TcgRegion *r, const TcgTarget *target, const TcgMcode *mcode, FILE *out);

/* Where a compilation puts what it makes. */
typedef struct TcgOutput {
    TcgCodeSpace space;     /* the code */
    Arena *arena;           /* what ret and the passes in between allocate */
    TcgStateMapWriter *map; /* begun by the caller */
    bool want_marks;        /* for the listing of -d out_asm */
} TcgOutput;

/* All of it: optimize, allocate, emit. */
typedef struct TcgPassOptions TcgPassOptions;
TcgResult tcg_compile(TcgRegion *r, const TcgTarget *target, const TcgPassOptions *options,
                      const TcgOutput *out, TcgCompiled *ret);

#endif
