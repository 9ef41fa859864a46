/*
 * Registers, all from the guest's table: g, G, p, P, and the description of them for gdb.
 */
#include "session.h"

#include <string.h>

enum { MAX_REG_BYTES = 64 };

static size_t reg_size(const GuestReg *reg)
{
    return reg->bits / 8;
}

static unsigned nb_all_regs(const GuestArch *arch)
{
    return arch->nb_regs + arch->nb_more_regs;
}

static const GuestReg *reg_at(const GuestArch *arch, unsigned n)
{
    return n < arch->nb_regs ? &arch->regs[n] : &arch->more_regs[n - arch->nb_regs];
}

static const GuestReg *reg_by_number(const GuestArch *arch, uint64_t number)
{
    for (unsigned n = 0; n < nb_all_regs(arch); n++) {
        const GuestReg *reg = reg_at(arch, n);

        if (reg->gdb_number >= 0 && (uint64_t)reg->gdb_number == number) {
            return reg;
        }
    }
    return NULL;
}

static int last_number(const GuestArch *arch)
{
    int last = -1;

    for (unsigned n = 0; n < nb_all_regs(arch); n++) {
        last = MAX(last, reg_at(arch, n)->gdb_number);
    }
    return last;
}

/* In the order of gdb's numbers, those alone that target.xml names. */
GdbDone gdb_cmd_read_all(GdbSession *s, const char *args, size_t size)
{
    const GuestArch *arch = s->target->arch;
    int tid = gdb_general_thread(s);

    for (int number = 0; number <= last_number(arch); number++) {
        const GuestReg *reg = reg_by_number(arch, (uint64_t)number);
        uint8_t value[MAX_REG_BYTES];

        if (reg && s->target->read_reg(tid, reg, value)) {
            gdb_put_hex(s->reply, value, reg_size(reg));
        }
    }
    return GDB_REPLY;
}

GdbDone gdb_cmd_write_all(GdbSession *s, const char *args, size_t size)
{
    const GuestArch *arch = s->target->arch;
    int tid = gdb_general_thread(s);

    for (int number = 0; number <= last_number(arch); number++) {
        const GuestReg *reg = reg_by_number(arch, (uint64_t)number);
        uint8_t value[MAX_REG_BYTES];

        if (!reg) {
            continue;
        }
        if (gdb_get_hex(args, value, reg_size(reg)) != reg_size(reg) ||
            !s->target->write_reg(tid, reg, value)) {
            return gdb_error(s, GDB_BAD_ARGUMENT);
        }
        args += 2 * reg_size(reg);
    }
    return gdb_ok(s);
}

GdbDone gdb_cmd_read_reg(GdbSession *s, const char *args, size_t size)
{
    uint8_t value[MAX_REG_BYTES];
    const GuestReg *reg;
    uint64_t number;

    if (!gdb_number(&args, &number) || !(reg = reg_by_number(s->target->arch, number)) ||
        !s->target->read_reg(gdb_general_thread(s), reg, value)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    gdb_put_hex(s->reply, value, reg_size(reg));
    return GDB_REPLY;
}

GdbDone gdb_cmd_write_reg(GdbSession *s, const char *args, size_t size)
{
    uint8_t value[MAX_REG_BYTES];
    const GuestReg *reg;
    uint64_t number;

    if (!gdb_number_to(&args, '=', &number) || !(reg = reg_by_number(s->target->arch, number)) ||
        gdb_get_hex(args, value, reg_size(reg)) != reg_size(reg) ||
        !s->target->write_reg(gdb_general_thread(s), reg, value)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    return gdb_ok(s);
}

void gdb_put_expedited(GdbSession *s, int tid)
{
    const GuestArch *arch = s->target->arch;

    for (unsigned n = 0; n < arch->nb_regs; n++) {
        const GuestReg *reg = &arch->regs[n];
        uint8_t value[MAX_REG_BYTES];

        if ((reg->offset == arch->pc_offset || reg->offset == arch->sp_offset) &&
            reg->gdb_number >= 0 && s->target->read_reg(tid, reg, value)) {
            g_string_append_printf(s->reply, "%02x:", (unsigned)reg->gdb_number);
            gdb_put_hex(s->reply, value, reg_size(reg));
            g_string_append_c(s->reply, ';');
        }
    }
}

/*
 * Description
 */

static const char *reg_type(const GuestArch *arch, const GuestReg *reg)
{
    TcgType type = reg->global >= 0 ? arch->globals->global[reg->global].type : TCG_I64;

    if (reg->parts) {
        return "int";
    }
    if (reg->offset == arch->pc_offset) {
        return "code_ptr";
    }
    if (reg->offset == arch->sp_offset) {
        return "data_ptr";
    }
    if (type == TCG_V64) {
        return "ieee_double";
    }
    return "int";
}

static void put_feature(GString *out, const GuestArch *arch, const char *feature)
{
    g_string_append_printf(out, "<feature name=\"%s\">\n", feature);
    for (unsigned n = 0; n < nb_all_regs(arch); n++) {
        const GuestReg *reg = reg_at(arch, n);

        if (reg->gdb_number >= 0 && strcmp(reg->gdb_feature, feature) == 0) {
            g_string_append_printf(out,
                                   "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\" regnum=\"%d\"/>\n",
                                   reg->name, reg->bits, reg_type(arch, reg), reg->gdb_number);
        }
    }
    g_string_append(out, "</feature>\n");
}

/* Whether an earlier row has the feature of row n. */
static bool seen_before(const GuestArch *arch, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (reg_at(arch, i)->gdb_number >= 0 &&
            strcmp(reg_at(arch, i)->gdb_feature, reg_at(arch, n)->gdb_feature) == 0) {
            return true;
        }
    }
    return false;
}

char *gdb_make_features(const GuestArch *arch)
{
    GString *out =
        g_string_new("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
                     "<target version=\"1.0\">\n");

    if (arch->gdb_arch) {
        g_string_append_printf(out, "<architecture>%s</architecture>\n", arch->gdb_arch);
    }
    g_string_append(out, "<osabi>GNU/Linux</osabi>\n");
    for (unsigned n = 0; n < nb_all_regs(arch); n++) {
        if (reg_at(arch, n)->gdb_number >= 0 && !seen_before(arch, n)) {
            put_feature(out, arch, reg_at(arch, n)->gdb_feature);
        }
    }
    g_string_append(out, "</target>\n");
    return g_string_free(out, FALSE);
}
