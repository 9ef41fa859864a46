/*
 * Helper calls.  The allocator has put the arguments in the registers of the C convention and
 * emptied the ones a C function may change.
 */
#include "ops.h"

#include "tcg/helper.h"

void x86_emit_call(X86Emit *e, const TcgMop *mop)
{
    const TcgHelper *helper = mop->op->helper;

    if (helper->flags & TCG_HELPER_ENV) {
        x86_lea_rm(&e->a, true, X86_RDI, x86_state_mem(0));
    }
    x86_call_to(e, helper->fn);
}
