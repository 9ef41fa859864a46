/*
 * Each row of forms.table over its register classes, memory operands and constants: what was
 * emitted must disassemble, with capstone, into the instruction that was asked for.
 */
#include <capstone/capstone.h>
#include <glib.h>
#include <inttypes.h>

#include "tcg/backend/x86/asm.h"
#include "x86-forms.h"

enum { MAX_OPS = 4 };

typedef struct X86TestOp {
    unsigned reg;
    X86Mem mem;
    int64_t imm;
} X86TestOp;

typedef struct X86TestArgs {
    bool w;
    X86Cc cc;
    X86TestOp op[MAX_OPS];
} X86TestArgs;

typedef struct X86TestForm {
    const char *name, *mnemonic;
    void (*emit)(X86Asm *x, const X86TestArgs *t);
    bool sized, cc;
    unsigned nb_ops;
    struct {
        char kind;
        uint8_t size; /* bytes; 0: by w */
        const char *text;
    } op[MAX_OPS];
} X86TestForm;

#include "x86-forms-test.h"

static const char *const reg8[] = { "al",  "cl",  "dl",   "bl",   "spl",  "bpl",  "sil",  "dil",
                                    "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b" };
static const char *const reg16[] = { "ax",  "cx",  "dx",   "bx",   "sp",   "bp",   "si",   "di",
                                     "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w" };
static const char *const reg32[] = { "eax", "ecx", "edx",  "ebx",  "esp",  "ebp",  "esi",  "edi",
                                     "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d" };
static const char *const reg64[] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                     "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };
static const char *const cc_names[] = { "o", "no", "b", "ae", "e", "ne", "be", "a",
                                        "s", "ns", "p", "np", "l", "ge", "le", "g" };

static const X86Mem mems[] = {
    { X86_RBX, X86_NO_REG, 0, 0 },       { X86_RSP, X86_NO_REG, 0, 8 },
    { X86_RBP, X86_NO_REG, 0, 0 },       { X86_R12, X86_NO_REG, 0, 0 },
    { X86_R13, X86_NO_REG, 0, 0 },       { X86_RBP, X86_NO_REG, 0, -128 },
    { X86_RBP, X86_NO_REG, 0, 128 },     { X86_R15, X86_NO_REG, 0, -0x12345678 },
    { X86_RAX, X86_RCX, 0, 0 },          { X86_R13, X86_R12, 3, 0 },
    { X86_RSP, X86_RBP, 1, 0x7fffffff }, { X86_R8, X86_R9, 2, -1 },
    { X86_NO_REG, X86_R14, 3, 0x1000 },  { X86_NO_REG, X86_NO_REG, 0, 0x1234 },
    { X86_RIP, X86_NO_REG, 0, 0x100 },
};

static const int64_t imms[] = { 0, 1, -1, 127, 128, -128, -129, 0x12345678, INT32_MIN, INT32_MAX };

typedef struct Judge {
    csh handle;
    cs_insn *insn;
    bool long_mode;
} Judge;

static const char *reg_name(unsigned reg, unsigned size, char kind)
{
    static char xmm[16];

    if (kind == 'x') {
        g_snprintf(xmm, sizeof(xmm), "xmm%u", reg - X86_XMM0);
        return xmm;
    }
    return (size == 1 ? reg8 : size == 2 ? reg16 : size == 4 ? reg32 : reg64)[reg];
}

static unsigned op_size(const X86TestForm *form, unsigned n, const X86TestArgs *t)
{
    return form->op[n].size ? form->op[n].size : t->w ? 8 : 4;
}

/* lea reads no memory; capstone 4 takes comis for a whole-register access (SDM: m32, m64). */
static bool has_odd_size(const char *mnemonic)
{
    return strcmp(mnemonic, "lea") == 0 || strstr(mnemonic, "comis") != NULL;
}

/* Branches and constants are compared in the width that is left of them. */
static bool is_same_imm(const X86TestForm *form, unsigned n, const X86TestArgs *t,
                        const cs_x86_op *got, size_t len)
{
    const char *text = form->op[n].text;
    int64_t want = t->op[n].imm;

    if (text[0] == 'c') {
        return (uint32_t)got->imm ==
               (uint32_t)((text[1] == 'b' ? (int8_t)want : want) + 0x1000 + len);
    }
    if (strcmp(text, "ib") == 0) {
        return (uint8_t)got->imm == (uint8_t)want;
    }
    if (strcmp(text, "iw") == 0) {
        return (uint16_t)got->imm == (uint16_t)want;
    }
    return strcmp(text, "iq") == 0 ? got->imm == want : (uint32_t)got->imm == (uint32_t)want;
}

static bool is_same_mem(const Judge *j, const X86Mem *want, const cs_x86_op *got)
{
    const char *base = got->mem.base ? cs_reg_name(j->handle, got->mem.base) : NULL;
    const char *index = got->mem.index ? cs_reg_name(j->handle, got->mem.index) : NULL;
    const char *const *names = j->long_mode ? reg64 : reg32;
    const char *want_base = want->base == X86_NO_REG ? NULL
                            : want->base == X86_RIP  ? "rip"
                                                     : names[want->base];
    const char *want_index = want->index == X86_NO_REG ? NULL : names[want->index];

    if (index && (strcmp(index, "riz") == 0 || strcmp(index, "eiz") == 0)) {
        index = NULL;
    }
    return g_strcmp0(base, want_base) == 0 && g_strcmp0(index, want_index) == 0 &&
           (int32_t)got->mem.disp == want->disp &&
           (!want_index || got->mem.scale == 1 << want->scale);
}

static bool is_same_op(const Judge *j, const X86TestForm *form, unsigned n, const X86TestArgs *t,
                       const cs_x86_op *got)
{
    unsigned size = op_size(form, n, t);

    switch (form->op[n].kind) {
    case 'c':
        return got->type == X86_OP_REG && got->reg == X86_REG_CL;
    case 'i':
        return got->type == X86_OP_IMM && is_same_imm(form, n, t, got, j->insn->size);
    case 'm':
        return got->type == X86_OP_MEM && is_same_mem(j, &t->op[n].mem, got) &&
               (got->size == size || has_odd_size(form->mnemonic));
    default:
        return got->type == X86_OP_REG &&
               strcmp(cs_reg_name(j->handle, got->reg),
                      reg_name(t->op[n].reg, size, form->op[n].kind)) == 0;
    }
}

/* capstone writes the lock prefix in front of the mnemonic, and some mnemonics in its own way. */
static bool is_same_mnemonic(const char *want, const char *got)
{
    if (g_str_has_prefix(got, "lock ")) {
        got += 5;
    }
    return strcmp(want, got) == 0 || (strcmp(want, "movabs") == 0 && strcmp(got, "mov") == 0);
}

static void check(Judge *j, const X86TestForm *form, const X86TestArgs *t)
{
    uint8_t buf[32];
    X86Asm x = { buf, j->long_mode };
    char *want = form->cc ? g_strconcat(g_str_has_prefix(form->mnemonic, "cmov")  ? "cmov"
                                        : g_str_has_prefix(form->mnemonic, "set") ? "set"
                                                                                  : "j",
                                        cc_names[t->cc], NULL)
                          : g_strdup(form->mnemonic);
    const uint8_t *code = buf;
    size_t left;
    uint64_t address = 0x1000;
    const cs_x86 *got;
    bool same;

    form->emit(&x, t);
    left = x.p - buf;
    g_assert_cmpuint(left, <=, 15);
    if (!cs_disasm_iter(j->handle, &code, &left, &address, j->insn) || left) {
        g_error("%s: %zu bytes of %td are not an instruction", form->name, left, x.p - buf);
    }
    got = &j->insn->detail->x86;
    /* cmpeqsd and the like: the predicate is in the mnemonic. */
    same = is_same_mnemonic(want, j->insn->mnemonic) && got->op_count >= form->nb_ops;
    for (unsigned n = 0; same && n < form->nb_ops; n++) {
        same = is_same_op(j, form, n, t, &got->operands[n]);
    }
    if (!same) {
        g_test_message("%s: capstone reads %s %s", form->name, j->insn->mnemonic, j->insn->op_str);
        for (unsigned n = 0; n < form->nb_ops; n++) {
            g_test_message("  operand %u: kind %c size %u reg %u imm %#" PRIx64 " mem %u %u %u %d",
                           n, form->op[n].kind, op_size(form, n, t), t->op[n].reg, t->op[n].imm,
                           t->op[n].mem.base, t->op[n].mem.index, t->op[n].mem.scale,
                           t->op[n].mem.disp);
        }
        g_test_fail();
    }
    g_free(want);
}

static bool mem_ok(const Judge *j, const X86Mem *m)
{
    return j->long_mode || (m->base != X86_RIP && (m->base == X86_NO_REG || m->base < 8) &&
                            (m->index == X86_NO_REG || m->index < 8));
}

static bool reg_ok(const Judge *j, const X86TestForm *form, unsigned n, const X86TestArgs *t)
{
    /* Byte registers of 32-bit mode end at bl. */
    return j->long_mode || form->op[n].kind == 'x' || op_size(form, n, t) != 1 || t->op[n].reg < 4;
}

/* Operand n and those behind it, in every way. */
static void walk(Judge *j, const X86TestForm *form, unsigned n, X86TestArgs *t)
{
    if (n == form->nb_ops) {
        check(j, form, t);
        return;
    }
    switch (form->op[n].kind) {
    case 'r':
    case 'x':
        for (unsigned reg = 0; reg < (j->long_mode ? 16 : 8); reg++) {
            t->op[n].reg = reg + (form->op[n].kind == 'x' ? X86_XMM0 : 0);
            if (reg_ok(j, form, n, t)) {
                walk(j, form, n + 1, t);
            }
        }
        break;
    case 'm':
        for (unsigned i = 0; i < G_N_ELEMENTS(mems); i++) {
            t->op[n].mem = mems[i];
            if (mem_ok(j, &mems[i])) {
                walk(j, form, n + 1, t);
            }
        }
        break;
    case 'i':
        for (unsigned i = 0; i < G_N_ELEMENTS(imms); i++) {
            t->op[n].imm = imms[i];
            walk(j, form, n + 1, t);
        }
        break;
    default:
        walk(j, form, n + 1, t);
    }
}

static bool needs_long_mode(const X86TestForm *form)
{
    for (unsigned n = 0; n < form->nb_ops; n++) {
        if (form->op[n].size == 8 && form->op[n].kind == 'r') {
            return true;
        }
    }
    return strcmp(form->mnemonic, "cqo") == 0 || strcmp(form->mnemonic, "call") == 0 ||
           strcmp(form->mnemonic, "jmp") == 0;
}

static void test_all(Judge *j)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(test_forms); i++) {
        const X86TestForm *form = &test_forms[i];
        X86TestArgs t = { 0 };

        if (!j->long_mode && needs_long_mode(form)) {
            continue;
        }
        for (unsigned w = 0; w <= (form->sized && j->long_mode); w++) {
            for (unsigned cc = 0; cc < (form->cc ? 16 : 1); cc++) {
                t.w = w;
                t.cc = cc;
                walk(j, form, 0, &t);
            }
        }
    }
}

static void test_mode(gconstpointer long_mode)
{
    Judge j = { .long_mode = GPOINTER_TO_INT(long_mode) };

    g_assert_cmpint(cs_open(CS_ARCH_X86, j.long_mode ? CS_MODE_64 : CS_MODE_32, &j.handle), ==,
                    CS_ERR_OK);
    cs_option(j.handle, CS_OPT_DETAIL, CS_OPT_ON);
    j.insn = cs_malloc(j.handle);
    test_all(&j);
    cs_free(j.insn, 1);
    cs_close(&j.handle);
}

static void test_nop(void)
{
    for (unsigned bytes = 0; bytes <= 11; bytes++) {
        uint8_t buf[16];
        const uint8_t *code = buf;
        X86Asm x = { buf, true };
        uint64_t address = 0;
        size_t left;
        csh handle;
        cs_insn *insn;

        x86_nop(&x, bytes);
        g_assert_cmpuint(x.p - buf, ==, bytes);
        cs_open(CS_ARCH_X86, CS_MODE_64, &handle);
        insn = cs_malloc(handle);
        for (left = bytes; left;) {
            g_assert_true(cs_disasm_iter(handle, &code, &left, &address, insn));
            g_assert_cmpuint(insn->id, ==, X86_INS_NOP);
        }
        cs_free(insn, 1);
        cs_close(&handle);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/x86-encode/64", GINT_TO_POINTER(true), test_mode);
    g_test_add_data_func("/x86-encode/32", GINT_TO_POINTER(false), test_mode);
    g_test_add_func("/x86-encode/nop", test_nop);
    return g_test_run();
}
