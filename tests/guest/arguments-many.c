/* Half a megabyte of arguments: run again through execve with them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    enum { MANY = 5000, LENGTH = 100 };

    if (argc == 1) {
        char **args = calloc(MANY + 2, sizeof *args);

        args[0] = argv[0];
        for (int i = 1; i <= MANY; i++) {
            args[i] = malloc(LENGTH + 1);
            memset(args[i], 'a' + i % 26, LENGTH);
            args[i][LENGTH] = 0;
        }
        execv(argv[0], args);
        perror("execv");
        return 1;
    }
    unsigned long sum = 0;
    for (int i = 1; i < argc; i++) {
        for (const char *p = argv[i]; *p; p++) {
            sum = sum * 31 + (unsigned char)*p;
        }
    }
    printf("%d arguments, %lx\n", argc - 1, sum);
    return 0;
}
