/*
 * The same region on several machines: what each leaves behind, and whether it is the same.
 *
 * Runner 0 is the judge: the interpreter without passes, whose operations are the table's own
 * expressions.
 */
#ifndef TESTS_UNIT_IR_COMPARE_H
#define TESTS_UNIT_IR_COMPARE_H

#include "ir-exec.h"
#include "ir-random.h"

/* A way to compile and run. */
typedef struct IrRunner {
    const TcgBackend *backend;
    const char *features; /* as --host-features, NULL: all */
    bool optimize;
    uint64_t skip;            /* passes left out */
    bool lacks[TCG_OP_COUNT]; /* operations left to legalize where it can */
    char name[128];
    /* For tests of the tests: this operation is compiled as if it were `instead`. */
    bool broken;
    TcgOpcode code, instead;
} IrRunner;

enum { IR_CRASHED = 1000 };

typedef struct IrOutcome {
    uint64_t exit; /* TcgExit; TCG_EXIT_COUNT + slot of a jump; IR_CRASHED */
    uint64_t pc;
    uint64_t fault_addr;
    bool is_write, misaligned;
    uint32_t flags; /* of the MXCSR: the sticky ones but for denormals */
    IrWorld world;
} IrOutcome;

/* Once: a machine per backend, the helpers, guest memory. */
void ir_compare_init(void);

/* False: this build has no such backend. */
bool ir_runner_init(IrRunner *runner, const char *backend, const char *features, bool optimize,
                    uint64_t skip);

/*
 * Consumes r: passes change it.  If ir_runner_forks is set, in a child: an outcome may then be IR_CRASHED
 * instead of an exit, where this process would have ended.
 */
extern bool ir_runner_forks;
void ir_runner_run(const IrRunner *runner, TcgRegion *r, const IrWorld *from, IrOutcome *ret);

/* The operations left to legalize, one in `share` of all, chosen by seed. */
void ir_runner_lacks(IrRunner *runner, uint32_t seed, unsigned share);

bool ir_outcome_equal(const IrOutcome *a, const IrOutcome *b);

/* A bit of TcgPassOptions.skip. */
uint64_t ir_pass_bit(const char *name);

#endif
