/*
 * Call frame information of generated code, from the frame's layout.
 *
 * Entry code has an FDE per part (prologue and epilogue; the trampoline of slow paths), with a row per
 * step.  In all other code the stack pointer does not move, so one row serves it, and the FDEs touch:
 * a caller's frame is looked up at its return address less one.
 */
#include "tcg/unwind.h"

#include <string.h>

/* DWARF 4, figure 40, and the pointer encodings of .eh_frame. */
enum {
    DW_CFA_nop = 0x00,
    DW_CFA_advance_loc1 = 0x02,
    DW_CFA_advance_loc2 = 0x03,
    DW_CFA_advance_loc4 = 0x04,
    DW_CFA_def_cfa = 0x0c,
    DW_CFA_def_cfa_offset = 0x0e,
    DW_CFA_advance_loc = 0x40,
    DW_CFA_offset = 0x80,
    DW_CFA_restore = 0xc0,
    DW_EH_PE_absptr = 0x00,
    DW_EH_PE_sdata4 = 0x0b,
    DW_EH_PE_sdata8 = 0x0c,
    DW_EH_PE_pcrel = 0x10,
};

typedef struct CfiWriter {
    GByteArray *out;
    size_t section; /* where it starts in out */
    const TcgTarget *target;
    const TcgHostDwarf *host;
    TcgUnwindForm form;
    uint64_t at;
    size_t cie;
    TcgFrameStep now; /* the row that the instructions so far make */
} CfiWriter;

static void put(CfiWriter *w, uint64_t value, unsigned bytes)
{
    value = GUINT64_TO_LE(value);
    g_byte_array_append(w->out, (const guint8 *)&value, bytes);
}

static void put_uleb(CfiWriter *w, uint64_t value)
{
    do {
        uint8_t byte = value & 0x7f;

        value >>= 7;
        put(w, value ? byte | 0x80 : byte, 1);
    } while (value);
}

/* One byte is enough for the factors used here. */
static void put_small_sleb(CfiWriter *w, int value)
{
    g_assert(value >= -64 && value < 64);
    put(w, value & 0x7f, 1);
}

static unsigned word_size(const CfiWriter *w)
{
    return w->host->bits / 8;
}

static bool is_eh(const CfiWriter *w)
{
    return w->form != TCG_UNWIND_DEBUG_FRAME;
}

/* ------------------------------------------------------------------ entries */

/* The length, to be filled in. */
static size_t begin_entry(CfiWriter *w)
{
    size_t start = w->out->len;

    put(w, 0, 4);
    return start;
}

static void end_entry(CfiWriter *w, size_t start)
{
    uint32_t length;

    while ((w->out->len - start - 4) % word_size(w)) {
        put(w, DW_CFA_nop, 1);
    }
    length = GUINT32_TO_LE((uint32_t)(w->out->len - start - 4));
    memcpy(w->out->data + start, &length, sizeof(length));
}

static unsigned pointer_encoding(const CfiWriter *w)
{
    if (w->form == TCG_UNWIND_EH_ABSOLUTE) {
        return DW_EH_PE_absptr;
    }
    return DW_EH_PE_pcrel | (word_size(w) == 8 ? DW_EH_PE_sdata8 : DW_EH_PE_sdata4);
}

static void put_cie(CfiWriter *w)
{
    static const char augmentation[] = "zR";
    size_t start = begin_entry(w);

    w->cie = start;
    put(w, is_eh(w) ? 0 : 0xffffffff, 4);
    put(w, 1, 1); /* version */
    if (is_eh(w)) {
        g_byte_array_append(w->out, (const guint8 *)augmentation, sizeof(augmentation));
    } else {
        put(w, 0, 1);
    }
    put_uleb(w, 1); /* unit of advances */
    put_small_sleb(w, -(int)word_size(w));
    put(w, w->host->return_address, 1);
    if (is_eh(w)) {
        put_uleb(w, 1);
        put(w, pointer_encoding(w), 1);
    }
    /* As at a function's first instruction: nothing but the return address is on the stack. */
    put(w, DW_CFA_def_cfa, 1);
    put_uleb(w, w->host->stack_pointer);
    put_uleb(w, word_size(w));
    put(w, DW_CFA_offset | w->host->return_address, 1);
    put_uleb(w, 1);
    end_entry(w, start);
}

static void put_address(CfiWriter *w, uint64_t address)
{
    if (w->form == TCG_UNWIND_EH_PCREL) {
        address -= w->at + (w->out->len - w->section);
    }
    put(w, address, word_size(w));
}

static size_t begin_fde(CfiWriter *w, uint64_t start, uint64_t end)
{
    size_t entry = begin_entry(w);

    /* .debug_frame: offset in the section; .eh_frame: distance back from here. */
    put(w, is_eh(w) ? entry + 4 - w->cie : w->cie - w->section, 4);
    put_address(w, start);
    put(w, end - start, word_size(w));
    if (is_eh(w)) {
        put_uleb(w, 0);
    }
    w->now = (TcgFrameStep){ .cfa = word_size(w) };
    return entry;
}

/* ------------------------------------------------------------------ rows */

static void put_advance(CfiWriter *w, uint32_t delta)
{
    if (delta == 0) {
        return;
    }
    if (delta < 0x40) {
        put(w, DW_CFA_advance_loc | delta, 1);
    } else if (delta <= UINT8_MAX) {
        put(w, DW_CFA_advance_loc1, 1);
        put(w, delta, 1);
    } else if (delta <= UINT16_MAX) {
        put(w, DW_CFA_advance_loc2, 1);
        put(w, delta, 2);
    } else {
        put(w, DW_CFA_advance_loc4, 1);
        put(w, delta, 4);
    }
}

/* From the row so far to the step's; saved registers lie below the return address in push order. */
static void put_row(CfiWriter *w, const TcgFrameStep *step)
{
    const uint8_t *saved = w->target->frame.saved;

    if (step->cfa != w->now.cfa) {
        put(w, DW_CFA_def_cfa_offset, 1);
        put_uleb(w, step->cfa);
    }
    for (unsigned n = w->now.nb_saved; n < step->nb_saved; n++) {
        put(w, DW_CFA_offset | w->host->regs[saved[n]], 1);
        put_uleb(w, n + 2);
    }
    for (unsigned n = w->now.nb_saved; n-- > step->nb_saved;) {
        put(w, DW_CFA_restore | w->host->regs[saved[n]], 1);
    }
    w->now = *step;
}

/* The steps of one part of the entry code; returns the number of the next part's first. */
static unsigned put_part(CfiWriter *w, const TcgUnwindRange *range, unsigned first)
{
    const TcgFrameStep *steps = w->target->steps;
    unsigned nb = w->target->nb_steps, next = first + 1;
    uint32_t at = steps[first].offset;
    uint64_t start = MAX(range->entry + at, range->start), end = range->end;
    size_t entry;

    while (next < nb && !steps[next].begins) {
        next++;
    }
    if (next < nb) {
        end = MIN(end, range->entry + steps[next].offset);
    }
    if (start >= end) {
        return next;
    }
    entry = begin_fde(w, start, end);
    for (unsigned n = first; n < next; n++) {
        put_advance(w, steps[n].offset - at);
        put_row(w, &steps[n]);
        at = steps[n].offset;
    }
    end_entry(w, entry);
    return next;
}

void tcg_unwind_write(GByteArray *out, const TcgTarget *target, const TcgUnwindRange *range,
                      TcgUnwindForm form, uint64_t at)
{
    CfiWriter w = {
        .out = out,
        .section = out->len,
        .target = target,
        .host = target->backend->dwarf,
        .form = form,
        .at = at,
    };

    put_cie(&w);
    for (unsigned n = 0; n < target->nb_steps;) {
        n = put_part(&w, range, n);
    }
    if (is_eh(&w)) {
        put(&w, 0, 4);
    }
}
