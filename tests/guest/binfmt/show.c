/* Shows how it was called; with "again", calls itself once more; "host": the program of that name. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int lowest = open("/", O_RDONLY);

    printf("called %s:", (const char *)getauxval(AT_EXECFN));
    for (int i = 0; i < argc; i++) {
        printf(" [%s]", argv[i]);
    }
    printf(" lowest %d\n", lowest);
    fflush(stdout);
    close(lowest);
    if (argc > 2 && !strcmp(argv[1], "again")) {
        execv(argv[2], (char *[]){ "again's", "-x", NULL });
        perror(argv[2]);
        return 1;
    }
    return argc;
}
