/*
 * A checked ElfImage into guest memory.
 *
 * The whole span is reserved first, so that a file that does not fit fails before anything is
 * replaced; segments go over the reservation, and the holes between them are given back.
 */
#include <elf.h>
#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>

#include "elf-image.h"
#include "host-asm.h"
#include "linux-user/guest-mem.h"

static char *map_error(const char *what, uint64_t addr, uint64_t size, int64_t error)
{
    return g_strdup_printf("cannot map %s of %#lx bytes at %#lx: %s", what, (unsigned long)size,
                           (unsigned long)addr, g_strerror((int)-error));
}

/* Reserve the span at its fixed place or at a multiple of the alignment; sets bias. */
static char *reserve_span(ElfImage *image, GuestMm *mm, GuestAddr hint)
{
    uint64_t span = image->high - image->low;
    bool fixed = image->type == ET_EXEC;
    /* Room to move up to the next multiple. */
    uint64_t slack = fixed ? 0 : image->align - GUEST_PAGE_SIZE;
    GuestAddr want = fixed ? image->low : hint;
    GuestAddr start;
    int64_t ret;

    if (span > guest_mm_task_size(mm) || slack > guest_mm_task_size(mm) - span) {
        return map_error("a program", image->low, span, -ENOMEM);
    }
    ret = guest_mmap(
        mm, want, span + slack, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (fixed ? MAP_FIXED_NOREPLACE : 0), -1, 0);
    if (ret < 0) {
        return map_error("a program", want, span, ret);
    }
    /* The alignment is meant for the address that file address 0 gets. */
    start = (GuestAddr)ret;
    image->bias = fixed ? 0 : ((start - image->low + image->align - 1) & -image->align);
    if (slack) {
        GuestAddr low = image->low + image->bias;

        if (low > start) {
            guest_munmap(mm, start, low - start);
        }
        if (low + span < start + span + slack) {
            guest_munmap(mm, low + span, start + slack - low);
        }
    }
    return NULL;
}

/*
 * Zero what the last file page holds behind the segment's bytes, to its end as the kernel does: the
 * dynamic linker allocates from there.
 */
static char *clear_tail(GuestMm *mm, GuestAddr start, GuestAddr end, int prot)
{
    GuestAddr page = guest_page_down(start);
    bool cleared;

    if (start == end) {
        return NULL;
    }
    if (!(prot & PROT_WRITE)) {
        guest_mprotect(mm, page, GUEST_PAGE_SIZE, prot | PROT_READ | PROT_WRITE);
    }
    cleared = host_clear_asm((void *)start, end - start) == 0;
    if (!(prot & PROT_WRITE)) {
        guest_mprotect(mm, page, GUEST_PAGE_SIZE, prot);
    }
    return cleared ? NULL : g_strdup("the file shrank while it was loaded");
}

static char *map_segment(const ElfSource *source, const ElfImage *image, const ElfSegment *segment,
                         GuestMm *mm)
{
    GuestAddr start = segment->vaddr + image->bias;
    GuestAddr file_end = start + segment->filesz;
    GuestAddr end = guest_page_up(start + segment->memsz);
    GuestAddr page = guest_page_down(start);
    GuestAddr anon = segment->filesz ? guest_page_up(file_end) : page;
    int64_t ret;

    if (segment->filesz) {
        ret = guest_mmap(mm, page, anon - page, segment->prot, MAP_PRIVATE | MAP_FIXED, source->fd,
                         guest_page_down(segment->offset));
        if (ret < 0) {
            return map_error("a segment", start, segment->filesz, ret);
        }
    }
    if (segment->filesz && segment->memsz > segment->filesz) {
        char *error = clear_tail(mm, file_end, anon, segment->prot);

        if (error) {
            return error;
        }
    }
    if (end > anon) {
        ret = guest_mmap(mm, anon, end - anon, segment->prot,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (ret < 0) {
            return map_error("a segment", anon, end - anon, ret);
        }
    }
    return NULL;
}

/* Give back the reserved pages that no segment took. */
static void release_holes(const ElfImage *image, GuestMm *mm)
{
    uint64_t end = image->low;

    for (unsigned i = 0; i < image->nb_segments; i++) {
        const ElfSegment *segment = &image->segments[i];
        uint64_t start = guest_page_down(segment->vaddr);

        if (start > end) {
            guest_munmap(mm, end + image->bias, start - end);
        }
        end = guest_page_up(segment->vaddr + segment->memsz);
    }
}

char *elf_map(const ElfSource *source, ElfImage *image, GuestMm *mm, GuestAddr hint)
{
    char *error = reserve_span(image, mm, hint);

    if (error) {
        return error;
    }
    for (unsigned i = 0; i < image->nb_segments && !error; i++) {
        error = map_segment(source, image, &image->segments[i], mm);
    }
    if (error) {
        guest_munmap(mm, image->low + image->bias, image->high - image->low);
        return error;
    }
    release_holes(image, mm);
    return NULL;
}
