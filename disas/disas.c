/*
 * Host and guest code as text, by capstone.
 */
#include "disas/disas.h"

#include <capstone/capstone.h>
#include <glib.h>

typedef struct Mode {
    cs_arch arch;
    cs_mode mode;
} Mode;

static const Mode modes[DISAS_COUNT] = {
    [DISAS_X86_64] = { CS_ARCH_X86, CS_MODE_64 },
    [DISAS_I386] = { CS_ARCH_X86, CS_MODE_32 },
};

struct Disas {
    csh handle;
    cs_insn *insn;
};

Disas *disas_new(DisasArch arch)
{
    Disas *disas = g_new0(Disas, 1);

    if (cs_open(modes[arch].arch, modes[arch].mode, &disas->handle) != CS_ERR_OK) {
        g_free(disas);
        return NULL;
    }
    disas->insn = cs_malloc(disas->handle);
    return disas;
}

void disas_free(Disas *disas)
{
    cs_free(disas->insn, 1);
    cs_close(&disas->handle);
    g_free(disas);
}

unsigned disas_insn(Disas *disas, const uint8_t *bytes, size_t avail, uint64_t address, char *buf,
                    size_t size)
{
    size_t left = avail;

    if (!cs_disasm_iter(disas->handle, &bytes, &left, &address, disas->insn)) {
        return 0;
    }
    g_snprintf(buf, size, "%s%s%s", disas->insn->mnemonic, disas->insn->op_str[0] ? " " : "",
               disas->insn->op_str);
    return disas->insn->size;
}
