/*
 * The guest's address space: what is mapped where, with the guest's own protection.
 *
 * Every change of guest mappings goes through here, so that the interval map, the host's page
 * tables and the translations agree.  Host memory that is not the guest's is never touched:
 * MAP_FIXED over it fails with ENOMEM.  All functions take the map's lock themselves and may be
 * called from any thread; none may be called from a signal handler.
 */
#ifndef LINUX_USER_MMAP_H
#define LINUX_USER_MMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "target/guest.h"

typedef struct GuestMm GuestMm;
typedef struct AccelOps AccelOps;

/* The pages the ABI promises; host pages are of the same size on x86. */
enum { GUEST_PAGE_SIZE = 4096 };
#define GUEST_PAGE_MASK (~(uint64_t)(GUEST_PAGE_SIZE - 1))

static inline uint64_t guest_page_down(uint64_t addr)
{
    return addr & GUEST_PAGE_MASK;
}

/* Wraps to 0 for the last page: check the size first. */
static inline uint64_t guest_page_up(uint64_t addr)
{
    return (addr + GUEST_PAGE_SIZE - 1) & GUEST_PAGE_MASK;
}

typedef struct GuestMapping {
    GuestAddr start, end; /* end exclusive */
    int prot;             /* PROT_* as the guest asked */
    int flags;            /* MAP_SHARED or MAP_PRIVATE, MAP_ANONYMOUS */
    uint64_t offset;      /* in the file; 0 when anonymous */
    uint64_t file;        /* the call that mapped it: one for all pieces; 0: anonymous */
    const char *name;     /* "[stack]", "[heap]", "[vdso]"; NULL: as the host has it. Interned. */
} GuestMapping;

/*
 * top: one past the highest guest address (LinuxAbi.mmap_top).  When host mappings lie below
 * it (sanitizer builds), the whole user space is the guest's and the host kernel places mappings.
 * accel (may be NULL) is told of executable ranges that change.
 */
GuestMm *guest_mm_new(GuestAddr top, const AccelOps *accel);
/* Unmaps all guest memory. */
void guest_mm_free(GuestMm *mm);
/* One past the highest address that belongs to the guest. */
GuestAddr guest_mm_task_size(const GuestMm *mm);
/* Keep [start, top) for the stack: placement of mappings without a hint begins below start. */
void guest_mm_set_mmap_base(GuestMm *mm, GuestAddr start);

/* Like mmap(2) with the host's flags and prot; returns the address or -errno. fd may be -1. */
int64_t guest_mmap(GuestMm *mm, GuestAddr addr, uint64_t size, int prot, int flags, int fd,
                   uint64_t offset);
/* These return 0 (mremap: the address) or -errno. */
int64_t guest_munmap(GuestMm *mm, GuestAddr addr, uint64_t size);
int64_t guest_mprotect(GuestMm *mm, GuestAddr addr, uint64_t size, int prot);
int64_t guest_mremap(GuestMm *mm, GuestAddr addr, uint64_t old_size, uint64_t new_size, int flags,
                     GuestAddr new_addr);
/* Other pages of the same shared file in the same place. */
int64_t guest_remap_file_pages(GuestMm *mm, GuestAddr addr, uint64_t size, int prot, uint64_t page,
                               int flags);
/* The new break, or the unchanged one when it cannot be moved there (never an errno). */
GuestAddr guest_brk(GuestMm *mm, GuestAddr brk);
/* Where the break begins: once, by the loader. */
void guest_brk_start(GuestMm *mm, GuestAddr start);
/* Whole shmat(2)/shmdt(2) segments, which the kernel unmaps by address alone. */
int64_t guest_shmat(GuestMm *mm, int id, GuestAddr addr, int flags);
int64_t guest_shmdt(GuestMm *mm, GuestAddr addr);

/* Name the mapping that covers addr, as /proc/self/maps shows it. */
void guest_mm_name(GuestMm *mm, GuestAddr addr, const char *name);
/* PROT_* of the page at addr; -1: not mapped. */
int guest_page_flags(GuestMm *mm, GuestAddr addr);
/* True if all of [addr, addr+size) is mapped with at least prot. */
bool guest_range_has(GuestMm *mm, GuestAddr addr, uint64_t size, int prot);
/* The first mapping that ends above addr; false: none.  For iteration: continue at ret->end. */
bool guest_mm_next(GuestMm *mm, GuestAddr addr, GuestMapping *ret);
/* AccelHooks.fetch_code. */
size_t guest_mm_fetch(GuestMm *mm, GuestAddr pc, void *buf, size_t size, int *ret_code);

/* All mappings in the format of /proc/self/maps; file names are looked up in the host's. */
void guest_mm_print(GuestMm *mm, FILE *out);

/* The host path of the file mapped at addr, to be freed; NULL: none. Slow. */
char *guest_mm_file(GuestMm *mm, GuestAddr addr);

/* Around fork(2), so that the child does not inherit a lock held by another thread. */
void guest_mm_fork_prepare(GuestMm *mm);
void guest_mm_fork_done(GuestMm *mm, bool is_child);
/* In the parent of vfork: the child may have been killed with the lock held. */
void guest_mm_vfork_done(GuestMm *mm);

#endif
