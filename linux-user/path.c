/*
 * Guest paths under the root that -L names.
 *
 * A path that exists under the root is found there, any other on the host.  Symbolic links are
 * followed component by component, so that an absolute one ("/etc/alternatives/awk") stays under
 * the root instead of leading to the host's file.
 */
#include <errno.h>
#include <glib.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-user/process.h"

enum {
    MAX_LINKS = 40, /* the kernel's MAXSYMLINKS */
};

/* The kernel's own trees, and the one place where everybody writes: a root has them empty. */
static bool is_shared_tree(const char *path)
{
    static const char *const trees[] = { "/proc", "/sys", "/dev", "/tmp" };

    for (unsigned i = 0; i < G_N_ELEMENTS(trees); i++) {
        size_t size = strlen(trees[i]);

        if (strncmp(path, trees[i], size) == 0 && (path[size] == '/' || path[size] == '\0')) {
            return true;
        }
    }
    return false;
}

/* Drop the last component, never more than the root. */
static void go_up(GString *at, size_t root_size)
{
    const char *slash = strrchr(at->str + root_size, '/');

    if (slash) {
        g_string_truncate(at, (gsize)(slash - at->str));
    }
}

/* at is a link: put its target in front of what is still to be walked.  False: cannot. */
static bool follow_link(GString *at, size_t root_size, GString *todo, unsigned *links)
{
    char target[PATH_MAX];
    ssize_t size = readlink(at->str, target, sizeof(target) - 1);

    if (size <= 0 || ++*links > MAX_LINKS) {
        return false;
    }
    target[size] = '\0';
    g_string_prepend(todo, "/");
    g_string_prepend(todo, target);
    if (target[0] == '/') {
        g_string_truncate(at, root_size);
    } else {
        go_up(at, root_size);
    }
    return true;
}

/* Take the next component off todo into name; false: none is left. */
static bool next_component(GString *todo, GString *name)
{
    size_t skip = strspn(todo->str, "/");
    size_t size = strcspn(todo->str + skip, "/");

    g_string_truncate(name, 0);
    g_string_append_len(name, todo->str + skip, (gssize)size);
    g_string_erase(todo, 0, (gssize)(skip + size));
    return size > 0;
}

/* Where path is under root, or NULL when it does not exist there. */
static char *resolve_under(const char *root, const char *path, bool follow_last)
{
    GString *at = g_string_new(root);
    GString *todo = g_string_new(path);
    GString *name = g_string_new(NULL);
    size_t root_size = at->len;
    unsigned links = 0;
    bool found = true;

    while (found && next_component(todo, name)) {
        bool last = todo->str[strspn(todo->str, "/")] == '\0';
        struct stat st;

        if (strcmp(name->str, ".") == 0) {
            continue;
        }
        if (strcmp(name->str, "..") == 0) {
            go_up(at, root_size);
            continue;
        }
        g_string_append_c(at, '/');
        g_string_append(at, name->str);
        found = lstat(at->str, &st) == 0;
        if (found && S_ISLNK(st.st_mode) && (!last || follow_last || *todo->str)) {
            found = follow_link(at, root_size, todo, &links);
        }
    }
    g_string_free(todo, TRUE);
    g_string_free(name, TRUE);
    /* A trailing slash asks for a directory: the kernel checks it if we keep it. */
    if (found && g_str_has_suffix(path, "/")) {
        g_string_append_c(at, '/');
    }
    return g_string_free(at, !found);
}

static char *find_path(const Process *process, const char *path, bool follow_last)
{
    char *found = NULL;

    if (process->root && path[0] == '/' && !is_shared_tree(path)) {
        found = resolve_under(process->root, path, follow_last);
    }
    return found ? found : g_strdup(path);
}

char *path_for_read(const Process *process, const char *path)
{
    return find_path(process, path, true);
}

char *path_for_link(const Process *process, const char *path)
{
    return find_path(process, path, false);
}
