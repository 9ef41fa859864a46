/*
 * Random regions that end: all operations, many blocks, loops on a countdown, memory accesses inside a
 * buffer (or, now and then, on a page that is not there), helper calls.
 *
 * The same seed gives the same region.  Results that the IR leaves open (a NaN's payload after
 * arithmetic) are made canonical by fnan, so whatever runs the region must agree on everything.
 */
#ifndef TESTS_UNIT_IR_RANDOM_H
#define TESTS_UNIT_IR_RANDOM_H

#include <glib.h>

#include "tcg/helper.h"

enum {
    IR_RANDOM_INTS = 16,
    IR_RANDOM_VECS = 8,
    IR_RANDOM_FUEL = IR_RANDOM_INTS, /* global: back edges left */
    IR_RANDOM_BASE,                  /* global: the buffer's address; never written */
    IR_RANDOM_FIRST_VEC,             /* v64 */
    IR_RANDOM_FIRST_I32 = IR_RANDOM_FIRST_VEC + IR_RANDOM_VECS,
    IR_RANDOM_I32S = 2,
    IR_RANDOM_FIRST_V128 = IR_RANDOM_FIRST_I32 + IR_RANDOM_I32S,
    IR_RANDOM_V128S = 2,
    IR_RANDOM_GLOBALS = IR_RANDOM_FIRST_V128 + IR_RANDOM_V128S,
    IR_RANDOM_PC = 2048,    /* offset of the pc in the state: all else lies below it */
    IR_RANDOM_STATE = 1024, /* offset of state that is no global: STATE_SIZE bytes */
    IR_RANDOM_STATE_SIZE = 64,
    IR_RANDOM_BUFFER = 4096, /* bytes from BASE on, then 4096 that are not mapped */
};

typedef struct IrRandomOptions {
    bool calls, faults;
    bool wide;   /* v128 */
    bool widest; /* v256 */
} IrRandomOptions;

/* What a region starts from, and what it leaves. */
typedef struct IrWorld {
    uint8_t state[IR_RANDOM_PC];
    uint8_t buffer[IR_RANDOM_BUFFER];
    uint32_t round; /* TcgRound */
    uint32_t pending;
} IrWorld;

/* Valid after ir_random_init(), which registers the helpers too. */
extern const TcgGlobals ir_random_globals;
void ir_random_init(void);

/* The helpers that regions call, ended by one without a name. */
extern const TcgHelper ir_random_helpers[];

TcgRegion *ir_random_region(Arena *arena, uint32_t seed, const IrRandomOptions *options);
/* Which seeds call, fault and so on. */
IrRandomOptions ir_random_options(uint32_t seed);

/* What seed's region starts from; BASE is the caller's to set. */
void ir_random_world(IrWorld *world, uint32_t seed);

/* Bits that are edge cases of some operation more often than not. */
uint64_t ir_random_bits(GRand *rand);

#endif
