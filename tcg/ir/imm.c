/*
 * Immediates as text: numbers, names of enumerations, and the dotted words of memory
 * operations (i32.s.align) and fences (ld_ld.st_st).
 */
#include "imm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct Word {
    const char *name;
    unsigned bits;
} Word;

static const char *const cond_names[] = { "eq",  "ne",  "lt",  "ge",    "le",    "gt", "ltu",
                                          "geu", "leu", "gtu", "tsteq", "tstne", NULL };
static const char *const fcond_names[] = { "eq",   "neq", "lt",   "nlt",   "le",  "nle", "ltq",
                                           "nltq", "leq", "nleq", "unord", "ord", NULL };
static const char *const round_names[] = {
    "nearest", "down", "up", "zero", "current", "away", NULL
};
static const char *const nan_names[] = { "max", "zero", "min", NULL };
static const char *const rmw_names[] = { "xchg", "add",  "and",  "or",   "xor",
                                         "smin", "smax", "umin", "umax", NULL };
static const char *const jump_names[] = { "plain", "call", "return", NULL };
static const char *const exit_names[] = { "lookup", "interrupt", "syscall", "illegal", "breakpoint",
                                          "fault",  "flush",     "fetch",   "state",   NULL };

_Static_assert(sizeof(cond_names) / sizeof(char *) == TCG_COND_COUNT + 1, "a name per TcgCond");
_Static_assert(sizeof(fcond_names) / sizeof(char *) == TCG_FCOND_COUNT + 1, "a name per TcgFcond");
_Static_assert(sizeof(rmw_names) / sizeof(char *) == TCG_RMW_COUNT + 1, "a name per TcgRmw");
_Static_assert(sizeof(exit_names) / sizeof(char *) == TCG_EXIT_COUNT + 1, "a name per TcgExit");

static const char *const size_names[] = { "i8", "i16", "i32", "i64", "i128", "i256", NULL };
static const Word memop_words[] = {
    { "s", TCG_MO_SIGN },
    { "swap", TCG_MO_BSWAP },
    { "align", TCG_MO_ALIGN },
    { "atomic", TCG_MO_ATOMIC },
    { "x2", 1 << TCG_MO_SCALE_SHIFT },
    { "x4", 2 << TCG_MO_SCALE_SHIFT },
    { "x8", 3 << TCG_MO_SCALE_SHIFT },
    { NULL, 0 },
};
static const Word fence_words[] = {
    { "ld_ld", TCG_FENCE_LD_LD },
    { "ld_st", TCG_FENCE_LD_ST },
    { "st_ld", TCG_FENCE_ST_LD },
    { "st_st", TCG_FENCE_ST_ST },
    { "none", 0 },
    { NULL, 0 },
};

const char *tcg_cond_name(TcgCond cond)
{
    return cond < TCG_COND_COUNT ? cond_names[cond] : "?";
}

const char *tcg_fcond_name(TcgFcond cond)
{
    return cond < TCG_FCOND_COUNT ? fcond_names[cond] : "?";
}

ImmKind imm_kind(TcgOpcode code, unsigned n)
{
    switch (code) {
    case TCG_OP_setcond:
    case TCG_OP_movcond:
    case TCG_OP_brcond:
        return IMM_COND;
    case TCG_OP_fsetcond:
    case TCG_OP_fbrcond:
        return IMM_FCOND;
    case TCG_OP_fround:
        return n == 0 ? IMM_ROUND : IMM_NUMBER;
    case TCG_OP_fcvt_s32:
    case TCG_OP_fcvt_u32:
    case TCG_OP_fcvt_s64:
    case TCG_OP_fcvt_u64:
        return n == 0 ? IMM_ROUND : IMM_NAN;
    case TCG_OP_ld:
    case TCG_OP_st:
        return n == 0 ? IMM_HEX : IMM_MEMOP;
    case TCG_OP_gld:
    case TCG_OP_gst:
    case TCG_OP_gldx:
    case TCG_OP_gstx:
        return n == 0 ? IMM_DISP : IMM_MEMOP;
    case TCG_OP_gatomic:
        return n == 0 ? IMM_RMW : IMM_MEMOP;
    case TCG_OP_gcmpxchg:
        return n == 0 ? IMM_NUMBER : IMM_MEMOP;
    case TCG_OP_fence:
        return IMM_FENCE;
    case TCG_OP_insn_start:
        return n == 0 ? IMM_HEX : IMM_NUMBER;
    case TCG_OP_goto_tb:
        return n == 0 ? IMM_NUMBER : IMM_HEX;
    case TCG_OP_goto_ptr:
        return IMM_JUMP;
    case TCG_OP_exit_tb:
        return n == 0 ? IMM_EXIT : IMM_HEX;
    default:
        return IMM_NUMBER;
    }
}

const char *const *imm_names(ImmKind kind)
{
    switch (kind) {
    case IMM_COND:
        return cond_names;
    case IMM_FCOND:
        return fcond_names;
    case IMM_ROUND:
        return round_names;
    case IMM_NAN:
        return nan_names;
    case IMM_RMW:
        return rmw_names;
    case IMM_JUMP:
        return jump_names;
    case IMM_EXIT:
        return exit_names;
    default:
        return NULL;
    }
}

static unsigned count_names(const char *const *names)
{
    unsigned n = 0;

    while (names[n]) {
        n++;
    }
    return n;
}

static bool find_name(const char *const *names, const char *text, size_t len, uint64_t *ret)
{
    for (unsigned n = 0; names[n]; n++) {
        if (strlen(names[n]) == len && memcmp(names[n], text, len) == 0) {
            *ret = n;
            return true;
        }
    }
    return false;
}

/* A multi-bit word (the scales) is there when its whole field has its value. */
static bool has_word(uint64_t imm, const Word *word)
{
    uint64_t field = word->bits >> TCG_MO_SCALE_SHIFT ? 3 << TCG_MO_SCALE_SHIFT : word->bits;

    return word->bits && (imm & field) == word->bits;
}

static void print_memop(FILE *out, uint64_t imm)
{
    uint64_t left = imm & ~(uint64_t)TCG_MO_SIZE;

    if ((imm & TCG_MO_SIZE) >= count_names(size_names)) {
        fprintf(out, "%#" PRIx64, imm);
        return;
    }
    fputs(size_names[imm & TCG_MO_SIZE], out);
    for (const Word *word = memop_words; word->name; word++) {
        if (has_word(left, word)) {
            fprintf(out, ".%s", word->name);
            left &= ~(uint64_t)word->bits;
        }
    }
    if (left) {
        fprintf(out, ".%#" PRIx64, left);
    }
}

static void print_fence(FILE *out, uint64_t imm)
{
    const char *dot = "";

    if (imm == 0 || imm > 15) {
        fprintf(out, imm ? "%#" PRIx64 : "none", imm);
        return;
    }
    for (const Word *word = fence_words; word->name; word++) {
        if (imm & word->bits) {
            fprintf(out, "%s%s", dot, word->name);
            dot = ".";
        }
    }
}

void imm_print(FILE *out, ImmKind kind, uint64_t imm)
{
    const char *const *names = imm_names(kind);

    fputc('#', out);
    if (names && imm < count_names(names)) {
        fputs(names[imm], out);
    } else if (kind == IMM_MEMOP) {
        print_memop(out, imm);
    } else if (kind == IMM_FENCE) {
        print_fence(out, imm);
    } else if (kind == IMM_DISP) {
        fprintf(out, "%" PRId64, (int64_t)imm);
    } else if (kind == IMM_NUMBER && imm < 1000) {
        fprintf(out, "%" PRIu64, imm);
    } else {
        fprintf(out, "%#" PRIx64, imm);
    }
}

static bool parse_number(const char *text, uint64_t *ret)
{
    char *end;
    bool negative = *text == '-';
    uint64_t value;

    text += negative;
    if (*text < '0' || *text > '9') {
        return false;
    }
    value = strtoull(text, &end, 0);
    if (*end) {
        return false;
    }
    *ret = negative ? -value : value;
    return true;
}

static bool find_word(const Word *words, const char *text, size_t len, uint64_t *bits)
{
    for (const Word *word = words; word->name; word++) {
        if (strlen(word->name) == len && memcmp(word->name, text, len) == 0) {
            *bits |= word->bits;
            return true;
        }
    }
    return false;
}

static bool parse_words(const char *text, bool sized, const Word *words, uint64_t *ret)
{
    uint64_t bits = 0;
    bool first = sized;

    for (;;) {
        size_t len = strcspn(text, ".");

        if (!(first ? find_name(size_names, text, len, &bits)
                    : find_word(words, text, len, &bits))) {
            return false;
        }
        first = false;
        if (!text[len]) {
            *ret = bits;
            return true;
        }
        text += len + 1;
    }
}

bool imm_parse(const char *text, ImmKind kind, uint64_t *ret)
{
    const char *const *names = imm_names(kind);

    if (parse_number(text, ret) || (names && find_name(names, text, strlen(text), ret))) {
        return true;
    }
    if (kind == IMM_MEMOP) {
        return parse_words(text, true, memop_words, ret);
    }
    return kind == IMM_FENCE && parse_words(text, false, fence_words, ret);
}
