/* linux-user: the initial stack, read back the way a C library reads it. */
#include <elf.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "linux-user-fake.h"
#include "linux-user/stack.h"

static char *arguments[] = { "prog", "one", "", "three", NULL };
static char *environment[] = { "A=1", "LONG=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL };

static const StackInfo info = {
    .phdr = 0x10040,
    .entry = 0x10400,
    .phnum = 7,
    .phentsize = 56,
    .interp_base = 0x7000,
    .exec_name = "./prog",
    .argv = arguments,
    .envp = environment,
};

static uint64_t word_at(GuestTask *task, GuestAddr addr)
{
    uint64_t word = 0;

    g_assert_true(guest_get_word(task, addr, &word));
    return word;
}

static void check_string(GuestTask *task, GuestAddr addr, const char *text)
{
    g_autofree char *got = NULL;

    g_assert_cmpint(guest_string(task, addr, 4096, &got), ==, 0);
    g_assert_cmpstr(got, ==, text);
}

/* Checks the strings of a NULL-ended array and returns the address behind it. */
static GuestAddr check_array(GuestTask *task, GuestAddr at, char **strings)
{
    for (; *strings; strings++, at += 8) {
        check_string(task, word_at(task, at), *strings);
    }
    g_assert_cmpuint(word_at(task, at), ==, 0);
    return at + 8;
}

static uint64_t aux_value(GuestTask *task, GuestAddr auxv, uint64_t type)
{
    for (; word_at(task, auxv) != AT_NULL; auxv += 16) {
        if (word_at(task, auxv) == type) {
            return word_at(task, auxv + 8);
        }
    }
    g_error("no entry %u", (unsigned)type);
    return 0;
}

static void test_layout(void)
{
    GuestTask *task = fake_process();
    Process *process = task->process;
    GuestAddr sp, at;
    uint64_t words[2];
    int64_t mapped;

    g_assert_cmpstr(stack_map(process, 1 << 20, false), ==, NULL);
    process->vdso = 0x5000;
    g_assert_cmpstr(stack_build(task, &info), ==, NULL);
    sp = process->stack_start;
    g_assert_cmpuint(sp % 16, ==, 0);
    g_assert_cmpuint(sp, ==,
                     guest_state_addr(process->arch, task->vcpu.state, process->arch->sp_offset));
    g_assert_cmpuint(word_at(task, sp), ==, 4);
    at = check_array(task, sp + 8, arguments);
    at = check_array(task, at, environment);

    g_assert_cmpuint(aux_value(task, at, AT_PHDR), ==, info.phdr);
    g_assert_cmpuint(aux_value(task, at, AT_PHNUM), ==, info.phnum);
    g_assert_cmpuint(aux_value(task, at, AT_PHENT), ==, info.phentsize);
    g_assert_cmpuint(aux_value(task, at, AT_ENTRY), ==, info.entry);
    g_assert_cmpuint(aux_value(task, at, AT_BASE), ==, info.interp_base);
    g_assert_cmpuint(aux_value(task, at, AT_PAGESZ), ==, 4096);
    g_assert_cmpuint(aux_value(task, at, AT_UID), ==, getuid());
    g_assert_cmpuint(aux_value(task, at, AT_SYSINFO_EHDR), ==, 0x5000);
    check_string(task, aux_value(task, at, AT_EXECFN), "./prog");
    g_assert_true(guest_get(task, aux_value(task, at, AT_RANDOM), words, 16));
    g_assert_true(words[0] != 0 && words[1] != 0 && words[0] != words[1]);
    g_assert_cmpuint(process->auxv_size % 16, ==, 0);
    memcpy(words, process->auxv, 16);
    g_assert_cmpuint(words[0], ==, AT_SYSINFO_EHDR);
    g_assert_cmpuint(words[1], ==, 0x5000);

    /* The strings lie in memory in order, back to back, as setproctitle() needs them. */
    check_string(task, process->arg_start, "prog");
    check_string(task, process->arg_start + 5, "one");
    g_assert_cmpuint(process->arg_end, ==, process->env_start);
    check_string(task, process->env_start, "A=1");

    /* All of it usable, nothing below it. */
    g_assert_cmpuint(process->stack_high - process->stack_low, ==, 1 << 20);
    g_assert_true(guest_put_u8(task, process->stack_low, 1));
    g_assert_false(guest_put_u8(task, process->stack_low - 1, 1));
    mapped = guest_mmap(process->mm, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_cmpint(mapped, >, 0);
    g_assert_true((GuestAddr)mapped + 4096 <= process->stack_low - (1 << 20) ||
                  (GuestAddr)mapped >= process->stack_high);
    fake_process_free(task);
}

/* Every number of arguments gives an aligned stack. */
static void test_alignment(void)
{
    char *many[12] = { NULL };

    for (unsigned n = 0; n < G_N_ELEMENTS(many) - 1; n++) {
        GuestTask *task = fake_process();
        StackInfo other = info;

        other.argv = many;
        g_assert_cmpstr(stack_map(task->process, 1 << 20, true), ==, NULL);
        g_assert_cmpstr(stack_build(task, &other), ==, NULL);
        g_assert_cmpuint(task->process->stack_start % 16, ==, 0);
        g_assert_cmpuint(word_at(task, task->process->stack_start), ==, n);
        g_assert_cmpint(guest_page_flags(task->process->mm, task->process->stack_low), ==,
                        PROT_READ | PROT_WRITE | PROT_EXEC);
        fake_process_free(task);
        many[n] = "argument";
    }
}

static void test_too_much(void)
{
    GuestTask *task = fake_process();
    g_autofree char *big = g_strnfill(1 << 17, 'x');
    char *many[] = { "prog", big, NULL };
    StackInfo other = info;
    g_autofree char *error = NULL;
    g_autofree char *huge = NULL;

    other.argv = many;
    g_assert_cmpstr(stack_map(task->process, 1 << 16, false), ==, NULL);
    error = stack_build(task, &other);
    g_assert_nonnull(error);
    huge = stack_map(task->process, UINT64_C(1) << 60, false);
    g_assert_nonnull(huge);
    fake_process_free(task);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stack/layout", test_layout);
    g_test_add_func("/stack/alignment", test_alignment);
    g_test_add_func("/stack/too-much", test_too_much);
    return g_test_run();
}
