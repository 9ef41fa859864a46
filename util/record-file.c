/*
 * Files of whole records: created in place of whatever is there, appended to by single writes, and
 * cut back to the last whole record when a write fails.
 */
#include "util/record-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/log.h"
#include "util/own-fd.h"

static void opened(RecordFile *file, int fd, const char *path, uint64_t size)
{
    *file = (RecordFile){ own_fd_keep(fd), g_strdup(path), size };
}

int record_file_create(RecordFile *file, const char *path)
{
    int fd;

    *file = (RecordFile){ .fd = -1 };
    /* In a directory with the sticky bit this fails for files of others, and so does O_EXCL. */
    if (unlink(path) < 0 && errno != ENOENT) {
        return -errno;
    }
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    opened(file, fd, path, 0);
    return 0;
}

static bool is_ours(int fd, const void *start, size_t size, struct stat *ret)
{
    g_autofree void *found = g_malloc(size);

    return fstat(fd, ret) == 0 && S_ISREG(ret->st_mode) && ret->st_uid == geteuid() &&
           ret->st_nlink == 1 && pread(fd, found, size, 0) == (ssize_t)size &&
           memcmp(found, start, size) == 0;
}

int record_file_resume(RecordFile *file, const char *path, const void *start, size_t size)
{
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_APPEND | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    *file = (RecordFile){ .fd = -1 };
    if (fd < 0) {
        return -errno;
    }
    if (!is_ours(fd, start, size, &st)) {
        close(fd);
        return -EEXIST;
    }
    opened(file, fd, path, (uint64_t)st.st_size);
    return 0;
}

static bool give_up(RecordFile *file, int error)
{
    log_printf("%s: %s; nothing more is written there, what is there is whole\n", file->path,
               g_strerror(error));
    record_file_close(file);
    return false;
}

/* The guest's limit holds for us, and going over it would send the guest a SIGXFSZ. */
static bool is_over_limit(const RecordFile *file, size_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           file->size + size > limit.rlim_cur;
}

bool record_file_append(RecordFile *file, const void *record, size_t size)
{
    ssize_t done;

    if (file->fd < 0) {
        return false;
    }
    if (is_over_limit(file, size)) {
        return give_up(file, EFBIG);
    }
    do {
        done = write(file->fd, record, size);
    } while (done < 0 && errno == EINTR);
    if (done == (ssize_t)size) {
        file->size += size;
        return true;
    }
    if (done < 0) {
        return give_up(file, errno);
    }
    /* Part of it: the disk is full.  Making a file shorter needs no space. */
    if (ftruncate(file->fd, (off_t)file->size) < 0) {
        return give_up(file, errno);
    }
    return give_up(file, ENOSPC);
}

bool record_file_truncate(RecordFile *file)
{
    if (file->fd < 0) {
        return false;
    }
    if (ftruncate(file->fd, 0) < 0) {
        return give_up(file, errno);
    }
    file->size = 0;
    return true;
}

void record_file_close(RecordFile *file)
{
    if (file->fd >= 0) {
        own_fd_close(file->fd);
    }
    g_clear_pointer(&file->path, g_free);
    file->fd = -1;
}
