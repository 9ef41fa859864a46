/*
 * Where debuggers find the guest in dragoman's memory: exported by name, since a program as it is
 * shipped has no debug information of its own.  scripts/dragoman-gdb.py reads it, of a process or a
 * core file.
 *
 * It describes itself: `names` lists the fields behind it.  A debugger that wants one that is not
 * there is too new; the version changes only when a field changes its meaning.
 */
#ifndef ACCEL_DEBUG_INFO_H
#define ACCEL_DEBUG_INFO_H

#include <stdint.h>

enum { DEBUG_INFO_VERSION = 1 };

/*
 * Addresses, offsets, sizes; each of 8 bytes.  A name before '_' says of which record an offset is.
 *
 *   code_*       generated code: address, size; where blocks begin (a bit for each code_align bytes,
 *                code_header bytes before it the record's number); entry_end, epilogue_end,
 *                slow_call, slow_saved: code after which there are blocks, the frame is gone, slow
 *                calls begin, all registers are saved
 *   cache_meta   where record 0 would be; a record's number is its offset there in units of 8
 *   block_*      a record: offsets and sizes, the state map behind nb_links links
 *   guest_*      the architecture and its table of registers; guest_base: host address of guest
 *                address 0
 *   reg_*        an entry of that table
 *   home         a byte for each global (reg_global): its host register between blocks, 0xff: none
 *   host_regs    names of host registers
 *   env_*        what lies before the CPU state
 *   tasks        address of the first guest thread's; task_*: offsets in it
 *   syscall_*    the routine in which threads sleep for the guest, holding nothing
 */
/* clang-format off */
#define DEBUG_INFO_FIELDS(F) \
    F(code_start) F(code_size) F(code_entry) F(code_epilogue) F(code_epilogue_end) \
    F(code_slow_call) \
    F(code_slow_saved) F(code_slow_restored) F(code_entry_end) F(code_align) F(code_header) \
    F(code_starts) \
    F(cache_meta) F(block_pc) F(block_code) F(block_code_size) F(block_map_size) \
    F(block_guest_size) \
    F(block_nb_links) F(block_links) F(link_size) F(link_stub) \
    F(guest_name) F(guest_machine) F(guest_address_bits) F(guest_big_endian) F(guest_base) \
    F(guest_state_size) F(guest_pc_offset) F(guest_sp_offset) F(guest_regs) F(guest_nb_regs) \
    F(reg_size) F(reg_name) F(reg_offset) F(reg_bits) F(reg_global) F(reg_dwarf) F(home) \
    F(nb_globals) F(host_regs) \
    F(env_size) F(env_bias) F(env_host_sp) F(env_slow_int) F(env_slow_vec) \
    F(tasks) F(task_next) F(task_tid) F(task_state) F(syscall_start) F(syscall_end)
/* clang-format on */

typedef struct DebugInfo {
    char magic[8]; /* "dragoman" */
    uint32_t version, nb_fields;
    const char *names; /* separated by spaces */
#define FIELD(name) uint64_t name;
    DEBUG_INFO_FIELDS(FIELD)
#undef FIELD
} DebugInfo;

/* The accelerator fills in its part when it is opened, linux-user its own. */
extern DebugInfo dragoman_debug_info;

/*
 * For debuggers to call in the stopped process: give blocks the names of guest functions, and tell
 * of it through the JIT interface.  The number of blocks, or -1: the tables are being changed, try
 * again later.
 */
int dragoman_sync_names(void);

#endif
