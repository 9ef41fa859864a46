/*
 * What the processor can do, in the kernel's three ways of saying it: AT_HWCAP, the isa line of
 * /proc/cpuinfo, and riscv_hwprobe with the keys of kernel 6.12
 * (Documentation/arch/riscv/hwprobe.rst).
 *
 * All processors are alike, so a probe of any set of them gives the same values, and the
 * reverse question (RISCV_HWPROBE_WHICH_CPUS) is answered by all or none.
 */
#include "hwprobe.h"

#include <assert.h>
#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "target/linux-abi.h"

#include "cpu.h"
#include "linux-abi.h"

enum {
    KEY_MVENDORID,
    KEY_MARCHID,
    KEY_MIMPID,
    KEY_BASE_BEHAVIOR,
    KEY_IMA_EXT_0,
    KEY_CPUPERF_0,
    KEY_ZICBOZ_BLOCK_SIZE,
    KEY_HIGHEST_VIRT_ADDRESS,
    KEY_TIME_CSR_FREQ,
    KEY_MISALIGNED_SCALAR_PERF,
};

enum { FLAG_WHICH_CPUS = 1, MAX_CPUS = 1024 };

/*
 * An extension as cpu_flags, the kernel's isa line and KEY_IMA_EXT_0 know it.  In the order of
 * the isa line; probe_bit -1: hwprobe has no bit for it.
 */
typedef struct IsaExtension {
    uint32_t needs; /* RV_EXT_*: all of them */
    int8_t probe_bit;
    const char *name;
} IsaExtension;

static const IsaExtension extensions[] = {
    { RV_EXT_I, -1, "i" },
    { RV_EXT_M, -1, "m" },
    { RV_EXT_A, -1, "a" },
    { RV_EXT_F, -1, "f" },
    { RV_EXT_D, 0, "d" },
    { RV_EXT_C, 1, "c" },
    { RV_EXT_ZICNTR, -1, "zicntr" },
    { RV_EXT_ZICOND, 35, "zicond" },
    { RV_EXT_ZICSR, -1, "zicsr" },
    { RV_EXT_ZIFENCEI, -1, "zifencei" },
    { RV_EXT_ZIHINTPAUSE, 36, "zihintpause" },
    { RV_EXT_ZFA, 32, "zfa" },
    { RV_EXT_ZFHMIN, 28, "zfhmin" },
    { RV_EXT_C, 43, "zca" },
    { RV_EXT_C | RV_EXT_D, 45, "zcd" },
    { RV_EXT_ZBA, 3, "zba" },
    { RV_EXT_ZBB, 4, "zbb" },
    { RV_EXT_ZBC, 7, "zbc" },
    { RV_EXT_ZBS, 5, "zbs" },
};

enum { NB_EXTENSIONS = sizeof(extensions) / sizeof(extensions[0]), TIME_FREQ = 10000000 };

static bool has_extension(const RvState *rv, const IsaExtension *ext)
{
    return (rv->cpu_flags & ext->needs) == ext->needs;
}

void rv_isa_line(const void *state, char *buf, size_t size)
{
    size_t length = g_strlcpy(buf, "rv64", size);

    for (unsigned i = 0; i < NB_EXTENSIONS; i++) {
        const IsaExtension *ext = &extensions[i];

        if (has_extension(state, ext)) {
            length = ext->name[1] ? g_strlcat(buf, "_", size) : length;
            length = g_strlcat(buf, ext->name, size);
        }
    }
    assert(length < size);
}

uint64_t rv_hwcap(const void *state)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < NB_EXTENSIONS; i++) {
        const IsaExtension *ext = &extensions[i];

        if (!ext->name[1] && has_extension(state, ext)) {
            bits |= UINT64_C(1) << (ext->name[0] - 'a');
        }
    }
    return bits;
}

static uint64_t ima_ext_0(const RvState *rv)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < NB_EXTENSIONS; i++) {
        if (extensions[i].probe_bit >= 0 && has_extension(rv, &extensions[i])) {
            bits |= UINT64_C(1) << extensions[i].probe_bit;
        }
    }
    return bits;
}

typedef struct HwprobePair {
    int64_t key;
    uint64_t value;
} HwprobePair;

typedef struct CpuSet {
    uint8_t bits[MAX_CPUS / 8];
    size_t size; /* bytes the guest gave */
} CpuSet;

/* False: not a key of this kernel. */
static bool probe(const RvState *rv, int64_t key, uint64_t *ret_value)
{
    enum { BASE_IMA = 1, MISALIGNED_FAST = 3 };

    switch (key) {
    case KEY_MVENDORID:
    case KEY_MARCHID:
    case KEY_MIMPID:
    case KEY_ZICBOZ_BLOCK_SIZE: /* no Zicboz */
        *ret_value = 0;
        return true;
    case KEY_BASE_BEHAVIOR:
        *ret_value = BASE_IMA;
        return true;
    case KEY_IMA_EXT_0:
        *ret_value = ima_ext_0(rv);
        return true;
    case KEY_CPUPERF_0:
    case KEY_MISALIGNED_SCALAR_PERF:
        *ret_value = MISALIGNED_FAST;
        return true;
    case KEY_HIGHEST_VIRT_ADDRESS:
        *ret_value = RV_TASK_SIZE - 1;
        return true;
    case KEY_TIME_CSR_FREQ:
        *ret_value = TIME_FREQ;
        return true;
    default:
        return false;
    }
}

/* Keys whose value is a set of bits: asking for some of them is enough. */
static bool is_bitmask(int64_t key)
{
    return key == KEY_BASE_BEHAVIOR || key == KEY_IMA_EXT_0 || key == KEY_CPUPERF_0;
}

static bool pair_matches(const RvState *rv, const HwprobePair *pair)
{
    uint64_t value;

    if (!probe(rv, pair->key, &value)) {
        return false;
    }
    return is_bitmask(pair->key) ? (value & pair->value) == pair->value : value == pair->value;
}

static bool get_cpus(uint64_t addr, uint64_t size, const AbiSyscallHooks *hooks, CpuSet *cpus)
{
    *cpus = (CpuSet){ .size = size < sizeof(cpus->bits) ? size : sizeof(cpus->bits) };
    return hooks->get(hooks->opaque, addr, cpus->bits, cpus->size);
}

static bool has_online_cpu(const CpuSet *cpus, unsigned nb_cpus)
{
    for (unsigned i = 0; i < nb_cpus && i < 8 * cpus->size; i++) {
        if (cpus->bits[i / 8] >> i % 8 & 1) {
            return true;
        }
    }
    return false;
}

static void set_online_cpus(CpuSet *cpus, unsigned nb_cpus)
{
    for (unsigned i = 0; i < nb_cpus && i < 8 * cpus->size; i++) {
        cpus->bits[i / 8] |= 1 << i % 8;
    }
}

static void clear_offline_cpus(CpuSet *cpus, unsigned nb_cpus)
{
    for (unsigned i = nb_cpus; i < 8 * cpus->size; i++) {
        cpus->bits[i / 8] &= ~(1 << i % 8);
    }
}

static int64_t probe_values(const RvState *rv, const uint64_t *args, const AbiSyscallHooks *hooks)
{
    CpuSet cpus;

    if (args[2] || args[3]) {
        if (!get_cpus(args[3], args[2], hooks, &cpus)) {
            return -EFAULT;
        }
        if (!has_online_cpu(&cpus, hooks->nb_cpus)) {
            return -EINVAL;
        }
    }
    for (uint64_t i = 0, at = args[0]; i < args[1]; i++, at += sizeof(HwprobePair)) {
        HwprobePair pair;

        if (!hooks->get(hooks->opaque, at, &pair.key, sizeof(pair.key))) {
            return -EFAULT;
        }
        if (!probe(rv, pair.key, &pair.value)) {
            pair = (HwprobePair){ .key = -1, .value = 0 };
        }
        if (!hooks->put(hooks->opaque, at, &pair, sizeof(pair))) {
            return -EFAULT;
        }
    }
    return 0;
}

static int64_t probe_which_cpus(const RvState *rv, const uint64_t *args,
                                const AbiSyscallHooks *hooks)
{
    CpuSet cpus;
    bool match = true;

    if (!args[2] || !args[3]) {
        return -EINVAL;
    }
    if (!get_cpus(args[3], args[2], hooks, &cpus)) {
        return -EFAULT;
    }
    if (!has_online_cpu(&cpus, 8 * cpus.size)) { /* an empty set asks about all */
        set_online_cpus(&cpus, hooks->nb_cpus);
    }
    clear_offline_cpus(&cpus, hooks->nb_cpus);
    for (uint64_t i = 0, at = args[0]; i < args[1]; i++, at += sizeof(HwprobePair)) {
        HwprobePair pair;
        uint64_t unused;

        if (!hooks->get(hooks->opaque, at, &pair, sizeof(pair))) {
            return -EFAULT;
        }
        match = match && pair_matches(rv, &pair);
        if (!probe(rv, pair.key, &unused)) {
            pair = (HwprobePair){ .key = -1, .value = 0 };
            if (!hooks->put(hooks->opaque, at, &pair, sizeof(pair))) {
                return -EFAULT;
            }
        }
    }
    if (!match) {
        memset(cpus.bits, 0, sizeof(cpus.bits));
    }
    return hooks->put(hooks->opaque, args[3], cpus.bits, cpus.size) ? 0 : -EFAULT;
}

int64_t rv_sys_hwprobe(const void *state, const uint64_t *args, const AbiSyscallHooks *hooks)
{
    if (args[4] == 0) {
        return probe_values(state, args, hooks);
    }
    return args[4] == FLAG_WHICH_CPUS ? probe_which_cpus(state, args, hooks) : -EINVAL;
}
