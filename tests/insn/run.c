/*
 * Instruction tests: one line per case, run through the accelerator, compared with the line.
 *
 *     mulw x3, x1, x2 | x1=0x7fffffff x2=2 | x3=-2
 *
 * Instructions (`;` between several, .2byte and .4byte for raw ones), the state before, the state
 * after.  Registers not named before hold a pattern of their own; those not named after must be
 * as before.  What can be named:
 *
 *     any register of the guest, by both its names
 *     m8[mem+1] m16[..] m32[..] m64[..]   guest memory; mem is the start of a page of it
 *     cpu    before only: the processor, as the --cpu option has it
 *     pc     after only: where the run ended, next being behind the last instruction and start the
 *            first one (default: next)
 *     exit   after only: break, syscall, illegal, fault (default: break)
 *
 * Values: numbers, mem+N, start+N, next+N, s:1.5 (single, boxed), d:1.5 (double), ? (after: any).
 * Behind and around the instructions memory holds the guest's breakpoint instruction, so every
 * jump ends the run.
 *
 * insn-run [--arch=NAME] [--backend=NAME] [--host-features=LIST] [--cpu=LIST] FILE...[:LINE]
 * insn-run --print ... FILE   prints each line's encoding and state after instead of comparing
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <glib.h>

#include "accel/accel.h"
#include "target/guest.h"
#include "target/insn-table.h"

enum { PAGE = 4096, MAX_INSNS = 64, MAX_STATE = 4096, CODE_SIZE = 512 };

/* Where the data page is mapped, and where code seems to be. */
static const GuestAddr mem_addr = 0x10000000, code_addr = 0x20000000;

typedef struct Options {
    const char *arch;
    const char *cpu;
    AccelOptions accel;
    bool print;
    unsigned only_line; /* 0: all */
} Options;

/* The case being run. */
typedef struct Case {
    const GuestArch *arch;
    uint8_t code[CODE_SIZE];
    size_t code_size;
    GuestAddr start, next;
    uint8_t *mem;
    uint8_t mem_before[PAGE];
    uint8_t state_before[MAX_STATE];
    GuestAddr want_pc;
    VcpuExit want_exit;
    bool any_pc;
    GString *complaints;
} Case;

static Case current;
static Vcpu vcpu;

/* Guest memory and signals */

static size_t fetch_code(GuestAddr pc, void *buf, size_t size, int *ret_code)
{
    if (pc - current.start >= CODE_SIZE) {
        *ret_code = SEGV_MAPERR;
        return 0;
    }
    size = MIN(size, CODE_SIZE - (pc - current.start));
    memcpy(buf, current.code + (pc - current.start), size);
    return size;
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
    if (!accel_tcg.handle_fault(&vcpu, info, context)) {
        signal(signo, SIG_DFL);
    }
}

static uint8_t *map_memory(void)
{
    void *mem = mmap((void *)(uintptr_t)mem_addr, PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (mem == MAP_FAILED) {
        g_error("cannot map the test page: %s", g_strerror(errno));
    }
    return mem;
}

static void catch_faults(void)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

/* Reading a line */

static void complain(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void complain(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_string_append_vprintf(current.complaints, format, args);
    g_string_append_c(current.complaints, '\n');
    va_end(args);
}

static bool parse_float(const char *text, uint64_t *ret)
{
    char *end;
    double d = strtod(text + 2, &end);
    float f = strtof(text + 2, NULL);
    uint32_t low;

    if (end == text + 2 || *end) {
        return false;
    }
    if (*text == 'd') {
        memcpy(ret, &d, sizeof(d));
    } else {
        memcpy(&low, &f, sizeof(low));
        *ret = UINT64_C(0xffffffff00000000) | low;
    }
    return true;
}

/* A place name with an offset: false if text does not begin with name. */
static bool parse_place(const char *text, const char *name, uint64_t base, uint64_t *ret)
{
    size_t length = strlen(name);
    char *end;

    if (strncmp(text, name, length)) {
        return false;
    }
    *ret = base + strtoull(text + length, &end, 0);
    return !*end;
}

static bool parse_value(const char *text, uint64_t *ret)
{
    char *end;

    if (g_str_has_prefix(text, "s:") || g_str_has_prefix(text, "d:")) {
        return parse_float(text, ret);
    }
    if (parse_place(text, "mem", mem_addr, ret) || parse_place(text, "start", current.start, ret) ||
        parse_place(text, "next", current.next, ret)) {
        return true;
    }
    *ret = *text == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
    return end != text && !*end;
}

static const GuestReg *find_reg(const char *name)
{
    const GuestArch *arch = current.arch;

    for (unsigned i = 0; i < arch->nb_regs; i++) {
        const GuestReg *reg = &arch->regs[i];

        if (!strcmp(reg->name, name) || (reg->arch_name && !strcmp(reg->arch_name, name))) {
            return reg;
        }
    }
    return NULL;
}

/* m8[mem+3]: the bytes of a cell; NULL if it is none. */
static uint8_t *find_cell(const char *name, unsigned *ret_size)
{
    uint64_t addr;
    char *end, *inner;
    bool ok;

    if (*name != 'm' || !g_ascii_isdigit(name[1])) {
        return NULL;
    }
    *ret_size = strtoul(name + 1, &end, 10) / 8;
    if (*end != '[' || !g_str_has_suffix(end, "]")) {
        return NULL;
    }
    inner = g_strndup(end + 1, strlen(end) - 2);
    ok = parse_value(inner, &addr) && addr >= mem_addr && addr + *ret_size <= mem_addr + PAGE;
    g_free(inner);
    return ok ? current.mem + (addr - mem_addr) : NULL;
}

static bool set_exit(const char *value)
{
    static const char *const names[VCPU_EXIT_COUNT] = {
        [VCPU_SYSCALL] = "syscall",
        [VCPU_FAULT] = "fault",
        [VCPU_ILLEGAL] = "illegal",
        [VCPU_BREAKPOINT] = "break",
    };

    for (unsigned i = 0; i < VCPU_EXIT_COUNT; i++) {
        if (names[i] && !strcmp(names[i], value)) {
            current.want_exit = i;
            return true;
        }
    }
    return false;
}

/* name=value of the state after that is no register or cell. */
static bool parse_run_end(const char *name, const char *value)
{
    if (!strcmp(name, "exit")) {
        return set_exit(value);
    }
    if (strcmp(name, "pc")) {
        return false;
    }
    current.any_pc = !strcmp(value, "?");
    return current.any_pc || parse_value(value, &current.want_pc);
}

/* Put name=value in the state and memory given; with seen, what was there before for any value. */
static bool assign(const char *name, const char *value, uint8_t *state, const uint8_t *seen_state)
{
    const GuestReg *reg = find_reg(name);
    unsigned size = 0;
    uint8_t *cell = find_cell(name, &size);
    uint64_t bits = 0;

    if (reg && seen_state && !strcmp(value, "?")) {
        memcpy(state + reg->offset, seen_state + reg->offset, reg->bits / 8);
        return true;
    }
    if (!parse_value(value, &bits)) {
        return false;
    }
    if (reg) {
        memcpy(state + reg->offset, &bits, reg->bits / 8);
    } else if (cell) {
        memcpy(cell, &bits, size);
    }
    return reg || cell;
}

static bool assign_all(const char *text, uint8_t *state, const uint8_t *seen_state)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);

    for (unsigned i = 0; words[i]; i++) {
        char *equals = strchr(words[i], '=');

        if (!*words[i]) {
            continue;
        }
        if (!equals) {
            complain("expected name=value, not %s", words[i]);
            return false;
        }
        *equals = 0;
        if (!(seen_state && parse_run_end(words[i], equals + 1)) &&
            !assign(words[i], equals + 1, state, seen_state)) {
            complain("bad assignment %s=%s", words[i], equals + 1);
            return false;
        }
    }
    return true;
}

static unsigned assemble_one(const char *text, GuestAddr pc, uint32_t *ret)
{
    if (g_str_has_prefix(text, ".2byte ") || g_str_has_prefix(text, ".4byte ")) {
        *ret = (uint32_t)strtoull(text + 7, NULL, 0);
        return text[1] - '0';
    }
    return insn_assemble(current.arch->insns, text, pc, ret);
}

static bool assemble(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, ";", -1);

    current.code_size = 0;
    for (unsigned i = 0; lines[i]; i++) {
        GuestAddr pc = current.start + current.code_size;
        uint32_t insn;
        unsigned size = assemble_one(g_strstrip(lines[i]), pc, &insn);

        if (!size || current.code_size + size > CODE_SIZE) {
            complain("cannot assemble: %s", lines[i]);
            return false;
        }
        memcpy(current.code + current.code_size, &insn, size);
        current.code_size += size;
    }
    current.next = current.start + current.code_size;
    return true;
}

/* The guest's shortest breakpoint instruction everywhere. */
static void fill_breakpoints(void)
{
    uint32_t insn = 0;
    unsigned size = insn_assemble(current.arch->insns, "c.ebreak", 0, &insn);

    if (!size) {
        size = insn_assemble(current.arch->insns, "ebreak", 0, &insn);
    }
    for (size_t i = 0; i + size <= CODE_SIZE; i += size) {
        memcpy(current.code + i, &insn, size);
    }
}

/* Every register gets a number that no other has, odd and with the top bit changing. */
static void fill_registers(uint8_t *state)
{
    for (unsigned i = 0; i < current.arch->nb_regs; i++) {
        const GuestReg *reg = &current.arch->regs[i];
        uint64_t bits = UINT64_C(0x9e3779b97f4a7c15) * (i + 1) | 1;

        if (reg->global >= 0) {
            memcpy(state + reg->offset, &bits, reg->bits / 8);
        }
    }
}

/* Running and comparing */

static void compare_registers(const uint8_t *want, const uint8_t *got)
{
    for (unsigned i = 0; i < current.arch->nb_regs; i++) {
        const GuestReg *reg = &current.arch->regs[i];
        uint64_t a = 0, b = 0;

        memcpy(&a, want + reg->offset, reg->bits / 8);
        memcpy(&b, got + reg->offset, reg->bits / 8);
        if (reg->offset != current.arch->pc_offset && a != b) {
            complain("%s is 0x%" PRIx64 ", not 0x%" PRIx64, reg->name, b, a);
        }
    }
}

static void compare_memory(const uint8_t *want, const uint8_t *got)
{
    for (unsigned i = 0; i < PAGE; i++) {
        if (want[i] != got[i]) {
            complain("byte mem+%u is 0x%02x, not 0x%02x", i, got[i], want[i]);
        }
    }
}

static const char *exit_name(VcpuExit exit)
{
    static const char *const names[VCPU_EXIT_COUNT] = {
        "syscall", "fault", "illegal", "break", "debug", "interrupt",
    };

    return names[exit];
}

static VcpuExit run(void)
{
    VcpuExit exit;

    do {
        exit = accel_tcg.run(&vcpu);
    } while (exit == VCPU_INTERRUPT);
    return exit;
}

/* The state after: what the line says over what was before, against what is. */
static void compare(const char *after, VcpuExit exit)
{
    uint8_t want[MAX_STATE], got_mem[PAGE];
    GuestAddr pc = vcpu_pc(&vcpu);

    memcpy(want, current.state_before, current.arch->state_size);
    memcpy(got_mem, current.mem, PAGE);
    memcpy(current.mem, current.mem_before, PAGE);
    current.want_pc = current.next;
    current.want_exit = VCPU_BREAKPOINT;
    current.any_pc = false;
    if (!assign_all(after, want, vcpu.state)) {
        return;
    }
    if (exit != current.want_exit) {
        complain("exit is %s, not %s", exit_name(exit), exit_name(current.want_exit));
    }
    if (!current.any_pc && pc != current.want_pc) {
        complain("pc is start%+" PRId64 ", not start%+" PRId64, (int64_t)(pc - current.start),
                 (int64_t)(current.want_pc - current.start));
    }
    compare_registers(want, vcpu.state);
    compare_memory(current.mem, got_mem);
}

/* "encoding | name=value..." of what changed; pc relative to the start. */
static void print_after(VcpuExit exit)
{
    for (size_t i = 0; i < current.code_size; i++) {
        printf("%02x", current.code[i]);
    }
    printf(" | exit=%s pc=start%+" PRId64, exit_name(exit),
           (int64_t)(vcpu_pc(&vcpu) - current.start));
    for (unsigned i = 0; i < current.arch->nb_regs; i++) {
        const GuestReg *reg = &current.arch->regs[i];
        uint64_t bits = 0;

        memcpy(&bits, (uint8_t *)vcpu.state + reg->offset, reg->bits / 8);
        if (reg->offset != current.arch->pc_offset &&
            memcmp(&bits, current.state_before + reg->offset, reg->bits / 8)) {
            printf(" %s=0x%" PRIx64, reg->name, bits);
        }
    }
    for (unsigned i = 0; i < PAGE; i += 8) {
        uint64_t bits;

        memcpy(&bits, current.mem + i, 8);
        if (memcmp(&bits, current.mem_before + i, 8)) {
            printf(" m64[mem+%u]=0x%" PRIx64, i, bits);
        }
    }
    printf("\n");
}

/* Take cpu=... out of the text. */
static char *take_cpu(char *before)
{
    char *word = strstr(before, "cpu="), *cpu;
    size_t length;

    if (!word) {
        return NULL;
    }
    length = strcspn(word, " ");
    cpu = g_strndup(word + 4, length - 4);
    memset(word, ' ', length);
    return cpu;
}

static bool begin_case(const char *default_cpu, const char *insns, char *before)
{
    uint8_t *state = vcpu.state;
    g_autofree char *own_cpu = take_cpu(before);
    const char *cpu = own_cpu ? own_cpu : default_cpu, *error;

    /* Each case has addresses of its own, and what the last one left at its is no code any more. */
    accel_tcg.invalidate(current.start, current.start + CODE_SIZE);
    current.start += CODE_SIZE;
    memset(state, 0, current.arch->state_size);
    if (!current.arch->reset(state, cpu, &error)) {
        g_error("%s", error);
    }
    fill_registers(state);
    fill_breakpoints();
    memset(current.mem, 0, PAGE);
    if (!assemble(insns) || !assign_all(before, state, NULL)) {
        return false;
    }
    guest_state_set_addr(current.arch, state, current.arch->pc_offset, current.start);
    memcpy(current.state_before, state, current.arch->state_size);
    memcpy(current.mem_before, current.mem, PAGE);
    return true;
}

static void run_case(const Options *options, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, "|", 3);
    VcpuExit exit;

    g_string_truncate(current.complaints, 0);
    if (!parts[1] || !parts[2]) {
        complain("a case is: instructions | before | after");
        return;
    }
    if (!begin_case(options->cpu, parts[0], parts[1])) {
        return;
    }
    exit = run();
    if (options->print) {
        print_after(exit);
    } else {
        compare(parts[2], exit);
    }
}

/* Files of cases */

typedef struct Tally {
    unsigned cases, failed;
} Tally;

static void run_line(const Options *options, const char *file, unsigned number, char *line,
                     Tally *tally)
{
    char *hash = strchr(line, '#');

    if (hash) {
        *hash = 0;
    }
    g_strstrip(line);
    if (!*line || (options->only_line && options->only_line != number)) {
        return;
    }
    run_case(options, line);
    tally->cases++;
    if (current.complaints->len) {
        g_auto(GStrv) texts = g_strsplit(g_strchomp(current.complaints->str), "\n", -1);

        tally->failed++;
        printf("# %s:%u: %s\n", file, number, line);
        for (unsigned i = 0; texts[i]; i++) {
            printf("#     %s\n", texts[i]);
        }
    }
}

static Tally run_file(const Options *options, const char *file)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lines = NULL;
    Tally tally = { 0 };

    if (!g_file_get_contents(file, &text, NULL, &error)) {
        printf("# %s\n", error->message);
        tally.failed = 1;
        return tally;
    }
    lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        run_line(options, file, i + 1, lines[i], &tally);
    }
    return tally;
}

/* "file:12" is line 12 of file. */
static void split_line_number(Options *options, char *file)
{
    char *colon = strrchr(file, ':');

    options->only_line = 0;
    if (colon && g_ascii_isdigit(colon[1])) {
        options->only_line = strtoul(colon + 1, NULL, 10);
        *colon = 0;
    }
}

static const char *option_value(const char *arg, const char *name)
{
    size_t length = strlen(name);

    return !strncmp(arg, name, length) && arg[length] == '=' ? arg + length + 1 : NULL;
}

static bool parse_option(Options *options, const char *arg)
{
    const char *value;

    if ((value = option_value(arg, "--arch"))) {
        options->arch = value;
    } else if ((value = option_value(arg, "--cpu"))) {
        options->cpu = value;
    } else if ((value = option_value(arg, "--backend"))) {
        options->accel.backend = value;
    } else if ((value = option_value(arg, "--host-features"))) {
        options->accel.host_features = value;
    } else if (!strcmp(arg, "--print")) {
        options->print = true;
    } else {
        return false;
    }
    return true;
}

static void open_guest(const Options *options)
{
    static const AccelHooks hooks = { .fetch_code = fetch_code };
    const char *error = NULL;

    current.arch = guest_arch_by_name(options->arch);
    if (!current.arch || !current.arch->insns || current.arch->state_size > MAX_STATE) {
        g_error("no such guest, or one without instruction rows: %s", options->arch);
    }
    if (accel_tcg.open(current.arch, &options->accel, &hooks, &error) < 0) {
        g_error("cannot open the accelerator: %s", error ? error : "?");
    }
    current.start = code_addr;
    current.mem = map_memory();
    current.complaints = g_string_new(NULL);
    catch_faults();
    if (accel_tcg.vcpu_init(&vcpu) < 0) {
        g_error("cannot make a vCPU");
    }
}

int main(int argc, char **argv)
{
    Options options = { .arch = "riscv64", .accel = { .stop_after = -1 } };
    int first = 1;
    bool failed = false;

    while (first < argc && g_str_has_prefix(argv[first], "--")) {
        if (!parse_option(&options, argv[first++])) {
            g_error("unknown option %s", argv[first - 1]);
        }
    }
    open_guest(&options);
    if (!options.print) {
        printf("1..%d\n", argc - first);
    }
    for (int i = first; i < argc; i++) {
        g_autofree char *name = g_path_get_basename(argv[i]);
        Tally tally;

        split_line_number(&options, argv[i]);
        tally = run_file(&options, argv[i]);
        if (!options.print) {
            printf("%s %d - %s: %u cases, %u failed\n", tally.failed ? "not ok" : "ok",
                   i - first + 1, name, tally.cases, tally.failed);
        }
        failed |= tally.failed > 0;
    }
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
    return failed && !options.print;
}
