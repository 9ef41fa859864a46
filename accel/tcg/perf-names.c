/*
 * What perf is told of the code buffer: --perf-map and --jitdump.
 *
 * Every block is a function to perf, under the name that debuggers see (code-names.c), but looked up at once:
 * perf reads it when nobody is left to ask.  Lines are the guest's instructions, each a "file" of its
 * name with one line.
 */
#include "machine.h"

#include <errno.h>
#include <glib.h>

#include "tcg/jitdump.h"
#include "tcg/perf-map.h"
#include "util/log.h"

struct PerfNames {
    TcgPerfMap *map;
    TcgJitdump *dump;
};

static void add_code(Machine *m, const TcgJitdumpCode *code)
{
    if (m->perf->map) {
        tcg_perf_map_add(m->perf->map, (uintptr_t)code->start, code->size, code->name);
    }
    if (m->perf->dump) {
        tcg_jitdump_add(m->perf->dump, code);
    }
}

static void map_entry_code(Machine *m, const EntryPart parts[ENTRY_PARTS])
{
    for (unsigned n = 0; n < ENTRY_PARTS; n++) {
        tcg_perf_map_add(m->perf->map, (uintptr_t)parts[n].start, parts[n].size, parts[n].name);
    }
}

/* In the dump it is one piece: its parts have no gap between them. */
static void dump_entry_code(Machine *m, const EntryPart parts[ENTRY_PARTS])
{
    const EntryPart *first = &parts[0], *last = &parts[ENTRY_PARTS - 1];

    tcg_jitdump_add(m->perf->dump,
                    &(TcgJitdumpCode){ .start = first->start,
                                       .size = (size_t)(last->start + last->size - first->start),
                                       .name = first->name });
}

static void add_entry_code(Machine *m)
{
    EntryPart parts[ENTRY_PARTS];

    names_entry_parts(m, parts);
    if (m->perf->map) {
        map_entry_code(m, parts);
    }
    if (m->perf->dump) {
        dump_entry_code(m, parts);
    }
}

int perf_open(Machine *m, const AccelOptions *options, const char **ret_error)
{
    char *error = NULL;

    if (!options->perf_map && !options->jitdump_dir) {
        return 0;
    }
    if (!m->target.backend->dwarf) {
        *ret_error = "--perf-map and --jitdump: the backend makes no code of the host's";
        return -EINVAL;
    }
    m->perf = g_new0(PerfNames, 1);
    if (options->perf_map) {
        m->perf->map = tcg_perf_map_open(&error);
    }
    if (options->jitdump_dir && !error) {
        m->perf->dump = tcg_jitdump_open(options->jitdump_dir, options->jitdump_resume, &m->target,
                                         m->entry, &error);
    }
    if (error) {
        *ret_error = error; /* leaked: the program ends */
        perf_close(m, false);
        return -EIO;
    }
    add_entry_code(m);
    return 0;
}

void perf_close(Machine *m, bool ended)
{
    if (m->perf) {
        tcg_perf_map_close(m->perf->map);
        tcg_jitdump_close(m->perf->dump, ended);
        g_clear_pointer(&m->perf, g_free);
    }
}

bool perf_wants_marks(const Machine *m)
{
    return m->perf && m->perf->dump;
}

size_t perf_gap(const Machine *m)
{
    return perf_wants_marks(m) ? tcg_jitdump_gap(m->perf->dump) : 0;
}

void perf_add_locked(Machine *m, const TransBlock *block, const TcgCompiled *compiled)
{
    TcgJitdumpLine lines[MAX_BLOCK_INSNS + 1];
    char text[MAX_BLOCK_INSNS + 1][MAX_NAME];
    TcgJitdumpCode code = { block_code(&m->cache, block), block->code_size, text[MAX_BLOCK_INSNS],
                            lines };

    if (!m->perf) {
        return;
    }
    names_format(m, block->pc, true, text[MAX_BLOCK_INSNS]);
    for (unsigned n = 0; m->perf->dump && n < compiled->nb_marks; n++) {
        const TcgMark *mark = &compiled->marks[n];

        if (mark->mop && mark->mop->code == TCG_OP_insn_start && code.nb_lines < MAX_BLOCK_INSNS) {
            names_format(m, mark->mop->op->imm[0], true, text[code.nb_lines]);
            lines[code.nb_lines] = (TcgJitdumpLine){ mark->offset, 1, text[code.nb_lines] };
            code.nb_lines++;
        }
    }
    if (code.nb_lines) {
        /* The last one ends somewhere, too. */
        lines[code.nb_lines] = lines[code.nb_lines - 1];
        lines[code.nb_lines++].offset = (uint32_t)code.size;
    }
    add_code(m, &code);
}

/* The dump needs nothing: perf takes the latest record of an address, and those of blocks come again. */
void perf_flush_locked(Machine *m)
{
    if (m->perf && m->perf->map) {
        EntryPart parts[ENTRY_PARTS];

        tcg_perf_map_clear(m->perf->map);
        names_entry_parts(m, parts);
        map_entry_code(m, parts);
    }
}

/* A file that cannot be made is the end of that file, not of the child. */
static void complain(char **error)
{
    if (*error) {
        log_printf("%s; this process goes without\n", *error);
        g_clear_pointer(error, g_free);
    }
}

void perf_forked_child(Machine *m)
{
    char *error = NULL;

    if (!m->perf) {
        return;
    }
    if (m->perf->map && !tcg_perf_map_forked(m->perf->map, &error)) {
        complain(&error);
    }
    if (m->perf->dump && !tcg_jitdump_forked(m->perf->dump, &error)) {
        complain(&error);
    }
    /*
     * perf takes the mappings it saw as the parent's, with the parent's file.  Chunks of our own are
     * mapped anew and so are looked for in ours.
     */
    for (TcgVcpu *v = m->vcpus; v; v = v->next) {
        v->chunk = (TcgCodeSpace){ 0 };
    }
}
