/* exit: SIGILL */
/* The all-zero instruction is illegal by definition; what was printed before must be out. */
#include <stdio.h>

int main(void)
{
    printf("before\n");
    fflush(stdout);
    __asm__ volatile(".half 0");
    printf("after\n");
    return 0;
}
