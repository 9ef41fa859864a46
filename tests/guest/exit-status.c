/* exit functions run in reverse order, the status is cut to eight bits. */
#include <stdio.h>
#include <stdlib.h>

static void first(void)
{
    printf("registered first\n");
}

static void second(void)
{
    printf("registered second\n");
}

int main(void)
{
    atexit(first);
    atexit(second);
    exit(0x1ab);
}
