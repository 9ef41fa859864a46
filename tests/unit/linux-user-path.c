/* linux-user: paths under -L, and which /proc files are the process's own. */
#include <glib/gstdio.h>
#include <unistd.h>

#include "linux-user-fake.h"

static char *root;

static void make_file(const char *path)
{
    g_autofree char *full = g_strconcat(root, path, NULL);
    g_autofree char *dir = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents(full, "x", 1, NULL));
}

static void make_link(const char *target, const char *path)
{
    g_autofree char *full = g_strconcat(root, path, NULL);
    g_autofree char *dir = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_cmpint(symlink(target, full), ==, 0);
}

/* expect begins with '+': that path under the root. */
static void check(char *(*find)(const Process *, const char *), const char *path,
                  const char *expect)
{
    Process process = { .root = root };
    g_autofree char *got = find(&process, path);
    g_autofree char *want = *expect == '+' ? g_strconcat(root, expect + 1, NULL) : g_strdup(expect);

    g_assert_cmpstr(got, ==, want);
}

static void test_lookup(void)
{
    make_file("/usr/bin/mawk");
    make_file("/usr/lib/libc.so.6");
    make_link("/usr/bin/mawk", "/etc/alternatives/awk");
    make_link("../../etc/alternatives/awk", "/usr/bin/awk");
    make_link("usr/lib", "/lib");
    make_link("/nowhere", "/dangling");
    make_link("loop-b", "/loop-a");
    make_link("loop-a", "/loop-b");
    make_link("../../../../../usr/bin/mawk", "/up");
    make_file("/tmp/file");
    make_file("/proc/file");

    check(path_for_read, "/usr/bin/mawk", "+/usr/bin/mawk");
    check(path_for_read, "/usr//bin/./mawk", "+/usr/bin/mawk");
    check(path_for_read, "/usr/lib/../bin/mawk", "+/usr/bin/mawk");
    check(path_for_read, "/../../usr/bin/mawk", "+/usr/bin/mawk");
    check(path_for_read, "/usr/bin/awk", "+/usr/bin/mawk");
    check(path_for_read, "/lib/libc.so.6", "+/usr/lib/libc.so.6");
    check(path_for_read, "/lib/", "+/usr/lib/");
    check(path_for_read, "/up", "+/usr/bin/mawk");
    check(path_for_read, "/", "+/");
    /* Not there, or not to be found there: the host's. */
    check(path_for_read, "/usr/bin/other", "/usr/bin/other");
    check(path_for_read, "/dangling", "/dangling");
    check(path_for_read, "/loop-a", "/loop-a");
    check(path_for_read, "/usr/bin/mawk/x", "/usr/bin/mawk/x");
    check(path_for_read, "usr/bin/mawk", "usr/bin/mawk");
    check(path_for_read, "", "");
    check(path_for_read, "/tmp/file", "/tmp/file");
    check(path_for_read, "/proc/file", "/proc/file");

    /* The last link itself. */
    check(path_for_link, "/usr/bin/awk", "+/usr/bin/awk");
    check(path_for_link, "/lib", "+/lib");
    check(path_for_link, "/lib/libc.so.6", "+/usr/lib/libc.so.6");
    check(path_for_link, "/dangling", "+/dangling");
}

static void test_no_root(void)
{
    Process process = { 0 };
    g_autofree char *got = path_for_read(&process, "/usr");

    g_assert_cmpstr(got, ==, "/usr");
}

static void test_proc_names(void)
{
    g_autofree char *by_pid = g_strdup_printf("/proc/%d/exe", getpid());
    g_autofree char *by_task = g_strdup_printf("/proc/self/task/%d/exe", gettid());
    g_autofree char *other = g_strdup_printf("/proc/%d/exe", getppid());

    g_assert_true(proc_path_is_exe("/proc/self/exe"));
    g_assert_true(proc_path_is_exe("/proc/thread-self/exe"));
    g_assert_true(proc_path_is_exe(by_pid));
    g_assert_true(proc_path_is_exe(by_task));
    g_assert_false(proc_path_is_exe(other));
    g_assert_false(proc_path_is_exe("/proc/self/exe2"));
    g_assert_false(proc_path_is_exe("/proc/selfexe"));
    g_assert_false(proc_path_is_exe("/proc/1x/exe"));
    g_assert_false(proc_path_is_exe("exe"));
}

/* Contents of a made-up file. */
static char *read_proc(GuestTask *task, const char *path)
{
    char *text = g_malloc0(65536);
    int64_t fd = -1;

    g_assert_true(proc_file_open(task, path, 0, &fd));
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(read((int)fd, text, 65535), >=, 0);
    close((int)fd);
    return text;
}

static void test_proc_files(void)
{
    GuestTask *task = fake_process();
    GuestAddr at = fake_pages(task, 4096);
    g_autofree char *line =
        g_strdup_printf("%08lx-%08lx rw-p 00000000 00:00 0", (long)at, (long)at + 4096);
    g_autofree char *maps = read_proc(task, "/proc/self/maps");
    g_autofree char *status = NULL;
    g_autofree char *stat = NULL;
    uint64_t mask = 0x200;
    int64_t fd;

    /* Ours, and nothing of dragoman's. */
    g_assert_true(g_str_has_prefix(maps, line));
    g_assert_null(strstr(maps, "libglib"));

    signal_procmask(task, SIG_SETMASK, &mask, NULL);
    status = read_proc(task, "/proc/self/status");
    g_assert_nonnull(strstr(status, "SigBlk:\t0000000000000200\n"));
    g_assert_nonnull(strstr(status, "SigCgt:\t0000000000000000\n"));
    g_assert_nonnull(strstr(status, "\nPid:"));
    mask = 0;
    signal_procmask(task, SIG_SETMASK, &mask, NULL);

    task->process->stack_start = 123456789;
    stat = read_proc(task, "/proc/thread-self/stat");
    g_assert_nonnull(strstr(stat, " 123456789 "));
    g_assert_false(proc_file_open(task, "/proc/self/limits", 0, &fd));
    g_assert_false(proc_file_open(task, "/proc/version", 0, &fd));
    fake_process_free(task);
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    root = g_dir_make_tmp("root-XXXXXX", NULL);
    g_assert_nonnull(root);
    g_test_add_func("/path/lookup", test_lookup);
    g_test_add_func("/path/no-root", test_no_root);
    g_test_add_func("/proc/names", test_proc_names);
    g_test_add_func("/proc/files", test_proc_files);
    status = g_test_run();
    {
        g_autofree char *command = g_strdup_printf("rm -rf '%s'", root);

        g_assert_cmpint(system(command), ==, 0);
    }
    g_free(root);
    return status;
}
