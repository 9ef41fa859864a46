/*
 * The text form of IR.  docs/ir.md has the grammar; parse.c reads it back.
 */
#include <inttypes.h>

#include "imm.h"
#include "tcg/helper.h"
#include "tcg/ir.h"

/*
 * Small numbers in decimal, addresses and masks in hexadecimal; floating-point bits always so.
 * Only what the reader sees of a wider constant is printed: the parser gives it the reader's type.
 */
static void print_const(FILE *out, const TcgValue *val, TcgType reader)
{
    bool narrow = reader == TCG_I32 || val->type == TCG_I32;
    uint64_t bits = narrow ? (uint32_t)val->bits : val->bits;
    int64_t value = narrow ? (int32_t)bits : (int64_t)bits;

    if (tcg_type_is_int(val->type) && value > -4096 && value < 10) {
        fprintf(out, "%" PRId64, value);
    } else {
        fprintf(out, "%#" PRIx64, bits);
    }
}

static void print_val(FILE *out, const TcgRegion *r, TcgVal v, TcgType reader)
{
    if (v >= r->nb_vals || v == TCG_NO_VAL) {
        fprintf(out, "?%u", v);
    } else if (tcg_is_global(r, v)) {
        fputs(r->globals->global[tcg_global_index(v)].name, out);
    } else if (tcg_is_const(r, v)) {
        print_const(out, tcg_val(r, v), reader);
    } else {
        fprintf(out, "%%%u", v - r->globals->nb - 1);
    }
}

void tcg_print_op(FILE *out, const TcgRegion *r, const TcgOp *op)
{
    const TcgOpInfo *info = &tcg_op_info[op->code];
    const char *comma = " ";

    if (op->nb_out) {
        print_val(out, r, op->arg[0], TCG_NONE);
        fputs(" = ", out);
    }
    fputs(info->name, out);
    if (op->type != TCG_NONE) {
        fprintf(out, ".%s", tcg_type_name(op->type));
    }
    if (op->code == TCG_OP_call) {
        fprintf(out, " %s", op->helper->name);
        comma = ", ";
    }
    for (unsigned n = 0; n < op->nb_in; n++) {
        fputs(comma, out);
        print_val(out, r, tcg_op_in(op, n), tcg_in_type(op, n));
        comma = ", ";
    }
    for (unsigned n = 0; n < info->imms; n++) {
        fputs(comma, out);
        imm_print(out, imm_kind(op->code, n), op->imm[n]);
        comma = ", ";
    }
    if ((info->flags & TCG_ENDS_BLOCK) && !(info->flags & TCG_EXITS_REGION)) {
        fprintf(out, " -> %u", op->target ? op->target->id : ~0u);
    }
}

void tcg_print_globals(FILE *out, const TcgRegion *r)
{
    enum { PER_LINE = 8 };

    for (unsigned n = 0; n < r->globals->nb; n++) {
        const TcgGlobal *global = &r->globals->global[n];

        fprintf(out, "%s %s:%s@%u", n % PER_LINE == 0 ? "globals" : "", global->name,
                tcg_type_name(global->type), global->offset);
        if (global->heat >= 0) {
            fprintf(out, "!%d", global->heat);
        }
        if (n % PER_LINE == PER_LINE - 1 || n + 1 == r->globals->nb) {
            fputc('\n', out);
        }
    }
}

void tcg_print_region(FILE *out, const TcgRegion *r)
{
    if (r->pc || r->size) {
        fprintf(out, "region pc=%#" PRIx64 " size=%" PRIu64 "\n", r->pc, r->size);
    }
    for (const TcgBlock *block = r->first; block; block = block->next) {
        fprintf(out, "block %u%s:\n", block->id, block->cold ? " cold" : "");
        for (const TcgOp *op = block->first; op; op = op->next) {
            fputs("  ", out);
            tcg_print_op(out, r, op);
            fputc('\n', out);
        }
    }
}
