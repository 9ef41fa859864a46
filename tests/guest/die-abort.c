/* abort, with output still in the buffer of an unbuffered stream. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    printf("before\n");
    abort();
}
