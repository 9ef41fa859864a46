/* Opening, reading, writing, naming and removing files, and the errors of doing so. */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "show.h"

/* No process has memory there, and on no machine is it user space and ours. */
#define BAD ((void *)0xffff800000000000)

static void test_open(void)
{
    int fd;

    SHOW_OK(fd = open("new", O_RDWR | O_CREAT | O_EXCL, 0640));
    SHOW(open("new", O_RDWR | O_CREAT | O_EXCL, 0640));
    SHOW(write(fd, "hello world\n", 12));
    SHOW(lseek(fd, 6, SEEK_SET));
    SHOW(write(fd, "there", 5));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(lseek(fd, -100, SEEK_CUR));
    SHOW(lseek(fd, 0, 99));
    SHOW(pwrite(fd, "HELLO", 5, 0));
    SHOW(pread(fd, BAD, 5, 0));
    SHOW(close(fd));
    SHOW(close(fd));
    SHOW(open("missing", O_RDONLY));
    SHOW(open("new/below", O_RDONLY));
    SHOW(open("new", O_RDONLY | O_DIRECTORY));
    SHOW(open(".", O_WRONLY));
    SHOW_OK(open(".", O_RDONLY | O_DIRECTORY));
    SHOW(open("", O_RDONLY));
    SHOW(open(BAD, O_RDONLY));
    SHOW(open(NULL, O_RDONLY));
}

static void test_append(void)
{
    char buf[64] = { 0 };
    int fd = open("new", O_RDWR | O_APPEND);

    SHOW(write(fd, "more\n", 5));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(pread(fd, buf, sizeof(buf), 0));
    printf("%s", buf);
    SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND));
    close(fd);
    fd = open("new", O_WRONLY | O_TRUNC);
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(read(fd, buf, 1));
    SHOW(ftruncate(fd, 1000));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(ftruncate(fd, -1));
    SHOW(truncate("new", 10));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(fallocate(fd, 0, 0, 5000));
    SHOW(lseek(fd, 0, SEEK_END));
    close(fd);
}

static void test_links(void)
{
    char target[PATH_MAX] = { 0 }, small[3];

    SHOW(symlink("new", "soft"));
    SHOW(symlink("loop2", "loop1"));
    SHOW(symlink("loop1", "loop2"));
    SHOW(open("loop1", O_RDONLY));
    SHOW(open("soft", O_RDONLY | O_NOFOLLOW));
    SHOW(readlink("soft", target, sizeof(target)));
    puts(target);
    SHOW(readlink("soft", small, 2));
    SHOW(readlink("soft", target, 0));
    SHOW(readlink("new", target, sizeof(target)));
    SHOW(link("new", "hard"));
    SHOW(link("new", "hard"));
    SHOW(unlink("hard"));
    SHOW(unlink("hard"));
    SHOW(rename("soft", "renamed"));
    SHOW(access("soft", F_OK));
    SHOW(access("renamed", R_OK | W_OK));
    SHOW(renameat2(AT_FDCWD, "renamed", AT_FDCWD, "new", RENAME_NOREPLACE));
    SHOW(renameat2(AT_FDCWD, "renamed", AT_FDCWD, "loop1", RENAME_EXCHANGE));
    SHOW(readlink("loop1", target, sizeof(target)));
}

static void test_directories(void)
{
    char cwd[PATH_MAX], again[PATH_MAX], deep[300];
    int dir;

    SHOW(mkdir("dir", 0755));
    SHOW(mkdir("dir", 0755));
    SHOW(mkdir("dir/sub", 0700));
    SHOW(rmdir("dir"));
    SHOW_OK(dir = open("dir", O_PATH | O_DIRECTORY));
    SHOW(mkdirat(dir, "other", 0700));
    SHOW(unlinkat(dir, "other", 0));
    SHOW(unlinkat(dir, "other", AT_REMOVEDIR));
    getcwd(cwd, sizeof(cwd));
    SHOW(chdir("dir/sub"));
    getcwd(again, sizeof(again));
    printf("%s\n", again + strlen(cwd));
    SHOW(fchdir(dir));
    getcwd(again, sizeof(again));
    printf("%s\n", again + strlen(cwd));
    SHOW(chdir("missing"));
    SHOW(chdir(cwd));
    SHOW(syscall(SYS_getcwd, again, 1));
    memset(deep, 'x', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = 0;
    SHOW(mkdir(deep, 0755));
}

static void test_modes(void)
{
    struct stat st;

    SHOW(umask(027));
    SHOW(umask(027));
    close(open("masked", O_CREAT | O_WRONLY, 0777));
    stat("masked", &st);
    printf("%o\n", st.st_mode);
    SHOW(chmod("masked", 04711));
    stat("masked", &st);
    printf("%o\n", st.st_mode);
    SHOW(fchmodat(AT_FDCWD, "masked", 0600, 0));
    stat("masked", &st);
    printf("%o\n", st.st_mode);
    SHOW(mkfifo("fifo", 0666));
    stat("fifo", &st);
    printf("%o\n", st.st_mode);
    SHOW(faccessat(AT_FDCWD, "masked", R_OK, AT_EACCESS));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "masked", R_OK, 0x40000000));
    SHOW(chown("masked", -1, -1));
    SHOW(unlink("fifo"));
}

static void test_openat2(void)
{
    struct {
        uint64_t flags, mode, resolve;
    } how = { O_RDONLY, 0, 0x08 }; /* RESOLVE_BENEATH */

    SHOW_OK(syscall(SYS_openat2, AT_FDCWD, "new", &how, sizeof(how)));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", &how, sizeof(how)));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "new", &how, 8));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "new", BAD, sizeof(how)));
}

int main(void)
{
    umask(022);
    test_open();
    test_append();
    test_links();
    test_directories();
    test_modes();
    test_openat2();
    return 0;
}
