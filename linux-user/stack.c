/*
 * The initial stack, as the kernel builds it.
 *
 * From the top down: a null word, the name of the program, environment strings, argument
 * strings, platform name, 16 random bytes, then, 16-byte aligned at its lower end, the words: argc, argv,
 * NULL, envp, NULL, auxv, AT_NULL.  The words are collected first, because where they begin
 * depends on how many there are.
 */
#include "stack.h"

#include <elf.h>
#include <glib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"

enum {
    /* The kernel's stack_guard_gap: 256 pages in which nothing is placed. */
    GUARD_SIZE = 256 * GUEST_PAGE_SIZE,
};

typedef struct StackBuilder {
    GuestTask *task;
    GuestAddr sp; /* lowest byte used so far */
    bool ok;      /* false: ran into the lower end or unmapped memory */
    GArray *words;
} StackBuilder;

/* Returns where the bytes are. */
static GuestAddr push_bytes(StackBuilder *b, const void *bytes, size_t size)
{
    if (b->sp - b->task->process->stack_low < size) {
        b->ok = false;
        return 0;
    }
    b->sp -= size;
    b->ok = b->ok && guest_put(b->task, b->sp, bytes, size);
    return b->sp;
}

static GuestAddr push_string(StackBuilder *b, const char *text)
{
    return push_bytes(b, text, strlen(text) + 1);
}

static void add_word(StackBuilder *b, uint64_t word)
{
    g_array_append_val(b->words, word);
}

static void add_aux(StackBuilder *b, uint64_t type, uint64_t value)
{
    add_word(b, type);
    add_word(b, value);
}

/* Strings from the last to the first, so that they lie in memory in order; then their pointers. */
static GuestAddr push_strings(StackBuilder *b, char **strings, GArray *pointers)
{
    guint count = g_strv_length(strings);

    g_array_set_size(pointers, count);
    for (guint i = count; i-- > 0;) {
        g_array_index(pointers, uint64_t, i) = push_string(b, strings[i]);
    }
    return b->sp;
}

static void add_pointers(StackBuilder *b, const GArray *pointers)
{
    for (guint i = 0; i < pointers->len; i++) {
        add_word(b, g_array_index(pointers, uint64_t, i));
    }
    add_word(b, 0);
}

static void add_auxv(StackBuilder *b, const StackInfo *info, GuestAddr exec_name,
                     GuestAddr platform, GuestAddr random)
{
    const Process *process = b->task->process;
    const LinuxAbi *abi = process->abi;
    const void *state = b->task->vcpu.state;

    if (process->vdso) {
        add_aux(b, AT_SYSINFO_EHDR, process->vdso);
    }
    add_aux(b, AT_HWCAP, abi->hwcap ? abi->hwcap(state) : 0);
    add_aux(b, AT_PAGESZ, GUEST_PAGE_SIZE);
    add_aux(b, AT_CLKTCK, abi->clock_tick ? abi->clock_tick : 100);
    add_aux(b, AT_PHDR, info->phdr);
    add_aux(b, AT_PHENT, info->phentsize);
    add_aux(b, AT_PHNUM, info->phnum);
    add_aux(b, AT_BASE, info->interp_base);
    add_aux(b, AT_FLAGS, 0);
    add_aux(b, AT_ENTRY, info->entry);
    add_aux(b, AT_UID, getuid());
    add_aux(b, AT_EUID, geteuid());
    add_aux(b, AT_GID, getgid());
    add_aux(b, AT_EGID, getegid());
    add_aux(b, AT_SECURE, getauxval(AT_SECURE));
    add_aux(b, AT_RANDOM, random);
    add_aux(b, AT_HWCAP2, abi->hwcap2 ? abi->hwcap2(state) : 0);
    add_aux(b, AT_EXECFN, exec_name);
    if (platform) {
        add_aux(b, AT_PLATFORM, platform);
    }
    if (abi->minsigstksz) {
        add_aux(b, AT_MINSIGSTKSZ, abi->minsigstksz);
    }
    add_aux(b, AT_NULL, 0);
}

static void store_words(StackBuilder *b)
{
    unsigned size = guest_word_size(b->task);
    uint64_t total = (uint64_t)b->words->len * size;

    if (b->sp - b->task->process->stack_low < total + 64) {
        b->ok = false;
        return;
    }
    /* 16: every ABI's stack alignment, and what the kernel does whatever the ABI. */
    b->sp = (b->sp - total) & ~UINT64_C(15);
    for (guint i = 0; i < b->words->len && b->ok; i++) {
        b->ok = guest_put_word(b->task, b->sp + (uint64_t)i * size,
                               g_array_index(b->words, uint64_t, i));
    }
}

/* Keep a copy of the vector for /proc/self/auxv; it is what lies from word index on. */
static void keep_auxv(StackBuilder *b, guint first)
{
    Process *process = b->task->process;
    unsigned size = guest_word_size(b->task);

    process->auxv_size = (size_t)(b->words->len - first) * size;
    process->auxv = g_malloc(process->auxv_size);
    b->ok = b->ok &&
            guest_get(b->task, b->sp + (uint64_t)first * size, process->auxv, process->auxv_size);
}

char *stack_map(Process *process, uint64_t size, bool executable)
{
    int prot = PROT_READ | PROT_WRITE | (executable ? PROT_EXEC : 0);
    GuestAddr top = guest_mm_task_size(process->mm) - GUEST_PAGE_SIZE;
    GuestAddr low, want;
    int64_t ret;

    size = guest_page_up(size);
    want = top - size - GUARD_SIZE;
    if (size >= top / 2) {
        return g_strdup_printf("a stack of %#lx bytes does not fit", (unsigned long)size);
    }
    ret = guest_mmap(process->mm, want, size + GUARD_SIZE, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (ret >= 0) {
        low = (GuestAddr)ret + GUARD_SIZE;
        process->stack_low = low;
        process->stack_high = low + size;
        ret = guest_mprotect(process->mm, low, size, prot);
    }
    if (ret < 0) {
        return g_strdup_printf("cannot map a stack of %#lx bytes: %s", (unsigned long)size,
                               g_strerror((int)-ret));
    }
    if (low - GUARD_SIZE == want) {
        /* We place what comes later, and leave it free; the host might not. */
        guest_munmap(process->mm, want, GUARD_SIZE);
    }
    /* Deep recursion touches it page by page: huge pages would only waste memory. */
    madvise((void *)low, size, MADV_NOHUGEPAGE);
    guest_mm_name(process->mm, low, "[stack]");
    guest_mm_set_mmap_base(process->mm, low - GUARD_SIZE);
    return NULL;
}

/* Strings and words; leaves the final stack pointer in b->sp. */
static void fill_stack(StackBuilder *b, const StackInfo *info)
{
    Process *process = b->task->process;
    g_autoptr(GArray) argv = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_autoptr(GArray) envp = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    GuestAddr exec_name, platform = 0, random;
    uint8_t random_bytes[16] = { 0 };
    guint first_aux;

    push_bytes(b, random_bytes, 8); /* the null word */
    exec_name = push_string(b, info->exec_name);
    process->env_end = b->sp;
    process->env_start = process->arg_end = push_strings(b, info->envp, envp);
    process->arg_start = push_strings(b, info->argv, argv);
    if (process->abi->platform) {
        platform = push_string(b, process->abi->platform);
    }
    if (getrandom(random_bytes, sizeof(random_bytes), 0) < 0) {
        memcpy(random_bytes, (const void *)getauxval(AT_RANDOM), sizeof(random_bytes));
    }
    random = push_bytes(b, random_bytes, sizeof(random_bytes));

    add_word(b, argv->len);
    add_pointers(b, argv);
    add_pointers(b, envp);
    first_aux = b->words->len;
    add_auxv(b, info, exec_name, platform, random);
    store_words(b);
    keep_auxv(b, first_aux);
}

char *stack_build(GuestTask *task, const StackInfo *info)
{
    Process *process = task->process;
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    StackBuilder b = { .task = task, .sp = process->stack_high, .ok = true, .words = words };

    fill_stack(&b, info);
    if (!b.ok) {
        return g_strdup("arguments and environment do not fit on the stack");
    }
    process->stack_start = b.sp;
    guest_state_set_addr(process->arch, task->vcpu.state, process->arch->sp_offset, b.sp);
    return NULL;
}
