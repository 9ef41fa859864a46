/*
 * --dump-block: a block as it is lifted, written as a file that tests/ir takes.
 *
 * A block is translated when it is about to run for the first time, so the registers of that run are
 * at hand; region_reads() finds the memory.  Both become the file's inputs.  What must come out is
 * not written down: "expect interpreter" has the test compare every backend and choice of passes
 * with the interpreter on the IR as it is.
 */
#include "machine.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "region-reads.h"
#include "util/log.h"

struct DumpWish {
    const char *symbol; /* NULL: addr */
    GuestAddr addr;
    bool done; /* atomic */
};

enum { PER_LINE = 6, PAGE = 4096 };

/* ------------------------------------------------------------------ wishes */

static bool parse_wish(const char *text, DumpWish *wish, const char **ret_error)
{
    char *end;

    if (!g_ascii_isdigit(*text)) {
        wish->symbol = g_strdup(text);
    } else {
        wish->addr = g_ascii_strtoull(text, &end, 0);
        if (*end) {
            *ret_error = g_strdup_printf("--dump-block: no address: %s", text);
            return false;
        }
    }
    if (!*text) {
        *ret_error = "--dump-block wants addresses or functions, separated by commas";
    }
    return *text;
}

bool dump_open(Machine *m, const char *list, const char **ret_error)
{
    g_auto(GStrv) texts = g_strsplit(list ? list : "", ",", -1);

    m->nb_dumps = list ? MAX(g_strv_length(texts), 1) : 0;
    m->dumps = g_new0(DumpWish, m->nb_dumps);
    /* Absolute: the guest may change its directory. */
    m->dump_folder = g_get_current_dir();
    for (unsigned n = 0; n < m->nb_dumps; n++) {
        if (!parse_wish(texts[n] ? texts[n] : "", &m->dumps[n], ret_error)) {
            dump_close(m);
            return false;
        }
    }
    return true;
}

void dump_close(Machine *m)
{
    for (unsigned n = 0; n < m->nb_dumps; n++) {
        g_free((char *)m->dumps[n].symbol);
    }
    g_free(m->dumps);
    g_free(m->dump_folder);
    m->dumps = NULL;
    m->nb_dumps = 0;
    m->dump_folder = NULL;
}

/* A block that holds the address, or the first block of the function. */
static bool is_wanted(const Machine *m, const DumpWish *wish, const TcgRegion *r)
{
    const char *name;
    uint64_t offset;

    if (!wish->symbol) {
        return wish->addr >= r->pc && wish->addr < r->pc + r->size;
    }
    return m->hooks.symbol && m->hooks.symbol(r->pc, &name, &offset) && offset == 0 &&
           strcmp(name, wish->symbol) == 0;
}

/* ------------------------------------------------------------------ the file */

static bool is_zero(const uint8_t *bytes, size_t size)
{
    for (size_t n = 0; n < size; n++) {
        if (bytes[n]) {
            return false;
        }
    }
    return true;
}

static uint64_t state_word(const uint8_t *state, uint64_t offset, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, state + offset, size);
    return value;
}

/* Some settings a line; the backslash makes one of the lines. */
static void print_setting(FILE *out, unsigned *nb)
{
    fputs((*nb)++ % PER_LINE == PER_LINE - 1 ? " \\\n " : " ", out);
}

/* A vector's lanes are separated by colons, lane 0 first; an i32 has one word as well. */
static void print_globals(FILE *out, const TcgRegion *r, const uint8_t *state, unsigned *nb)
{
    for (unsigned n = 0; n < r->globals->nb; n++) {
        const TcgGlobal *global = &r->globals->global[n];
        size_t size = tcg_type_bits(global->type) / 8;

        if (is_zero(state + global->offset, size)) {
            continue;
        }
        print_setting(out, nb);
        fprintf(out, "%s=", global->name);
        for (size_t at = 0; at < size; at += 8) {
            fprintf(out, "%s0x%" PRIx64, at ? ":" : "",
                    state_word(state, global->offset + at, MIN(size, 8)));
        }
    }
}

/* State that no global covers, but for the pc, which is the region's. */
static void print_state(FILE *out, const GuestArch *guest, const TcgRegion *r, const uint8_t *state,
                        unsigned *nb)
{
    g_autofree uint8_t *rest = g_memdup2(state, guest->state_size);

    for (unsigned n = 0; n < r->globals->nb; n++) {
        const TcgGlobal *global = &r->globals->global[n];

        memset(rest + global->offset, 0, tcg_type_bits(global->type) / 8);
    }
    memset(rest + guest->pc_offset, 0, guest->address_bits / 8);
    for (size_t at = 0; at + 8 <= guest->state_size; at += 8) {
        if (!is_zero(rest + at, 8)) {
            print_setting(out, nb);
            fprintf(out, "state[%zu]=0x%" PRIx64, at, state_word(rest, at, 8));
        }
    }
}

typedef struct WordPrinter {
    FILE *out;
    unsigned *nb;
    const Machine *m;
    GuestAddr page; /* of the word before */
} WordPrinter;

/* The words come in order of address; before the first of a page that cannot be written this is said. */
static gboolean print_word(gpointer key, gpointer value, gpointer data)
{
    WordPrinter *printer = data;
    GuestAddr addr = *(uint64_t *)key, page = addr & -(GuestAddr)PAGE;
    int (*prot)(GuestAddr) = printer->m->hooks.memory_prot;

    if (page != printer->page && prot && !(prot(page) & PROT_WRITE)) {
        print_setting(printer->out, printer->nb);
        fprintf(printer->out, "readonly=0x%" PRIx64, page);
    }
    printer->page = page;
    print_setting(printer->out, printer->nb);
    fprintf(printer->out, "[0x%" PRIx64 "]=0x%" PRIx64, addr, *(uint64_t *)value);
    return FALSE;
}

static void write_block(FILE *out, const TcgVcpu *v, const TcgRegion *r)
{
    const Machine *m = v->machine;
    const GuestArch *guest = m->guest;
    const uint8_t *state = v->vcpu->state;
    GTree *words = region_reads(r, state, guest->state_size, m->hooks.read_memory);
    const char *name;
    uint64_t offset;
    unsigned nb = 0;
    WordPrinter printer = { out, &nb, m, UINT64_MAX };

    fprintf(out, "# The block at 0x%" PRIx64, r->pc);
    if (m->hooks.symbol && m->hooks.symbol(r->pc, &name, &offset)) {
        fprintf(out, ", %s+0x%" PRIx64, name, offset);
    }
    fprintf(out, ", %s, as it ran first.\nrun: exec\nguest: %s\n", guest->name, guest->name);
    tcg_print_globals(out, r);
    fputs("inputs", out);
    print_globals(out, r, state, &nb);
    print_state(out, guest, r, state, &nb);
    g_tree_foreach(words, print_word, &printer);
    fprintf(out, "\nexpect interpreter\n");
    tcg_print_region(out, r);
    g_tree_unref(words);
}

static void dump(const TcgVcpu *v, const TcgRegion *r)
{
    g_autofree char *name =
        g_strdup_printf("%s/block-0x%" PRIx64 ".ir", v->machine->dump_folder, r->pc);
    FILE *out = fopen(name, "we");
    bool failed;

    if (!out) {
        log_printf("dump-block: cannot write %s: %s\n", name, g_strerror(errno));
        return;
    }
    write_block(out, v, r);
    failed = ferror(out);
    failed |= fclose(out) != 0;
    log_printf(failed ? "dump-block: %s is incomplete\n" : "dump-block: wrote %s\n", name);
}

void dump_lifted(const TcgVcpu *v, const TcgRegion *r)
{
    Machine *m = v->machine;

    for (unsigned n = 0; n < m->nb_dumps; n++) {
        DumpWish *wish = &m->dumps[n];

        if (!__atomic_load_n(&wish->done, __ATOMIC_RELAXED) && is_wanted(m, wish, r) &&
            !__atomic_exchange_n(&wish->done, true, __ATOMIC_SEQ_CST)) {
            dump(v, r);
        }
    }
}
