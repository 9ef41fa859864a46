/*
 * The interpreter as a backend: 16 integer and 16 vector registers, plain rules, bytecode in
 * place of host code.
 */
#include <glib.h>
#include <string.h>

#include "bytecode.h"
#include "tcg/env.h"

/* r0..r5: arguments, result, indirect jumps; the hottest globals live in the others. */
static const char *const reg_names[TCG_MAX_REGS] = {
    "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",  "r9",  "r10",
    "r11", "r12", "r13", "r14", "r15", "v0",  "v1",  "v2",  "v3",  "v4",  "v5",
    "v6",  "v7",  "v8",  "v9",  "v10", "v11", "v12", "v13", "v14", "v15",
};

static const uint8_t int_homes[] = { 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, TCG_NO_REG };
static const uint8_t vec_homes[] = { 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, TCG_NO_REG };
static const uint8_t alloc_order[] = {
    0,  1,  2,  3,  4,  5,  15, 14, 13, 12, 11, 10, 9,  8,  7,  6,          16,
    17, 18, 19, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, TCG_NO_REG,
};
static const uint8_t call_args[] = { 0, 1, 2, 3, 4, 5, TCG_NO_REG };

/* ------------------------------------------------------------------ rules */

static TcgOpRule rules[TCG_OP_COUNT];
/* Of memory operations on a vector. */
static TcgOpRule vec_rules[TCG_OP_COUNT];

/* Input 1 of a value operation may be any constant. */
static const char *const int_rules[] = { "r", "r,r", "r,r,rI", "r,r,rI,r", "r,r,rI,r,r" };
static const char *const float_rules[] = { "x", "x,x", "x,x,x", "x,x,x,x" };
static const char *const compare_rules[] = { "r", "r,x", "r,x,x" };

static const char *value_rule(TcgOpcode code)
{
    unsigned ins = tcg_op_info[code].ins;

    switch (tcg_op_info[code].shape) {
    case TCG_SHAPE_INT:
    case TCG_SHAPE_WIDEN:
        return int_rules[ins];
    case TCG_SHAPE_FLT:
    case TCG_SHAPE_F2F:
    case TCG_SHAPE_VEC:
        return float_rules[ins];
    case TCG_SHAPE_FCMP:
    case TCG_SHAPE_F2I32:
    case TCG_SHAPE_F2I64:
    case TCG_SHAPE_V2I:
        return compare_rules[ins];
    case TCG_SHAPE_VINS:
        return "x,x,r";
    default:
        return "x,r"; /* integer to float or vector */
    }
}

static const struct {
    TcgOpcode code;
    const char *rule, *vec_rule;
} effect_rules[] = {
    { TCG_OP_ld, "r", "x" },
    { TCG_OP_st, "-,r", "-,x" },
    { TCG_OP_gld, "r,r", "x,r" },
    { TCG_OP_gst, "-,r,r", "-,r,x" },
    { TCG_OP_gldx, "r,r,r", "x,r,r" },
    { TCG_OP_gstx, "-,r,r,r", "-,r,r,x" },
    { TCG_OP_gatomic, "r,r,r", NULL },
    { TCG_OP_gcmpxchg, "r,r,r,r", NULL },
    { TCG_OP_brcond, "-,r,rI", NULL },
    { TCG_OP_fbrcond, "-,x,x", NULL },
    { TCG_OP_goto_ptr, "-,{r0}", NULL },
};

static bool tci_init(const char *features, const char **ret_error)
{
    if (features && *features) {
        *ret_error = "the interpreter has no host features";
        return false;
    }
    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        if (tcg_op_info[code].shape != TCG_SHAPE_EFFECT) {
            tcg_rule_parse(&tcg_backend_tci, tcg_op_info[code].name, value_rule(code),
                           &rules[code]);
        }
    }
    for (unsigned n = 0; n < G_N_ELEMENTS(effect_rules); n++) {
        TcgOpcode code = effect_rules[n].code;
        const char *name = tcg_op_info[code].name;

        tcg_rule_parse(&tcg_backend_tci, name, effect_rules[n].rule, &rules[code]);
        if (effect_rules[n].vec_rule) {
            tcg_rule_parse(&tcg_backend_tci, name, effect_rules[n].vec_rule, &vec_rules[code]);
        }
    }
    return true;
}

static void tci_print_features(FILE *out)
{
    fputs("none\n", out);
}

/* All there is, but for calls that no register can carry. */
static bool tci_supports(const TcgOp *op)
{
    return op->code != TCG_OP_call || tci_call_interface(op->helper);
}

static const TcgOpRule *tci_rule(const TcgOp *op)
{
    bool memory = op->code >= TCG_OP_ld && op->code <= TCG_OP_gstx;

    return memory && !tcg_type_is_int(op->type) ? &vec_rules[op->code] : &rules[op->code];
}

/* ------------------------------------------------------------------ entry and jumps */

static void add_home(TciBoundary *b, const TcgTarget *target, unsigned global)
{
    const TcgGlobal *g = &target->globals->global[global];

    b->home[b->nb_homes++] = (struct TciHome){
        .reg = target->home[global],
        .bytes = (uint8_t)(tcg_type_bits(g->type) / 8),
        .offset = g->offset,
    };
}

/* No code: the boundary table, which takes the epilogue's place. */
static size_t tci_emit_entry(TcgTarget *target, TcgCodeSpace space)
{
    TciBoundary b = {
        .pc_offset = target->pc_offset,
        .pc_bytes = (uint8_t)(target->pc_bits / 8),
        .insn_shift = target->insn_shift,
    };

    for (unsigned n = 0; n < target->globals->nb; n++) {
        if (target->home[n] != TCG_NO_REG) {
            add_home(&b, target, n);
        }
    }
    target->frame = (TcgFrameLayout){ .size = TCI_SLOTS_SIZE, .spill_size = TCI_SLOTS_SIZE };
    target->epilogue = space.rx;
    g_assert(sizeof(b) <= space.size);
    memcpy(space.rw, &b, sizeof(b));
    return sizeof(b);
}

/* site is the distance in a goto_tb's head, which starts where the head does plus its offset. */
static void tci_patch_jump(uint8_t *site_rw, const uint8_t *site_rx, const uint8_t *target)
{
    int32_t distance = (int32_t)(target - (site_rx - offsetof(TciInsn, disp)));

    __atomic_store_n((int32_t *)site_rw, distance, __ATOMIC_RELEASE);
}

const TcgBackend tcg_backend_tci = {
    .name = "tci",
    .reg_names = reg_names,
    .int_regs = 0xffff,
    .vec_regs = 0xffff0000,
    .caller_saved = 0x3f,
    .int_homes = int_homes,
    .vec_homes = vec_homes,
    .alloc_order = alloc_order,
    .call_int_args = call_args,
    .call_int_ret = 0,
    .init = tci_init,
    .print_features = tci_print_features,
    .supports = tci_supports,
    .rule = tci_rule,
    .emit_entry = tci_emit_entry,
    .emit_region = tci_emit_region,
    .patch_jump = tci_patch_jump,
    .enter = tci_enter,
    .disassemble = tci_disassemble,
    .interp_fault = tci_fault,
    .interp_get = tci_get,
    .interp_leave = tci_leave,
};
