/*
 * The rules of the IR, checked one by one.
 *
 * One walk notes where each temporary is defined and what the structure has wrong; a second
 * checks each operation's operands.  Dominators are computed only when a temporary is used outside
 * the block that defines it.  Faults are collected first and printed beside their operations.
 */
#include <glib.h>
#include <inttypes.h>

#include "tcg/helper.h"
#include "tcg/ir.h"

typedef struct Fault {
    const TcgBlock *block;
    const TcgOp *op; /* NULL: of the block */
    char *text;
} Fault;

typedef struct Verifier {
    const TcgRegion *r;
    GArray *faults; /* NULL: none yet */
    const TcgBlock *block;
    const TcgOp *op;
    /* By value: where it is defined; 0: nowhere. */
    uint32_t *def_seq;
    const TcgBlock **def_block;
    uint32_t seq;
    const TcgBlock **blocks; /* by id */
    /* By block id, once needed: immediate dominator and place in reverse postorder. */
    int32_t *idom, *rpo;
    int32_t *order; /* rpo place to block id */
    unsigned nb_order;
} Verifier;

static void fault(Verifier *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fault(Verifier *v, const char *format, ...)
{
    Fault f = { .block = v->block, .op = v->op };
    va_list args;

    if (!v->faults) {
        v->faults = g_array_new(FALSE, FALSE, sizeof(Fault));
    }
    va_start(args, format);
    f.text = g_strdup_vprintf(format, args);
    va_end(args);
    g_array_append_val(v->faults, f);
}

/* Name of a value for messages. */
static const char *val_name(const Verifier *v, TcgVal val, char buf[32])
{
    if (val && tcg_is_global(v->r, val)) {
        return v->r->globals->global[tcg_global_index(val)].name;
    }
    if (val < v->r->nb_vals && tcg_is_const(v->r, val)) {
        g_snprintf(buf, 32, "%#" PRIx64, v->r->vals[val].bits);
    } else {
        g_snprintf(buf, 32, "%%%u", val - v->r->globals->nb - 1);
    }
    return buf;
}

/* Reverse postorder over an explicit stack: regions may have thousands of blocks. */
static void number_blocks(Verifier *v)
{
    unsigned nb = v->r->nb_blocks;
    const TcgBlock **stack = g_new(const TcgBlock *, nb + 1);
    uint8_t *state = g_new0(uint8_t, nb); /* successors visited + 1 */
    int32_t *post = g_new(int32_t, nb);
    unsigned depth = 0, done = 0;

    stack[depth++] = v->r->first;
    state[v->r->first->id] = 1;
    while (depth) {
        const TcgBlock *block = stack[depth - 1];
        unsigned next = state[block->id]++;
        const TcgBlock *succ = next == 1   ? tcg_block_taken(block)
                               : next == 2 ? tcg_block_fallthrough(block)
                                           : NULL;

        if (next > 2) {
            post[done++] = block->id;
            depth--;
        } else if (succ && !state[succ->id]) {
            state[succ->id] = 1;
            stack[depth++] = succ;
        }
    }
    v->nb_order = done;
    for (unsigned n = 0; n < done; n++) {
        v->order[done - 1 - n] = post[n];
        v->rpo[post[n]] = done - 1 - n;
    }
    g_free(stack);
    g_free(state);
    g_free(post);
}

static int32_t intersect(const Verifier *v, int32_t a, int32_t b)
{
    while (a != b) {
        while (v->rpo[a] > v->rpo[b]) {
            a = v->idom[a];
        }
        while (v->rpo[b] > v->rpo[a]) {
            b = v->idom[b];
        }
    }
    return a;
}

static bool refine_idom(Verifier *v, const TcgBlock *succ, int32_t pred)
{
    int32_t idom;

    if (!succ || succ == v->r->first) {
        return false;
    }
    idom = v->idom[succ->id] < 0 ? pred : intersect(v, pred, v->idom[succ->id]);
    if (idom == v->idom[succ->id]) {
        return false;
    }
    v->idom[succ->id] = idom;
    return true;
}

/* Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm; edges pushed forward. */
static void compute_dominators(Verifier *v)
{
    bool progress = true;
    unsigned nb = v->r->nb_blocks;

    v->idom = g_new(int32_t, nb);
    v->rpo = g_new(int32_t, nb);
    v->order = g_new(int32_t, nb);
    for (unsigned n = 0; n < nb; n++) {
        v->idom[n] = v->rpo[n] = -1;
    }
    number_blocks(v);
    v->idom[v->r->first->id] = v->r->first->id;
    while (progress) {
        progress = false;
        for (unsigned n = 0; n < v->nb_order; n++) {
            const TcgBlock *block = v->blocks[v->order[n]];

            progress |= refine_idom(v, tcg_block_taken(block), block->id);
            progress |= refine_idom(v, tcg_block_fallthrough(block), block->id);
        }
    }
}

/* True for an unreachable block: nothing it uses is ever used. */
static bool dominates(Verifier *v, const TcgBlock *a, const TcgBlock *b)
{
    int32_t at = b->id;

    if (!v->idom) {
        compute_dominators(v);
    }
    if (v->rpo[at] < 0) {
        return true;
    }
    if (v->rpo[a->id] < 0) {
        return false;
    }
    while (v->rpo[at] > v->rpo[a->id]) {
        at = v->idom[at];
    }
    return at == (int32_t)a->id;
}

static void note_def(Verifier *v, const TcgOp *op)
{
    TcgVal out = tcg_op_out(op);
    char buf[32];

    if (!op->nb_out || tcg_is_global(v->r, out)) {
        return;
    }
    if (out == TCG_NO_VAL || out >= v->r->nb_vals || tcg_is_const(v->r, out)) {
        fault(v, "the output is not a variable");
    } else if (v->def_seq[out]) {
        fault(v, "%s is assigned twice", val_name(v, out, buf));
    } else {
        v->def_seq[out] = v->seq;
        v->def_block[out] = v->block;
        if (v->r->vals[out].def != op) {
            fault(v, "%s does not know its definition", val_name(v, out, buf));
        }
    }
}

static void note_defs(Verifier *v)
{
    v->seq = 0;
    for (v->block = v->r->first; v->block; v->block = v->block->next) {
        for (v->op = v->block->first; v->op; v->op = v->op->next) {
            v->seq++;
            note_def(v, v->op);
        }
    }
}

static bool type_fits(TcgType have, TcgType want, bool any_int)
{
    return have == want || (want == TCG_I32 && have == TCG_I64) ||
           (any_int && tcg_type_is_int(have));
}

static void check_input_type(Verifier *v, unsigned n, TcgVal in)
{
    TcgType have = tcg_val(v->r, in)->type, want = tcg_in_type(v->op, n);
    bool any_int = tcg_op_info[v->op->code].shape == TCG_SHAPE_WIDEN;
    char buf[32];

    if (!type_fits(have, want, any_int)) {
        fault(v, "%s is %s, not %s", val_name(v, in, buf), tcg_type_name(have),
              tcg_type_name(want));
    }
}

static void check_use(Verifier *v, TcgVal in)
{
    char buf[32];

    if (!v->def_seq[in]) {
        fault(v, "%s is not defined", val_name(v, in, buf));
    } else if (v->def_block[in] == v->block) {
        if (v->def_seq[in] >= v->seq) {
            fault(v, "%s is used before its definition", val_name(v, in, buf));
        }
    } else if (!dominates(v, v->def_block[in], v->block)) {
        fault(v, "%s is not defined on every path to here", val_name(v, in, buf));
    }
}

static void check_input(Verifier *v, unsigned n)
{
    TcgVal in = tcg_op_in(v->op, n);

    if (in == TCG_NO_VAL || in >= v->r->nb_vals) {
        fault(v, "input %u is missing", n);
        return;
    }
    if (!tcg_is_global(v->r, in) && !tcg_is_const(v->r, in)) {
        check_use(v, in);
        if (!v->def_seq[in]) {
            return;
        }
    }
    check_input_type(v, n, in);
}

static void check_output(Verifier *v)
{
    TcgVal out = tcg_op_out(v->op);
    TcgType want =
        v->op->code == TCG_OP_call ? v->op->helper->ret : tcg_out_type(v->op->code, v->op->type);
    char buf[32];

    if (out != TCG_NO_VAL && out < v->r->nb_vals && tcg_val(v->r, out)->type != want) {
        fault(v, "output %s is %s, not %s", val_name(v, out, buf),
              tcg_type_name(tcg_val(v->r, out)->type), tcg_type_name(want));
    }
}

/* The types an operation may be suffixed with. */
static bool op_type_allowed(const TcgOp *op)
{
    TcgType type = op->type;

    switch (tcg_op_info[op->code].shape) {
    case TCG_SHAPE_INT:
    case TCG_SHAPE_WIDEN:
        return tcg_type_is_int(type);
    case TCG_SHAPE_VEC:
    case TCG_SHAPE_V2I:
    case TCG_SHAPE_I2V:
    case TCG_SHAPE_VINS:
        return type == TCG_V64 || type == TCG_V128 || type == TCG_V256;
    case TCG_SHAPE_EFFECT:
        break;
    default:
        return type == TCG_F32 || type == TCG_F64;
    }
    switch (op->code) {
    case TCG_OP_brcond:
    case TCG_OP_goto_ptr:
    case TCG_OP_gatomic:
    case TCG_OP_gcmpxchg:
        return tcg_type_is_int(type);
    case TCG_OP_fbrcond:
        return type == TCG_F32 || type == TCG_F64;
    case TCG_OP_call:
        return type == op->helper->ret;
    case TCG_OP_ld:
    case TCG_OP_st:
    case TCG_OP_gld:
    case TCG_OP_gst:
    case TCG_OP_gldx:
    case TCG_OP_gstx:
        return type >= TCG_I32 && type <= TCG_V256;
    default:
        return type == TCG_NONE;
    }
}

static void check_memop(Verifier *v, bool scaled)
{
    uint64_t mop = v->op->imm[1];
    uint64_t known = TCG_MO_SIZE | TCG_MO_SIGN | TCG_MO_BSWAP | TCG_MO_ALIGN | TCG_MO_ATOMIC |
                     (scaled ? 3 << TCG_MO_SCALE_SHIFT : 0);
    unsigned size = mop & TCG_MO_SIZE;

    if ((mop & ~known) || size > TCG_MO_256) {
        fault(v, "bad memory operation %#" PRIx64, mop);
    } else if (8u << size > tcg_type_bits(v->op->type)) {
        fault(v, "memory operand is wider than %s", tcg_type_name(v->op->type));
    } else if ((mop & (TCG_MO_SIGN | TCG_MO_BSWAP)) && !tcg_type_is_int(v->op->type)) {
        fault(v, "a vector is neither sign-extended nor byte-swapped");
    }
}

static void check_below(Verifier *v, unsigned n, uint64_t limit)
{
    if (v->op->imm[n] >= limit) {
        fault(v, "immediate %u is not below %" PRIu64, n, limit);
    }
}

static void check_width(Verifier *v, unsigned n, uint64_t min, uint64_t max)
{
    uint64_t i = v->op->imm[n];

    if (i < min || i > max || (i & (i - 1))) {
        fault(v, "bad width %" PRIu64, i);
    }
}

static void check_field(Verifier *v)
{
    uint64_t i = v->op->imm[0], j = v->op->imm[1], w = tcg_type_bits(v->op->type);

    if (j == 0 || i >= w || j > w - i) {
        fault(v, "the field is not inside %" PRIu64 " bits", w);
    }
}

static void check_lane(Verifier *v)
{
    check_width(v, 0, 8, 64);
    if (v->op->imm[0] && v->op->imm[1] >= tcg_type_bits(v->op->type) / v->op->imm[0]) {
        fault(v, "lane %" PRIu64 " is not there", v->op->imm[1]);
    }
}

static void check_disp(Verifier *v)
{
    int64_t disp = v->op->imm[0];

    if (disp != (int32_t)disp) {
        fault(v, "the displacement does not fit 32 bits");
    }
}

static void check_formats(Verifier *v)
{
    if (v->op->imm[0] == tcg_type_bits(v->op->type)) {
        fault(v, "the input's format is the output's");
    }
}

static void check_imms(Verifier *v)
{
    switch (v->op->code) {
    case TCG_OP_sext:
    case TCG_OP_zext:
        check_width(v, 0, 8, 32);
        break;
    case TCG_OP_extract:
    case TCG_OP_sextract:
    case TCG_OP_deposit:
        check_field(v);
        break;
    case TCG_OP_setcond:
    case TCG_OP_movcond:
    case TCG_OP_brcond:
        check_below(v, 0, TCG_COND_COUNT);
        break;
    case TCG_OP_fsetcond:
    case TCG_OP_fbrcond:
        check_below(v, 0, TCG_FCOND_COUNT);
        break;
    case TCG_OP_fma:
        check_below(v, 0, 4);
        break;
    case TCG_OP_fround:
        check_below(v, 0, TCG_ROUND_AWAY);
        check_below(v, 1, 2);
        break;
    case TCG_OP_fcvt_s32:
    case TCG_OP_fcvt_u32:
    case TCG_OP_fcvt_s64:
    case TCG_OP_fcvt_u64:
        check_below(v, 0, TCG_ROUND_AWAY);
        check_below(v, 1, 3);
        break;
    case TCG_OP_fcvt:
        check_width(v, 0, 16, 64);
        check_formats(v);
        break;
    case TCG_OP_vadd:
    case TCG_OP_vsub:
    case TCG_OP_vcmpeq:
    case TCG_OP_vdup:
    case TCG_OP_vset:
        check_width(v, 0, 8, 64);
        break;
    case TCG_OP_vext:
    case TCG_OP_vins:
        check_lane(v);
        break;
    case TCG_OP_ld:
    case TCG_OP_st:
        check_below(v, 0, INT32_MAX);
        check_memop(v, false);
        break;
    case TCG_OP_gld:
    case TCG_OP_gst:
        check_disp(v);
        check_memop(v, false);
        break;
    case TCG_OP_gldx:
    case TCG_OP_gstx:
        check_disp(v);
        check_memop(v, true);
        break;
    case TCG_OP_gatomic:
        check_below(v, 0, TCG_RMW_COUNT);
        check_memop(v, false);
        break;
    case TCG_OP_gcmpxchg:
        check_memop(v, false);
        break;
    case TCG_OP_fence:
        check_below(v, 0, 16);
        break;
    case TCG_OP_insn_start:
        check_below(v, 1, 16);
        break;
    case TCG_OP_goto_tb:
        check_below(v, 0, v->r->nb_jumps);
        break;
    case TCG_OP_goto_ptr:
        check_below(v, 0, TCG_JUMP_RETURN + 1);
        break;
    case TCG_OP_exit_tb:
        check_below(v, 0, TCG_EXIT_COUNT);
        if (v->op->imm[0] == TCG_EXIT_FAULT) {
            fault(v, "only the fault handler leaves with this reason");
        }
        break;
    default:
        break;
    }
}

static void check_counts(Verifier *v)
{
    const TcgOpInfo *info = &tcg_op_info[v->op->code];
    bool var = info->ins == TCG_VAR;
    unsigned ins = var ? v->op->helper->nb_args : info->ins;
    unsigned outs = var ? v->op->helper->ret != TCG_NONE : info->outs;

    if (v->op->nb_in != ins || v->op->nb_out != outs) {
        fault(v, "%u inputs and %u outputs, not %u and %u", v->op->nb_in, v->op->nb_out, ins, outs);
    }
}

static void check_control_flow(Verifier *v)
{
    if ((tcg_op_info[v->op->code].flags & TCG_ENDS_BLOCK) && v->op->next) {
        fault(v, "operations follow the end of the block");
    }
}

static void check_op(Verifier *v)
{
    if (v->op->code == TCG_OP_call && !v->op->helper) {
        fault(v, "call without helper");
        return;
    }
    check_counts(v);
    if (!op_type_allowed(v->op)) {
        fault(v, "%s cannot be of type %s", tcg_op_info[v->op->code].name,
              tcg_type_name(v->op->type));
        return;
    }
    for (unsigned n = 0; n < v->op->nb_in; n++) {
        check_input(v, n);
    }
    if (v->op->nb_out) {
        check_output(v);
    }
    check_imms(v);
    check_control_flow(v);
}

/* Jump slots are patched one by one: each belongs to one goto_tb. */
static void check_slot(Verifier *v, uint8_t *used)
{
    uint64_t slot = v->op->imm[0];

    if (v->op->code == TCG_OP_goto_tb && slot < v->r->nb_jumps && used[slot]++) {
        fault(v, "jump slot %" PRIu64 " is used twice", slot);
    }
}

static void check_ops(Verifier *v)
{
    uint8_t *used = g_new0(uint8_t, v->r->nb_jumps + 1);

    v->seq = 0;
    for (v->block = v->r->first; v->block; v->block = v->block->next) {
        for (v->op = v->block->first; v->op; v->op = v->op->next) {
            v->seq++;
            check_op(v);
            check_slot(v, used);
        }
    }
    g_free(used);
}

static bool in_layout(const Verifier *v, const TcgBlock *block)
{
    return block && block->id < v->r->nb_blocks && v->blocks[block->id] == block;
}

static void check_numbers(Verifier *v)
{
    v->op = NULL;
    for (v->block = v->r->first; v->block; v->block = v->block->next) {
        if (v->block->id >= v->r->nb_blocks || v->blocks[v->block->id]) {
            fault(v, "bad block number %u", v->block->id);
        } else {
            v->blocks[v->block->id] = v->block;
        }
    }
}

static void check_ends(Verifier *v)
{
    for (v->block = v->r->first; v->block; v->block = v->block->next) {
        unsigned flags = v->block->last ? tcg_op_info[v->block->last->code].flags : 0;
        bool ends = flags & TCG_ENDS_BLOCK, goes_on = !ends || (flags & TCG_COND_BRANCH);

        v->op = v->block->last;
        if (ends && !(flags & TCG_EXITS_REGION) && !in_layout(v, v->op->target)) {
            fault(v, "the branch target is not in the region");
        }
        if (goes_on && !v->block->next) {
            fault(v, "the last block falls through to nothing");
        }
    }
}

/* What the walks over the graph lean on: block numbers, branch targets. */
static bool check_blocks(Verifier *v)
{
    v->blocks = g_new0(const TcgBlock *, v->r->nb_blocks + 1);
    v->block = NULL;
    v->op = NULL;
    if (!v->r->first) {
        fault(v, "the region has no blocks");
        return false;
    }
    if (v->r->nb_jumps > TCG_MAX_JUMPS) {
        fault(v, "%u jumps, at most %u", v->r->nb_jumps, TCG_MAX_JUMPS);
    }
    check_numbers(v);
    check_ends(v);
    return !v->faults;
}

static void print_faults_at(const Verifier *v, FILE *out, const TcgBlock *block, const TcgOp *op)
{
    for (unsigned n = 0; n < v->faults->len; n++) {
        const Fault *f = &g_array_index(v->faults, Fault, n);

        if (f->block == block && f->op == op) {
            fprintf(out, "    ^ error: %s\n", f->text);
        }
    }
}

static void print_faults(const Verifier *v, const char *after, FILE *out)
{
    fprintf(out, "IR is not sound %s:\n", after);
    for (const TcgBlock *block = v->r->first; block; block = block->next) {
        fprintf(out, "block %u%s:\n", block->id, block->cold ? " cold" : "");
        print_faults_at(v, out, block, NULL);
        for (const TcgOp *op = block->first; op; op = op->next) {
            fputs("  ", out);
            tcg_print_op(out, v->r, op);
            fputc('\n', out);
            print_faults_at(v, out, block, op);
        }
    }
    print_faults_at(v, out, NULL, NULL);
}

static void free_verifier(Verifier *v)
{
    for (unsigned n = 0; v->faults && n < v->faults->len; n++) {
        g_free(g_array_index(v->faults, Fault, n).text);
    }
    if (v->faults) {
        g_array_free(v->faults, TRUE);
    }
    g_free(v->def_seq);
    g_free(v->def_block);
    g_free(v->blocks);
    g_free(v->idom);
    g_free(v->rpo);
    g_free(v->order);
}

bool tcg_verify(const TcgRegion *r, const char *after, FILE *out)
{
    Verifier v = { .r = r };
    bool sound;

    /* The operand walks follow the graph: not on a broken one. */
    if (check_blocks(&v)) {
        v.def_seq = g_new0(uint32_t, r->nb_vals);
        v.def_block = g_new0(const TcgBlock *, r->nb_vals);
        note_defs(&v);
        check_ops(&v);
    }
    sound = !v.faults;
    if (!sound && out) {
        print_faults(&v, after, out);
    }
    free_verifier(&v);
    return sound;
}
