/* A store through a null pointer. */
#include <stddef.h>
#include <stdio.h>

int main(void)
{
    printf("before\n");
    fflush(stdout);
    *(volatile int *)NULL = 1;
    printf("after\n");
    return 0;
}
