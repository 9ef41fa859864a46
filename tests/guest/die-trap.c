/* exit: SIGTRAP */
/* ebreak with no debugger around. */
#include <stdio.h>

int main(void)
{
    printf("before\n");
    fflush(stdout);
    __asm__ volatile("ebreak");
    printf("after\n");
    return 0;
}
