/*
 * The command line: a table of options, their environment twins, and their help.
 *
 * Names are qemu-user's where it has them.  An option is written with one or two dashes; its
 * value follows as the next argument or behind '='.  The first argument that is no option is
 * the guest program, and everything behind it is the guest's.
 */
#include "linux-user/options.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "binfmt.h"
#include "linux-user/syscall.h"
#include "util/log.h"

/* What is being filled while arguments are read. */
typedef struct OptionsParser {
    Options *options;
    GPtrArray *inherited; /* owns its strings */
    const char *log_items, *log_file, *log_filter;
    bool log_append; /* started by a guest's execve: the log is there already */
    bool strace;
    bool done;   /* an option printed what was asked for */
    char *error; /* the first mistake */
} OptionsParser;

typedef struct OptionSpec {
    const char *names; /* without dashes, separated by '|' */
    /* Its placeholder in the help; NULL: takes none; [DIR]: one may follow behind '='. */
    const char *value;
    const char *variable; /* environment twin; NULL: none */
    void (*handle)(OptionsParser *parser, const char *value);
    bool inherited; /* handed on to programs that the guest executes */
    const char *help;
} OptionSpec;

static void set_error(OptionsParser *parser, char *error)
{
    if (parser->error) {
        g_free(error);
    } else {
        parser->error = error;
    }
}

/* An unsigned number with an optional K, M or G behind it. */
static bool parse_size(const char *text, uint64_t *ret)
{
    static const char units[] = "KMG";
    char *end;
    uint64_t value = g_ascii_strtoull(text, &end, 0);
    const char *unit = *end ? strchr(units, g_ascii_toupper(*end)) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;

    if (end == text || strchr(text, '-') || end[unit != NULL] != '\0' ||
        value > UINT64_MAX >> shift) {
        return false;
    }
    *ret = value << shift;
    return true;
}

static void on_root(OptionsParser *parser, const char *value)
{
    parser->options->root = value;
}

static void on_argv0(OptionsParser *parser, const char *value)
{
    parser->options->argv0 = value;
}

static void on_cpu(OptionsParser *parser, const char *value)
{
    parser->options->cpu = value;
}

static void on_uname(OptionsParser *parser, const char *value)
{
    parser->options->uname_release = value;
}

/* VAR=VALUE[,VAR=VALUE...]; a comma in a value is doubled by nobody, so -E can be repeated. */
static void on_set_env(OptionsParser *parser, const char *value)
{
    g_auto(GStrv) list = g_strsplit(value, ",", -1);

    for (char **item = list; *item; item++) {
        char *equals = strchr(*item, '=');

        if (!equals || equals == *item) {
            set_error(parser, g_strdup_printf("-E wants VAR=VALUE, not \"%s\"", *item));
            return;
        }
        *equals = '\0';
        parser->options->guest_env =
            g_environ_setenv(parser->options->guest_env, *item, equals + 1, TRUE);
    }
}

static void on_unset_env(OptionsParser *parser, const char *value)
{
    g_auto(GStrv) list = g_strsplit(value, ",", -1);

    for (char **item = list; *item; item++) {
        parser->options->guest_env = g_environ_unsetenv(parser->options->guest_env, *item);
    }
}

static void on_guest_base(OptionsParser *parser, const char *value)
{
    if (!parse_size(value, &parser->options->guest_base)) {
        set_error(parser, g_strdup_printf("-B wants an address, not \"%s\"", value));
    } else if (parser->options->guest_base) {
        set_error(parser, g_strdup("-B: only address 0 is supported (64-bit guests)"));
    }
}

static void on_stack_size(OptionsParser *parser, const char *value)
{
    /* 64 KiB: argument strings and the first frames have to fit. */
    if (!parse_size(value, &parser->options->stack_size) ||
        parser->options->stack_size < 64 * 1024) {
        set_error(parser, g_strdup_printf("-s wants a size of at least 64K, not \"%s\"", value));
    }
}

static void on_strace(OptionsParser *parser, const char *value)
{
    parser->strace = true;
}

static void on_log_items(OptionsParser *parser, const char *value)
{
    parser->log_items = value;
}

static void on_inside(OptionsParser *parser, const char *value)
{
    parser->options->inside = value;
}

static void on_log_append(OptionsParser *parser, const char *value)
{
    parser->log_append = true;
}

static void on_log_file(OptionsParser *parser, const char *value)
{
    parser->log_file = value;
}

static void on_log_filter(OptionsParser *parser, const char *value)
{
    parser->log_filter = value;
}

static void on_gdb(OptionsParser *parser, const char *value)
{
    parser->options->gdb = value;
}

static void on_backend(OptionsParser *parser, const char *value)
{
    parser->options->accel.backend = value;
}

static void on_host_features(OptionsParser *parser, const char *value)
{
    parser->options->accel.host_features = value;
}

static void on_skip_pass(OptionsParser *parser, const char *value)
{
    parser->options->accel.skip_passes = value;
}

static void on_jit_dump(OptionsParser *parser, const char *value)
{
    parser->options->accel.jit_dump = value;
}

static void on_stop_after(OptionsParser *parser, const char *value)
{
    uint64_t count;

    if (!parse_size(value, &count) || count > 1000) {
        set_error(parser,
                  g_strdup_printf("--stop-after wants a number of passes, not \"%s\"", value));
        return;
    }
    parser->options->accel.stop_after = (int)count;
}

static void on_dump_block(OptionsParser *parser, const char *value)
{
    parser->options->accel.dump_block = value;
}

static void on_code_buffer(OptionsParser *parser, const char *value)
{
    uint64_t size;

    if (!parse_size(value, &size) || size < (1 << 20)) {
        set_error(parser,
                  g_strdup_printf("--code-buffer wants a size of at least 1M, not \"%s\"", value));
        return;
    }
    parser->options->accel.code_buffer_size = size;
}

static void on_perf_map(OptionsParser *parser, const char *value)
{
    parser->options->accel.perf_map = true;
}

/* Without a directory: the current one. */
static void on_jitdump(OptionsParser *parser, const char *value)
{
    g_free(parser->options->jitdump_dir);
    parser->options->jitdump_dir = g_canonicalize_filename(value && *value ? value : ".", NULL);
    parser->options->accel.jitdump_dir = parser->options->jitdump_dir;
}

static void on_jitdump_resume(OptionsParser *parser, const char *value)
{
    parser->options->accel.jitdump_resume = true;
}

static void on_no_chain(OptionsParser *parser, const char *value)
{
    parser->options->accel.no_chain = true;
}

static void on_one_insn(OptionsParser *parser, const char *value)
{
    parser->options->accel.one_insn_per_block = true;
}

static void on_version(OptionsParser *parser, const char *value)
{
    printf("dragoman " DRAGOMAN_VERSION "\n");
    parser->done = true;
}

static void on_list_guests(OptionsParser *parser, const char *value)
{
    for (const GuestArch *const *arch = guest_archs; *arch; arch++) {
        printf("%s\n", (*arch)->name);
    }
    parser->done = true;
}

static void on_list_binfmt(OptionsParser *parser, const char *value)
{
    binfmt_list(stdout);
    parser->done = true;
}

static void on_list_syscalls(OptionsParser *parser, const char *value)
{
    for (const GuestArch *const *arch = guest_archs; *arch; arch++) {
        syscall_list(stdout, *arch);
    }
    parser->done = true;
}

static void on_help(OptionsParser *parser, const char *value);

static const OptionSpec specs[] = {
    { "h|help", NULL, NULL, on_help, false, "print this help" },
    { "version", NULL, NULL, on_version, false, "print the version" },
    { "L", "ROOT", "DRAGOMAN_LD_PREFIX", on_root, true,
      "look paths up under ROOT first, for reading" },
    { "E", "VAR=VALUE", "DRAGOMAN_SET_ENV", on_set_env, false,
      "set variables of the guest's environment (comma-separated)" },
    { "U", "VAR", "DRAGOMAN_UNSET_ENV", on_unset_env, false,
      "remove variables from the guest's environment" },
    { "0", "ARGV0", "DRAGOMAN_ARGV0", on_argv0, false, "argument 0 of the guest program" },
    { "cpu", "MODEL", "DRAGOMAN_CPU", on_cpu, true, "CPU model of the guest" },
    { "B", "ADDRESS", "DRAGOMAN_GUEST_BASE", on_guest_base, true,
      "host address of guest address 0" },
    { "s", "SIZE", "DRAGOMAN_STACK_SIZE", on_stack_size, true,
      "size of the guest's stack (default: the stack limit)" },
    { "r", "RELEASE", "DRAGOMAN_UNAME", on_uname, true, "kernel release that uname shows" },
    { "g", "WHERE", "DRAGOMAN_GDB", on_gdb, false,
      "wait for gdb at PORT, HOST:PORT or /PATH (%d: process id); WHERE,suspend=n: do not wait" },
    { "strace", NULL, "DRAGOMAN_STRACE", on_strace, true, "log system calls" },
    { "d", "ITEM,...", "DRAGOMAN_LOG", on_log_items, true, "log these items; -d help lists them" },
    { "D", "FILE", "DRAGOMAN_LOG_FILENAME", on_log_file, true,
      "write the log to FILE (%d: process id) instead of standard error" },
    { "inside", "FDS", NULL, on_inside, false, "go on in the root directory of the caller" },
    { "log-append", NULL, NULL, on_log_append, false, "write behind what the log file holds" },
    { "dfilter", "RANGE,...", "DRAGOMAN_DFILTER", on_log_filter, true,
      "log only code in these addresses (start..end, start+size)" },
    { "backend", "NAME", "DRAGOMAN_BACKEND", on_backend, true, "code generator: x86, tci" },
    { "host-features", "LIST", "DRAGOMAN_HOST_FEATURES", on_host_features, true,
      "host CPU features to use or not: -avx,-bmi2" },
    { "no-chain", NULL, NULL, on_no_chain, true, "return to the run loop after each block" },
    { "one-insn-per-block|one-insn-per-tb|singlestep", NULL, "DRAGOMAN_SINGLESTEP", on_one_insn,
      true, "translate one guest instruction at a time" },
    { "skip-pass", "PASS,...", NULL, on_skip_pass, true, "leave out IR passes" },
    { "stop-after", "N", NULL, on_stop_after, true, "run only the first N IR passes" },
    { "code-buffer", "SIZE", NULL, on_code_buffer, true, "size of the translation cache" },
    { "dump-block", "ADDRESS,...", NULL, on_dump_block, false,
      "write blocks as tests of the IR, block-ADDRESS.ir; also by function" },
    { "perf-map", NULL, "DRAGOMAN_PERF_MAP", on_perf_map, true,
      "write names of generated code to /tmp/perf-PID.map, for perf" },
    { "jitdump", "[DIR]", "DRAGOMAN_JITDUMP", on_jitdump, true,
      "write generated code to DIR/jit-PID.dump (default: .), for perf inject --jit" },
    { "jitdump-resume", NULL, NULL, on_jitdump_resume, false,
      "write behind what the dump of this process holds" },
    { "jit-dump", "FILE", NULL, on_jit_dump, false,
      "write generated code to an ELF file when the program ends" },
    { "list-guests", NULL, NULL, on_list_guests, false, "print the guests" },
    { "list-binfmt", NULL, NULL, on_list_binfmt, false,
      "print how the kernel knows the guests' programs (scripts/binfmt)" },
    { "list-syscalls", NULL, NULL, on_list_syscalls, false, "print the system calls per guest" },
};

static const char usage[] = "usage: dragoman [OPTION...] PROGRAM [ARGUMENT...]\n"
                            "Run a Linux program built for another processor.\n\n";

static bool is_optional(const OptionSpec *spec)
{
    return spec->value && spec->value[0] == '[';
}

static void on_help(OptionsParser *parser, const char *value)
{
    fputs(usage, stdout);
    for (unsigned i = 0; i < G_N_ELEMENTS(specs); i++) {
        const OptionSpec *spec = &specs[i];
        g_auto(GStrv) names = g_strsplit(spec->names, "|", -1);
        GString *left = g_string_new("  ");

        for (char **name = names; *name; name++) {
            g_string_append_printf(left, "%s%s%s", name == names ? "" : ", ",
                                   strlen(*name) > 1 && strchr(*name, '-') ? "--" : "-", *name);
        }
        if (spec->value) {
            g_string_append(left, is_optional(spec) ? "[=" : " ");
            g_string_append(left, spec->value + is_optional(spec));
        }
        printf("%-24s%s%s\n", left->str, left->len > 23 ? "\n                        " : "",
               spec->help);
        if (spec->variable) {
            printf("%-24s  or %s\n", "", spec->variable);
        }
        g_string_free(left, TRUE);
    }
    parser->done = true;
}

static bool name_matches(const char *names, const char *name, size_t size)
{
    while (*names) {
        size_t length = strcspn(names, "|");

        if (length == size && memcmp(names, name, size) == 0) {
            return true;
        }
        names += length + (names[length] == '|');
    }
    return false;
}

static const OptionSpec *find_spec(const char *name, size_t size)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(specs); i++) {
        if (name_matches(specs[i].names, name, size)) {
            return &specs[i];
        }
    }
    return NULL;
}

/* Note the option for programs that the guest executes; returns the value noted. */
static const char *inherit(OptionsParser *parser, const OptionSpec *spec, const char *value)
{
    char *kept;

    if (spec->handle == on_jitdump) {
        g_autofree char *dir = g_canonicalize_filename(value && *value ? value : ".", NULL);

        g_ptr_array_add(parser->inherited, g_strconcat("-jitdump=", dir, NULL));
        g_ptr_array_add(parser->inherited, g_strdup("-jitdump-resume"));
        return value;
    }
    g_ptr_array_add(parser->inherited,
                    g_strdup_printf("-%.*s", (int)strcspn(spec->names, "|"), spec->names));
    if (!spec->value) {
        return NULL;
    }
    /* Absolute, because the guest may change its directory before it executes another. */
    kept = spec->handle == on_root || spec->handle == on_log_file
               ? g_canonicalize_filename(value, NULL)
               : g_strdup(value);
    g_ptr_array_add(parser->inherited, kept);
    if (spec->handle == on_log_file) {
        g_ptr_array_add(parser->inherited, g_strdup("-log-append"));
    }
    return kept;
}

static void apply(OptionsParser *parser, const OptionSpec *spec, const char *value)
{
    spec->handle(parser, spec->inherited ? inherit(parser, spec, value) : value);
}

static void read_environment(OptionsParser *parser)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(specs) && !parser->error; i++) {
        const char *value = specs[i].variable ? getenv(specs[i].variable) : NULL;

        if (value) {
            apply(parser, &specs[i], value);
        }
    }
    if (parser->error) {
        char *error = g_strdup_printf("in the environment: %s", parser->error);

        g_free(parser->error);
        parser->error = error;
    }
}

/* One option at argv[i]; returns how many arguments it took. */
static int read_option(OptionsParser *parser, char **argv)
{
    const char *text = argv[0] + (argv[0][1] == '-' ? 2 : 1);
    const char *equals = strchr(text, '=');
    size_t size = equals ? (size_t)(equals - text) : strlen(text);
    const OptionSpec *spec = find_spec(text, size);

    if (!spec) {
        set_error(parser, g_strdup_printf("unknown option %s (see --help)", argv[0]));
        return 1;
    }
    if (!spec->value) {
        if (equals) {
            set_error(parser, g_strdup_printf("option -%.*s takes no value", (int)size, text));
            return 1;
        }
        apply(parser, spec, NULL);
        return 1;
    }
    if (equals || is_optional(spec)) {
        apply(parser, spec, equals ? equals + 1 : NULL);
        return 1;
    }
    if (!argv[1]) {
        set_error(parser, g_strdup_printf("option %s wants a value: %s", argv[0], spec->value));
        return 1;
    }
    apply(parser, spec, argv[1]);
    return 2;
}

/* Returns the index of the first argument that is the guest's. */
static int read_arguments(OptionsParser *parser, int argc, char **argv)
{
    int i = 1;

    while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0' && !parser->error && !parser->done) {
        if (strcmp(argv[i], "--") == 0) {
            return i + 1;
        }
        i += read_option(parser, &argv[i]);
    }
    return i;
}

/*
 * Started by the kernel for a program: its path, its argv[0], its arguments.  Options come from
 * the environment alone.  Returns the index of the program.
 */
static int read_binfmt_arguments(OptionsParser *parser, char **argv)
{
    parser->options->argv0 = argv[2];
    /* A script's name, where the program is its interpreter. */
    parser->options->exec_name = (const char *)getauxval(AT_EXECFN);
    argv[2] = argv[1];
    return 2;
}

static void print_log_items(void)
{
#define X(id, name, help) printf("  %-10s %s\n", name, help);
    LOG_ITEMS(X)
#undef X
}

static void configure_log(OptionsParser *parser)
{
    const char *reason = NULL;
    g_autofree char *items = NULL;
    int error;

    if (parser->log_items && strcmp(parser->log_items, "help") == 0) {
        print_log_items();
        parser->done = true;
        return;
    }
    items = g_strconcat(parser->log_items ? parser->log_items : "",
                        parser->log_items && parser->strace ? "," : "",
                        parser->strace ? "strace" : "", NULL);
    if (*items && !log_configure(items, &reason)) {
        /* Its first line; the rest lists the known ones, as -d help does. */
        set_error(parser, g_strdup_printf("-d: %.*s (-d help lists them)",
                                          (int)strcspn(reason, "\n:;"), reason));
        return;
    }
    if (parser->log_filter && !log_set_filter(parser->log_filter, &reason)) {
        set_error(parser, g_strdup_printf("-dfilter: %s", reason));
        return;
    }
    error = parser->log_file ? log_open(parser->log_file, parser->log_append) : 0;
    if (error < 0) {
        set_error(parser, g_strdup_printf("cannot write the log %s: %s", parser->log_file,
                                          g_strerror(-error)));
    }
}

OptionsAction options_parse(Options *options, int argc, char **argv, char **environ_,
                            char **ret_error)
{
    OptionsParser parser = { .options = options, .inherited = g_ptr_array_new() };
    int first;

    memset(options, 0, sizeof(*options));
    options->accel.stop_after = -1;
    options->guest_env = g_strdupv(environ_);
    if (!getauxval(AT_SECURE)) {
        read_environment(&parser); /* a set-user-id program's user has no say in it */
    }
    /* Not for the programs this one executes: there is one address. */
    options->guest_env = g_environ_unsetenv(options->guest_env, "DRAGOMAN_GDB");
    first = binfmt_is_caller(argc) ? read_binfmt_arguments(&parser, argv)
                                   : read_arguments(&parser, argc, argv);
    if (!parser.error && !parser.done) {
        configure_log(&parser);
    }
    if (!parser.error && !parser.done && first >= argc) {
        set_error(&parser, g_strdup("no program given (see --help)"));
    }
    g_ptr_array_add(parser.inherited, NULL);
    options->inherited = (char **)g_ptr_array_free(parser.inherited, FALSE);
    options->program = argv + first;
    options->nb_program = first < argc ? (unsigned)(argc - first) : 0;
    *ret_error = parser.error;
    return parser.error ? OPTIONS_ERROR : parser.done ? OPTIONS_DONE : OPTIONS_RUN;
}

void options_done(Options *options)
{
    g_strfreev(options->guest_env);
    g_strfreev(options->inherited);
    g_clear_pointer(&options->jitdump_dir, g_free);
    options->guest_env = options->inherited = NULL;
}
