/*
 * The generator of random regions, between its files.
 */
#ifndef TESTS_UNIT_IR_GEN_H
#define TESTS_UNIT_IR_GEN_H

#include "ir-random.h"
#include "tcg/builder.h"

enum { GEN_MAX_TEMPS = 32 };

typedef struct Pool {
    TcgVal v[GEN_MAX_TEMPS];
    unsigned nb, nb_entry; /* of the entry block */
} Pool;

typedef struct Gen {
    GRand *rand;
    const IrRandomOptions *options;
    IrBuilder ir;
    Pool i64, i32, v64, v128, v256;
    unsigned slot;
    uint64_t pc;
} Gen;

unsigned gen_below(Gen *g, unsigned n);

/* Values there are, or constants. */
TcgVal gen_value64(Gen *g);
TcgVal gen_int(Gen *g, TcgType type); /* an i32 operation may get an i64 value */
TcgVal gen_vec(Gen *g);               /* v64 */

/* Into a global or for later; v may be used no more. */
void gen_keep_i64(Gen *g, TcgVal v);
void gen_keep_int(Gen *g, TcgType type, TcgVal v);
void gen_keep_vec(Gen *g, TcgVal v);

/* Any NaN to the default one. */
TcgVal gen_canonical(Gen *g, TcgType type, TcgVal v);

void gen_value_op(Gen *g);

/* Inside the buffer with room for any access on both sides; aligned: to 32. */
TcgVal gen_address(Gen *g, bool aligned);
/* Small: what index << scale adds stays in that room; as does the displacement. */
TcgVal gen_small_index(Gen *g);
int64_t gen_disp(Gen *g, bool aligned);
/* gld, gst, gldx, gstx, ld, st: in: the address. */
void gen_access(Gen *g, TcgOpcode code, const TcgVal *in, int64_t disp, bool aligned);

/* ir-random-idioms.c: operations in a row that frontends write. */
void gen_idiom(Gen *g);

#endif
