/*
 * The -d log: named items, one output file, an address filter.
 *
 * Tests of an item cost one load and one branch when it is off.  A message of many lines is
 * kept together by log_lock()/log_unlock().
 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Log items: name on the command line, help text. */
#define LOG_ITEMS(X)                                                   \
    X(IN_ASM, "in_asm", "guest instructions of each translated block") \
    X(IR, "ir", "IR as lifted; ir:after=PASS: after that pass")        \
    X(RA, "ra", "IR after register allocation")                        \
    X(OUT_ASM, "out_asm", "host code, beside guest code and IR")       \
    X(EXEC, "exec", "each block before it runs (implies no chaining)") \
    X(CHAIN, "chain", "direct jumps being linked and unlinked")        \
    X(CPU, "cpu", "exec with the guest registers before each block")   \
    X(UNIMP, "unimp", "guest features that are not implemented")       \
    X(PAGE, "page", "guest mappings at start and as they change")      \
    X(STRACE, "strace", "system calls")                                \
    X(SIGNAL, "signal", "guest signals")                               \
    X(STATS, "stats", "counters at exit")

typedef enum LogItem {
#define X(id, name, help) LOG_##id,
    LOG_ITEMS(X)
#undef X
        LOG_COUNT,
} LogItem;

extern uint32_t log_mask; /* bit per LogItem; set by log_configure() only */

static inline bool log_on(LogItem item)
{
    return log_mask & (UINT32_C(1) << item);
}

/*
 * Parse a -d argument ("in_asm,ir:after=fold").  False: *ret_error names the bad item and
 * lists the known ones (static or leaked text: the program ends).
 */
bool log_configure(const char *items, const char **ret_error);
/* The pass of ir:after=PASS ("all": every pass), or NULL. */
const char *log_ir_after(void);
/* Send the log to path (%d is the process id) instead of standard error, behind what is there or
 * in its place; 0 or -errno. */
int log_open(const char *path, bool append);
/* Parse -dfilter ("0x1000..0x2000,0x5000+0x100"): address ranges blocks must touch to be logged. */
bool log_set_filter(const char *ranges, const char **ret_error);
bool log_filter_match(uint64_t start, uint64_t end);

FILE *log_lock(void);
void log_unlock(void);
/* One message, locked. */
void log_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* In the child of fork. */
void log_after_fork(void);

#endif
