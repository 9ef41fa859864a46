/*
 * Cases that run: what one variant's run is made of, for the parts of its runner.
 */
#ifndef TESTS_IR_EXEC_H
#define TESTS_IR_EXEC_H

#include "../unit/ir-exec.h"
#include "run.h"

enum {
    EXEC_MEM_SIZE = 4096,
    EXEC_MAX_READONLY = 16,
    EXEC_FLAGS = 0x3d /* of the MXCSR: without the denormal one */
};

/* A case over all variants. */
typedef struct ExecCase {
    Case *c;
    uint64_t *mem;
    GPtrArray *judged; /* outcomes of the interpreter without passes, by number of the run */
    bool judging;      /* fill it */
} ExecCase;

typedef struct Exec {
    Case *c;
    ExecCase *x;
    IrMachine *m;
    IrCode *code;
    uint64_t *mem;
    GTree *pages; /* beside mem: mapped pages by address; NULL: none */
    uint64_t readonly[EXEC_MAX_READONLY];
    unsigned nb_readonly;
    const char *how; /* for messages */
    const IrExit *exit;
} Exec;

/* exec.c: the jump it left by; -1: by none. */
int exec_jump_taken(const Exec *e);

/* exec-judge.c */

/* Bytes of CPU state that count. */
size_t exec_state_size(const Case *c);
/* The word at an absolute address, whose page is mapped if it was not; NULL: it cannot be. */
void *exec_page_word(Exec *e, uint64_t addr);
/* Once all of them have their words: those of e->readonly cannot be written. */
void exec_protect_pages(Exec *e);
void exec_drop_pages(Exec *e);
/* Compare with what the judge has for this run, or note it for the judge. */
void exec_compare(Exec *e, unsigned run);
void exec_outcome_free(void *outcome);

#endif
