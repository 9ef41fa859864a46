/*
 * execve: a guest program is run by a fresh dragoman with the same options, any other by the
 * host's kernel.
 *
 * A new image of dragoman costs what its start costs, and gives the kernel's own semantics for
 * descriptors, signals and threads.  The guest's environment is handed on as it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/process.h"
#include "linux-user/syscall.h"
#include "linux-user/task.h"
#include "outside.h"
#include "program.h"

/* What a descriptor is open on, by its name if it still has that one. */
static char *fd_path(int fd)
{
    char *link = g_strdup_printf("/proc/self/fd/%d", fd);
    char *name = g_file_read_link(link, NULL);

    if (name && name[0] == '/' && access(name, F_OK) == 0) {
        g_free(link);
        return name;
    }
    g_free(name);
    return link; /* lasts over execve only without close-on-exec */
}

/* The guest's path as one that open() takes: relative to dirfd, or the descriptor itself. */
static int64_t resolve_path(int dirfd, const char *path, int flags, char **ret)
{
    if (path[0] == '\0') {
        if (!(flags & AT_EMPTY_PATH)) {
            return -ENOENT;
        }
        *ret = fd_path(dirfd);
    } else if (path[0] == '/' || dirfd == AT_FDCWD) {
        *ret = g_strdup(path);
    } else {
        g_autofree char *dir = fd_path(dirfd);

        *ret = g_strdup_printf("%s/%s", dir, path);
    }
    return 0;
}

/* dragoman OPTIONS -0 ARGV0 -- PATH ARGS... */
static char **build_argv(const Process *process, const char *path, char **argv)
{
    GPtrArray *out = g_ptr_array_new();

    g_ptr_array_add(out, process->host_exe);
    for (char **p = process->options->inherited; p && *p; p++) {
        g_ptr_array_add(out, *p);
    }
    g_ptr_array_add(out, (char *)"-0");
    g_ptr_array_add(out, argv[0] ? argv[0] : (char *)"");
    g_ptr_array_add(out, (char *)"--");
    g_ptr_array_add(out, (char *)path);
    for (char **p = argv[0] ? argv + 1 : argv; *p; p++) {
        g_ptr_array_add(out, *p);
    }
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

/*
 * A signal that has been recorded but not delivered would be lost with this image: safe_syscall
 * delivers it first.
 */
static int64_t host_execve(GuestTask *task, const char *path, char **argv, char **envp)
{
    int64_t ret;

    debug_exec(task, true);
    ret = safe_syscall(task, SYS_execve, path, argv, envp);
    debug_exec(task, false);
    return ret;
}

static int64_t exec_dragoman(GuestTask *task, const char *path, char **argv, char **envp)
{
    const Process *process = task->process;
    g_autofree char **args = build_argv(process, path, argv);
    int64_t ret = outside_exec(task, args, envp);

    if (ret == -ENOENT) {
        ret = host_execve(task, "/proc/self/exe", args, envp);
    }
    /* Without /proc: by the name it had at start. */
    if (ret == -ENOENT) {
        ret = host_execve(task, process->host_exe, args, envp);
    }
    if (ret == -ENOENT) {
        /* In a root directory that has neither, the kernel may know us (binfmt_misc). */
        g_autofree char *host = path_for_read(process, path);

        ret = host_execve(task, host, argv, envp);
    }
    return ret;
}

int64_t process_execve(GuestTask *task, int dirfd, const char *path, char **argv, char **envp,
                       int flags)
{
    const Process *process = task->process;
    g_autofree char *name = NULL;
    g_autofree char *host = NULL;
    int64_t ret = resolve_path(dirfd, path, flags, &name);
    struct stat st;
    int kind;

    if (ret < 0) {
        return ret;
    }
    if ((flags & AT_SYMLINK_NOFOLLOW) && lstat(name, &st) == 0 && S_ISLNK(st.st_mode)) {
        return -ELOOP;
    }
    if (proc_path_is_exe(name)) {
        g_free(name);
        name = g_strdup(process->exe_host);
    }
    kind = program_probe(process->root, name);
    if (kind < 0) {
        return kind;
    }
    if (kind == 0) {
        return exec_dragoman(task, name, argv, envp);
    }
    host = path_for_read(process, name);
    return host_execve(task, host, argv, envp);
}
