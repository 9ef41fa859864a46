/*
 * A guest's decoder on arbitrary bytes, and all that becomes of what it lifts.
 *
 * FUZZ_GUEST names the guest.  An input is a header, which sets the scene, and guest code.  The lifter and
 * the disassembler read the bytes by different ways and must agree.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "target/guest.h"
#include "tcg/builder.h"

/* Little-endian, as are the hosts. */
typedef struct __attribute__((packed)) Header {
    uint64_t pc;
    uint16_t offset; /* a byte of the guest's state, for block_flags() */
    uint8_t value;
    uint8_t max_insns;
    uint16_t space; /* for the host code; 0: enough */
} Header;

enum { MAX_INSNS = 64, ENOUGH_SPACE = 1 << 18, TEXT_SIZE = 64 };

typedef struct Scene {
    const GuestArch *arch;
    GuestCode code;
    uint32_t flags;
    unsigned max_insns;
    size_t space;
} Scene;

typedef struct Lifted {
    TcgRegion *r;
    GuestLift lift;
} Lifted;

static Lifted lift(const Scene *scene, Arena *arena)
{
    Lifted l = { .r = tcg_region_new(arena, scene->arch->globals) };
    IrBuilder ir;

    ir_begin(&ir, l.r);
    l.r->pc = scene->code.pc;
    l.lift = scene->arch->lift_block(&ir, &scene->code, scene->flags, scene->max_insns);
    l.r->size = l.lift.size;
    return l;
}

static bool leaves_as_illegal(const TcgRegion *r, GuestAddr pc)
{
    for (const TcgBlock *block = r->first; block; block = block->next) {
        const TcgOp *op = block->last;

        if (op && op->code == TCG_OP_exit_tb && op->imm[0] == TCG_EXIT_ILLEGAL &&
            op->imm[1] == pc) {
            return true;
        }
    }
    return false;
}

/* Length of the instruction at pc as the disassembler sees it; its text has one line and an end. */
static unsigned disassemble(const Scene *scene, size_t at)
{
    char *text = malloc(TEXT_SIZE);
    unsigned size;

    memset(text, '\n', TEXT_SIZE);
    size = scene->arch->disassemble(text, TEXT_SIZE, scene->code.pc + at, scene->code.bytes + at,
                                    scene->code.size - at);
    g_assert_cmpuint(size, <=, scene->code.size - at);
    if (size) {
        g_assert_true(memchr(text, '\0', TEXT_SIZE));
        g_assert_true(*text && !strchr(text, '\n'));
    }
    free(text);
    return size;
}

/* The instructions lie one behind the other, as long as the disassembler says; those it does not know trap. */
static void check_insns(const Scene *scene, const Lifted *l)
{
    size_t at = 0;
    unsigned nb = 0;

    for (const TcgBlock *block = l->r->first; block; block = block->next) {
        for (const TcgOp *op = block->first; op; op = op->next) {
            unsigned size;

            if (op->code != TCG_OP_insn_start) {
                continue;
            }
            g_assert_cmphex(op->imm[0], ==, scene->code.pc + at);
            g_assert_cmpuint(op->imm[1], >, 0);
            size = disassemble(scene, at);
            if (size) {
                g_assert_cmpuint(size, ==, op->imm[1]);
            } else {
                g_assert_true(leaves_as_illegal(l->r, scene->code.pc + at));
            }
            at += op->imm[1];
            nb++;
        }
    }
    g_assert_cmpuint(at, ==, l->lift.size);
    g_assert_cmpuint(nb, ==, l->lift.insns);
}

static void check_lift(const Scene *scene, const Lifted *l)
{
    g_assert_cmpuint(l->lift.size, <=, scene->code.size);
    g_assert_cmpuint(l->lift.insns, <=, scene->max_insns);
    if (l->lift.size == 0) { /* the first instruction is cut off */
        g_assert_cmpuint(l->lift.insns, ==, 0);
        g_assert_cmpuint(disassemble(scene, 0), ==, 0);
        return;
    }
    g_assert_true(tcg_verify(l->r, "as lifted", stderr));
    fuzz_check_text(l->r);
    check_insns(scene, l);
}

static void check_same(const Lifted *l, const Scene *scene, Arena *arena)
{
    Lifted again = lift(scene, arena);
    char *text = fuzz_region_text(l->r), *text_again = fuzz_region_text(again.r);

    g_assert_cmpstr(text, ==, text_again);
    free(text);
    free(text_again);
}

static void compile(const Scene *scene, const TcgBackend *backend)
{
    Arena arena;

    arena_init(&arena);
    fuzz_compile(lift(scene, &arena).r, backend, 0, scene->space);
    arena_done(&arena);
}

static void run_scene(const Scene *scene)
{
    Arena arena;
    Lifted l;

    arena_init(&arena);
    l = lift(scene, &arena);
    check_lift(scene, &l);
    check_same(&l, scene, &arena);
    for (unsigned n = 0; l.lift.size && tcg_backends[n]; n++) {
        compile(scene, tcg_backends[n]);
    }
    arena_done(&arena);
}

/* block_flags() of a reset state with one byte changed. */
static uint32_t block_flags(const GuestArch *arch, const Header *h)
{
    uint8_t *state = aligned_alloc(64, arch->state_size);
    const char *error;
    uint32_t flags;

    memset(state, 0, arch->state_size);
    g_assert_true(arch->reset(state, NULL, &error));
    state[h->offset % arch->state_size] ^= h->value;
    flags = arch->block_flags(state);
    free(state);
    return flags;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Scene scene = { .arch = guest_arch_by_name(FUZZ_GUEST) };
    uint8_t *bytes;
    Header h;

    if (size < sizeof(h)) {
        return 0;
    }
    memcpy(&h, data, sizeof(h));
    scene.flags = block_flags(scene.arch, &h);
    scene.max_insns = 1 + h.max_insns % MAX_INSNS;
    scene.space = h.space ? h.space : ENOUGH_SPACE;
    scene.code.pc = h.pc & -(uint64_t)scene.arch->min_insn & TCG_MASK(scene.arch->address_bits);
    scene.code.size = size - sizeof(h);
    bytes = malloc(scene.code.size); /* a byte more is a fault */
    memcpy(bytes, data + sizeof(h), scene.code.size);
    scene.code.bytes = bytes;
    run_scene(&scene);
    free(bytes);
    return 0;
}

#ifdef DRAGOMAN_FUZZ_REPLAY

enum { ROUNDS = 300, ROUND_BYTES = 128 };

/* Random bytes: most do not decode for long, which is what the first instructions of a block are for. */
static void replay_random(void)
{
    GRand *rand = g_rand_new_with_seed(4711);
    uint8_t bytes[sizeof(Header) + ROUND_BYTES];

    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t size = sizeof(Header) + (size_t)g_rand_int_range(rand, 0, ROUND_BYTES);

        for (unsigned n = 0; n < sizeof(bytes); n++) {
            bytes[n] = (uint8_t)g_rand_int(rand);
        }
        LLVMFuzzerTestOneInput(bytes, size);
    }
    g_rand_free(rand);
    g_print("%d blocks lifted\n", ROUNDS);
}

void (*const fuzz_without_files)(void) = replay_random;

#endif
