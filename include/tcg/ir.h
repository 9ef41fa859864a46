/*
 * The IR: a region of basic blocks holding operations over typed temporaries and globals.
 *
 * A region has one entry (the first block).  Temporaries are assigned once and may be used
 * in any block their definition dominates.  Globals (the guest's registers) are variables:
 * operations read and write them directly, so there are no phis.  Constants are values too
 * and are interned per region.  Blocks are kept in layout order; a block that ends in a
 * conditional branch, or in none, falls through to the next.
 */
#ifndef TCG_IR_H
#define TCG_IR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/arena.h"

typedef enum TcgType {
    TCG_NONE,
    TCG_I32,
    TCG_I64,
    TCG_V64,
    TCG_V128,
    TCG_V256,
    TCG_F32, /* op types only: formats of lane 0; values are V64 */
    TCG_F64,
    TCG_TYPE_COUNT,
} TcgType;

typedef enum TcgOpcode {
#define VALUE_OP(name, shape, ins, imms, flags, expr)  TCG_OP_##name,
#define FLOAT_OP(name, shape, ins, imms, flags, expr)  TCG_OP_##name,
#define VECTOR_OP(name, shape, ins, imms, flags, expr) TCG_OP_##name,
#define EFFECT_OP(name, outs, ins, imms, flags)        TCG_OP_##name,
#include "tcg/ir/opcodes.def"
    TCG_OP_COUNT,
} TcgOpcode;

typedef enum TcgShape {
    TCG_SHAPE_INT,
    TCG_SHAPE_WIDEN,
    TCG_SHAPE_FLT,
    TCG_SHAPE_FCMP,
    TCG_SHAPE_F2I32,
    TCG_SHAPE_F2I64,
    TCG_SHAPE_I32_2F,
    TCG_SHAPE_I64_2F,
    TCG_SHAPE_F2F,
    TCG_SHAPE_VEC,
    TCG_SHAPE_V2I,
    TCG_SHAPE_I2V,
    TCG_SHAPE_VINS,
    TCG_SHAPE_EFFECT,
} TcgShape;

/* Operation flags; opcodes.def says what they mean. */
enum {
    TCG_COMMUTES = 1 << 0,
    TCG_FP_ENV = 1 << 1,
    TCG_CAN_FAULT = 1 << 2,
    TCG_READS_MEM = 1 << 3,
    TCG_WRITES_MEM = 1 << 4,
    TCG_READS_STATE = 1 << 5,
    TCG_WRITES_STATE = 1 << 6,
    TCG_SIDE_EFFECTS = 1 << 7,
    TCG_ENDS_BLOCK = 1 << 8,
    TCG_COND_BRANCH = 1 << 9,
    TCG_EXITS_REGION = 1 << 10,
};

enum { TCG_VAR = 0xff }; /* operand count that depends on the helper */

typedef struct TcgOpInfo {
    const char *name;
    uint8_t shape; /* TcgShape */
    uint8_t outs, ins, imms;
    uint16_t flags;
} TcgOpInfo;

extern const TcgOpInfo tcg_op_info[TCG_OP_COUNT];

/* The inverse of a condition is its number with bit 0 flipped. */
typedef enum TcgCond {
    TCG_COND_EQ,
    TCG_COND_NE,
    TCG_COND_LT,
    TCG_COND_GE,
    TCG_COND_LE,
    TCG_COND_GT,
    TCG_COND_LTU,
    TCG_COND_GEU,
    TCG_COND_LEU,
    TCG_COND_GTU,
    TCG_COND_TSTEQ, /* (a & b) == 0 */
    TCG_COND_TSTNE,
    TCG_COND_COUNT,
} TcgCond;

/* The inverse has bit 0 flipped; an inverse holds for unordered operands. */
typedef enum TcgFcond {
    TCG_FCOND_EQ, /* quiet: invalid only for signalling NaNs */
    TCG_FCOND_NEQ,
    TCG_FCOND_LT, /* signalling: invalid for any NaN */
    TCG_FCOND_NLT,
    TCG_FCOND_LE,
    TCG_FCOND_NLE,
    TCG_FCOND_LTQ, /* quiet */
    TCG_FCOND_NLTQ,
    TCG_FCOND_LEQ,
    TCG_FCOND_NLEQ,
    TCG_FCOND_UNORD, /* quiet */
    TCG_FCOND_ORD,
    TCG_FCOND_COUNT,
} TcgFcond;

typedef enum TcgRound {
    TCG_ROUND_NEAREST, /* ties to even */
    TCG_ROUND_DOWN,
    TCG_ROUND_UP,
    TCG_ROUND_ZERO,
    TCG_ROUND_CURRENT, /* the environment's */
    TCG_ROUND_AWAY,    /* ties away from zero: helpers only, no host has it */
} TcgRound;

typedef enum TcgNanResult { TCG_NAN_MAX, TCG_NAN_ZERO, TCG_NAN_MIN } TcgNanResult;

/* Memory operation: log2 of the size, then modifiers. */
typedef enum TcgMemOp {
    TCG_MO_8 = 0,
    TCG_MO_16 = 1,
    TCG_MO_32 = 2,
    TCG_MO_64 = 3,
    TCG_MO_128 = 4,
    TCG_MO_256 = 5,
    TCG_MO_SIZE = 7,        /* mask */
    TCG_MO_SIGN = 1 << 3,   /* sign-extend to the value's type */
    TCG_MO_BSWAP = 1 << 4,  /* the other byte order than the host's */
    TCG_MO_ALIGN = 1 << 5,  /* misaligned raises SIGBUS; otherwise any address */
    TCG_MO_ATOMIC = 1 << 6, /* single-copy atomic if aligned */
    TCG_MO_SCALE_SHIFT = 8, /* gldx, gstx: two bits of scale */
} TcgMemOp;

typedef enum TcgRmw {
    TCG_RMW_XCHG,
    TCG_RMW_ADD,
    TCG_RMW_AND,
    TCG_RMW_OR,
    TCG_RMW_XOR,
    TCG_RMW_SMIN,
    TCG_RMW_SMAX,
    TCG_RMW_UMIN,
    TCG_RMW_UMAX,
    TCG_RMW_COUNT,
} TcgRmw;

/* earlier-later pairs that must stay in order; x86 needs an instruction for ST_LD alone. */
enum { TCG_FENCE_LD_LD = 1, TCG_FENCE_LD_ST = 2, TCG_FENCE_ST_LD = 4, TCG_FENCE_ST_ST = 8 };

typedef enum TcgJumpKind { TCG_JUMP_PLAIN, TCG_JUMP_CALL, TCG_JUMP_RETURN } TcgJumpKind;

/* Why a region left for the run loop (exit_tb); the value generated code returns. */
typedef enum TcgExit {
    TCG_EXIT_LOOKUP,    /* find or make the block for pc, go on */
    TCG_EXIT_INTERRUPT, /* a poll point saw a request */
    TCG_EXIT_SYSCALL,
    TCG_EXIT_ILLEGAL,
    TCG_EXIT_BREAKPOINT,
    TCG_EXIT_FAULT, /* made by the fault handler, never by exit_tb */
    TCG_EXIT_FLUSH, /* drop translations (fence.i), then LOOKUP */
    TCG_EXIT_FETCH, /* pc is not executable or not mapped: the run loop finds out which */
    TCG_EXIT_STATE, /* block_flags may have changed, then LOOKUP */
    TCG_EXIT_COUNT,
} TcgExit;

/* A guest register as the IR sees it. */
typedef struct TcgGlobal {
    const char *name;
    TcgType type;    /* I32, I64 or V64.. */
    uint32_t offset; /* in the CPU state */
    int16_t heat; /* place in the order of heat among globals of its class, from 0; -1: never kept
                        in a register across blocks */
} TcgGlobal;

enum {
    TCG_MAX_GLOBALS = 128,
    TCG_MAX_JUMPS = 255, /* of a region: a translated block counts its links in a byte */
};

typedef struct TcgGlobals {
    const TcgGlobal *global;
    unsigned nb;
} TcgGlobals;

/*
 * A value: an index in region->vals.  0 is none, 1..nb_globals the globals in order, then
 * temporaries and constants as they come.
 */
typedef uint32_t TcgVal;
#define TCG_NO_VAL ((TcgVal)0)

typedef enum TcgValKind { TCG_VAL_NONE, TCG_VAL_GLOBAL, TCG_VAL_TEMP, TCG_VAL_CONST } TcgValKind;

typedef struct TcgOp TcgOp;
typedef struct TcgBlock TcgBlock;
typedef struct TcgRegion TcgRegion;

typedef struct TcgValue {
    uint8_t kind;  /* TcgValKind */
    uint8_t type;  /* TcgType, never F32/F64 */
    TcgVal next;   /* constants: the next one in the hash chain */
    uint64_t bits; /* constants: the value (i32: zero-extended; v types: lane 0, zero above) */
    TcgOp *def;    /* temporaries: the defining operation */
} TcgValue;

enum { TCG_MAX_OUTS = 1, TCG_MAX_INS = 6, TCG_MAX_ARGS = TCG_MAX_OUTS + TCG_MAX_INS };

struct TcgOp {
    TcgOp *prev, *next;
    uint16_t code; /* TcgOpcode */
    uint8_t type;  /* TcgType */
    uint8_t nb_out, nb_in;
    /* Liveness, filled by register allocation; bit n speaks of arg[n]. */
    uint8_t dead; /* its value is not needed after this operation (output: at all) */
    uint8_t last; /* no later operation of this block names it before it is written again */
    uint8_t hint; /* a global whose home suits the output; its old value is not needed. 0: none */
    TcgVal arg[TCG_MAX_ARGS]; /* outputs, then inputs */
    uint64_t imm[2];
    union {
        TcgBlock *target;               /* branches */
        const struct TcgHelper *helper; /* call */
    };
};

static inline TcgVal tcg_op_out(const TcgOp *op)
{
    return op->nb_out ? op->arg[0] : TCG_NO_VAL;
}

static inline TcgVal tcg_op_in(const TcgOp *op, unsigned n)
{
    return op->arg[op->nb_out + n];
}

static inline TcgVal *tcg_op_in_ptr(TcgOp *op, unsigned n)
{
    return &op->arg[op->nb_out + n];
}

struct TcgBlock {
    TcgBlock *prev, *next; /* layout order */
    TcgOp *first, *last;
    unsigned id;       /* dense, from 0, in order of creation */
    bool cold;         /* placed behind all others when emitted */
    unsigned nb_preds; /* tcg_region_count_preds() */
    TcgBlock *pred;    /* one of them, for extended blocks */
    void *ra;          /* register allocation's own */
};

struct TcgRegion {
    Arena *arena;
    const TcgGlobals *globals;
    TcgValue *vals;
    uint32_t nb_vals, cap_vals;
    TcgBlock *first, *last;
    unsigned nb_blocks;
    unsigned nb_jumps;       /* goto_tb slots used: highest + 1 */
    uint64_t pc;             /* guest pc of the entry */
    uint64_t size;           /* guest bytes covered from pc */
    uint32_t const_hash[64]; /* builder's */
};

/* A region in arena; freed with it. */
TcgRegion *tcg_region_new(Arena *arena, const TcgGlobals *globals);

static inline const TcgValue *tcg_val(const TcgRegion *r, TcgVal v)
{
    return &r->vals[v];
}

static inline bool tcg_is_const(const TcgRegion *r, TcgVal v)
{
    return r->vals[v].kind == TCG_VAL_CONST;
}

static inline bool tcg_is_global(const TcgRegion *r, TcgVal v)
{
    return v - 1 < r->globals->nb;
}

static inline unsigned tcg_global_index(TcgVal v)
{
    return v - 1;
}

/* Bits of a type (F32: 32). */
unsigned tcg_type_bits(TcgType type);
const char *tcg_type_name(TcgType type);
static inline bool tcg_type_is_int(TcgType type)
{
    return type == TCG_I32 || type == TCG_I64;
}

/* Type of the output by shape; TCG_NONE: none.  Not for calls, whose type is the op type. */
TcgType tcg_out_type(TcgOpcode code, TcgType type);
/* Type of input n (never F32/F64); an i32 input may be an i64 value, of which the low half is read. */
TcgType tcg_in_type(const TcgOp *op, unsigned n);

/* Interned constant; bits are truncated to the type. */
TcgVal tcg_const(TcgRegion *r, TcgType type, uint64_t bits);
TcgVal tcg_temp(TcgRegion *r, TcgType type);

/* Append to, insert before, remove from the block; the op is not freed (arena). */
TcgOp *tcg_op_new(TcgRegion *r, TcgOpcode code, TcgType type);
void tcg_append_op(TcgBlock *block, TcgOp *op);
void tcg_insert_op_before(TcgBlock *block, TcgOp *where, TcgOp *op);
void tcg_insert_op_after(TcgBlock *block, TcgOp *where, TcgOp *op);
void tcg_remove_op(TcgBlock *block, TcgOp *op);
/* Appended to the layout. */
TcgBlock *tcg_block_new(TcgRegion *r);
/* Move block to just behind after (NULL: to the front). */
void tcg_block_move(TcgRegion *r, TcgBlock *block, TcgBlock *after);
/* The block that follows when the terminator is not taken or missing; NULL if it never falls through. */
TcgBlock *tcg_block_fallthrough(const TcgBlock *block);
/* The target of its terminator's branch; NULL if none. */
TcgBlock *tcg_block_taken(const TcgBlock *block);
/* Fill nb_preds and pred of every block. */
void tcg_region_count_preds(TcgRegion *r);

/* Meaning of a value operation on constants (opcodes.def's expression). False: not a VALUE_OP. */
bool tcg_eval(TcgOpcode code, TcgType type, TcgType out_type, const uint64_t in[4],
              const uint64_t imm[2], uint64_t *ret);

/* Text form and back; docs/ir.md has the grammar.  parse(print(r)) equals r. */
void tcg_print_region(FILE *out, const TcgRegion *r);
/* One operation without newline. */
void tcg_print_op(FILE *out, const TcgRegion *r, const TcgOp *op);
/* The "globals" lines that let tcg_parse_region() read the text of r alone. */
void tcg_print_globals(FILE *out, const TcgRegion *r);
/*
 * Parse a region from text.  globals NULL: the text declares its own ("globals x1:i64@8 ...").
 * NULL on failure with *ret_error (g_malloc'ed, "line 3: ...").
 */
TcgRegion *tcg_parse_region(Arena *arena, const TcgGlobals *globals, const char *text,
                            char **ret_error);

/* parse(print(r)) equals r; true, too, if r calls helpers that are not registered by name. */
bool tcg_check_text(const TcgRegion *r, FILE *out);

/*
 * Check every rule of docs/ir.md: types, single assignment, definitions dominating uses,
 * terminators, immediates in range.  True if sound; else all faults are printed to out (may
 * be NULL) beside the operation they belong to, headed by after.
 */
bool tcg_verify(const TcgRegion *r, const char *after, FILE *out);

#define TCG_MASK(bits) ((bits) >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (bits)) - 1)

/* a and b are zero-extended from w bits. */
static inline bool tcg_cond_holds(uint64_t cond, uint64_t a, uint64_t b, unsigned w)
{
    int64_t sa = (int64_t)(a << (64 - w)), sb = (int64_t)(b << (64 - w));
    bool holds = false;

    switch (cond & ~UINT64_C(1)) {
    case TCG_COND_EQ:
        holds = a == b;
        break;
    case TCG_COND_LT:
        holds = sa < sb;
        break;
    case TCG_COND_LE:
        holds = sa <= sb;
        break;
    case TCG_COND_LTU:
        holds = a < b;
        break;
    case TCG_COND_LEU:
        holds = a <= b;
        break;
    case TCG_COND_TSTEQ:
        holds = (a & b) == 0;
        break;
    }
    return holds ^ (cond & 1);
}

static inline TcgCond tcg_cond_invert(TcgCond cond)
{
    return cond ^ 1;
}

/* The condition that holds for (b, a) when cond holds for (a, b). */
TcgCond tcg_cond_swap(TcgCond cond);
const char *tcg_cond_name(TcgCond cond);
const char *tcg_fcond_name(TcgFcond cond);

#endif
