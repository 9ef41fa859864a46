/*
 * Bytecode as text, from the formats.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bytecode.h"

typedef struct Row {
    const char *name, *format;
} Row;

/* Integer operations by number of inputs; with a constant in input 1; and by number of immediates. */
#define FORMAT_1       "rr--"
#define FORMAT_2       "rrr-"
#define FORMAT_3       "rrrr"
#define FORMAT_4       "rrrrr"
#define CONST_1        "rr--" /* never made */
#define CONST_2        "rr--"
#define CONST_3        "rr-r"
#define CONST_4        "rr-rr"
#define IMMS_1_0       "--"
#define IMMS_1_1       "n-"
#define IMMS_1_2       "nn"
#define IMMS_2_0       "--"
#define IMMS_2_1       "n-"
#define IMMS_2_2       "nn"
#define IMMS_3_0       "--"
#define IMMS_3_1       "n-"
#define IMMS_4_1       "n"
#define SHAPE_FLT_1    "vv--"
#define SHAPE_FLT_2    "vvv-"
#define SHAPE_FLT_3    "vvvv"
#define SHAPE_FCMP_2   "rvv-"
#define SHAPE_F2I32_1  "rv--"
#define SHAPE_F2I64_1  "rv--"
#define SHAPE_I32_2F_1 "vr--"
#define SHAPE_I64_2F_1 "vr--"
#define SHAPE_F2F_1    "vv--"
#define SHAPE_VEC_1    "vv-n"
#define SHAPE_VEC_2    "vvvn"
#define SHAPE_V2I_1    "rv-n"
#define SHAPE_I2V_1    "vr-n"
#define SHAPE_VINS_2   "vvrn"

static const Row rows[TCI_OP_COUNT] = {
#define VALUE_OP(name, shape, ins, imms, flags, expr)          \
    { #name ".i32", FORMAT_##ins IMMS_##ins##_##imms },        \
        { #name ".i32", CONST_##ins IMMS_##ins##_##imms "k" }, \
        { #name ".i64", FORMAT_##ins IMMS_##ins##_##imms },    \
        { #name ".i64", CONST_##ins IMMS_##ins##_##imms "k" },
#define FLOAT_OP(name, shape, ins, imms, flags, expr)            \
    { #name ".f32", SHAPE_##shape##_##ins IMMS_##ins##_##imms }, \
        { #name ".f64", SHAPE_##shape##_##ins IMMS_##ins##_##imms },
#define VECTOR_OP(name, shape, ins, imms, flags, expr) \
    { #name, SHAPE_##shape##_##ins IMMS_##ins##_##imms },
#define EFFECT_OP(name, outs, ins, imms, flags)
#include "tcg/ir/opcodes.def"
#define TCI_NAMED(name, format)      { #name, format },
#define TCI_BRCOND_ROW(name, format) { #name, format },
    TCI_ROWS(TCI_NAMED) TCI_CONDS(TCI_BRCOND_ROWS) TCI_FCONDS(TCI_FBRCOND_ROWS)
};

const char *tci_format(TciOp op)
{
    return rows[op].format;
}

typedef struct Text {
    char *at;
    size_t left;
    const char *separator;
} Text;

static void put(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(Text *t, const char *format, ...)
{
    va_list args;
    int n;

    n = snprintf(t->at, t->left, "%s", t->separator);
    t->at += n < (int)t->left ? n : 0;
    t->left -= n < (int)t->left ? (size_t)n : 0;
    va_start(args, format);
    n = vsnprintf(t->at, t->left, format, args);
    va_end(args);
    t->at += n < (int)t->left ? n : 0;
    t->left -= n < (int)t->left ? (size_t)n : 0;
    t->separator = ", ";
}

/* The bytes of the head; a load or store knows the class of r[0] by its type. */
static void put_head(Text *t, const TciInsn *insn, const char *format)
{
    for (unsigned n = 0; n < 6; n++) {
        switch (format[n]) {
        case 'r':
            put(t, "r%u", insn->r[n]);
            break;
        case 'v':
            put(t, "v%u", insn->r[n]);
            break;
        case '?':
            put(t, "%c%u", tcg_type_is_int(insn->r[5]) ? 'r' : 'v', insn->r[n]);
            break;
        case 'n':
            put(t, "#%u", insn->r[n]);
            break;
        case 'j':
            put(t, "-> %+d", insn->disp);
            return;
        case 'o':
            put(t, "[%d]", insn->disp);
            return;
        default:
            break;
        }
    }
}

unsigned tci_disassemble(char *buf, size_t size, const uint8_t *rx, size_t avail)
{
    const TciWord *at = (const TciWord *)rx;
    const char *format;
    Text text = { buf, size, "" };
    unsigned words = 1;

    if (avail < sizeof(*at) || at->insn.op >= TCI_OP_COUNT) {
        snprintf(buf, size, "(not an instruction)");
        return avail < sizeof(*at) ? (unsigned)avail : (unsigned)sizeof(*at);
    }
    format = rows[at->insn.op].format;
    put(&text, "%s", rows[at->insn.op].name);
    text.separator = " ";
    put_head(&text, &at->insn, format);
    for (const char *tail = format + 6; *tail && (words + 1) * sizeof(*at) <= avail; tail++) {
        put(&text, "%#" PRIx64, at[words++].bits);
    }
    return words * (unsigned)sizeof(*at);
}
