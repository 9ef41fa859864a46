/*
 * The ELF loader on arbitrary bytes: headers, segments, mapping, and that all of it is undone.
 *
 * A replay without files loads mutations of a valid one.
 */
#include "../unit/linux-user-elf-file.h"
#include "fuzz.h"

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

void (*const fuzz_without_files)(void) = replay_mutations;

#endif
