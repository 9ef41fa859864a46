/* riscv_hwprobe and riscv_flush_icache, and the vDSO's names for them. */
#include <elf.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

#include "show.h"

enum { SYS_hwprobe = 258, SYS_flush = 259 };

typedef struct Pair {
    int64_t key;
    uint64_t value;
} Pair;

static void test_probe(void)
{
    Pair pairs[] = { { 3 }, { 4 }, { 5 }, { 7 }, { 9 }, { 1000, 5 } };
    uint64_t cpus[16] = { 1 }, none[16] = { 0 };
    Pair wanted[] = { { 4, 3 } }, missing[] = { { 4, 1 << 2 } };

    SHOW(syscall(SYS_hwprobe, pairs, 6, 0, NULL, 0));
    for (int i = 0; i < 6; i++) {
        printf("key %ld value 0x%lx\n", (long)pairs[i].key, (unsigned long)pairs[i].value);
    }
    SHOW(syscall(SYS_hwprobe, pairs, 1, sizeof(cpus), cpus, 0));
    SHOW(syscall(SYS_hwprobe, pairs, 1, sizeof(none), none, 0));
    SHOW(syscall(SYS_hwprobe, pairs, 1, 0, NULL, 2));
    SHOW(syscall(SYS_hwprobe, NULL, 1, 0, NULL, 0));
    SHOW(syscall(SYS_hwprobe, wanted, 1, sizeof(cpus), cpus, 1));
    SHOW(cpus[0]);
    SHOW(syscall(SYS_hwprobe, missing, 1, sizeof(cpus), cpus, 1));
    SHOW(cpus[0]);
    SHOW(syscall(SYS_hwprobe, wanted, 1, 0, NULL, 1));
}

static void test_flush(void)
{
    static uint32_t code[4];

    SHOW(syscall(SYS_flush, code, code + 4, 0));
    SHOW(syscall(SYS_flush, code, code + 4, 1));
    SHOW(syscall(SYS_flush, code, code + 4, 2));
}

/* Program headers, dynamic section, symbols: as a C library reads them. */
static void test_vdso(void)
{
    const uint8_t *base = (void *)getauxval(AT_SYSINFO_EHDR);
    const Elf64_Ehdr *ehdr = (void *)base;
    const Elf64_Phdr *phdr = (void *)(base + ehdr->e_phoff);
    const Elf64_Dyn *dyn = NULL;
    const Elf64_Sym *syms = NULL;
    const uint32_t *hash = NULL;
    const char *strings = NULL;
    int (*getcpu)(unsigned *, unsigned *, void *) = NULL;
    unsigned cpu = -1;

    for (int i = 0; i < ehdr->e_phnum; i++) {
        printf("segment 0x%x flags %d\n", phdr[i].p_type, phdr[i].p_flags);
        dyn = phdr[i].p_type == PT_DYNAMIC ? (void *)(base + phdr[i].p_vaddr) : dyn;
    }
    for (; dyn->d_tag != DT_NULL; dyn++) {
        strings = dyn->d_tag == DT_STRTAB ? (void *)(base + dyn->d_un.d_ptr) : strings;
        syms = dyn->d_tag == DT_SYMTAB ? (void *)(base + dyn->d_un.d_ptr) : syms;
        hash = dyn->d_tag == DT_HASH ? (void *)(base + dyn->d_un.d_ptr) : hash;
    }
    for (uint32_t i = 1; i < hash[1]; i++) {
        const char *name = strings + syms[i].st_name;

        puts(name);
        if (!strcmp(name, "__vdso_getcpu")) {
            getcpu = (void *)(base + syms[i].st_value);
        }
    }
    SHOW(getcpu(&cpu, NULL, NULL));
    SHOW_IF(cpu < (unsigned)sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    test_probe();
    test_flush();
    test_vdso();
    printf("hwcap 0x%lx\n", getauxval(AT_HWCAP));
    return 0;
}
