/*
 * parse(print(r)) equals r: the check of printer and parser on a region that comes from elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "tcg/helper.h"
#include "tcg/ir.h"

static char *to_text(const TcgRegion *r)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    tcg_print_region(out, r);
    fclose(out);
    return text;
}

/* The parser finds helpers by name: those nobody registered have none. */
static bool has_unnamed_helper(const TcgRegion *r)
{
    for (const TcgBlock *block = r->first; block; block = block->next) {
        for (const TcgOp *op = block->first; op; op = op->next) {
            if (op->code == TCG_OP_call && tcg_helper_by_name(op->helper->name) != op->helper) {
                return true;
            }
        }
    }
    return false;
}

bool tcg_check_text(const TcgRegion *r, FILE *out)
{
    char *text, *again = NULL, *error = NULL;
    TcgRegion *copy;
    Arena arena;
    bool same;

    if (has_unnamed_helper(r)) {
        return true;
    }
    arena_init(&arena);
    text = to_text(r);
    copy = tcg_parse_region(&arena, r->globals, text, &error);
    again = copy ? to_text(copy) : error;
    same = copy && strcmp(text, again) == 0;
    if (!same) {
        fprintf(out, "IR text does not come back from the parser:\n%s\n%s", text, again);
    }
    free(text);
    free(again);
    arena_done(&arena);
    return same;
}
