/*
 * A wild pointer in every pointer argument of every call that dragoman does: the program is made
 * from the table of calls, so a new row is tested with no line added here.  Native and guest
 * must answer with the same error; where a pointer leads to dragoman's own memory, with the
 * error of one that leads nowhere natively.  Structures are filled with wild pointers as well.
 */
/* flags: -O2 -static -w */
#include "calls.h"

/* Their pointers are where the program itself lies, or the call ends it; mapping.c has the rest. */
static const char *const left_out[] = {
    "brk",   "mmap",   "munmap",  "mprotect",     "mremap",           "shmat",    "shmdt",
    "clone", "reboot", "seccomp", "rt_sigreturn", "remap_file_pages", "renameat",
};

static char *no_access, *last_byte, *read_only;
static uint64_t owned;

/* Addresses */

#define NOT_CANONICAL UINT64_C(0x8000000000000000)
/* Free in both programs: the same numbers in both, since some are taken for lengths. */
#define UNMAPPED UINT64_C(0x2000000000)

/* Where dragoman itself can write, seen from outside. */
static uint64_t find_owned(void)
{
#ifdef __riscv
    char path[64], line[512], rights[8];
    unsigned long start;
    uint64_t found = 0;
    pid_t pid = fork();
    FILE *maps;

    if (pid == 0) {
        pause();
        _exit(0);
    }
    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    maps = fopen(path, "r");
    while (!found && maps && fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%lx-%*x %7s", &start, rights) == 2 && start >> 38 &&
            !strncmp(rights, "rw-", 3)) {
            found = start;
        }
    }
    kill(pid, SIGKILL);
    wait(NULL);
    if (!found) {
        printf("dragoman's own memory is not to be seen\n");
    }
    return found;
#else
    return NOT_CANONICAL; /* as far outside of what programs may use */
#endif
}

static void make_addresses(void)
{
    no_access = map(1, PROT_NONE);
    read_only = map(1, PROT_READ);
    last_byte = map(2, PROT_READ | PROT_WRITE);
    mprotect(last_byte + PAGE, PAGE, PROT_NONE);
    last_byte += PAGE - 1;
    owned = find_owned();
}

static void try_pointers(const Row *row, const Variant *variant, int number, unsigned i)
{
    const struct {
        const char *name;
        uint64_t addr;
        int is_valid; /* for input: the call may be done */
    } wild[] = {
        { "NULL", 0, 1 },
        { "low", 8 },
        { "unmapped", UNMAPPED },
        { "no access", (uintptr_t)no_access },
        { "last byte", (uintptr_t)last_byte },
        { "read only", (uintptr_t)read_only, 1 },
        { "not canonical", NOT_CANONICAL },
        { "kernel's", UINT64_C(0xffffffff80000000) },
        { "dragoman's", owned },
    };
    uint64_t a[MAX_ARGS];

    for (size_t w = 0; w < sizeof(wild) / sizeof(wild[0]); w++) {
        if (wild[w].is_valid && (!strncmp(row->name, "clone", 5) || strstr(row->name, "stack"))) {
            continue; /* it would be done; sigaltstack takes zeros as long as nothing was set */
        }
        make_args(row, variant, a);
        a[i] = wild[w].addr;
        make_call(row, number, a, i, wild[w].name);
    }
}

/* Structures: { pointer, 8 } or { 8, pointer } all over. */
static void try_contents(const Row *row, const Variant *variant, int number, unsigned i)
{
    const uint64_t wild[] = { UNMAPPED, NOT_CANONICAL, owned };
    static const char *const names[] = { "holds unmapped", "holds not canonical",
                                         "holds dragoman's" };
    uint64_t a[MAX_ARGS];

    for (int k = 0; k < 6; k++) {
        uint64_t *words = (uint64_t *)(buffer + i * PAGE);

        make_args(row, variant, a);
        for (size_t w = 0; w < PAGE / 8; w++) {
            words[w] = w % 2 == k / 3 ? wild[k % 3] : 8;
        }
        a[i] = (uintptr_t)words;
        make_call(row, number, a, i, names[k % 3]);
    }
}

/* Contents that are no pointers in any case, or that would end or stop the program. */
static int has_contents(const Row *row, const Arg *arg)
{
    return (arg->kind == KIND_BYTES || arg->kind == KIND_IOV || arg->kind == KIND_OBJECT ||
            arg->kind >= KIND_ADDR) &&
           !(arg->object && strstr("SIGSET SIGACTION TIMESPEC CLONE_ARGS", arg->object)) &&
           strcmp(row->name, "prctl") && strncmp(row->name, "set_", 4);
}

static void run_row(const Row *row, const Variant *variant, int number)
{
    for (unsigned i = 0; i < MAX_ARGS && row->args[i].kind != KIND_END; i++) {
        int is_set = 0;

        for (unsigned k = 0; variant && k < 3; k++) {
            is_set |= (k == 0 || variant->set[k].index) && variant->set[k].index == (int)i;
        }
        if (row->args[i].kind >= KIND_PATH && !is_set) {
            try_pointers(row, variant, number, i);
            if (has_contents(row, &row->args[i])) {
                try_contents(row, variant, number, i);
            }
        }
    }
}

static int is_left_out(const Row *row)
{
    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
        if (!strcmp(row->name, left_out[i])) {
            return 1;
        }
    }
    for (unsigned i = 0; row->args[i].kind != KIND_END; i++) {
        if (row->args[i].kind >= KIND_PATH) {
            return 0;
        }
    }
    return 1; /* no pointers */
}

int main(void)
{
    make_addresses();
    run_rows();
    return 0;
}
