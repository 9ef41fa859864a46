/*
 * GDB's JIT interface (GDB manual, "JIT Compilation Interface"): a list of in-memory object files
 * that gdb and lldb read when they attach, when it changes, or from a core file.
 *
 * The caller holds one lock over each call.
 */
#ifndef TCG_GDB_JIT_H
#define TCG_GDB_JIT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct TcgJitEntry TcgJitEntry;

/* Tell debuggers of the object file; it must stay as long as the entry. */
TcgJitEntry *tcg_gdb_jit_register(const void *file, size_t size);
void tcg_gdb_jit_unregister(TcgJitEntry *entry);
/* The file has changed: let a debugger that follows the list read it anew.  Returns the entry it has now. */
TcgJitEntry *tcg_gdb_jit_update(TcgJitEntry *entry, size_t size);
/* The same for those that come later, who look at the list as it is then. */
void tcg_gdb_jit_set_size(TcgJitEntry *entry, size_t size);

/* Whether a debugger follows the list now: its breakpoint is in place. */
bool tcg_gdb_jit_is_followed(void);

#endif
