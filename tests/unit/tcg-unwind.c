/*
 * Call frame information and object files of generated code, as readelf reads them: for a host of
 * 64 and one of 32 bits.
 */
#include <elf.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tcg/jit-image.h"
#include "tcg/unwind.h"

/* i386: System V ABI, Intel386 supplement, figure 2.14; registers by hardware number. */
static const uint8_t i386_regs[TCG_MAX_REGS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
static const TcgHostDwarf i386_dwarf = { EM_386, 32, 4, 8, i386_regs };
static const TcgBackend i386 = { .name = "i386", .dwarf = &i386_dwarf };

/* push ebp; push ebx; sub esp, 0x20; ... add; pop ebx; pop ebp; ret; then all else. */
static const TcgTarget i386_target = {
    .backend = &i386,
    .frame = { .saved = { 5, 3 }, .nb_saved = 2, .size = 0x20 },
    .steps = { { 0, 4, 0, true },
               { 1, 8, 1 },
               { 2, 12, 2 },
               { 5, 44, 2 },
               { 0x105, 12, 2 },
               { 0x106, 8, 1 },
               { 0x107, 4, 0 },
               { 0x10300, 44, 2, true } },
    .nb_steps = 8,
};

static char *read_elf(const char *options, const void *file, size_t size)
{
    g_autofree char *path = NULL, *command = NULL, *out = NULL, *error = NULL;
    int fd = g_file_open_tmp("tcg-unwind-XXXXXX", &path, NULL), status = -1;

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_true(g_file_set_contents(path, file, (gssize)size, NULL));
    command = g_strdup_printf("env LC_ALL=C readelf %s %s", options, path);
    g_assert_true(g_spawn_command_line_sync(command, &out, &error, &status, NULL));
    g_unlink(path);
    if (status != 0 || *error) {
        g_test_message("readelf: %s", error);
        g_test_fail();
    }
    return g_steal_pointer(&out);
}

/* The words of text occur in it, in this order, whatever lies between them but no other line. */
static void check_lines(const char *text, const char *const *lines)
{
    g_auto(GStrv) got = g_strsplit(text, "\n", -1);

    for (; *lines; lines++) {
        bool found = false;

        for (char **line = got; *line && !found; line++) {
            g_auto(GStrv) words = g_strsplit(g_strstrip(*line), " ", -1);
            GString *squeezed = g_string_new(NULL);

            for (char **word = words; *word; word++) {
                g_string_append_printf(squeezed, **word ? "%s " : "%s", *word);
            }
            found = strstr(squeezed->str, *lines) != NULL;
            g_string_free(squeezed, TRUE);
        }
        if (!found) {
            g_test_message("no line \"%s\" in\n%s", *lines, text);
            g_test_fail();
        }
    }
}

static void test_rows_i386(void)
{
    static const char *const lines[] = {
        "00000008 00000000 FDE cie=00000000 pc=00001000..00011300",
        "00001000 esp+4 u u c-4",
        "00001001 esp+8 u c-8 c-4",
        "00001002 esp+12 c-12 c-8 c-4",
        "00001005 esp+44 c-12 c-8 c-4",
        "00001105 esp+12 c-12 c-8 c-4",
        "00001106 esp+8 u c-8 c-4",
        "00001107 esp+4 u u c-4",
        "FDE cie=00000000 pc=00011300..00020000",
        "00011300 esp+44 c-12 c-8 c-4",
        NULL,
    };
    const TcgUnwindRange range = { 0x1000, 0x1000, 0x20000 };
    TcgJitImage *image = tcg_jit_image_new(&i386_target, &range, 4, 100);
    g_autofree char *text = NULL;
    const void *file;
    size_t size;

    file = tcg_jit_image_file(image, &size);
    text = read_elf("-wF -W", file, size);
    check_lines(text, lines + 1);
    g_assert_nonnull(strstr(text, "pc=00001000..00011300"));
    tcg_jit_image_free(image);
}

static void test_symbols(void)
{
    static const char *const lines[] = {
        "1: 00001000 256 FUNC GLOBAL DEFAULT 1 enter",
        "2: 00020000 16 FUNC GLOBAL DEFAULT 1 guest!main+0x10",
        NULL,
    };
    const TcgUnwindRange range = { 0x1000, 0x1000, 0x40000 };
    TcgJitImage *image = tcg_jit_image_new(&i386_target, &range, 2, 22);
    g_autofree char *text = NULL, *empty = NULL;
    const void *file;
    size_t size;

    g_assert_true(tcg_jit_image_add(image, 0x1000, 256, "enter"));
    g_assert_false(tcg_jit_image_add(image, 0x2000, 1, "a name that is too long"));
    g_assert_true(tcg_jit_image_add(image, 0x20000, 16, "guest!main+0x10"));
    g_assert_false(tcg_jit_image_add(image, 0x30000, 16, ""));
    g_assert_cmpuint(tcg_jit_image_symbols(image), ==, 2);
    file = tcg_jit_image_file(image, &size);
    text = read_elf("-sW", file, size);
    check_lines(text, lines);

    tcg_jit_image_clear(image);
    file = tcg_jit_image_file(image, &size);
    empty = read_elf("-sW", file, size);
    g_assert_nonnull(strstr(empty, "contains 1 entry"));
    tcg_jit_image_free(image);
}

/* The entry code lies elsewhere: one row for all. */
static void test_other_range(void)
{
    static const char *const lines[] = { "00030000 esp+44 c-12 c-8 c-4", NULL };
    const TcgUnwindRange range = { 0x1000, 0x30000, 0x40000 };
    TcgJitImage *image = tcg_jit_image_new(&i386_target, &range, 1, 1);
    g_autofree char *text = NULL;
    const void *file;
    size_t size;

    file = tcg_jit_image_file(image, &size);
    text = read_elf("-wF -W", file, size);
    check_lines(text, lines);
    g_assert_null(strstr(text, "esp+8"));
    tcg_jit_image_free(image);
}

/* The rows of the native backend's own entry code, in all three forms. */
static void test_native(void)
{
    const TcgBackend *backend = tcg_backend_by_name("x86");
    static const TcgGlobals globals;
    TcgUnwindForm forms[] = { TCG_UNWIND_DEBUG_FRAME, TCG_UNWIND_EH_ABSOLUTE, TCG_UNWIND_EH_PCREL };
    TcgTarget target;
    const char *error = NULL;
    g_autofree uint8_t *code = g_malloc(8192);
    TcgUnwindRange range = { (uintptr_t)code, (uintptr_t)code, (uintptr_t)code + 8192 };

    if (!backend) {
        g_test_skip("no native backend in this build");
        return;
    }
    g_assert_true(backend->init(NULL, &error));
    tcg_target_init(&target, backend, &globals);
    g_assert_cmpuint(backend->emit_entry(&target, (TcgCodeSpace){ code, code, 8192 }), >, 0);
    g_assert_cmpuint(target.nb_steps, >, 2u * target.frame.nb_saved + 2);
    for (unsigned n = 0; n < G_N_ELEMENTS(forms); n++) {
        g_autoptr(GByteArray) section = g_byte_array_new();
        uint32_t length;

        tcg_unwind_write(section, &target, &range, forms[n], 0x1234);
        for (size_t at = 0; at < section->len; at += 4 + length) { /* entries fill it exactly */
            g_assert_cmpuint(section->len - at, >=, 4);
            memcpy(&length, section->data + at, 4);
            g_assert_cmpuint(length, <=, section->len - at - 4);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/unwind/i386-rows", test_rows_i386);
    g_test_add_func("/unwind/symbols", test_symbols);
    g_test_add_func("/unwind/other-range", test_other_range);
    g_test_add_func("/unwind/native", test_native);
    return g_test_run();
}
