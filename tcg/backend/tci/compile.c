/*
 * Allocated operations to bytecode: one instruction each, in layout order.
 *
 * Branches forward are filled in at the end.  Each goto_tb is followed by the `unlinked` that it leads to at
 * first.
 */
#include <glib.h>
#include <string.h>

#include "bytecode.h"

/* Room in TciInsn.r, beside the output and the immediates: what the table's operations need. */
enum { MAX_VALUE_IN = 4, MAX_ADDR_IN = 2 };

typedef struct Fixup {
    struct Fixup *next;
    uint32_t offset; /* of the branch */
    const TcgMblock *target;
} Fixup;

typedef struct Compiler {
    const TcgTarget *target;
    const TcgMcode *mcode;
    TcgCodeSpace space;
    Arena *arena;
    TcgStateMapWriter *map;
    TcgCompiled *out;
    size_t used;
    bool full;
    uint64_t pc; /* of the guest instruction */
    Fixup *fixups;
    TciWord scratch; /* written instead of what does not fit */
} Compiler;

/* The rows of value operations. */
static const uint16_t first_row[TCG_OP_COUNT] = {
#define VALUE_OP(name, shape, ins, imms, flags, expr)  [TCG_OP_##name] = TCI_##name##_i32,
#define FLOAT_OP(name, shape, ins, imms, flags, expr)  [TCG_OP_##name] = TCI_##name##_f32,
#define VECTOR_OP(name, shape, ins, imms, flags, expr) [TCG_OP_##name] = TCI_##name,
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
};

static TciWord *emit_word(Compiler *c)
{
    TciWord *word = &c->scratch;

    if (c->space.size - c->used < sizeof(*word)) {
        c->full = true;
    } else {
        word = (TciWord *)(c->space.rw + c->used);
        c->used += sizeof(*word);
    }
    word->bits = 0;
    return word;
}

static TciInsn *emit(Compiler *c, unsigned op)
{
    TciInsn *insn = &emit_word(c)->insn;

    insn->op = (uint16_t)op;
    return insn;
}

static void emit_bits(Compiler *c, uint64_t bits)
{
    emit_word(c)->bits = bits;
}

static void emit_ptr(Compiler *c, const void *ptr)
{
    emit_word(c)->ptr = ptr;
}

/* As the bytecode counts: each class from 0. */
static uint8_t reg_of(TcgLoc loc)
{
    g_assert(loc.kind == TCG_LOC_REG);
    return loc.reg % TCI_VEC;
}

static bool is_vec(TcgLoc loc)
{
    return loc.kind == TCG_LOC_REG && loc.reg >= TCI_VEC;
}

static uint64_t const_bits(const Compiler *c, TcgLoc loc)
{
    return tcg_val(c->mcode->region, loc.val)->bits;
}

/* ------------------------------------------------------------------ moves */

static void emit_slot(Compiler *c, unsigned state_row, unsigned frame_row, TcgLoc slot, unsigned a,
                      unsigned b)
{
    TciInsn *insn = emit(c, slot.kind == TCG_LOC_STATE ? state_row : frame_row);

    insn->a = (uint8_t)a;
    insn->b = (uint8_t)b;
    insn->disp = slot.offset;
}

static void emit_get(Compiler *c, TcgType type, TcgLoc out, TcgLoc slot)
{
    unsigned bytes = tcg_type_bits(type) / 8;

    if (is_vec(out)) {
        emit_slot(c, TCI_getv_state, TCI_getv_frame, slot, reg_of(out), bytes);
    } else if (bytes == 4) {
        emit_slot(c, TCI_get32_state, TCI_get32_frame, slot, reg_of(out), 0);
    } else {
        emit_slot(c, TCI_get64_state, TCI_get64_frame, slot, reg_of(out), 0);
    }
}

static uint64_t signed_const(TcgType type, uint64_t bits)
{
    return type == TCG_I32 ? (uint64_t)(int32_t)bits : bits;
}

static void emit_put(Compiler *c, TcgType type, TcgLoc slot, TcgLoc in)
{
    unsigned bytes = tcg_type_bits(type) / 8;

    if (in.kind == TCG_LOC_CONST) {
        emit_slot(c, TCI_putk_state, TCI_putk_frame, slot, 0, bytes);
        emit_bits(c, signed_const(type, const_bits(c, in)));
    } else if (is_vec(in)) {
        emit_slot(c, TCI_putv_state, TCI_putv_frame, slot, reg_of(in), bytes);
    } else if (bytes == 4) {
        emit_slot(c, TCI_put32_state, TCI_put32_frame, slot, reg_of(in), 0);
    } else {
        emit_slot(c, TCI_put64_state, TCI_put64_frame, slot, reg_of(in), 0);
    }
}

static void emit_move_reg(Compiler *c, TcgLoc out, TcgLoc in)
{
    static const uint16_t rows[2][2] = { { TCI_move_rr, TCI_move_rv },
                                         { TCI_move_vr, TCI_move_vv } };
    TciInsn *insn = emit(c, rows[is_vec(out)][is_vec(in)]);

    insn->a = reg_of(out);
    insn->b = reg_of(in);
}

static void emit_move(Compiler *c, const TcgMop *mop)
{
    TcgLoc out = mop->out, in = mop->in[0];

    if (out.kind != TCG_LOC_REG) {
        emit_put(c, mop->type, out, in);
    } else if (in.kind == TCG_LOC_CONST) {
        emit(c, is_vec(out) ? TCI_move_vk : TCI_move_rk)->a = reg_of(out);
        emit_bits(c, const_bits(c, in));
    } else if (in.kind == TCG_LOC_REG) {
        emit_move_reg(c, out, in);
    } else {
        emit_get(c, mop->type, out, in);
    }
}

static void emit_swap(Compiler *c, const TcgMop *mop)
{
    TciInsn *insn = emit(c, TCI_swap);

    insn->a = reg_of(mop->out);
    insn->b = reg_of(mop->in[0]);
}

/* ------------------------------------------------------------------ values */

static void set_operands(TciInsn *insn, const TcgMop *mop)
{
    insn->r[0] = reg_of(mop->out);
    for (unsigned n = 0; n < mop->nb_in && n < MAX_VALUE_IN; n++) {
        if (mop->in[n].kind == TCG_LOC_REG) {
            insn->r[1 + n] = reg_of(mop->in[n]);
        }
    }
    if (mop->nb_in == 4) {
        insn->r[5] = (uint8_t)mop->op->imm[0];
    } else {
        insn->r[4] = (uint8_t)mop->op->imm[0];
        insn->r[5] = (uint8_t)mop->op->imm[1];
    }
}

static void emit_value(Compiler *c, const TcgMop *mop)
{
    bool constant = mop->nb_in > 1 && mop->in[1].kind == TCG_LOC_CONST;
    unsigned row = first_row[mop->code] + (mop->type == TCG_I64 ? 2 : 0) + constant;

    set_operands(emit(c, row), mop);
    if (constant) {
        emit_bits(c, const_bits(c, mop->in[1]));
    }
}

static void emit_float(Compiler *c, const TcgMop *mop)
{
    set_operands(emit(c, first_row[mop->code] + (mop->type == TCG_F64)), mop);
}

static void emit_vector(Compiler *c, const TcgMop *mop)
{
    TciInsn *insn = emit(c, first_row[mop->code]);

    set_operands(insn, mop);
    insn->r[3] = (uint8_t)(tcg_type_bits(mop->type) / 64);
}

/* ------------------------------------------------------------------ memory */

/* The row of a plain integer access by its width; the last of a load's or store's rows is `any`. */
static unsigned load_row(unsigned first, TcgType type, unsigned mop)
{
    unsigned size = mop & TCG_MO_SIZE;
    unsigned rest = mop & (TCG_MO_BSWAP | TCG_MO_ALIGN | TCG_MO_ATOMIC);

    if (!tcg_type_is_int(type) || rest) {
        return first + 7;
    }
    return size == TCG_MO_64 ? first + 6 : first + 2 * size + (mop & TCG_MO_SIGN ? 1 : 0);
}

static unsigned store_row(unsigned first, TcgType type, unsigned mop)
{
    unsigned rest = mop & (TCG_MO_BSWAP | TCG_MO_ALIGN | TCG_MO_ATOMIC);

    return !tcg_type_is_int(type) || rest ? first + 4 : first + (mop & TCG_MO_SIZE);
}

/* The value is the output, or the last input. */
static TciInsn *emit_access(Compiler *c, const TcgMop *mop, unsigned row)
{
    TciInsn *insn = emit(c, row);
    bool store = mop->out.kind == TCG_LOC_NONE;
    unsigned nb_addr = store ? mop->nb_in - 1 : mop->nb_in;

    insn->r[0] = reg_of(store ? mop->in[mop->nb_in - 1] : mop->out);
    for (unsigned n = 0; n < nb_addr && n < MAX_ADDR_IN; n++) {
        insn->r[1 + n] = reg_of(mop->in[n]);
    }
    insn->r[3] = (uint8_t)mop->op->imm[1];
    insn->r[4] = mop->op->imm[1] >> TCG_MO_SCALE_SHIFT & 3;
    insn->r[5] = mop->type;
    emit_bits(c, mop->op->imm[0]);
    return insn;
}

static void emit_load(Compiler *c, const TcgMop *mop, unsigned first)
{
    emit_access(c, mop, load_row(first, mop->type, (unsigned)mop->op->imm[1]));
}

static void emit_store(Compiler *c, const TcgMop *mop, unsigned first)
{
    emit_access(c, mop, store_row(first, mop->type, (unsigned)mop->op->imm[1]));
}

static void emit_atomic(Compiler *c, const TcgMop *mop)
{
    TciInsn *insn = emit(c, TCI_gatomic);

    set_operands(insn, mop);
    insn->r[3] = (uint8_t)mop->op->imm[1];
    insn->r[4] = (uint8_t)mop->op->imm[0];
    insn->r[5] = mop->type;
}

static void emit_cmpxchg(Compiler *c, const TcgMop *mop)
{
    TciInsn *insn = emit(c, TCI_gcmpxchg);

    set_operands(insn, mop);
    insn->r[4] = (uint8_t)mop->op->imm[1];
    insn->r[5] = mop->type;
}

/* ------------------------------------------------------------------ control */

static void emit_call(Compiler *c, const TcgMop *mop)
{
    const TcgHelper *helper = mop->op->helper;
    const void *interface = tci_call_interface(helper);
    TciInsn *insn = emit(c, TCI_call);

    if (!interface) {
        g_error("helper %s takes or returns what no integer register holds", helper->name);
    }
    insn->r[0] = helper->flags & TCG_HELPER_ENV ? 1 : 0;
    insn->r[1] = helper->nb_args;
    insn->r[2] = helper->ret;
    emit_ptr(c, interface);
    emit_ptr(c, helper->fn);
}

static void add_fixup(Compiler *c, const TcgMblock *target)
{
    Fixup *fixup = arena_new(c->arena, Fixup);

    *fixup = (Fixup){ c->fixups, (uint32_t)c->used, target };
    c->fixups = fixup;
}

static void emit_br(Compiler *c, const TcgMop *mop, const TcgMblock *block)
{
    if (mop->target != block->next) {
        add_fixup(c, mop->target);
        emit(c, TCI_br);
    }
}

static void emit_brcond(Compiler *c, const TcgMop *mop)
{
    bool constant = mop->in[1].kind == TCG_LOC_CONST;
    unsigned row = TCI_brcond_EQ_i32 + 4 * (unsigned)mop->op->imm[0] +
                   (mop->type == TCG_I64 ? 2 : 0) + constant;
    TciInsn *insn;

    add_fixup(c, mop->target);
    insn = emit(c, row);
    insn->a = reg_of(mop->in[0]);
    if (constant) {
        emit_bits(c, const_bits(c, mop->in[1]));
    } else {
        insn->b = reg_of(mop->in[1]);
    }
}

static void emit_fbrcond(Compiler *c, const TcgMop *mop)
{
    unsigned row = TCI_fbrcond_EQ_f32 + 2 * (unsigned)mop->op->imm[0] + (mop->type == TCG_F64);
    TciInsn *insn;

    add_fixup(c, mop->target);
    insn = emit(c, row);
    insn->a = reg_of(mop->in[0]);
    insn->b = reg_of(mop->in[1]);
}

static void emit_br_pending(Compiler *c, const TcgMop *mop)
{
    add_fixup(c, mop->target);
    emit(c, TCI_br_pending);
}

static void emit_goto_tb(Compiler *c, const TcgMop *mop)
{
    TcgJump *jump = &c->out->jumps[mop->op->imm[0]];

    jump->pc = mop->op->imm[1];
    jump->site = (uint32_t)(c->used + offsetof(TciInsn, disp));
    emit(c, TCI_goto_tb)->disp = sizeof(TciWord);
    jump->stub = (uint32_t)c->used;
    emit(c, TCI_unlinked);
}

static void emit_exit_tb(Compiler *c, const TcgMop *mop)
{
    emit(c, TCI_exit_tb)->r[0] = (uint8_t)mop->op->imm[0];
    emit_bits(c, mop->op->imm[1]);
}

static void emit_goto_ptr(Compiler *c, const TcgMop *mop)
{
    emit(c, TCI_goto_ptr)->r[0] = reg_of(mop->in[0]);
}

static void emit_fence(Compiler *c, const TcgMop *mop)
{
    emit(c, TCI_fence)->r[0] = (uint8_t)mop->op->imm[0];
}

/* ------------------------------------------------------------------ all of them */

static void emit_effect(Compiler *c, const TcgMop *mop, const TcgMblock *block)
{
    switch (mop->code) {
    case TCG_OP_ld:
        emit_load(c, mop, TCI_ld_u8);
        break;
    case TCG_OP_st:
        emit_store(c, mop, TCI_st_x8);
        break;
    case TCG_OP_gld:
        emit_load(c, mop, TCI_gld_u8);
        break;
    case TCG_OP_gst:
        emit_store(c, mop, TCI_gst_x8);
        break;
    case TCG_OP_gldx:
        emit_load(c, mop, TCI_gldx_u8);
        break;
    case TCG_OP_gstx:
        emit_store(c, mop, TCI_gstx_x8);
        break;
    case TCG_OP_gatomic:
        emit_atomic(c, mop);
        break;
    case TCG_OP_gcmpxchg:
        emit_cmpxchg(c, mop);
        break;
    case TCG_OP_fence:
        emit_fence(c, mop);
        break;
    case TCG_OP_call:
        emit_call(c, mop);
        break;
    case TCG_OP_insn_start:
        c->pc = mop->op->imm[0];
        break;
    case TCG_OP_br:
        emit_br(c, mop, block);
        break;
    case TCG_OP_brcond:
        emit_brcond(c, mop);
        break;
    case TCG_OP_fbrcond:
        emit_fbrcond(c, mop);
        break;
    case TCG_OP_br_pending:
        emit_br_pending(c, mop);
        break;
    case TCG_OP_goto_tb:
        emit_goto_tb(c, mop);
        break;
    case TCG_OP_goto_ptr:
        emit_goto_ptr(c, mop);
        break;
    case TCG_OP_exit_tb:
        emit_exit_tb(c, mop);
        break;
    case TCG_MOP_MOVE:
        emit_move(c, mop);
        break;
    case TCG_MOP_SWAP:
        emit_swap(c, mop);
        break;
    default:
        g_error("operation %u has no bytecode", mop->code);
    }
}

static void emit_mop(Compiler *c, const TcgMop *mop, const TcgMblock *block)
{
    switch (mop->code) {
#define VALUE_OP(name, shape, ins, imms, flags, expr) \
    case TCG_OP_##name:                               \
        emit_value(c, mop);                           \
        break;
#define FLOAT_OP(name, shape, ins, imms, flags, expr) \
    case TCG_OP_##name:                               \
        emit_float(c, mop);                           \
        break;
#define VECTOR_OP(name, shape, ins, imms, flags, expr) \
    case TCG_OP_##name:                                \
        emit_vector(c, mop);                           \
        break;
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
    default:
        emit_effect(c, mop, block);
    }
}

/* What the state map keeps: bits in place of the region's constants. */
static void add_state(Compiler *c, const TcgMop *mop)
{
    TcgStateItem items[TCG_MAX_GLOBALS];

    for (unsigned n = 0; n < mop->nb_state; n++) {
        items[n] = mop->state[n];
        if (items[n].loc.kind == TCG_LOC_CONST) {
            items[n].bits = const_bits(c, items[n].loc);
        }
    }
    tcg_state_map_add(c->map, (uint32_t)c->used, c->pc, items, mop->nb_state);
}

static void add_mark(Compiler *c, const TcgMop *mop)
{
    c->out->marks[c->out->nb_marks++] = (TcgMark){ (uint32_t)c->used, mop };
}

static void emit_block(Compiler *c, TcgMblock *block)
{
    block->label = (uint32_t)c->used;
    for (unsigned n = 0; n < block->nb_mops && !c->full; n++) {
        const TcgMop *mop = &block->mops[n];

        if (c->out->marks) {
            add_mark(c, mop);
        }
        if (mop->has_state) {
            add_state(c, mop);
        }
        emit_mop(c, mop, block);
    }
}

static void resolve_fixups(Compiler *c)
{
    for (const Fixup *fixup = c->fixups; fixup; fixup = fixup->next) {
        TciWord *word = (TciWord *)(c->space.rw + fixup->offset);

        word->insn.disp = (int32_t)(fixup->target->label - fixup->offset);
    }
}

static TcgMark *new_marks(Compiler *c)
{
    size_t nb = 0;

    for (const TcgMblock *block = c->mcode->first; block; block = block->next) {
        nb += block->nb_mops;
    }
    return arena_array(c->arena, TcgMark, nb + 1);
}

TcgResult tci_emit_region(const TcgTarget *target, const TcgMcode *mcode, TcgCodeSpace space,
                          Arena *arena, TcgStateMapWriter *map, bool want_marks, TcgCompiled *ret)
{
    Compiler c = {
        .target = target,
        .mcode = mcode,
        .space = space,
        .arena = arena,
        .map = map,
        .out = ret,
        .pc = mcode->region->pc,
    };

    *ret = (TcgCompiled){ .state_map = map, .nb_jumps = mcode->region->nb_jumps };
    ret->jumps = arena_array(arena, TcgJump, ret->nb_jumps + 1);
    ret->marks = want_marks ? new_marks(&c) : NULL;
    emit(&c, TCI_entry);
    emit_ptr(&c, target->epilogue);
    for (TcgMblock *block = mcode->first; block && !c.full; block = block->next) {
        emit_block(&c, block);
    }
    if (c.full) {
        return TCG_CODE_FULL;
    }
    resolve_fixups(&c);
    ret->code_size = c.used;
    return TCG_OK;
}
