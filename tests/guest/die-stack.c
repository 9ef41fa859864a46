/* flags: -O1 -static -fno-optimize-sibling-calls */
/* Recursion without end. */
#include <stdio.h>

static __attribute__((noinline)) long deeper(volatile char *above, long n)
{
    volatile char frame[1000];

    frame[n % 1000] = above[n % 500];
    return deeper(frame, n + 1) + frame[0];
}

int main(void)
{
    char start[1000] = "x";

    printf("before\n");
    fflush(stdout);
    printf("%ld\n", deeper(start, 0));
    return 0;
}
