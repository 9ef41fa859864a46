/*
 * Reduction of a failing region, as text: each step makes a shorter or simpler text and keeps it if it is
 * still a region that both sides run and differ on.
 *
 * Text is easy to cut and parser and verifier turn down what makes no sense.  Two more things must hold of
 * what is kept: it ends (each way back passes the countdown), and the IR says what it does (no
 * NaN's payload is looked at, no carry is other than 0 or 1), or the reduction would run away to
 * a difference that is none.
 */
#include "ir-reduce.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROUNDS = 6, FIRST_RUN = 32 };

/* ------------------------------------------------------------------ what a candidate must keep */

static bool is_const(const TcgRegion *r, TcgVal v, uint64_t max)
{
    return tcg_is_const(r, v) && tcg_val(r, v)->bits <= max;
}

/* fuel = sub.i64 fuel, 1 */
static bool is_countdown(const TcgRegion *r, const TcgOp *op)
{
    return op && op->code == TCG_OP_sub && tcg_op_out(op) == IR_RANDOM_FUEL + 1 &&
           tcg_op_in(op, 0) == IR_RANDOM_FUEL + 1 && tcg_is_const(r, tcg_op_in(op, 1)) &&
           tcg_val(r, tcg_op_in(op, 1))->bits == 1;
}

/* Ends in the countdown and a way out when it is over. */
static bool counts_down(const TcgRegion *r, const TcgBlock *block)
{
    const TcgOp *op = block ? block->last : NULL;

    return op && op->code == TCG_OP_brcond && op->imm[0] == TCG_COND_LE &&
           tcg_op_in(op, 0) == IR_RANDOM_FUEL + 1 && is_const(r, tcg_op_in(op, 1), 0) &&
           is_countdown(r, op->prev);
}

static bool is_target(const TcgRegion *r, const TcgBlock *wanted)
{
    for (const TcgBlock *block = r->first; block; block = block->next) {
        if (tcg_block_taken(block) == wanted) {
            return true;
        }
    }
    return false;
}

/* A block that branches backward is entered from the countdown in front of it alone. */
static bool goes_back_safely(const TcgRegion *r, const TcgBlock *block)
{
    const TcgBlock *taken = tcg_block_taken(block);

    for (const TcgBlock *b = r->first; taken && b != block->next; b = b->next) {
        if (b == taken) {
            return counts_down(r, block->prev) && !is_target(r, block);
        }
    }
    return true;
}

static bool is_arithmetic(const TcgOp *op)
{
    const TcgOpInfo *info = &tcg_op_info[op->code];

    return (info->shape == TCG_SHAPE_FLT || info->shape == TCG_SHAPE_F2F) &&
           (info->flags & TCG_FP_ENV);
}

/* The result goes through a fnan that follows, as the generator wrote it. */
static bool is_canonical(const TcgRegion *r, const TcgOp *op)
{
    const TcgOp *nan = op->next;

    return nan && nan->code == TCG_OP_fnan && nan->type == op->type &&
           tcg_op_in(nan, 0) == tcg_op_out(op) && !tcg_is_global(r, tcg_op_out(op)) &&
           is_const(r, tcg_op_in(nan, 1), UINT64_MAX) && tcg_val(r, tcg_op_in(nan, 1))->bits > 1;
}

/* Constants, or the `and` that the generator puts in front. */
static bool is_carry(const TcgRegion *r, TcgVal v)
{
    const TcgOp *def = tcg_is_global(r, v) ? NULL : tcg_val(r, v)->def;

    return is_const(r, v, 1) ||
           (def && def->code == TCG_OP_and && is_const(r, tcg_op_in(def, 1), 1));
}

static bool is_defined(const TcgRegion *r, const TcgOp *op)
{
    switch (op->code) {
    case TCG_OP_adc:
    case TCG_OP_adc_carry:
    case TCG_OP_sbb:
    case TCG_OP_sbb_borrow:
        return is_carry(r, tcg_op_in(op, 2));
    default:
        return (!is_arithmetic(op) || is_canonical(r, op)) &&
               (!op->nb_out || tcg_op_out(op) != IR_RANDOM_FUEL + 1 || is_countdown(r, op));
    }
}

static bool is_sound(const TcgRegion *r)
{
    if (!tcg_verify(r, "reduced", NULL)) {
        return false;
    }
    for (const TcgBlock *block = r->first; block; block = block->next) {
        if (!goes_back_safely(r, block)) {
            return false;
        }
        for (const TcgOp *op = block->first; op; op = op->next) {
            if (!is_defined(r, op)) {
                return false;
            }
        }
    }
    return true;
}

/* False: no sound region, or not one for this runner. */
static bool run_text(const IrRunner *runner, const char *text, const IrWorld *from, IrOutcome *ret)
{
    char *error = NULL;
    TcgRegion *r;
    Arena arena;
    bool sound;

    arena_init(&arena);
    r = tcg_parse_region(&arena, &ir_random_globals, text, &error);
    sound = r && is_sound(r) && ir_takes(runner->backend, r);
    if (sound) {
        ir_runner_run(runner, r, from, ret);
    }
    g_free(error);
    arena_done(&arena);
    return sound;
}

static bool differs(const IrFailure *f, const char *text, const IrWorld *from)
{
    IrOutcome want, got;

    return run_text(f->judge, text, from, &want) && run_text(f->runner, text, from, &got) &&
           want.exit != IR_CRASHED && !ir_outcome_equal(&want, &got);
}

/* ------------------------------------------------------------------ steps on the text */

/* Takes candidate. */
static bool try_text(IrFailure *f, char *candidate)
{
    if (!differs(f, candidate, &f->from)) {
        g_free(candidate);
        return false;
    }
    g_free(f->text);
    f->text = candidate;
    return true;
}

/* Lines [at, at + nb) become `instead`, or nothing. */
static char *with_lines(char **lines, unsigned at, unsigned nb, const char *instead)
{
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; lines[n]; n++) {
        const char *line = n < at || n >= at + nb ? lines[n] : n == at ? instead : NULL;

        if (line && *line) {
            g_string_append_printf(text, "%s\n", line);
        }
    }
    return g_string_free(text, FALSE);
}

static bool drop_lines(IrFailure *f, unsigned nb)
{
    bool progress = false;
    char **lines = g_strsplit(f->text, "\n", -1);

    /* From the end: uses before definitions. */
    for (unsigned n = g_strv_length(lines); n-- > 1;) {
        if (*lines[n] && try_text(f, with_lines(lines, n, nb, NULL))) {
            progress = true;
            g_strfreev(lines);
            lines = g_strsplit(f->text, "\n", -1);
            n = MIN(n, g_strv_length(lines));
        }
    }
    g_strfreev(lines);
    return progress;
}

/* A conditional branch becomes one that is always taken; any end of a block the end of the region. */
static bool simplify_end(IrFailure *f, char **lines, unsigned n)
{
    const char *arrow = strstr(lines[n], " -> ");
    g_autofree char *br = g_strdup_printf("  br%s", arrow ? arrow : "");

    if (!arrow) {
        return false;
    }
    return try_text(f, with_lines(lines, n, 1, "  exit_tb #syscall, #0x1000")) ||
           (strcmp(br, lines[n]) != 0 && try_text(f, with_lines(lines, n, 1, br)));
}

/* What an operand may become, simplest first. */
static const char *const simple[] = { "0", "1", "x1", "f1", "q0", "w0" };

static bool is_simpler(unsigned n, const char *operand)
{
    char *end;
    uint64_t bits = strtoull(operand, &end, 0);
    unsigned rank = *end ? (*operand == '%' ? 3 : 2) : (bits <= 1 ? (unsigned)bits : 2);

    return (n < 2 ? n : 2) < rank;
}

/* The line with its word n replaced; a comma behind it stays. */
static char *with_word(const char *line, unsigned n, const char *instead)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    char *old = words[n];

    words[n] = g_strconcat(instead, g_str_has_suffix(old, ",") ? "," : "", NULL);
    g_free(old);
    return g_strjoinv(" ", words);
}

/* The operand that is word `at` behind the operation's name.  False: there is none. */
static bool simplify_operand(IrFailure *f, char **lines, unsigned n, unsigned at)
{
    g_auto(GStrv) words = g_strsplit(lines[n], " ", -1); /* the line starts with two blanks */
    unsigned word = (words[3] && strcmp(words[3], "=") == 0 ? 5 : 3) + at;
    g_autofree char *operand = NULL;

    if (word >= g_strv_length(words) || strcmp(words[word], "->") == 0) {
        return false;
    }
    operand = g_strdup(words[word]);
    g_strdelimit(operand, ",", '\0');
    for (unsigned k = 0; *operand != '#' && k < G_N_ELEMENTS(simple); k++) {
        g_autofree char *line = with_word(lines[n], word, simple[k]);

        if (is_simpler(k, operand) && try_text(f, with_lines(lines, n, 1, line))) {
            break;
        }
    }
    return true;
}

static bool simplify_lines(IrFailure *f)
{
    g_autofree char *before = g_strdup(f->text);
    char **lines = g_strsplit(f->text, "\n", -1);

    for (unsigned n = 0; n < g_strv_length(lines); n++) {
        if (!g_str_has_prefix(lines[n], "  ")) {
            continue;
        }
        if (!simplify_end(f, lines, n)) {
            for (unsigned at = 0; simplify_operand(f, lines, n, at); at++) {
                g_strfreev(lines);
                lines = g_strsplit(f->text, "\n", -1);
            }
        }
        g_strfreev(lines);
        lines = g_strsplit(f->text, "\n", -1);
    }
    g_strfreev(lines);
    return strcmp(before, f->text) != 0;
}

/* ------------------------------------------------------------------ steps on the world */

static bool is_zero(const uint8_t *bytes, unsigned nb)
{
    for (unsigned n = 0; n < nb; n++) {
        if (bytes[n]) {
            return false;
        }
    }
    return true;
}

/* Bytes of f->from, down to words. */
static void clear_bytes(IrFailure *f, uint8_t *bytes, unsigned nb)
{
    uint8_t saved[MAX(IR_RANDOM_PC, IR_RANDOM_BUFFER)];

    if (is_zero(bytes, nb)) {
        return;
    }
    memcpy(saved, bytes, nb);
    memset(bytes, 0, nb);
    if (differs(f, f->text, &f->from)) {
        return;
    }
    memcpy(bytes, saved, nb);
    if (nb > 8) {
        clear_bytes(f, bytes, nb / 2);
        clear_bytes(f, bytes + nb / 2, nb - nb / 2);
    }
}

static void clear_world(IrFailure *f)
{
    clear_bytes(f, f->from.state, sizeof(f->from.state));
    clear_bytes(f, f->from.buffer, sizeof(f->from.buffer));
    clear_bytes(f, (uint8_t *)&f->from.round, sizeof(f->from.round));
    clear_bytes(f, (uint8_t *)&f->from.pending, sizeof(f->from.pending));
}

static void give_operations(IrFailure *f)
{
    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        if (f->runner->lacks[code]) {
            f->runner->lacks[code] = false;
            f->runner->lacks[code] = !differs(f, f->text, &f->from);
        }
    }
}

/* As the printer writes it. */
static void tidy(IrFailure *f)
{
    char *error = NULL;
    Arena arena;
    TcgRegion *r;

    arena_init(&arena);
    r = tcg_parse_region(&arena, &ir_random_globals, f->text, &error);
    g_assert_nonnull(r);
    g_free(f->text);
    f->text = ir_region_text(r);
    arena_done(&arena);
}

bool ir_can_reduce(const char *text)
{
    char *error = NULL;
    Arena arena;
    TcgRegion *r;
    bool sound;

    arena_init(&arena);
    r = tcg_parse_region(&arena, &ir_random_globals, text, &error);
    sound = r && is_sound(r);
    g_free(error);
    arena_done(&arena);
    return sound;
}

bool ir_reduce(IrFailure *f)
{
    bool progress = differs(f, f->text, &f->from);

    if (!progress) {
        return false;
    }
    for (unsigned round = 0; progress && round < MAX_ROUNDS; round++) {
        progress = false;
        for (unsigned nb = FIRST_RUN; nb > 0; nb /= 2) {
            progress |= drop_lines(f, nb);
        }
        progress |= simplify_lines(f);
        clear_world(f);
    }
    give_operations(f);
    tidy(f);
    return true;
}

/* ------------------------------------------------------------------ the file */

char *ir_region_text(const TcgRegion *r)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    tcg_print_region(out, r);
    fclose(out);
    return text;
}

static uint64_t word_at(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, bytes, size);
    return value;
}

/* NAME=VALUE, words of a wide register joined by colons. */
static void print_global(GString *text, const TcgGlobal *global, const uint8_t *state)
{
    unsigned bytes = tcg_type_bits(global->type) / 8;

    g_string_append_printf(text, " %s", global->name);
    for (unsigned n = 0; n < bytes; n += 8) {
        g_string_append_printf(text, "%c%#" PRIx64, n ? ':' : '=',
                               word_at(state + global->offset + n, MIN(8, bytes)));
    }
}

static bool is_changed(const uint8_t *a, const uint8_t *b, unsigned nb)
{
    return memcmp(a, b, nb) != 0;
}

/* What is not as in any of the others (NULL: none): of an input, what is not zero. */
static void print_world(GString *text, const IrWorld *world, const IrWorld *a, const IrWorld *b)
{
    static const char *const rounds[] = { "nearest", "down", "up", "zero" };

    for (unsigned n = 0; n < ir_random_globals.nb; n++) {
        const TcgGlobal *global = &ir_random_globals.global[n];
        unsigned bytes = tcg_type_bits(global->type) / 8, at = global->offset;

        if (n != IR_RANDOM_BASE && (is_changed(world->state + at, a->state + at, bytes) ||
                                    is_changed(world->state + at, b->state + at, bytes))) {
            print_global(text, global, world->state);
        }
    }
    for (unsigned n = IR_RANDOM_STATE; n < IR_RANDOM_STATE + IR_RANDOM_STATE_SIZE; n += 8) {
        if (is_changed(world->state + n, a->state + n, 8) ||
            is_changed(world->state + n, b->state + n, 8)) {
            g_string_append_printf(text, " state[%u]=%#" PRIx64, n, word_at(world->state + n, 8));
        }
    }
    for (unsigned n = 0; n < IR_RANDOM_BUFFER; n += 8) {
        if (is_changed(world->buffer + n, a->buffer + n, 8) ||
            is_changed(world->buffer + n, b->buffer + n, 8)) {
            g_string_append_printf(text, " [%u]=%#" PRIx64, n, word_at(world->buffer + n, 8));
        }
    }
    if (world->round != a->round || world->round != b->round) {
        g_string_append_printf(text, " round=%s", rounds[world->round]);
    }
}

static void print_flags(GString *text, uint32_t flags)
{
    static const char *const names[] = { "invalid",  NULL,        "divide",
                                         "overflow", "underflow", "inexact" };
    const char *dot = "";

    g_string_append(text, flags ? " flags=" : " flags=none");
    for (unsigned n = 0; n < G_N_ELEMENTS(names); n++) {
        if (flags >> n & 1) {
            g_string_append_printf(text, "%s%s", dot, names[n]);
            dot = ".";
        }
    }
}

static void print_exit(GString *text, const IrOutcome *want)
{
    static const char *const names[TCG_EXIT_COUNT] = {
        "lookup", "interrupt", "syscall", "illegal", "breakpoint",
        "fault",  "flush",     "fetch",   "state",
    };
    uint64_t base = word_at(want->world.state + ir_random_globals.global[IR_RANDOM_BASE].offset, 8);

    if (want->exit >= TCG_EXIT_COUNT) {
        g_string_append_printf(text, " exit=jump%" PRIu64, want->exit - TCG_EXIT_COUNT);
    } else {
        g_string_append_printf(text, " exit=%s", names[want->exit]);
    }
    g_string_append_printf(text, " pc=%#" PRIx64, want->pc);
    if (want->exit == TCG_EXIT_FAULT) {
        bool inside = want->fault_addr - base < 2 * IR_RANDOM_BUFFER;

        g_string_append_printf(text, " addr=%s%#" PRIx64 " %s=%d", inside ? "mem+" : "",
                               want->fault_addr - (inside ? base : 0),
                               want->misaligned ? "misaligned" : "write",
                               want->misaligned || want->is_write);
    }
    print_flags(text, want->flags);
}

static void print_globals_lines(GString *text)
{
    TcgRegion r = { .globals = &ir_random_globals };
    char *lines = NULL;
    size_t size;
    FILE *out = open_memstream(&lines, &size);

    tcg_print_globals(out, &r);
    fclose(out);
    g_string_append(text, lines);
    free(lines);
}

static void print_lacks(GString *text, const IrRunner *runner)
{
    const char *space = "without: ";

    for (unsigned code = 0; code < TCG_OP_COUNT; code++) {
        if (runner->lacks[code]) {
            g_string_append_printf(text, "%s%s", space, tcg_op_info[code].name);
            space = " ";
        }
    }
    g_string_append(text, *space == ' ' ? "\n" : "");
}

char *ir_failure_file(const IrFailure *f, const char *comment)
{
    GString *text = g_string_new(NULL);
    g_autofree IrWorld *zero = g_new0(IrWorld, 1);
    IrOutcome want, got;
    bool ran = run_text(f->judge, f->text, &f->from, &want);

    g_assert_true(ran);
    if (!run_text(f->runner, f->text, &f->from, &got) || got.exit == IR_CRASHED) {
        got = want;
    }
    g_string_append_printf(text, "# %s\nrun: exec\n", comment);
    print_lacks(text, f->runner);
    print_globals_lines(text);
    g_string_append(text, "inputs base=mem");
    print_world(text, &f->from, zero, zero);
    g_string_append_printf(text, "%s\nexpect", f->from.pending ? " pending=1" : "");
    print_exit(text, &want);
    print_world(text, &want.world, &f->from, &got.world);
    g_string_append_printf(text, "\n%s", f->text);
    return g_string_free(text, FALSE);
}
