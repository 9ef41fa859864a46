/*
 * Cases that run: the region compiled for every backend, with all passes, with none but legalize and with
 * each one left out, without the operations that legalize can do in another way ("without: OPS": these are
 * left out everywhere); on x86 with each host feature switched off and with none too.
 *
 * Each "inputs" line is a run, with its "expect" lines behind it; both are NAME=VALUE words:
 *
 *   x1=5 f1=0x3ff0000000000000 q1=1:2   globals, a wide one by 64-bit lanes, lowest first
 *   x2=mem+8 [0]=0x1122                 mem: guest memory of 64-bit words, [N] the one at byte N; behind its
 *                                       4096 bytes is a page that is not there
 *   [0x10468]=7                         a word at or above 4096: of a page that is mapped there
 *   readonly=0x10000                    inputs: that page cannot be written
 *   state[1024]=7                       64 bits of the CPU state that are no global
 *   round=up                            rounding mode
 *   pending=1                           inputs: the vCPU has been asked to stop
 *   exit=syscall pc=0x1000              expect: the way out; exit=jump0: by goto_tb #0, pc: where to
 *   exit=fault addr=mem+8 write=1 misaligned=0   a guest fault; the registers are those at the fault
 *   flags=overflow.inexact              expect: the sticky flags; inputs clear them.  flags=none
 *
 * "expect interpreter" asks for what the interpreter makes of the region as it is, without passes: registers,
 * state, memory, flags and the way out.
 *
 * What is not mentioned is zero in inputs and not looked at in expect.  A backend that has no 256-bit
 * vectors skips regions that do.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "exec.h"

enum { PC_OFFSET = 2048, ROUND_SHIFT = 13 };

static const char *const round_names[] = { "nearest", "down", "up", "zero" };
static const struct {
    const char *name;
    uint32_t bits; /* of the MXCSR */
} flag_names[] = {
    { "none", 0 },     { "invalid", 1 },    { "divide", 4 },
    { "overflow", 8 }, { "underflow", 16 }, { "inexact", 32 },
};

/* ------------------------------------------------------------------ words */

static int find_global(const TcgGlobals *globals, const char *name)
{
    for (unsigned n = 0; n < globals->nb; n++) {
        if (strcmp(globals->global[n].name, name) == 0) {
            return n;
        }
    }
    return -1;
}

/* A number or "mem+N". */
static uint64_t parse_value(const Exec *e, const char *text)
{
    if (g_str_has_prefix(text, "mem")) {
        return (uintptr_t)e->mem + (text[3] ? g_ascii_strtoull(text + 4, NULL, 0) : 0);
    }
    return *text == '-' ? -g_ascii_strtoull(text + 1, NULL, 0) : g_ascii_strtoull(text, NULL, 0);
}

/* "[N]" or "state[N]": where it lies; NULL: neither, or out of bounds. */
static void *find_word(Exec *e, const char *name)
{
    bool state = g_str_has_prefix(name, "state[");
    uint64_t at = g_ascii_strtoull(name + (state ? strlen("state[") : 1), NULL, 0);

    if (state) {
        return at <= exec_state_size(e->c) - 8 ? e->m->state + at : NULL;
    }
    if (*name == '[' && at >= EXEC_MEM_SIZE) {
        return exec_page_word(e, at);
    }
    return *name == '[' && at <= EXEC_MEM_SIZE - 8 ? (uint8_t *)e->mem + at : NULL;
}

static int parse_round(Exec *e, const char *text)
{
    for (unsigned n = 0; n < G_N_ELEMENTS(round_names); n++) {
        if (strcmp(text, round_names[n]) == 0) {
            return (int)n;
        }
    }
    complain(e->c, "no rounding mode '%s'", text);
    return 0;
}

static uint32_t parse_flags(Exec *e, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ".", -1);
    uint32_t flags = 0;

    for (char **word = words; *word; word++) {
        unsigned n = 0;

        while (n < G_N_ELEMENTS(flag_names) && strcmp(flag_names[n].name, *word) != 0) {
            n++;
        }
        if (n == G_N_ELEMENTS(flag_names)) {
            complain(e->c, "no flag '%s'", *word);
        } else {
            flags |= flag_names[n].bits;
        }
    }
    return flags;
}

/* "NAME=VALUE" split in place; the value. */
static char *split_setting(char *word)
{
    char *value = strchr(word, '=');

    if (value) {
        *value++ = '\0';
    }
    return value;
}

/* ------------------------------------------------------------------ inputs */

/* The bytes of a global in lanes; a value without colon is the lowest, the others are zero. */
static void global_bytes(const Exec *e, const TcgGlobal *global, const char *value,
                         uint8_t bytes[32])
{
    g_auto(GStrv) lanes = g_strsplit(value, ":", 4);

    memset(bytes, 0, 32);
    for (unsigned n = 0; lanes[n]; n++) {
        uint64_t lane = parse_value(e, lanes[n]);

        memcpy(bytes + 8 * n, &lane, sizeof(lane));
    }
    memset(bytes + tcg_type_bits(global->type) / 8, 0, 32 - tcg_type_bits(global->type) / 8);
}

static void set_input(Exec *e, const char *name, const char *value)
{
    int global = find_global(e->m->target.globals, name);
    void *word = find_word(e, name);

    if (word) {
        uint64_t bits = parse_value(e, value);

        memcpy(word, &bits, sizeof(bits));
    } else if (strcmp(name, "round") == 0) {
        e->m->env->guest_mxcsr = IR_MXCSR | (uint32_t)parse_round(e, value) << ROUND_SHIFT;
    } else if (strcmp(name, "readonly") == 0) {
        exec_page_word(e, parse_value(e, value));
        e->readonly[e->nb_readonly++ % EXEC_MAX_READONLY] = parse_value(e, value);
    } else if (strcmp(name, "pending") == 0) {
        e->m->env->pending = (uint32_t)parse_value(e, value);
    } else if (global >= 0) {
        const TcgGlobal *g = &e->m->target.globals->global[global];
        uint8_t bytes[32];

        global_bytes(e, g, value, bytes);
        memcpy(e->m->state + g->offset, bytes, tcg_type_bits(g->type) / 8);
    } else {
        complain(e->c, "no global '%s'", name);
    }
}

static void set_inputs(Exec *e, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line + strlen("inputs"), " ", -1);

    memset(e->m->state, 0, IR_STATE_SIZE);
    memset(e->mem, 0, EXEC_MEM_SIZE);
    exec_drop_pages(e);
    e->m->env->guest_mxcsr = IR_MXCSR;
    e->m->env->pending = 0;
    for (char **word = words; *word; word++) {
        char *value = split_setting(*word);

        if (value) {
            set_input(e, *word, value);
        }
    }
    exec_protect_pages(e);
    if (e->c->guest && e->c->guest->fp_to_mxcsr) {
        e->m->env->guest_mxcsr = e->c->guest->fp_to_mxcsr(e->m->state);
    }
}

/* ------------------------------------------------------------------ results */

int exec_jump_taken(const Exec *e)
{
    for (unsigned n = 0; n < e->code->compiled.nb_jumps; n++) {
        if (e->exit->value == (uintptr_t)e->code->rx + e->code->jumps[n].site) {
            return (int)n;
        }
    }
    return -1;
}

static void check_exit(Exec *e, const char *wanted)
{
    static const char *const names[TCG_EXIT_COUNT] = {
        "lookup", "interrupt", "syscall", "illegal", "breakpoint",
        "fault",  "flush",     "fetch",   "state",
    };
    int jump = exec_jump_taken(e);
    g_autofree char *name = jump >= 0 ? g_strdup_printf("jump%d", jump)
                                      : g_strdup(names[e->exit->value % TCG_EXIT_COUNT]);

    if (strcmp(name, wanted) != 0) {
        complain(e->c, "%s: exit is %s, not %s", e->how, name, wanted);
    }
}

static void check_value(Exec *e, const char *name, uint64_t got, uint64_t wanted)
{
    if (got != wanted) {
        complain(e->c, "%s: %s is %#" PRIx64 ", not %#" PRIx64, e->how, name, got, wanted);
    }
}

static void check_global(Exec *e, const TcgGlobal *global, const char *value)
{
    uint8_t wanted[32], got[32] = { 0 };

    global_bytes(e, global, value, wanted);
    memcpy(got, e->m->state + global->offset, tcg_type_bits(global->type) / 8);
    for (unsigned n = 0; n < 32; n += 8) {
        uint64_t a, b;

        memcpy(&a, got + n, sizeof(a));
        memcpy(&b, wanted + n, sizeof(b));
        check_value(e, global->name, a, b);
    }
}

/* False: not one of these. */
static bool check_way_out(Exec *e, const char *name, const char *value)
{
    uint32_t mxcsr = e->m->env->guest_mxcsr;
    int jump = exec_jump_taken(e);

    if (strcmp(name, "exit") == 0) {
        check_exit(e, value);
    } else if (strcmp(name, "pc") == 0) {
        check_value(e, name, jump >= 0 ? e->code->jumps[jump].pc : e->exit->pc,
                    parse_value(e, value));
    } else if (strcmp(name, "addr") == 0) {
        check_value(e, name, e->exit->addr, parse_value(e, value));
    } else if (strcmp(name, "write") == 0) {
        check_value(e, name, e->exit->is_write, parse_value(e, value));
    } else if (strcmp(name, "misaligned") == 0) {
        check_value(e, name, e->exit->misaligned, parse_value(e, value));
    } else if (strcmp(name, "flags") == 0) {
        check_value(e, name, mxcsr & EXEC_FLAGS, parse_flags(e, value));
    } else if (strcmp(name, "round") == 0) {
        check_value(e, name, mxcsr >> ROUND_SHIFT & 3, (unsigned)parse_round(e, value));
    } else {
        return false;
    }
    return true;
}

static void check_output(Exec *e, const char *name, const char *value)
{
    int global = find_global(e->m->target.globals, name);
    const void *word = find_word(e, name);
    uint64_t bits;

    if (check_way_out(e, name, value)) {
        return;
    }
    if (word) {
        memcpy(&bits, word, sizeof(bits));
        check_value(e, name, bits, parse_value(e, value));
    } else if (global >= 0) {
        check_global(e, &e->m->target.globals->global[global], value);
    } else {
        complain(e->c, "no global '%s'", name);
    }
}

static void check_outputs(Exec *e, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line + strlen("expect"), " ", -1);

    for (char **word = words; *word; word++) {
        char *value = split_setting(*word);

        if (value) {
            check_output(e, *word, value);
        }
    }
}

/* ------------------------------------------------------------------ runs */

static void exec_lines(Exec *e)
{
    unsigned runs = 0, checks = 0;

    for (char **line = e->c->lines; *line; line++) {
        if (g_str_has_prefix(*line, "inputs")) {
            set_inputs(e, *line);
            e->exit = ir_run(e->m, e->code);
            runs++;
        } else if (strcmp(*line, "expect interpreter") == 0 && runs) {
            exec_compare(e, runs - 1);
            checks++;
        } else if (g_str_has_prefix(*line, "expect ") && runs) {
            check_outputs(e, *line);
            checks++;
        }
    }
    if (!runs || !checks) {
        complain(e->c, "nothing is run or checked");
    }
}

/* One way to compile a case. */
typedef struct Variant {
    const TcgBackend *backend;
    const char *features; /* as --host-features */
    uint64_t skip;        /* passes left out */
    bool poor;            /* the backend lacks all that legalize can do without */
    const char *how;
} Variant;

/* What the `without:` line says. */
static void take_away(Case *c, bool lacks[TCG_OP_COUNT])
{
    g_auto(GStrv) names = g_strsplit(c->without ? c->without : "", " ", -1);

    for (char **name = names; *name; name++) {
        unsigned code = 0;

        while (code < TCG_OP_COUNT && strcmp(tcg_op_info[code].name, *name) != 0) {
            code++;
        }
        if (code < TCG_OP_COUNT) {
            lacks[code] = true;
        } else {
            complain(c, "no operation '%s'", *name);
        }
    }
}

static void exec_variant(ExecCase *x, const Variant *variant)
{
    Case *c = x->c;
    Arena arena;
    TcgRegion *r;
    IrMachine m;
    IrCode code;
    char *error = NULL;
    g_autofree char *name =
        g_strdup_printf("%s %s, %s", variant->backend->name,
                        variant->features ? variant->features : "", variant->how);
    Exec e = { .c = c, .x = x, .m = &m, .code = &code, .mem = x->mem, .how = name };

    arena_init(&arena);
    r = tcg_parse_region(&arena, NULL, c->ir, &error);
    if (ir_takes(variant->backend, r)) {
        ir_machine_init(&m, variant->backend, variant->features, r->globals,
                        c->guest ? c->guest->pc_offset : PC_OFFSET);
        m.optimize = true;
        m.passes.skip = variant->skip;
        memset(m.lacks, variant->poor, sizeof(m.lacks));
        take_away(c, m.lacks);
        ir_compile(&m, r, &code);
        exec_lines(&e);
        exec_drop_pages(&e);
        ir_code_done(&code);
        ir_machine_done(&m);
    }
    arena_done(&arena);
}

/* legalize is never left out: it is no optimization. */
static uint64_t all_but_legalize(void)
{
    uint64_t legalize = 0;
    const char *error;

    tcg_pass_options_parse("legalize", &legalize, &error);
    return ~legalize;
}

static void exec_judge(ExecCase *x)
{
    Variant judge = { .backend = tcg_backend_by_name("tci"), .how = "no passes" };

    judge.skip = all_but_legalize();
    x->judging = true;
    exec_variant(x, &judge);
    x->judging = false;
}

static void exec_plain(ExecCase *x, const TcgBackend *backend, const char *features)
{
    Variant variant = { .backend = backend, .features = features, .how = "all passes" };

    exec_variant(x, &variant);
    variant.skip = all_but_legalize();
    variant.how = "no passes";
    exec_variant(x, &variant);
}

static void exec_poor(ExecCase *x, const TcgBackend *backend)
{
    Variant variant = { .backend = backend, .poor = true, .how = "few operations" };

    exec_variant(x, &variant);
}

static void exec_each_left_out(ExecCase *x, const TcgBackend *backend)
{
    Variant variant = { .backend = backend };

    for (unsigned n = 0; tcg_passes[n].name; n++) {
        g_autofree char *how = g_strdup_printf("without %s", tcg_passes[n].name);

        variant.skip = UINT64_C(1) << n;
        variant.how = how;
        if (strcmp(tcg_passes[n].name, "legalize") != 0) {
            exec_variant(x, &variant);
        }
    }
}

/* The first to run is the judge of "expect interpreter". */
void test_exec(Case *c)
{
    uint64_t *mem = mmap(NULL, 2 * EXEC_MEM_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ExecCase x = { .c = c, .mem = mem };

    g_assert_true(mem != MAP_FAILED);
    mprotect(mem, EXEC_MEM_SIZE, PROT_READ | PROT_WRITE);
    x.judged = g_ptr_array_new_with_free_func(exec_outcome_free);
    exec_judge(&x);
    for (unsigned n = 0; tcg_backends[n]; n++) {
        exec_plain(&x, tcg_backends[n], NULL);
        exec_each_left_out(&x, tcg_backends[n]);
        exec_poor(&x, tcg_backends[n]);
        if (strcmp(tcg_backends[n]->name, "x86") == 0) {
            for (unsigned k = 0; k < IR_FEATURE_SETS; k++) {
                exec_plain(&x, tcg_backends[n], ir_feature_sets[k]);
            }
        }
    }
    g_ptr_array_unref(x.judged);
    munmap(mem, 2 * EXEC_MEM_SIZE);
}
