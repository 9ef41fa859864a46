/*
 * Guest memory as the emulated kernel sees it: copies that fail instead of faulting.
 *
 * No system call per copy: a fault in one of these routines is turned into a false result by
 * the SIGSEGV/SIGBUS handler.  Values are converted from and to the guest's byte order.
 */
#ifndef LINUX_USER_GUEST_MEM_H
#define LINUX_USER_GUEST_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux-user/task.h"

/* The one place that turns a guest address into a host one.  No check. */
static inline void *g2h(const Process *process, GuestAddr addr)
{
    return (void *)(uintptr_t)(addr + process->guest_base);
}

static inline GuestAddr h2g(const Process *process, const void *host)
{
    return (uint64_t)(uintptr_t)host - process->guest_base;
}

/* True if [addr, addr+size) lies in the guest's part of the address space, mapped or not. */
static inline bool guest_addr_ok(const Process *process, GuestAddr addr, uint64_t size)
{
    return addr <= process->task_size && size <= process->task_size - addr;
}

/* False: EFAULT.  A part may have been copied then. */
bool guest_get(GuestTask *task, GuestAddr addr, void *buf, size_t size);
bool guest_put(GuestTask *task, GuestAddr addr, const void *buf, size_t size);
/* Fill with zeros. */
bool guest_clear(GuestTask *task, GuestAddr addr, size_t size);

bool guest_get_u8(GuestTask *task, GuestAddr addr, uint8_t *ret);
bool guest_get_u16(GuestTask *task, GuestAddr addr, uint16_t *ret);
bool guest_get_u32(GuestTask *task, GuestAddr addr, uint32_t *ret);
bool guest_get_u64(GuestTask *task, GuestAddr addr, uint64_t *ret);
bool guest_put_u8(GuestTask *task, GuestAddr addr, uint8_t value);
bool guest_put_u16(GuestTask *task, GuestAddr addr, uint16_t value);
bool guest_put_u32(GuestTask *task, GuestAddr addr, uint32_t value);
bool guest_put_u64(GuestTask *task, GuestAddr addr, uint64_t value);
/* A pointer, size_t or long: as wide as the guest's addresses. */
bool guest_get_word(GuestTask *task, GuestAddr addr, uint64_t *ret);
bool guest_put_word(GuestTask *task, GuestAddr addr, uint64_t value);
unsigned guest_word_size(const GuestTask *task);

/*
 * A string of at most max bytes, its NUL included.  0 and *ret (g_free), or -EFAULT, or
 * -ENAMETOOLONG.
 */
int64_t guest_string(GuestTask *task, GuestAddr addr, size_t max, char **ret);
/* A NULL-ended array of strings, as execve's.  0 and *ret (g_strfreev), -EFAULT or -E2BIG. */
int64_t guest_string_array(GuestTask *task, GuestAddr addr, char ***ret);

/*
 * Guest memory for the host kernel to read or write: it checks the mapping itself.  A range
 * outside the guest's part of the address space gives a pointer on which the kernel fails with
 * EFAULT, so that the guest cannot reach dragoman's memory.  Never dereference the result.
 */
void *guest_buffer(const GuestTask *task, GuestAddr addr, uint64_t size);

/*
 * The raw copies, for callers without a task.  Host addresses; false: fault.
 */
bool host_copy_safe(void *to, const void *from, size_t size);

#endif
