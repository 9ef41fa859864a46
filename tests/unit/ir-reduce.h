/*
 * From a region that a runner gets wrong to a small one, and to a file for tests/ir.
 */
#ifndef TESTS_UNIT_IR_REDUCE_H
#define TESTS_UNIT_IR_REDUCE_H

#include "ir-compare.h"

typedef struct IrFailure {
    const IrRunner *judge;
    IrRunner *runner;
    char *text; /* the region; g_malloc'ed */
    IrWorld from;
} IrFailure;

/*
 * Shortens text, from and what the runner lacks as long as runner and judge differ.  False: they do not, to begin
 * with.
 */
bool ir_reduce(IrFailure *failure);

/* True: a region that ir_reduce() would take, as all random ones must be. */
bool ir_can_reduce(const char *text);

/* A file of tests/ir that holds if what runs it agrees with the judge; g_malloc'ed. */
char *ir_failure_file(const IrFailure *failure, const char *comment);

char *ir_region_text(const TcgRegion *r);

#endif
