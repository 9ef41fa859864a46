/*
 * Generated code for the unwinders in the process itself: libgcc's, which exceptions, backtrace(3)
 * and _Unwind_Backtrace() use, and libunwind, where profilers and others have brought it along.
 *
 * The call frame information lies behind the entry code in the code buffer, where 32 bits reach
 * code from it, as libunwind's table wants.  It never changes: all blocks have one frame.
 */
#include "machine.h"

#include <glib.h>
#include <string.h>

#include "tcg/unwind.h"

/* libgcc's; where another unwinder is linked it may not be there. */
void __register_frame(void *begin) __attribute__((weak));
void __deregister_frame(void *begin) __attribute__((weak));

/*
 * libunwind-dynamic.h: unw_dyn_info_t with its member u.rti, since version 1.6.  Older ones have no
 * load_offset under the same soname, and are known by what else they lack.
 */
typedef struct UnwDynInfo {
    struct UnwDynInfo *next, *prev;
    uintptr_t start, end, gp;
    int32_t format, pad;
    uintptr_t load_offset, name, segment, table_words, table;
} UnwDynInfo;

enum { UNW_INFO_FORMAT_REMOTE_TABLE = 2 };

void _U_dyn_register(UnwDynInfo *info) __attribute__((weak));
void _U_dyn_cancel(UnwDynInfo *info) __attribute__((weak));

/* x86-64's, like the only backend with frames. */
int _Ux86_64_get_exe_image_path(char *path) __attribute__((weak));

/* Of the table, relative to the segment. */
typedef struct UnwEntry {
    int32_t start, fde;
} UnwEntry;

enum { MAX_FDES = 8 };

/* libunwind keeps a pointer to it. */
struct ProcessUnwind {
    UnwDynInfo dyn;
    void *eh_frame;
};

/* An entry for each FDE of eh_frame, which holds them in order of address; they lie behind it. */
static unsigned make_table(UnwEntry table[MAX_FDES], const uint8_t *eh_frame)
{
    unsigned nb = 0;
    uint32_t length, cie;

    for (const uint8_t *at = eh_frame;; at += 4 + length) {
        uint64_t start;

        memcpy(&length, at, 4);
        if (!length) {
            return nb;
        }
        memcpy(&cie, at + 4, 4);
        memcpy(&start, at + 8, 8);
        if (cie) {
            g_assert(nb < MAX_FDES);
            table[nb++] =
                (UnwEntry){ (int32_t)(start - (uintptr_t)eh_frame), (int32_t)(at - eh_frame) };
        }
    }
}

static void tell_libunwind(ProcessUnwind *unwind, const TcgUnwindRange *range, uint8_t *rw,
                           const uint8_t *rx, size_t size)
{
    UnwEntry table[MAX_FDES];
    size_t offset = (size + 7) & ~(size_t)7;
    unsigned nb = make_table(table, rx);

    memcpy(rw + offset, table, nb * sizeof(table[0]));
    unwind->dyn = (UnwDynInfo){
        .start = range->entry,
        .end = range->end,
        .format = UNW_INFO_FORMAT_REMOTE_TABLE,
        .name = (uintptr_t) "generated code",
        .segment = (uintptr_t)rx,
        .table_words = nb * sizeof(table[0]) / sizeof(uintptr_t),
        .table = (uintptr_t)(rx + offset),
    };
    _U_dyn_register(&unwind->dyn);
}

/* Behind the last step there is nothing in the entry code's chunk. */
static size_t entry_size(const Machine *m)
{
    return (m->target.steps[m->target.nb_steps - 1].offset + 15) & ~(size_t)15;
}

void process_unwind_open(Machine *m)
{
    TcgUnwindRange range = { (uintptr_t)m->entry, (uintptr_t)m->buf.rx,
                             (uintptr_t)m->buf.rx + m->buf.size };
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const uint8_t *rx = m->entry + entry_size(m);
    uint8_t *rw = code_buf_rw(&m->buf, rx);

    if (!m->target.backend->dwarf) {
        return;
    }
    tcg_unwind_write(bytes, &m->target, &range, TCG_UNWIND_EH_ABSOLUTE, 0);
    if (entry_size(m) + bytes->len + MAX_FDES * sizeof(UnwEntry) + 8 > ENTRY_SIZE) {
        g_error("no room for call frame information behind the entry code");
    }
    memcpy(rw, bytes->data, bytes->len);
    m->unwind = g_new0(ProcessUnwind, 1);
    m->unwind->eh_frame = (void *)rx;
    if (__register_frame && __deregister_frame) {
        __register_frame(m->unwind->eh_frame);
    }
    if (_U_dyn_register && _U_dyn_cancel && _Ux86_64_get_exe_image_path) {
        tell_libunwind(m->unwind, &range, rw, rx, bytes->len);
    }
}

void process_unwind_close(Machine *m)
{
    if (!m->unwind) {
        return;
    }
    if (__register_frame && __deregister_frame) {
        __deregister_frame(m->unwind->eh_frame);
    }
    if (m->unwind->dyn.format) {
        _U_dyn_cancel(&m->unwind->dyn);
    }
    g_clear_pointer(&m->unwind, g_free);
}
