/*
 * A caller's frame without call frame information: what a function has done to the stack up to a pc
 * is read off its instructions (RISC-V, chapter "C" 16 and RV64I).
 *
 * One pass from the function's start: stack adjustments, stores of callee-saved registers, the
 * frame pointer.  Behind a return or a jump the stack is as it was before the epilogue that came
 * before it.
 *
 * For reports of crashes: a function written by hand may mislead it.
 */
#include <string.h>

#include "riscv.h"

enum {
    RA = 1,
    SP = 2,
    FP = 8,
    MAX_FUNCTION = 1 << 16, /* longer ones are not looked at to their end */
};

/* Where the stack pointer was on entry, and what is saved below that. */
typedef struct Frame {
    int64_t depth; /* of the stack pointer below it */
    int64_t fp;    /* of the frame pointer below it */
    bool has_fp;
    uint32_t saved;     /* bit n: x[n] */
    int64_t offset[32]; /* below it, of the saved ones */
} Frame;

static int64_t sign_extend(uint32_t value, unsigned bits)
{
    return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits);
}

/* Bits high..low of insn, moved to bit to. */
static uint32_t field(uint32_t insn, unsigned high, unsigned low, unsigned to)
{
    return (insn >> low & ((2u << (high - low)) - 1)) << to;
}

/* addi sp, sp, n */
static bool stack_step(uint32_t insn, unsigned size, int64_t *ret)
{
    if (size == 4 && (insn & 0xfffff) == 0x10113) {
        *ret = sign_extend(insn >> 20, 12);
    } else if (size == 2 && (insn & 0xef83) == 0x0101) {
        *ret = sign_extend(field(insn, 12, 12, 5) | field(insn, 6, 2, 0), 6);
    } else if (size == 2 && (insn & 0xef83) == 0x6101) {
        *ret = sign_extend(field(insn, 12, 12, 9) | field(insn, 6, 6, 4) | field(insn, 5, 5, 6) |
                               field(insn, 4, 3, 7) | field(insn, 2, 2, 5),
                           10);
    } else {
        return false;
    }
    return true;
}

/* sd register, offset(sp) */
static bool store(uint32_t insn, unsigned size, unsigned *ret_reg, int64_t *ret_offset)
{
    if (size == 4 && (insn & 0xff07f) == 0x13023) {
        *ret_reg = insn >> 20 & 31;
        *ret_offset = sign_extend(field(insn, 31, 25, 5) | field(insn, 11, 7, 0), 12);
    } else if (size == 2 && (insn & 0xe003) == 0xe002) {
        *ret_reg = insn >> 2 & 31;
        *ret_offset = field(insn, 12, 10, 3) | field(insn, 9, 7, 6);
    } else {
        return false;
    }
    return true;
}

/* addi s0, sp, n */
static bool frame_pointer(uint32_t insn, unsigned size, int64_t *ret)
{
    if (size == 4 && (insn & 0xfffff) == 0x10413) {
        *ret = sign_extend(insn >> 20, 12);
    } else if (size == 2 && insn && (insn & 0xe01f) == 0) {
        *ret = field(insn, 10, 7, 6) | field(insn, 12, 11, 4) | field(insn, 5, 5, 3) |
               field(insn, 6, 6, 2);
    } else {
        return false;
    }
    return true;
}

/* Nothing runs on behind ret, tail call or jump. */
static bool ends(uint32_t insn, unsigned size)
{
    if (size == 2) {
        return ((insn & 0xf07f) == 0x8002 && (insn & 0xf80)) || (insn & 0xe003) == 0xa001;
    }
    return (insn & 0xfff) == 0x06f || (insn & 0xfff) == 0x067;
}

/* One instruction; *before: the frame before the latest epilogue. */
static void scan_insn(Frame *frame, Frame *before, uint32_t insn, unsigned size)
{
    unsigned reg;
    int64_t n;

    if (stack_step(insn, size, &n)) {
        if (n > 0 && frame->depth > before->depth) {
            *before = *frame;
        }
        frame->depth -= n;
        if (frame->depth <= 0) {
            frame->saved = 0;
            frame->has_fp = false;
        }
    } else if (store(insn, size, &reg, &n)) {
        if (reg && frame->depth && !(frame->saved >> reg & 1)) {
            frame->saved |= 1u << reg;
            frame->offset[reg] = n - frame->depth;
        }
    } else if (frame_pointer(insn, size, &n)) {
        frame->has_fp = frame->saved >> FP & 1;
        frame->fp = frame->depth - n;
    } else if (ends(insn, size) && before->depth > frame->depth) {
        *frame = *before;
    }
}

static bool scan(Frame *frame, GuestAddr start, GuestAddr pc, GuestRead *read)
{
    Frame before = { 0 };

    *frame = (Frame){ 0 };
    if (start > pc || pc - start > MAX_FUNCTION) {
        return false;
    }
    for (GuestAddr at = start; at < pc;) {
        uint8_t bytes[4] = { 0 };
        uint32_t insn;
        unsigned size;

        if (!read(at, bytes, 2) || ((bytes[0] & 3) == 3 && !read(at + 2, bytes + 2, 2))) {
            return false;
        }
        size = rv_fetch(bytes, sizeof(bytes), &insn);
        scan_insn(frame, &before, size == 2 ? insn & 0xffff : insn, size);
        at += size;
    }
    return true;
}

bool rv_unwind(void *state, GuestAddr start, GuestRead *read)
{
    RvState *rv = state;
    Frame frame;
    uint64_t cfa;

    if (!scan(&frame, start, rv->pc, read)) {
        return false;
    }
    cfa = frame.has_fp ? rv->x[FP] + (uint64_t)frame.fp : rv->x[SP] + (uint64_t)frame.depth;
    for (uint32_t rest = frame.saved; rest; rest &= rest - 1) {
        unsigned reg = (unsigned)__builtin_ctz(rest);

        if (!read(cfa + (uint64_t)frame.offset[reg], &rv->x[reg], sizeof(rv->x[reg]))) {
            return false;
        }
    }
    rv->x[SP] = cfa;
    rv->pc = rv->x[RA];
    return rv->pc != 0;
}
