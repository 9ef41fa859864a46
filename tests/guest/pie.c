/* flags: -O2 -fpie -pie */
/* A position-independent program with relocated data, constructors and thread-local storage. */
#include <stdio.h>
#include <string.h>

static int order;
static __thread int local = 41;
static const char *const names[] = { "zero", "one", "two" };
static int (*const printer)(const char *, ...) = printf;

__attribute__((constructor)) static void before(void)
{
    order = 1;
}

__attribute__((destructor)) static void after(void)
{
    printf("destructor %d\n", order);
}

int main(void)
{
    local++;
    printer("%s %d %d\n", names[2], local, order);
    printf("above the first gigabyte: %d\n", (unsigned long)&order > 1ul << 30);
    order = 2;
    return 0;
}
