/*
 * An odd number in every argument that is no pointer, of every call that dragoman does: unknown
 * flags and requests, sizes and descriptors out of range.  The answers must be the native kernel's.
 */
/* flags: -O2 -static -w */
#include "calls.h"

/* They end the program or reach others, leave things behind (keys), or take their time. */
static const char *const left_out[] = {
    "exit",        "exit_group",       "kill",         "tkill",           "tgkill",
    "reboot",      "seccomp",          "rt_sigreturn", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
    "clone",       "clone3",           "close",        "close_range",     "dup3",
    "shmget",      "semget",           "msgget",       "mq_open",         "pidfd_send_signal",
    "sync",        "syncfs",           "execve",       "execveat",        "remap_file_pages",
    "renameat",    "process_mrelease", "brk",          "mremap",          "restart_syscall",
    "personality", "setsid",           "setpgid",      "sched_yield",     "mlockall",
    "setrlimit",   "prlimit64",        "shmat",        "keyctl",          "add_key",
    "request_key", "sendfile",         "mmap",         "munmap",          "mprotect",
};

static int is_left_out(const Row *row)
{
    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
        if (!strcmp(row->name, left_out[i])) {
            return 1;
        }
    }
    return 0;
}

static void run_row(const Row *row, const Variant *variant, int number)
{
    static const struct {
        const char *name;
        uint64_t value;
    } odd[] = {
        { "0", 0 },
        { "1", 1 },
        { "2", 2 },
        { "3", 3 },
        { "7", 7 },
        { "16", 16 },
        { "99", 99 },
        { "1 << 12", 1 << 12 },
        { "1 << 20", 1 << 20 },
        { "INT_MAX", 0x7fffffff },
        { "INT_MIN", 0xffffffff80000000 },
        { "-1", -1 },
        { "1 << 40", UINT64_C(1) << 40 },
        { "LONG_MAX", INT64_MAX },
    };
    struct rlimit small = { 1 << 20, 1 << 20 };
    uint64_t a[MAX_ARGS];

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    for (unsigned i = 0; i < MAX_ARGS && row->args[i].kind != KIND_END; i++) {
        if (row->args[i].kind >= KIND_PATH || (i == 3 && !strcmp(row->name, "epoll_pwait"))) {
            continue; /* a pointer; a time that may be over when the signal comes */
        }
        for (size_t k = 0; k < sizeof(odd) / sizeof(odd[0]); k++) {
            if (row->args[i].kind == KIND_FD && (unsigned)odd[k].value <= STDERR_FILENO) {
                continue; /* what the program was started with */
            }
            close(open("file", O_RDWR | O_CREAT, 0700)); /* it may be gone */
            make_args(row, variant, a);
            a[i] = odd[k].value;
            make_call(row, number, a, i, odd[k].name);
        }
    }
}

int main(void)
{
    run_rows();
    return 0;
}
