/* A call to an address where nothing is. */
#include <stdio.h>

int main(void)
{
    void (*volatile nowhere)(void) = (void (*)(void))0x1000;

    printf("before\n");
    fflush(stdout);
    nowhere();
    printf("after\n");
    return 0;
}
