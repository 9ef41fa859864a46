/*
 * The log of translation and execution: guest code, IR, host code beside both, blocks as they
 * run, links.  Nothing here is on a path that runs with the log off.
 */
#include "machine.h"

#include <inttypes.h>

#include "util/log.h"

enum { MAX_TEXT = 256 };

static void print_symbol(FILE *out, const Machine *m, GuestAddr pc)
{
    const char *name;
    uint64_t offset;

    if (m->hooks.symbol && m->hooks.symbol(pc, &name, &offset)) {
        fprintf(out, " <%s", name);
        if (offset) {
            fprintf(out, "+0x%" PRIx64, offset);
        }
        fputc('>', out);
    }
}

/* One guest instruction; returns its length. */
static unsigned print_guest_insn(FILE *out, const Machine *m, GuestAddr pc, const uint8_t *bytes,
                                 size_t avail)
{
    char text[MAX_TEXT] = "?";
    unsigned size = 0;

    if (m->guest->disassemble) {
        size = m->guest->disassemble(text, sizeof(text), pc, bytes, avail);
    }
    if (size == 0 || size > avail) {
        size = avail < m->guest->min_insn ? (unsigned)avail : m->guest->min_insn;
    }
    fprintf(out, "  0x%08" PRIx64 ":  ", pc);
    for (unsigned n = 0; n < 8; n++) {
        if (n < size) {
            fprintf(out, "%02x", bytes[n]);
        } else {
            fputs("  ", out);
        }
    }
    fprintf(out, "  %s\n", text);
    return size;
}

static void print_heading(FILE *out, const Machine *m, const char *what, const TcgRegion *region)
{
    fprintf(out, "-- %s 0x%" PRIx64, what, region->pc);
    print_symbol(out, m, region->pc);
    fprintf(out, ", %" PRIu64 " bytes\n", region->size);
}

static void print_in_asm(FILE *out, const Machine *m, const TcgRegion *region,
                         const GuestCode *code, const GuestLift *lift)
{
    print_heading(out, m, "guest", region);
    for (size_t at = 0; at < lift->size;) {
        unsigned size = print_guest_insn(out, m, code->pc + at, code->bytes + at, lift->size - at);

        if (size == 0) {
            break;
        }
        at += size;
    }
}

void trace_lifted(const Machine *m, const TcgRegion *region, const GuestCode *code,
                  const GuestLift *lift)
{
    FILE *out;

    if ((!log_on(LOG_IN_ASM) && !log_on(LOG_IR)) ||
        !log_filter_match(region->pc, region->pc + region->size)) {
        return;
    }
    out = log_lock();
    if (log_on(LOG_IN_ASM)) {
        print_in_asm(out, m, region, code, lift);
    }
    if (log_on(LOG_IR) && !log_ir_after()) {
        print_heading(out, m, "ir", region);
        tcg_print_region(out, region);
    }
    log_unlock();
}

/* Host instructions in [from, to) of the block. */
static void print_host_code(FILE *out, const Machine *m, const uint8_t *rx, size_t from, size_t to)
{
    while (from < to) {
        char text[MAX_TEXT] = "?";
        unsigned size = 0;

        if (m->target.backend->disassemble) {
            size = m->target.backend->disassemble(text, sizeof(text), rx + from, to - from);
        }
        if (size == 0 || size > to - from) {
            size = 1;
        }
        fprintf(out, "        %p:  ", (const void *)(rx + from));
        for (unsigned n = 0; n < 11; n++) {
            if (n < size) {
                fprintf(out, "%02x", rx[from + n]);
            } else {
                fputs("  ", out);
            }
        }
        fprintf(out, "  %s\n", text);
        from += size;
    }
}

/* What the host code after a mark was made from. */
static void print_mark(FILE *out, const Machine *m, const TcgRegion *region, const GuestCode *code,
                       const TcgMop *mop)
{
    if (!mop) {
        fputs("    ; behind the block\n", out);
    } else if (mop->code == TCG_OP_insn_start) {
        GuestAddr pc = mop->op->imm[0];

        if (pc - code->pc < code->size) {
            print_guest_insn(out, m, pc, code->bytes + (pc - code->pc), (size_t)mop->op->imm[1]);
        }
    } else if (mop->op) {
        fputs("    ; ", out);
        tcg_print_op(out, region, mop->op);
        fputc('\n', out);
    } else {
        fprintf(out, "    ; %s\n", mop->code == TCG_MOP_SWAP ? "swap" : "move");
    }
}

void trace_compiled(const Machine *m, const TcgRegion *region, const GuestCode *code,
                    const TcgCompiled *compiled, const uint8_t *rx)
{
    size_t at = 0;
    FILE *out;

    if (!log_on(LOG_OUT_ASM) || !log_filter_match(region->pc, region->pc + region->size)) {
        return;
    }
    out = log_lock();
    print_heading(out, m, "host code for", region);
    for (unsigned n = 0; n < compiled->nb_marks; n++) {
        const TcgMark *mark = &compiled->marks[n];

        print_host_code(out, m, rx, at, mark->offset);
        print_mark(out, m, region, code, mark->mop);
        at = mark->offset;
    }
    print_host_code(out, m, rx, at, compiled->code_size);
    fprintf(out, "-- %zu bytes for %" PRIu64 ", state map %zu\n\n", compiled->code_size,
            region->size, compiled->state_map->size);
    log_unlock();
}

void trace_exec(const TcgVcpu *v, const TransBlock *block)
{
    const Machine *m = v->machine;
    FILE *out;

    if (!log_filter_match(block->pc, block->pc + block->guest_size)) {
        return;
    }
    out = log_lock();
    fprintf(out, "exec 0x%" PRIx64 " flags %x", block->pc, block->flags);
    print_symbol(out, m, block->pc);
    fputc('\n', out);
    if (log_on(LOG_CPU)) {
        vcpu_set_pc(v->vcpu, block->pc);
        vcpu_dump(v->vcpu, out);
    }
    log_unlock();
}

void trace_chain(const Machine *m, const char *what, const TransBlock *from, const TransLink *link)
{
    FILE *out;

    if (!log_filter_match(from->pc, from->pc + from->guest_size)) {
        return;
    }
    out = log_lock();
    fprintf(out, "chain %s 0x%" PRIx64 " jump %u to 0x%" PRIx64, what, from->pc, link->index,
            link->pc);
    print_symbol(out, m, link->pc);
    fputc('\n', out);
    log_unlock();
}
