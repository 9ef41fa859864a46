/*
 * Which operands each operation takes (backend.h explains the text), by type, by a variant that its
 * immediates choose, and by what the host has.  The first row that fits is taken.
 */
#include "emit.h"

#include <glib.h>

enum { INT = 1, VEC = 2, F32 = 4, F64 = 8, FLT = F32 | F64, ANY = 15 };

/* Variants; 0 where there is only one. */
enum {
    PLAIN,
    WITH_TEMP, /* memory access: alignment check, byte swap, odd size; conversions: static rounding */
    FAR,       /* memory access: displacement beyond 32 bits */
    LOOP,      /* gatomic: compare-exchange loop */
    TO_ADDEND, /* fma: the output replaces the addend */
    EQUAL,     /* fsetcond, fbrcond: needs both parity and zero flag */
    FROM_HALF, /* fcvt */
    NB_VARIANTS,
};

typedef struct RuleRow {
    TcgOpcode code;
    uint8_t types, variant;
    uint16_t needs, lacks; /* X86_HAS_* */
    const char *text;
} RuleRow;

#define AVX   X86_HAS_AVX
#define BMI1  X86_HAS_BMI1
#define BMI2  X86_HAS_BMI2
#define SSE41 X86_HAS_SSE41

/* Atomics: a temporary is not rax, and n inputs leave one of n + 1 registers. */
static const RuleRow rows[] = {
    { TCG_OP_mov, INT, PLAIN, 0, 0, "r,rmI" },
    { TCG_OP_add, INT, PLAIN, 0, 0, "r,r,rim" },
    { TCG_OP_sub, INT, PLAIN, 0, 0, "r,0,rim" },
    { TCG_OP_neg, INT, PLAIN, 0, 0, "r,0" },
    { TCG_OP_mul, INT, PLAIN, 0, 0, "r,r,rim" },
    { TCG_OP_mulh, INT, PLAIN, 0, 0, "{rdx},{rax},rm;{rax}" },
    { TCG_OP_mulhu, INT, PLAIN, BMI2, 0, "r,{rdx},rm;;r" },
    { TCG_OP_mulhu, INT, PLAIN, 0, 0, "{rdx},{rax},rm;{rax}" },
    { TCG_OP_div, INT, PLAIN, 0, 0, "{rax},0,r;{rdx}" },
    { TCG_OP_divu, INT, PLAIN, 0, 0, "{rax},0,r;{rdx}" },
    { TCG_OP_rem, INT, PLAIN, 0, 0, "&{rdx},{rax},r;{rax}" },
    { TCG_OP_remu, INT, PLAIN, 0, 0, "&{rdx},{rax},r;{rax}" },
    { TCG_OP_and, INT, PLAIN, 0, 0, "r,0,rium" },
    { TCG_OP_or, INT, PLAIN, 0, 0, "r,0,rim" },
    { TCG_OP_xor, INT, PLAIN, 0, 0, "r,0,rim" },
    { TCG_OP_not, INT, PLAIN, 0, 0, "r,0" },
    { TCG_OP_andc, INT, PLAIN, BMI1, 0, "r,rm,r" },
    { TCG_OP_andc, INT, PLAIN, 0, 0, "r,rim,0" },
    { TCG_OP_orc, INT, PLAIN, 0, 0, "r,rim,0" },
    { TCG_OP_xnor, INT, PLAIN, 0, 0, "r,0,rim" },
    { TCG_OP_shl, INT, PLAIN, BMI2, 0, "r,r,rb" },
    { TCG_OP_shl, INT, PLAIN, 0, 0, "r,0,{rcx}b" },
    { TCG_OP_shr, INT, PLAIN, BMI2, 0, "r,r,rb" },
    { TCG_OP_shr, INT, PLAIN, 0, 0, "r,0,{rcx}b" },
    { TCG_OP_sar, INT, PLAIN, BMI2, 0, "r,r,rb" },
    { TCG_OP_sar, INT, PLAIN, 0, 0, "r,0,{rcx}b" },
    { TCG_OP_rotl, INT, PLAIN, 0, 0, "r,0,{rcx}b" },
    { TCG_OP_rotr, INT, PLAIN, 0, 0, "r,0,{rcx}b" },
    { TCG_OP_clz, INT, PLAIN, X86_HAS_LZCNT, 0, "r,rm" },
    { TCG_OP_clz, INT, PLAIN, 0, 0, "r,r;;r" },
    { TCG_OP_ctz, INT, PLAIN, BMI1, 0, "r,rm" },
    { TCG_OP_ctz, INT, PLAIN, 0, 0, "r,r;;r" },
    { TCG_OP_popcnt, INT, PLAIN, 0, 0, "r,r" },
    { TCG_OP_bswap, INT, PLAIN, 0, 0, "r,0" },
    { TCG_OP_sext, INT, PLAIN, 0, 0, "r,rm" },
    { TCG_OP_zext, INT, PLAIN, 0, 0, "r,rm" },
    { TCG_OP_extract, INT, PLAIN, 0, 0, "r,r" },
    { TCG_OP_sextract, INT, PLAIN, 0, 0, "r,r" },
    { TCG_OP_deposit, INT, PLAIN, 0, 0, "r,0,r;;r" },
    { TCG_OP_setcond, INT, PLAIN, 0, 0, "r,r,rim" },
    { TCG_OP_movcond, INT, PLAIN, 0, 0, "r,r,rim,rm,0" },
    { TCG_OP_adc, INT, PLAIN, 0, 0, "r,0,r,r" },
    { TCG_OP_sbb, INT, PLAIN, 0, 0, "r,0,r,r" },
    { TCG_OP_adc_carry, INT, PLAIN, 0, 0, "r,r,r,r;;r" },
    { TCG_OP_sbb_borrow, INT, PLAIN, 0, 0, "r,r,r,r;;r" },
    { TCG_OP_add_overflow, INT, PLAIN, 0, 0, "r,r,r;;r" },
    { TCG_OP_sub_overflow, INT, PLAIN, 0, 0, "r,r,r" },

    { TCG_OP_fadd, FLT, PLAIN, AVX, 0, "x,x,xmI" },
    { TCG_OP_fadd, FLT, PLAIN, 0, 0, "x,0,xmI" },
    { TCG_OP_fsub, FLT, PLAIN, AVX, 0, "x,x,xmI" },
    { TCG_OP_fsub, FLT, PLAIN, 0, 0, "x,0,xmI" },
    { TCG_OP_fmul, FLT, PLAIN, AVX, 0, "x,x,xmI" },
    { TCG_OP_fmul, FLT, PLAIN, 0, 0, "x,0,xmI" },
    { TCG_OP_fdiv, FLT, PLAIN, AVX, 0, "x,x,xmI" },
    { TCG_OP_fdiv, FLT, PLAIN, 0, 0, "x,0,xmI" },
    { TCG_OP_fsqrt, FLT, PLAIN, AVX, 0, "x,x" },
    { TCG_OP_fsqrt, FLT, PLAIN, 0, 0, "x,0" },
    { TCG_OP_fma, FLT, PLAIN, 0, 0, "x,0,x,x" },
    { TCG_OP_fma, F64, TO_ADDEND, 0, 0, "x,x,x,0" },
    { TCG_OP_fmin, FLT, PLAIN, AVX, 0, "x,x,x;;x" },
    { TCG_OP_fmin, FLT, PLAIN, 0, 0, "x,0,x;;x" },
    { TCG_OP_fmax, FLT, PLAIN, AVX, 0, "x,x,x;;x" },
    { TCG_OP_fmax, FLT, PLAIN, 0, 0, "x,0,x;;x" },
    { TCG_OP_fround, FLT, PLAIN, AVX, 0, "x,x" },
    { TCG_OP_fround, FLT, PLAIN, 0, 0, "x,0" },
    { TCG_OP_fnan, FLT, PLAIN, 0, 0, "x,0,xI;;r" },
    { TCG_OP_fbox, FLT, PLAIN, 0, 0, "x,0,xI;;r" },
    { TCG_OP_fsetcond, FLT, PLAIN, 0, 0, "r,xm,x" },
    { TCG_OP_fsetcond, FLT, EQUAL, 0, 0, "r,x,x;;x" },
    { TCG_OP_fcvt_s32, FLT, PLAIN, 0, 0, "r,x" },
    { TCG_OP_fcvt_s32, FLT, WITH_TEMP, 0, 0, "r,x;;x" },
    { TCG_OP_fcvt_u32, FLT, PLAIN, 0, 0, "r,x" },
    { TCG_OP_fcvt_u32, FLT, WITH_TEMP, 0, 0, "r,x;;x" },
    { TCG_OP_fcvt_s64, FLT, PLAIN, 0, 0, "r,x" },
    { TCG_OP_fcvt_s64, FLT, WITH_TEMP, 0, 0, "r,x;;x" },
    { TCG_OP_fcvt_u64, FLT, PLAIN, 0, 0, "r,x" },
    { TCG_OP_fcvt_u64, FLT, WITH_TEMP, 0, 0, "r,x;;x" },
    { TCG_OP_fcvt_from_s32, FLT, PLAIN, 0, 0, "x,r" },
    { TCG_OP_fcvt_from_u32, FLT, PLAIN, 0, 0, "x,r;;r" },
    { TCG_OP_fcvt_from_s64, FLT, PLAIN, 0, 0, "x,r" },
    { TCG_OP_fcvt_from_u64, FLT, PLAIN, 0, 0, "x,r;;r" },
    { TCG_OP_fcvt, FLT, PLAIN, 0, 0, "&x,x" },
    { TCG_OP_fcvt, FLT, FROM_HALF, 0, 0, "x,x;;r" },

    { TCG_OP_vmov, VEC, PLAIN, 0, 0, "x,xmI" },
    { TCG_OP_vand, VEC, PLAIN, AVX, 0, "x,x,xI" },
    { TCG_OP_vand, VEC, PLAIN, 0, 0, "x,0,xI" },
    { TCG_OP_vor, VEC, PLAIN, AVX, 0, "x,x,xI" },
    { TCG_OP_vor, VEC, PLAIN, 0, 0, "x,0,xI" },
    { TCG_OP_vxor, VEC, PLAIN, AVX, 0, "x,x,xI" },
    { TCG_OP_vxor, VEC, PLAIN, 0, 0, "x,0,xI" },
    { TCG_OP_vandc, VEC, PLAIN, AVX, 0, "x,x,x" },
    { TCG_OP_vandc, VEC, PLAIN, 0, 0, "x,x,0" },
    { TCG_OP_vadd, VEC, PLAIN, AVX, 0, "x,x,x" },
    { TCG_OP_vadd, VEC, PLAIN, 0, 0, "x,0,x" },
    { TCG_OP_vsub, VEC, PLAIN, AVX, 0, "x,x,x" },
    { TCG_OP_vsub, VEC, PLAIN, 0, 0, "x,0,x" },
    { TCG_OP_vcmpeq, VEC, PLAIN, AVX, 0, "x,x,x" },
    { TCG_OP_vcmpeq, VEC, PLAIN, 0, 0, "x,0,x;;x" },
    { TCG_OP_vext, VEC, PLAIN, 0, 0, "r,x;;x" },
    { TCG_OP_vdup, VEC, PLAIN, 0, 0, "x,r" },
    { TCG_OP_vins, VEC, PLAIN, 0, 0, "x,0,r;;r,r" },
    { TCG_OP_vset, VEC, PLAIN, 0, 0, "x,rI;;r" },

    { TCG_OP_ld, INT, PLAIN, 0, 0, "r" },
    { TCG_OP_ld, VEC, PLAIN, 0, 0, "x;;r" },
    { TCG_OP_st, INT, PLAIN, 0, 0, "-,ri" },
    { TCG_OP_st, INT, WITH_TEMP, 0, 0, "-,r;;r" },
    { TCG_OP_st, VEC, PLAIN, 0, 0, "-,x;;r" },
    { TCG_OP_gld, INT, PLAIN, 0, 0, "r,r" },
    { TCG_OP_gld, INT, WITH_TEMP, 0, 0, "r,r;;r" },
    { TCG_OP_gld, INT, FAR, 0, 0, "r,r;;r,r" },
    { TCG_OP_gld, VEC, PLAIN, 0, 0, "x,r" },
    { TCG_OP_gld, VEC, WITH_TEMP, 0, 0, "x,r;;r" },
    { TCG_OP_gld, VEC, FAR, 0, 0, "x,r;;r,r" },
    { TCG_OP_gldx, INT, PLAIN, 0, 0, "r,r,r" },
    { TCG_OP_gldx, INT, WITH_TEMP, 0, 0, "r,r,r;;r" },
    { TCG_OP_gldx, INT, FAR, 0, 0, "r,r,r;;r,r" },
    { TCG_OP_gldx, VEC, PLAIN, 0, 0, "x,r,r" },
    { TCG_OP_gldx, VEC, WITH_TEMP, 0, 0, "x,r,r;;r" },
    { TCG_OP_gldx, VEC, FAR, 0, 0, "x,r,r;;r,r" },
    { TCG_OP_gst, INT, PLAIN, 0, 0, "-,r,ri" },
    { TCG_OP_gst, INT, WITH_TEMP, 0, 0, "-,r,r;;r" },
    { TCG_OP_gst, INT, FAR, 0, 0, "-,r,r;;r,r" },
    { TCG_OP_gst, VEC, PLAIN, 0, 0, "-,r,x" },
    { TCG_OP_gst, VEC, WITH_TEMP, 0, 0, "-,r,x;;r" },
    { TCG_OP_gst, VEC, FAR, 0, 0, "-,r,x;;r,r" },
    { TCG_OP_gstx, INT, PLAIN, 0, 0, "-,r,r,ri" },
    { TCG_OP_gstx, INT, WITH_TEMP, 0, 0, "-,r,r,r;;r" },
    { TCG_OP_gstx, INT, FAR, 0, 0, "-,r,r,r;;r,r" },
    { TCG_OP_gstx, VEC, PLAIN, 0, 0, "-,r,r,x" },
    { TCG_OP_gstx, VEC, WITH_TEMP, 0, 0, "-,r,r,x;;r" },
    { TCG_OP_gstx, VEC, FAR, 0, 0, "-,r,r,x;;r,r" },
    { TCG_OP_gatomic, INT, PLAIN, 0, 0, "&r,r,r" },
    { TCG_OP_gatomic, INT, LOOP, 0, 0, "&{rax},r,r;;{rcx}{rdx}{r11}" },
    { TCG_OP_gcmpxchg, INT, PLAIN, 0, 0, "&{rax},r,r,r" },
    { TCG_OP_gcmpxchg, INT, WITH_TEMP, 0, 0, "&{rax},r,r,r;;{rcx}{rdx}{r10}{r11}" },
    { TCG_OP_fence, ANY, PLAIN, 0, 0, "-" },

    { TCG_OP_call, ANY, PLAIN, 0, 0, "-" },
    { TCG_OP_insn_start, ANY, PLAIN, 0, 0, "-" },
    { TCG_OP_br, ANY, PLAIN, 0, 0, "-" },
    { TCG_OP_brcond, INT, PLAIN, 0, 0, "-,r,rim" },
    { TCG_OP_fbrcond, FLT, PLAIN, 0, 0, "-,xm,x" },
    { TCG_OP_fbrcond, FLT, EQUAL, 0, 0, "-,x,x" },
    { TCG_OP_br_pending, ANY, PLAIN, 0, 0, "-" },
    { TCG_OP_goto_tb, ANY, PLAIN, 0, 0, "-" },
    { TCG_OP_goto_ptr, ANY, PLAIN, 0, 0, "-,{rdx}" },
    { TCG_OP_exit_tb, ANY, PLAIN, 0, 0, "-" },
};

enum { NB_CLASSES = 4 };

/* Filled by x86_rules_init() before any code is made; read only from then on. */
static struct {
    unsigned features;
    TcgOpRule rules[G_N_ELEMENTS(rows)];
    const TcgOpRule *by_op[TCG_OP_COUNT][NB_CLASSES][NB_VARIANTS];
} table;

static unsigned type_class(uint8_t type)
{
    switch (type) {
    case TCG_V64:
    case TCG_V128:
    case TCG_V256:
        return 1;
    case TCG_F32:
        return 2;
    case TCG_F64:
        return 3;
    default:
        return 0;
    }
}

void x86_rules_init(const TcgBackend *backend, unsigned features)
{
    memset(&table, 0, sizeof(table));
    table.features = features;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        const RuleRow *row = &rows[i];

        tcg_rule_parse(backend, tcg_op_info[row->code].name, row->text, &table.rules[i]);
        if ((features & row->needs) != row->needs || features & row->lacks) {
            continue;
        }
        for (unsigned class = 0; class < NB_CLASSES; class ++) {
            const TcgOpRule **slot = &table.by_op[row->code][class][row->variant];

            if (row->types >> class & 1 && !*slot) {
                *slot = &table.rules[i];
            }
        }
    }
}

static unsigned memory_variant(const TcgOp *op)
{
    unsigned memop = (unsigned)op->imm[1], size = memop & TCG_MO_SIZE;
    bool is_vec = !tcg_type_is_int((TcgType)op->type);
    bool is_swapped = memop & TCG_MO_BSWAP && size != TCG_MO_8;
    bool swaps_store = is_swapped && (op->code == TCG_OP_gst || op->code == TCG_OP_gstx);

    if ((int64_t)op->imm[0] != (int32_t)op->imm[0]) {
        return FAR;
    }
    if (memop & TCG_MO_ALIGN || swaps_store || (is_vec && (size < TCG_MO_32 || is_swapped))) {
        return WITH_TEMP;
    }
    return PLAIN;
}

static bool is_static_round(const TcgOp *op)
{
    return op->imm[0] != TCG_ROUND_ZERO && op->imm[0] != TCG_ROUND_CURRENT;
}

/* The addend is overwritten, or dies while the first factor lives on. */
static bool wants_addend(const TcgOp *op)
{
    if (op->type != TCG_F64) {
        return false;
    }
    return op->arg[0] == op->arg[3] || ((op->dead >> 3 & 1) && !(op->dead >> 1 & 1));
}

static unsigned variant(const TcgOp *op)
{
    switch (op->code) {
    case TCG_OP_gld:
    case TCG_OP_gst:
    case TCG_OP_gldx:
    case TCG_OP_gstx:
        return memory_variant(op);
    case TCG_OP_st:
        return op->imm[1] & TCG_MO_BSWAP && tcg_type_is_int((TcgType)op->type) ? WITH_TEMP : PLAIN;
    case TCG_OP_gatomic:
        return op->imm[0] <= TCG_RMW_ADD && !(op->imm[1] & TCG_MO_BSWAP) ? PLAIN : LOOP;
    case TCG_OP_gcmpxchg:
        return op->imm[1] & TCG_MO_BSWAP ? WITH_TEMP : PLAIN;
    case TCG_OP_fma:
        return wants_addend(op) ? TO_ADDEND : PLAIN;
    case TCG_OP_fsetcond:
    case TCG_OP_fbrcond:
        return (op->imm[0] & ~UINT64_C(1)) == TCG_FCOND_EQ ? EQUAL : PLAIN;
    case TCG_OP_fcvt_s32:
    case TCG_OP_fcvt_u32:
    case TCG_OP_fcvt_s64:
    case TCG_OP_fcvt_u64:
        return is_static_round(op) ? WITH_TEMP : PLAIN;
    case TCG_OP_fcvt:
        return op->imm[0] == 16 ? FROM_HALF : PLAIN;
    default:
        return PLAIN;
    }
}

const TcgOpRule *x86_rule(const TcgOp *op)
{
    const TcgOpRule *rule = table.by_op[op->code][type_class(op->type)][variant(op)];

    g_assert(rule);
    return rule;
}

/* What the host lacks is done in other instructions or by slow.c; these are the exceptions. */
bool x86_supports(const TcgOp *op)
{
    bool is_mem = tcg_op_info[op->code].flags & (TCG_READS_MEM | TCG_WRITES_MEM);

    if (op->type == TCG_V256) {
        return false;
    }
    if (op->code == TCG_OP_gatomic || op->code == TCG_OP_gcmpxchg) {
        return (op->imm[1] & TCG_MO_SIZE) <= TCG_MO_64;
    }
    if (is_mem && op->code != TCG_OP_fence) {
        return (op->imm[1] & TCG_MO_SIZE) <= TCG_MO_128;
    }
    return true;
}
