/*
 * The interpreter: one handler per row, each ending in a jump to the next one's.
 *
 * Handlers of value, floating-point and vector operations are made from the expressions in
 * opcodes.def; they read all inputs before they write the output, whose register may be an input's.
 * Nothing of the guest's is cached outside the frame while an instruction may fault.
 */
#include "bytecode.h"
#include "float.h"
#include "memory.h"
#include "tcg/env.h"
#include "vector.h"

/* v sign-extended from the operand width. */
#define S(v) ((int64_t)((v) << (64 - w)) >> (64 - w))

#define HEAD (&at->insn)
#define R(n) (HEAD->r[n])
#define X(n) (f->x[R(n)])
#define V(n) (f->v[R(n)])
#define NEXT(n)                 \
    do {                        \
        at += (n);              \
        goto *labels[HEAD->op]; \
    } while (0)
#define JUMP()                                                    \
    do {                                                          \
        at = (const TciWord *)((const uint8_t *)at + HEAD->disp); \
        goto *labels[HEAD->op];                                   \
    } while (0)

/* ------------------------------------------------------------------ values */

#define FULL_WIDEN 1
#define FULL_INT   0

#define VALUE_ROW(row, width, words, full, b_value, ins, expr)                     \
    L_##row:                                                                       \
    {                                                                              \
        const uint64_t w = width, mask = (full) ? ~UINT64_C(0) : TCG_MASK(width);  \
        uint64_t a = X(1) & mask, b = (ins) > 1 ? (b_value)&mask : 0;              \
        uint64_t c = (ins) > 2 ? X(3) & mask : 0, d = (ins) > 3 ? X(4) & mask : 0; \
        uint64_t i = R((ins) > 3 ? 5 : 4), j = R(5);                               \
        (void)w, (void)b, (void)c, (void)d, (void)i, (void)j;                      \
        X(0) = (uint64_t)(expr)&TCG_MASK(width);                                   \
        NEXT(words);                                                               \
    }

#define VALUE_ROWS(name, shape, ins, expr)                             \
    VALUE_ROW(name##_i32, 32, 1, FULL_##shape, X(2), ins, expr)        \
    VALUE_ROW(name##_i32k, 32, 2, FULL_##shape, at[1].bits, ins, expr) \
    VALUE_ROW(name##_i64, 64, 1, FULL_##shape, X(2), ins, expr)        \
    VALUE_ROW(name##_i64k, 64, 2, FULL_##shape, at[1].bits, ins, expr)

/* ------------------------------------------------------------------ floating point */

typedef float f32;
typedef double f64;

static inline void set_vec(TciVec *v, uint64_t lane)
{
    *v = (TciVec){ { lane } };
}

/* An f32 result keeps what was above it in the first input. */
static inline uint64_t keep_f32(uint64_t first, uint64_t bits)
{
    return (first & ~UINT64_C(0xffffffff)) | bits;
}

static inline uint64_t keep_f64(uint64_t first, uint64_t bits)
{
    return bits;
}

/* These two choose whole registers: they leave a note which one instead of a value. */
#define tcg_fnan(a, b) \
    (chosen = fp_is_nan(FP_BITS(a), FP_FRAC(a)) ? bits_b : bits_a, choice = true, a)
#define tcg_fbox(a, b) (chosen = bits_a >> 32 == UINT32_MAX ? bits_a : bits_b, choice = true, a)

#define FLT_ROW(name, T, ins, expr)                                                      \
    L_##name##_##T:                                                                      \
    {                                                                                    \
        uint64_t bits_a = V(1).u64[0], bits_b = (ins) > 1 ? V(2).u64[0] : 0, chosen = 0; \
        T a = T##_of(bits_a), b = T##_of(bits_b);                                        \
        T c = T##_of((ins) > 2 ? V(3).u64[0] : 0), result;                               \
        uint64_t i = R(4), j = R(5);                                                     \
        bool choice = false;                                                             \
        (void)b, (void)c, (void)i, (void)j;                                              \
        result = (expr);                                                                 \
        set_vec(&V(0), choice ? chosen : keep_##T(bits_a, T##_bits(result)));            \
        NEXT(1);                                                                         \
    }

#define TO_INT_ROW(name, T, ins, result_mask, expr)                         \
    L_##name##_##T:                                                         \
    {                                                                       \
        T a = T##_of(V(1).u64[0]), b = T##_of((ins) > 1 ? V(2).u64[0] : 0); \
        uint64_t i = R(4), j = R(5);                                        \
        (void)b, (void)j;                                                   \
        X(0) = (uint64_t)(expr) & (result_mask);                            \
        NEXT(1);                                                            \
    }

#define FROM_INT_ROW(name, T, expr)          \
    L_##name##_##T:                          \
    {                                        \
        uint64_t a = X(1);                   \
        set_vec(&V(0), T##_bits((T)(expr))); \
        NEXT(1);                             \
    }

#define CONVERT_ROW(name, T, FRAC)                           \
    L_##name##_##T:                                          \
    {                                                        \
        set_vec(&V(0), fp_convert(V(1).u64[0], R(4), FRAC)); \
        NEXT(1);                                             \
    }

#define FLOAT_FLT(name, ins, expr) FLT_ROW(name, f32, ins, expr) FLT_ROW(name, f64, ins, expr)
#define FLOAT_FCMP(name, ins, expr) \
    TO_INT_ROW(name, f32, ins, UINT64_MAX, expr) TO_INT_ROW(name, f64, ins, UINT64_MAX, expr)
#define FLOAT_F2I32(name, ins, expr) \
    TO_INT_ROW(name, f32, ins, UINT32_MAX, expr) TO_INT_ROW(name, f64, ins, UINT32_MAX, expr)
#define FLOAT_F2I64(name, ins, expr)  FLOAT_FCMP(name, ins, expr)
#define FLOAT_I32_2F(name, ins, expr) FROM_INT_ROW(name, f32, expr) FROM_INT_ROW(name, f64, expr)
#define FLOAT_I64_2F(name, ins, expr) FLOAT_I32_2F(name, ins, expr)
#define FLOAT_F2F(name, ins, expr)    CONVERT_ROW(name, f32, F32_FRAC) CONVERT_ROW(name, f64, F64_FRAC)

/* ------------------------------------------------------------------ vectors; r[3]: words of the type */

#define LANE_1(i) 64 /* no lane width: the operation is bitwise */
#define LANE_0(i) 64
#define VECTOR_VEC(name, ins, imms, expr)                                \
    L_##name:                                                            \
    {                                                                    \
        unsigned width = (imms) ? R(4) : 64, lanes = R(3) * 64u / width; \
        TciVec out = { { 0 } };                                          \
        for (unsigned n = 0; n < lanes; n++) {                           \
            uint64_t a = vec_lane(&V(1), width, n);                      \
            uint64_t b = (ins) > 1 ? vec_lane(&V(2), width, n) : 0;      \
            (void)b;                                                     \
            vec_set_lane(&out, width, n, expr);                          \
        }                                                                \
        V(0) = out;                                                      \
        NEXT(1);                                                         \
    }

#define VECTOR_V2I(name, ins, imms, expr)         \
    L_##name:                                     \
    {                                             \
        uint64_t a = vec_lane(&V(1), R(4), R(5)); \
        X(0) = (expr);                            \
        NEXT(1);                                  \
    }

/* vset fills one lane, vdup all. */
#define LANES_vset 1u
#define LANES_vdup (R(3) * 64u / R(4))
#define VECTOR_I2V(name, ins, imms, expr)            \
    L_##name:                                        \
    {                                                \
        uint64_t a = X(1);                           \
        unsigned lanes = LANES_##name, width = R(4); \
        TciVec out = { { 0 } };                      \
        for (unsigned n = 0; n < lanes; n++) {       \
            vec_set_lane(&out, width, n, expr);      \
        }                                            \
        V(0) = out;                                  \
        NEXT(1);                                     \
    }

#define VECTOR_VINS(name, ins, imms, expr)       \
    L_##name:                                    \
    {                                            \
        uint64_t b = X(2);                       \
        TciVec out = vec_truncated(&V(1), R(3)); \
        vec_set_lane(&out, R(4), R(5), expr);    \
        V(0) = out;                              \
        NEXT(1);                                 \
    }

/* ------------------------------------------------------------------ memory */

/* From here on a host fault is the guest's. */
static inline void may_fault(uint8_t *state, const TciWord *at)
{
    __atomic_store_n(&tcg_env(state)->tci_pc, at, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#define AT_STATE (uint64_t)(uintptr_t)(state + at[1].bits)
#define AT_GUEST (may_fault(state, at), X(1) + at[1].bits)
#define AT_INDEX (may_fault(state, at), X(1) + (X(2) << R(4)) + at[1].bits)

#define LOAD_ROW(row, T, addr)              \
    L_##row:                                \
    {                                       \
        X(0) = (uint64_t)(T)load_##T(addr); \
        NEXT(2);                            \
    }
#define STORE_ROW(row, T, addr)   \
    L_##row:                      \
    {                             \
        store_##T(addr, (T)X(0)); \
        NEXT(2);                  \
    }
#define LOAD_ROWS(name, addr)                 \
    LOAD_ROW(name##_u8, uint8_t, addr)        \
    LOAD_ROW(name##_s8, int8_t, addr)         \
    LOAD_ROW(name##_u16, uint16_t, addr)      \
    LOAD_ROW(name##_s16, int16_t, addr)       \
    LOAD_ROW(name##_u32, uint32_t, addr)      \
    LOAD_ROW(name##_s32, int32_t, addr)       \
    LOAD_ROW(name##_x64, uint64_t, addr)      \
    L_##name##_any : tci_load(f, HEAD, addr); \
    NEXT(2);
#define STORE_ROWS(name, addr)                 \
    STORE_ROW(name##_x8, uint8_t, addr)        \
    STORE_ROW(name##_x16, uint16_t, addr)      \
    STORE_ROW(name##_x32, uint32_t, addr)      \
    STORE_ROW(name##_x64, uint64_t, addr)      \
    L_##name##_any : tci_store(f, HEAD, addr); \
    NEXT(2);

/* Slots of the allocator: r[0], the place. */
#define SLOT_ROWS(place, base)                                                        \
    L_get32_##place : X(0) = load_uint32_t((uintptr_t)(base) + HEAD->disp);           \
    NEXT(1);                                                                          \
    L_get64_##place : X(0) = load_uint64_t((uintptr_t)(base) + HEAD->disp);           \
    NEXT(1);                                                                          \
    L_getv_##place:                                                                   \
    {                                                                                 \
        TciVec value = { { 0 } };                                                     \
        vec_read(&value, (base) + HEAD->disp, R(1));                                  \
        V(0) = value;                                                                 \
        NEXT(1);                                                                      \
    }                                                                                 \
    L_put32_##place : store_uint32_t((uintptr_t)(base) + HEAD->disp, (uint32_t)X(0)); \
    NEXT(1);                                                                          \
    L_put64_##place : store_uint64_t((uintptr_t)(base) + HEAD->disp, X(0));           \
    NEXT(1);                                                                          \
    L_putv_##place : vec_write((base) + HEAD->disp, &V(0), R(1));                     \
    NEXT(1);                                                                          \
    L_putk_##place : if (R(1) == 4)                                                   \
    {                                                                                 \
        store_uint32_t((uintptr_t)(base) + HEAD->disp, (uint32_t)at[1].bits);         \
    }                                                                                 \
    else                                                                              \
    {                                                                                 \
        store_uint64_t((uintptr_t)(base) + HEAD->disp, at[1].bits);                   \
    }                                                                                 \
    NEXT(2);

/* ------------------------------------------------------------------ control */

#define BRCOND_ROW(cond, width, suffix, b_value, words)                                      \
    L_brcond_##cond##_##suffix : if (tcg_cond_holds(TCG_COND_##cond, X(0) & TCG_MASK(width), \
                                                    (b_value)&TCG_MASK(width), width))       \
    {                                                                                        \
        JUMP();                                                                              \
    }                                                                                        \
    NEXT(words);
#define BRCOND_ROWS(cond)                     \
    BRCOND_ROW(cond, 32, i32, X(1), 1)        \
    BRCOND_ROW(cond, 32, i32k, at[1].bits, 2) \
    BRCOND_ROW(cond, 64, i64, X(1), 1)        \
    BRCOND_ROW(cond, 64, i64k, at[1].bits, 2)
#define FBRCOND_ROW(fcond, T)                                                               \
    L_fbrcond_##fcond##_##T                                                                 \
        : if (tcg_fcond_holds(TCG_FCOND_##fcond, T##_of(V(0).u64[0]), T##_of(V(1).u64[0]))) \
    {                                                                                       \
        JUMP();                                                                             \
    }                                                                                       \
    NEXT(1);
#define FBRCOND_ROWS(fcond) FBRCOND_ROW(fcond, f32) FBRCOND_ROW(fcond, f64)

static inline void set_pc(const TciFrame *f, uint8_t *state, uint64_t pc)
{
    uint8_t *field = state + f->boundary->pc_offset;

    if (f->boundary->pc_bytes == 4) {
        uint32_t low = (uint32_t)pc;

        memcpy(field, &low, sizeof(low));
    } else {
        memcpy(field, &pc, sizeof(pc));
    }
}

/* The code at guest pc if this thread has been there; NULL: the run loop finds it. */
static inline const TciWord *find_code(const TciFrame *f, uint8_t *state, uint64_t pc)
{
    const TcgJumpCacheEntry *entries =
        __atomic_load_n(&tcg_env(state)->jump_cache, __ATOMIC_RELAXED);
    const TcgJumpCacheEntry *entry =
        &entries[pc >> f->boundary->insn_shift & (TCG_JUMP_CACHE_SIZE - 1)];

    return entry->pc == pc ? entry->code : NULL;
}

static inline int32_t jump_distance(const TciInsn *insn)
{
    return __atomic_load_n(&insn->disp, __ATOMIC_ACQUIRE);
}

/* On a host with total store order plain loads and stores need no more than the compiler's care. */
static inline void fence(unsigned kinds)
{
    if (kinds & TCG_FENCE_ST_LD) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    } else {
        __atomic_thread_fence(__ATOMIC_ACQ_REL);
    }
}

__attribute__((noinline, no_sanitize("address"))) uint64_t tci_run(TciFrame *f, uint8_t *state,
                                                                   const TciWord *at)
{
    static const void *const labels[TCI_OP_COUNT] = {
#define VALUE_OP(name, shape, ins, imms, flags, expr) \
    &&L_##name##_i32, &&L_##name##_i32k, &&L_##name##_i64, &&L_##name##_i64k,
#define FLOAT_OP(name, shape, ins, imms, flags, expr)  &&L_##name##_f32, &&L_##name##_f64,
#define VECTOR_OP(name, shape, ins, imms, flags, expr) &&L_##name,
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
#define TCI_LABEL(name, format)      &&L_##name,
#define TCI_BRCOND_ROW(name, format) &&L_##name,
        TCI_ROWS(TCI_LABEL) TCI_CONDS(TCI_BRCOND_ROWS) TCI_FCONDS(TCI_FBRCOND_ROWS)
    };
    const TciWord *found;
    uint64_t swapped;

    NEXT(0);

#define VALUE_OP(name, shape, ins, imms, flags, expr)  VALUE_ROWS(name, shape, ins, expr)
#define FLOAT_OP(name, shape, ins, imms, flags, expr)  FLOAT_##shape(name, ins, expr)
#define VECTOR_OP(name, shape, ins, imms, flags, expr) VECTOR_##shape(name, ins, imms, expr)
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"

L_move_rr:
    X(0) = X(1);
    NEXT(1);
L_move_rk:
    X(0) = at[1].bits;
    NEXT(2);
L_move_rv:
    X(0) = V(1).u64[0];
    NEXT(1);
L_move_vr:
    set_vec(&V(0), X(1));
    NEXT(1);
L_move_vv:
    V(0) = V(1);
    NEXT(1);
L_move_vk:
    set_vec(&V(0), at[1].bits);
    NEXT(2);
L_swap:
    swapped = X(0);
    X(0) = X(1);
    X(1) = swapped;
    NEXT(1);
    SLOT_ROWS(state, state)
    SLOT_ROWS(frame, f->slots)

    LOAD_ROWS(ld, AT_STATE)
    STORE_ROWS(st, AT_STATE)
    LOAD_ROWS(gld, AT_GUEST)
    STORE_ROWS(gst, AT_GUEST)
    LOAD_ROWS(gldx, AT_INDEX)
    STORE_ROWS(gstx, AT_INDEX)
L_gatomic:
    may_fault(state, at);
    X(0) = tci_atomic(f, HEAD);
    NEXT(1);
L_gcmpxchg:
    may_fault(state, at);
    X(0) = tci_cmpxchg(f, HEAD);
    NEXT(1);
L_fence:
    fence(R(0));
    NEXT(1);

L_call:
    __atomic_store_n(&tcg_env(state)->tci_pc, NULL, __ATOMIC_RELAXED); /* its faults are ours */
    f->x[0] = tci_call(f, state, at);
    NEXT(3);

    TCI_CONDS(BRCOND_ROWS)
    TCI_FCONDS(FBRCOND_ROWS)
L_br:
    JUMP();
L_br_pending:
    if (__atomic_load_n(&tcg_env(state)->pending, __ATOMIC_RELAXED)) {
        JUMP();
    }
    NEXT(1);
L_goto_tb:
    at = (const TciWord *)((const uint8_t *)at + jump_distance(HEAD));
    NEXT(0);
L_entry:
    NEXT(2);
L_unlinked: /* directly behind its goto_tb, whose distance is the site */
    return (uintptr_t)&at[-1].insn.disp;
L_goto_ptr:
    found = find_code(f, state, X(0));
    if (found) {
        at = found;
        NEXT(0);
    }
    set_pc(f, state, X(0));
    return TCG_EXIT_LOOKUP;
L_exit_tb:
    set_pc(f, state, at[1].bits);
    return R(0);
}
