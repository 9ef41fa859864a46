/*
 * "expect interpreter": the whole outcome of a run, kept from the judge and compared with; and the pages
 * of guest memory that a case has at addresses of its own.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "exec.h"

enum { PAGE = 4096, PAGE_WORDS = PAGE / 8, ROUND_MODE = 3 << 13 };

typedef struct Outcome {
    uint64_t exit, pc, addr; /* exit: TcgExit; TCG_EXIT_COUNT + number of a jump */
    bool is_write, misaligned;
    uint32_t mxcsr;
    uint8_t *state;
    GByteArray *memory; /* mem, then all pages in order of address */
} Outcome;

size_t exec_state_size(const Case *c)
{
    enum { DEFAULT_SIZE = 2048 };

    return c->guest ? c->guest->state_size : DEFAULT_SIZE;
}

/* ------------------------------------------------------------------ pages */

static int compare_addr(const void *a, const void *b, void *unused)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void unmap_page(void *page)
{
    munmap(page, PAGE);
}

static bool map_page(Exec *e, uint64_t addr)
{
    void *page;

    if (!e->pages) {
        e->pages = g_tree_new_full(compare_addr, NULL, g_free, unmap_page);
    }
    if (g_tree_lookup(e->pages, &addr)) {
        return true;
    }
    page = mmap((void *)(uintptr_t)addr, PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (page != (void *)(uintptr_t)addr) {
        if (page != MAP_FAILED) {
            munmap(page, PAGE);
        }
        return false;
    }
    g_tree_insert(e->pages, g_memdup2(&addr, sizeof(addr)), page);
    return true;
}

void *exec_page_word(Exec *e, uint64_t addr)
{
    if (!map_page(e, addr & -PAGE) || !map_page(e, (addr + 7) & -PAGE)) {
        complain(e->c, "%s: the page at %#" PRIx64 " is in use", e->how, addr & -PAGE);
        return NULL;
    }
    return (void *)(uintptr_t)addr;
}

void exec_protect_pages(Exec *e)
{
    for (unsigned n = 0; n < MIN(e->nb_readonly, EXEC_MAX_READONLY); n++) {
        mprotect((void *)(uintptr_t)e->readonly[n], PAGE, PROT_READ);
    }
}

void exec_drop_pages(Exec *e)
{
    e->nb_readonly = 0;
    g_clear_pointer(&e->pages, g_tree_unref);
}

static gboolean append_page(gpointer addr, gpointer page, gpointer memory)
{
    g_byte_array_append(memory, page, PAGE);
    return FALSE;
}

/* ------------------------------------------------------------------ outcomes */

static Outcome *take_outcome(const Exec *e)
{
    Outcome *o = g_new0(Outcome, 1);
    size_t state_size = exec_state_size(e->c);
    int jump = exec_jump_taken(e);

    o->exit = jump >= 0 ? TCG_EXIT_COUNT + (uint64_t)jump : e->exit->value;
    o->pc = jump >= 0 ? e->code->jumps[jump].pc : e->exit->pc;
    if (e->exit->value == TCG_EXIT_FAULT) {
        o->addr = e->exit->addr;
        o->misaligned = e->exit->misaligned;
        o->is_write = e->exit->is_write && !o->misaligned; /* x86 does not know it of these */
    }
    o->mxcsr = e->m->env->guest_mxcsr & (EXEC_FLAGS | ROUND_MODE);
    o->state = g_memdup2(e->m->state, state_size);
    /* The pc is looked at above: a linked jump does not store it. */
    if (e->m->target.pc_offset < state_size) {
        memset(o->state + e->m->target.pc_offset, 0, 8);
    }
    o->memory = g_byte_array_new();
    g_byte_array_append(o->memory, (const guint8 *)e->mem, EXEC_MEM_SIZE);
    if (e->pages) {
        g_tree_foreach(e->pages, append_page, o->memory);
    }
    return o;
}

void exec_outcome_free(void *outcome)
{
    Outcome *o = outcome;

    if (o) {
        g_free(o->state);
        g_byte_array_unref(o->memory);
        g_free(o);
    }
}

static void check(const Exec *e, const char *name, uint64_t got, uint64_t wanted)
{
    if (got != wanted) {
        complain(e->c, "%s: %s is %#" PRIx64 ", the interpreter has %#" PRIx64, e->how, name, got,
                 wanted);
    }
}

/* By global where there is one, else by offset. */
static char *state_name(const Exec *e, size_t at)
{
    const TcgGlobals *globals = e->m->target.globals;

    for (unsigned n = 0; n < globals->nb; n++) {
        const TcgGlobal *global = &globals->global[n];

        if (at >= global->offset && at < global->offset + tcg_type_bits(global->type) / 8) {
            return g_strdup(global->name);
        }
    }
    return g_strdup_printf("state[%zu]", at);
}

static void check_words(const Exec *e, const uint8_t *got, const uint8_t *wanted, size_t size,
                        const uint64_t *page)
{
    for (size_t at = 0; at + 8 <= size; at += 8) {
        g_autofree char *name = NULL;
        uint64_t a, b;

        memcpy(&a, got + at, sizeof(a));
        memcpy(&b, wanted + at, sizeof(b));
        if (a != b) {
            name = page ? g_strdup_printf("[%#" PRIx64 "]", *page + at) : state_name(e, at);
            check(e, name, a, b);
        }
    }
}

typedef struct PageCheck {
    const Exec *e;
    const uint8_t *wanted;
} PageCheck;

static gboolean check_page(gpointer addr, gpointer page, gpointer data)
{
    PageCheck *pages = data;

    check_words(pages->e, page, pages->wanted, PAGE, addr);
    pages->wanted += PAGE;
    return FALSE;
}

static void check_memory(const Exec *e, const Outcome *wanted)
{
    PageCheck pages = { e, wanted->memory->data };
    uint64_t mem = 0;

    check_page(&mem, e->mem, &pages);
    if (e->pages) {
        g_tree_foreach(e->pages, check_page, &pages);
    }
}

void exec_compare(Exec *e, unsigned run)
{
    Outcome *got = take_outcome(e), *wanted;

    if (e->x->judging) {
        g_ptr_array_set_size(e->x->judged, (int)MAX(e->x->judged->len, run + 1));
        g_assert(!e->x->judged->pdata[run]);
        e->x->judged->pdata[run] = got;
        return;
    }
    wanted = e->x->judged->pdata[run];
    check(e, "exit", got->exit, wanted->exit);
    check(e, "pc", got->pc, wanted->pc);
    check(e, "the fault's address", got->addr, wanted->addr);
    check(e, "the fault's direction", got->is_write, wanted->is_write);
    check(e, "misalignment", got->misaligned, wanted->misaligned);
    check(e, "mxcsr", got->mxcsr, wanted->mxcsr);
    check_words(e, got->state, wanted->state, exec_state_size(e->c), NULL);
    check_memory(e, wanted);
    exec_outcome_free(got);
}
