/*
 * Guest memory beyond plain integers: other byte order, alignment checks, single-copy atomicity, vectors,
 * read-modify-write.
 */
#include "memory.h"

#include <string.h>

#include "bytecode.h"

/* No process has anything in the last page; the fault handler sees from the instruction what is meant. */
#define NEVER_MAPPED (~UINT64_C(0xfff))

static unsigned size_of(unsigned mop)
{
    return 1u << (mop & TCG_MO_SIZE);
}

static void check_alignment(unsigned mop, uint64_t addr)
{
    if ((mop & TCG_MO_ALIGN) && (addr & (size_of(mop) - 1))) {
        load_uint8_t(NEVER_MAPPED);
        __builtin_trap(); /* nobody handled it */
    }
}

static uint64_t swapped(unsigned mop, uint64_t value)
{
    return mop & TCG_MO_BSWAP ? __builtin_bswap64(value) >> (64 - 8 * size_of(mop)) : value;
}

static uint64_t extended(unsigned mop, uint64_t value)
{
    unsigned shift = 64 - 8 * size_of(mop);

    return mop & TCG_MO_SIGN ? (uint64_t)((int64_t)(value << shift) >> shift) : value;
}

/* As the value's type holds it. */
static uint64_t to_type(unsigned type, uint64_t value)
{
    return type == TCG_I32 ? (uint32_t)value : value;
}

#define ATOMIC_LOAD(T)                                                                           \
    __attribute__((no_sanitize("address"))) static T atomic_load_##T(uint64_t addr)              \
    {                                                                                            \
        return __atomic_load_n((const T *)(uintptr_t)addr, __ATOMIC_RELAXED);                    \
    }                                                                                            \
    __attribute__((no_sanitize("address"))) static void atomic_store_##T(uint64_t addr, T value) \
    {                                                                                            \
        __atomic_store_n((T *)(uintptr_t)addr, value, __ATOMIC_RELAXED);                         \
    }

ATOMIC_LOAD(uint16_t)
ATOMIC_LOAD(uint32_t)
ATOMIC_LOAD(uint64_t)

static uint64_t load_bits(unsigned mop, uint64_t addr)
{
    bool aligned = (addr & (size_of(mop) - 1)) == 0;

    switch (mop & TCG_MO_SIZE) {
    case TCG_MO_8:
        return load_uint8_t(addr);
    case TCG_MO_16:
        return aligned ? atomic_load_uint16_t(addr) : load_uint16_t(addr);
    case TCG_MO_32:
        return aligned ? atomic_load_uint32_t(addr) : load_uint32_t(addr);
    default:
        return aligned ? atomic_load_uint64_t(addr) : load_uint64_t(addr);
    }
}

static void store_bits(unsigned mop, uint64_t addr, uint64_t value)
{
    bool aligned = (addr & (size_of(mop) - 1)) == 0;

    switch (mop & TCG_MO_SIZE) {
    case TCG_MO_8:
        store_uint8_t(addr, (uint8_t)value);
        break;
    case TCG_MO_16:
        (aligned ? atomic_store_uint16_t : store_uint16_t)(addr, (uint16_t)value);
        break;
    case TCG_MO_32:
        (aligned ? atomic_store_uint32_t : store_uint32_t)(addr, (uint32_t)value);
        break;
    default:
        (aligned ? atomic_store_uint64_t : store_uint64_t)(addr, value);
        break;
    }
}

/* 16 or 32 bytes in words. */
static void load_words(TciVec *v, unsigned words, uint64_t addr)
{
    for (unsigned n = 0; n < words; n++) {
        v->u64[n] = load_uint64_t(addr + 8 * n);
    }
}

/* A write that changes nothing, and faults if any would. */
__attribute__((no_sanitize("address"))) static void probe_write(uint64_t addr)
{
    __atomic_fetch_or((uint8_t *)(uintptr_t)addr, 0, __ATOMIC_RELAXED);
}

/* All or nothing: a fault leaves neither of two pages changed. */
static void store_words(const TciVec *v, unsigned words, uint64_t addr)
{
    probe_write(addr);
    probe_write(addr + 8 * words - 1);
    for (unsigned n = 0; n < words; n++) {
        store_uint64_t(addr + 8 * n, v->u64[n]);
    }
}

void tci_load(TciFrame *f, const TciInsn *insn, uint64_t addr)
{
    unsigned mop = insn->r[3], type = insn->r[5];
    TciVec value = { { 0 } };

    check_alignment(mop, addr);
    if (size_of(mop) > 8) {
        load_words(&value, size_of(mop) / 8, addr);
    } else {
        value.u64[0] = extended(mop, swapped(mop, load_bits(mop, addr)));
    }
    if (tcg_type_is_int(type)) {
        f->x[insn->r[0]] = to_type(type, value.u64[0]);
    } else {
        f->v[insn->r[0]] = value;
    }
}

void tci_store(const TciFrame *f, const TciInsn *insn, uint64_t addr)
{
    unsigned mop = insn->r[3], type = insn->r[5];
    const TciVec *v = &f->v[insn->r[0] % TCI_NB_REGS];

    check_alignment(mop, addr);
    if (size_of(mop) > 8) {
        store_words(v, size_of(mop) / 8, addr);
    } else {
        uint64_t value = tcg_type_is_int(type) ? f->x[insn->r[0]] : v->u64[0];

        store_bits(mop, addr, swapped(mop, value));
    }
}

/* b and old have the operation's width, zero-extended. */
static uint64_t modified(unsigned rmw, unsigned mop, uint64_t old, uint64_t b)
{
    unsigned shift = 64 - 8 * size_of(mop);
    int64_t signed_old = (int64_t)(old << shift), signed_b = (int64_t)(b << shift);

    switch (rmw) {
    case TCG_RMW_ADD:
        return old + b;
    case TCG_RMW_AND:
        return old & b;
    case TCG_RMW_OR:
        return old | b;
    case TCG_RMW_XOR:
        return old ^ b;
    case TCG_RMW_SMIN:
        return signed_old < signed_b ? old : b;
    case TCG_RMW_SMAX:
        return signed_old > signed_b ? old : b;
    case TCG_RMW_UMIN:
        return old < b ? old : b;
    case TCG_RMW_UMAX:
        return old > b ? old : b;
    default:
        return b; /* XCHG */
    }
}

/* False: *old is what was there instead. */
#define COMPARE_EXCHANGE(T)                                                                        \
    __attribute__((no_sanitize("address"))) static bool exchange_##T(uint64_t addr, uint64_t *old, \
                                                                     uint64_t new_value)           \
    {                                                                                              \
        T expected = (T)*old;                                                                      \
        bool same = __atomic_compare_exchange_n((T *)(uintptr_t)addr, &expected, (T)new_value,     \
                                                false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);        \
                                                                                                   \
        *old = expected;                                                                           \
        return same;                                                                               \
    }

COMPARE_EXCHANGE(uint8_t)
COMPARE_EXCHANGE(uint16_t)
COMPARE_EXCHANGE(uint32_t)
COMPARE_EXCHANGE(uint64_t)

static bool compare_exchange(unsigned mop, uint64_t addr, uint64_t *old, uint64_t new_value)
{
    switch (mop & TCG_MO_SIZE) {
    case TCG_MO_8:
        return exchange_uint8_t(addr, old, new_value);
    case TCG_MO_16:
        return exchange_uint16_t(addr, old, new_value);
    case TCG_MO_32:
        return exchange_uint32_t(addr, old, new_value);
    default:
        return exchange_uint64_t(addr, old, new_value);
    }
}

uint64_t tci_atomic(const TciFrame *f, const TciInsn *insn)
{
    unsigned mop = insn->r[3], rmw = insn->r[4];
    uint64_t addr = f->x[insn->r[1]], b = f->x[insn->r[2]] & TCG_MASK(8 * size_of(mop));
    uint64_t old, new_value;

    check_alignment(mop, addr);
    old = load_bits(mop, addr);
    do {
        new_value =
            swapped(mop, modified(rmw, mop, swapped(mop, old), b) & TCG_MASK(8 * size_of(mop)));
    } while (!compare_exchange(mop, addr, &old, new_value));
    return to_type(insn->r[5], extended(mop, swapped(mop, old)));
}

uint64_t tci_cmpxchg(const TciFrame *f, const TciInsn *insn)
{
    unsigned mop = insn->r[4];
    uint64_t mask = TCG_MASK(8 * size_of(mop)), addr = f->x[insn->r[1]];
    uint64_t old = swapped(mop, f->x[insn->r[2]] & mask);

    check_alignment(mop, addr);
    compare_exchange(mop, addr, &old, swapped(mop, f->x[insn->r[3]] & mask));
    return to_type(insn->r[5], extended(mop, swapped(mop, old)));
}

uint64_t tci_address(const TciFrame *f, const TciWord *at)
{
    const TciInsn *insn = &at->insn;
    uint64_t addr = f->x[insn->r[1]];

    if (insn->op >= TCI_gldx_u8 && insn->op <= TCI_gstx_any) {
        addr += f->x[insn->r[2]] << insn->r[4];
    }
    return insn->op < TCI_gatomic ? addr + at[1].bits : addr;
}
