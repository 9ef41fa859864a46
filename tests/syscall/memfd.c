/* memfd with seals, secret memory, and mappings of them. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "show.h"

enum { PAGE = 4096 };

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

static void show_link(int fd)
{
    char path[64], target[64] = { 0 };

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    SHOW(readlink(path, target, sizeof(target) - 1));
    printf("%s\n", target);
}

static void test_seals(void)
{
    int fd = memfd_create("name", MFD_ALLOW_SEALING);
    char *map;

    show_link(fd);
    SHOW(fcntl(fd, F_GET_SEALS));
    SHOW(ftruncate(fd, 2 * PAGE));
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    strcpy(map, "text");
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
    SHOW(ftruncate(fd, PAGE));
    SHOW(ftruncate(fd, 3 * PAGE));
    SHOW(munmap(map, PAGE));
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    SHOW(write(fd, "x", 1));
    SHOW((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    printf("%s\n", map);
    SHOW(mprotect(map, PAGE, PROT_READ | PROT_WRITE));
    SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE));
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    SHOW(fcntl(fd, F_GET_SEALS));
    close(fd);
}

static void test_flags(void)
{
    struct stat st;
    int fd = memfd_create("", 0);
    char *map;

    SHOW(fcntl(fd, F_GET_SEALS));
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    close(fd);
    fd = memfd_create("a", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    SHOW(fcntl(fd, F_GETFD));
    SHOW(fcntl(fd, F_GET_SEALS));
    SHOW(fstat(fd, &st));
    printf("%o\n", st.st_mode);
    SHOW(fchmod(fd, 0700));
    close(fd);
    fd = memfd_create("a", MFD_EXEC | MFD_ALLOW_SEALING);
    SHOW(ftruncate(fd, PAGE));
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
    SHOW((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    SHOW_IF(map != MAP_FAILED);
    close(fd);
    SHOW(memfd_create("a", 0x1000));
    SHOW(memfd_create("a", MFD_EXEC | MFD_NOEXEC_SEAL));
    SHOW(memfd_create((char *)16, 0));
    SHOW(fcntl(0, F_GET_SEALS));
}

static void test_name(void)
{
    char name[300];

    memset(name, 'n', sizeof(name));
    name[249] = 0;
    SHOW_OK(memfd_create(name, 0));
    name[249] = 'n';
    name[250] = 0;
    SHOW(memfd_create(name, 0));
}

static void test_secret(void)
{
    int fd = syscall(SYS_memfd_secret, 0);
    char *map;

    if (SHOW_OK(fd) == -1) {
        return;
    }
    SHOW(ftruncate(fd, PAGE));
    SHOW(write(fd, "x", 1));
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    SHOW_IF(map != MAP_FAILED);
    if (map != MAP_FAILED) {
        map[0] = 1;
        SHOW(map[0]);
    }
    SHOW(syscall(SYS_memfd_secret, 0x10));
}

int main(void)
{
    test_seals();
    test_flags();
    test_name();
    test_secret();
    return 0;
}
