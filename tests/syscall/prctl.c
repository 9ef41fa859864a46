/* prctl, capabilities, seccomp, landlock, personality: what a process may do to itself. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "show.h"

static void *const wild = (void *)16;

static void test_names(void)
{
    char name[17] = { 0 }, line[17] = { 0 };
    int fd;

    SHOW(prctl(PR_SET_NAME, "a name that is too long"));
    SHOW(prctl(PR_GET_NAME, name));
    printf("%s\n", name);
    fd = open("/proc/self/comm", O_RDONLY);
    SHOW(read(fd, line, 16));
    printf("%s", line);
    SHOW(prctl(PR_SET_NAME, wild));
    SHOW(prctl(PR_GET_NAME, wild));
    close(fd);
}

static void test_flags(void)
{
    int value = -1;

    SHOW(prctl(PR_GET_PDEATHSIG, &value));
    SHOW(value);
    SHOW(prctl(PR_SET_PDEATHSIG, SIGTERM));
    SHOW(prctl(PR_GET_PDEATHSIG, &value));
    SHOW(value);
    SHOW(prctl(PR_SET_PDEATHSIG, 999));
    SHOW(prctl(PR_GET_PDEATHSIG, wild));
    SHOW(prctl(PR_SET_CHILD_SUBREAPER, 1));
    SHOW(prctl(PR_GET_CHILD_SUBREAPER, &value));
    SHOW(value);
    SHOW(prctl(PR_GET_CHILD_SUBREAPER, wild));
    SHOW(prctl(PR_GET_DUMPABLE));
    SHOW(prctl(PR_SET_DUMPABLE, 9));
    SHOW(prctl(PR_SET_DUMPABLE, 1));
    SHOW(prctl(PR_GET_KEEPCAPS));
    SHOW(prctl(PR_SET_KEEPCAPS, 1));
    SHOW(prctl(PR_GET_KEEPCAPS));
    SHOW(prctl(PR_SET_KEEPCAPS, 9));
    SHOW(prctl(PR_GET_TIMING));
    SHOW(prctl(PR_SET_TIMING, 1));
    SHOW(prctl(PR_GET_TIMERSLACK));
    SHOW(prctl(PR_SET_TIMERSLACK, 123456));
    SHOW(prctl(PR_GET_TIMERSLACK));
    SHOW(prctl(PR_GET_SECUREBITS));
    SHOW(prctl(PR_CAPBSET_READ, CAP_CHOWN));
    SHOW(prctl(PR_CAPBSET_READ, 1000));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 1000, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    SHOW(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    SHOW(prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0));
    SHOW(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    SHOW(prctl(PR_TASK_PERF_EVENTS_DISABLE));
    SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SHOW(prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
    SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1));
    SHOW(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
    SHOW(prctl(99999));
}

static void test_caps(void)
{
    struct __user_cap_header_struct header = { 0x12345, 0 };
    struct __user_cap_data_struct data[2];

    SHOW(syscall(SYS_capget, &header, NULL));
    printf("%#x\n", header.version);
    header.version = 0x12345;
    SHOW(syscall(SYS_capget, &header, data));
    SHOW(syscall(SYS_capget, &header, data));
    SHOW_IF(data[0].effective == data[0].permitted);
    SHOW(syscall(SYS_capset, &header, data));
    header.pid = 1 << 30;
    SHOW(syscall(SYS_capget, &header, data));
    SHOW(syscall(SYS_capset, &header, data));
    header.pid = 0;
    SHOW(syscall(SYS_capget, wild, data));
    SHOW(syscall(SYS_capget, &header, wild));
    SHOW(syscall(SYS_capset, &header, wild));
    header.version = _LINUX_CAPABILITY_VERSION_1;
    SHOW(syscall(SYS_capget, &header, data));
}

static void show_child(const char *what, pid_t pid)
{
    int status;

    waitpid(pid, &status, 0);
    if (WIFSIGNALED(status)) {
        printf("%s: signal %d\n", what, WTERMSIG(status));
    } else {
        printf("%s: exit %d\n", what, WEXITSTATUS(status));
    }
    fflush(stdout);
}

/* read, write, exit and sigreturn are allowed; anything else is the end. */
static void test_strict(void)
{
    pid_t pid;

    SHOW(prctl(PR_GET_SECCOMP));
    SHOW(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
    SHOW(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, wild));
    SHOW(syscall(SYS_seccomp, 99, 0, NULL));
    SHOW(prctl(PR_SET_SECCOMP, 99, 0));
    if ((pid = fork()) == 0) {
        syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
        write(1, "strict\n", 7);
        syscall(SYS_exit, 7);
    }
    show_child("seccomp", pid);
    if ((pid = fork()) == 0) {
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
        read(0, &pid, 0);
        write(1, "strict\n", 7);
        getppid();
        write(1, "not seen\n", 9);
        syscall(SYS_exit, 7);
    }
    show_child("getppid", pid);
    if ((pid = fork()) == 0) {
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
        _exit(0); /* exit_group is not exit */
    }
    show_child("exit_group", pid);
}

static void test_landlock(void)
{
    uint64_t attr[3] = { LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG };
    struct landlock_path_beneath_attr beneath = { LANDLOCK_ACCESS_FS_WRITE_FILE };
    int fd, version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    pid_t pid;

    SHOW_IF(version > 0);
    SHOW(syscall(SYS_landlock_create_ruleset, NULL, 0, 0x100));
    SHOW(syscall(SYS_landlock_create_ruleset, wild, 8, 0));
    SHOW(syscall(SYS_landlock_create_ruleset, attr, 4, 0));
    SHOW_OK(fd = syscall(SYS_landlock_create_ruleset, attr, 8, 0));
    mkdir("allowed", 0700);
    beneath.parent_fd = open("allowed", O_PATH);
    SHOW(syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0));
    SHOW(syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, wild, 0));
    SHOW(syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &beneath, 1));
    SHOW(syscall(SYS_landlock_add_rule, -1, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0));
    SHOW(syscall(SYS_landlock_add_rule, fd, 99, &beneath, 0));
    SHOW(syscall(SYS_landlock_restrict_self, -1, 0));
    SHOW(syscall(SYS_landlock_restrict_self, fd, 0x100));
    close(open("allowed/file", O_WRONLY | O_CREAT, 0600));
    close(open("file", O_WRONLY | O_CREAT, 0600));
    if ((pid = fork()) == 0) {
        SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        SHOW(syscall(SYS_landlock_restrict_self, fd, 0));
        SHOW_OK(open("allowed/file", O_WRONLY));
        SHOW_OK(open("file", O_WRONLY));
        SHOW_OK(open("file", O_RDONLY));
        _exit(0);
    }
    show_child("landlock", pid);
}

static void test_personality(void)
{
    SHOW(personality(0xffffffff));
    SHOW(personality(ADDR_NO_RANDOMIZE));
    SHOW(personality(0xffffffff));
}

int main(void)
{
    test_names();
    test_flags();
    test_caps();
    test_strict();
    test_landlock();
    test_personality();
    return 0;
}
