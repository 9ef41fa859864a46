/*
 * Memory: everything that changes mappings goes through mmap.c.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

/* void *brk(void *addr): the kernel's own form, which returns the break */
int64_t sys_brk(GuestTask *task, const SysArgs *args)
{
    return guest_brk(task->process->mm, args->v[0]);
}

/* void *mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset) */
int64_t sys_mmap(GuestTask *task, const SysArgs *args)
{
    /* x86's own flag; on other architectures the bit means nothing. */
    int flags = (int)args->v[3] & ~MAP_32BIT;

    return guest_mmap(task->process->mm, args->v[0], args->v[1], args->v[2], flags, (int)args->v[4],
                      args->v[5]);
}

/* int munmap(void *addr, size_t size) */
int64_t sys_munmap(GuestTask *task, const SysArgs *args)
{
    return guest_munmap(task->process->mm, args->v[0], args->v[1]);
}

/* int mprotect(void *addr, size_t size, int prot) */
int64_t sys_mprotect(GuestTask *task, const SysArgs *args)
{
    if (args->v[2] > UINT32_MAX) {
        return -EINVAL;
    }
    return guest_mprotect(task->process->mm, args->v[0], args->v[1], args->v[2]);
}

/* void *mremap(void *addr, size_t old_size, size_t new_size, int flags, void *new_addr) */
int64_t sys_mremap(GuestTask *task, const SysArgs *args)
{
    return guest_mremap(task->process->mm, args->v[0], args->v[1], args->v[2], args->v[3],
                        args->v[4]);
}

/* int remap_file_pages(void *addr, size_t size, int prot, size_t page, int flags) */
int64_t sys_remap_file_pages(GuestTask *task, const SysArgs *args)
{
    return guest_remap_file_pages(task->process->mm, args->v[0], args->v[1], args->v[2], args->v[3],
                                  args->v[4]);
}

/* int madvise(void *addr, size_t size, int advice) */
int64_t sys_madvise(GuestTask *task, const SysArgs *args)
{
    enum { HWPOISON = 100, SOFT_OFFLINE = 101 };
    const Process *process = task->process;
    uint64_t addr = args->v[0], size = args->v[1];
    int advice = args->v[2];
    int64_t result;

    if (advice == HWPOISON || advice == SOFT_OFFLINE) {
        sys_unimp("madvise %d", advice);
        return -EINVAL;
    }
    if (addr % GUEST_PAGE_SIZE || guest_page_up(size) < size || addr + size < addr) {
        return -EINVAL;
    }
    if (!guest_addr_ok(process, addr, size)) {
        return -ENOMEM;
    }
    result = sys_result(madvise(g2h(process, addr), size, advice));
    if (advice == MADV_DONTNEED || advice == MADV_REMOVE || advice == MADV_FREE) {
        process->accel->invalidate(addr, guest_page_up(addr + size));
    }
    return result;
}

/* void *shmat(int id, const void *addr, int flags) */
int64_t sys_shmat(GuestTask *task, const SysArgs *args)
{
    return guest_shmat(task->process->mm, args->v[0], args->v[1], args->v[2]);
}

/* int shmdt(const void *addr) */
int64_t sys_shmdt(GuestTask *task, const SysArgs *args)
{
    return guest_shmdt(task->process->mm, args->v[0]);
}
