/*
 * Unwind information for generated code: what a debugger, a profiler or the C library's
 * backtrace() needs to pass through it.
 *
 * One description, TcgFrameLayout with the steps that emit_entry noted, is turned into DWARF call
 * frame information (DWARF 4, section 6.4; LSB Core, .eh_frame).
 */
#ifndef TCG_UNWIND_H
#define TCG_UNWIND_H

#include <glib.h>
#include <stdint.h>

#include "tcg/backend.h"

typedef enum TcgUnwindForm {
    TCG_UNWIND_DEBUG_FRAME,
    TCG_UNWIND_EH_ABSOLUTE, /* for __register_frame() */
    TCG_UNWIND_EH_PCREL,    /* for perf, and images that are mapped elsewhere */
} TcgUnwindForm;

/* Code that unwind information is about. */
typedef struct TcgUnwindRange {
    uint64_t entry;      /* where the entry code is */
    uint64_t start, end; /* of the code, which may begin with the entry code or not */
} TcgUnwindRange;

/*
 * Append the section: one CIE, an FDE for each part of the entry code in the range and one for the rest, without
 * a gap between them; .eh_frame ends with a zero length.  at: the address where the section's
 * first byte will be (TCG_UNWIND_EH_PCREL only).
 *
 * Needs: the backend has a TcgHostDwarf.
 */
void tcg_unwind_write(GByteArray *out, const TcgTarget *target, const TcgUnwindRange *range,
                      TcgUnwindForm form, uint64_t at);

#endif
