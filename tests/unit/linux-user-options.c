/* linux-user: the command line and its environment twins. */
#include <glib.h>
#include <string.h>

#include "linux-user/options.h"
#include "util/log.h"

/* Messages of util/log.h are leaked on purpose: the program ends. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static char *base_env[] = { "PATH=/bin", "HOME=/h", NULL };

/* Parse a command line given as words separated by blanks; "dragoman" is put in front. */
static OptionsAction parse(const char *line, Options *options, char **ret_error)
{
    static GPtrArray *kept; /* options point into the words */
    char **words = g_strsplit(line, " ", -1);

    if (!kept) {
        kept = g_ptr_array_new();
    }
    g_ptr_array_add(kept, words);
    return options_parse(options, (int)g_strv_length(words), words, base_env, ret_error);
}

static void expect_error(const char *line, const char *part)
{
    char *error = NULL;
    Options options;

    g_assert_cmpint(parse(line, &options, &error), ==, OPTIONS_ERROR);
    if (!strstr(error, part)) {
        g_error("%s: wanted \"%s\", got \"%s\"", line, part, error);
    }
    g_assert_null(strchr(error, '\n'));
    g_free(error);
    options_done(&options);
}

static void test_spellings(void)
{
    static const char *const lines[] = {
        "dragoman -L /root -cpu max -s 1M prog -x --help",
        "dragoman --L /root --cpu max --s 1024K prog -x --help",
        "dragoman -L=/root --cpu=max -s=1048576 -- prog -x --help",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++) {
        char *error = NULL;
        Options options;

        g_assert_cmpint(parse(lines[i], &options, &error), ==, OPTIONS_RUN);
        g_assert_cmpstr(options.root, ==, "/root");
        g_assert_cmpstr(options.cpu, ==, "max");
        g_assert_cmpuint(options.stack_size, ==, 1 << 20);
        /* Everything behind the program is the guest's. */
        g_assert_cmpuint(options.nb_program, ==, 3);
        g_assert_cmpstr(options.program[0], ==, "prog");
        g_assert_cmpstr(options.program[2], ==, "--help");
        g_assert_cmpstr(options.inherited[0], ==, "-L");
        g_assert_cmpstr(options.inherited[1], ==, "/root");
        g_assert_cmpuint(g_strv_length(options.inherited), ==, 6);
        options_done(&options);
    }
}

static void test_environment(void)
{
    char *error = NULL;
    Options options;

    g_setenv("DRAGOMAN_LD_PREFIX", "/from-env", TRUE);
    g_setenv("DRAGOMAN_UNSET_ENV", "HOME", TRUE);
    g_assert_cmpint(parse("dragoman -E A=1,B=2 -E C=x=y -U PATH p", &options, &error), ==,
                    OPTIONS_RUN);
    g_assert_cmpstr(options.root, ==, "/from-env");
    g_assert_cmpstr(g_environ_getenv(options.guest_env, "A"), ==, "1");
    g_assert_cmpstr(g_environ_getenv(options.guest_env, "B"), ==, "2");
    g_assert_cmpstr(g_environ_getenv(options.guest_env, "C"), ==, "x=y");
    g_assert_null(g_environ_getenv(options.guest_env, "PATH"));
    g_assert_null(g_environ_getenv(options.guest_env, "HOME"));
    /* Programs that the guest executes get what the environment said, but not -E and -U again. */
    g_assert_cmpuint(g_strv_length(options.inherited), ==, 2);
    g_assert_cmpstr(options.inherited[1], ==, "/from-env");
    options_done(&options);

    /* The gdb server is this program's, not that of those it executes. */
    g_setenv("DRAGOMAN_GDB", "/tmp/gdb-%d", TRUE);
    g_assert_cmpint(parse("dragoman p", &options, &error), ==, OPTIONS_RUN);
    g_assert_cmpstr(options.gdb, ==, "/tmp/gdb-%d");
    g_assert_null(g_environ_getenv(options.guest_env, "DRAGOMAN_GDB"));
    g_assert_cmpuint(g_strv_length(options.inherited), ==, 2);
    options_done(&options);
    g_unsetenv("DRAGOMAN_GDB");

    /* The command line wins. */
    g_assert_cmpint(parse("dragoman -L /line p", &options, &error), ==, OPTIONS_RUN);
    g_assert_cmpstr(options.root, ==, "/line");
    options_done(&options);
    g_unsetenv("DRAGOMAN_UNSET_ENV");
    g_unsetenv("DRAGOMAN_LD_PREFIX");

    g_setenv("DRAGOMAN_STACK_SIZE", "small", TRUE);
    expect_error("dragoman p", "environment");
    g_unsetenv("DRAGOMAN_STACK_SIZE");
}

/* The guest may change its directory before it executes another program. */
static void test_relative_paths(void)
{
    g_autofree char *here = g_get_current_dir();
    g_autofree char *want = g_build_filename(here, "some/root", NULL);
    char *error = NULL;
    Options options;

    g_assert_cmpint(parse("dragoman -L some/root p", &options, &error), ==, OPTIONS_RUN);
    g_assert_cmpstr(options.root, ==, want);
    g_assert_cmpstr(options.inherited[1], ==, want);
    options_done(&options);
}

static void test_jitdump(void)
{
    g_autofree char *here = g_get_current_dir();
    g_autofree char *dir = g_build_filename(here, "some/dir", NULL);
    g_autofree char *handed_on = g_strconcat("-jitdump=", dir, NULL);
    char *error = NULL;
    Options options;

    g_assert_cmpint(parse("dragoman --jitdump --perf-map p", &options, &error), ==, OPTIONS_RUN);
    g_assert_cmpstr(options.accel.jitdump_dir, ==, here);
    g_assert_cmpstr(options.program[0], ==, "p");
    g_assert_true(options.accel.perf_map);
    g_assert_false(options.accel.jitdump_resume);
    options_done(&options);
    g_assert_cmpint(parse("dragoman --jitdump=some/dir p", &options, &error), ==, OPTIONS_RUN);
    g_assert_cmpstr(options.accel.jitdump_dir, ==, dir);
    g_assert_false(options.accel.perf_map);
    /* The executed program goes on with the file of the process. */
    g_assert_cmpstr(options.inherited[0], ==, handed_on);
    g_assert_cmpstr(options.inherited[1], ==, "-jitdump-resume");
    options_done(&options);
    expect_error("dragoman --perf-map=x p", "takes no value");
}

static void test_accel_options(void)
{
    char *error = NULL;
    Options options;

    g_assert_cmpint(parse("dragoman --backend tci --host-features=-avx --no-chain "
                          "--one-insn-per-block --skip-pass fold,copy --stop-after 3 p",
                          &options, &error),
                    ==, OPTIONS_RUN);
    g_assert_cmpstr(options.accel.backend, ==, "tci");
    g_assert_cmpstr(options.accel.host_features, ==, "-avx");
    g_assert_cmpstr(options.accel.skip_passes, ==, "fold,copy");
    g_assert_cmpint(options.accel.stop_after, ==, 3);
    g_assert_true(options.accel.no_chain);
    g_assert_true(options.accel.one_insn_per_block);
    options_done(&options);

    g_assert_cmpint(parse("dragoman p", &options, &error), ==, OPTIONS_RUN);
    g_assert_cmpint(options.accel.stop_after, ==, -1);
    g_assert_false(options.accel.no_chain);
    options_done(&options);
}

static void test_log(void)
{
    char *error = NULL;
    Options options;

    log_mask = 0;
    g_assert_cmpint(parse("dragoman -strace p", &options, &error), ==, OPTIONS_RUN);
    g_assert_true(log_on(LOG_STRACE));
    options_done(&options);
    log_mask = 0;
    g_assert_cmpint(parse("dragoman -d page,signal -strace p", &options, &error), ==, OPTIONS_RUN);
    g_assert_true(log_on(LOG_PAGE) && log_on(LOG_SIGNAL) && log_on(LOG_STRACE));
    g_assert_false(log_on(LOG_EXEC));
    options_done(&options);
    log_mask = 0;
}

static void test_mistakes(void)
{
    expect_error("dragoman", "no program");
    expect_error("dragoman -L", "wants a value");
    expect_error("dragoman -nonsense p", "unknown option -nonsense");
    expect_error("dragoman -l p", "unknown option");
    expect_error("dragoman --no-chain=1 p", "takes no value");
    expect_error("dragoman -E NOVALUE p", "VAR=VALUE");
    expect_error("dragoman -E =x p", "VAR=VALUE");
    expect_error("dragoman -s 12X p", "wants a size");
    expect_error("dragoman -s 1 p", "wants a size");
    expect_error("dragoman -s -1 p", "wants a size");
    expect_error("dragoman -s 99999999999999999999G p", "wants a size");
    expect_error("dragoman -B 0x1000 p", "only address 0");
    expect_error("dragoman -B x p", "wants an address");
    expect_error("dragoman -g", "wants a value");
    expect_error("dragoman --stop-after x p", "number of passes");
    expect_error("dragoman -d nonsense p", "nonsense");
    expect_error("dragoman -dfilter 1,x.. p", "-dfilter");
    expect_error("dragoman -d page -D /nonexistent/log p", "cannot write the log");
    log_mask = 0;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/options/spellings", test_spellings);
    g_test_add_func("/options/environment", test_environment);
    g_test_add_func("/options/relative-paths", test_relative_paths);
    g_test_add_func("/options/jitdump", test_jitdump);
    g_test_add_func("/options/accel", test_accel_options);
    g_test_add_func("/options/log", test_log);
    g_test_add_func("/options/mistakes", test_mistakes);
    return g_test_run();
}
