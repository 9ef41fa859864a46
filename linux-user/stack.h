/*
 * The initial stack: arguments, environment, auxiliary vector.
 */
#ifndef STACK_H
#define STACK_H

#include "linux-user/task.h"

/* What the loader knows and the auxiliary vector tells. */
typedef struct StackInfo {
    GuestAddr phdr, entry; /* of the program itself, not of its interpreter */
    unsigned phnum, phentsize;
    GuestAddr interp_base; /* AT_BASE: 0 without interpreter */
    const char *exec_name; /* AT_EXECFN */
    char **argv, **envp;   /* NULL-ended */
    bool executable;
} StackInfo;

/*
 * Map a stack of size bytes as high as possible, before anything else is mapped; later mappings
 * go below it.  Both return NULL or what failed (to be freed).
 */
char *stack_map(Process *process, uint64_t size, bool executable);
/*
 * Build the contents for the first task, in its initial state, and set its stack pointer.
 * Fills the process's argument and auxv fields.
 */
char *stack_build(GuestTask *task, const StackInfo *info);

#endif
