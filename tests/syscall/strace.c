/* What -strace writes: the program makes calls and then prints its own log. */
/* dragoman: -strace -D strace.log */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "show.h"

static void make_calls(void)
{
    struct sigaction act = { .sa_handler = SIG_IGN, .sa_flags = SA_RESTART };
    struct sockaddr_un addr = { AF_UNIX, "nobody" };
    struct rlimit limit;
    struct stat st;
    char buf[64];
    int fds[2], status;
    pid_t pid;

    while (dup(0) < 19) { /* so that the numbers below do not depend on where the log is */
    }
    access("marker", F_OK);
    open("missing", O_RDONLY | O_CLOEXEC);
    openat(AT_FDCWD, "file", O_RDWR | O_CREAT | O_EXCL, 0640);
    write(20, "tab\there, quote\", byte \1\0002 and more than that", 45);
    lseek(20, -7, SEEK_END);
    read(20, buf, sizeof(buf));
    fstat(20, &st);
    mkdir("with \"quotes\"", 0755);
    unlinkat(AT_FDCWD, "with \"quotes\"", AT_REMOVEDIR);
    fcntl(20, F_SETFD, FD_CLOEXEC);
    close(20);
    pipe2(fds, O_CLOEXEC | O_NONBLOCK);
    read(20, NULL, 1);
    poll(&(struct pollfd){ 21, POLLOUT, 0 }, 1, 0);
    mmap(NULL, 4096, PROT_READ, MAP_SHARED, 99, 0);
    munmap((void *)1, 4096);
    sigaction(SIGUSR1, &act, NULL);
    kill(1 << 30, SIGUSR1);
    getrlimit(RLIMIT_CORE, &limit);
    connect(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), (void *)&addr, 9);
    syscall(SYS_bpf, 1, 2, 3, 4, 5, 6);
    syscall(900, 1, 2, 3, 4, 5, 6);
    access("file", R_OK | W_OK);
    access("file", F_OK);
    execve("missing", (char *[]){ "a", "b c", NULL }, NULL);
    syscall(SYS_getcwd, NULL, 0);
    if ((pid = fork()) == 0) {
        syscall(SYS_exit_group, 3);
    }
    syscall(SYS_wait4, pid, &status, 0, NULL);
}

/* Lines from the first marker to the second, with process ids as PID. */
static void print_log(pid_t pid)
{
    FILE *log = fopen("strace.log", "r");
    char line[1024], own[16];
    int markers = 0; /* reading on would log itself without end */

    snprintf(own, sizeof(own), "%d ", pid);
    while (markers < 2 && fgets(line, sizeof(line), log)) {
        char *text = strchr(line, ' ');
        char *result = strstr(line, ") = ");

        if (strstr(line, "marker")) {
            markers++;
        } else if (markers == 0 || strstr(line, "clone") || strstr(line, "robust")) {
            continue; /* addresses, and no promise which process is first */
        } else if (strstr(line, "wait4(")) {
            printf("PID wait4(PID%.*s = PID\n", (int)(result + 1 - strchr(line, ',')),
                   strchr(line, ','));
        } else {
            printf("%s%s", strncmp(line, own, strlen(own)) ? "CHILD" : "PID", text);
        }
    }
}

int main(void)
{
    make_calls();
    access("marker", F_OK);
    print_log(getpid());
    return 0;
}
