/*
 * The x86-64 backend as a value.
 *
 * Registers: rsp is the host's stack, rbp the env register; rax, rcx and rdx are never a
 * boundary register, as instructions want them by name; callee-saved registers are the homes of the
 * hottest globals, so that helper calls leave those alone.
 */
#include "disas/disas.h"
#include "emit.h"

#include <glib.h>

/* Set by init before any code is made; read only from then on. */
static unsigned host_features;

unsigned x86_features(void)
{
    return host_features;
}

static const char *const reg_names[TCG_MAX_REGS] = {
    "rax",  "rcx",  "rdx",  "rbx",  "rsp",   "rbp",   "rsi",   "rdi",   "r8",    "r9",    "r10",
    "r11",  "r12",  "r13",  "r14",  "r15",   "xmm0",  "xmm1",  "xmm2",  "xmm3",  "xmm4",  "xmm5",
    "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
};

#define BIT(reg) (UINT32_C(1) << (reg))
#define XMM(n)   (X86_XMM0 + (n))

/* r12 and r13 make longer addresses, so they come last of the callee-saved. */
static const uint8_t int_homes[] = { X86_RBX, X86_R14, X86_R15, X86_R12, X86_R13, X86_RSI,
                                     X86_RDI, X86_R8,  X86_R9,  X86_R10, X86_R11, TCG_NO_REG };

static const uint8_t vec_homes[] = { XMM(4),  XMM(5),  XMM(6),    XMM(7),  XMM(8),
                                     XMM(9),  XMM(10), XMM(11),   XMM(12), XMM(13),
                                     XMM(14), XMM(15), TCG_NO_REG };

/* Registers without a home first, then the homes of the coolest globals. */
static const uint8_t alloc_order[] = {
    X86_RAX, X86_RCX, X86_RDX, X86_R11, X86_R10, X86_R9,  X86_R8,     X86_RDI,
    X86_RSI, X86_R13, X86_R12, X86_R15, X86_R14, X86_RBX, XMM(0),     XMM(1),
    XMM(2),  XMM(3),  XMM(15), XMM(14), XMM(13), XMM(12), XMM(11),    XMM(10),
    XMM(9),  XMM(8),  XMM(7),  XMM(6),  XMM(5),  XMM(4),  TCG_NO_REG,
};

static const uint8_t call_int_args[] = { X86_RDI, X86_RSI, X86_RDX,   X86_RCX,
                                         X86_R8,  X86_R9,  TCG_NO_REG };

static bool init(const char *features, const char **ret_error);

static void print_features(FILE *out)
{
    x86_print_features(out, host_features);
}

/* The field is aligned: one store, seen whole or not at all by threads that run the jump. */
static void patch_jump(uint8_t *site_rw, const uint8_t *site_rx, const uint8_t *target)
{
    int32_t rel = (int32_t)(target - (site_rx + 4));

    __atomic_store_n((int32_t *)(void *)site_rw, rel, __ATOMIC_RELEASE);
}

static unsigned disassemble(char *buf, size_t size, const uint8_t *rx, size_t avail)
{
    Disas *disas = disas_new(DISAS_X86_64);
    unsigned len = disas ? disas_insn(disas, rx, avail, (uintptr_t)rx, buf, size) : 0;

    if (disas) {
        disas_free(disas);
    }
    if (!len) {
        g_snprintf(buf, size, ".byte 0x%02x", rx[0]);
        return 1;
    }
    return len;
}

const TcgBackend tcg_backend_x86 = {
    .name = "x86",
    .reg_names = reg_names,
    .int_regs = 0xffff & ~(BIT(X86_RSP) | BIT(X86_RBP)),
    .vec_regs = 0xffff0000,
    .caller_saved = 0xffff0000 | BIT(X86_RAX) | BIT(X86_RCX) | BIT(X86_RDX) | BIT(X86_RSI) |
                    BIT(X86_RDI) | BIT(X86_R8) | BIT(X86_R9) | BIT(X86_R10) | BIT(X86_R11),
    .int_homes = int_homes,
    .vec_homes = vec_homes,
    .alloc_order = alloc_order,
    .call_int_args = call_int_args,
    .call_int_ret = X86_RAX,
    .init = init,
    .print_features = print_features,
    .supports = x86_supports,
    .rule = x86_rule,
    .dwarf = &x86_64_dwarf,
    .emit_entry = x86_emit_entry,
    .emit_region = x86_emit_region,
    .patch_jump = patch_jump,
    .disassemble = disassemble,
    .context_get = x86_context_get,
    .context_set = x86_context_set,
    .context_fault = x86_context_fault,
    .context_jump = x86_context_jump,
};

static bool init(const char *features, const char **ret_error)
{
    unsigned wanted = x86_cpu_features();

    if (!x86_parse_features(features, &wanted, ret_error)) {
        return false;
    }
    host_features = wanted;
    x86_rules_init(&tcg_backend_x86, wanted);
    return true;
}
