/*
 * Operands of RISC-V assembler, printed and parsed; the kinds are those of insn32.decode.
 */
#include "riscv.h"

#include <stdlib.h>
#include <string.h>

#include "riscv-insn.h"

const char *const rv_x_names[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

const char *const rv_f_names[32] = {
    "ft0", "ft1", "ft2", "ft3", "ft4",  "ft5",  "ft6", "ft7", "fs0",  "fs1",  "fa0",
    "fa1", "fa2", "fa3", "fa4", "fa5",  "fa6",  "fa7", "fs2", "fs3",  "fs4",  "fs5",
    "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
};

typedef struct NamedValue {
    const char *name;
    int value;
} NamedValue;

static const NamedValue csrs[] = {
    { "fflags", 1 },    { "frm", 2 },      { "fcsr", 3 },
    { "cycle", 0xc00 }, { "time", 0xc01 }, { "instret", 0xc02 },
};

static const NamedValue rounding_modes[] = {
    { "rne", 0 }, { "rtz", 1 }, { "rdn", 2 }, { "rup", 3 }, { "rmm", 4 }, { "dyn", 7 },
};

#define NB(array) (sizeof(array) / sizeof((array)[0]))

static const char *name_of(const NamedValue *names, size_t nb, int64_t value)
{
    for (size_t i = 0; i < nb; i++) {
        if (names[i].value == value) {
            return names[i].name;
        }
    }
    return NULL;
}

static int print_fence_set(char *buf, size_t size, int64_t set)
{
    static const char letters[] = "iorw";
    char text[8];
    unsigned length = 0;

    for (unsigned i = 0; i < 4; i++) {
        if (set & (8 >> i)) {
            text[length++] = letters[i];
        }
    }
    text[length] = 0;
    return snprintf(buf, size, "%s", length ? text : "0");
}

/* Nothing for the dynamic mode; reserved ones by number. */
static int print_rounding(char *buf, size_t size, int64_t rm)
{
    const char *name = name_of(rounding_modes, NB(rounding_modes), rm);

    if (rm == 7) {
        return snprintf(buf, size, "%s", "");
    }
    return name ? snprintf(buf, size, ",%s", name) : snprintf(buf, size, ",%d", (int)rm);
}

static int print_csr(char *buf, size_t size, int64_t csr)
{
    const char *name = name_of(csrs, NB(csrs), csr);

    return name ? snprintf(buf, size, "%s", name) : snprintf(buf, size, "0x%x", (unsigned)csr);
}

static int print_operand(char *buf, size_t size, char kind, int64_t value, uint64_t pc)
{
    static const char *const orders[] = { "", ".rl", ".aq", ".aqrl" };

    switch (kind) {
    case 'x':
        return snprintf(buf, size, "%s", rv_x_names[value]);
    case 'f':
        return snprintf(buf, size, "%s", rv_f_names[value]);
    case 't':
        return snprintf(buf, size, "0x%llx", (unsigned long long)(pc + (uint64_t)value));
    case 'h':
        return snprintf(buf, size, "0x%x", (unsigned)(value >> 12 & 0xfffff));
    case 'm':
        return print_rounding(buf, size, value);
    case 'o':
        return snprintf(buf, size, "%s", orders[value]);
    case 'p':
        return print_fence_set(buf, size, value);
    case 'c':
        return print_csr(buf, size, value);
    default:
        return snprintf(buf, size, "%lld", (long long)value);
    }
}

static size_t word_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

static bool word_is(const char *text, const char *word)
{
    size_t length = word_length(text);

    return strlen(word) == length && !strncmp(text, word, length);
}

/* ABI name, x10 or f10. */
static const char *parse_register(const char *text, char letter, const char *const *names,
                                  int64_t *ret)
{
    size_t length = word_length(text);

    for (unsigned i = 0; i < 32; i++) {
        char plain[4];

        snprintf(plain, sizeof(plain), "%c%u", letter, i);
        if (word_is(text, names[i]) || word_is(text, plain)) {
            *ret = i;
            return text + length;
        }
    }
    if (letter == 'x' && word_is(text, "fp")) {
        *ret = 8;
        return text + length;
    }
    return NULL;
}

static const char *parse_number(const char *text, int64_t *ret)
{
    char *end;

    *ret = (int64_t)strtoull(text, &end, 0);
    return end == text ? NULL : end;
}

static const char *parse_named(const char *text, const NamedValue *names, size_t nb, int64_t *ret)
{
    for (size_t i = 0; i < nb; i++) {
        if (word_is(text, names[i].name)) {
            *ret = names[i].value;
            return text + word_length(text);
        }
    }
    return parse_number(text, ret);
}

static const char *parse_fence_set(const char *text, int64_t *ret)
{
    static const char letters[] = "iorw";

    *ret = 0;
    if (*text == '0') {
        return text + 1;
    }
    for (; *text && strchr(letters, *text); text++) {
        *ret |= 8 >> (strchr(letters, *text) - letters);
    }
    return *ret ? text : NULL;
}

static const char *parse_order(const char *text, int64_t *ret)
{
    size_t length = 0;

    *ret = 0;
    if (!strncmp(text, ".aqrl", 5)) {
        *ret = 3, length = 5;
    } else if (!strncmp(text, ".aq", 3)) {
        *ret = 2, length = 3;
    } else if (!strncmp(text, ".rl", 3)) {
        *ret = 1, length = 3;
    }
    return text[length] == ' ' ? text + length : NULL;
}

static const char *parse_rounding(const char *text, int64_t *ret)
{
    if (*text != ',') {
        *ret = 7;
        return text;
    }
    text++;
    text += strspn(text, " ");
    return parse_named(text, rounding_modes, NB(rounding_modes), ret);
}

/* Upper immediates are written as 20 bits, with or without sign. */
static const char *parse_upper(const char *text, int64_t *ret)
{
    text = parse_number(text, ret);
    if (text && *ret >= 0x80000 && *ret <= 0xfffff) {
        *ret -= 0x100000;
    }
    *ret *= 4096;
    return text;
}

/* Branch targets: "." is the instruction itself, ".+8"; else an address. */
static const char *parse_target(const char *text, uint64_t pc, int64_t *ret)
{
    if (*text != '.') {
        text = parse_number(text, ret);
        *ret -= (int64_t)pc;
        return text;
    }
    *ret = 0;
    text++;
    return *text == '+' || *text == '-' ? parse_number(text, ret) : text;
}

static const char *parse_operand(const char *text, char kind, uint64_t pc, int64_t *ret)
{
    switch (kind) {
    case 'x':
        return parse_register(text, 'x', rv_x_names, ret);
    case 'f':
        return parse_register(text, 'f', rv_f_names, ret);
    case 't':
        return parse_target(text, pc, ret);
    case 'h':
        return parse_upper(text, ret);
    case 'm':
        return parse_rounding(text, ret);
    case 'o':
        return parse_order(text, ret);
    case 'p':
        return parse_fence_set(text, ret);
    case 'c':
        return parse_named(text, csrs, NB(csrs), ret);
    default:
        return parse_number(text, ret);
    }
}

static const InsnSyntax syntax = { print_operand, parse_operand };

const InsnSet rv_insns = { &rv_insn_table, &syntax };

unsigned rv_disassemble(char *buf, size_t size, GuestAddr pc, const uint8_t *bytes, size_t avail)
{
    uint32_t insn;
    unsigned length = rv_fetch(bytes, avail, &insn);

    if (!length || !insn_print(&rv_insns, insn, length, pc, buf, size)) {
        return 0;
    }
    return length;
}
