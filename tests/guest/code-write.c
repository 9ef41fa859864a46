/*
 * Self-modifying code: a function written at run time, changed over and over, each time flushed by
 * __builtin___clear_cache (the riscv_flush_icache call) or, for code of its own thread, by fence.i.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

typedef long Function(long);

static uint32_t addi_a0(int immediate)
{
    return (uint32_t)immediate << 20 | 10 << 15 | 10 << 7 | 0x13;
}

enum { RET = 0x00008067 };

int main(void)
{
    uint32_t *code =
        mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    Function *function = (Function *)code;
    long sum = 0;

    for (int i = 0; i < 500; i++) {
        code[0] = addi_a0(i);
        code[1] = RET;
        __builtin___clear_cache((char *)code, (char *)(code + 2));
        sum = sum * 3 + function(i);
    }
    printf("clear_cache %ld\n", sum);
    for (int i = 0; i < 500; i++) {
        code[0] = addi_a0(-i);
        __asm__ volatile("fence.i" ::: "memory");
        sum = sum * 5 + function(i * 2);
    }
    printf("fence.i %ld\n", sum);
    /* Many functions, so that one change meets blocks chained to each other. */
    for (int i = 0; i < 1000; i++) {
        code[i] = addi_a0(1);
    }
    code[1000] = RET;
    __builtin___clear_cache((char *)code, (char *)(code + 1001));
    printf("thousand %ld\n", function(0));
    code[500] = RET;
    __builtin___clear_cache((char *)code, (char *)(code + 1001));
    printf("half %ld\n", function(0));
    return 0;
}
