/*
 * A fuzz target without libFuzzer: runs it on files and on all files of folders, in the order of their
 * names.  Without any: what the target makes up itself.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static unsigned nb_files;

static void replay_file(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize size;
    uint8_t *exact;

    if (!g_file_get_contents(path, &bytes, &size, NULL)) {
        g_printerr("%s: cannot be read\n", path);
        exit(1);
    }
    g_print("%s\n", path); /* before, so that the log of a crash ends with it */
    /* glib's copy has a byte more than the file: reading that one is a fault, too. */
    exact = malloc(size);
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    nb_files++;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void replay_folder(const char *path)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    }
    g_ptr_array_sort(names, by_name);
    for (unsigned n = 0; n < names->len; n++) {
        replay_file(names->pdata[n]);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (g_file_test(argv[i], G_FILE_TEST_IS_DIR)) {
            replay_folder(argv[i]);
        } else {
            replay_file(argv[i]);
        }
    }
    if (argc < 2 && fuzz_without_files) {
        fuzz_without_files();
        return 0;
    }
    if (!nb_files) {
        g_printerr("no files\n");
        return 1;
    }
    g_print("%u files\n", nb_files);
    return 0;
}
