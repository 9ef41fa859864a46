/*
 * Host and guest code as text, by capstone.
 *
 * The library is loaded when somebody wants to read code, since hardly anybody does: its tables are
 * 80,000 pointers to relocate, a sixth of the time a small guest program takes from start to end.
 */
#include "disas/disas.h"

#include <capstone/capstone.h>
#include <dlfcn.h>
#include <glib.h>

/* The functions used, by their names without cs_. */
#define CAPSTONE_FUNCTIONS(X) X(open) X(close) X(malloc) X(free) X(disasm_iter)

typedef struct Capstone {
#define X(name) __typeof__(cs_##name) *name;
    CAPSTONE_FUNCTIONS(X)
#undef X
} Capstone;

typedef struct Mode {
    cs_arch arch;
    cs_mode mode;
} Mode;

static const Mode modes[DISAS_COUNT] = {
    [DISAS_X86_64] = { CS_ARCH_X86, CS_MODE_64 },
    [DISAS_I386] = { CS_ARCH_X86, CS_MODE_32 },
};

struct Disas {
    const Capstone *cs;
    csh handle;
    cs_insn *insn;
};

#if DRAGOMAN_STATIC
static bool find_functions(Capstone *cs)
{
#define X(name) cs->name = cs_##name;
    CAPSTONE_FUNCTIONS(X)
#undef X
    return true;
}
#else
/* The library whose header this was built with: its version is in the name. */
static bool find_functions(Capstone *cs)
{
    void *library = dlopen("libcapstone.so." G_STRINGIFY(CS_API_MAJOR), RTLD_NOW | RTLD_LOCAL);

#define X(name)                                                            \
    if (library && !(*(void **)&cs->name = dlsym(library, "cs_" #name))) { \
        return false;                                                      \
    }
    CAPSTONE_FUNCTIONS(X)
#undef X
    return library;
}
#endif

/* NULL: it is not installed, or not what it was at build time. */
static const Capstone *capstone(void)
{
    static Capstone functions;
    static const Capstone *found;
    static gsize done;

    if (g_once_init_enter(&done)) {
        found = find_functions(&functions) ? &functions : NULL;
        g_once_init_leave(&done, 1);
    }
    return found;
}

Disas *disas_new(DisasArch arch)
{
    const Capstone *cs = capstone();
    Disas *disas;

    if (!cs) {
        return NULL;
    }
    disas = g_new0(Disas, 1);
    disas->cs = cs;
    if (cs->open(modes[arch].arch, modes[arch].mode, &disas->handle) != CS_ERR_OK) {
        g_free(disas);
        return NULL;
    }
    disas->insn = cs->malloc(disas->handle);
    return disas;
}

void disas_free(Disas *disas)
{
    disas->cs->free(disas->insn, 1);
    disas->cs->close(&disas->handle);
    g_free(disas);
}

unsigned disas_insn(Disas *disas, const uint8_t *bytes, size_t avail, uint64_t address, char *buf,
                    size_t size)
{
    size_t left = avail;

    if (!disas->cs->disasm_iter(disas->handle, &bytes, &left, &address, disas->insn)) {
        return 0;
    }
    g_snprintf(buf, size, "%s%s%s", disas->insn->mnemonic, disas->insn->op_str[0] ? " " : "",
               disas->insn->op_str);
    return disas->insn->size;
}
