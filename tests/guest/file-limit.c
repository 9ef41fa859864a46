/* A limit on file sizes holds for the program's files, and not for running programs under it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_much(const char *what)
{
    static char bytes[3000];
    char path[] = "/tmp/file-limit-XXXXXX";
    int fd = mkstemp(path);
    ssize_t first = write(fd, bytes, sizeof bytes);
    ssize_t second = write(fd, bytes, sizeof bytes);

    unlink(path);
    printf("%s: %zd %zd %s\n", what, first, second, second < 0 ? strerror(errno) : "");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct rlimit limit = { 1024, 1024 };
    int status;

    signal(SIGXFSZ, SIG_IGN);
    if (argc > 1) {
        write_much("executed");
        return 3;
    }
    setrlimit(RLIMIT_FSIZE, &limit);
    write_much("here");
    if (fork() == 0) {
        write_much("child");
        execl("/proc/self/exe", argv[0], "again", NULL);
        _exit(1);
    }
    wait(&status);
    printf("status %#x\n", status);
    return 0;
}
