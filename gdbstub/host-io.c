/*
 * vFile: gdb reads the files of the guest's system through us, to find symbols.
 *
 * Reading only.  Numbers are those of the protocol's own <fcntl.h> and <errno.h>.
 */
#include "session.h"
#include "util/own-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILEIO_O_ACCMODE = 3,
    FILEIO_UNKNOWN = 9999,
    FILEIO_STAT_SIZE = 64,
};

/* errno values that differ nowhere among these, others are unknown: gdb manual, "Errno Values". */
static int fileio_errno(int error)
{
    switch (error) {
    case EPERM:
    case ENOENT:
    case EINTR:
    case EBADF:
    case EACCES:
    case EFAULT:
    case EBUSY:
    case EEXIST:
    case ENODEV:
    case ENOTDIR:
    case EISDIR:
    case EINVAL:
    case ENFILE:
    case EMFILE:
    case EFBIG:
    case ENOSPC:
    case ESPIPE:
    case EROFS:
        return error;
    case ENAMETOOLONG:
        return 91;
    default:
        return FILEIO_UNKNOWN;
    }
}

static GdbDone result(GdbSession *s, int64_t value)
{
    if (value < 0) {
        g_string_append_printf(s->reply, "F-1,%x", (unsigned)fileio_errno((int)-value));
    } else {
        g_string_append_printf(s->reply, "F%" G_GINT64_MODIFIER "x", value);
    }
    return GDB_REPLY;
}

static GdbDone result_data(GdbSession *s, int64_t value, const void *data)
{
    if (value < 0) {
        return result(s, value);
    }
    value = (int64_t)gdb_escape_fits(data, (size_t)value, GDB_REPLY_ROOM);
    result(s, value);
    g_string_append_c(s->reply, ';');
    gdb_escape(s->reply, data, (size_t)value);
    return GDB_REPLY;
}

static int *slot_of(GdbSession *s, uint64_t fd)
{
    return fd < GDB_MAX_FILES && s->files[fd] ? &s->files[fd] : NULL;
}

/* Hex digits up to end as a string; NULL: not hex. */
static char *read_path(const char **at, char end)
{
    const char *stop = strchrnul(*at, end);
    size_t size = (size_t)(stop - *at) / 2;
    char *path = g_malloc0(size + 1);

    if (gdb_get_hex(*at, path, size) != size) {
        g_free(path);
        return NULL;
    }
    *at = stop + (*stop == end && end);
    return path;
}

static GdbDone file_open(GdbSession *s, const char *args)
{
    g_autofree char *path = read_path(&args, ',');
    uint64_t flags, mode;
    int fd;

    if (!path || !gdb_number_to(&args, ',', &flags) || !gdb_number(&args, &mode)) {
        return result(s, -EINVAL);
    }
    if (flags & FILEIO_O_ACCMODE) {
        return result(s, -EROFS);
    }
    for (unsigned n = 0; n < GDB_MAX_FILES; n++) {
        if (!s->files[n]) {
            fd = s->target->open_file(path, O_RDONLY, 0);
            if (fd < 0) {
                return result(s, fd);
            }
            s->files[n] = fd + 1;
            return result(s, n);
        }
    }
    return result(s, -EMFILE);
}

static GdbDone file_close(GdbSession *s, const char *args)
{
    uint64_t fd;
    int *slot;

    if (!gdb_number(&args, &fd) || !(slot = slot_of(s, fd))) {
        return result(s, -EBADF);
    }
    own_fd_close(*slot - 1);
    *slot = 0;
    return result(s, 0);
}

static GdbDone file_pread(GdbSession *s, const char *args)
{
    uint64_t fd, count, offset;
    g_autofree char *buf = NULL;
    ssize_t got;
    int *slot;

    if (!gdb_number_to(&args, ',', &fd) || !gdb_number_to(&args, ',', &count) ||
        !gdb_number(&args, &offset)) {
        return result(s, -EINVAL);
    }
    slot = slot_of(s, fd);
    if (!slot) {
        return result(s, -EBADF);
    }
    count = MIN(count, GDB_REPLY_ROOM);
    buf = g_malloc(count + 1);
    got = pread(*slot - 1, buf, count, (off_t)offset);
    return result_data(s, got < 0 ? -errno : got, buf);
}

static void put_be(uint8_t **at, uint64_t value, unsigned size)
{
    for (unsigned n = 0; n < size; n++) {
        *(*at)++ = (uint8_t)(value >> 8 * (size - 1 - n));
    }
}

/* The protocol's struct stat: big endian (gdb manual, "struct stat"). */
static GdbDone put_stat(GdbSession *s, const struct stat *st)
{
    uint8_t buf[FILEIO_STAT_SIZE], *at = buf;

    put_be(&at, st->st_dev, 4);
    put_be(&at, st->st_ino, 4);
    put_be(&at, st->st_mode, 4);
    put_be(&at, st->st_nlink, 4);
    put_be(&at, st->st_uid, 4);
    put_be(&at, st->st_gid, 4);
    put_be(&at, st->st_rdev, 4);
    put_be(&at, (uint64_t)st->st_size, 8);
    put_be(&at, (uint64_t)st->st_blksize, 8);
    put_be(&at, (uint64_t)st->st_blocks, 8);
    put_be(&at, (uint64_t)st->st_atime, 4);
    put_be(&at, (uint64_t)st->st_mtime, 4);
    put_be(&at, (uint64_t)st->st_ctime, 4);
    return result_data(s, sizeof(buf), buf);
}

static GdbDone file_fstat(GdbSession *s, const char *args)
{
    struct stat st;
    uint64_t fd;
    int *slot;

    if (!gdb_number(&args, &fd) || !(slot = slot_of(s, fd))) {
        return result(s, -EBADF);
    }
    return fstat(*slot - 1, &st) < 0 ? result(s, -errno) : put_stat(s, &st);
}

static GdbDone file_readlink(GdbSession *s, const char *args)
{
    g_autofree char *path = read_path(&args, '\0');
    char buf[4096];

    if (!path) {
        return result(s, -EINVAL);
    }
    return result_data(s, s->target->read_link(path, buf, sizeof(buf)), buf);
}

/* The file system of a process: they are all in one. */
static GdbDone file_setfs(GdbSession *s, const char *args)
{
    return result(s, 0);
}

GdbDone gdb_cmd_file(GdbSession *s, const char *args, size_t size)
{
    static const struct {
        const char *name;
        GdbDone (*handle)(GdbSession *s, const char *args);
    } calls[] = {
        { "open:", file_open },   { "close:", file_close }, { "pread:", file_pread },
        { "fstat:", file_fstat }, { "setfs:", file_setfs }, { "readlink:", file_readlink },
    };

    for (unsigned n = 0; n < G_N_ELEMENTS(calls); n++) {
        if (gdb_skip(&args, calls[n].name)) {
            return calls[n].handle(s, args);
        }
    }
    return gdb_unknown(s);
}

void gdb_close_files(GdbSession *s)
{
    for (unsigned n = 0; n < GDB_MAX_FILES; n++) {
        if (s->files[n]) {
            own_fd_close(s->files[n] - 1);
            s->files[n] = 0;
        }
    }
}
