/* flags: -O2 -fpie -pie -nostdlib -fno-stack-protector -Wl,--no-dynamic-linker */
/* exit: 0 */
/*
 * A position-independent program without an interpreter.  The C library of the time has no start
 * files for it, so the program relocates itself: it finds its own dynamic section and applies the
 * relative relocations, which only works if the loader put it where the auxiliary vector says.
 */
#include <elf.h>
#include <stddef.h>

extern const Elf64_Dyn _DYNAMIC[] __attribute__((visibility("hidden")));
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

static const char *const words[] = { "static ", "pie ", "relocated\n" };

static long call(long number, long a, long b, long c)
{
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
    return a0;
}

static void relocate(char *base)
{
    const Elf64_Rela *rela = NULL;
    size_t size = 0;

    for (const Elf64_Dyn *dyn = _DYNAMIC; dyn->d_tag != DT_NULL; dyn++) {
        if (dyn->d_tag == DT_RELA) {
            rela = (const Elf64_Rela *)(base + dyn->d_un.d_ptr);
        } else if (dyn->d_tag == DT_RELASZ) {
            size = dyn->d_un.d_val;
        }
    }
    for (size_t i = 0; i < size / sizeof *rela; i++) {
        if (ELF64_R_TYPE(rela[i].r_info) == R_RISCV_RELATIVE) {
            *(char **)(base + rela[i].r_offset) = base + rela[i].r_addend;
        }
    }
}

static unsigned long auxiliary(const long *stack, unsigned long type)
{
    const char *const *p = (const char *const *)(stack + 1 + stack[0] + 1);

    while (*p) {
        p++;
    }
    for (const Elf64_auxv_t *aux = (const Elf64_auxv_t *)(p + 1); aux->a_type != AT_NULL; aux++) {
        if (aux->a_type == type) {
            return aux->a_un.a_val;
        }
    }
    return 0;
}

__attribute__((used)) static void start(const long *stack)
{
    const char *base = (const char *)&__ehdr_start;
    unsigned long headers = auxiliary(stack, AT_PHDR);
    int status = 0;

    relocate((char *)base);
    if (headers != (unsigned long)base + __ehdr_start.e_phoff || auxiliary(stack, AT_BASE) != 0) {
        status = 1;
    }
    for (unsigned i = 0; i < 3; i++) {
        const char *volatile const *word = (const char *volatile const *)&words[i];
        size_t length = 0;

        while ((*word)[length]) {
            length++;
        }
        call(64, 1, (long)*word, (long)length);
    }
    call(94, status, 0, 0);
    __builtin_unreachable();
}

__asm__(".globl _start\n_start:\n\tmv a0, sp\n\tandi sp, sp, -16\n\ttail start");
