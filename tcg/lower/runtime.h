/*
 * Helpers that legalize calls for operations the host lacks.
 */
#ifndef LOWER_RUNTIME_H
#define LOWER_RUNTIME_H

#include "tcg/helper.h"

/*
 * The helper that computes the value of op: its inputs, then its immediates as i64 (for the
 * operations that have any).  NULL: there is none.
 */
const TcgHelper *runtime_helper(const TcgOp *op);

#endif
