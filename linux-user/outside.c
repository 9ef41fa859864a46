/*
 * Starting dragoman again for a guest that has called chroot.
 *
 * In its new root there is no dragoman and none of the libraries it is linked with.  So before the
 * first chroot the old root and dragoman's own file are opened, on high descriptors that are hidden
 * from the guest.  For execve the process goes back to the old root, executes the file, and the new
 * image enters the guest's root and directory before it looks at the program: `-inside` names the
 * descriptors for all this.  That takes the right to chroot, which the guest had, and may have
 * dropped: a static build is then executed from within.
 *
 * A vfork child has descriptors of its own, but its parent's memory: its GuestTask keeps them.
 */
#include "outside.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/process.h"
#include "linux-user/syscall.h"

enum {
    OWN_FD = 1000, /* as the log: out of the way of the guest's lowest free descriptor */
    STATUS_LOST = 126,
};

static Outside *kept(GuestTask *task)
{
    return task->is_vfork ? &task->outside : &task->process->outside;
}

/* fd on a high number, closed on exec; fd itself where the limit forbids that. */
static int move_up(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, OWN_FD);

    if (high < 0) {
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        return fd;
    }
    close(fd);
    return high;
}

static int open_path(const char *path, int flags)
{
    return open(path, O_PATH | flags);
}

static void close_both(const Outside *outside)
{
    if (outside->root >= 0) {
        close(outside->root);
    }
    if (outside->exe >= 0) {
        close(outside->exe);
    }
}

bool outside_keep(GuestTask *task)
{
    Outside *outside = kept(task);
    Outside opened;

    if (outside->is_kept) {
        return false; /* the first root is the one with the libraries */
    }
    opened.root = open_path("/", O_DIRECTORY | O_CLOEXEC);
    opened.exe = open_path("/proc/self/exe", O_CLOEXEC);
    if (opened.root < 0 || opened.exe < 0) {
        close_both(&opened);
        return false;
    }
    *outside = (Outside){ true, move_up(opened.root), move_up(opened.exe) };
    return true;
}

void outside_drop(GuestTask *task)
{
    Outside *outside = kept(task);

    close_both(outside);
    *outside = (Outside){ false };
}

unsigned outside_fds(GuestTask *task, unsigned ret[2])
{
    const Outside *outside = kept(task);

    if (!outside->is_kept) {
        return 0;
    }
    ret[0] = (unsigned)outside->root;
    ret[1] = (unsigned)outside->exe;
    return 2;
}

static int64_t exec_fd(GuestTask *task, int fd, char **args, char **envp)
{
    return safe_syscall(task, SYS_execveat, fd, "", args, envp, AT_EMPTY_PATH);
}

/* args with `-inside` behind the program's name; the descriptors pass through the execve. */
static char **inside_args(char **args, const int fds[4], char text[64])
{
    GPtrArray *out = g_ptr_array_new();

    snprintf(text, 64, "%d:%d:%d:%d", fds[0], fds[1], fds[2], fds[3]);
    g_ptr_array_add(out, args[0]);
    g_ptr_array_add(out, (char *)"-inside");
    g_ptr_array_add(out, text);
    for (char **p = args + 1; *p; p++) {
        g_ptr_array_add(out, *p);
    }
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

static bool enter(int root, int cwd)
{
    return fchdir(root) == 0 && chroot(".") == 0 && fchdir(cwd) == 0;
}

/* Nothing has changed on failure but the current directory. */
static int64_t leave(const Outside *outside)
{
    /* Other threads are not to be taken along. */
    if (unshare(CLONE_FS) < 0 || fchdir(outside->root) < 0 || chroot(".") < 0) {
        return -errno;
    }
    return 0;
}

/* The way out, execve, and back in if that fails: to fds[0], with fds[1] the current directory. */
static int64_t exec_from_root(GuestTask *task, const Outside *outside, const int fds[4],
                              char **args, char **envp)
{
    char text[64];
    g_autofree char **all = inside_args(args, fds, text);
    int64_t ret = leave(outside);
    bool back;

    if (ret < 0) {
        back = fchdir(fds[1]) == 0;
    } else {
        ret = exec_fd(task, outside->exe, all, envp);
        back = enter(fds[0], fds[1]);
    }
    if (!back) {
        process_exit(task->process, STATUS_LOST); /* never on in the wrong place */
    }
    return ret;
}

static int64_t exec_outside(GuestTask *task, const Outside *outside, char **args, char **envp)
{
    int fds[4] = { open_path("/", O_DIRECTORY), open_path(".", O_DIRECTORY), dup(outside->root),
                   dup(outside->exe) };
    int64_t ret = -EMFILE;

    if (fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0 && fds[3] >= 0) {
        ret = exec_from_root(task, outside, fds, args, envp);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(fds); i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    return ret;
}

int64_t outside_exec(GuestTask *task, char **args, char **envp)
{
    const Outside *outside = kept(task);
    int64_t ret;

    if (!outside->is_kept) {
        return -ENOENT;
    }
    ret = exec_outside(task, outside, args, envp);
    if (ret == -EPERM) {
        ret = DRAGOMAN_STATIC ? exec_fd(task, outside->exe, args, envp) : -ENOENT;
    }
    return ret;
}

char *outside_enter(const Options *options, Outside *ret)
{
    int root, cwd, old, exe;

    if (!options->inside) {
        return NULL;
    }
    if (sscanf(options->inside, "%d:%d:%d:%d", &root, &cwd, &old, &exe) != 4) {
        return g_strdup_printf("-inside %s: not four descriptors", options->inside);
    }
    if (!enter(root, cwd)) {
        return g_strdup_printf("cannot enter the program's root directory: %s", g_strerror(errno));
    }
    close(root);
    close(cwd);
    *ret = (Outside){ true, move_up(old), move_up(exe) };
    return NULL;
}
