/*
 * The interpreter's code: words of 8 bytes.
 *
 * An instruction is one head word, and behind it the words its format asks for.  The head has the
 * operation and six bytes: register numbers (vector registers count from 0 of their own) and small
 * immediates; branches have their 32-bit distance in the last four of them.
 *
 * A region starts with an `entry` instruction that names its boundary table, so that a chained
 * jump and tci_enter() may both begin there.
 */
#ifndef TCG_BACKEND_TCI_BYTECODE_H
#define TCG_BACKEND_TCI_BYTECODE_H

#include <setjmp.h>
#include <stdint.h>

#include "tcg/backend.h"
#include "tcg/helper.h"

typedef union TciInsn {
    struct {
        uint16_t op; /* TciOp */
        uint8_t r[6];
    };
    struct {
        uint16_t same_op;
        uint8_t a, b;
        int32_t disp; /* bytes from this instruction; slots: offset of the slot */
    };
} TciInsn;

_Static_assert(sizeof(TciInsn) == 8, "a head is one word");

typedef union TciWord {
    TciInsn insn;
    uint64_t bits;
    const void *ptr;
} TciWord;

/*
 * Format of a row: what the six bytes are (r integer register, v vector register, n number, - unused, jjjj
 * distance of a branch, oooo slot offset), then the words behind: k constant, p pointer.
 *
 * Loads and stores: a row per width; `any` looks into its MemOp (r[3]) and type (r[5]).
 */
#define TCI_LOADS(ROW, name, format) \
    ROW(name##_u8, format)           \
    ROW(name##_s8, format)           \
    ROW(name##_u16, format)          \
    ROW(name##_s16, format)          \
    ROW(name##_u32, format)          \
    ROW(name##_s32, format)          \
    ROW(name##_x64, format)          \
    ROW(name##_any, format)

#define TCI_STORES(ROW, name, format) \
    ROW(name##_x8, format)            \
    ROW(name##_x16, format)           \
    ROW(name##_x32, format)           \
    ROW(name##_x64, format)           \
    ROW(name##_any, format)

/* In the order of TcgCond. */
#define TCI_CONDS(COND) \
    COND(EQ)            \
    COND(NE)            \
    COND(LT)            \
    COND(GE) COND(LE) COND(GT) COND(LTU) COND(GEU) COND(LEU) COND(GTU) COND(TSTEQ) COND(TSTNE)

/* In the order of TcgFcond. */
#define TCI_FCONDS(FCOND) \
    FCOND(EQ)             \
    FCOND(NEQ)            \
    FCOND(LT)             \
    FCOND(NLT)            \
    FCOND(LE) FCOND(NLE) FCOND(LTQ) FCOND(NLTQ) FCOND(LEQ) FCOND(NLEQ) FCOND(UNORD) FCOND(ORD)

#define TCI_ROWS(ROW)                \
    ROW(entry, "------p")            \
    ROW(move_rr, "rr----")           \
    ROW(move_rk, "r-----k")          \
    ROW(move_rv, "rv----")           \
    ROW(move_vr, "vr----")           \
    ROW(move_vv, "vv----")           \
    ROW(move_vk, "v-----k")          \
    ROW(swap, "rr----")              \
    ROW(get32_state, "r-oooo")       \
    ROW(get64_state, "r-oooo")       \
    ROW(getv_state, "vnoooo")        \
    ROW(get32_frame, "r-oooo")       \
    ROW(get64_frame, "r-oooo")       \
    ROW(getv_frame, "vnoooo")        \
    ROW(put32_state, "r-oooo")       \
    ROW(put64_state, "r-oooo")       \
    ROW(putv_state, "vnoooo")        \
    ROW(put32_frame, "r-oooo")       \
    ROW(put64_frame, "r-oooo")       \
    ROW(putv_frame, "vnoooo")        \
    ROW(putk_state, "-noooo"         \
                    "k")             \
    ROW(putk_frame, "-noooo"         \
                    "k")             \
    TCI_LOADS(ROW, ld, "?--n-nk")    \
    TCI_STORES(ROW, st, "?--n-nk")   \
    TCI_LOADS(ROW, gld, "?r-n-nk")   \
    TCI_STORES(ROW, gst, "?r-n-nk")  \
    TCI_LOADS(ROW, gldx, "?rrnnnk")  \
    TCI_STORES(ROW, gstx, "?rrnnnk") \
    ROW(gatomic, "rrrnnn")           \
    ROW(gcmpxchg, "rrrrnn")          \
    ROW(fence, "n-----")             \
    ROW(call, "nnn---pp")            \
    ROW(br, "--jjjj")                \
    ROW(br_pending, "--jjjj")        \
    ROW(goto_tb, "--jjjj")           \
    ROW(unlinked, "------")          \
    ROW(goto_ptr, "r-----")          \
    ROW(exit_tb, "n-----k")

#define TCI_BRCOND_ROWS(cond)                       \
    TCI_BRCOND_ROW(brcond_##cond##_i32, "rrjjjj")   \
    TCI_BRCOND_ROW(brcond_##cond##_i32k, "r-jjjjk") \
    TCI_BRCOND_ROW(brcond_##cond##_i64, "rrjjjj")   \
    TCI_BRCOND_ROW(brcond_##cond##_i64k, "r-jjjjk")
#define TCI_FBRCOND_ROWS(fcond)                     \
    TCI_BRCOND_ROW(fbrcond_##fcond##_f32, "vvjjjj") \
    TCI_BRCOND_ROW(fbrcond_##fcond##_f64, "vvjjjj")

/*
 * Value operations have four rows: by width, and with a constant instead of input 1 (k).  Their
 * inputs are r[1]..r[4]; immediates r[4], r[5], or r[5] where there are four inputs.
 */
typedef enum TciOp {
#define VALUE_OP(name, shape, ins, imms, flags, expr) \
    TCI_##name##_i32, TCI_##name##_i32k, TCI_##name##_i64, TCI_##name##_i64k,
#define FLOAT_OP(name, shape, ins, imms, flags, expr)  TCI_##name##_f32, TCI_##name##_f64,
#define VECTOR_OP(name, shape, ins, imms, flags, expr) TCI_##name,
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
#define TCI_ENUM(name, format)       TCI_##name,
#define TCI_BRCOND_ROW(name, format) TCI_##name,
    TCI_ROWS(TCI_ENUM) TCI_CONDS(TCI_BRCOND_ROWS) TCI_FCONDS(TCI_FBRCOND_ROWS)
#undef TCI_ENUM
#undef TCI_BRCOND_ROW
        TCI_OP_COUNT
} TciOp;

enum {
    TCI_NB_REGS = 16, /* of each class */
    TCI_VEC = 16,     /* number of the first vector register, as a TcgBackend counts */
    TCI_SLOTS_SIZE = 4096,
    TCI_FIRST_HOME = 6, /* r0..r5 are for call arguments */
    TCI_FIRST_VEC_HOME = 4,
};

/* What all regions of a process share: written by emit_entry, named by their `entry`. */
typedef struct TciBoundary {
    uint32_t pc_offset;
    uint8_t pc_bytes;
    uint8_t insn_shift;
    uint8_t nb_homes;
    struct TciHome {
        uint8_t reg; /* as a TcgBackend counts */
        uint8_t bytes;
        uint32_t offset; /* in the CPU state */
    } home[TCG_MAX_REGS];
} TciBoundary;

typedef struct TciVec {
    uint64_t u64[4]; /* lane 0 is the low bits of the first */
} __attribute__((aligned(32))) TciVec;

/* One tci_enter(): the interpreter's registers and spill slots. */
typedef struct TciFrame {
    uint64_t x[TCI_NB_REGS];
    TciVec v[TCI_NB_REGS];
    uint8_t slots[TCI_SLOTS_SIZE] __attribute__((aligned(32)));
    const TciBoundary *boundary;
    uint64_t leave_value;
    sigjmp_buf leave; /* the way out after a host fault */
} TciFrame;

extern const TcgBackend tcg_backend_tci;

/* compile.c */
TcgResult tci_emit_region(const TcgTarget *target, const TcgMcode *mcode, TcgCodeSpace space,
                          Arena *arena, TcgStateMapWriter *map, bool want_marks, TcgCompiled *ret);

/* print.c: formats of all operations, and one instruction as text; returns its length. */
const char *tci_format(TciOp op);
unsigned tci_disassemble(char *buf, size_t size, const uint8_t *rx, size_t avail);

/* run.c: until the region leaves; env->tci_pc is the instruction while it may fault. */
uint64_t tci_run(TciFrame *f, uint8_t *state, const TciWord *at);

/* memory.c: what the fast rows leave out. */
uint64_t tci_address(const TciFrame *f, const TciWord *at);
void tci_load(TciFrame *f, const TciInsn *insn, uint64_t addr);
void tci_store(const TciFrame *f, const TciInsn *insn, uint64_t addr);
uint64_t tci_atomic(const TciFrame *f, const TciInsn *insn);
uint64_t tci_cmpxchg(const TciFrame *f, const TciInsn *insn);

/* call-ffi.c: the prepared call interface of a helper; NULL: it takes or returns what none can. */
const void *tci_call_interface(const TcgHelper *helper);
uint64_t tci_call(const TciFrame *f, uint8_t *state, const TciWord *at);

/* fault.c */
uint64_t tci_enter(void *state, const void *code);
bool tci_fault(void *state, TcgHostFault *ret);
void tci_get(void *state, unsigned reg, uint8_t value[32]);
void tci_leave(void *state, uint64_t value, void *ucontext);

#endif
