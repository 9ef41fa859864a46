/*
 * The ELF loader on arbitrary bytes: headers, segments, mapping, and that all of it is undone.
 *
 * A libFuzzer target; without libFuzzer (DRAGOMAN_FUZZ_REPLAY) a program that loads the files it
 * is given, or, without any, mutations of a valid file from a fixed seed.
 */
#include <stddef.h>
#include <stdint.h>

#include "../unit/linux-user-elf-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GuestMm *mm = guest_mm_new(UINT64_C(1) << 38, NULL);
    ElfImage image;
    char *error = elf_file_load(data, size, mm, &image);

    elf_file_check(&image, error, mm);
    elf_image_done(&image);
    elf_file_unload(mm);
    guest_mm_free(mm);
    g_free(error);
    return 0;
}

#ifdef DRAGOMAN_FUZZ_REPLAY

enum {
    ROUNDS = 10000,
};

/* Change some bytes, mostly in the headers: to random values, edge values, or swap words. */
static void mutate(GRand *rand, ElfFile *file)
{
    static const uint64_t edges[] = {
        0, 1, 0xfff, 0x1000, INT64_MAX, UINT64_MAX - 0xfff, UINT64_MAX
    };
    uint8_t *bytes = (uint8_t *)file;
    int header = (int)(sizeof(file->eh) + sizeof(file->ph));

    for (int n = g_rand_int_range(rand, 1, 6); n > 0; n--) {
        int at = g_rand_int_range(rand, 0, header - 8);
        uint64_t word;

        switch (g_rand_int_range(rand, 0, 3)) {
        case 0:
            bytes[at] = (uint8_t)g_rand_int(rand);
            break;
        case 1:
            memcpy(bytes + (at & ~7), &edges[g_rand_int_range(rand, 0, G_N_ELEMENTS(edges))], 8);
            break;
        default:
            memcpy(&word, bytes + (g_rand_int_range(rand, 0, header - 8) & ~7), 8);
            memcpy(bytes + (at & ~7), &word, 8);
        }
    }
}

static void replay_mutations(void)
{
    GRand *rand = g_rand_new_with_seed(4711);
    unsigned i;

    for (i = 0; i < ROUNDS; i++) {
        size_t size = g_rand_int_range(rand, 0, 8) ? sizeof(ElfFile)
                                                   : (size_t)g_rand_int_range(rand, 0, FILE_SIZE);
        ElfFile file;

        elf_file_init(&file);
        elf_file_add_interp(&file, "/lib/ld.so");
        /* Half of them: where nothing of the host can be in the way. */
        file.eh.e_type = i & 1 ? ET_EXEC : ET_DYN;
        mutate(rand, &file);
        LLVMFuzzerTestOneInput((const uint8_t *)&file, size);
    }
    g_rand_free(rand);
    g_print("%u files loaded or refused\n", i);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *bytes = NULL;
        gsize size;

        if (!g_file_get_contents(argv[i], &bytes, &size, NULL)) {
            g_printerr("%s: cannot be read\n", argv[i]);
            return 1;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)bytes, size);
    }
    if (argc < 2) {
        replay_mutations();
    }
    return 0;
}

#endif
