/*
 * perf's dump of generated code.
 *
 * A piece of code is three records, lines, unwind information, code, written at once.  The unwind
 * information is laid out as perf inject's object files have it: .eh_frame behind the code, 8-byte
 * aligned, and .eh_frame_hdr right behind that.  Everything is in the host's byte order, which the magic
 * number tells.
 */
#include "tcg/jitdump.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tcg/unwind.h"
#include "util/record-file.h"

enum {
    JITDUMP_MAGIC = 0x4a695444, /* "JiTD" */
    JITDUMP_VERSION = 1,
    JIT_CODE_LOAD = 0,
    JIT_CODE_DEBUG_INFO = 2,
    JIT_CODE_CLOSE = 3,
    JIT_CODE_UNWINDING_INFO = 4,
};

/* The pointer encodings of LSB Core, .eh_frame_hdr. */
enum {
    DW_EH_PE_udata4 = 0x03,
    DW_EH_PE_sdata4 = 0x0b,
    DW_EH_PE_pcrel = 0x10,
    DW_EH_PE_datarel = 0x30,
};

typedef struct FileHeader {
    uint32_t magic, version, total_size, elf_machine, pad, pid;
    uint64_t timestamp, flags;
} FileHeader;

typedef struct RecordHeader {
    uint32_t id, total_size;
    uint64_t timestamp;
} RecordHeader;

typedef struct CodeLoad {
    uint32_t pid, tid;
    uint64_t vma, code_addr, code_size, code_index;
} CodeLoad;

/*
 * mapped: bytes behind the code that perf takes for part of it, so that its unwinder finds these
 * sections in the object file at all.  Code that lies there would be hidden; hence the gap.
 */
typedef struct UnwindingInfo {
    uint64_t all, frame_header, mapped;
} UnwindingInfo;

#define ALIGN_8(n) (((n) + 7) & ~(size_t)7)

struct TcgJitdump {
    RecordFile file;
    char *dir;
    const TcgTarget *target;
    const uint8_t *entry;
    void *marker; /* the first page of the file, mapped */
    size_t marker_size;
    GByteArray *records; /* those being made */
    size_t gap;
};

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* ------------------------------------------------------------------ the file */

static void fill_header(const TcgJitdump *dump, FileHeader *ret)
{
    *ret = (FileHeader){
        .magic = JITDUMP_MAGIC,
        .version = JITDUMP_VERSION,
        .total_size = sizeof(FileHeader),
        .elf_machine = dump->target->backend->dwarf->elf_machine,
        .pid = (uint32_t)getpid(),
        .timestamp = now(),
    };
}

/*
 * perf notes executable mappings, and so learns of the file.  It stays mapped, for a perf that
 * attaches later.
 */
static int map_marker(TcgJitdump *dump)
{
    dump->marker_size = (size_t)sysconf(_SC_PAGESIZE);
    dump->marker =
        mmap(NULL, dump->marker_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, dump->file.fd, 0);
    if (dump->marker == MAP_FAILED) {
        dump->marker = NULL;
        return -errno;
    }
    return 0;
}

static void unmap_marker(TcgJitdump *dump)
{
    if (dump->marker) {
        munmap(dump->marker, dump->marker_size);
        dump->marker = NULL;
    }
}

static int open_file(TcgJitdump *dump, const char *path, bool resume)
{
    FileHeader header;
    int ret;

    fill_header(dump, &header);
    if (resume &&
        record_file_resume(&dump->file, path, &header, offsetof(FileHeader, timestamp)) == 0) {
        return 0;
    }
    ret = record_file_create(&dump->file, path);
    if (ret == 0 && !record_file_append(&dump->file, &header, sizeof(header))) {
        ret = -ENOSPC;
    }
    return ret;
}

static bool start_file(TcgJitdump *dump, bool resume, char **ret_error)
{
    g_autofree char *path = g_strdup_printf("%s/jit-%d.dump", dump->dir, (int)getpid());
    const char *what = "create";
    int ret = open_file(dump, path, resume);

    if (ret == 0) {
        what = "map it as code";
        ret = map_marker(dump);
    }
    if (ret < 0) {
        *ret_error = g_strdup_printf("cannot %s %s: %s", what, path, g_strerror(-ret));
        record_file_close(&dump->file);
    }
    return ret == 0;
}

static void free_dump(TcgJitdump *dump)
{
    unmap_marker(dump);
    record_file_close(&dump->file);
    g_byte_array_unref(dump->records);
    g_free(dump->dir);
    g_free(dump);
}

/* ------------------------------------------------------------------ records */

static void put(GByteArray *out, const void *bytes, size_t size)
{
    g_byte_array_append(out, bytes, (guint)size);
}

static void put_32(GByteArray *out, uint32_t value)
{
    put(out, &value, sizeof(value));
}

static void put_64(GByteArray *out, uint64_t value)
{
    put(out, &value, sizeof(value));
}

/* Its size is filled in by end_record(). */
static size_t begin_record(GByteArray *out, uint32_t id, uint64_t timestamp)
{
    const RecordHeader header = { .id = id, .timestamp = timestamp };
    size_t start = out->len;

    put(out, &header, sizeof(header));
    return start;
}

static void end_record(GByteArray *out, size_t start)
{
    uint32_t size = out->len - (uint32_t)start;

    memcpy(out->data + start + offsetof(RecordHeader, total_size), &size, sizeof(size));
}

static void put_lines(TcgJitdump *dump, const TcgJitdumpCode *code, uint64_t timestamp)
{
    GByteArray *out = dump->records;
    size_t start;

    if (!code->nb_lines) {
        return;
    }
    start = begin_record(out, JIT_CODE_DEBUG_INFO, timestamp);
    put_64(out, (uintptr_t)code->start);
    put_64(out, code->nb_lines);
    for (unsigned n = 0; n < code->nb_lines; n++) {
        const TcgJitdumpLine *line = &code->lines[n];

        put_64(out, (uintptr_t)code->start + line->offset);
        put_32(out, line->line);
        put_32(out, 0);
        put(out, line->file, strlen(line->file) + 1);
    }
    end_record(out, start);
}

static uint32_t get_32(const GByteArray *bytes, size_t at)
{
    uint32_t value;

    memcpy(&value, bytes->data + at, sizeof(value));
    return GUINT32_FROM_LE(value);
}

/* .eh_frame_hdr for the .eh_frame in out from frame on: a table of code and FDE, relative to itself. */
static void put_frame_header(GByteArray *out, size_t frame)
{
    const uint8_t encodings[4] = { 1, DW_EH_PE_pcrel | DW_EH_PE_sdata4, DW_EH_PE_udata4,
                                   DW_EH_PE_datarel | DW_EH_PE_sdata4 };
    size_t header = out->len, count_at = header + 8;
    uint32_t count = 0, length;

    put(out, encodings, sizeof(encodings));
    put_32(out, GUINT32_TO_LE((uint32_t)(frame - (header + 4))));
    put_32(out, 0);
    for (size_t at = frame; (length = get_32(out, at)) != 0; at += 4 + length) {
        /* An FDE, not a CIE; its range starts behind length and CIE, relative to that field. */
        if (get_32(out, at + 4) != 0) {
            uint32_t range = (uint32_t)(at + 8 - header) + get_32(out, at + 8);

            put_32(out, GUINT32_TO_LE(range));
            put_32(out, GUINT32_TO_LE((uint32_t)(at - header)));
            count++;
        }
    }
    count = GUINT32_TO_LE(count);
    memcpy(out->data + count_at, &count, sizeof(count));
}

/* .eh_frame and .eh_frame_hdr of the code; returns the size of the latter. */
static size_t put_sections(GByteArray *out, const TcgJitdump *dump, uint64_t start, size_t size)
{
    const TcgUnwindRange range = { (uintptr_t)dump->entry, start, start + size };
    size_t frame = out->len, header;

    tcg_unwind_write(out, dump->target, &range, TCG_UNWIND_EH_PCREL, start + ALIGN_8(size));
    header = out->len;
    put_frame_header(out, frame);
    return out->len - header;
}

size_t tcg_jitdump_gap(const TcgJitdump *dump)
{
    return dump->gap;
}

/* The same for all code but the entry code, which has more FDEs. */
static size_t measure_gap(const TcgJitdump *dump)
{
    g_autoptr(GByteArray) sections = g_byte_array_new();
    const TcgTarget *target = dump->target;

    put_sections(sections, dump,
                 (uintptr_t)dump->entry + target->steps[target->nb_steps - 1].offset, 16);
    return sections->len + 7;
}

static void put_unwind(TcgJitdump *dump, const TcgJitdumpCode *code, uint64_t timestamp)
{
    GByteArray *out = dump->records;
    size_t record = begin_record(out, JIT_CODE_UNWINDING_INFO, timestamp);
    size_t at = out->len;
    UnwindingInfo sizes = { 0 };

    put(out, &sizes, sizeof(sizes));
    sizes.frame_header = put_sections(out, dump, (uintptr_t)code->start, code->size);
    sizes.all = out->len - at - sizeof(sizes);
    sizes.mapped = sizes.all;
    memcpy(out->data + at, &sizes, sizeof(sizes));
    end_record(out, record);
}

static void put_code(TcgJitdump *dump, const TcgJitdumpCode *code, uint64_t timestamp)
{
    GByteArray *out = dump->records;
    size_t start = begin_record(out, JIT_CODE_LOAD, timestamp);
    const CodeLoad load = {
        .pid = (uint32_t)getpid(),
        .tid = (uint32_t)syscall(SYS_gettid),
        .vma = (uintptr_t)code->start,
        .code_addr = (uintptr_t)code->start,
        .code_size = code->size,
        /* Unique, also in a file that is resumed: where the record is. */
        .code_index = dump->file.size + start,
    };

    put(out, &load, sizeof(load));
    put(out, code->name, strlen(code->name) + 1);
    put(out, code->start, code->size);
    end_record(out, start);
}

void tcg_jitdump_add(TcgJitdump *dump, const TcgJitdumpCode *code)
{
    uint64_t timestamp = now();

    if (dump->file.fd < 0) {
        return;
    }
    g_byte_array_set_size(dump->records, 0);
    put_lines(dump, code, timestamp);
    put_unwind(dump, code, timestamp);
    put_code(dump, code, timestamp);
    record_file_append(&dump->file, dump->records->data, dump->records->len);
}

/* ------------------------------------------------------------------ the whole */

TcgJitdump *tcg_jitdump_open(const char *dir, bool resume, const TcgTarget *target,
                             const uint8_t *entry, char **ret_error)
{
    TcgJitdump *dump = g_new0(TcgJitdump, 1);

    dump->dir = g_strdup(dir);
    dump->target = target;
    dump->entry = entry;
    dump->records = g_byte_array_new();
    dump->gap = measure_gap(dump);
    if (!start_file(dump, resume, ret_error)) {
        free_dump(dump);
        return NULL;
    }
    return dump;
}

bool tcg_jitdump_forked(TcgJitdump *dump, char **ret_error)
{
    unmap_marker(dump);
    if (dump->file.fd < 0) {
        return true; /* given up, which was said */
    }
    record_file_close(&dump->file);
    return start_file(dump, false, ret_error);
}

void tcg_jitdump_close(TcgJitdump *dump, bool ended)
{
    if (!dump) {
        return;
    }
    if (ended && dump->file.fd >= 0) {
        g_byte_array_set_size(dump->records, 0);
        end_record(dump->records, begin_record(dump->records, JIT_CODE_CLOSE, now()));
        record_file_append(&dump->file, dump->records->data, dump->records->len);
    }
    free_dump(dump);
}
