/* flags: -O2 -fno-pie -no-pie -lm */
/* A dynamically linked program at a fixed address: the interpreter, relocations, lazy binding. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    char *text = strdup("dynamic");
    volatile double x = 2;

    printf("%s %.10f %.10f %d\n", text, sin(x), pow(x, 0.5), atoi("77"));
    free(text);
    return 0;
}
