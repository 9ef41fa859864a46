/* Code that is unmapped, replaced by another mapping, moved, and made non-executable and back. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef long Function(void);

static sigjmp_buf back;

static void handler(int number)
{
    siglongjmp(back, number);
}

static void write_code(uint32_t *code, int value)
{
    code[0] = (uint32_t)value << 20 | 10 << 7 | 0x13; /* li a0, value */
    code[1] = 0x00008067;
}

static long call(void *code)
{
    int number = sigsetjmp(back, 1);

    return number ? -number : ((Function *)code)();
}

int main(void)
{
    enum { PROT = PROT_READ | PROT_WRITE | PROT_EXEC, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS };
    uint32_t *code = mmap(NULL, 4096, PROT, PRIVATE, -1, 0), *moved;
    char name[] = "/tmp/code-remap-XXXXXX";
    int file = mkstemp(name);
    uint32_t in_file[1024];

    unlink(name);
    signal(SIGSEGV, handler);
    write_code(code, 11);
    printf("first %ld %ld\n", call(code), call(code));
    munmap(code, 4096);
    printf("unmapped %ld\n", call(code));
    code = mmap(code, 4096, PROT, PRIVATE | MAP_FIXED, -1, 0);
    write_code(code, 22);
    printf("mapped again %ld\n", call(code));
    mprotect(code, 4096, PROT_READ | PROT_WRITE);
    printf("not executable %ld\n", call(code));
    write_code(code, 33);
    mprotect(code, 4096, PROT_READ | PROT_EXEC);
    printf("executable %ld\n", call(code));
    moved = mremap(code, 4096, 8192, MREMAP_MAYMOVE);
    printf("moved %ld\n", call(moved));
    for (int i = 0; i < 3; i++) {
        write_code(in_file, 100 + i);
        if (pwrite(file, in_file, sizeof in_file, 0) != sizeof in_file) {
            return 1;
        }
        code = mmap(moved, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, file, 0);
        printf("from a file %ld\n", call(code));
    }
    mmap(moved, 4096, PROT, PRIVATE | MAP_FIXED, -1, 0);
    write_code(moved, 44);
    printf("replaced in place %ld\n", call(moved));
    return 0;
}
