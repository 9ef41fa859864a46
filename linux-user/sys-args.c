/*
 * Fetching arguments: paths, pointers, iovecs, signal masks, open flags.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "outside.h"
#include "sys.h"
#include "util/log.h"
#include "util/own-fd.h"

int64_t sys_result(long result)
{
    return result == -1 ? -errno : result;
}

int64_t sys_path(GuestTask *task, GuestAddr addr, char **ret)
{
    return guest_string(task, addr, PATH_MAX, ret);
}

int64_t sys_read_path(GuestTask *task, GuestAddr addr, bool nofollow, char **ret)
{
    const Process *process = task->process;
    char *path;
    int64_t error = sys_path(task, addr, &path);

    if (error) {
        return error;
    }
    if (path[0] != '/') {
        *ret = path;
    } else if (!nofollow && process->exe_host && proc_path_is_exe(path)) {
        *ret = g_strdup(process->exe_host);
        g_free(path);
    } else if (process->root) {
        *ret = nofollow ? path_for_link(process, path) : path_for_read(process, path);
        g_free(path);
    } else {
        *ret = path;
    }
    return 0;
}

void *sys_pointer(GuestTask *task, GuestAddr addr, uint64_t size)
{
    return addr ? guest_buffer(task, addr, size) : NULL;
}

int64_t sys_iov(GuestTask *task, GuestAddr addr, uint64_t count, struct iovec **ret)
{
    struct iovec *iov;

    if (count > IOV_MAX) {
        return -EINVAL;
    }
    iov = g_new0(struct iovec, count + 1);
    for (uint64_t i = 0; i < count; i++) {
        unsigned word = guest_word_size(task);
        uint64_t base, size;

        if (!guest_get_word(task, addr + 2 * i * word, &base) ||
            !guest_get_word(task, addr + (2 * i + 1) * word, &size)) {
            g_free(iov);
            return -EFAULT;
        }
        if ((int64_t)size < 0) {
            g_free(iov);
            return -EINVAL;
        }
        iov[i] = (struct iovec){ guest_buffer(task, base, size), size };
    }
    *ret = iov;
    return 0;
}

int64_t sys_sigmask(GuestTask *task, GuestAddr addr, uint64_t size, uint64_t *storage,
                    uint64_t **ret_mask)
{
    uint64_t mask;

    if (!addr) {
        *ret_mask = NULL;
        return 0;
    }
    if (size != sizeof(mask)) {
        return -EINVAL;
    }
    if (!guest_get_u64(task, addr, &mask)) {
        return -EFAULT;
    }
    *storage = signal_host_mask(mask);
    *ret_mask = storage;
    return 0;
}

int64_t sys_growing_struct(GuestTask *task, GuestAddr addr, uint64_t size, void *ret, size_t known)
{
    if (size > GUEST_PAGE_SIZE) {
        return -E2BIG;
    }
    for (uint64_t at = known; at < size; at++) {
        uint8_t byte;

        if (!guest_get_u8(task, addr + at, &byte)) {
            return -EFAULT;
        }
        if (byte) {
            return -E2BIG;
        }
    }
    memset(ret, 0, known);
    return guest_get(task, addr, ret, MIN(size, known)) ? 0 : -EFAULT;
}

int open_flags_to_host(const GuestTask *task, uint32_t flags)
{
    uint32_t out = flags;

    for (const AbiFlag *f = task->process->abi->open_flags; f->guest | f->host; f++) {
        out &= ~f->guest;
    }
    for (const AbiFlag *f = task->process->abi->open_flags; f->guest | f->host; f++) {
        out |= flags & f->guest ? f->host : 0;
    }
    return out;
}

uint32_t open_flags_to_guest(const GuestTask *task, int flags)
{
    uint32_t out = flags;

    for (const AbiFlag *f = task->process->abi->open_flags; f->guest | f->host; f++) {
        out &= ~f->host;
    }
    for (const AbiFlag *f = task->process->abi->open_flags; f->guest | f->host; f++) {
        out |= flags & f->host ? f->guest : 0;
    }
    return out;
}

int sys_next_own_fd(unsigned first)
{
    unsigned outside[2], count = outside_fds(task_self(), outside);
    int next = own_fd_next(first);

    for (unsigned n = 0; n < count; n++) {
        if (outside[n] >= first && (next < 0 || outside[n] < (unsigned)next)) {
            next = (int)outside[n];
        }
    }
    return next;
}

bool sys_fd_is_own(int64_t fd)
{
    return fd >= 0 && fd == (int)fd && sys_next_own_fd((unsigned)fd) == fd;
}

void sys_unimp(const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    if (!log_on(LOG_UNIMP)) {
        return;
    }
    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    log_printf("unimp: %s\n", text);
}
