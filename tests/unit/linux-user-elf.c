/* linux-user: the ELF loader on whole, broken and hostile files. */
#include "linux-user-elf-file.h"
#include "linux-user-fake.h"

static GuestTask *task;
static GuestMm *mm;
static bool low_is_free; /* ET_EXEC addresses can be mapped in this build */

/* Load, check the invariants, unload; the complaint or NULL. */
static char *try_load(const void *bytes, size_t size)
{
    ElfImage image;
    char *error = elf_file_load(bytes, size, mm, &image);

    elf_file_check(&image, error, mm);
    elf_image_done(&image);
    elf_file_unload(mm);
    return error;
}

static void expect_error(const ElfFile *file, const char *part)
{
    g_autofree char *error = try_load(file, sizeof(*file));

    if (!error || !strstr(error, part)) {
        g_error("wanted \"%s\", got \"%s\"", part, error ? error : "success");
    }
}

static void test_valid(void)
{
    ElfFile file;
    ElfImage image;
    uint32_t word;
    char *error;

    elf_file_init(&file);
    file.eh.e_type = low_is_free ? ET_EXEC : ET_DYN;
    error = elf_file_load(&file, sizeof(file), mm, &image);
    g_assert_cmpstr(error, ==, NULL);
    elf_file_check(&image, error, mm);
    g_assert_cmpuint(image.phdr_vaddr, ==, TEXT_AT + sizeof(Elf64_Ehdr));
    g_assert_cmpuint(image.low, ==, TEXT_AT);
    g_assert_cmpuint(image.high, ==, DATA_AT + 0x4000);
    if (low_is_free) {
        g_assert_cmpuint(image.bias, ==, 0);
    }
    /* Code, the hole behind it, data, the cleared rest of its page, bss. */
    g_assert_cmpint(guest_page_flags(mm, TEXT_AT + image.bias), ==, PROT_READ | PROT_EXEC);
    g_assert_cmpint(guest_page_flags(mm, TEXT_AT + 0x1000 + image.bias), ==, -1);
    g_assert_cmpint(guest_page_flags(mm, DATA_AT + image.bias), ==, PROT_READ | PROT_WRITE);
    g_assert_true(guest_get_u32(task, DATA_AT + image.bias, &word));
    g_assert_cmpuint(word, ==, 0x5a5a5a5a);
    g_assert_true(guest_get_u32(task, DATA_AT + DATA_SIZE + image.bias, &word));
    g_assert_cmpuint(word, ==, 0);
    g_assert_true(guest_get_u32(task, DATA_AT + 0xffc + image.bias, &word));
    g_assert_cmpuint(word, ==, 0);
    g_assert_true(guest_put_u32(task, DATA_AT + DATA_SIZE + BSS_SIZE - 4 + image.bias, 1));
    elf_image_done(&image);
    elf_file_unload(mm);
}

/* A bss that ends in the file's last page: the whole rest of that page is zero. */
static void test_short_bss(void)
{
    uint8_t bytes[2 * GUEST_PAGE_SIZE];
    ElfImage image;
    uint32_t word;
    char *error;

    elf_file_init((ElfFile *)bytes);
    memset(bytes + FILE_SIZE, 0x77, sizeof(bytes) - FILE_SIZE);
    ((ElfFile *)bytes)->eh.e_type = low_is_free ? ET_EXEC : ET_DYN;
    ((ElfFile *)bytes)->ph[PH_DATA].p_memsz = DATA_SIZE + 8;
    error = elf_file_load(bytes, sizeof(bytes), mm, &image);
    g_assert_cmpstr(error, ==, NULL);
    for (unsigned at = DATA_SIZE; at < GUEST_PAGE_SIZE; at += 4) {
        g_assert_true(guest_get_u32(task, DATA_AT + at + image.bias, &word));
        g_assert_cmpuint(word, ==, 0);
    }
    elf_image_done(&image);
    elf_file_unload(mm);
}

/* A position-independent file with a large alignment goes to a multiple of it. */
static void test_alignment(void)
{
    ElfFile file;
    ElfImage image;
    char *error;

    elf_file_init(&file);
    file.eh.e_type = ET_DYN;
    file.eh.e_entry -= TEXT_AT;
    file.ph[PH_TEXT].p_vaddr -= TEXT_AT;
    file.ph[PH_DATA].p_vaddr -= TEXT_AT;
    file.ph[PH_TEXT].p_align = 0x200000;
    error = elf_file_load(&file, sizeof(file), mm, &image);
    g_assert_cmpstr(error, ==, NULL);
    g_assert_cmpuint(image.bias % 0x200000, ==, 0);
    elf_file_check(&image, error, mm);
    elf_file_unload(mm);
    {
        GuestMapping map;

        g_assert_false(guest_mm_next(mm, 0, &map));
    }
    elf_image_done(&image);
}

/* The last byte of the file belongs to a segment: there is no cut that may pass. */
static void test_cut_anywhere(void)
{
    ElfFile file;

    elf_file_init(&file);
    elf_file_add_interp(&file, "/lib/ld-linux-riscv64-lp64d.so.1");
    for (size_t size = 0; size < sizeof(file); size++) {
        g_autofree char *error = try_load(&file, size);

        g_assert_nonnull(error);
    }
}

static void test_bit_flips(void)
{
    GRand *rand = g_rand_new_with_seed(20);
    unsigned loaded = 0, refused = 0;

    for (unsigned round = 0; round < 20000; round++) {
        int flips = g_rand_int_range(rand, 1, 5);
        g_autofree char *error = NULL;
        ElfFile file;

        elf_file_init(&file);
        elf_file_add_interp(&file, "/lib/ld.so");
        file.eh.e_type = g_rand_boolean(rand) && low_is_free ? ET_EXEC : ET_DYN;
        for (; flips > 0; flips--) {
            int bit = g_rand_int_range(rand, 0, 8 * (int)(sizeof(file.eh) + sizeof(file.ph)));

            ((uint8_t *)&file)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        error = try_load(&file, sizeof(file));
        loaded += !error;
        refused += error != NULL;
    }
    /* Flips in ignored fields load, others do not: both ways were exercised. */
    g_assert_cmpuint(loaded, >, 1000);
    g_assert_cmpuint(refused, >, 1000);
    g_rand_free(rand);
}

/* One 64-bit header field set to an edge value, every combination of two. */
static void test_edge_values(void)
{
    static const uint64_t edges[] = { 0,
                                      1,
                                      0xfff,
                                      0x1000,
                                      0x7fffffffffffffff,
                                      0x8000000000000000,
                                      0xfffffffffffff000,
                                      UINT64_MAX,
                                      UINT64_C(1) << 38,
                                      UINT64_C(1) << 46 };
    const unsigned words = sizeof(((ElfFile *)0)->ph) / 8;

    for (unsigned a = 0; a < words; a++) {
        for (unsigned b = a; b < words; b++) {
            for (unsigned i = 0; i < G_N_ELEMENTS(edges); i++) {
                ElfFile file;

                elf_file_init(&file);
                file.eh.e_type = i & 1 ? ET_DYN : ET_EXEC;
                ((uint64_t *)file.ph)[a] = edges[i];
                ((uint64_t *)file.ph)[b] = edges[(i + a + b) % G_N_ELEMENTS(edges)];
                g_free(try_load(&file, sizeof(file)));
            }
        }
    }
}

/* Apply one change to a fresh file and expect a message that names the trouble. */
#define BREAK(part, change)       \
    do {                          \
        ElfFile f;                \
                                  \
        elf_file_init(&f);        \
        change;                   \
        expect_error(&f, (part)); \
    } while (0)

static void test_listed_cases(void)
{
    BREAK("not an ELF file", f.eh.e_ident[0] = 'X');
    BREAK("unknown ELF class", f.eh.e_ident[EI_CLASS] = 3);
    BREAK("unknown ELF byte order", f.eh.e_ident[EI_DATA] = 0);
    BREAK("unknown ELF version", f.eh.e_ident[EI_VERSION] = 0);
    BREAK("object file", f.eh.e_type = ET_REL);
    BREAK("core dump", f.eh.e_type = ET_CORE);
    BREAK("unknown ELF file type", f.eh.e_type = 77);
    BREAK("no program headers", f.eh.e_phnum = 0);
    BREAK("program headers of 55 bytes", f.eh.e_phentsize = 55);
    BREAK("65535 program headers", f.eh.e_phnum = 0xffff);
    BREAK("program headers lie outside", f.eh.e_phoff = UINT64_MAX - 8);
    BREAK("program headers lie outside", f.eh.e_phoff = FILE_SIZE);
    BREAK("nothing to load", (f.ph[PH_TEXT].p_type = PT_NOTE, f.ph[PH_DATA].p_type = PT_NOTE));
    BREAK("no executable segment", f.eh.e_entry = 4);
    BREAK("no executable segment", f.eh.e_entry = DATA_AT);
    BREAK("no executable segment", f.ph[PH_TEXT].p_flags = PF_R);
    BREAK("more bytes in the file", f.ph[PH_DATA].p_memsz = DATA_SIZE - 1);
    BREAK("cut off", f.ph[PH_DATA].p_filesz = f.ph[PH_DATA].p_memsz = 0x2000);
    BREAK("cut off", f.ph[PH_DATA].p_offset = 0x7000);
    BREAK("overlap", f.ph[PH_DATA].p_vaddr = TEXT_AT);
    BREAK("overlap", f.ph[PH_TEXT].p_memsz = DATA_AT - TEXT_AT + 1);
    BREAK("not in order", f.ph[PH_DATA].p_vaddr = 0x1000);
    BREAK("misaligned", f.ph[PH_DATA].p_vaddr += 8);
    BREAK("no power of two", f.ph[PH_DATA].p_align = 0x1800);
    BREAK("enormous alignment", f.ph[PH_DATA].p_align = UINT64_C(1) << 62);
    BREAK("wraps around", f.ph[PH_DATA].p_memsz = UINT64_MAX - 0x1000);
    BREAK("wraps around",
          (f.ph[PH_DATA].p_vaddr = 0xfffffffffffff000, f.ph[PH_DATA].p_memsz = 0x2000));
    BREAK("cannot map", f.ph[PH_DATA].p_memsz = UINT64_C(1) << 60);
    BREAK("cannot map", (f.eh.e_type = ET_DYN, f.ph[PH_DATA].p_memsz = UINT64_C(1) << 48));
    BREAK("names two interpreters",
          (elf_file_add_interp(&f, "/a"), f.ph[PH_STACK] = f.ph[PH_INTERP]));
    BREAK("interpreter name of", (elf_file_add_interp(&f, "/a"), f.ph[PH_INTERP].p_filesz = 1));
    BREAK("interpreter name of",
          (elf_file_add_interp(&f, "/a"), f.ph[PH_INTERP].p_filesz = 1 << 20));
    BREAK("name has no end", (elf_file_add_interp(&f, "/a"), f.ph[PH_INTERP].p_filesz = 2));
    BREAK("interpreter name lies outside",
          (elf_file_add_interp(&f, "/a"), f.ph[PH_INTERP].p_offset = FILE_SIZE));
}

/* A fixed file where the guest already has something: refused, and that stays. */
static void test_occupied(void)
{
    GuestAddr at = fake_pages(task, GUEST_PAGE_SIZE);
    g_autofree char *error = NULL;
    ElfImage image;
    ElfFile file;

    elf_file_init(&file);
    file.ph[PH_TEXT].p_vaddr = at;
    file.ph[PH_DATA].p_vaddr = at + (DATA_AT - TEXT_AT);
    file.eh.e_entry = at + 0x400;
    error = elf_file_load(&file, sizeof(file), mm, &image);
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error, "cannot map"));
    g_assert_true(guest_put_u32(task, at, 1));
    elf_image_done(&image);
    elf_file_unload(mm);
}

/* Big-endian and 32-bit headers are read for what they are. */
static void test_other_headers(void)
{
    Elf32_Ehdr eh = { .e_ident = ELFMAG };
    ElfSource source = { .bytes = (const uint8_t *)&eh, .size = sizeof(eh) };
    ElfImage image;

    eh.e_ident[EI_CLASS] = ELFCLASS32;
    eh.e_ident[EI_DATA] = ELFDATA2MSB;
    eh.e_ident[EI_VERSION] = EV_CURRENT;
    eh.e_machine = GUINT16_TO_BE(EM_PPC);
    eh.e_entry = GUINT32_TO_BE(0x12345678);
    g_assert_cmpstr(elf_read_header(&source, &image), ==, NULL);
    g_assert_cmpuint(image.bits, ==, 32);
    g_assert_true(image.big_endian);
    g_assert_cmpuint(image.machine, ==, EM_PPC);
    g_assert_cmpuint(image.entry, ==, 0x12345678);
    g_assert_cmpstr(elf_machine_name(image.machine, 32, true), ==, "ppc");
    g_assert_cmpstr(elf_machine_name(EM_AARCH64, 64, false), ==, "aarch64");
    g_assert_cmpstr(elf_machine_name(9999, 64, false), ==, NULL);
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    task = fake_process();
    mm = task->process->mm;
    {
        int64_t at = guest_mmap(mm, TEXT_AT, 0x10000, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

        low_is_free = at == TEXT_AT;
        elf_file_unload(mm);
    }
    g_test_add_func("/elf/valid", test_valid);
    g_test_add_func("/elf/short-bss", test_short_bss);
    g_test_add_func("/elf/alignment", test_alignment);
    g_test_add_func("/elf/cut-anywhere", test_cut_anywhere);
    g_test_add_func("/elf/bit-flips", test_bit_flips);
    g_test_add_func("/elf/edge-values", test_edge_values);
    g_test_add_func("/elf/listed-cases", test_listed_cases);
    g_test_add_func("/elf/occupied", test_occupied);
    g_test_add_func("/elf/other-headers", test_other_headers);
    status = g_test_run();
    fake_process_free(task);
    return status;
}
