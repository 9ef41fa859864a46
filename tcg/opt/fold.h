/*
 * Parts of the fold pass.
 */
#ifndef OPT_FOLD_H
#define OPT_FOLD_H

#include "facts.h"

/* setcond, movcond, brcond: conditions on conditions, on masks, with known outcome. */
bool fold_condition(Facts *f, TcgOp *op);
/* brcond with a known outcome becomes br or is removed; true: op is changed or gone. */
bool fold_branch(Facts *f, TcgBlock *block, TcgOp *op);

/* or, add, xor of two shifts that make a rotation; true: op is that now. */
bool fold_rotate(Facts *f, TcgOp *op);

#endif
