/* Processes: fork, vfork, exec and spawn, waiting, groups, environment, what survives exec. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "show.h"

extern char **environ;

static void show_status(int status)
{
    if (WIFEXITED(status)) {
        printf("exited %d\n", WEXITSTATUS(status));
    } else if (WIFSIGNALED(status)) {
        printf("killed by %s\n", sigabbrev_np(WTERMSIG(status)));
    } else if (WIFSTOPPED(status)) {
        printf("stopped by %s\n", sigabbrev_np(WSTOPSIG(status)));
    } else {
        printf("continued\n");
    }
    fflush(stdout);
}

static void test_wait(void)
{
    struct rusage usage;
    siginfo_t info;
    int status, fds[2];
    pid_t pid;
    char byte;

    pipe(fds);
    if ((pid = fork()) == 0) {
        _exit(300);
    }
    SHOW_IF(wait4(pid, &status, 0, &usage) == pid);
    show_status(status);
    SHOW_IF(usage.ru_utime.tv_sec == 0 && usage.ru_maxrss >= 0);
    if ((pid = fork()) == 0) {
        raise(SIGKILL);
    }
    SHOW(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
    printf("code %d status %d own pid %d\n", info.si_code, info.si_status, info.si_pid == pid);
    SHOW_IF(waitpid(pid, &status, 0) == pid);
    show_status(status);
    if ((pid = fork()) == 0) {
        raise(SIGSTOP);
        read(fds[0], &byte, 1);
        _exit(4);
    }
    SHOW_IF(waitpid(pid, &status, WUNTRACED) == pid);
    show_status(status);
    SHOW(waitpid(pid, &status, WNOHANG));
    SHOW(kill(pid, SIGCONT));
    SHOW_IF(waitpid(pid, &status, WCONTINUED) == pid);
    show_status(status);
    write(fds[1], "x", 1);
    SHOW_IF(waitpid(-1, &status, 0) == pid);
    show_status(status);
    SHOW(waitpid(-1, &status, 0));
    SHOW(waitpid(pid, &status, 0));
    SHOW(waitid(99, 0, &info, WEXITED));
}

static void test_identity(void)
{
    pid_t parent = getpid(), pid;

    SHOW_IF(getpid() == gettid());
    fflush(stdout);
    if ((pid = fork()) == 0) {
        SHOW_IF(getppid() == parent && getpid() != parent && getpid() == gettid());
        SHOW(setpgid(0, 0));
        SHOW_IF(getpgrp() == getpid());
        SHOW(kill(0, 0));
        SHOW_IF(getsid(0) == getsid(parent));
        fflush(stdout);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    SHOW(kill(pid, 0));
    SHOW(kill(1 << 30, SIGTERM));
    SHOW(kill(parent, 99));
    SHOW(getpgid(pid));
}

static void test_exec(char *self)
{
    char *env[] = { "A=1", "B=two words", NULL };
    char *argv[] = { "other name", "child", "x", "", NULL };
    int status, fds[2];
    sigset_t usr2;
    pid_t pid;

    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    pipe(fds);
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    dup2(fds[1], 77);
    dup3(fds[1], 78, O_CLOEXEC);
    fflush(stdout);
    if ((pid = fork()) == 0) {
        signal(SIGUSR1, SIG_IGN);
        sigprocmask(SIG_BLOCK, &usr2, NULL);
        execve("/proc/self/exe", argv, env);
        _exit(99);
    }
    waitpid(pid, &status, 0);
    show_status(status);
    SHOW(execve("missing", argv, env));
    SHOW(execve(".", argv, env));
    close(open("not-a-program", O_CREAT | O_WRONLY, 0755));
    close(open("not-executable", O_CREAT | O_WRONLY, 0644));
    SHOW(execve("not-executable", argv, env));
    SHOW(execve((void *)0xffff800000000000, argv, env));
    SHOW(execve(self, (void *)0xffff800000000000, env));
}

static int child_main(int argc, char **argv)
{
    struct sigaction act;
    sigset_t blocked;

    printf("child:");
    for (int i = 0; i < argc; i++) {
        printf(" [%s]", argv[i]);
    }
    for (char **e = environ; *e; e++) {
        printf(" {%s}", *e);
    }
    printf("\n");
    SHOW(fcntl(77, F_GETFD));
    SHOW(fcntl(78, F_GETFD));
    sigaction(SIGUSR1, NULL, &act);
    SHOW_IF(act.sa_handler == SIG_IGN);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    SHOW(sigismember(&blocked, SIGUSR2));
    return 12;
}

static void test_script(void)
{
    char *argv[] = { "ignored", "one", "two", NULL };
    int fd = open("script", O_CREAT | O_WRONLY, 0755), status;
    pid_t pid;

    dprintf(fd, "#!/bin/echo first option\n");
    close(fd);
    fflush(stdout);
    if ((pid = fork()) == 0) {
        execv("./script", argv);
        _exit(98);
    }
    waitpid(pid, &status, 0);
    show_status(status);
}

static void test_spawn(void)
{
    char *argv[] = { "/bin/sh", "-c", "[ $CODE = 9 ] && exit $CODE", NULL },
         *env[] = { "CODE=9", NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t set;
    int status = 0;
    pid_t pid;

    fflush(stdout);
    SHOW(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, env));
    waitpid(pid, &status, 0);
    show_status(status);
    /* The error comes back through memory that the child shares. */
    printf("%s\n", strerrorname_np(posix_spawn(&pid, "/missing", NULL, NULL, argv, env)));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "spawned", O_CREAT | O_WRONLY, 0600);
    posix_spawnattr_init(&attr);
    sigfillset(&set);
    posix_spawnattr_setsigdefault(&attr, &set);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    signal(SIGUSR1, SIG_IGN);
    SHOW(posix_spawn(&pid, "/bin/sh", &actions, &attr, argv, env));
    waitpid(pid, &status, 0);
    show_status(status);
    SHOW_IF(signal(SIGUSR1, SIG_DFL) == SIG_IGN); /* the child's reset is not ours */
    SHOW(access("spawned", F_OK));
    SHOW(WEXITSTATUS(system("exit 5")));
}

static volatile int changed_by_child;

static void test_vfork(void)
{
    int status;
    pid_t pid = vfork();

    if (pid == 0) {
        changed_by_child = 1;
        _exit(7);
    }
    SHOW(changed_by_child);
    waitpid(pid, &status, 0);
    show_status(status);
    pid = vfork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", "exit 8", (char *)NULL);
        _exit(99);
    }
    waitpid(pid, &status, 0);
    show_status(status);
}

static void test_clone_words(void)
{
    int *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    long pid;

#if defined(__x86_64__)
    pid = syscall(SYS_clone,
                  CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID | SIGCHLD, 0,
                  &words[0], &words[1], 0);
#else
    pid = syscall(SYS_clone,
                  CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID | SIGCHLD, 0,
                  &words[0], 0, &words[1]);
#endif
    if (pid == 0) {
        words[2] = words[1] == gettid();
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    SHOW_IF(words[0] == pid);
    SHOW_IF(words[1] == pid); /* cleared only if someone else shares the memory map */
    SHOW(words[2]);
    SHOW(syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0));
}

static void test_prctl(void)
{
    char name[16] = { 0 };
    int value = 99;

    SHOW(prctl(PR_SET_NAME, "a name longer than 15"));
    SHOW(prctl(PR_GET_NAME, name));
    puts(name);
    SHOW(prctl(PR_SET_PDEATHSIG, SIGTERM));
    SHOW(prctl(PR_GET_PDEATHSIG, &value));
    SHOW(value);
    SHOW(prctl(PR_SET_PDEATHSIG, 0));
    SHOW(prctl(PR_GET_DUMPABLE));
    SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SHOW(prctl(PR_GET_NAME, (void *)0xffff800000000000));
    SHOW(prctl(123456, 0));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return child_main(argc, argv);
    }
    test_wait();
    test_identity();
    test_exec(argv[0]);
    test_script();
    test_spawn();
    test_vfork();
    test_clone_words();
    test_prctl();
    return 0;
}
