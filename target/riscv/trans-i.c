/*
 * RV32I, RV64I and Zifencei: integer computation, loads, stores, jumps, fences, traps.
 */
#include "lift.h"

enum { REG_RA = 1, REG_T0 = 5 };

typedef TcgVal BinaryFn(IrBuilder *ir, TcgType type, TcgVal a, TcgVal b);

bool rv_trans_lui(RvLift *c, const RvU *a)
{
    rv_set_reg(c, a->rd, rv_const(c, a->imm));
    return true;
}

bool rv_trans_auipc(RvLift *c, const RvU *a)
{
    rv_set_reg(c, a->rd, rv_const(c, (int64_t)(c->pc + (uint64_t)(int64_t)a->imm)));
    return true;
}

/* Jumps and branches */

bool rv_trans_jal(RvLift *c, const RvU *a)
{
    uint64_t target = c->pc + (uint64_t)(int64_t)a->imm;

    if (target <= c->pc) {
        rv_poll(c);
    }
    rv_set_reg(c, a->rd, rv_const(c, (int64_t)c->next_pc));
    rv_goto(c, 0, target);
    return true;
}

static bool is_link(unsigned reg)
{
    return reg == REG_RA || reg == REG_T0;
}

/* Return-address prediction hints: RISC-V unprivileged 2.5.1, table 3. */
static TcgJumpKind jump_kind(unsigned rd, unsigned rs1)
{
    if (is_link(rd)) {
        return TCG_JUMP_CALL;
    }
    return is_link(rs1) ? TCG_JUMP_RETURN : TCG_JUMP_PLAIN;
}

bool rv_trans_jalr(RvLift *c, const RvI *a)
{
    TcgVal target = rv_reg(c, a->rs1);

    if (a->imm) {
        target = ir_add(c->ir, TCG_I64, target, rv_const(c, a->imm));
    }
    target = ir_and(c->ir, TCG_I64, target, rv_const(c, -2));
    rv_set_reg(c, a->rd, rv_const(c, (int64_t)c->next_pc));
    ir_goto_ptr(c->ir, target, jump_kind(a->rd, a->rs1));
    c->done = true;
    return true;
}

static bool branch(RvLift *c, const RvB *a, TcgCond cond)
{
    uint64_t target = c->pc + (uint64_t)(int64_t)a->imm;
    TcgBlock *taken;

    if (target <= c->pc) {
        rv_poll(c);
    }
    taken = ir_new_block(c->ir);
    ir_brcond(c->ir, TCG_I64, cond, rv_reg(c, a->rs1), rv_reg(c, a->rs2), taken);
    rv_goto(c, 0, c->next_pc);
    ir_label(c->ir, taken);
    rv_goto(c, 1, target);
    return true;
}

bool rv_trans_beq(RvLift *c, const RvB *a)
{
    return branch(c, a, TCG_COND_EQ);
}

bool rv_trans_bne(RvLift *c, const RvB *a)
{
    return branch(c, a, TCG_COND_NE);
}

bool rv_trans_blt(RvLift *c, const RvB *a)
{
    return branch(c, a, TCG_COND_LT);
}

bool rv_trans_bge(RvLift *c, const RvB *a)
{
    return branch(c, a, TCG_COND_GE);
}

bool rv_trans_bltu(RvLift *c, const RvB *a)
{
    return branch(c, a, TCG_COND_LTU);
}

bool rv_trans_bgeu(RvLift *c, const RvB *a)
{
    return branch(c, a, TCG_COND_GEU);
}

/* Loads and stores: any alignment, as Linux promises user programs (misaligned scalar access). */

static bool load(RvLift *c, const RvI *a, TcgMemOp mop)
{
    rv_set_reg(c, a->rd, ir_gld(c->ir, TCG_I64, rv_reg(c, a->rs1), a->imm, mop));
    return true;
}

static bool store(RvLift *c, const RvS *a, TcgMemOp mop)
{
    ir_gst(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_reg(c, a->rs2), a->imm, mop);
    return true;
}

bool rv_trans_lb(RvLift *c, const RvI *a)
{
    return load(c, a, TCG_MO_8 | TCG_MO_SIGN);
}

bool rv_trans_lh(RvLift *c, const RvI *a)
{
    return load(c, a, TCG_MO_16 | TCG_MO_SIGN);
}

bool rv_trans_lw(RvLift *c, const RvI *a)
{
    return load(c, a, TCG_MO_32 | TCG_MO_SIGN);
}

bool rv_trans_ld(RvLift *c, const RvI *a)
{
    return load(c, a, TCG_MO_64);
}

bool rv_trans_lbu(RvLift *c, const RvI *a)
{
    return load(c, a, TCG_MO_8);
}

bool rv_trans_lhu(RvLift *c, const RvI *a)
{
    return load(c, a, TCG_MO_16);
}

bool rv_trans_lwu(RvLift *c, const RvI *a)
{
    return load(c, a, TCG_MO_32);
}

bool rv_trans_sb(RvLift *c, const RvS *a)
{
    return store(c, a, TCG_MO_8);
}

bool rv_trans_sh(RvLift *c, const RvS *a)
{
    return store(c, a, TCG_MO_16);
}

bool rv_trans_sw(RvLift *c, const RvS *a)
{
    return store(c, a, TCG_MO_32);
}

bool rv_trans_sd(RvLift *c, const RvS *a)
{
    return store(c, a, TCG_MO_64);
}

/* Register and immediate */

static bool binary_imm(RvLift *c, const RvI *a, BinaryFn *fn)
{
    rv_set_reg(c, a->rd, fn(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_const(c, a->imm)));
    return true;
}

static bool set_if_imm(RvLift *c, const RvI *a, TcgCond cond)
{
    rv_set_reg(c, a->rd, ir_setcond(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_const(c, a->imm), cond));
    return true;
}

static bool binary32_imm(RvLift *c, const RvI *a, BinaryFn *fn)
{
    rv_set_reg32(c, a->rd, fn(c->ir, TCG_I32, rv_reg(c, a->rs1), rv_const32(c, a->imm)));
    return true;
}

/* li, mv and c.nop are addi: no arithmetic for them. */
bool rv_trans_addi(RvLift *c, const RvI *a)
{
    if (!a->rs1) {
        rv_set_reg(c, a->rd, rv_const(c, a->imm));
    } else if (a->imm) {
        return binary_imm(c, a, ir_add);
    } else if (a->rd != a->rs1) {
        rv_set_reg(c, a->rd, rv_reg(c, a->rs1));
    }
    return true;
}

bool rv_trans_slti(RvLift *c, const RvI *a)
{
    return set_if_imm(c, a, TCG_COND_LT);
}

bool rv_trans_sltiu(RvLift *c, const RvI *a)
{
    return set_if_imm(c, a, TCG_COND_LTU);
}

bool rv_trans_xori(RvLift *c, const RvI *a)
{
    if (a->imm == -1) {
        rv_set_reg(c, a->rd, ir_not(c->ir, TCG_I64, rv_reg(c, a->rs1)));
        return true;
    }
    return binary_imm(c, a, ir_xor);
}

bool rv_trans_ori(RvLift *c, const RvI *a)
{
    return binary_imm(c, a, ir_or);
}

bool rv_trans_andi(RvLift *c, const RvI *a)
{
    return binary_imm(c, a, ir_and);
}

bool rv_trans_slli(RvLift *c, const RvI *a)
{
    return binary_imm(c, a, ir_shl);
}

bool rv_trans_srli(RvLift *c, const RvI *a)
{
    return binary_imm(c, a, ir_shr);
}

bool rv_trans_srai(RvLift *c, const RvI *a)
{
    return binary_imm(c, a, ir_sar);
}

/* sext.w is addiw with zero. */
bool rv_trans_addiw(RvLift *c, const RvI *a)
{
    if (!a->imm) {
        rv_set_reg32(c, a->rd, rv_reg(c, a->rs1));
        return true;
    }
    return binary32_imm(c, a, ir_add);
}

bool rv_trans_slliw(RvLift *c, const RvI *a)
{
    return binary32_imm(c, a, ir_shl);
}

bool rv_trans_srliw(RvLift *c, const RvI *a)
{
    return binary32_imm(c, a, ir_shr);
}

bool rv_trans_sraiw(RvLift *c, const RvI *a)
{
    return binary32_imm(c, a, ir_sar);
}

/* Register and register */

static bool binary(RvLift *c, const RvR *a, BinaryFn *fn)
{
    rv_set_reg(c, a->rd, fn(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_reg(c, a->rs2)));
    return true;
}

static bool binary32(RvLift *c, const RvR *a, BinaryFn *fn)
{
    rv_set_reg32(c, a->rd, fn(c->ir, TCG_I32, rv_reg(c, a->rs1), rv_reg(c, a->rs2)));
    return true;
}

static bool set_if(RvLift *c, const RvR *a, TcgCond cond)
{
    rv_set_reg(c, a->rd, ir_setcond(c->ir, TCG_I64, rv_reg(c, a->rs1), rv_reg(c, a->rs2), cond));
    return true;
}

/* c.mv is an add to x0. */
bool rv_trans_add(RvLift *c, const RvR *a)
{
    if (!a->rs1 || !a->rs2) {
        unsigned source = a->rs1 | a->rs2;

        if (source != (unsigned)a->rd) {
            rv_set_reg(c, a->rd, rv_reg(c, source));
        }
        return true;
    }
    return binary(c, a, ir_add);
}

bool rv_trans_sub(RvLift *c, const RvR *a)
{
    if (!a->rs1) {
        rv_set_reg(c, a->rd, ir_neg(c->ir, TCG_I64, rv_reg(c, a->rs2)));
        return true;
    }
    return binary(c, a, ir_sub);
}

bool rv_trans_sll(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_shl);
}

bool rv_trans_slt(RvLift *c, const RvR *a)
{
    return set_if(c, a, TCG_COND_LT);
}

bool rv_trans_sltu(RvLift *c, const RvR *a)
{
    return set_if(c, a, TCG_COND_LTU);
}

bool rv_trans_xor(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_xor);
}

bool rv_trans_srl(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_shr);
}

bool rv_trans_sra(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_sar);
}

bool rv_trans_or(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_or);
}

bool rv_trans_and(RvLift *c, const RvR *a)
{
    return binary(c, a, ir_and);
}

bool rv_trans_addw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_add);
}

bool rv_trans_subw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_sub);
}

bool rv_trans_sllw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_shl);
}

bool rv_trans_srlw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_shr);
}

bool rv_trans_sraw(RvLift *c, const RvR *a)
{
    return binary32(c, a, ir_sar);
}

/* Fences and traps */

/* Bits of a predecessor or successor set; device input and output count as reads and writes. */
enum { SET_W = 1, SET_R = 2, SET_O = 4, SET_I = 8 };

bool rv_trans_fence(RvLift *c, const RvFence *a)
{
    bool pred_r = a->pred & (SET_R | SET_I), pred_w = a->pred & (SET_W | SET_O);
    bool succ_r = a->succ & (SET_R | SET_I), succ_w = a->succ & (SET_W | SET_O);
    unsigned kinds =
        (pred_r && succ_r ? TCG_FENCE_LD_LD : 0) | (pred_r && succ_w ? TCG_FENCE_LD_ST : 0) |
        (pred_w && succ_r ? TCG_FENCE_ST_LD : 0) | (pred_w && succ_w ? TCG_FENCE_ST_ST : 0);

    if (kinds) {
        ir_fence(c->ir, kinds);
    }
    return true;
}

bool rv_trans_fence_tso(RvLift *c, const RvNone *a)
{
    ir_fence(c->ir, TCG_FENCE_LD_LD | TCG_FENCE_LD_ST | TCG_FENCE_ST_ST);
    return true;
}

bool rv_trans_pause(RvLift *c, const RvNone *a)
{
    return true;
}

bool rv_trans_fence_i(RvLift *c, const RvNone *a)
{
    rv_exit(c, TCG_EXIT_FLUSH, c->next_pc);
    return true;
}

bool rv_trans_ecall(RvLift *c, const RvNone *a)
{
    rv_exit(c, TCG_EXIT_SYSCALL, c->next_pc);
    return true;
}

bool rv_trans_ebreak(RvLift *c, const RvNone *a)
{
    rv_exit(c, TCG_EXIT_BREAKPOINT, c->pc);
    return true;
}
