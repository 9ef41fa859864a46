/*
 * Breakpoints and single steps.
 *
 * A breakpoint is not in the guest's memory and not in any block: blocks end before its address,
 * and no block begins at it, so that whoever comes there finds none, and the run loop looks here.
 * Running with breakpoints elsewhere costs nothing.  Putting one in cuts off the blocks that hold
 * its address; taking it out leaves the short blocks before it as they are.
 *
 * A step runs a block of one instruction, lifted under a flag of its own, that is neither chained
 * nor remembered, so that it comes back to the run loop.
 */
#include "machine.h"

#include <errno.h>
#include <glib.h>

void breakpoints_open(Machine *m)
{
    m->breakpoints = g_array_new(FALSE, FALSE, sizeof(GuestAddr));
}

void breakpoints_close(Machine *m)
{
    g_array_unref(m->breakpoints);
}

/* The index of the first one at or above addr. */
static unsigned find_locked(const Machine *m, GuestAddr addr)
{
    unsigned low = 0, high = m->breakpoints->len;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (g_array_index(m->breakpoints, GuestAddr, middle) < addr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has_locked(const Machine *m, unsigned n, GuestAddr addr)
{
    return n < m->breakpoints->len && g_array_index(m->breakpoints, GuestAddr, n) == addr;
}

static void changed_locked(Machine *m)
{
    __atomic_store_n(&m->nb_breakpoints, m->breakpoints->len, __ATOMIC_SEQ_CST);
    __atomic_store_n(&m->breakpoint_version, m->breakpoint_version + 1, __ATOMIC_SEQ_CST);
}

int breakpoints_insert(Machine *m, GuestAddr addr)
{
    unsigned n;

    pthread_mutex_lock(&m->lock);
    n = find_locked(m, addr);
    if (has_locked(m, n, addr)) {
        pthread_mutex_unlock(&m->lock);
        return -EEXIST;
    }
    g_array_insert_val(m->breakpoints, n, addr);
    changed_locked(m);
    pthread_mutex_unlock(&m->lock);
    machine_invalidate(m, addr, addr + 1);
    return 0;
}

int breakpoints_remove(Machine *m, GuestAddr addr)
{
    unsigned n;
    bool found;

    pthread_mutex_lock(&m->lock);
    n = find_locked(m, addr);
    found = has_locked(m, n, addr);
    if (found) {
        g_array_remove_index(m->breakpoints, n);
        changed_locked(m);
    }
    pthread_mutex_unlock(&m->lock);
    return found ? 0 : -ENOENT;
}

bool breakpoints_has(Machine *m, GuestAddr addr)
{
    bool found;

    if (__atomic_load_n(&m->nb_breakpoints, __ATOMIC_SEQ_CST) == 0) {
        return false;
    }
    pthread_mutex_lock(&m->lock);
    found = has_locked(m, find_locked(m, addr), addr);
    pthread_mutex_unlock(&m->lock);
    return found;
}

size_t breakpoints_limit(Machine *m, GuestAddr pc, size_t size)
{
    unsigned n;

    if (__atomic_load_n(&m->nb_breakpoints, __ATOMIC_SEQ_CST) == 0) {
        return size;
    }
    pthread_mutex_lock(&m->lock);
    n = find_locked(m, pc + 1);
    if (n < m->breakpoints->len) {
        size = MIN(size, g_array_index(m->breakpoints, GuestAddr, n) - pc);
    }
    pthread_mutex_unlock(&m->lock);
    return size;
}
