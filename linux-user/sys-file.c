/*
 * Files: opening, closing, descriptors, attributes.
 *
 * Names that are only read are looked up under -L first, and a few names in /proc show the
 * guest instead of dragoman (path.c, proc-files.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "layout.h"
#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "outside.h"
#include "sys.h"

static bool opens_for_read(int flags)
{
    return (flags & O_PATH) || ((flags & O_ACCMODE) == O_RDONLY && !(flags & (O_CREAT | O_TRUNC)));
}

/*
 * The path to open for the guest's path, or a descriptor already opened for it: true with
 * *ret_result.  The path is consumed, *path is to be freed.
 */
static bool open_special(GuestTask *task, char **path, int flags, int64_t *ret_result)
{
    char *found;

    if ((*path)[0] != '/') {
        return false;
    }
    if (proc_file_open(task, *path, flags, ret_result)) {
        return true;
    }
    if (task->process->root && opens_for_read(flags)) {
        found = path_for_read(task->process, *path);
        g_free(*path);
        *path = found;
    }
    return false;
}

/* int openat(int dirfd, const char *path, int flags, mode_t mode) */
int64_t sys_openat(GuestTask *task, const SysArgs *args)
{
    int flags = open_flags_to_host(task, args->v[2]);
    char *path;
    int64_t result = sys_path(task, args->v[1], &path);

    if (result) {
        return result;
    }
    if (!open_special(task, &path, flags, &result)) {
        result = safe_syscall(task, SYS_openat, (int)args->v[0], path, flags, args->v[3]);
    }
    g_free(path);
    return result;
}

/* int openat2(int dirfd, const char *path, struct open_how *how, size_t size) */
int64_t sys_openat2(GuestTask *task, const SysArgs *args)
{
    struct open_how how;
    char *path;
    int64_t result;

    if (args->v[3] < sizeof(how)) {
        return -EINVAL;
    }
    result = sys_growing_struct(task, args->v[2], args->v[3], &how, sizeof(how));
    if (result == 0) {
        result = sys_path(task, args->v[1], &path);
    }
    if (result) {
        return result;
    }
    how.flags = (how.flags & ~UINT64_C(0xffffffff)) | (uint32_t)open_flags_to_host(task, how.flags);
    /* With resolve flags the lookup must stay where the guest said. */
    if (how.resolve || !open_special(task, &path, how.flags, &result)) {
        result = safe_syscall(task, SYS_openat2, (int)args->v[0], path, &how, sizeof(how));
    }
    g_free(path);
    return result;
}

/* int close(int fd) */
int64_t sys_close(GuestTask *task, const SysArgs *args)
{
    int fd = args->v[0];

    return sys_fd_is_own(fd) ? -EBADF : sys_result(close(fd));
}

static int64_t close_range_part(unsigned first, unsigned last, unsigned flags)
{
    return first > last ? 0 : sys_result(syscall(SYS_close_range, first, last, flags));
}

/* int close_range(unsigned first, unsigned last, unsigned flags): around our own descriptors */
int64_t sys_close_range(GuestTask *task, const SysArgs *args)
{
    unsigned first = args->v[0], last = args->v[1], flags = args->v[2];
    int own;
    int64_t result;

    for (;;) {
        own = sys_next_own_fd(first);
        if (first > last || own < 0 || (unsigned)own > last) {
            return sys_result(syscall(SYS_close_range, first, last, flags));
        }
        result = close_range_part(first, (unsigned)own - 1, flags);
        first = (unsigned)own + 1;
        /* Nothing behind it, where first > last would be an error. */
        if (result || first > last) {
            return result;
        }
    }
}

/* int dup3(int oldfd, int newfd, int flags) */
int64_t sys_dup3(GuestTask *task, const SysArgs *args)
{
    int from = args->v[0], to = args->v[1];

    if (sys_fd_is_own(from) || sys_fd_is_own(to)) {
        return -EBADF;
    }
    return sys_result(dup3(from, to, open_flags_to_host(task, args->v[2])));
}

/* ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t size) */
int64_t sys_readlinkat(GuestTask *task, const SysArgs *args)
{
    GuestAddr buf = args->v[2];
    size_t size = (int)args->v[3];
    char *path;
    int64_t result;
    char text[PATH_MAX];

    if ((int)args->v[3] <= 0) {
        return -EINVAL;
    }
    result = sys_path(task, args->v[1], &path);
    if (result) {
        return result;
    }
    if (proc_file_readlink(task, path, text, MIN(size, sizeof(text)), &result)) {
        g_free(path);
        return result > 0 && !guest_put(task, buf, text, result) ? -EFAULT : result;
    }
    g_free(path);
    result = sys_read_path(task, args->v[1], true, &path);
    if (result == 0) {
        void *host_buf = guest_buffer(task, buf, size);

        result = sys_result(syscall(SYS_readlinkat, (int)args->v[0], path, host_buf, size));
        g_free(path);
    }
    return result;
}

typedef int DirectoryCall(const char *path);

/*
 * A directory that only the root has is entered there.  One that the host has as well is the
 * host's, since what is written by relative names stays there.
 */
static int64_t enter_directory(GuestTask *task, GuestAddr addr, DirectoryCall *call)
{
    g_autofree char *path = NULL;
    g_autofree char *found = NULL;
    int64_t result = sys_path(task, addr, &path);

    if (result == 0) {
        result = sys_result(call(path));
    }
    if (result == -ENOENT && task->process->root) {
        found = path_for_read(task->process, path);
        result = sys_result(call(found));
    }
    return result;
}

/* int chdir(const char *path) */
int64_t sys_chdir(GuestTask *task, const SysArgs *args)
{
    return enter_directory(task, args->v[0], chdir);
}

/* int chroot(const char *path) */
int64_t sys_chroot(GuestTask *task, const SysArgs *args)
{
    bool first = outside_keep(task);
    int64_t result = enter_directory(task, args->v[0], chroot);

    if (result < 0 && first) {
        outside_drop(task);
    }
    return result;
}

static int64_t put_stat(GuestTask *task, GuestAddr addr, const struct stat *st)
{
    return layout_put(task, addr, task->process->abi->stat, st) ? 0 : -EFAULT;
}

/* int newfstatat(int dirfd, const char *path, struct stat *buf, int flags) */
int64_t sys_newfstatat(GuestTask *task, const SysArgs *args)
{
    g_autofree char *path = NULL;
    int flags = args->v[3];
    struct stat st;
    int64_t result = 0;

    /* With AT_EMPTY_PATH kernels from 6.11 on take NULL for "". */
    if (args->v[1] || !(flags & AT_EMPTY_PATH)) {
        result = sys_read_path(task, args->v[1], flags & AT_SYMLINK_NOFOLLOW, &path);
    }
    if (result == 0) {
        result = sys_result(syscall(SYS_newfstatat, (int)args->v[0], path, &st, flags));
    }
    return result == 0 ? put_stat(task, args->v[2], &st) : result;
}

/* int fstat(int fd, struct stat *buf) */
int64_t sys_fstat(GuestTask *task, const SysArgs *args)
{
    struct stat st;
    int64_t result = sys_result(syscall(SYS_fstat, (int)args->v[0], &st));

    return result == 0 ? put_stat(task, args->v[1], &st) : result;
}

/* int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf) */
int64_t sys_statx(GuestTask *task, const SysArgs *args)
{
    g_autofree char *path = NULL;
    int flags = args->v[2];
    void *buf = sys_pointer(task, args->v[4], sizeof(struct statx));
    int64_t result = 0;

    if (args->v[1] || !(flags & AT_EMPTY_PATH)) {
        result = sys_read_path(task, args->v[1], flags & AT_SYMLINK_NOFOLLOW, &path);
    }
    if (result == 0) {
        result =
            sys_result(syscall(SYS_statx, (int)args->v[0], path, flags, (unsigned)args->v[3], buf));
    }
    return result;
}
