/*
 * The notes of a core file: registers and state of each thread, what the process was, its
 * signal, auxiliary vector and mapped files.
 *
 * Structures are uapi/linux/elfcore.h's, which differ between architectures in the width of
 * their longs alone, and in the registers, which LinuxAbi.core_notes describes.  Order as the
 * kernel's: the thread that died comes first, since debuggers begin there.
 */
#include <elf.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "coredump.h"
#include "linux-user/guest-mem.h"

enum {
    SIGINFO_SIZE = 128,
    FNAME_SIZE = 16,  /* pr_fname */
    PSARGS_SIZE = 80, /* ELF_PRARGSZ */
};

void core_put(GByteArray *out, const GuestTask *task, uint64_t value, unsigned size)
{
    bool big_endian = task->process->arch->big_endian;

    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * (big_endian ? size - 1 - i : i));

        g_byte_array_append(out, &byte, 1);
    }
}

static void put_word(GByteArray *out, const GuestTask *task, uint64_t value)
{
    core_put(out, task, value, guest_word_size(task));
}

static void put_align(GByteArray *out, unsigned align)
{
    static const uint8_t zeros[16];

    g_byte_array_append(out, zeros, -out->len % align);
}

/* Note structures have no padding: name and contents are padded to 4 bytes. */
static void put_note(GByteArray *out, const GuestTask *task, const char *owner, uint32_t type,
                     const GByteArray *contents)
{
    size_t size = strlen(owner) + 1;

    core_put(out, task, size, 4);
    core_put(out, task, contents->len, 4);
    core_put(out, task, type, 4);
    g_byte_array_append(out, (const uint8_t *)owner, (guint)size);
    put_align(out, 4);
    g_byte_array_append(out, contents->data, contents->len);
    put_align(out, 4);
}

static void put_core_note(GByteArray *out, const GuestTask *task, uint32_t type,
                          GByteArray *contents)
{
    put_note(out, task, "CORE", type, contents);
    g_byte_array_unref(contents);
}

static uint64_t load_value(const uint8_t *from, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, from, size); /* the state is in host order, which is little-endian */
    return value;
}

static void or_value(uint8_t *to, uint64_t value, unsigned size, bool big_endian)
{
    for (unsigned i = 0; i < size; i++) {
        to[big_endian ? size - 1 - i : i] |= (uint8_t)(value >> 8 * i);
    }
}

static void put_registers(GByteArray *out, const GuestTask *task, const AbiCoreNote *note)
{
    const uint8_t *state = task->vcpu.state;
    guint start = out->len;

    g_byte_array_set_size(out, start + note->size);
    memset(out->data + start, 0, note->size);
    for (const AbiCoreReg *reg = note->regs; reg->count; reg++) {
        for (unsigned i = 0; i < reg->count; i++) {
            uint64_t value = load_value(state + reg->state_offset + i * reg->size, reg->size);

            or_value(out->data + start + reg->note_offset + i * reg->size, value << reg->shift,
                     reg->size, task->process->arch->big_endian);
        }
    }
}

static void put_timeval(GByteArray *out, const GuestTask *task, const struct timeval *time)
{
    put_word(out, task, (uint64_t)time->tv_sec);
    put_word(out, task, (uint64_t)time->tv_usec);
}

/* The first thread stands for the process; of others only the calling one's times are known. */
static void put_times(GByteArray *out, const GuestTask *task, bool is_caller)
{
    bool is_first = task->tid == getpid();
    struct rusage self = { 0 }, children = { 0 };

    if (is_first) {
        getrusage(RUSAGE_SELF, &self);
        getrusage(RUSAGE_CHILDREN, &children);
    } else if (is_caller) {
        getrusage(RUSAGE_THREAD, &self);
    }
    put_timeval(out, task, &self.ru_utime);
    put_timeval(out, task, &self.ru_stime);
    put_timeval(out, task, &children.ru_utime);
    put_timeval(out, task, &children.ru_stime);
}

static void put_ids(GByteArray *out, const GuestTask *task, int id)
{
    core_put(out, task, (uint32_t)id, 4);
    core_put(out, task, (uint32_t)getppid(), 4);
    core_put(out, task, (uint32_t)getpgrp(), 4);
    core_put(out, task, (uint32_t)getsid(0), 4);
}

/* struct elf_prstatus */
static GByteArray *prstatus(const GuestTask *task, const siginfo_t *info, bool is_caller)
{
    GByteArray *out = g_byte_array_new();

    core_put(out, task, (uint32_t)info->si_signo, 4); /* of all threads, as the kernel's */
    core_put(out, task, 0, 4);                        /* si_code, si_errno: kept zero there */
    core_put(out, task, 0, 4);
    core_put(out, task, (uint32_t)info->si_signo, 2);
    put_align(out, guest_word_size(task));
    put_word(out, task, atomic_load(&task->pending));
    put_word(out, task, task->blocked);
    put_ids(out, task, task->tid);
    put_times(out, task, is_caller);
    put_registers(out, task, &task->process->abi->core_notes[0]);
    core_put(out, task, task->process->abi->core_notes[1].size != 0, 4); /* pr_fpvalid */
    put_align(out, guest_word_size(task));
    return out;
}

/* Copy text with its NULs as spaces, as the kernel shows argv. */
static void put_arguments(GByteArray *out, GuestTask *task)
{
    const Process *process = task->process;
    char text[PSARGS_SIZE] = "";
    size_t size = MIN(process->arg_end - process->arg_start, sizeof(text) - 1);

    if (!guest_get(task, process->arg_start, text, size)) {
        size = 0;
    }
    for (size_t i = 0; i < size; i++) {
        text[i] = text[i] ? text[i] : ' ';
    }
    memset(text + size, 0, sizeof(text) - size);
    g_byte_array_append(out, (const uint8_t *)text, sizeof(text));
}

/* struct elf_prpsinfo */
static GByteArray *prpsinfo(GuestTask *task)
{
    GByteArray *out = g_byte_array_new();
    unsigned uid_size = task->process->abi->core_uid_size;
    char name[FNAME_SIZE] = "";

    prctl(PR_GET_NAME, name);
    uid_size = uid_size ? uid_size : 4;
    core_put(out, task, 0, 1); /* running */
    core_put(out, task, 'R', 1);
    core_put(out, task, 0, 1); /* no zombie */
    core_put(out, task, (uint8_t)getpriority(PRIO_PROCESS, 0), 1);
    put_align(out, guest_word_size(task));
    put_word(out, task, 0); /* the kernel's PF_*, which mean nothing outside of it */
    core_put(out, task, getuid(), uid_size);
    core_put(out, task, getgid(), uid_size);
    put_ids(out, task, getpid());
    g_byte_array_append(out, (const uint8_t *)name, sizeof(name));
    put_arguments(out, task);
    put_align(out, guest_word_size(task));
    return out;
}

/* Its layout is the same on all 64-bit machines of this byte order, as in signal frames. */
static GByteArray *siginfo(const siginfo_t *info)
{
    GByteArray *out = g_byte_array_new();

    g_byte_array_append(out, (const uint8_t *)info, SIGINFO_SIZE);
    return out;
}

static GByteArray *auxv(const GuestTask *task)
{
    GByteArray *out = g_byte_array_new();

    g_byte_array_append(out, task->process->auxv, (guint)task->process->auxv_size);
    return out;
}

/* count, page size, {start, end, offset in pages} of each, then the names. */
static GByteArray *mapped_files(const GuestTask *task, const GArray *segments)
{
    GByteArray *out = g_byte_array_new();
    unsigned count = 0;

    for (guint i = 0; i < segments->len; i++) {
        count += g_array_index(segments, CoreSegment, i).file != NULL;
    }
    put_word(out, task, count);
    put_word(out, task, GUEST_PAGE_SIZE);
    for (guint i = 0; i < segments->len; i++) {
        const CoreSegment *segment = &g_array_index(segments, CoreSegment, i);

        if (segment->file) {
            put_word(out, task, segment->start);
            put_word(out, task, segment->end);
            put_word(out, task, segment->offset / GUEST_PAGE_SIZE);
        }
    }
    for (guint i = 0; i < segments->len; i++) {
        const char *file = g_array_index(segments, CoreSegment, i).file;

        if (file) {
            g_byte_array_append(out, (const uint8_t *)file, (guint)strlen(file) + 1);
        }
    }
    return out;
}

static void put_process_notes(GByteArray *out, GuestTask *task, const siginfo_t *info,
                              const GArray *segments)
{
    put_core_note(out, task, NT_PRPSINFO, prpsinfo(task));
    if (guest_word_size(task) == sizeof(long) && !task->process->arch->big_endian) {
        put_core_note(out, task, NT_SIGINFO, siginfo(info));
    }
    put_core_note(out, task, NT_AUXV, auxv(task));
    put_core_note(out, task, NT_FILE, mapped_files(task, segments));
}

/* All register sets but the first, which is in prstatus. */
static void put_register_notes(GByteArray *out, const GuestTask *task)
{
    for (const AbiCoreNote *note = task->process->abi->core_notes + 1; note->size; note++) {
        GByteArray *contents = g_byte_array_new();

        put_registers(contents, task, note);
        put_note(out, task, note->owner, note->type, contents);
        g_byte_array_unref(contents);
    }
}

GByteArray *core_notes(GuestTask *task, const siginfo_t *info, const GArray *segments)
{
    GByteArray *out = g_byte_array_new();
    Process *process = task->process;

    put_core_note(out, task, NT_PRSTATUS, prstatus(task, info, true));
    put_process_notes(out, task, info, segments);
    put_register_notes(out, task);
    if (task->is_vfork) {
        return out; /* the tasks are its parent's */
    }
    pthread_mutex_lock(&process->tasks_lock);
    for (const GuestTask *other = process->tasks; other; other = other->next) {
        if (other != task && !other->exited && other->tid) {
            put_core_note(out, other, NT_PRSTATUS, prstatus(other, info, false));
            put_register_notes(out, other);
        }
    }
    pthread_mutex_unlock(&process->tasks_lock);
    return out;
}
