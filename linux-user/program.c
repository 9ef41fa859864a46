/*
 * Opening programs: the checks a shell's user wants explained, `#!` lines, the guest's choice by
 * the ELF header, and the search for the interpreter.
 */
#include "program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    STATUS_CANNOT_RUN = 126,
    STATUS_NOT_FOUND = 127,
    SCRIPT_HEAD = 256, /* the kernel's BINPRM_BUF_SIZE */
    MAX_SCRIPT_DEPTH = 4,
};

static int status_of(int error)
{
    return error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}

/* The file at the guest's path, open and fit to be executed; or -errno (EISDIR for directories). */
static int open_executable(const char *root, const char *path, char **ret_host, uint64_t *ret_size)
{
    Process view = { .root = (char *)root };
    char *host = path_for_read(&view, path);
    struct stat st;
    int fd = open(host, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int error = fd < 0 ? errno : 0;

    if (fd >= 0 && fstat(fd, &st) < 0) {
        error = errno;
    } else if (fd >= 0 && S_ISDIR(st.st_mode)) {
        error = EISDIR;
    } else if (fd >= 0 && (!S_ISREG(st.st_mode) || faccessat(AT_FDCWD, host, X_OK, AT_EACCESS))) {
        error = EACCES;
    }
    if (error) {
        if (fd >= 0) {
            close(fd);
        }
        g_free(host);
        return -error;
    }
    *ret_host = host;
    *ret_size = (uint64_t)st.st_size;
    return fd;
}

static char *open_error(const char *path, int error)
{
    struct stat st;

    if (error == ENOENT && !strchr(path, '/')) {
        return g_strdup_printf("%s: no such file in this directory (PATH is not searched)", path);
    }
    if (error == EACCES && stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        return g_strdup_printf("%s: not a regular file", path);
    }
    return g_strdup_printf("%s: %s", path, g_strerror(error));
}

/*
 * A `#!` line as the kernel reads it: at most 255 bytes, the interpreter, and everything behind
 * it, trimmed, as one argument.  False: no script or no usable line.
 */
static bool parse_script(const uint8_t *head, size_t size, char **ret_interp, char **ret_arg)
{
    char line[SCRIPT_HEAD + 1];
    char *end, *name, *rest;

    if (size < 2 || head[0] != '#' || head[1] != '!') {
        return false;
    }
    memcpy(line, head, size);
    line[size] = '\0';
    end = strchr(line, '\n');
    if (end) {
        *end = '\0';
    }
    name = line + 2 + strspn(line + 2, " \t");
    rest = name + strcspn(name, " \t");
    if (*name == '\0' || (!end && size == SCRIPT_HEAD && *rest == '\0')) {
        return false; /* no name, or one that may have been cut off */
    }
    *ret_interp = g_strndup(name, (gsize)(rest - name));
    rest = g_strstrip(rest);
    *ret_arg = *rest ? g_strdup(rest) : NULL;
    return true;
}

/* argv of the interpreter: its name, the line's argument, the script, the script's arguments. */
static char **script_argv(const char *interp, const char *arg, const char *script, char **argv)
{
    GPtrArray *out = g_ptr_array_new();

    g_ptr_array_add(out, g_strdup(interp));
    if (arg) {
        g_ptr_array_add(out, g_strdup(arg));
    }
    g_ptr_array_add(out, g_strdup(script));
    for (char **p = argv[0] ? argv + 1 : argv; *p; p++) {
        g_ptr_array_add(out, g_strdup(*p));
    }
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

static size_t read_head(const ProgramFile *file, uint8_t head[SCRIPT_HEAD])
{
    size_t size = MIN(file->source.size, SCRIPT_HEAD);

    return elf_read(&file->source, 0, head, size) ? size : 0;
}

static void close_file(ProgramFile *file)
{
    if (file->host) {
        close(file->source.fd);
    }
    elf_image_done(&file->image);
    g_free(file->path);
    g_free(file->host);
    memset(file, 0, sizeof(*file));
}

static int open_file(ProgramFile *file, const char *root, const char *path)
{
    int fd = open_executable(root, path, &file->host, &file->source.size);

    if (fd < 0) {
        return fd;
    }
    file->source.fd = fd;
    file->path = g_strdup(path);
    return 0;
}

/*
 * Open path, and instead of a script its interpreter, up to the first file that is none.
 * 0 or -errno; *ret_blame is then the path that failed, to be freed.
 */
static int open_through_scripts(Program *program, const char *root, const char *path,
                                char **ret_blame)
{
    g_autofree char *next = g_strdup(path);

    for (unsigned depth = 0;; depth++) {
        int error = open_file(&program->main, root, next);
        uint8_t head[SCRIPT_HEAD];
        char *interp, *arg;
        char **argv;

        if (error < 0 || depth > MAX_SCRIPT_DEPTH) {
            *ret_blame = g_steal_pointer(&next);
            return error < 0 ? error : -ELOOP;
        }
        if (!parse_script(head, read_head(&program->main, head), &interp, &arg)) {
            return 0;
        }
        argv = script_argv(interp, arg, next, program->argv);
        g_strfreev(program->argv);
        program->argv = argv;
        g_free(arg);
        g_free(next);
        next = interp;
        close_file(&program->main);
    }
}

static char *list_guests(void)
{
    GString *list = g_string_new(NULL);

    for (const GuestArch *const *arch = guest_archs; *arch; arch++) {
        g_string_append_printf(list, "%s%s", list->len ? ", " : "", (*arch)->name);
    }
    return g_string_free(list, FALSE);
}

static char *machine_error(const ElfImage *image)
{
    const char *name = elf_machine_name(image->machine, image->bits, image->big_endian);
    g_autofree char *guests = list_guests();

    if (name) {
        return g_strdup_printf("is for %s, which is not supported (guests: %s)", name, guests);
    }
    return g_strdup_printf("is for machine %u (%u-bit, %s-endian), which is not supported "
                           "(guests: %s)",
                           image->machine, image->bits, image->big_endian ? "big" : "little",
                           guests);
}

/* Read one file's headers; the reason without the file's name, or NULL. */
static char *read_image(ProgramFile *file, const GuestArch **ret_arch)
{
    ElfImage *image = &file->image;
    char *error = elf_read_header(&file->source, image);

    if (error) {
        return error;
    }
    *ret_arch = guest_arch_by_elf(image->machine, image->bits, image->big_endian);
    return *ret_arch ? elf_read_segments(&file->source, image) : machine_error(image);
}

/* Look for the interpreter in the default sysroots of the guest. */
static int open_in_sysroots(Program *program, const char *path)
{
    const char *dirs = program->arch->linux_abi->interp_dirs;
    g_auto(GStrv) list = g_strsplit(dirs ? dirs : "", ":", -1);

    for (char **dir = list; *dir; dir++) {
        g_autofree char *host = g_strconcat(*dir, path, NULL);

        if (**dir && access(host, R_OK) == 0 && open_file(&program->interp, *dir, path) == 0) {
            program->sysroot = g_strdup(*dir);
            return 0;
        }
    }
    return -ENOENT;
}

static char *open_interp(Program *program, const char *root)
{
    const char *path = program->main.image.interp;
    const GuestArch *arch = NULL;
    g_autofree char *error = NULL;
    int ret = open_file(&program->interp, root, path);

    /* What the host has under that name may be for the host. */
    if (ret == 0) {
        error = read_image(&program->interp, &arch);
    }
    if (!root && (ret < 0 || error || arch != program->arch)) {
        ProgramFile other = program->interp;

        memset(&program->interp, 0, sizeof(program->interp));
        if (open_in_sysroots(program, path) == 0) {
            close_file(&other);
            g_free(error);
            ret = 0;
            error = read_image(&program->interp, &arch);
        } else {
            program->interp = other;
        }
    }
    if (ret < 0) {
        return g_strdup_printf("%s: its interpreter %s cannot be opened: %s (give the guest's "
                               "root directory with -L)",
                               program->main.path, path, g_strerror(-ret));
    }
    if (error) {
        return g_strdup_printf("%s: its interpreter %s: %s", program->main.path, path, error);
    }
    if (arch != program->arch) {
        return g_strdup_printf("%s: its interpreter %s is for %s (give the guest's root directory "
                               "with -L)",
                               program->main.path, path, arch->name);
    }
    return NULL;
}

char *program_open(Program *program, const char *root, const char *path, char **argv,
                   int *ret_status)
{
    g_autofree char *reason = NULL;
    g_autofree char *blame = NULL;
    int error;

    memset(program, 0, sizeof(*program));
    program->argv = g_strdupv(argv);
    program->exec_name = g_strdup(path);
    error = open_through_scripts(program, root, path, &blame);
    if (error < 0) {
        *ret_status = status_of(-error);
        if (strcmp(blame, path) != 0) {
            *ret_status = STATUS_CANNOT_RUN;
            return g_strdup_printf("%s: its interpreter %s: %s", path, blame, g_strerror(-error));
        }
        return open_error(path, -error);
    }
    *ret_status = STATUS_CANNOT_RUN;
    reason = read_image(&program->main, &program->arch);
    if (reason && strcmp(program->main.path, path) != 0) {
        return g_strdup_printf("%s: its interpreter %s: %s", path, program->main.path, reason);
    }
    if (reason) {
        return g_strdup_printf("%s: %s", path, reason);
    }
    return program->main.image.interp ? open_interp(program, root) : NULL;
}

void program_done(Program *program)
{
    close_file(&program->main);
    close_file(&program->interp);
    g_strfreev(program->argv);
    g_free(program->exec_name);
    g_free(program->sysroot);
    memset(program, 0, sizeof(*program));
}

int program_probe(const char *root, const char *path)
{
    char *no_args[] = { NULL };
    Program program = { .argv = g_strdupv(no_args) };
    g_autofree char *blame = NULL;
    int ret = open_through_scripts(&program, root, path, &blame);

    if (ret == 0) {
        char *reason = elf_read_header(&program.main.source, &program.main.image);
        const ElfImage *image = &program.main.image;

        ret = -ENOEXEC;
        if (!reason) {
            ret = guest_arch_by_elf(image->machine, image->bits, image->big_endian) ? 0 : 1;
        }
        g_free(reason);
    }
    program_done(&program);
    return ret == -EISDIR ? -EACCES : ret;
}
