/* The first program: a line on each stream, and an exit status of its own. */
#include <stdio.h>

int main(int argc, char **argv)
{
    printf("hello, %d argument%s\n", argc - 1, argc == 2 ? "" : "s");
    fprintf(stderr, "to standard error\n");
    return 42;
}
