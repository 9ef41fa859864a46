/*
 * The name of a core file, from the host's pattern for them (core(5)).
 */
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "coredump.h"

enum { COMM_SIZE = 16 };

char *core_read_pattern(void)
{
    char *pattern = NULL;

    if (!g_file_get_contents("/proc/sys/kernel/core_pattern", &pattern, NULL, NULL)) {
        return g_strdup("core"); /* the kernel's default */
    }
    return g_strchomp(pattern);
}

bool core_pattern_is_pipe(const char *pattern)
{
    return pattern[0] == '|' || pattern[0] == '@';
}

/* As the kernel: text may not lead into another directory, nor be nothing. */
static void add_escaped(GString *name, const char *text)
{
    size_t start = name->len;

    if (*text == '\0') {
        g_string_append_c(name, '!');
    } else if (!strcmp(text, ".") || !strcmp(text, "..")) {
        g_string_append_c(name, '!');
        text++;
    }
    g_string_append(name, text);
    for (size_t i = start; i < name->len; i++) {
        if (name->str[i] == '/') {
            name->str[i] = '!';
        }
    }
}

static void add_comm(GString *name)
{
    char comm[COMM_SIZE + 1] = "";

    prctl(PR_GET_NAME, comm);
    add_escaped(name, comm);
}

static void add_host(GString *name)
{
    struct utsname uts;

    if (uname(&uts) == 0) {
        add_escaped(name, uts.nodename);
    }
}

/* One %-specifier.  Unknown ones are dropped. */
static void add_item(GString *name, const CoreNameInfo *info, char item)
{
    const char *slash = strrchr(info->exe, '/');

    switch (item) {
    case '%':
        g_string_append_c(name, '%');
        break;
    case 'p':
    case 'P':
        g_string_append_printf(name, "%d", (int)getpid());
        break;
    case 'i':
    case 'I':
        g_string_append_printf(name, "%d", (int)syscall(SYS_gettid));
        break;
    case 'u':
        g_string_append_printf(name, "%u", (unsigned)getuid());
        break;
    case 'g':
        g_string_append_printf(name, "%u", (unsigned)getgid());
        break;
    case 'd':
        g_string_append_printf(name, "%d", prctl(PR_GET_DUMPABLE));
        break;
    case 's':
        g_string_append_printf(name, "%d", info->signo);
        break;
    case 't':
        g_string_append_printf(name, "%lld", (long long)time(NULL));
        break;
    case 'h':
        add_host(name);
        break;
    case 'e':
        add_comm(name);
        break;
    case 'f':
        add_escaped(name, slash ? slash + 1 : info->exe);
        break;
    case 'E':
        add_escaped(name, info->exe);
        break;
    case 'c':
        g_string_append_printf(name, "%lu", (unsigned long)info->limit);
        break;
    }
}

char *core_name(const CoreNameInfo *info)
{
    GString *name = g_string_new(NULL);
    bool has_pid = false;

    if (core_pattern_is_pipe(info->pattern)) {
        g_string_append_printf(name, "core.%d", (int)getpid());
        return g_string_free(name, FALSE);
    }
    for (const char *p = info->pattern; *p; p++) {
        if (*p != '%') {
            g_string_append_c(name, *p);
        } else if (*++p) {
            has_pid = has_pid || *p == 'p';
            add_item(name, info, *p);
        } else {
            break; /* a single % at the end is dropped */
        }
    }
    if (!has_pid && info->uses_pid) {
        g_string_append_printf(name, ".%d", (int)getpid());
    }
    return g_string_free(name, FALSE);
}
