/*
 * The list of in-memory object files that gdb knows by name.
 *
 * gdb has a breakpoint on the function and looks at the descriptor when it is hit.  Both names must survive strip:
 * the build exports them.
 */
#include "tcg/gdb-jit.h"

#include <glib.h>
#include <stdint.h>

typedef enum JitAction { JIT_NOACTION, JIT_REGISTER_FN, JIT_UNREGISTER_FN } JitAction;

/* Laid out as gdb reads them; struct jit_code_entry and jit_descriptor of its manual. */
struct TcgJitEntry {
    TcgJitEntry *next, *prev;
    const void *file;
    uint64_t size;
};

typedef struct JitDescriptor {
    uint32_t version;
    uint32_t action;
    TcgJitEntry *relevant;
    TcgJitEntry *first;
} JitDescriptor;

/* The names and the version are gdb's. */
JitDescriptor __jit_debug_descriptor
    __attribute__((visibility("default"), used)) = { .version = 1 };
void __jit_debug_register_code(void) __attribute__((visibility("default"), noinline, used));

/* The barrier keeps calls and what was stored before them. */
void __jit_debug_register_code(void)
{
    __asm__ volatile("" ::: "memory");
}

static void notify(JitAction action, TcgJitEntry *entry)
{
    JitDescriptor *d = &__jit_debug_descriptor;

    d->relevant = entry;
    d->action = action;
    __jit_debug_register_code();
    /* Who attaches later must not act on it again. */
    d->action = JIT_NOACTION;
    d->relevant = NULL;
}

static void link_entry(TcgJitEntry *entry)
{
    JitDescriptor *d = &__jit_debug_descriptor;

    entry->prev = NULL;
    entry->next = d->first;
    if (entry->next) {
        entry->next->prev = entry;
    }
    d->first = entry;
}

static void unlink_entry(TcgJitEntry *entry)
{
    if (entry->next) {
        entry->next->prev = entry->prev;
    }
    if (entry->prev) {
        entry->prev->next = entry->next;
    } else {
        __jit_debug_descriptor.first = entry->next;
    }
}

TcgJitEntry *tcg_gdb_jit_register(const void *file, size_t size)
{
    TcgJitEntry *entry = g_new0(TcgJitEntry, 1);

    entry->file = file;
    entry->size = size;
    link_entry(entry);
    notify(JIT_REGISTER_FN, entry);
    return entry;
}

void tcg_gdb_jit_unregister(TcgJitEntry *entry)
{
    unlink_entry(entry);
    notify(JIT_UNREGISTER_FN, entry);
    g_free(entry);
}

/* The new one comes first: between the two a debugger may stop the other threads and look at them. */
TcgJitEntry *tcg_gdb_jit_update(TcgJitEntry *entry, size_t size)
{
    TcgJitEntry *updated = tcg_gdb_jit_register(entry->file, size);

    tcg_gdb_jit_unregister(entry);
    return updated;
}

void tcg_gdb_jit_set_size(TcgJitEntry *entry, size_t size)
{
    __atomic_store_n(&entry->size, size, __ATOMIC_RELEASE);
}

bool tcg_gdb_jit_is_followed(void)
{
#if defined(__x86_64__) || defined(__i386__)
    enum { INT3 = 0xcc };

    return *(const volatile uint8_t *)(uintptr_t)&__jit_debug_register_code == INT3;
#else
    return false;
#endif
}
