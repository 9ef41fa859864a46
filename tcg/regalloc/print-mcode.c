/*
 * The text of -d ra: operations with their operands' places.
 */
#include <inttypes.h>

#include "tcg/backend.h"
#include "tcg/helper.h"

static void print_state_loc(FILE *out, const TcgGlobals *globals, int32_t offset)
{
    for (unsigned g = 0; g < globals->nb; g++) {
        if ((int32_t)globals->global[g].offset == offset) {
            fprintf(out, "[%s]", globals->global[g].name);
            return;
        }
    }
    fprintf(out, "[state+%d]", offset);
}

static void print_loc(FILE *out, const TcgTarget *target, const TcgMcode *mcode, TcgLoc loc)
{
    switch (loc.kind) {
    case TCG_LOC_REG:
        fputs(target->backend->reg_names[loc.reg], out);
        break;
    case TCG_LOC_STATE:
        print_state_loc(out, target->globals, loc.offset);
        break;
    case TCG_LOC_FRAME:
        fprintf(out, "[frame+%d]", loc.offset);
        break;
    case TCG_LOC_CONST:
        fprintf(out, "%#" PRIx64, tcg_val(mcode->region, loc.val)->bits);
        break;
    default:
        fputs("-", out);
    }
}

static const char *mop_name(const TcgMop *mop)
{
    return mop->code == TCG_MOP_MOVE   ? "move"
           : mop->code == TCG_MOP_SWAP ? "swap"
                                       : tcg_op_info[mop->code].name;
}

static void print_state(FILE *out, const TcgTarget *target, const TcgMcode *mcode,
                        const TcgMop *mop)
{
    fputs("  {", out);
    for (unsigned i = 0; i < mop->nb_state; i++) {
        fprintf(out, "%s%s:", i ? " " : "", target->globals->global[mop->state[i].global].name);
        print_loc(out, target, mcode, mop->state[i].loc);
    }
    fputs("}", out);
}

static void print_mop(FILE *out, const TcgTarget *target, const TcgMcode *mcode, const TcgMop *mop)
{
    if (mop->code == TCG_OP_insn_start) {
        fprintf(out, " ---- %#" PRIx64 "\n", mop->op->imm[0]);
        return;
    }
    fputs("    ", out);
    if (mop->out.kind != TCG_LOC_NONE) {
        print_loc(out, target, mcode, mop->out);
        fputs(" = ", out);
    }
    fputs(mop_name(mop), out);
    if (mop->type != TCG_NONE) {
        fprintf(out, ".%s", tcg_type_name(mop->type));
    }
    for (unsigned n = 0; n < mop->nb_in; n++) {
        fputs(n ? ", " : " ", out);
        print_loc(out, target, mcode, mop->in[n]);
    }
    if (mop->code == TCG_OP_call) {
        fprintf(out, " %s", mop->op->helper->name);
    } else if (mop->op) {
        for (unsigned i = 0; i < tcg_op_info[mop->op->code].imms; i++) {
            fprintf(out, ", #%#" PRIx64, mop->op->imm[i]);
        }
    }
    if (mop->target) {
        fprintf(out, " -> %p", (void *)mop->target);
    }
    if (mop->has_state) {
        print_state(out, target, mcode, mop);
    }
    fputc('\n', out);
}

void tcg_print_mcode(FILE *out, const TcgTarget *target, const TcgMcode *mcode)
{
    for (const TcgMblock *block = mcode->first; block; block = block->next) {
        if (block->block) {
            fprintf(out, "block %u%s: (%p)\n", block->block->id, block->cold ? " cold" : "",
                    (const void *)block);
        } else {
            fprintf(out, "edge%s: (%p)\n", block->cold ? " cold" : "", (const void *)block);
        }
        for (unsigned i = 0; i < block->nb_mops; i++) {
            print_mop(out, target, mcode, &block->mops[i]);
        }
    }
}
