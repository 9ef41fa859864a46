/*
 * Core files: a guest that dies of a core signal leaves what its own kernel would have left.
 *
 * The file is the guest's: its machine, its registers (core-notes.c), its memory (core-maps.c),
 * nothing of dragoman's.  The rules are the kernel's: RLIMIT_CORE, PR_SET_DUMPABLE,
 * coredump_filter, core_pattern, and which files it is willing to write to.  The host's kernel
 * must then not leave a core of dragoman itself beside it.
 *
 * Layout: ELF header, program headers (PT_NOTE, then a PT_LOAD for each segment), notes, memory
 * from a page's start on.  Guest memory is read through /proc/self/mem, which neither faults nor
 * minds PROT_NONE.
 */
#include "coredump.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core-flag.h"
#include "linux-user/guest-mem.h"
#include "util/log.h"

enum {
    MIN_CORE_SIZE = 4096, /* the kernel's ELF_EXEC_PAGESIZE: no file at all below it */
    CHUNK_PAGES = 16,
    /* e_phnum has 16 bits, and the kernel allows 65530 mappings unless told otherwise. */
    MAX_SEGMENTS = PN_XNUM - 2,
};

typedef struct CoreFile {
    GuestTask *task;
    char *name;
    int fd;
    int memory, pagemap;     /* of /proc/self; -1: cannot be opened */
    uint64_t pos;            /* where in the file; behind its end where it has holes */
    uint64_t written, limit; /* bytes: the kernel does not count holes either */
    bool is_full;            /* the limit is reached: the rest is cut off */
    int error;               /* errno of what failed */
} CoreFile;

/* False: nothing more is to be written. */
static bool write_bytes(CoreFile *core, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;

    if (core->is_full || core->error) {
        return false;
    }
    if (size > core->limit - core->written) {
        core->is_full = true;
        return false;
    }
    while (size > 0) {
        ssize_t n = pwrite(core->fd, from, size, (off_t)core->pos);

        if (n <= 0) {
            core->error = n < 0 ? errno : ENOSPC;
            return false;
        }
        from += n;
        size -= (size_t)n;
        core->pos += (uint64_t)n;
        core->written += (uint64_t)n;
    }
    return true;
}

static bool write_array(CoreFile *core, GByteArray *array)
{
    bool ok = write_bytes(core, array->data, array->len);

    g_byte_array_unref(array);
    return ok;
}

/* Elf64_Ehdr or Elf32_Ehdr */
static GByteArray *elf_header(const GuestTask *task, unsigned nb_phdrs)
{
    const GuestArch *arch = task->process->arch;
    unsigned word = guest_word_size(task);
    bool is64 = word == 8;
    uint8_t ident[EI_NIDENT] = { ELFMAG0,
                                 ELFMAG1,
                                 ELFMAG2,
                                 ELFMAG3,
                                 is64 ? ELFCLASS64 : ELFCLASS32,
                                 arch->big_endian ? ELFDATA2MSB : ELFDATA2LSB,
                                 EV_CURRENT };
    unsigned ehsize = is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
    GByteArray *out = g_byte_array_new();

    g_byte_array_append(out, ident, sizeof(ident));
    core_put(out, task, ET_CORE, 2);
    core_put(out, task, arch->elf_machine, 2);
    core_put(out, task, EV_CURRENT, 4);
    core_put(out, task, 0, word);      /* e_entry */
    core_put(out, task, ehsize, word); /* e_phoff */
    core_put(out, task, 0, word);      /* e_shoff */
    core_put(out, task, task->process->elf_flags, 4);
    core_put(out, task, ehsize, 2);
    core_put(out, task, is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr), 2);
    core_put(out, task, nb_phdrs, 2);
    core_put(out, task, 0, 2); /* no sections */
    core_put(out, task, 0, 2);
    core_put(out, task, 0, 2);
    return out;
}

/* The two classes have p_flags in different places. */
static void put_phdr(GByteArray *out, const GuestTask *task, const Elf64_Phdr *phdr)
{
    unsigned word = guest_word_size(task);

    core_put(out, task, phdr->p_type, 4);
    if (word == 8) {
        core_put(out, task, phdr->p_flags, 4);
    }
    core_put(out, task, phdr->p_offset, word);
    core_put(out, task, phdr->p_vaddr, word);
    core_put(out, task, 0, word); /* p_paddr */
    core_put(out, task, phdr->p_filesz, word);
    core_put(out, task, phdr->p_memsz, word);
    if (word != 8) {
        core_put(out, task, phdr->p_flags, 4);
    }
    core_put(out, task, phdr->p_align, word);
}

static uint32_t elf_flags(int prot)
{
    return (prot & PROT_READ ? PF_R : 0) | (prot & PROT_WRITE ? PF_W : 0) |
           (prot & PROT_EXEC ? PF_X : 0);
}

/* data: where in the file the first segment's bytes are. */
static GByteArray *program_headers(const GuestTask *task, const GArray *segments, uint64_t notes,
                                   uint64_t notes_size, uint64_t data)
{
    GByteArray *out = g_byte_array_new();

    put_phdr(out, task,
             &(Elf64_Phdr){
                 .p_type = PT_NOTE, .p_offset = notes, .p_filesz = notes_size, .p_align = 4 });
    for (guint i = 0; i < segments->len; i++) {
        const CoreSegment *segment = &g_array_index(segments, CoreSegment, i);

        put_phdr(out, task,
                 &(Elf64_Phdr){
                     .p_type = PT_LOAD,
                     .p_flags = elf_flags(segment->prot),
                     .p_offset = data,
                     .p_vaddr = segment->start,
                     .p_filesz = segment->dumped,
                     .p_memsz = segment->end - segment->start,
                     .p_align = GUEST_PAGE_SIZE,
                 });
        data += segment->dumped;
    }
    return out;
}

static ssize_t read_memory(const CoreFile *core, GuestAddr addr, void *buf, size_t size)
{
    void *host = g2h(core->task->process, addr);

    if (core->memory >= 0) {
        return pread(core->memory, buf, size, (off_t)(uintptr_t)host);
    }
    return host_copy_safe(buf, host, size) ? (ssize_t)size : -1;
}

/* Write the pages; those that cannot be read (behind the end of a file) are left out. */
static bool write_pages(CoreFile *core, GuestAddr addr, unsigned count)
{
    uint8_t buf[CHUNK_PAGES * GUEST_PAGE_SIZE];

    while (count > 0) {
        ssize_t got = read_memory(core, addr, buf, count * GUEST_PAGE_SIZE);
        unsigned pages = got < GUEST_PAGE_SIZE ? 0 : (unsigned)(got / GUEST_PAGE_SIZE);

        if (pages == 0) {
            core->pos += GUEST_PAGE_SIZE;
            pages = 1;
        } else {
            for (unsigned i = 0; i < pages; i++) { /* page by page to the limit */
                if (!write_bytes(core, buf + i * GUEST_PAGE_SIZE, GUEST_PAGE_SIZE)) {
                    return false;
                }
            }
        }
        addr += (uint64_t)pages * GUEST_PAGE_SIZE;
        count -= pages;
    }
    return true;
}

/* Which pages of the chunk are worth writing, bit by bit. */
static uint32_t filled_pages(const CoreFile *core, const CoreSegment *segment, GuestAddr addr,
                             unsigned count)
{
    uint64_t entries[CHUNK_PAGES];
    uint64_t page = (uintptr_t)g2h(core->task->process, addr) / GUEST_PAGE_SIZE;
    uint32_t filled = 0;

    if (!segment->sparse || core->pagemap < 0 ||
        pread(core->pagemap, entries, count * sizeof(entries[0]),
              (off_t)(page * sizeof(entries[0]))) != (ssize_t)(count * sizeof(entries[0]))) {
        return (1u << count) - 1;
    }
    for (unsigned i = 0; i < count; i++) {
        filled |= (uint32_t)core_page_is_filled(entries[i]) << i;
    }
    return filled;
}

static bool write_segment(CoreFile *core, const CoreSegment *segment)
{
    GuestAddr end = segment->start + segment->dumped;
    GuestAddr addr = segment->start;

    while (addr < end) {
        unsigned count = (unsigned)MIN((end - addr) / GUEST_PAGE_SIZE, CHUNK_PAGES);
        uint32_t filled = filled_pages(core, segment, addr, count);

        for (unsigned i = 0; i < count;) {
            bool write = filled >> i & 1;
            unsigned run = 1;

            while (i + run < count && (filled >> (i + run) & 1) == write) {
                run++;
            }
            if (!write) {
                core->pos += run * GUEST_PAGE_SIZE;
            } else if (!write_pages(core, addr + i * GUEST_PAGE_SIZE, run)) {
                return false;
            }
            i += run;
        }
        addr += (uint64_t)count * GUEST_PAGE_SIZE;
    }
    return true;
}

static void write_core(CoreFile *core, const siginfo_t *info)
{
    GuestTask *task = core->task;
    GArray *segments = core_segments(task);
    bool is64 = guest_word_size(task) == 8;
    uint64_t notes_at, data_at;
    GByteArray *notes;
    bool ok;

    if (segments->len > MAX_SEGMENTS) {
        g_array_set_size(segments, MAX_SEGMENTS);
    }
    notes = core_notes(task, info, segments);
    notes_at = (is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)) +
               (segments->len + 1) * (uint64_t)(is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
    data_at = guest_page_up(notes_at + notes->len);
    ok = write_array(core, elf_header(task, segments->len + 1)) &&
         write_array(core, program_headers(task, segments, notes_at, notes->len, data_at)) &&
         write_bytes(core, notes->data, notes->len);
    core->pos = ok ? data_at : core->pos;
    for (guint i = 0; ok && i < segments->len; i++) {
        ok = write_segment(core, &g_array_index(segments, CoreSegment, i));
    }
    /* A hole at the end. */
    if (ok && ftruncate(core->fd, (off_t)core->pos) < 0) {
        core->error = errno;
    }
    g_byte_array_unref(notes);
    g_array_unref(segments);
}

/* As the kernel: a new file in place of what has the name.  -1: errno says why not. */
static int open_core(const char *name)
{
    unlink(name);
    return open(name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Nobody takes half a core for a whole one. */
static void remove_core(const CoreFile *core)
{
    struct stat ours, named;

    if (ftruncate(core->fd, 0) == 0 && fstat(core->fd, &ours) == 0 &&
        lstat(core->name, &named) == 0 && ours.st_dev == named.st_dev &&
        ours.st_ino == named.st_ino) {
        unlink(core->name);
    }
}

static void log_outcome(const CoreFile *core)
{
    if (log_on(LOG_SIGNAL)) {
        log_printf("core file %s: %" PRIu64 " bytes in %" PRIu64 "%s%s\n", core->name,
                   core->written, core->pos,
                   core->is_full ? ", cut off at the limit"
                   : core->error ? ": "
                                 : "",
                   core->error ? strerror(core->error) : "");
    }
}

static bool write_file(CoreFile *core, const siginfo_t *info)
{
    core->fd = open_core(core->name);
    if (core->fd < 0) {
        core->error = errno;
        log_outcome(core);
        return false;
    }
    core->memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    core->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    write_core(core, info);
    log_outcome(core);
    if (core->error) {
        remove_core(core);
    }
    close(core->pagemap);
    close(core->memory);
    close(core->fd);
    return core->error == 0;
}

static bool read_uses_pid(void)
{
    g_autofree char *text = NULL;

    return g_file_get_contents("/proc/sys/kernel/core_uses_pid", &text, NULL, NULL) &&
           text[0] != '0';
}

/* NULL: it may be dumped. */
static const char *reason_against(const GuestTask *task, const struct rlimit *limit)
{
    if (!task->process->abi->core_notes) {
        return "not for this guest";
    }
    if (limit->rlim_cur < MIN_CORE_SIZE) {
        return "RLIMIT_CORE is less than a page";
    }
    return prctl(PR_GET_DUMPABLE) != 1 ? "the process is not dumpable" : NULL;
}

bool coredump_write(GuestTask *task, const siginfo_t *info)
{
    g_autofree char *pattern = core_read_pattern();
    CoreNameInfo naming = {
        .pattern = pattern,
        .uses_pid = read_uses_pid(),
        .exe = task->process->exe_path,
        .signo = info->si_signo,
    };
    CoreFile core = { .task = task };
    struct rlimit limit = { 0 };
    const char *against;
    bool dumped;

    getrlimit(RLIMIT_CORE, &limit);
    against = reason_against(task, &limit);
    if (against) {
        if (log_on(LOG_SIGNAL)) {
            log_printf("no core file: %s\n", against);
        }
        return false;
    }
    naming.limit = core.limit = limit.rlim_cur;
    core.name = core_name(&naming);
    dumped = write_file(&core, info);
    g_free(core.name);
    return dumped;
}

void coredump_replace_host(const GuestTask *task, bool dumped)
{
    g_autofree char *pattern = core_read_pattern();
    bool is_pipe = core_pattern_is_pipe(pattern);
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) < 0) {
        return;
    }
    if (dumped && !is_pipe && !strchr(pattern, '/') && core_flag_enter_nowhere()) {
        limit.rlim_cur = MIN_CORE_SIZE;
    } else {
        /* Of a program that takes core files the kernel asks nothing but whether it is 1. */
        limit.rlim_cur = is_pipe ? MIN(limit.rlim_max, 1) : 0;
        if (!task->is_vfork) { /* whose memory is its parent's, and this the memory's */
            prctl(PR_SET_DUMPABLE, 0);
        }
    }
    setrlimit(RLIMIT_CORE, &limit);
}
