/*
 * Random regions that end: all operations, many blocks, loops on a countdown, memory accesses inside a
 * buffer (or, now and then, on a page that is not there), helper calls.
 *
 * The same seed gives the same region.  Results that the IR leaves open (a NaN's payload after
 * arithmetic) are made canonical by fnan, so whatever runs the region must agree on everything.
 */
#ifndef TESTS_UNIT_IR_RANDOM_H
#define TESTS_UNIT_IR_RANDOM_H

#include "tcg/ir.h"

enum {
    IR_RANDOM_INTS = 16,
    IR_RANDOM_VECS = 8,
    IR_RANDOM_FUEL = IR_RANDOM_INTS, /* global: back edges left */
    IR_RANDOM_BASE,                  /* global: the buffer's address; never written */
    IR_RANDOM_FIRST_VEC,
    IR_RANDOM_GLOBALS = IR_RANDOM_FIRST_VEC + IR_RANDOM_VECS,
    IR_RANDOM_PC = 2048,    /* offset of the pc in the state */
    IR_RANDOM_STATE = 1024, /* offset of state that is no global: STATE_SIZE bytes */
    IR_RANDOM_STATE_SIZE = 64,
    IR_RANDOM_BUFFER = 4096, /* bytes from BASE on, then 4096 that are not mapped */
};

typedef struct IrRandomOptions {
    bool calls, faults;
    bool wide; /* v128 */
} IrRandomOptions;

/* Valid after ir_random_init(), which registers the helpers too. */
extern const TcgGlobals ir_random_globals;
void ir_random_init(void);

TcgRegion *ir_random_region(Arena *arena, uint32_t seed, const IrRandomOptions *options);

/* Values of all globals and the extra state, and the buffer's bytes, for seed. */
void ir_random_fill(uint8_t *state, uint8_t *buffer, uint32_t seed);

#endif
