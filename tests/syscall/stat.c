/* File attributes by all the calls that read and set them. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "show.h"

#define BAD ((void *)0xffff800000000000)

static void print_stat(const char *what, const struct stat *st)
{
    printf("%s: mode %o links %lu size %ld", what, st->st_mode, (unsigned long)st->st_nlink,
           (long)st->st_size);
    printf(" rdev %u:%u mtime %ld.%09ld\n", major(st->st_rdev), minor(st->st_rdev),
           (long)st->st_mtim.tv_sec, (long)st->st_mtim.tv_nsec);
}

static void test_kinds(void)
{
    struct timespec times[2] = { { 1000000001, 5 }, { 1234567890, 123456789 } };
    struct stat st;
    int fds[2];

    close(open("file", O_CREAT | O_WRONLY, 0644));
    truncate("file", 12345);
    symlink("file", "link");
    SHOW(utimensat(AT_FDCWD, "file", times, 0));
    SHOW(utimensat(AT_FDCWD, "link", times, AT_SYMLINK_NOFOLLOW));
    SHOW(stat("file", &st));
    print_stat("file", &st);
    SHOW_IF(st.st_uid == getuid() && st.st_gid == getgid());
    SHOW_IF(st.st_blksize >= 512);
    printf("atime %ld.%09ld\n", (long)st.st_atim.tv_sec, (long)st.st_atim.tv_nsec);
    SHOW(lstat("link", &st));
    print_stat("link", &st);
    SHOW(stat("link", &st));
    print_stat("through link", &st);
    SHOW(stat("/dev/null", &st));
    st.st_mtim = (struct timespec){ 0 };
    print_stat("/dev/null", &st);
    pipe(fds);
    SHOW(fstat(fds[0], &st));
    SHOW_IF(S_ISFIFO(st.st_mode));
    SHOW(fstat(99, &st));
    SHOW(stat("missing", &st));
    SHOW(syscall(SYS_newfstatat, AT_FDCWD, "file", BAD, 0));
    SHOW(syscall(SYS_newfstatat, AT_FDCWD, "file", &st, 0x40000000));
    SHOW(syscall(SYS_newfstatat, fds[0], "", &st, AT_EMPTY_PATH));
}

static void test_same_by_descriptor(void)
{
    struct stat by_name, by_fd;
    struct statx x;
    int fd = open("file", O_RDONLY);

    stat("file", &by_name);
    fstat(fd, &by_fd);
    SHOW_IF(by_name.st_ino == by_fd.st_ino && by_name.st_dev == by_fd.st_dev);
    SHOW(statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &x));
    SHOW_IF(x.stx_ino == by_name.st_ino && x.stx_mode == by_name.st_mode);
    SHOW_IF(x.stx_size == (uint64_t)by_name.st_size);
    SHOW_IF(x.stx_blocks == (uint64_t)by_name.st_blocks);
    SHOW_IF(x.stx_mtime.tv_nsec == by_name.st_mtim.tv_nsec);
    SHOW_IF(makedev(x.stx_dev_major, x.stx_dev_minor) == by_name.st_dev);
    SHOW(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &x));
    printf("%lu\n", (unsigned long)x.stx_size);
    SHOW(statx(AT_FDCWD, "file", 0, 0x80000000, &x));
    close(fd);
}

static void test_statfs(void)
{
    struct statfs here, same;
    int fd = open("file", O_RDONLY);

    SHOW(statfs(".", &here));
    SHOW(fstatfs(fd, &same));
    SHOW_IF(here.f_type == same.f_type && here.f_bsize == same.f_bsize);
    SHOW_IF(here.f_blocks == same.f_blocks && here.f_namelen == same.f_namelen);
    printf("namelen %ld\n", (long)here.f_namelen);
    SHOW(statfs("missing", &here));
    close(fd);
}

static void test_xattr(void)
{
    char value[64] = { 0 }, names[256];

    if (SHOW(setxattr("file", "user.test", "value", 5, 0)) < 0) {
        return;
    }
    SHOW(setxattr("file", "user.test", "value", 5, XATTR_CREATE));
    SHOW(getxattr("file", "user.test", value, sizeof(value)));
    puts(value);
    SHOW(getxattr("file", "user.test", value, 2));
    SHOW(getxattr("file", "user.test", NULL, 0));
    SHOW(getxattr("file", "user.other", value, sizeof(value)));
    SHOW_IF(listxattr("file", names, sizeof(names)) >= (long)sizeof("user.test"));
    SHOW(removexattr("file", "user.test"));
    SHOW(removexattr("file", "user.test"));
}

int main(void)
{
    umask(022);
    test_kinds();
    test_same_by_descriptor();
    test_statfs();
    test_xattr();
    return 0;
}
