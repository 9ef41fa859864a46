/*
 * Text to IR: the inverse of print.c, line by line.
 *
 * %N in the text is the value nb_globals + 1 + N, as print.c names it, so a region keeps its
 * numbers through text and back; constants come behind the highest of them.  Wrong types and
 * undefined temporaries are left for tcg_verify(), so that tests can write them down.
 */
#include <ctype.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "imm.h"
#include "tcg/helper.h"
#include "tcg/ir.h"

enum {
    MAX_TEMPS = 1 << 20,
    MAX_BLOCKS = 1 << 16,
    MAX_OFFSET = INT32_MAX - 32, /* of a global: a displacement reaches its end */
};

typedef struct Parser {
    TcgRegion *r;
    Arena *arena;
    const char *at; /* rest of the current line */
    unsigned line;
    char word[128];    /* the last word read */
    TcgBlock **blocks; /* by number; NULL: not mentioned yet */
    unsigned nb_blocks;
    uint8_t *labelled; /* by number: its label has been read */
    TcgBlock *block;
    char *error;
} Parser;

static bool fail(Parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(Parser *p, const char *format, ...)
{
    if (!p->error) {
        va_list args;
        char *message;

        va_start(args, format);
        message = g_strdup_vprintf(format, args);
        va_end(args);
        p->error = g_strdup_printf("line %u: %s", p->line, message);
        g_free(message);
    }
    return false;
}

/* Blanks, and the comment that ends a line: '#' before a blank (immediates follow theirs directly). */
static void skip_blanks(Parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\r') {
        p->at++;
    }
    if (*p->at == '#' && (p->at[1] == '\0' || isspace((unsigned char)p->at[1]))) {
        p->at += strlen(p->at);
    }
}

static bool accept(Parser *p, const char *text)
{
    skip_blanks(p);
    if (strncmp(p->at, text, strlen(text)) != 0) {
        return false;
    }
    p->at += strlen(text);
    return true;
}

static bool at_end(Parser *p)
{
    skip_blanks(p);
    return *p->at == '\0';
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-' || c == '%';
}

/* A name or a number into p->word. */
static bool read_word(Parser *p)
{
    size_t n = 0;

    skip_blanks(p);
    /* "->" is not part of a word, "-1" is one. */
    while (is_word_char(p->at[n]) && !(p->at[n] == '-' && p->at[n + 1] == '>')) {
        n++;
    }
    if (n == 0 || n >= sizeof(p->word)) {
        return fail(p, "expected a name or number at '%s'", p->at);
    }
    memcpy(p->word, p->at, n);
    p->word[n] = '\0';
    p->at += n;
    return true;
}

static bool to_number(const char *text, uint64_t *ret)
{
    return imm_parse(text, IMM_NUMBER, ret);
}

static bool read_number(Parser *p, uint64_t *ret)
{
    if (!read_word(p)) {
        return false;
    }
    return to_number(p->word, ret) || fail(p, "'%s' is not a number", p->word);
}

/* "%12" to 12. */
static bool temp_number(const char *word, uint64_t *ret)
{
    char *end;

    if (word[0] != '%' || !isdigit((unsigned char)word[1])) {
        return false;
    }
    *ret = strtoull(word + 1, &end, 10);
    return *end == '\0' && *ret < MAX_TEMPS;
}

static TcgVal find_global(const TcgRegion *r, const char *name)
{
    for (unsigned n = 0; n < r->globals->nb; n++) {
        if (strcmp(r->globals->global[n].name, name) == 0) {
            return n + 1;
        }
    }
    return TCG_NO_VAL;
}

static bool parse_type(const char *text, TcgType *ret)
{
    for (unsigned type = TCG_I32; type < TCG_TYPE_COUNT; type++) {
        if (strcmp(tcg_type_name(type), text) == 0) {
            *ret = type;
            return true;
        }
    }
    return false;
}

/* p->word as a variable: a global or a temporary. */
static bool word_to_variable(Parser *p, TcgVal *ret)
{
    uint64_t number;

    *ret = find_global(p->r, p->word);
    if (*ret) {
        return true;
    }
    if (!temp_number(p->word, &number)) {
        return fail(p, "unknown value '%s'", p->word);
    }
    *ret = 1 + p->r->globals->nb + number;
    return true;
}

static bool read_input(Parser *p, TcgOp *op, unsigned n)
{
    uint64_t bits;
    TcgVal v;

    if (!read_word(p)) {
        return false;
    }
    if (to_number(p->word, &bits)) {
        v = tcg_const(p->r, tcg_in_type(op, n), bits);
    } else if (!word_to_variable(p, &v)) {
        return false;
    }
    op->arg[op->nb_out + n] = v;
    return true;
}

static bool read_imm(Parser *p, TcgOp *op, unsigned n)
{
    if (!accept(p, "#")) {
        return fail(p, "%s wants %u immediates", tcg_op_info[op->code].name,
                    tcg_op_info[op->code].imms);
    }
    if (!read_word(p)) {
        return false;
    }
    return imm_parse(p->word, imm_kind(op->code, n), &op->imm[n]) ||
           fail(p, "bad immediate '#%s' of %s", p->word, tcg_op_info[op->code].name);
}

static void grow_blocks(Parser *p, unsigned nb)
{
    TcgBlock **blocks = arena_array(p->arena, TcgBlock *, nb);
    uint8_t *labelled = arena_array(p->arena, uint8_t, nb);

    if (p->nb_blocks) {
        memcpy(blocks, p->blocks, p->nb_blocks * sizeof(*blocks));
        memcpy(labelled, p->labelled, p->nb_blocks);
    }
    p->blocks = blocks;
    p->labelled = labelled;
    p->nb_blocks = nb;
}

static TcgBlock *block_by_number(Parser *p, uint64_t number)
{
    if (number >= MAX_BLOCKS) {
        fail(p, "block number too large");
        return NULL;
    }
    if (number >= p->nb_blocks) {
        grow_blocks(p, 2 * number + 16);
    }
    if (!p->blocks[number]) {
        unsigned nb = p->r->nb_blocks;

        p->blocks[number] = tcg_block_new(p->r);
        p->blocks[number]->id = number;
        p->r->nb_blocks = MAX(nb, number + 1);
    }
    return p->blocks[number];
}

static bool read_target(Parser *p, TcgOp *op)
{
    uint64_t number;

    if (!accept(p, "->")) {
        return fail(p, "%s wants '-> BLOCK'", tcg_op_info[op->code].name);
    }
    if (!read_number(p, &number)) {
        return false;
    }
    op->target = block_by_number(p, number);
    return op->target != NULL;
}

static bool find_opcode(const char *name, TcgOpcode *ret)
{
    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        if (strcmp(tcg_op_info[code].name, name) == 0) {
            *ret = code;
            return true;
        }
    }
    return false;
}

/* "add.i64" in p->word. */
static TcgOp *parse_opcode(Parser *p)
{
    char *dot = strchr(p->word, '.');
    TcgType type = TCG_NONE;
    TcgOpcode code;

    if (dot) {
        *dot = '\0';
        if (!parse_type(dot + 1, &type)) {
            fail(p, "unknown type '%s'", dot + 1);
            return NULL;
        }
    }
    if (!find_opcode(p->word, &code)) {
        fail(p, "unknown operation '%s'", p->word);
        return NULL;
    }
    return tcg_op_new(p->r, code, type);
}

static bool read_helper(Parser *p, TcgOp *op)
{
    if (!read_word(p)) {
        return false;
    }
    op->helper = tcg_helper_by_name(p->word);
    if (!op->helper) {
        return fail(p, "unknown helper '%s'", p->word);
    }
    op->nb_in = op->helper->nb_args;
    op->nb_out = op->helper->ret != TCG_NONE;
    return true;
}

static bool define_output(Parser *p, TcgOp *op, TcgVal out)
{
    TcgRegion *r = p->r;
    TcgType type;

    if (!op->nb_out != !out) {
        return fail(p, "%s %s", tcg_op_info[op->code].name,
                    op->nb_out ? "has an output" : "has no output");
    }
    if (!out) {
        return true;
    }
    op->arg[0] = out;
    type = op->code == TCG_OP_call ? op->type : tcg_out_type(op->code, op->type);
    /* A second definition leaves the first one in place: the verifier sees two. */
    if (!tcg_is_global(r, out) && r->vals[out].kind == TCG_VAL_NONE) {
        r->vals[out] = (TcgValue){ .kind = TCG_VAL_TEMP, .type = type, .def = op };
    }
    return true;
}

static bool read_operands(Parser *p, TcgOp *op)
{
    const TcgOpInfo *info = &tcg_op_info[op->code];
    bool first = op->code != TCG_OP_call;

    for (unsigned n = 0; n < op->nb_in; n++, first = false) {
        if (!first && !accept(p, ",")) {
            return fail(p, "%s wants %u inputs", info->name, op->nb_in);
        }
        if (!read_input(p, op, n)) {
            return false;
        }
    }
    for (unsigned n = 0; n < info->imms; n++, first = false) {
        if (!first && !accept(p, ",")) {
            return fail(p, "%s wants %u immediates", info->name, info->imms);
        }
        if (!read_imm(p, op, n)) {
            return false;
        }
    }
    if ((info->flags & TCG_ENDS_BLOCK) && !(info->flags & TCG_EXITS_REGION)) {
        return read_target(p, op);
    }
    return true;
}

static bool note_jump(Parser *p, const TcgOp *op)
{
    if (op->code != TCG_OP_goto_tb) {
        return true;
    }
    if (op->imm[0] >= TCG_MAX_JUMPS) {
        return fail(p, "jump number too large");
    }
    p->r->nb_jumps = MAX(p->r->nb_jumps, (unsigned)op->imm[0] + 1);
    return true;
}

static bool parse_op(Parser *p)
{
    TcgVal out = TCG_NO_VAL;
    TcgOp *op;

    if (!p->block) {
        return fail(p, "operation outside a block");
    }
    if (accept(p, "=")) {
        if (!word_to_variable(p, &out) || !read_word(p)) {
            return false;
        }
    }
    op = parse_opcode(p);
    if (!op || (op->code == TCG_OP_call && !read_helper(p, op)) || !define_output(p, op, out) ||
        !read_operands(p, op) || !note_jump(p, op)) {
        return false;
    }
    tcg_append_op(p->block, op);
    return at_end(p) || fail(p, "unexpected '%s'", p->at);
}

static bool parse_block_label(Parser *p)
{
    uint64_t number;
    TcgBlock *block;

    if (!read_number(p, &number)) {
        return false;
    }
    block = block_by_number(p, number);
    if (!block) {
        return false;
    }
    if (p->labelled[number]++) {
        return fail(p, "block %u is there twice", block->id);
    }
    /* Blocks made by forward branches wait at the end of the layout. */
    tcg_block_move(p->r, block, p->block);
    p->block = block;
    block->cold = accept(p, "cold");
    return (accept(p, ":") && at_end(p)) || fail(p, "expected ':' after the block's number");
}

static bool parse_region_line(Parser *p)
{
    while (!at_end(p)) {
        if (accept(p, "pc=")) {
            if (!read_number(p, &p->r->pc)) {
                return false;
            }
        } else if (accept(p, "size=")) {
            if (!read_number(p, &p->r->size)) {
                return false;
            }
        } else {
            return fail(p, "unexpected '%s'", p->at);
        }
    }
    return true;
}

/* Nothing that the text form reads as something else. */
static bool is_global_name(const char *name)
{
    if (!isalpha((unsigned char)name[0]) && name[0] != '_') {
        return false;
    }
    for (const char *at = name; *at; at++) {
        if (!isalnum((unsigned char)*at) && *at != '_' && *at != '.') {
            return false;
        }
    }
    return strcmp(name, "globals") && strcmp(name, "region") && strcmp(name, "block");
}

/* "x1:i64@8!0" */
static bool parse_global(Parser *p, const char *text, TcgGlobal *ret)
{
    char name[32], type_name[8], offset_text[12], heat_text[8] = "-1";
    TcgType type;
    uint64_t offset, heat;
    int end = 0;

    if (sscanf(text, "%31[^:]:%7[^@]@%11[^!]%n!%7s%n", name, type_name, offset_text, &end,
               heat_text, &end) < 3 ||
        text[end] || !is_global_name(name) || !parse_type(type_name, &type) || type > TCG_V256 ||
        !to_number(offset_text, &offset) || offset > MAX_OFFSET || !to_number(heat_text, &heat) ||
        (int64_t)heat < -1 || (int64_t)heat > INT16_MAX) {
        return fail(p, "bad global '%s', want NAME:TYPE@OFFSET!HEAT", text);
    }
    *ret = (TcgGlobal){ .type = type, .offset = (uint32_t)offset, .heat = (int16_t)heat };
    ret->name = strcpy(arena_alloc(p->arena, strlen(name) + 1), name);
    return true;
}

static bool overlap(const TcgGlobal *a, const TcgGlobal *b)
{
    return a->offset < b->offset + tcg_type_bits(b->type) / 8 &&
           b->offset < a->offset + tcg_type_bits(a->type) / 8;
}

/* Each has a name, a place in the state and one in the order of heat of its class. */
static bool check_new_global(Parser *p, const TcgGlobal *globals, unsigned nb)
{
    const TcgGlobal *added = &globals[nb];

    for (const TcgGlobal *g = globals; g < added; g++) {
        if (strcmp(g->name, added->name) == 0) {
            return fail(p, "globals %s and %s have the same name", g->name, added->name);
        }
        if (overlap(g, added)) {
            return fail(p, "globals %s and %s overlap", g->name, added->name);
        }
        if (g->heat >= 0 && g->heat == added->heat &&
            tcg_type_is_int(g->type) == tcg_type_is_int(added->type)) {
            return fail(p, "globals %s and %s have the same place in the order of heat", g->name,
                        added->name);
        }
    }
    return true;
}

static bool parse_globals_line(Parser *p, const char *line, TcgGlobal *globals, unsigned *nb)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);

    for (char **word = words; *word && strcmp(*word, "#") != 0; word++) {
        if (!**word) {
            continue;
        }
        if (*nb == TCG_MAX_GLOBALS) {
            return fail(p, "too many globals");
        }
        if (!parse_global(p, *word, &globals[*nb]) || !check_new_global(p, globals, *nb)) {
            return false;
        }
        (*nb)++;
    }
    return true;
}

/* All "globals" lines of the text. */
static const TcgGlobals *parse_globals(Parser *p, char *const *lines)
{
    TcgGlobals *globals = arena_new(p->arena, TcgGlobals);
    TcgGlobal *global = arena_array(p->arena, TcgGlobal, TCG_MAX_GLOBALS);

    globals->global = global;
    for (unsigned n = 0; lines[n]; n++) {
        p->line = n + 1;
        if (g_str_has_prefix(lines[n], "globals ") &&
            !parse_globals_line(p, lines[n] + strlen("globals "), global, &globals->nb)) {
            return NULL;
        }
    }
    return globals;
}

/* Keep the values that the text names free for it. */
static void reserve_temps(TcgRegion *r, const char *text)
{
    uint64_t nb = 0, number;

    for (const char *at = text; *at; at++) {
        if (*at == '%' && isdigit((unsigned char)at[1])) {
            number = strtoull(at + 1, NULL, 10);
            nb = number < MAX_TEMPS ? MAX(nb, number + 1) : nb;
        }
    }
    while (nb--) {
        TcgVal v = tcg_temp(r, TCG_NONE); /* may move vals */

        r->vals[v].kind = TCG_VAL_NONE;
    }
}

static bool parse_line(Parser *p, const char *line)
{
    p->at = line;
    if (at_end(p) || g_str_has_prefix(line, "globals ")) {
        return true;
    }
    if (!read_word(p)) {
        return false;
    }
    if (strcmp(p->word, "region") == 0) {
        return parse_region_line(p);
    }
    if (strcmp(p->word, "block") == 0) {
        return parse_block_label(p);
    }
    return parse_op(p);
}

/* Those that only branches name wait behind the last one that has a label. */
static bool check_labels(Parser *p)
{
    const TcgBlock *block = p->block ? p->block->next : p->r->first;

    p->line--; /* the last one */
    return !block || fail(p, "block %u is not there", block->id);
}

TcgRegion *tcg_parse_region(Arena *arena, const TcgGlobals *globals, const char *text,
                            char **ret_error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Parser p = { .arena = arena };

    if (!globals) {
        globals = parse_globals(&p, lines);
    }
    if (globals) {
        p.r = tcg_region_new(arena, globals);
        reserve_temps(p.r, text);
        for (p.line = 1; lines[p.line - 1]; p.line++) {
            if (!parse_line(&p, lines[p.line - 1])) {
                break;
            }
        }
        if (!p.error) {
            check_labels(&p);
        }
    }
    if (p.error) {
        *ret_error = p.error;
        return NULL;
    }
    return p.r;
}
