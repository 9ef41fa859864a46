/*
 * A toy guest and a toy host, to run accel/tcg without a processor of either kind.
 *
 * The guest has 4-byte instructions in toy_memory; the "host code" of a block is a ToyCode in
 * the code buffer, interpreted by toy_enter(), with direct jumps as patched 32-bit fields like
 * the real thing.  Include once per program.
 */
#ifndef TESTS_UNIT_ACCEL_TOY_H
#define TESTS_UNIT_ACCEL_TOY_H

#include <glib.h>
#include <string.h>

#include "accel/accel.h"
#include "tcg/backend.h"
#include "tcg/builder.h"
#include "tcg/env.h"
#include "tcg/pass.h"

typedef enum ToyOp {
    TOY_ILLEGAL,
    TOY_ADD,    /* r += imm */
    TOY_JUMP,   /* pc += imm * 4 */
    TOY_LOOP,   /* r -= 1; if r != 0, pc += imm * 4; a poll point */
    TOY_RETURN, /* pc = r: an indirect jump */
    TOY_FENCE,  /* fence.i */
    TOY_CALL,   /* r = next pc; pc += imm * 4 */
    TOY_SYSCALL,
    TOY_FAULT, /* toy_fault() */
    TOY_PAGE,  /* r += 1 if the instruction is at an even page; ends nothing */
} ToyOp;

typedef struct ToyInsn {
    uint8_t op, reg;
    int16_t imm;
} ToyInsn;

enum {
    TOY_BASE = 0x10000,
    TOY_INSNS = 1 << 18,
    TOY_MAGIC = 0x70794f54,
    TOY_PADDING = 40, /* makes host code larger than guest code, as usual */
};

typedef struct ToyState {
    uint64_t reg[8];
    uint64_t pc;
    uint64_t pad[7];
} ToyState;

/* Written by tests between runs, or atomically beside them. */
static ToyInsn toy_memory[TOY_INSNS];
static GuestAddr toy_end = TOY_BASE + TOY_INSNS * 4; /* one past the last mapped byte */

static inline ToyInsn toy_insn(ToyOp op, unsigned reg, int imm)
{
    return (ToyInsn){ (uint8_t)op, (uint8_t)reg, (int16_t)imm };
}

static inline GuestAddr toy_addr(unsigned index)
{
    return TOY_BASE + index * 4;
}

/* Atomic: translators may be reading. */
static inline void toy_write(unsigned index, ToyInsn insn)
{
    uint32_t word;

    memcpy(&word, &insn, 4);
    __atomic_store_n((uint32_t *)&toy_memory[index], word, __ATOMIC_RELAXED);
}

/* Called after bytes were copied: what another thread could do just then.  NULL: nothing. */
static void (*toy_after_fetch)(void);

static size_t toy_fetch(GuestAddr pc, void *buf, size_t size, int *ret_code)
{
    uint8_t *to = buf;

    if (pc < TOY_BASE || pc >= toy_end) {
        *ret_code = pc < TOY_BASE ? SEGV_ACCERR : SEGV_MAPERR;
        return 0;
    }
    size = MIN(size, toy_end - pc);
    for (size_t n = 0; n < size; n++) {
        to[n] = __atomic_load_n((uint8_t *)toy_memory + (pc - TOY_BASE) + n, __ATOMIC_RELAXED);
    }
    if (toy_after_fetch) {
        toy_after_fetch();
    }
    return size;
}

/*
 * The guest: what was lifted goes from lift_block to tcg_compile on the side.
 */

static __thread struct ToyLifted {
    GuestAddr pc;
    unsigned nb;
    ToyInsn insn[64];
} toy_lifted;

static bool toy_ends_block(ToyOp op)
{
    return op != TOY_ADD && op != TOY_PAGE;
}

static GuestLift toy_lift(IrBuilder *ir, const GuestCode *code, uint32_t flags, unsigned max_insns)
{
    struct ToyLifted *l = &toy_lifted;

    l->pc = code->pc;
    for (l->nb = 0; l->nb < max_insns && (l->nb + 1) * 4 <= code->size;) {
        memcpy(&l->insn[l->nb], code->bytes + l->nb * 4, 4);
        if (toy_ends_block(l->insn[l->nb++].op)) {
            break;
        }
    }
    return (GuestLift){ .size = l->nb * 4, .insns = l->nb };
}

static uint32_t toy_flags(const void *state)
{
    return ((const ToyState *)state)->reg[7] & 1;
}

static TcgGlobals toy_globals;

static const GuestArch toy_guest = {
    .name = "toy",
    .address_bits = 64,
    .min_insn = 4,
    .state_size = sizeof(ToyState),
    .pc_offset = offsetof(ToyState, pc),
    .globals = &toy_globals,
    .lift_block = toy_lift,
    .block_flags = toy_flags,
};

/*
 * The host.
 */

/* Hooks of the fault test; see there. */
static uint64_t (*toy_fault)(ToyState *state, const void *pc);
static void (*toy_assign_homes)(TcgTarget *target);
static void (*toy_map)(TcgStateMapWriter *map, uint32_t offset, GuestAddr pc);

typedef struct ToyCode {
    uint32_t magic;
    uint32_t flags;
    GuestAddr pc;
    uint32_t nb;
    int32_t jump[2]; /* from the field to the target, or to stub[] */
    uint8_t stub[2];
    ToyInsn insn[];
} ToyCode;

static bool toy_init(const char *features, const char **ret_error)
{
    return true;
}

static size_t toy_emit_entry(TcgTarget *target, TcgCodeSpace space)
{
    memset(space.rw, 0xee, 64);
    target->epilogue = space.rx;
    return 64;
}

/* What a patch orders on hardware; the thread sanitizer takes the two views for different memory. */
static uint32_t toy_patches;

static void toy_patch(uint8_t *site_rw, const uint8_t *site_rx, const uint8_t *target)
{
    __atomic_fetch_add(&toy_patches, 1, __ATOMIC_RELEASE);
    __atomic_store_n((int32_t *)site_rw, (int32_t)(target - site_rx), __ATOMIC_RELEASE);
}

/* Leave through jump number n, or go on in *code. */
static uint64_t toy_take_jump(const ToyCode **code, unsigned n)
{
    const uint8_t *site = (const uint8_t *)&(*code)->jump[n];
    const uint8_t *target = site + __atomic_load_n(&(*code)->jump[n], __ATOMIC_ACQUIRE);

    (void)__atomic_load_n(&toy_patches, __ATOMIC_ACQUIRE);
    if (target == &(*code)->stub[n]) {
        return (uintptr_t)site;
    }
    *code = (const ToyCode *)target;
    return 0;
}

static uint64_t toy_lookup(ToyState *state, const ToyCode **code)
{
    const TcgJumpCacheEntry *entry =
        __atomic_load_n(&tcg_env(state)->jump_cache, __ATOMIC_ACQUIRE) +
        ((state->pc >> 2) & (TCG_JUMP_CACHE_SIZE - 1));

    if (entry->pc != state->pc) {
        return TCG_EXIT_LOOKUP;
    }
    *code = entry->code;
    return TCG_EXIT_COUNT;
}

/* One block; true: *ret_exit is why generated code is left. */
static bool toy_run_block(ToyState *state, const ToyCode **at, uint64_t *ret_exit)
{
    const ToyCode *code = *at;
    GuestAddr pc = code->pc;

    g_assert_cmphex(code->magic, ==, TOY_MAGIC);
    for (unsigned n = 0; n < code->nb; n++, pc += 4) {
        ToyInsn insn = code->insn[n];
        uint64_t *reg = &state->reg[insn.reg];

        switch ((ToyOp)insn.op) {
        case TOY_ADD:
            *reg += (uint64_t)(int64_t)insn.imm;
            break;
        case TOY_PAGE:
            *reg += !(pc >> 12 & 1);
            break;
        case TOY_CALL:
            *reg = pc + 4;
            *ret_exit = toy_take_jump(at, 0);
            return *ret_exit != 0;
        case TOY_JUMP:
            *ret_exit = toy_take_jump(at, 0);
            return *ret_exit != 0;
        case TOY_LOOP:
            if (__atomic_load_n(&tcg_env(state)->pending, __ATOMIC_RELAXED)) {
                state->pc = pc;
                *ret_exit = TCG_EXIT_INTERRUPT;
                return true;
            }
            *ret_exit = toy_take_jump(at, --*reg == 0);
            return *ret_exit != 0;
        case TOY_RETURN:
            state->pc = *reg;
            *ret_exit = toy_lookup(state, at);
            return *ret_exit != TCG_EXIT_COUNT;
        case TOY_FENCE:
            state->pc = pc + 4;
            *ret_exit = TCG_EXIT_FLUSH;
            return true;
        case TOY_FAULT:
            *ret_exit = toy_fault(state, &code->insn[n]);
            return true;
        case TOY_SYSCALL:
            state->pc = pc + 4;
            *ret_exit = TCG_EXIT_SYSCALL;
            return true;
        case TOY_ILLEGAL:
            state->pc = pc;
            *ret_exit = TCG_EXIT_ILLEGAL;
            return true;
        }
    }
    *ret_exit = toy_take_jump(at, 0); /* cut by the length limit */
    return *ret_exit != 0;
}

static uint64_t toy_enter(void *state, const void *code)
{
    const ToyCode *at = code;
    uint64_t exit;

    while (!toy_run_block(state, &at, &exit)) {
    }
    return exit;
}

static TcgBackend toy_backend = {
    .name = "toy",
    .init = toy_init,
    .emit_entry = toy_emit_entry,
    .patch_jump = toy_patch,
    .enter = toy_enter,
};

/*
 * In place of tcg's own.
 */

const TcgBackend *const tcg_backends[] = { &toy_backend, NULL };

const TcgBackend *tcg_backend_by_name(const char *name)
{
    return strcmp(name, "toy") == 0 ? &toy_backend : NULL;
}

void tcg_target_init(TcgTarget *target, const TcgBackend *backend, const TcgGlobals *globals)
{
    memset(target, 0, sizeof(*target));
    target->backend = backend;
    target->globals = globals;
    memset(target->home, TCG_NO_REG, sizeof(target->home));
    if (toy_assign_homes) {
        toy_assign_homes(target);
    }
}

bool tcg_pass_options_parse(const char *names, uint64_t *ret_mask, const char **ret_error)
{
    *ret_error = "no passes";
    return false;
}

static GuestAddr toy_target(GuestAddr pc, ToyInsn insn)
{
    bool jumps = insn.op == TOY_JUMP || insn.op == TOY_LOOP || insn.op == TOY_CALL;

    return jumps ? pc + (GuestAddr)(int64_t)insn.imm * 4 : pc + 4;
}

TcgResult tcg_compile(TcgRegion *r, const TcgTarget *target, const TcgPassOptions *options,
                      const TcgOutput *out, TcgCompiled *ret)
{
    const struct ToyLifted *l = &toy_lifted;
    size_t size = sizeof(ToyCode) + l->nb * (sizeof(ToyInsn) + TOY_PADDING);
    ToyCode *code = (ToyCode *)out->space.rw;
    GuestAddr last = l->pc + (l->nb - 1) * 4;

    if (size > out->space.size) {
        return TCG_CODE_FULL;
    }
    memset(code, 0xcc, size);
    *code = (ToyCode){ .magic = TOY_MAGIC, .pc = l->pc, .nb = l->nb };
    memcpy(code->insn, l->insn, l->nb * sizeof(ToyInsn));
    *ret = (TcgCompiled){ .code_size = size, .nb_jumps = 2 };
    ret->jumps = arena_array(out->arena, TcgJump, 2);
    for (unsigned n = 0; n < 2; n++) {
        code->jump[n] = (int32_t)((uint8_t *)&code->stub[n] - (uint8_t *)&code->jump[n]);
        ret->jumps[n] = (TcgJump){
            .pc = n == 0 ? toy_target(last, l->insn[l->nb - 1]) : last + 4,
            .site = (uint32_t)((uint8_t *)&code->jump[n] - out->space.rw),
            .stub = (uint32_t)((uint8_t *)&code->stub[n] - out->space.rw),
        };
    }
    for (unsigned n = 0; toy_map && n < l->nb; n++) {
        toy_map(out->map, (uint32_t)((uint8_t *)&code->insn[n] - out->space.rw), l->pc + n * 4);
    }
    return TCG_OK;
}

/*
 * Setting up and counting.
 */

static void toy_open(const AccelOptions *options)
{
    static const AccelHooks hooks = { .fetch_code = toy_fetch };
    AccelOptions copy = *options;
    const char *error;

    copy.stop_after = -1;
    memset(toy_memory, 0, sizeof(toy_memory));
    toy_end = TOY_BASE + TOY_INSNS * 4;
    g_assert_cmpint(accel_tcg.open(&toy_guest, &copy, &hooks, &error), ==, 0);
}

static ToyState *toy_vcpu(Vcpu *vcpu)
{
    g_assert_cmpint(accel_tcg.vcpu_init(vcpu), ==, 0);
    vcpu_set_pc(vcpu, TOY_BASE);
    return vcpu->state;
}

/* The first number of the line of the statistics that starts with name. */
static inline uint64_t toy_stat(const char *name)
{
    char *text = NULL, *line;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    uint64_t value;

    accel_tcg.print_stats(out);
    fclose(out);
    line = strstr(text, name);
    g_assert_nonnull(line);
    value = g_ascii_strtoull(line + strcspn(line, "0123456789"), NULL, 10);
    free(text);
    return value;
}

#endif
