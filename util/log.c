/*
 * The -d log: item names to a mask, one FILE, address ranges.
 *
 * The mask is written while the program has one thread.  The file's lock is recursive, so a
 * locked caller may use log_printf().
 */
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/own-fd.h"

typedef struct LogRange {
    uint64_t start, end;
} LogRange;

uint32_t log_mask;
static struct {
    FILE *file; /* NULL: standard error */
    char *path; /* with %d still in it */
    char *ir_after;
    LogRange *ranges; /* empty: everything */
    unsigned nb_ranges;
} log_state;

static const char *const item_names[LOG_COUNT] = {
#define X(id, name, help) [LOG_##id] = name,
    LOG_ITEMS(X)
#undef X
};

static const char *const item_help[LOG_COUNT] = {
#define X(id, name, help) [LOG_##id] = help,
    LOG_ITEMS(X)
#undef X
};

static int find_item(const char *name)
{
    for (int i = 0; i < LOG_COUNT; i++) {
        if (strcmp(item_names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static char *unknown_item(const char *name)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "unknown log item '%s'; known items:", name);
    for (int i = 0; i < LOG_COUNT; i++) {
        g_string_append_printf(text, "\n  %-10s %s", item_names[i], item_help[i]);
    }
    return g_string_free(text, FALSE);
}

bool log_configure(const char *items, const char **ret_error)
{
    g_auto(GStrv) names = g_strsplit(items, ",", -1);

    for (char **name = names; *name; name++) {
        int item;

        if (g_str_has_prefix(*name, "ir:after=")) {
            g_free(log_state.ir_after);
            log_state.ir_after = g_strdup(*name + strlen("ir:after="));
            log_mask |= UINT32_C(1) << LOG_IR;
            continue;
        }
        item = find_item(*name);
        if (item < 0) {
            *ret_error = unknown_item(*name);
            return false;
        }
        log_mask |= UINT32_C(1) << item;
        if (item == LOG_CPU) { /* registers are shown where a block starts */
            log_mask |= UINT32_C(1) << LOG_EXEC;
        }
    }
    return true;
}

const char *log_ir_after(void)
{
    return log_state.ir_after;
}

static char *expand_pid(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "%d", -1);
    g_autofree char *pid = g_strdup_printf("%d", (int)getpid());

    return g_strjoinv(pid, parts);
}

int log_open(const char *path, bool append)
{
    g_autofree char *name = expand_pid(path);
    int fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (append ? 0 : O_TRUNC), 0666);
    FILE *file;

    if (fd < 0) {
        return -errno;
    }
    file = fdopen(own_fd_keep(fd), "a");
    g_assert(file);
    setvbuf(file, NULL, _IOLBF, 0);
    if (log_state.file) {
        own_fd_forget(fileno(log_state.file));
        fclose(log_state.file);
    }
    log_state.file = file;
    if (log_state.path != path) {
        g_free(log_state.path);
        log_state.path = g_strdup(path);
    }
    return 0;
}

/* START..END or START+SIZE, end exclusive. */
static bool parse_range(const char *text, LogRange *ret)
{
    char *end;
    uint64_t start = g_ascii_strtoull(text, &end, 0);
    uint64_t second;
    bool is_size = *end == '+';

    if (end == text || (!is_size && strncmp(end, "..", 2) != 0)) {
        return false;
    }
    text = end + (is_size ? 1 : 2);
    second = g_ascii_strtoull(text, &end, 0);
    if (end == text || *end) {
        return false;
    }
    *ret = (LogRange){ start, is_size ? start + second : second };
    return true;
}

bool log_set_filter(const char *ranges, const char **ret_error)
{
    g_auto(GStrv) texts = g_strsplit(ranges, ",", -1);
    GArray *parsed = g_array_new(FALSE, FALSE, sizeof(LogRange));

    for (char **text = texts; *text; text++) {
        LogRange range;

        if (!parse_range(*text, &range)) {
            *ret_error =
                g_strdup_printf("bad address range '%s'; want START..END or START+SIZE", *text);
            g_array_free(parsed, TRUE);
            return false;
        }
        g_array_append_val(parsed, range);
    }
    log_state.nb_ranges = parsed->len;
    log_state.ranges = (LogRange *)g_array_free(parsed, FALSE);
    return true;
}

bool log_filter_match(uint64_t start, uint64_t end)
{
    if (!log_state.nb_ranges) {
        return true;
    }
    for (unsigned i = 0; i < log_state.nb_ranges; i++) {
        if (start < log_state.ranges[i].end && end > log_state.ranges[i].start) {
            return true;
        }
    }
    return false;
}

FILE *log_lock(void)
{
    FILE *file = log_state.file ? log_state.file : stderr;

    flockfile(file);
    return file;
}

void log_unlock(void)
{
    FILE *file = log_state.file ? log_state.file : stderr;

    funlockfile(file);
}

void log_printf(const char *format, ...)
{
    FILE *file = log_lock();
    va_list args;

    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fflush(file);
    log_unlock();
}

/* With %d in the name every process has its own file. */
void log_after_fork(void)
{
    if (log_state.path && strstr(log_state.path, "%d")) {
        log_open(log_state.path, false);
    }
}
