/* process_vm_readv and writev, membarrier, process_madvise, kcmp, get_mempolicy. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "show.h"

enum { PAGE = 4096 };

static void *const wild = (void *)16;
static char there[32] = "in the child";

static void test_vm(pid_t pid)
{
    char a[8] = { 0 }, b[16] = { 0 };
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec local[2] = { { a, 3 }, { b, sizeof(b) } };
    struct iovec remote[2] = { { there, 2 }, { there + 3, 6 } };
    struct iovec over = { page + PAGE - 4, 8 }, bad = { wild, 4 }, negative = { a, -1 };

    SHOW(process_vm_readv(pid, local, 2, remote, 2, 0));
    printf("%s|%s\n", a, b);
    strcpy(a, "NEW");
    SHOW(process_vm_writev(pid, local, 1, remote, 1, 0));
    SHOW(process_vm_readv(pid, local + 1, 1, &(struct iovec){ there, 12 }, 1, 0));
    printf("%s\n", b);
    munmap(page + PAGE, PAGE);
    SHOW(process_vm_readv(pid, local + 1, 1, &over, 1, 0));
    SHOW(process_vm_readv(getpid(), local + 1, 1, &over, 1, 0));
    SHOW(process_vm_readv(pid, local, 1, &bad, 1, 0));
    SHOW(process_vm_readv(pid, &bad, 1, remote, 1, 0));
    SHOW(process_vm_readv(pid, &negative, 1, remote, 1, 0));
    SHOW(process_vm_readv(pid, local, 1, &negative, 1, 0));
    SHOW(process_vm_readv(pid, wild, 1, remote, 1, 0));
    SHOW(process_vm_readv(pid, local, 1, wild, 1, 0));
    SHOW(process_vm_readv(pid, local, 2000, remote, 1, 0));
    SHOW(process_vm_readv(pid, local, 1, remote, 2000, 0));
    SHOW(process_vm_readv(pid, local, 1, remote, 1, 1));
    SHOW(process_vm_readv(pid, local, 0, remote, 1, 0));
    SHOW(process_vm_readv(1 << 30, local, 1, remote, 1, 0));
}

static void test_membarrier(void)
{
    SHOW_IF(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0) & MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
    SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
    SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
    SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0));
    SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 1, 0));
    SHOW(syscall(SYS_membarrier, 1 << 20, 0, 0));
}

static void test_advice(pid_t pid)
{
    int fd = syscall(SYS_pidfd_open, pid, 0);
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec iov = { page, PAGE }, bad = { wild, PAGE };

    SHOW(syscall(SYS_process_madvise, fd, &iov, 1, MADV_COLD, 1));
    SHOW(syscall(SYS_process_madvise, fd, &bad, 1, MADV_COLD, 0));
    SHOW(syscall(SYS_process_madvise, fd, wild, 1, MADV_COLD, 0));
    SHOW(syscall(SYS_process_madvise, -1, &iov, 1, MADV_COLD, 0));
}

static void test_kcmp(pid_t pid)
{
    int fd = dup(0);

    SHOW(syscall(SYS_kcmp, getpid(), getpid(), 0, 0, fd));
    SHOW(syscall(SYS_kcmp, getpid(), pid, 1, 0, 0) > 0);
    SHOW(syscall(SYS_kcmp, getpid(), getpid(), 99, 0, 0));
    SHOW(syscall(SYS_kcmp, getpid(), 1 << 30, 1, 0, 0));
}

static void test_policy(void)
{
    unsigned long nodes[16] = { 0 };
    int mode = -1;

    SHOW(syscall(SYS_get_mempolicy, &mode, nodes, 1024, NULL, 0));
    SHOW(mode);
    SHOW(syscall(SYS_get_mempolicy, wild, NULL, 0, NULL, 0));
    SHOW(syscall(SYS_get_mempolicy, NULL, wild, 1024, NULL, 0));
    SHOW(syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0x100));
    SHOW(syscall(SYS_set_mempolicy, 99, NULL, 0));
    SHOW(syscall(SYS_set_mempolicy, 2, wild, 64));
}

int main(void)
{
    int fds[2];
    char c;
    pid_t pid;

    SHOW(pipe(fds));
    if ((pid = fork()) == 0) {
        close(fds[1]);
        read(fds[0], &c, 1);
        _exit(strncmp(there, "NE the", 6));
    }
    test_vm(pid);
    test_membarrier();
    test_advice(pid);
    test_kcmp(pid);
    test_policy();
    close(fds[1]);
    int status;
    wait(&status);
    SHOW(status);
    return 0;
}
