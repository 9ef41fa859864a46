/*
 * What the x86 emitters share: the state of one region's emission, places as operands, cold
 * paths.  emit.c drives; ops-*.c have the operations by family.
 */
#ifndef TCG_BACKEND_X86_EMIT_H
#define TCG_BACKEND_X86_EMIT_H

#include "asm.h"
#include "features.h"
#include "slow.h"
#include "tcg/backend.h"
#include "tcg/env.h"
#include "x86-forms.h"

typedef struct X86Emit X86Emit;
typedef struct X86Stub X86Stub;
typedef void X86StubFn(X86Emit *e, const X86Stub *stub);

/* Code that is rarely reached: emitted behind all blocks. */
struct X86Stub {
    X86Stub *next;
    X86StubFn *emit;
    const TcgMop *mop;
    uint64_t pc;      /* guest instruction it belongs to */
    uint32_t resume;  /* offset at which the hot code goes on */
    uint32_t site[2]; /* rel32 fields that lead here */
    unsigned nb_sites;
    uint64_t arg; /* the emitter's own */
};

typedef struct X86Fixup {
    uint32_t site; /* offset of a rel32 field */
    uint64_t pc;   /* guest instruction of the branch */
    union {
        TcgMblock *block;
        uint32_t pool; /* index */
    };
} X86Fixup;

typedef struct X86Fixups {
    X86Fixup *at;
    unsigned nb, cap;
} X86Fixups;

/* 16 bytes of constant. */
typedef struct X86Const {
    uint64_t low, high;
} X86Const;

struct X86Emit {
    X86Asm a;
    unsigned features;
    bool avx;
    const TcgTarget *target;
    const TcgMcode *mcode;
    const TcgRegion *r;
    TcgCodeSpace space;
    Arena *arena;
    TcgStateMapWriter *map;
    TcgCompiled *ret;
    uint64_t pc;       /* of the last insn_start */
    TcgMblock *mblock; /* being emitted */
    X86Stub *stubs, **last_stub;
    X86Fixups branches, pool_uses;
    X86Const *pool;
    unsigned nb_pool, cap_pool;
    bool want_marks;
    unsigned cap_marks;
};

/* No operation emits more in line: a slow call with four constant arguments. */
enum { X86_MAX_OP_BYTES = 320 };

static inline bool x86_is64(const TcgMop *mop)
{
    return mop->type == TCG_I64;
}

static inline bool x86_is_f64(const TcgMop *mop)
{
    return mop->type == TCG_F64;
}

static inline uint32_t x86_offset(const X86Emit *e)
{
    return (uint32_t)(e->a.p - e->space.rw);
}

static inline uint64_t x86_imm0(const TcgMop *mop)
{
    return mop->op->imm[0];
}

static inline uint64_t x86_imm1(const TcgMop *mop)
{
    return mop->op->imm[1];
}

/* CPU state at offset: the env register points TCG_ENV_BIAS bytes into it. */
static inline X86Mem x86_state_mem(int32_t offset)
{
    return x86_mem(X86_RBP, offset - TCG_ENV_BIAS);
}

#define x86_env_mem(field) x86_state_mem((int32_t)offsetof(TcgEnv, field) - (int32_t)sizeof(TcgEnv))

static inline X86Mem x86_slot_mem(TcgLoc loc)
{
    return loc.kind == TCG_LOC_STATE ? x86_state_mem(loc.offset) : x86_mem(X86_RSP, loc.offset);
}

static inline bool x86_is_slot(TcgLoc loc)
{
    return loc.kind == TCG_LOC_STATE || loc.kind == TCG_LOC_FRAME;
}

static inline uint64_t x86_bits(const X86Emit *e, TcgLoc loc)
{
    return e->r->vals[loc.val].bits;
}

/* A constant operand as an operation of the given width sees it. */
static inline int64_t x86_const(const X86Emit *e, TcgLoc loc, bool w)
{
    return w ? (int64_t)x86_bits(e, loc) : (int32_t)x86_bits(e, loc);
}

/* ------------------------------------------------------------------ emit.c */

/* jcc to cold code made by emit; x86_stub_resume() says where the hot code goes on. */
X86Stub *x86_stub(X86Emit *e, const TcgMop *mop, X86StubFn *emit, X86Cc cc);
/* Another jcc to the same. */
void x86_stub_also(X86Emit *e, X86Stub *stub, X86Cc cc);
static inline void x86_stub_resume(X86Emit *e, X86Stub *stub)
{
    stub->resume = x86_offset(e);
}
/* In cold code: back to the hot code. */
void x86_resume(X86Emit *e, const X86Stub *stub);

/* jcc rel8 forwards inside one operation; x86_here() is where it leads. */
static inline uint8_t *x86_skip(X86Emit *e, X86Cc cc)
{
    x86_j8_i(&e->a, cc, 0);
    return e->a.p;
}

static inline void x86_here(X86Emit *e, uint8_t *skip)
{
    skip[-1] = (uint8_t)(e->a.p - skip);
}

/* A 16-byte constant behind the code, as operand of an instruction whose last bytes it is: call
 * x86_pool_used() right after emitting that. */
X86Mem x86_pool(X86Emit *e, uint64_t low, uint64_t high);
void x86_pool_used(X86Emit *e);

/* A jump or call to code outside the region (rx address); the call may change rax. */
void x86_jmp_to(X86Emit *e, const void *target);
void x86_call_to(X86Emit *e, const void *target);
/* Store pc in the CPU state; may change rax. */
void x86_store_pc(X86Emit *e, uint64_t pc);

/* Branch to a block (a final target): jcc, or jmp with X86_ALWAYS. */
enum { X86_ALWAYS = 16 };
void x86_branch(X86Emit *e, unsigned cc, TcgMblock *target);
/* Unconditionally; nothing if it follows. */
void x86_go_to(X86Emit *e, TcgMblock *target);
/* End of the block by cc to mop's target or on to the next block. start: where the compare began,
 * which must be movable: it keeps next to its branch when a patchable field is aligned. */
void x86_cond_branch(X86Emit *e, const TcgMop *mop, unsigned cc, uint32_t start);
/* The block that control reaches through mblock, past blocks that are a branch alone. */
TcgMblock *x86_final_target(TcgMblock *mblock);
/* A patchable jump, jcc or jmp. */
void x86_patchable(X86Emit *e, const TcgMop *jump, unsigned cc, uint32_t start);

TcgResult x86_emit_region(const TcgTarget *target, const TcgMcode *mcode, TcgCodeSpace space,
                          Arena *arena, TcgStateMapWriter *map, bool want_marks, TcgCompiled *ret);

/* ------------------------------------------------------------------ moves.c */

void x86_move(X86Emit *e, const TcgMop *mop);
void x86_swap(X86Emit *e, const TcgMop *mop);
void x86_load_const(X86Emit *e, unsigned reg, uint64_t value);
void x86_load_vec_const(X86Emit *e, unsigned reg, uint64_t bits);
/* Nothing if both are the same. */
void x86_mov(X86Emit *e, bool w, unsigned out, unsigned in);

/* ------------------------------------------------------------------ slow-call.c */

/* A C function from generated code: arguments, the call, its result.  All other registers are kept. */
void x86_slow_arg(X86Emit *e, unsigned n, TcgLoc loc);
void x86_slow_arg_imm(X86Emit *e, unsigned n, uint64_t value);
void x86_slow_call(X86Emit *e, X86SlowFn *fn);
void x86_slow_result(X86Emit *e, unsigned reg);

/* ------------------------------------------------------------------ SSE and AVX */

/* An instruction whose VEX twin has the same operands. */
#define X86_SSE(e, form, ...) \
    ((e)->avx ? x86_v##form(&(e)->a, __VA_ARGS__) : x86_##form(&(e)->a, __VA_ARGS__))

/* out = a OP b in all its shapes; without AVX out is a. */
typedef struct X86Sse {
    void (*xx)(X86Asm *x, unsigned out, unsigned b);
    void (*xm)(X86Asm *x, unsigned out, X86Mem b);
    void (*vxxx)(X86Asm *x, unsigned out, unsigned a, unsigned b);
    void (*vxxm)(X86Asm *x, unsigned out, unsigned a, X86Mem b);
} X86Sse;

#define X86_SSE_OP(name)                                                       \
    {                                                                          \
        x86_##name##_xx, x86_##name##_xm, x86_v##name##_xxx, x86_v##name##_xxm \
    }

static inline void x86_sse(X86Emit *e, const X86Sse *op, unsigned out, unsigned a, unsigned b)
{
    if (e->avx) {
        op->vxxx(&e->a, out, a, b);
    } else {
        op->xx(&e->a, out, b);
    }
}

static inline void x86_sse_mem(X86Emit *e, const X86Sse *op, unsigned out, unsigned a, X86Mem b)
{
    if (e->avx) {
        op->vxxm(&e->a, out, a, b);
    } else {
        op->xm(&e->a, out, b);
    }
}

/* b: register, slot, or constant (16 bytes: its bits below, high above). */
void x86_sse_any(X86Emit *e, const X86Sse *op, const TcgMop *mop, TcgLoc b, uint64_t high);

static inline void x86_vec_zero(X86Emit *e, unsigned reg)
{
    if (e->avx) {
        x86_vxorps_xxx(&e->a, reg, reg, reg);
    } else {
        x86_xorps_xx(&e->a, reg, reg);
    }
}

static inline void x86_vec_mov(X86Emit *e, unsigned out, unsigned in)
{
    if (out != in) {
        X86_SSE(e, movaps_xx, out, in);
    }
}

/* ------------------------------------------------------------------ others */

/* rules.c */
void x86_rules_init(const TcgBackend *backend, unsigned features);
bool x86_supports(const TcgOp *op);
const TcgOpRule *x86_rule(const TcgOp *op);

/* abi-x86_64.c */
extern const TcgHostDwarf x86_64_dwarf;
size_t x86_emit_entry(TcgTarget *target, TcgCodeSpace space);
void x86_context_get(const void *ucontext, unsigned reg, uint8_t value[32]);
void x86_context_set(void *ucontext, unsigned reg, const uint8_t value[32]);
void x86_context_fault(const void *ucontext, TcgHostFault *ret);
void x86_context_jump(void *ucontext, const uint8_t *rx, uint64_t value, uint64_t sp);

/* x86.c: features in use, fixed by init. */
unsigned x86_features(void);

#endif
