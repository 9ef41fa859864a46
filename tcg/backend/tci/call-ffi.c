/*
 * Helper calls through libffi.
 *
 * Few signatures exist: each argument is an i32 or an i64 (v64 values travel as i64), up to six, and so is the
 * result.  Each signature's call interface is prepared once, when the first region that needs it is
 * compiled, and never freed; regions hold pointers to it.
 */
#include <ffi.h>
#include <glib.h>

#include "bytecode.h"

enum {
    NB_KINDS = 3,                   /* none, 32 bits, 64 bits */
    NB_SIGNATURES = NB_KINDS * 729, /* result, then six arguments in base 3 */
};

typedef struct Interface {
    ffi_cif cif;
    ffi_type *args[TCG_MAX_INS];
} Interface;

/* By signature; written once each, atomically. */
static Interface *interfaces[NB_SIGNATURES];

static ffi_type *const kind_types[NB_KINDS] = { &ffi_type_void, &ffi_type_uint32,
                                                &ffi_type_uint64 };

/* Index in kind_types; -1: does not fit a register. */
static int kind_of(TcgType type)
{
    return type == TCG_NONE ? 0 : type == TCG_I32 ? 1 : type == TCG_I64 || type == TCG_V64 ? 2 : -1;
}

static Interface *prepare(const int *kinds, unsigned nb_args, int ret_kind)
{
    Interface *made = g_new0(Interface, 1);

    for (unsigned n = 0; n < nb_args; n++) {
        made->args[n] = kind_types[kinds[n]];
    }
    if (ffi_prep_cif(&made->cif, FFI_DEFAULT_ABI, nb_args, kind_types[ret_kind], made->args) !=
        FFI_OK) {
        g_error("libffi has no call interface for %u integers", nb_args);
    }
    return made;
}

const void *tci_call_interface(const TcgHelper *helper)
{
    int kinds[TCG_MAX_INS] = { 0 }, ret = kind_of(helper->ret);
    unsigned nb = 0, signature = (unsigned)ret;
    Interface *known, *made;

    if (helper->flags & TCG_HELPER_ENV) {
        kinds[nb++] = sizeof(void *) == 8 ? 2 : 1;
    }
    for (unsigned n = 0; n < helper->nb_args; n++) {
        if (nb == TCG_MAX_INS || kind_of(helper->args[n]) <= 0) {
            return NULL;
        }
        kinds[nb++] = kind_of(helper->args[n]);
    }
    if (ret < 0) {
        return NULL;
    }
    for (unsigned n = 0; n < TCG_MAX_INS; n++) {
        signature = signature * NB_KINDS + (unsigned)kinds[n];
    }
    known = __atomic_load_n(&interfaces[signature], __ATOMIC_ACQUIRE);
    if (known) {
        return &known->cif;
    }
    made = prepare(kinds, nb, ret);
    if (!__atomic_compare_exchange_n(&interfaces[signature], &known, made, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        g_free(made);
        return &known->cif;
    }
    return &made->cif;
}

/* What libffi reads an argument through, by its type. */
typedef union Argument {
    uint32_t u32;
    uint64_t u64;
} Argument;

uint64_t tci_call(const TciFrame *f, uint8_t *state, const TciWord *at)
{
    ffi_cif *cif = (ffi_cif *)at[1].ptr;
    bool env = at->insn.r[0];
    Argument args[TCG_MAX_INS];
    void *pointers[TCG_MAX_INS];
    union {
        ffi_arg word;
        uint64_t u64;
    } ret = { .u64 = 0 };

    for (unsigned n = 0; n < cif->nargs; n++) {
        uint64_t value = n == 0 && env ? (uintptr_t)state : f->x[n];

        if (cif->arg_types[n] == &ffi_type_uint32) {
            args[n].u32 = (uint32_t)value;
        } else {
            args[n].u64 = value;
        }
        pointers[n] = &args[n];
    }
    ffi_call(cif, FFI_FN(at[2].ptr), &ret, pointers);
    /* A 32-bit result comes back widened to ffi_arg. */
    return cif->rtype == &ffi_type_uint32 ? (uint32_t)ret.word
           : cif->rtype == &ffi_type_void ? f->x[0]
                                          : ret.u64;
}
