/* fork, wait, pipes, exec of another program, and statuses that come back. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int status_of(pid_t child)
{
    int status;

    waitpid(child, &status, 0);
    return status;
}

int main(int argc, char **argv)
{
    int ends[2], status;
    char buf[100] = "";
    pid_t child;

    if (argc > 1) {
        printf("executed with %s\n", argv[1]);
        return 9;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if ((child = fork()) == 0) {
        _exit(33);
    }
    status = status_of(child);
    printf("exit %d %d\n", WIFEXITED(status), WEXITSTATUS(status));
    if ((child = fork()) == 0) {
        raise(SIGTERM);
        _exit(1);
    }
    status = status_of(child);
    printf("signal %d %d\n", WIFSIGNALED(status), WTERMSIG(status));
    if ((child = fork()) == 0) {
        *(volatile int *)4 = 1;
        _exit(1);
    }
    status = status_of(child);
    printf("fault %d %d\n", WIFSIGNALED(status), WTERMSIG(status));
    if (pipe(ends) != 0) {
        return 1;
    }
    if ((child = fork()) == 0) {
        dup2(ends[1], 1);
        execl("/proc/self/exe", argv[0], "an argument", NULL);
        _exit(1);
    }
    close(ends[1]);
    read(ends[0], buf, sizeof buf - 1);
    status = status_of(child);
    printf("%s%d\n", buf, WEXITSTATUS(status));
    printf("system %d\n", WEXITSTATUS(system("exit 5")));
    return 0;
}
