/* linux-user: names of core files, and their notes for guests of any width and byte order. */
#include <elf.h>
#include <glib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../../linux-user/coredump.h"
#include "target/linux-abi.h"

static void check_name(const char *pattern, bool uses_pid, const char *expect)
{
    CoreNameInfo info = {
        .pattern = pattern,
        .uses_pid = uses_pid,
        .exe = "/usr/bin/prog",
        .signo = 11,
        .limit = 4096,
    };
    g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
    g_autofree char *uid = g_strdup_printf("%u", (unsigned)getuid());
    g_autofree char *got = core_name(&info);
    GString *want = g_string_new(expect);

    g_string_replace(want, "PID", pid, 0);
    g_string_replace(want, "UID", uid, 0);
    g_assert_cmpstr(got, ==, want->str);
    g_string_free(want, TRUE);
}

/* core(5). */
static void test_names(void)
{
    prctl(PR_SET_NAME, "a/b");
    check_name("core", false, "core");
    check_name("core", true, "core.PID");
    check_name("core.%p", true, "core.PID");
    check_name("c.%P.%i", true, "c.PID.PID.PID");
    check_name("%e-%s-%u-%c-%d", false, "a!b-11-UID-4096-1");
    check_name("%f %E", false, "prog !usr!bin!prog");
    check_name("100%%.%q%", false, "100%.");
    check_name("/var/crash/%e", false, "/var/crash/a!b");
    check_name("|/usr/lib/collect %p", false, "core.PID");
    check_name("@/run/collect.socket", false, "core.PID");
    prctl(PR_SET_NAME, "..");
    check_name("%e", false, "!.");
    prctl(PR_SET_NAME, "");
    check_name("%e", false, "!");
}

typedef struct Layout {
    const char *name;
    GuestArch arch;
    uint16_t regs_size;
    uint8_t uid_size;
    unsigned prstatus, prpsinfo; /* bytes, as debuggers know them for this architecture */
} Layout;

static const Layout layouts[] = {
    { "x86-64", { .address_bits = 64 }, 27 * 8, 0, 336, 136 },
    { "aarch64", { .address_bits = 64 }, 34 * 8, 0, 392, 136 },
    { "riscv64", { .address_bits = 64 }, 32 * 8, 0, 376, 136 },
    { "s390x", { .address_bits = 64, .big_endian = true }, 27 * 8, 0, 336, 136 },
    { "i386", { .address_bits = 32 }, 17 * 4, 2, 144, 124 },
    { "arm", { .address_bits = 32 }, 18 * 4, 2, 148, 124 },
    { "riscv32", { .address_bits = 32 }, 32 * 4, 0, 204, 128 },
    { "powerpc", { .address_bits = 32, .big_endian = true }, 48 * 4, 0, 268, 128 },
};

static uint64_t number(const uint8_t *bytes, unsigned size, bool big_endian)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++) {
        value = value << 8 | bytes[big_endian ? i : size - 1 - i];
    }
    return value;
}

/* The contents of the first note of the type; NULL: none. */
static const uint8_t *find_note(const GByteArray *notes, uint32_t type, bool big_endian,
                                unsigned *ret_size)
{
    for (guint at = 0; at < notes->len;) {
        uint64_t name = number(notes->data + at, 4, big_endian);
        uint64_t size = number(notes->data + at + 4, 4, big_endian);
        const uint8_t *contents = notes->data + at + 12 + ((name + 3) & ~3u);

        if (number(notes->data + at + 8, 4, big_endian) == type) {
            g_assert_cmpstr((const char *)notes->data + at + 12, ==, "CORE");
            *ret_size = (unsigned)size;
            return contents;
        }
        at = (guint)(contents - notes->data) + (guint)((size + 3) & ~3u);
    }
    return NULL;
}

/* Two words side by side, and two fields that share a place. */
static void check_layout(const Layout *layout)
{
    unsigned word = layout->arch.address_bits / 8, size;
    bool big = layout->arch.big_endian;
    AbiCoreReg regs[] = {
        { 0, 0, (uint8_t)word, 0, 2 }, { 32, 20, 4, 5, 1 }, { 36, 20, 4, 0, 1 }, { 0 }
    };
    AbiCoreNote set[] = { { "CORE", NT_PRSTATUS, layout->regs_size, regs }, { 0 } };
    LinuxAbi abi = { .core_notes = set, .core_uid_size = layout->uid_size };
    Process process = { .arch = &layout->arch, .abi = &abi, .task_size = 1 << 20 };
    uint64_t state[8] = { 0 };
    GuestTask task = { .process = &process, .vcpu.state = state, .tid = 4711, .blocked = 6 };
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(CoreSegment));
    siginfo_t info = { .si_signo = SIGSEGV };
    unsigned regs_at = word == 8 ? 112 : 72;
    const uint8_t *note;
    GByteArray *notes;

    g_test_message("%s", layout->name);
    pthread_mutex_init(&process.tasks_lock, NULL);
    memcpy((uint8_t *)state, &(uint64_t){ 0x1234 }, word);
    memcpy((uint8_t *)state + word, &(uint64_t){ 0x5678 }, word);
    memcpy((uint8_t *)state + 32, &(uint32_t[]){ 3, 0x11 }, 8);
    notes = core_notes(&task, &info, none);
    note = find_note(notes, NT_PRSTATUS, big, &size);
    g_assert_nonnull(note);
    g_assert_cmpuint(size, ==, layout->prstatus);
    g_assert_cmpuint(number(note, 4, big), ==, SIGSEGV);
    g_assert_cmpuint(number(note + 12, 2, big), ==, SIGSEGV);
    g_assert_cmpuint(number(note + 16 + word, word, big), ==, 6);
    g_assert_cmpuint(number(note + 16 + 2 * word, 4, big), ==, 4711);
    g_assert_cmpuint(number(note + regs_at, word, big), ==, 0x1234);
    g_assert_cmpuint(number(note + regs_at + word, word, big), ==, 0x5678);
    g_assert_cmpuint(number(note + regs_at + 20, 4, big), ==, 3 << 5 | 0x11);
    note = find_note(notes, NT_PRPSINFO, big, &size);
    g_assert_nonnull(note);
    g_assert_cmpuint(size, ==, layout->prpsinfo);
    g_byte_array_unref(notes);
}

static void test_layouts(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(layouts); i++) {
        check_layout(&layouts[i]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/names", test_names);
    g_test_add_func("/core/layouts", test_layouts);
    return g_test_run();
}
