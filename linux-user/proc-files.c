/*
 * Files under /proc that would show dragoman: made up to show the guest.
 *
 * Each is written into a memory file when it is opened, as the kernel makes them up when they
 * are read.  What is not listed here is right as it is (fd, task, comm, limits, ...).
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "linux-user/task.h"

typedef struct ProcFile {
    const char *name;
    bool (*write)(GuestTask *task, FILE *out); /* false: use the host's */
} ProcFile;

static bool write_maps(GuestTask *task, FILE *out)
{
    guest_mm_print(task->process->mm, out);
    return true;
}

static bool write_auxv(GuestTask *task, FILE *out)
{
    fwrite(task->process->auxv, 1, task->process->auxv_size, out);
    return true;
}

/* The memory itself: programs change it to change what ps shows. */
static bool write_guest_bytes(GuestTask *task, FILE *out, GuestAddr start, GuestAddr end)
{
    g_autofree char *bytes = g_malloc(end - start + 1);

    if (guest_get(task, start, bytes, end - start)) {
        fwrite(bytes, 1, end - start, out);
    }
    return true;
}

static bool write_cmdline(GuestTask *task, FILE *out)
{
    return write_guest_bytes(task, out, task->process->arg_start, task->process->arg_end);
}

static bool write_environ(GuestTask *task, FILE *out)
{
    return write_guest_bytes(task, out, task->process->env_start, task->process->env_end);
}

/* Field number of proc(5), counted from 1, to its value in the guest; false: the host's stands. */
static bool stat_field(const Process *process, unsigned field, uint64_t *ret)
{
    switch (field) {
    case 26:
        *ret = process->code_start;
        return true;
    case 27:
        *ret = process->code_end;
        return true;
    case 28:
        *ret = process->stack_start;
        return true;
    case 29: /* kstkesp, kstkeip: 0 for a running process */
    case 30:
        *ret = 0;
        return true;
    case 45:
        *ret = process->data_start;
        return true;
    case 46:
        *ret = process->data_end;
        return true;
    case 47:
        *ret = guest_brk(process->mm, 0);
        return true;
    case 48:
        *ret = process->arg_start;
        return true;
    case 49:
        *ret = process->arg_end;
        return true;
    case 50:
        *ret = process->env_start;
        return true;
    case 51:
        *ret = process->env_end;
        return true;
    default:
        return false;
    }
}

static bool write_stat(GuestTask *task, FILE *out)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) fields = NULL;
    char *rest;

    if (!g_file_get_contents("/proc/self/stat", &text, NULL, NULL)) {
        return false;
    }
    /* The name, field 2, may hold spaces and parentheses: fields are counted behind the last. */
    rest = strrchr(text, ')');
    if (!rest || rest[1] != ' ') {
        return false;
    }
    fields = g_strsplit(g_strchomp(rest + 2), " ", -1);
    fwrite(text, 1, (size_t)(rest + 1 - text), out);
    for (unsigned i = 0; fields[i]; i++) {
        uint64_t value;

        if (stat_field(task->process, i + 3, &value)) {
            fprintf(out, " %" PRIu64, value);
        } else {
            fprintf(out, " %s", fields[i]);
        }
    }
    fputc('\n', out);
    return true;
}

/* Signals whose action is handler, or (caught) any function. */
static uint64_t actions_set(Process *process, bool caught)
{
    uint64_t set = 0;

    pthread_mutex_lock(&process->signal_lock);
    for (int signo = 1; signo <= GUEST_NSIG; signo++) {
        uint64_t handler = process->actions[signo].handler;

        if (caught ? handler > 1 : handler == 1) {
            set |= UINT64_C(1) << (signo - 1);
        }
    }
    pthread_mutex_unlock(&process->signal_lock);
    return set;
}

static bool write_status(GuestTask *task, FILE *out)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents("/proc/self/status", &text, NULL, NULL)) {
        return false;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line && **line; line++) {
        if (g_str_has_prefix(*line, "SigBlk:")) {
            fprintf(out, "SigBlk:\t%016" PRIx64 "\n", task->blocked);
        } else if (g_str_has_prefix(*line, "SigIgn:")) {
            fprintf(out, "SigIgn:\t%016" PRIx64 "\n", actions_set(task->process, false));
        } else if (g_str_has_prefix(*line, "SigCgt:")) {
            fprintf(out, "SigCgt:\t%016" PRIx64 "\n", actions_set(task->process, true));
        } else {
            fprintf(out, "%s\n", *line);
        }
    }
    return true;
}

static void put_text(void *opaque, const char *text)
{
    fputs(text, opaque);
}

static bool write_cpuinfo(GuestTask *task, FILE *out)
{
    const LinuxAbi *abi = task->process->abi;
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    if (!abi->cpuinfo) {
        return false;
    }
    abi->cpuinfo(task->vcpu.state, count > 0 ? (unsigned)count : 1, put_text, out);
    return true;
}

static const ProcFile self_files[] = {
    { "auxv", write_auxv }, { "cmdline", write_cmdline }, { "environ", write_environ },
    { "maps", write_maps }, { "stat", write_stat },       { "status", write_status },
};
static const ProcFile cpuinfo_file = { "cpuinfo", write_cpuinfo };

/* text is a number that equals id, and *ret_rest what follows it. */
static bool skip_number(const char *text, long id, const char **ret_rest)
{
    char *end;

    if (!g_ascii_isdigit(*text) || strtol(text, &end, 10) != id) {
        return false;
    }
    *ret_rest = end;
    return true;
}

static bool skip_prefix(const char *text, const char *prefix, const char **ret_rest)
{
    if (!g_str_has_prefix(text, prefix)) {
        return false;
    }
    *ret_rest = text + strlen(prefix);
    return true;
}

/* What follows "/proc/self/", by any name of this very process; NULL: something else. */
static const char *self_entry(const char *path)
{
    const char *rest, *thread;

    if (!skip_prefix(path, "/proc/", &rest)) {
        return NULL;
    }
    if (!skip_prefix(rest, "self", &rest) && !skip_prefix(rest, "thread-self", &rest) &&
        !skip_number(rest, getpid(), &rest)) {
        return NULL;
    }
    /* The one thread's directory shows the same. */
    if (skip_prefix(rest, "/task/", &thread) && skip_number(thread, gettid(), &thread)) {
        rest = thread;
    }
    return *rest == '/' ? rest + strspn(rest, "/") : NULL;
}

static const ProcFile *find_file(const char *path)
{
    const char *entry;

    if (strcmp(path, "/proc/cpuinfo") == 0) {
        return &cpuinfo_file;
    }
    entry = self_entry(path);
    for (unsigned i = 0; entry && i < G_N_ELEMENTS(self_files); i++) {
        if (strcmp(entry, self_files[i].name) == 0) {
            return &self_files[i];
        }
    }
    return NULL;
}

bool proc_path_is_exe(const char *path)
{
    const char *entry = self_entry(path);

    return entry && strcmp(entry, "exe") == 0;
}

/* A memory file with the contents; -errno; or 0 for "use the host's" (never a new descriptor). */
static int64_t make_file(GuestTask *task, const ProcFile *file, int flags)
{
    int fd = memfd_create(file->name, flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
    int copy = fd < 0 ? -1 : dup(fd);
    FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
    bool written = out && file->write(task, out);

    if (fd < 0) {
        return -errno;
    }
    if (out) {
        fclose(out);
    } else if (copy >= 0) {
        close(copy);
    }
    if (!written) {
        close(fd);
        return 0;
    }
    lseek(fd, 0, SEEK_SET);
    return fd;
}

bool proc_file_open(GuestTask *task, const char *path, int flags, int64_t *ret)
{
    const ProcFile *file;
    int64_t fd;

    if (strncmp(path, "/proc/", 6) != 0) {
        return false;
    }
    if (proc_path_is_exe(path) && !(flags & O_NOFOLLOW)) {
        int exe = open(task->process->exe_host, flags & ~O_CREAT);

        *ret = exe < 0 ? -errno : exe;
        return true;
    }
    file = find_file(path);
    if (!file || (flags & (O_PATH | O_DIRECTORY)) || (flags & O_ACCMODE) != O_RDONLY) {
        return false;
    }
    fd = make_file(task, file, flags);
    if (fd == 0) {
        return false;
    }
    *ret = fd;
    return true;
}

bool proc_file_readlink(GuestTask *task, const char *path, char *buf, size_t size, int64_t *ret)
{
    size_t length = strlen(task->process->exe_path);

    if (!proc_path_is_exe(path)) {
        return false;
    }
    length = MIN(length, size);
    memcpy(buf, task->process->exe_path, length);
    *ret = (int64_t)length;
    return true;
}
