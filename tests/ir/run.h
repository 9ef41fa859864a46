/*
 * A case of tests/ir, between the parts of its runner.
 */
#ifndef TESTS_IR_RUN_H
#define TESTS_IR_RUN_H

#include <glib.h>

#include "target/guest.h"

typedef struct Case {
    const char *path;
    char **lines;
    char *run, *without;
    const GuestArch *guest; /* whose CPU state it is; NULL: none's */
    char *ir;               /* the text up to "expect:", directives blanked */
    char *whole;            /* expected region; NULL: none */
    char *parse_error;
    GPtrArray *notes;   /* by operation in text order: its comment or NULL */
    GString *complaint; /* empty: passed */
} Case;

void complain(Case *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* run: exec */
void test_exec(Case *c);

#endif
