/*
 * The RISC-V instruction rows against themselves: what is printed assembles to the same
 * instruction, and what is decoded lifts to sound IR.
 */
#include <string.h>

#include <glib.h>

#include "target/guest.h"
#include "target/insn-table.h"
#include "tcg/builder.h"

static const GuestArch *arch;

static uint32_t random32(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state * UINT64_C(2685821657736338717) >> 32);
}

/* A random instruction of the row; its encoding may belong to a row inside this one. */
static uint32_t random_insn(const InsnRow *row)
{
    uint32_t width = row->size == 2 ? 0xffff : UINT32_MAX;

    return row->match | (random32() & ~row->mask & width);
}

static void check_text(const InsnRow *row, uint32_t insn)
{
    char text[128], again[128];
    uint32_t back = 0;
    unsigned size;

    g_assert_true(insn_print(arch->insns, insn, row->size, 0x10000, text, sizeof(text)));
    size = insn_assemble(arch->insns, text, 0x10000, &back);
    if (!size) {
        g_error("%08x is printed as %s, which does not assemble", insn, text);
    }
    g_assert_true(insn_print(arch->insns, back, size, 0x10000, again, sizeof(again)));
    g_assert_cmpstr(again, ==, text);
}

static void test_text(void)
{
    const InsnTable *table = arch->insns->table;

    for (size_t i = 0; i < table->nb_rows; i++) {
        unsigned found = 0;

        for (unsigned n = 0; n < 100; n++) {
            uint32_t insn = random_insn(&table->rows[i]);
            const InsnRow *row = insn_table_find(table, insn, table->rows[i].size);

            if (row) {
                check_text(row, insn);
                found++;
            }
        }
        g_assert_cmpuint(found, >, 0);
    }
}

/* Lift one instruction; false if it is illegal. */
static bool lifts(Arena *arena, uint32_t insn, unsigned size)
{
    TcgRegion *region;
    IrBuilder ir;
    GuestCode code = { 0x10000, (const uint8_t *)&insn, size };
    GuestLift lift;
    TcgOp *last;

    arena_reset(arena);
    region = tcg_region_new(arena, arch->globals);
    ir_begin(&ir, region);
    lift = arch->lift_block(&ir, &code, 0, 1);
    g_assert_cmpuint(lift.size, ==, size);
    g_assert_cmpuint(lift.insns, ==, 1);
    if (!tcg_verify(region, "lift", stderr)) {
        g_error("IR of %08x is not sound", insn);
    }
    last = region->first->last;
    return last->code != TCG_OP_exit_tb || last->imm[0] != TCG_EXIT_ILLEGAL;
}

static bool may_be_illegal(const InsnRow *row)
{
    static const char *const fields[] = { "rm", "csr" };

    for (unsigned i = 0; i < row->nb_fields; i++) {
        if (!strcmp(row->fields[i].name, fields[0]) || !strcmp(row->fields[i].name, fields[1])) {
            return true;
        }
    }
    return false;
}

/* The decoder and the rows agree on what is an instruction. */
static void check_decoder(Arena *arena, uint32_t insn, unsigned size)
{
    const InsnRow *row = insn_table_find(arch->insns->table, insn, size);
    bool legal = lifts(arena, insn, size);

    if (legal ? !row : row && !may_be_illegal(row)) {
        g_error("%08x is %s, but its row is %s", insn, legal ? "lifted" : "illegal",
                row ? row->name : "none");
    }
}

static void test_rows_lift(void)
{
    const InsnTable *table = arch->insns->table;
    Arena arena;

    arena_init(&arena);
    for (size_t i = 0; i < table->nb_rows; i++) {
        for (unsigned n = 0; n < 100; n++) {
            check_decoder(&arena, random_insn(&table->rows[i]), table->rows[i].size);
        }
    }
    arena_done(&arena);
}

static void test_all_short(void)
{
    Arena arena;

    arena_init(&arena);
    for (uint32_t insn = 0; insn < 0x10000; insn++) {
        if ((insn & 3) != 3) {
            check_decoder(&arena, insn, 2);
        }
    }
    arena_done(&arena);
}

static void test_random_long(void)
{
    Arena arena;

    arena_init(&arena);
    for (unsigned n = 0; n < 300000; n++) {
        check_decoder(&arena, random32() | 3, 4);
    }
    arena_done(&arena);
}

/* Bytes that end within an instruction end the block before it. */
static void test_cut_code(void)
{
    static const uint8_t bytes[] = { 0x01, 0x00, 0x13, 0x05, 0x15, 0x00 }; /* c.nop; addi a0,a0,1 */
    static const struct {
        size_t avail;
        unsigned insns, size;
    } cases[] = { { 0, 0, 0 }, { 1, 0, 0 }, { 2, 1, 2 }, { 3, 1, 2 }, { 5, 1, 2 }, { 6, 2, 6 } };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        GuestCode code = { 0x10000, bytes, cases[i].avail };
        Arena arena;
        TcgRegion *region;
        IrBuilder ir;
        GuestLift lift;

        arena_init(&arena);
        region = tcg_region_new(&arena, arch->globals);
        ir_begin(&ir, region);
        lift = arch->lift_block(&ir, &code, 0, 10);
        g_assert_cmpuint(lift.insns, ==, cases[i].insns);
        g_assert_cmpuint(lift.size, ==, cases[i].size);
        g_assert_true(!lift.size || tcg_verify(region, "lift", stderr));
        arena_done(&arena);
    }
}

static void test_cpu_option(void)
{
    static const char *const bad[] = { "rv32",           "",           "rv64,",     "rv64,zba",
                                       "rv64,zba=maybe", "rv64,q=off", "rv64,=off", "rv64zba" };
    void *state = g_aligned_alloc0(1, arch->state_size, 64);
    const char *error = NULL;

    g_assert_true(arch->reset(state, NULL, &error));
    g_assert_cmphex(arch->block_flags(state), ==, 0);
    g_assert_true(arch->reset(state, "rv64,zba=off,c=on", &error));
    g_assert_cmphex(arch->block_flags(state), !=, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        error = NULL;
        g_assert_false(arch->reset(state, bad[i], &error));
        g_assert_nonnull(error);
    }
    g_aligned_free(state);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    arch = guest_arch_by_name("riscv64");
    g_test_add_func("/riscv/rows/text", test_text);
    g_test_add_func("/riscv/rows/lift", test_rows_lift);
    g_test_add_func("/riscv/rows/all-short", test_all_short);
    g_test_add_func("/riscv/rows/random-long", test_random_long);
    g_test_add_func("/riscv/rows/cut-code", test_cut_code);
    g_test_add_func("/riscv/rows/cpu-option", test_cpu_option);
    return g_test_run();
}
