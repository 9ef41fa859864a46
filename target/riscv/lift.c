/*
 * A block of RISC-V code -> IR: fetch, decode, lift, until an instruction ends the block.
 *
 * A block is straight guest code: it ends behind the first jump, branch or trap, before the first
 * instruction that does not exist or does not fit, or after max_insns.
 */
#include "lift.h"

#include <string.h>

#include "target/guest.h"

#include "riscv.h"

void rv_goto(RvLift *c, unsigned slot, uint64_t pc)
{
    ir_goto_tb(c->ir, slot, pc);
    c->done = true;
}

void rv_exit(RvLift *c, TcgExit reason, uint64_t pc)
{
    ir_exit_tb(c->ir, reason, pc);
    c->done = true;
}

void rv_poll(RvLift *c)
{
    c->poll = ir_new_block(c->ir);
    c->poll->cold = true;
    ir_br_pending(c->ir, c->poll);
}

unsigned rv_fetch(const uint8_t *bytes, size_t avail, uint32_t *ret)
{
    uint16_t low, high;

    if (avail < 2) {
        return 0;
    }
    memcpy(&low, bytes, 2);
    *ret = low;
    if ((low & 3) != 3) {
        return 2;
    }
    if (avail < 4) {
        return 0;
    }
    memcpy(&high, bytes + 2, 2);
    *ret |= (uint32_t)high << 16;
    return 4;
}

/* Lift the instruction at c->pc; encodings of more than 32 bits are in no table. */
static void lift_insn(RvLift *c, uint32_t insn, unsigned size)
{
    bool known;

    ir_insn_start(c->ir, c->pc, size);
    known = size == 2 ? rv_decode16(c, insn) : rv_decode32(c, insn);
    if (!known) {
        rv_exit(c, TCG_EXIT_ILLEGAL, c->pc);
    }
    if (c->poll) {
        ir_label(c->ir, c->poll);
        ir_exit_tb(c->ir, TCG_EXIT_INTERRUPT, c->pc);
    }
}

GuestLift rv_lift_block(IrBuilder *ir, const GuestCode *code, uint32_t flags, unsigned max_insns)
{
    RvLift c = {
        .ir = ir,
        .pc = code->pc,
        .ext = rv_flags_ext(flags),
        .frm = flags & RV_FLAGS_FRM,
    };
    GuestLift lift = { 0 };

    while (!c.done && lift.insns < max_insns) {
        uint32_t insn;
        unsigned size = rv_fetch(code->bytes + lift.size, code->size - lift.size, &insn);

        if (!size) {
            break;
        }
        c.next_pc = c.pc + size;
        lift_insn(&c, insn, size);
        c.pc = c.next_pc;
        lift.size += size;
        lift.insns++;
    }
    if (!c.done && lift.insns) {
        rv_goto(&c, 0, c.pc);
    }
    return lift;
}
