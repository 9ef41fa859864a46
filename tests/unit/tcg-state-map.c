/*
 * The state map: what is written is found, at and between offsets.
 */
#include <glib.h>
#include <string.h>

#include "tcg/state-map.h"

enum { REGION_PC = 0x7fff0000 };

static void check_item(const TcgStateItem *got, const TcgStateItem *wanted)
{
    g_assert_cmpuint(got->global, ==, wanted->global);
    g_assert_cmpuint(got->loc.kind, ==, wanted->loc.kind);
    switch (wanted->loc.kind) {
    case TCG_LOC_REG:
        g_assert_cmpuint(got->loc.reg, ==, wanted->loc.reg);
        break;
    case TCG_LOC_CONST:
        g_assert_cmphex(got->bits, ==, wanted->bits);
        break;
    default:
        g_assert_cmpint(got->loc.offset, ==, wanted->loc.offset);
    }
}

static void test_kinds(void)
{
    const TcgStateItem items[] = {
        { .global = 0, .loc = { TCG_LOC_REG, .reg = 31 } },
        { .global = 127, .loc = { TCG_LOC_STATE, .offset = 100000 } },
        { .global = 5, .loc = { TCG_LOC_FRAME, .offset = -8 } },
        { .global = 6, .loc = { TCG_LOC_FRAME, .offset = INT32_MAX } },
        { .global = 7, .loc = { TCG_LOC_CONST }, .bits = 0 },
        { .global = 8, .loc = { TCG_LOC_CONST }, .bits = UINT64_MAX },
        { .global = 9, .loc = { TCG_LOC_CONST }, .bits = UINT64_C(1) << 63 },
        { .global = 10, .loc = { TCG_LOC_CONST }, .bits = INT64_MAX },
    };
    TcgStateMapWriter w = { 0 };
    TcgStateEntry entry;

    tcg_state_map_begin(&w, REGION_PC);
    tcg_state_map_add(&w, 300, REGION_PC - 4, items, G_N_ELEMENTS(items));
    g_assert_true(tcg_state_map_find(w.buf, w.size, REGION_PC, 300, &entry));
    g_assert_cmphex(entry.pc, ==, REGION_PC - 4);
    g_assert_cmpuint(entry.offset, ==, 300);
    g_assert_cmpuint(entry.nb_items, ==, G_N_ELEMENTS(items));
    for (unsigned n = 0; n < entry.nb_items; n++) {
        check_item(&entry.item[n], &items[n]);
    }
    tcg_state_map_done(&w);
    g_assert_null(w.buf);
}

static void test_between(void)
{
    const TcgStateItem item = { .global = 3, .loc = { TCG_LOC_REG, .reg = 7 } };
    TcgStateMapWriter w = { 0 };
    TcgStateEntry entry = { .pc = 42 };

    tcg_state_map_begin(&w, REGION_PC);
    g_assert_false(tcg_state_map_find(w.buf, w.size, REGION_PC, 0, &entry));
    tcg_state_map_add(&w, 16, REGION_PC, NULL, 0);
    tcg_state_map_add(&w, 32, REGION_PC + 4, &item, 1);
    tcg_state_map_add(&w, 32, REGION_PC + 8, NULL, 0); /* the later one is found */
    tcg_state_map_add(&w, 1000, UINT64_MAX, &item, 1);
    g_assert_false(tcg_state_map_find(w.buf, w.size, REGION_PC, 15, &entry));
    g_assert_cmphex(entry.pc, ==, 42); /* untouched on failure */
    g_assert_true(tcg_state_map_find(w.buf, w.size, REGION_PC, 31, &entry));
    g_assert_cmphex(entry.pc, ==, REGION_PC);
    g_assert_cmpuint(entry.nb_items, ==, 0);
    g_assert_true(tcg_state_map_find(w.buf, w.size, REGION_PC, 999, &entry));
    g_assert_cmphex(entry.pc, ==, REGION_PC + 8);
    g_assert_cmpuint(entry.nb_items, ==, 0);
    g_assert_true(tcg_state_map_find(w.buf, w.size, REGION_PC, UINT32_MAX, &entry));
    g_assert_cmphex(entry.pc, ==, UINT64_MAX);
    g_assert_cmpuint(entry.item[0].loc.reg, ==, 7);
    tcg_state_map_done(&w);
}

/* Many entries with random items, each found from its offset up to the next. */
static void test_random(void)
{
    enum { ENTRIES = 500 };
    static TcgStateItem items[ENTRIES][TCG_MAX_GLOBALS];
    unsigned nb[ENTRIES];
    uint32_t offset[ENTRIES], at = 0;
    uint64_t pc[ENTRIES];
    TcgStateMapWriter w = { 0 };

    tcg_state_map_begin(&w, REGION_PC);
    for (unsigned n = 0; n < ENTRIES; n++) {
        at += g_test_rand_int_range(1, 300);
        offset[n] = at;
        pc[n] = REGION_PC + g_test_rand_int_range(-5000, 5000);
        nb[n] = g_test_rand_int_range(0, n % 50 == 0 ? TCG_MAX_GLOBALS : 6);
        for (unsigned i = 0; i < nb[n]; i++) {
            items[n][i] = (TcgStateItem){
                .global = g_test_rand_int_range(0, TCG_MAX_GLOBALS),
                .loc = { g_test_rand_int_range(TCG_LOC_REG, TCG_LOC_CONST + 1) },
                .bits = (uint64_t)g_test_rand_int() << 32 | (uint32_t)g_test_rand_int(),
            };
            if (items[n][i].loc.kind == TCG_LOC_REG) {
                items[n][i].loc.reg = g_test_rand_int_range(0, 32);
            } else {
                items[n][i].loc.offset = g_test_rand_int();
            }
        }
        tcg_state_map_add(&w, offset[n], pc[n], items[n], nb[n]);
    }
    for (unsigned n = 0; n < ENTRIES; n++) {
        TcgStateEntry entry;
        uint32_t last = n + 1 < ENTRIES ? offset[n + 1] - 1 : offset[n];

        g_assert_true(tcg_state_map_find(w.buf, w.size, REGION_PC, last, &entry));
        g_assert_cmpuint(entry.offset, ==, offset[n]);
        g_assert_cmphex(entry.pc, ==, pc[n]);
        g_assert_cmpuint(entry.nb_items, ==, nb[n]);
        for (unsigned i = 0; i < nb[n]; i++) {
            check_item(&entry.item[i], &items[n][i]);
        }
    }
    tcg_state_map_done(&w);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state-map/kinds", test_kinds);
    g_test_add_func("/state-map/between", test_between);
    g_test_add_func("/state-map/random", test_random);
    return g_test_run();
}
