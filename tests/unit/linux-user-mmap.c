/* linux-user: the table of guest mappings, and mmap's family on real memory. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "linux-user-fake.h"
#include "linux-user/mm-table.h"

enum {
    PAGE = GUEST_PAGE_SIZE,
    MODEL_PAGES = 64,
};

/* The table's truth, page by page. */
typedef struct ModelPage {
    int prot; /* -1: not mapped */
    uint64_t file, offset;
} ModelPage;

static void check_against_model(const MmTable *table, const ModelPage *model)
{
    for (unsigned i = 0; i < MODEL_PAGES; i++) {
        const GuestMapping *map = mm_table_at(table, (uint64_t)i * PAGE);

        g_assert_cmpint(map ? map->prot : -1, ==, model[i].prot);
        if (map) {
            g_assert_cmpuint(map->file, ==, model[i].file);
            g_assert_cmpuint(map->file ? map->offset + (uint64_t)i * PAGE - map->start : 0, ==,
                             model[i].offset);
        }
    }
    for (unsigned i = 0; i < table->nb; i++) {
        g_assert_cmpuint(table->maps[i].start, <, table->maps[i].end);
        if (i + 1 < table->nb) {
            const GuestMapping *a = &table->maps[i], *b = a + 1;

            g_assert_cmpuint(a->end, <=, b->start);
            /* What could be one is one. */
            g_assert_true(a->end < b->start || a->prot != b->prot || a->file != b->file ||
                          (a->file && a->offset + (a->end - a->start) != b->offset));
        }
    }
}

/* The highest gap, found the slow way. */
static GuestAddr model_gap(const ModelPage *model, unsigned low, unsigned high, unsigned pages)
{
    for (unsigned at = high; at >= low + pages; at--) {
        unsigned n = 0;

        while (n < pages && model[at - 1 - n].prot < 0) {
            n++;
        }
        if (n == pages) {
            return (uint64_t)(at - pages) * PAGE;
        }
    }
    return 0;
}

static void test_table_random(void)
{
    GRand *rand = g_rand_new_with_seed(1);
    ModelPage model[MODEL_PAGES];
    uint64_t file = 1;
    MmTable table;

    mm_table_init(&table);
    for (unsigned i = 0; i < MODEL_PAGES; i++) {
        model[i] = (ModelPage){ .prot = -1 };
    }
    for (unsigned round = 0; round < 20000; round++) {
        unsigned first = (unsigned)g_rand_int_range(rand, 0, MODEL_PAGES);
        unsigned last = (unsigned)g_rand_int_range(rand, (gint32)first, MODEL_PAGES) + 1;
        GuestAddr start = (uint64_t)first * PAGE, end = (uint64_t)last * PAGE;
        int prot = g_rand_int_range(rand, 0, 3);

        switch (g_rand_int_range(rand, 0, 4)) {
        case 0: {
            bool anonymous = g_rand_boolean(rand);
            GuestMapping map = {
                start, end, prot, 0, anonymous ? 0 : 16 * PAGE, anonymous ? 0 : file++, NULL
            };

            mm_table_set(&table, &map);
            for (unsigned i = first; i < last; i++) {
                model[i] = (ModelPage){ prot, map.file,
                                        anonymous ? 0 : (16 + i - first) * (uint64_t)PAGE };
            }
            break;
        }
        case 1:
            mm_table_clear(&table, start, end);
            for (unsigned i = first; i < last; i++) {
                model[i] = (ModelPage){ .prot = -1 };
            }
            break;
        case 2:
            mm_table_protect(&table, start, end, prot);
            for (unsigned i = first; i < last; i++) {
                model[i].prot = model[i].prot < 0 ? -1 : prot;
            }
            break;
        default: {
            unsigned pages = (unsigned)g_rand_int_range(rand, 1, 8);

            g_assert_cmpuint(mm_table_gap(&table, PAGE, end, (uint64_t)pages * PAGE), ==,
                             model_gap(model, 1, last, pages));
        }
        }
        check_against_model(&table, model);
    }
    mm_table_done(&table);
    g_rand_free(rand);
}

static bool count_hole(void *opaque, GuestAddr start, GuestAddr end)
{
    uint64_t *total = opaque;

    *total += end - start;
    return true;
}

static void test_table_holes(void)
{
    GuestMapping a = { 2 * PAGE, 4 * PAGE, PROT_READ };
    GuestMapping b = { 6 * PAGE, 7 * PAGE, PROT_EXEC };
    uint64_t total = 0;
    MmTable table;

    mm_table_init(&table);
    mm_table_set(&table, &a);
    mm_table_set(&table, &b);
    g_assert_true(mm_table_holes(&table, PAGE, 10 * PAGE, count_hole, &total));
    g_assert_cmpuint(total, ==, 6 * PAGE);
    g_assert_true(mm_table_is_full(&table, 2 * PAGE, 4 * PAGE));
    g_assert_false(mm_table_is_full(&table, 2 * PAGE, 5 * PAGE));
    g_assert_true(mm_table_is_free(&table, 4 * PAGE, 6 * PAGE));
    g_assert_false(mm_table_is_free(&table, 3 * PAGE, 5 * PAGE));
    g_assert_true(mm_table_has_exec(&table, 4 * PAGE, 7 * PAGE));
    g_assert_false(mm_table_has_exec(&table, 0, 6 * PAGE));
    mm_table_done(&table);
}

static void test_map_and_protect(void)
{
    GuestTask *task = fake_process();
    GuestMm *mm = task->process->mm;
    GuestAddr at = fake_pages(task, 4 * PAGE);
    uint32_t word;

    g_assert_true(guest_put_u32(task, at + PAGE, 42));
    g_assert_cmpint(guest_mprotect(mm, at + PAGE, PAGE, PROT_READ), ==, 0);
    g_assert_false(guest_put_u32(task, at + PAGE, 43));
    g_assert_true(guest_get_u32(task, at + PAGE, &word));
    g_assert_cmpuint(word, ==, 42);
    g_assert_true(guest_range_has(mm, at, 4 * PAGE, PROT_READ));
    g_assert_false(guest_range_has(mm, at, 4 * PAGE, PROT_WRITE));
    g_assert_cmpint(guest_munmap(mm, at + 2 * PAGE, PAGE), ==, 0);
    g_assert_cmpint(guest_page_flags(mm, at + 2 * PAGE), ==, -1);
    g_assert_false(guest_get_u32(task, at + 2 * PAGE, &word));
    /* A copy over the hole's edge fails as well. */
    g_assert_false(guest_get_u32(task, at + 2 * PAGE - 2, &word));
    g_assert_cmpint(guest_mprotect(mm, at, 4 * PAGE, PROT_READ), ==, -ENOMEM);
    g_assert_cmpint(guest_page_flags(mm, at), ==, PROT_READ);
    fake_process_free(task);
}

static void test_fixed_spares_host(void)
{
    GuestTask *task = fake_process();
    GuestMm *mm = task->process->mm;
    uint32_t *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    GuestAddr at = fake_pages(task, 8 * PAGE);
    int64_t ret;

    *own = 7;
    ret = guest_mmap(mm, (GuestAddr)own, PAGE, PROT_READ, flags, -1, 0);
    g_assert_cmpint(ret, ==, -ENOMEM);
    ret = guest_munmap(mm, (GuestAddr)own, PAGE);
    g_assert_true(ret == 0 || ret == -EINVAL); /* nothing of the guest's there */
    g_assert_cmpint(guest_mprotect(mm, (GuestAddr)own, PAGE, PROT_NONE), ==, -ENOMEM);
    g_assert_cmpuint(*own, ==, 7);

    /* Over the guest's own, with a hole in it. */
    g_assert_cmpint(guest_munmap(mm, at + 2 * PAGE, PAGE), ==, 0);
    g_assert_true(guest_put_u32(task, at + PAGE, 1));
    ret = guest_mmap(mm, at + PAGE, 3 * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
    g_assert_cmpint(ret, ==, at + PAGE);
    {
        uint32_t word = 9;

        g_assert_true(guest_get_u32(task, at + PAGE, &word));
        g_assert_cmpuint(word, ==, 0);
    }
    ret = guest_mmap(mm, at, PAGE, PROT_READ, flags | MAP_FIXED_NOREPLACE, -1, 0);
    g_assert_cmpint(ret, ==, -EEXIST);
    g_assert_cmpint(guest_mmap(mm, at + 1, PAGE, PROT_READ, flags, -1, 0), ==, -EINVAL);
    g_assert_cmpint(guest_mmap(mm, 0, 0, PROT_READ, flags, -1, 0), ==, -EINVAL);
    g_assert_cmpint(guest_mmap(mm, 0, UINT64_MAX, PROT_READ, MAP_PRIVATE, -1, 0), ==, -ENOMEM);
    g_assert_cmpint(guest_mmap(mm, 0, UINT64_C(1) << 50, PROT_READ, flags & ~MAP_FIXED, -1, 0), ==,
                    -ENOMEM);
    ret = guest_mmap(mm, UINT64_MAX & GUEST_PAGE_MASK, 2 * PAGE, PROT_READ, flags, -1, 0);
    g_assert_cmpint(ret, ==, -ENOMEM);
    munmap(own, PAGE);
    fake_process_free(task);
}

static void test_invalidate(void)
{
    GuestTask *task = fake_process();
    GuestMm *mm = task->process->mm;
    GuestAddr at = fake_pages(task, 4 * PAGE);
    int code;
    uint8_t buf[8];

    fake.invalidations = 0;
    g_assert_cmpuint(guest_mm_fetch(mm, at, buf, sizeof(buf), &code), ==, 0);
    g_assert_cmpint(code, ==, SEGV_ACCERR);
    g_assert_cmpint(guest_mprotect(mm, at + PAGE, PAGE, PROT_READ), ==, 0);
    g_assert_cmpuint(fake.invalidations, ==, 0);
    g_assert_cmpint(guest_mprotect(mm, at, 2 * PAGE, PROT_EXEC), ==, 0);
    g_assert_cmpuint(fake.invalidations, ==, 1);
    g_assert_cmpuint(guest_mm_fetch(mm, at + PAGE, buf, sizeof(buf), &code), ==, 8);
    /* Only as far as pages are executable. */
    g_assert_cmpuint(guest_mm_fetch(mm, at + 2 * PAGE - 2, buf, sizeof(buf), &code), ==, 2);
    g_assert_cmpint(guest_munmap(mm, at, 4 * PAGE), ==, 0);
    g_assert_cmpuint(fake.invalidations, ==, 2);
    g_assert_cmpuint(fake.invalid_start, <=, at);
    g_assert_cmpuint(fake.invalid_end, >=, at + 2 * PAGE);
    g_assert_cmpuint(guest_mm_fetch(mm, at, buf, sizeof(buf), &code), ==, 0);
    g_assert_cmpint(code, ==, SEGV_MAPERR);
    fake_process_free(task);
}

/* Code at the very end of a file: the rest of the page range raises SIGBUS when read. */
static void test_fetch_behind_file(void)
{
    GuestTask *task = fake_process();
    GuestMm *mm = task->process->mm;
    int fd = memfd_create("code", 0);
    uint8_t buf[2 * PAGE];
    int64_t at;
    int code;

    g_assert_cmpint(ftruncate(fd, PAGE), ==, 0);
    at = guest_mmap(mm, 0, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    g_assert_cmpint(at, >, 0);
    g_assert_cmpuint(guest_mm_fetch(mm, (GuestAddr)at + 8, buf, PAGE, &code), ==, PAGE - 8);
    g_assert_cmpuint(guest_mm_fetch(mm, (GuestAddr)at + PAGE, buf, 8, &code), ==, 0);
    close(fd);
    fake_process_free(task);
}

static void test_brk(void)
{
    GuestTask *task = fake_process();
    GuestMm *mm = task->process->mm;
    GuestAddr start = fake_pages(task, 16 * PAGE);
    uint32_t word = 1;

    g_assert_cmpint(guest_munmap(mm, start, 16 * PAGE), ==, 0);
    guest_brk_start(mm, start);
    g_assert_cmpuint(guest_brk(mm, 0), ==, start);
    g_assert_cmpuint(guest_brk(mm, start + 100), ==, start + 100);
    g_assert_true(guest_put_u32(task, start + 96, 5));
    g_assert_cmpuint(guest_brk(mm, start + 3 * PAGE + 1), ==, start + 3 * PAGE + 1);
    g_assert_true(guest_put_u32(task, start + 4 * PAGE - 4, 5));
    g_assert_false(guest_put_u32(task, start + 4 * PAGE, 5));
    g_assert_true(guest_get_u32(task, start + 96, &word));
    g_assert_cmpuint(word, ==, 5);
    /* Down and up again: fresh zeros. */
    g_assert_cmpuint(guest_brk(mm, start + PAGE), ==, start + PAGE);
    g_assert_false(guest_get_u32(task, start + 4 * PAGE - 4, &word));
    g_assert_cmpuint(guest_brk(mm, start + 4 * PAGE), ==, start + 4 * PAGE);
    g_assert_true(guest_get_u32(task, start + 4 * PAGE - 4, &word));
    g_assert_cmpuint(word, ==, 0);
    /* Something is in the way: nothing moves. */
    g_assert_cmpint(guest_mmap(mm, start + 8 * PAGE, PAGE, PROT_READ,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
                    ==, start + 8 * PAGE);
    g_assert_cmpuint(guest_brk(mm, start + 10 * PAGE), ==, start + 4 * PAGE);
    g_assert_cmpuint(guest_brk(mm, start - 1), ==, start + 4 * PAGE);
    g_assert_cmpuint(guest_brk(mm, UINT64_MAX), ==, start + 4 * PAGE);
    fake_process_free(task);
}

static void test_mremap(void)
{
    GuestTask *task = fake_process();
    GuestMm *mm = task->process->mm;
    GuestAddr at = fake_pages(task, 8 * PAGE);
    GuestAddr target = fake_pages(task, 8 * PAGE);
    int64_t moved, fixed;
    uint32_t word;

    g_assert_true(guest_put_u32(task, at, 11));
    g_assert_cmpint(guest_mremap(mm, at, 8 * PAGE, 2 * PAGE, 0, 0), ==, at);
    g_assert_cmpint(guest_page_flags(mm, at + 2 * PAGE), ==, -1);
    g_assert_cmpint(guest_mremap(mm, at, 2 * PAGE, 4 * PAGE, 0, 0), ==, at);
    g_assert_true(guest_put_u32(task, at + 3 * PAGE, 12));
    /* Block the growth: it must move or fail. */
    g_assert_cmpint(guest_mmap(mm, at + 4 * PAGE, PAGE, PROT_READ,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
                    ==, at + 4 * PAGE);
    g_assert_cmpint(guest_mremap(mm, at, 4 * PAGE, 6 * PAGE, 0, 0), ==, -ENOMEM);
    moved = guest_mremap(mm, at, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE, 0);
    g_assert_cmpint(moved, >, 0);
    g_assert_cmpint(moved, !=, at);
    g_assert_cmpint(guest_page_flags(mm, at), ==, -1);
    g_assert_true(guest_get_u32(task, (GuestAddr)moved + 3 * PAGE, &word));
    g_assert_cmpuint(word, ==, 12);
    g_assert_true(guest_put_u32(task, (GuestAddr)moved + 6 * PAGE - 4, 1));

    fixed = guest_mremap(mm, (GuestAddr)moved, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                         target);
    g_assert_cmpint(fixed, ==, target);
    g_assert_true(guest_get_u32(task, (GuestAddr)fixed, &word));
    g_assert_cmpuint(word, ==, 11);
    g_assert_cmpint(guest_mremap(mm, (GuestAddr)fixed, 6 * PAGE, PAGE, 64, 0), ==, -EINVAL);
    g_assert_cmpint(guest_mremap(mm, (GuestAddr)fixed + 1, PAGE, PAGE, 0, 0), ==, -EINVAL);
    g_assert_cmpint(guest_mremap(mm, at + 64 * PAGE, PAGE, 2 * PAGE, 0, 0), ==, -EFAULT);
    g_assert_cmpint(guest_mremap(mm, (GuestAddr)fixed, 6 * PAGE, 0, 0, 0), ==, -EINVAL);
    fake_process_free(task);
}

static void test_shm(void)
{
    GuestTask *task = fake_process();
    GuestMm *mm = task->process->mm;
    int id = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
    int64_t at;

    if (id < 0) {
        g_test_skip("no System V shared memory here");
        fake_process_free(task);
        return;
    }
    at = guest_shmat(mm, id, 0, 0);
    shmctl(id, IPC_RMID, NULL);
    g_assert_cmpint(at, >, 0);
    g_assert_true(guest_put_u32(task, (GuestAddr)at + 2 * PAGE, 3));
    g_assert_cmpint(guest_page_flags(mm, (GuestAddr)at), ==, PROT_READ | PROT_WRITE);
    g_assert_cmpint(guest_shmdt(mm, (GuestAddr)at + PAGE), ==, -EINVAL);
    g_assert_cmpint(guest_shmdt(mm, (GuestAddr)at), ==, 0);
    g_assert_cmpint(guest_page_flags(mm, (GuestAddr)at), ==, -1);
    fake_process_free(task);
}

static void test_strings(void)
{
    GuestTask *task = fake_process();
    GuestAddr at = fake_pages(task, 2 * PAGE);
    char *text = NULL;

    /* The NUL is the last byte before unmapped memory. */
    guest_munmap(task->process->mm, at + PAGE, PAGE);
    g_assert_true(guest_put(task, at + PAGE - 4, "abc", 4));
    g_assert_cmpint(guest_string(task, at + PAGE - 4, 100, &text), ==, 0);
    g_assert_cmpstr(text, ==, "abc");
    g_free(text);
    g_assert_true(guest_put(task, at + PAGE - 4, "abcd", 4));
    g_assert_cmpint(guest_string(task, at + PAGE - 4, 100, &text), ==, -EFAULT);
    g_assert_cmpint(guest_string(task, at + PAGE - 4, 3, &text), ==, -ENAMETOOLONG);
    g_assert_cmpint(guest_string(task, UINT64_MAX - 2, 3, &text), ==, -EFAULT);
    g_assert_cmpint(guest_string(task, task->process->task_size, 3, &text), ==, -EFAULT);
    /* The kernel refuses what guest_buffer() gives for an address that is not the guest's. */
    g_assert_cmpint(write(1, guest_buffer(task, UINT64_MAX - 100, 8), 8), ==, -1);
    g_assert_cmpint(errno, ==, EFAULT);
    fake_process_free(task);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mm-table/random", test_table_random);
    g_test_add_func("/mm-table/holes", test_table_holes);
    g_test_add_func("/mmap/protect", test_map_and_protect);
    g_test_add_func("/mmap/fixed-spares-host", test_fixed_spares_host);
    g_test_add_func("/mmap/invalidate", test_invalidate);
    g_test_add_func("/mmap/fetch-behind-file", test_fetch_behind_file);
    g_test_add_func("/mmap/brk", test_brk);
    g_test_add_func("/mmap/mremap", test_mremap);
    g_test_add_func("/mmap/shm", test_shm);
    g_test_add_func("/guest-mem/strings", test_strings);
    return g_test_run();
}
