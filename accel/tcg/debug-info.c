/*
 * The accelerator's part of what debuggers read: see accel/debug-info.h.
 */
#include "accel/debug-info.h"

#include <stddef.h>

#include "machine.h"

#define FIELD_NAME(name)  " " #name
#define COUNT_FIELD(name) +1

/* The build exports it. */
DebugInfo dragoman_debug_info __attribute__((visibility("default"), used)) = {
    .magic = "dragoman",
    .version = DEBUG_INFO_VERSION,
    .nb_fields = 0 DEBUG_INFO_FIELDS(COUNT_FIELD),
    .names = DEBUG_INFO_FIELDS(FIELD_NAME),
    .code_align = CODE_ALIGN,
    .code_header = CODE_HEADER,
    .block_pc = offsetof(TransBlock, pc),
    .block_code = offsetof(TransBlock, code),
    .block_code_size = offsetof(TransBlock, code_size),
    .block_map_size = offsetof(TransBlock, map_size),
    .block_guest_size = offsetof(TransBlock, guest_size),
    .block_nb_links = offsetof(TransBlock, nb_links),
    .block_links = offsetof(TransBlock, link),
    .link_size = sizeof(TransLink),
    .link_stub = offsetof(TransLink, stub),
    .reg_size = sizeof(GuestReg),
    .reg_name = offsetof(GuestReg, name),
    .reg_offset = offsetof(GuestReg, offset),
    .reg_bits = offsetof(GuestReg, bits),
    .reg_global = offsetof(GuestReg, global),
    .reg_dwarf = offsetof(GuestReg, dwarf_number),
    .env_size = sizeof(TcgEnv),
    .env_bias = TCG_ENV_BIAS,
    .env_host_sp = offsetof(TcgEnv, host_sp),
    .env_slow_int = offsetof(TcgEnv, slow_int),
    .env_slow_vec = offsetof(TcgEnv, slow_vec),
};

static void fill_guest(DebugInfo *info, const GuestArch *guest)
{
    info->guest_name = (uintptr_t)guest->name;
    info->guest_machine = guest->elf_machine;
    info->guest_address_bits = guest->address_bits;
    info->guest_big_endian = guest->big_endian;
    info->guest_state_size = guest->state_size;
    info->guest_pc_offset = guest->pc_offset;
    info->guest_sp_offset = guest->sp_offset;
    info->guest_regs = (uintptr_t)guest->regs;
    info->guest_nb_regs = guest->nb_regs;
}

/* The number of the first step behind where, as the address of its code. */
static uint64_t step_after(const Machine *m, const uint8_t *where)
{
    const TcgTarget *target = &m->target;

    for (unsigned n = 0; n < target->nb_steps; n++) {
        if (m->entry + target->steps[n].offset > where) {
            return (uintptr_t)m->entry + target->steps[n].offset;
        }
    }
    return 0;
}

/* As the backend notes steps: the epilogue's first takes the frame away; one is around the call. */
static void fill_entry(DebugInfo *info, const Machine *m)
{
    const TcgTarget *target = &m->target;

    info->code_entry = (uintptr_t)m->entry;
    info->code_epilogue = (uintptr_t)target->epilogue;
    info->code_epilogue_end = step_after(m, target->epilogue);
    info->code_slow_call = (uintptr_t)target->slow_call;
    info->code_slow_saved = step_after(m, target->slow_call);
    info->code_slow_restored = step_after(m, (const uint8_t *)(uintptr_t)info->code_slow_saved);
    info->code_entry_end = (uintptr_t)m->entry + target->steps[target->nb_steps - 1].offset;
}

void debug_info_open(const Machine *m)
{
    DebugInfo *info = &dragoman_debug_info;

    fill_guest(info, m->guest);
    info->code_start = (uintptr_t)m->buf.rx;
    info->code_size = m->buf.size;
    info->code_starts = (uintptr_t)m->cache.starts;
    info->cache_meta = (uintptr_t)m->cache.meta;
    info->home = (uintptr_t)m->target.home;
    info->nb_globals = m->target.globals->nb;
    info->host_regs = (uintptr_t)m->target.backend->reg_names;
    if (m->target.backend->dwarf) {
        fill_entry(info, m);
    }
}
