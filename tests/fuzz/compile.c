/*
 * A region to host code that never runs, with every check there is on the way.
 */
#include <glib.h>
#include <stdlib.h>

#include "fuzz.h"
#include "tcg/helper.h"
#include "tcg/pass.h"

/* Entry code and the region's share one allocation: branches between them reach 2 GiB. */
enum { ENTRY_SIZE = 4096 };

char *fuzz_region_text(const TcgRegion *r)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    tcg_print_region(out, r);
    fclose(out);
    return text;
}

/* The parser finds helpers by name alone. */
static void register_helpers(const TcgRegion *r)
{
    for (const TcgBlock *block = r->first; block; block = block->next) {
        for (const TcgOp *op = block->first; op; op = op->next) {
            if (op->code == TCG_OP_call && !tcg_helper_by_name(op->helper->name)) {
                tcg_helper_register(op->helper);
            }
        }
    }
}

void fuzz_check_text(const TcgRegion *r)
{
    register_helpers(r);
    g_assert_true(tcg_check_text(r, stderr));
}

static void run_passes(TcgRegion *r, const TcgBackend *backend, uint64_t skip)
{
    for (unsigned n = 0; tcg_passes[n].name; n++) {
        if (!(skip >> n & 1)) {
            tcg_passes[n].run(r, backend);
            g_assert_true(tcg_verify(r, tcg_passes[n].name, stderr));
            fuzz_check_text(r);
        }
    }
}

/* There are other ways for what a backend lacks, but not for vectors wider than the host's. */
static bool is_too_wide(const TcgRegion *r, const TcgBackend *backend)
{
    for (const TcgBlock *block = r->first; block; block = block->next) {
        for (const TcgOp *op = block->first; op; op = op->next) {
            if (op->type == TCG_V256 && !backend->supports(op)) {
                return true;
            }
        }
    }
    return false;
}

static void emit(const TcgTarget *target, const TcgMcode *mcode, TcgCodeSpace space, Arena *arena)
{
    TcgStateMapWriter map = { 0 };
    TcgCompiled compiled;
    TcgResult result;

    tcg_state_map_begin(&map, mcode->region->pc);
    result = target->backend->emit_region(target, mcode, space, arena, &map, false, &compiled);
    if (result == TCG_OK) {
        g_assert_cmpuint(compiled.code_size, <=, space.size);
        g_assert_cmpuint(compiled.nb_jumps, ==, mcode->region->nb_jumps);
    }
    tcg_state_map_done(&map);
}

/* The process's, but for homes and entry code, which depend on the globals. */
static void init_target(TcgTarget *target, const TcgBackend *backend, const TcgGlobals *globals)
{
    static GHashTable *ready;
    const char *error;

    if (!ready) {
        ready = g_hash_table_new(NULL, NULL);
    }
    if (g_hash_table_add(ready, (gpointer)backend)) {
        g_assert_true(backend->init(NULL, &error));
    }
    tcg_target_init(target, backend, globals);
    target->pc_offset = 2048;
    target->pc_bits = 64;
    target->insn_shift = 1;
}

void fuzz_compile(TcgRegion *r, const TcgBackend *backend, uint64_t skip, size_t space)
{
    TcgTarget target;
    TcgMcode mcode;
    Arena arena;
    uint8_t *bytes;
    size_t used;

    init_target(&target, backend, r->globals);
    if (is_too_wide(r, backend)) {
        return;
    }
    run_passes(r, backend, skip);
    bytes = malloc(ENTRY_SIZE + space);
    used = backend->emit_entry(&target, (TcgCodeSpace){ bytes, bytes, ENTRY_SIZE });
    g_assert_cmpuint(used, <=, ENTRY_SIZE);
    arena_init(&arena);
    if (tcg_allocate(r, &target, &arena, &mcode) == TCG_OK) {
        g_assert_true(tcg_ra_verify(r, &target, &mcode, stderr));
        emit(&target, &mcode, (TcgCodeSpace){ bytes + ENTRY_SIZE, bytes + ENTRY_SIZE, space },
             &arena);
    }
    arena_done(&arena);
    free(bytes);
}
