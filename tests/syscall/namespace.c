/* clone into new namespaces, with privilege and without; setns and what is seen of them. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "show.h"

static volatile int nb_signals;

static void on_child(int signo)
{
    nb_signals++;
}

static long clone_into(unsigned long flags)
{
    return syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

static void show_host(const char *who)
{
    struct utsname names;

    uname(&names);
    printf("%s: %s\n", who, strcmp(names.nodename, "inside") ? "the old name" : "inside");
    fflush(stdout);
}

static void try_namespace(const char *what, unsigned long flags)
{
    long pid;
    int status;

    nb_signals = 0;
    errno = 0;
    pid = clone_into(flags);
    if (pid == 0) {
        SHOW(getuid());
        SHOW(sethostname("inside", 6));
        show_host("child");
        _exit(7);
    }
    printf("%s: %s\n", what, pid < 0 ? strerrorname_np(errno) : "cloned");
    while (pid > 0 && waitpid(pid, &status, 0) < 0) {
    }
    if (pid > 0) {
        SHOW(WEXITSTATUS(status));
    }
    SHOW(nb_signals);
    show_host("parent");
}

static void test_names(void)
{
    char mine[64] = { 0 }, other[64] = { 0 };
    int fds[2], status;

    SHOW(pipe(fds));
    if (clone_into(CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWNS) == 0) {
        char text[64] = { 0 };

        readlink("/proc/self/ns/ipc", text, sizeof(text) - 1);
        write(fds[1], text, sizeof(text));
        _exit(0);
    }
    close(fds[1]);
    readlink("/proc/self/ns/ipc", mine, sizeof(mine) - 1);
    SHOW(read(fds[0], other, sizeof(other)));
    SHOW_IF(!strncmp(mine, "ipc:[", 5) && strcmp(mine, other));
    while (wait(&status) < 0 && errno == EINTR) {
    }
    SHOW(setns(open("/proc/self/ns/uts", O_RDONLY), CLONE_NEWUTS));
    SHOW(setns(open("/proc/self/ns/uts", O_RDONLY), CLONE_NEWIPC));
}

int main(void)
{
    struct sigaction act = { .sa_handler = on_child };

    if (getuid() == 0) { /* the same for root and for users */
        SHOW(syscall(SYS_setresgid, 12345, 12345, 12345));
        SHOW(syscall(SYS_setresuid, 12345, 12345, 12345));
    }
    sigaction(SIGCHLD, &act, NULL);
    try_namespace("uts", CLONE_NEWUTS);
    try_namespace("net", CLONE_NEWNET);
    try_namespace("fs and ns", CLONE_FS | CLONE_NEWNS);
    try_namespace("user and uts", CLONE_NEWUSER | CLONE_NEWUTS);
    try_namespace("user, net and uts", CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWUTS);
    test_names();
    return 0;
}
