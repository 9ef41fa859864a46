/*
 * Addresses of thread-local variables, for gdb, without the C library's own debugging library.
 *
 * glibc's way (ELF Handling For Thread-Local Storage, 3.4.1): the thread's control block leads to
 * its table of blocks, one for each module, numbered as they were loaded.  That is the order of
 * the dynamic linker's list (<link.h>, struct link_map), in which only files with a PT_TLS count.
 */
#include <elf.h>
#include <glib.h>
#include <string.h>

#include "gdb-control.h"
#include "linux-user/debug.h"
#include "linux-user/process.h"

enum {
    MAX_MODULES = 1024, /* the list may be damaged */
    MAX_HEADERS = 64,
    /* Words of struct link_map. */
    LM_ADDR = 0,
    LM_PREVIOUS = 4,
};

static bool read_word(GuestAddr addr, uint64_t *ret)
{
    return debug_target.read_memory(addr, ret, sizeof(*ret)) == sizeof(*ret);
}

static bool headers_have_tls(GuestAddr addr, unsigned count)
{
    Elf64_Phdr header;

    for (unsigned n = 0; n < MIN(count, MAX_HEADERS); n++, addr += sizeof(header)) {
        if (debug_target.read_memory(addr, &header, sizeof(header)) != sizeof(header)) {
            return false;
        }
        if (header.p_type == PT_TLS) {
            return true;
        }
    }
    return false;
}

static uint64_t auxv_value(uint64_t type)
{
    const Process *process = process_self();
    const uint64_t *entry = (const uint64_t *)process->auxv;
    size_t count = process->auxv_size / (2 * sizeof(*entry));

    for (size_t n = 0; n < count; n++) {
        if (entry[2 * n] == type) {
            return entry[2 * n + 1];
        }
    }
    return 0;
}

/* A file's headers are where it begins; the program's are told by the kernel. */
static bool module_has_tls(GuestAddr base, bool is_program)
{
    Elf64_Ehdr header;

    if (is_program) {
        return headers_have_tls(auxv_value(AT_PHDR), (unsigned)auxv_value(AT_PHNUM));
    }
    return debug_target.read_memory(base, &header, sizeof(header)) == sizeof(header) &&
           memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
           headers_have_tls(base + header.e_phoff, header.e_phnum);
}

/* The number of the module with this link_map (0: of a static program); 0: it has none. */
static unsigned module_number(GuestAddr map)
{
    unsigned number = 0;
    bool wanted_has = false;

    if (map == 0) {
        return module_has_tls(0, true);
    }
    for (unsigned n = 0; map && n < MAX_MODULES; n++) {
        uint64_t base, previous;
        bool has;

        if (!read_word(map + 8 * LM_ADDR, &base) || !read_word(map + 8 * LM_PREVIOUS, &previous)) {
            return 0;
        }
        has = module_has_tls(base, previous == 0);
        wanted_has = n == 0 ? has : wanted_has;
        number += has;
        map = previous;
    }
    return wanted_has ? number : 0;
}

bool debug_tls_address(int tid, uint64_t offset, GuestAddr map, GuestAddr *ret)
{
    const GuestTask *task = debug_find_task(tid);
    const AbiTls *tls = process_self()->abi->tls;
    unsigned number = task && tls ? module_number(map) : 0;
    uint64_t table, block;

    if (!number ||
        !read_word(guest_state_addr(task->vcpu.arch, task->vcpu.state, tls->pointer) + tls->table,
                   &table) ||
        !read_word(table + number * tls->entry_size, &block) || block == 0 ||
        block == tls->missing) {
        return false;
    }
    *ret = block + offset;
    return true;
}
