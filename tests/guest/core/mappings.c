/*
 * One mapping of each kind, then a fault.  Prints "name address size" of each: the core files of
 * a native and of an emulated run must hold the same part of each.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 4 * 4096 };

/* A hole on both sides, so that no two are one. */
static char *place(void)
{
    static char *next = (char *)0x20000000;

    next += 16 * SIZE;
    return next;
}

static char *map(const char *name, int prot, int flags, int fd, off_t offset)
{
    char *p = mmap(place(), SIZE, prot, flags | MAP_FIXED, fd, offset);

    if (p == MAP_FAILED) {
        perror(name);
        exit(1);
    }
    printf("%s %lx %x\n", name, (unsigned long)p, SIZE);
    return p;
}

static int make_file(const char *name, const char *head)
{
    int fd = open(name, O_CREAT | O_TRUNC | O_RDWR, 0755);

    if (fd < 0 || write(fd, head, strlen(head)) < 0 || ftruncate(fd, 2 * SIZE) < 0) {
        perror(name);
        exit(1);
    }
    return fd;
}

int main(void)
{
    int rw = PROT_READ | PROT_WRITE;
    int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    int text = make_file("text", "hello"), elf = make_file("elf", "\177ELF");
    int memory = memfd_create("memory", 0);
    char *p;

    fchmod(text, 0644);
    ftruncate(memory, SIZE);
    map("untouched", rw, anonymous, -1, 0);
    memset(map("touched", rw, anonymous, -1, 0), 1, 4096);
    p = map("dontdump", rw, anonymous, -1, 0);
    memset(p, 2, SIZE);
    madvise(p, SIZE, MADV_DONTDUMP);
    p = map("dodump", rw, anonymous, -1, 0);
    memset(p, 2, SIZE);
    madvise(p, SIZE, MADV_DONTDUMP);
    madvise(p, SIZE, MADV_DODUMP);
    p = map("half-dontdump", rw, anonymous, -1, 0);
    memset(p, 3, SIZE);
    madvise(p + SIZE / 2, SIZE / 2, MADV_DONTDUMP);
    p = map("now-noaccess", rw, anonymous, -1, 0);
    memset(p, 4, SIZE);
    mprotect(p, SIZE, PROT_NONE);
    map("noaccess", PROT_NONE, anonymous, -1, 0);
    memset(map("shared-anonymous", rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 5, 4096);
    map("shared-memfd", rw, MAP_SHARED, memory, 0)[0] = 6;
    map("shared-file", rw, MAP_SHARED, text, 0)[8] = 7;
    map("private-file", PROT_READ, MAP_PRIVATE, text, 0);
    map("private-file-written", rw, MAP_PRIVATE, text, 0)[9] = 8;
    map("elf-start", PROT_READ, MAP_PRIVATE, elf, 0);
    map("elf-start-code", PROT_READ | PROT_EXEC, MAP_PRIVATE, elf, 0);
    map("elf-start-noaccess", PROT_NONE, MAP_PRIVATE, elf, 0);
    map("elf-middle", PROT_READ, MAP_PRIVATE, elf, SIZE);
    fflush(stdout);
    *(volatile char *)8 = 0;
    return 0;
}
