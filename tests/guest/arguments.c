/* args: one "two words" "" "*" -L --version "quote\"d" */
/* env: EMPTY= NAME=value PATHLIKE=/a:/b */
/* Arguments and environment arrive as they were given; the auxiliary vector makes sense. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    const char *base = strrchr(argv[0], '/');
    unsigned count = 0;

    printf("%d %d\n", argc, base != NULL);
    for (int i = 1; i < argc; i++) {
        printf("[%s]\n", argv[i]);
    }
    printf("argv ends: %d\n", argv[argc] == NULL);
    printf("[%s] [%s] [%s] %d\n", getenv("EMPTY"), getenv("NAME"), getenv("PATHLIKE"),
           getenv("MISSING") == NULL);
    for (char **p = environ; *p; p++) {
        count++;
    }
    printf("%u variables\n", count);
    setenv("NAME", "changed", 1);
    unsetenv("EMPTY");
    printf("%s %d\n", getenv("NAME"), getenv("EMPTY") == NULL);
    printf("page size %lu %ld\n", getauxval(AT_PAGESZ), sysconf(_SC_PAGESIZE));
    printf("phdr %d phent %lu entry %d random %d secure %lu\n", getauxval(AT_PHDR) != 0,
           getauxval(AT_PHENT), getauxval(AT_ENTRY) != 0, getauxval(AT_RANDOM) != 0,
           getauxval(AT_SECURE));
    printf("uid %d execfn %d ticks %lu\n", getauxval(AT_UID) == getuid(),
           strcmp((char *)getauxval(AT_EXECFN), argv[0]) == 0, getauxval(AT_CLKTCK));
    printf("stack aligned %d\n", ((unsigned long)(argv - 1) & 15) == 0);
    return 0;
}
