/*
 * What random regions work on: the guest registers, the CPU state beside them, memory, and the helpers.
 *
 * tests/ir/run registers the same helpers, so that a reduced region is a case there as it is.
 */
#include "ir-random.h"

#include <fenv.h>
#include <string.h>

enum { FUEL = 12, I32_OFFSET = 256, V128_OFFSET = 320, X1_OFFSET = 8, X2_OFFSET = 16 };

static TcgGlobal table[IR_RANDOM_GLOBALS];
const TcgGlobals ir_random_globals = { table, IR_RANDOM_GLOBALS };

/* ------------------------------------------------------------------ helpers */

static uint64_t mix(uint64_t a, uint32_t b, uint64_t c)
{
    return (a ^ (uint64_t)b << 17) * UINT64_C(0x9e3779b97f4a7c15) + c;
}

static uint32_t low_half(uint64_t a, uint64_t b)
{
    return (uint32_t)(a * b >> 7);
}

static uint64_t six(uint64_t a, uint32_t b, uint64_t c, uint64_t d, uint64_t e, uint32_t f)
{
    return a + 3 * (uint64_t)b + 5 * c + 7 * d + 9 * e + 11 * (uint64_t)f;
}

static uint64_t get(const uint8_t *state, unsigned offset)
{
    uint64_t value;

    memcpy(&value, state + offset, sizeof(value));
    return value;
}

/* A global is read and another one written, where the region keeps them. */
static uint64_t touch_state(uint8_t *state, uint64_t a)
{
    uint64_t value = get(state, X1_OFFSET) ^ a;

    memcpy(state + X2_OFFSET, &value, sizeof(value));
    return value + 1;
}

static uint64_t peek(const uint8_t *state, uint64_t a)
{
    return get(state, X1_OFFSET) + a * get(state, X2_OFFSET);
}

/* State that is no global. */
static void poke(uint8_t *state, uint64_t a)
{
    memcpy(state + IR_RANDOM_STATE, &a, sizeof(a));
}

TCG_PRESERVES static uint64_t quick(uint64_t a, uint64_t b)
{
    return (a << 3) - b;
}

static uint64_t read_flags(void)
{
    return (uint64_t)fetestexcept(FE_ALL_EXCEPT);
}

static void set_round(uint64_t mode)
{
    static const int modes[] = { FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO };

    fesetround(modes[mode & 3]);
}

enum {
    GLOBALS = TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS | TCG_HELPER_WRITES_GLOBALS,
    READS = TCG_HELPER_ENV | TCG_HELPER_READS_GLOBALS,
};

const TcgHelper ir_random_helpers[] = {
    { "random_mix", mix, TCG_HELPER_PURE, TCG_V64, 3, { TCG_I64, TCG_I32, TCG_V64 } },
    { "random_low_half", low_half, TCG_HELPER_PURE, TCG_I32, 2, { TCG_I64, TCG_I64 } },
    { "random_six",
      six,
      TCG_HELPER_PURE,
      TCG_I64,
      6,
      { TCG_I64, TCG_I32, TCG_V64, TCG_I64, TCG_V64, TCG_I32 } },
    { "random_touch_state", touch_state, GLOBALS, TCG_I64, 1, { TCG_I64 } },
    { "random_peek", peek, READS, TCG_I64, 1, { TCG_I64 } },
    { "random_poke", poke, TCG_HELPER_ENV, TCG_NONE, 1, { TCG_I64 } },
    { "random_quick",
      quick,
      TCG_HELPER_PURE | TCG_HELPER_PRESERVES,
      TCG_I64,
      2,
      { TCG_I64, TCG_I64 } },
    { "random_flags", read_flags, TCG_HELPER_FP_ENV, TCG_I64, 0, { 0 } },
    { "random_set_round", set_round, TCG_HELPER_FP_ENV, TCG_NONE, 1, { TCG_I64 } },
    { .name = NULL },
};

/* ------------------------------------------------------------------ values */

uint64_t ir_random_bits(GRand *rand)
{
    static const uint64_t edges[] = {
        0,
        1,
        UINT64_MAX,
        INT64_MAX,
        INT64_MIN,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        0xffffffff80000000,
        0x3ff0000000000000,
        0x7ff0000000000000,
        0x7ff8000000000000,
        0xffffffff3f800000,
        0xffffffff7f800000,
        0xffffffff7fc00000,
        0x7ff0000000000001,
        0x43e0000000000000, /* 2^63 */
        0xffffffff7f800001, /* signalling */
        0x7bff,             /* the largest f16 */
        0x7c01,             /* a signalling f16 */
    };
    uint64_t bits = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand);

    switch (g_rand_int_range(rand, 0, 6)) {
    case 0 ... 1:
        return edges[g_rand_int_range(rand, 0, G_N_ELEMENTS(edges))];
    case 2:
        return bits & 0xff;
    case 3: /* a double near one */
        return UINT64_C(0x3fe0000000000000) + (bits >> 8);
    case 4: /* a boxed float near one */
        return 0xffffffff00000000 | (0x3f000000 + (bits & 0xffffff));
    default:
        return bits;
    }
}

static void random_words(GRand *rand, uint8_t *to, unsigned bytes)
{
    for (unsigned n = 0; n < bytes; n += 8) {
        uint64_t value = ir_random_bits(rand);

        memcpy(to + n, &value, MIN(8, bytes - n));
    }
}

void ir_random_world(IrWorld *world, uint32_t seed)
{
    GRand *rand = g_rand_new_with_seed(seed ^ 0x5eed);
    uint64_t fuel = FUEL;

    memset(world, 0, sizeof(*world));
    for (unsigned n = 0; n < IR_RANDOM_GLOBALS; n++) {
        random_words(rand, world->state + table[n].offset, tcg_type_bits(table[n].type) / 8);
    }
    memcpy(world->state + table[IR_RANDOM_FUEL].offset, &fuel, sizeof(fuel));
    random_words(rand, world->state + IR_RANDOM_STATE, IR_RANDOM_STATE_SIZE);
    random_words(rand, world->buffer, IR_RANDOM_BUFFER);
    world->round = seed & 3;
    world->pending = seed >> 4 & 1;
    g_rand_free(rand);
}

IrRandomOptions ir_random_options(uint32_t seed)
{
    return (IrRandomOptions){
        .calls = seed % 3 != 0,
        .faults = seed % 4 == 0,
        .wide = seed % 5 < 2,
        .widest = seed % 10 == 0,
    };
}

/* ------------------------------------------------------------------ start */

/* Consecutive heat in each class, so that some of each have no register. */
static void add_globals(unsigned first, unsigned nb, const TcgGlobal *like, unsigned step)
{
    for (unsigned n = 0; n < nb; n++) {
        table[first + n] = *like;
        table[first + n].name = g_strdup_printf("%s%u", like->name, n);
        table[first + n].offset += n * step;
        table[first + n].heat += (int16_t)n;
    }
}

void ir_random_init(void)
{
    unsigned first_vec = 8 * IR_RANDOM_FIRST_VEC;

    /* w0, w1, q0 and q1 are the hottest of their classes: they are in registers. */
    add_globals(0, IR_RANDOM_INTS, &(TcgGlobal){ "x", TCG_I64, 0, IR_RANDOM_I32S }, 8);
    table[IR_RANDOM_FUEL] = (TcgGlobal){ "fuel", TCG_I64, 8 * IR_RANDOM_FUEL, 18 };
    table[IR_RANDOM_BASE] = (TcgGlobal){ "base", TCG_I64, 8 * IR_RANDOM_BASE, 19 };
    add_globals(IR_RANDOM_FIRST_VEC, IR_RANDOM_VECS,
                &(TcgGlobal){ "f", TCG_V64, first_vec, IR_RANDOM_V128S }, 8);
    add_globals(IR_RANDOM_FIRST_I32, IR_RANDOM_I32S, &(TcgGlobal){ "w", TCG_I32, I32_OFFSET, 0 },
                4);
    add_globals(IR_RANDOM_FIRST_V128, IR_RANDOM_V128S,
                &(TcgGlobal){ "q", TCG_V128, V128_OFFSET, 0 }, 16);
    for (const TcgHelper *helper = ir_random_helpers; helper->name; helper++) {
        tcg_helper_register(helper);
    }
}
