/*
 * --jit-dump: all generated code that is there when the process ends, as one ELF file for readelf
 * and objdump, with the symbols and the call frame information that debuggers get.
 */
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "tcg/jit-image.h"

int jit_dump_open(Machine *m, const char *path, const char **ret_error)
{
    if (!path) {
        return 0;
    }
    if (!m->names) {
        *ret_error = "--jit-dump: this backend makes no host code";
        return -ENOTSUP;
    }
    /* Now, while the current directory is the user's and an error can be told. */
    m->jit_dump = fopen(path, "we");
    m->jit_dump_pid = getpid();
    if (!m->jit_dump) {
        *ret_error = "--jit-dump: the file cannot be created";
        return -errno;
    }
    return 0;
}

static bool write_code(const Machine *m, TcgJitImage *image)
{
    size_t size;
    const void *file = tcg_jit_image_file(image, &size);

    return fwrite(file, size, 1, m->jit_dump) == 1 &&
           fseek(m->jit_dump, (long)tcg_jit_image_text(image, size), SEEK_SET) == 0 &&
           fwrite(m->buf.rx, m->buf.used, 1, m->jit_dump) == 1;
}

void jit_dump_write_locked(Machine *m)
{
    TcgJitImage *image;

    /* A child has its parent's descriptor and position. */
    if (!m->jit_dump || m->jit_dump_pid != getpid()) {
        return;
    }
    image = names_image_locked(m);
    if (image) {
        tcg_jit_image_set_text(image);
    }
    if (!image || !write_code(m, image) || fflush(m->jit_dump) != 0) {
        fprintf(stderr, "dragoman: --jit-dump: the file could not be written\n");
    }
    tcg_jit_image_free(image);
    fclose(m->jit_dump);
    m->jit_dump = NULL;
}
