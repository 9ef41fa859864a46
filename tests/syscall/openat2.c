/* Newer file calls: openat2, statx, faccessat2, close_range, fchmodat2, renameat2, cachestat. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "show.h"

enum { PAGE = 4096, NR_fchmodat2 = 452, NR_cachestat = 451 };

static char *const wild = (char *)16;

static int open_how(const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
    struct open_how how = { flags, mode, resolve };

    return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static void test_open(void)
{
    struct {
        struct open_how how;
        uint64_t later;
    } large = { { O_RDONLY, 0, 0 }, 0 };
    int fd;

    SHOW_OK(fd = open_how("file", O_RDWR | O_CREAT | O_EXCL, 0604, 0));
    SHOW(fcntl(fd, F_GETFL) == (O_RDWR | 0100000));
    close(fd);
    SHOW(open_how("file", O_RDWR | O_CREAT | O_EXCL, 0604, 0));
    SHOW(open_how("file", O_RDONLY, 0600, 0));
    SHOW(open_how("file", 0x800000000, 0, 0));
    SHOW(open_how("file", O_CREAT | O_RDWR, 0200000, 0));
    SHOW(open_how("file", O_RDONLY, 0, 0x1000));
    SHOW(symlink("file", "link"));
    SHOW(open_how("link", O_RDONLY, 0, RESOLVE_NO_SYMLINKS));
    SHOW(open_how("link", O_RDONLY | O_NOFOLLOW, 0, 0));
    SHOW(open_how("file", O_DIRECTORY, 0, 0));
    SHOW(open_how("..", O_RDONLY, 0, RESOLVE_BENEATH));
    SHOW(open_how("/etc", O_RDONLY, 0, RESOLVE_BENEATH));
    SHOW_OK(open_how("/file", O_RDONLY, 0, RESOLVE_IN_ROOT));
    SHOW(open_how("/proc/self/exe", O_RDONLY, 0, RESOLVE_NO_MAGICLINKS));
    SHOW(open_how("/proc", O_RDONLY, 0, RESOLVE_NO_XDEV));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "file", &large, 8));
    SHOW_OK(syscall(SYS_openat2, AT_FDCWD, "file", &large, sizeof(large)));
    large.later = 1;
    SHOW(syscall(SYS_openat2, AT_FDCWD, "file", &large, sizeof(large)));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "file", wild, sizeof(struct open_how)));
    SHOW(syscall(SYS_openat2, AT_FDCWD, wild, &large, sizeof(struct open_how)));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "file", &large, PAGE + 1));
}

static void test_open_flags(void)
{
    static const int flags[] = { O_APPEND, O_NONBLOCK, O_DSYNC, O_SYNC,
                                 O_ASYNC,  O_NOATIME,  O_PATH,  O_DIRECT };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        int fd = openat(AT_FDCWD, "file", O_RDONLY | flags[i]);

        printf("%#o: %#o\n", flags[i], fcntl(fd, F_GETFL));
        close(fd);
    }
    SHOW_OK(open(".", O_RDWR | O_TMPFILE, 0600));
    SHOW(open(".", O_TMPFILE | O_RDONLY, 0600));
    SHOW(open(".", O_RDWR));
    SHOW(open("file", O_RDONLY | O_DIRECTORY));
    SHOW(open(wild, O_RDONLY));
    SHOW(open("", O_RDONLY));
    SHOW(openat(-1, "file", O_RDONLY));
}

static void test_statx(void)
{
    struct statx stx;
    struct stat st;

    SHOW(stat("file", &st));
    SHOW(statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &stx));
    SHOW_IF(stx.stx_ino == st.st_ino && stx.stx_mode == st.st_mode && stx.stx_size == st.st_size);
    SHOW_IF(stx.stx_mtime.tv_sec == st.st_mtim.tv_sec &&
            stx.stx_mtime.tv_nsec == st.st_mtim.tv_nsec);
    SHOW_IF(stx.stx_dev_major == st.st_dev >> 8 && stx.stx_nlink == st.st_nlink);
    SHOW(stx.stx_mask & STATX_BASIC_STATS);
    SHOW(statx(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &stx));
    printf("%o %lld\n", stx.stx_mode, (long long)stx.stx_size);
    SHOW(statx(0, "", AT_EMPTY_PATH, STATX_TYPE, &stx));
    SHOW(statx(AT_FDCWD, "", 0, STATX_TYPE, &stx));
    SHOW(statx(AT_FDCWD, "file", 0, STATX__RESERVED, &stx));
    SHOW(statx(AT_FDCWD, "file", AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, 0, &stx));
    SHOW(statx(AT_FDCWD, "file", 0x80000, 0, &stx));
    SHOW(statx(AT_FDCWD, "file", 0, 0, (void *)wild));
    SHOW(statx(AT_FDCWD, wild, 0, 0, &stx));
    SHOW(statx(-1, "file", 0, 0, &stx));
    SHOW(syscall(SYS_statx, -1, NULL, AT_EMPTY_PATH, 0, &stx));
}

static void test_access(void)
{
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "file", R_OK | W_OK, AT_EACCESS));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "file", X_OK, 0));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "link", F_OK, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "file", 16, 0));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "file", 0, 0x10));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, wild, 0, 0));
    SHOW(syscall(SYS_faccessat2, 0, "", 0, AT_EMPTY_PATH));
    SHOW(syscall(NR_fchmodat2, AT_FDCWD, "file", 0640, 0));
    SHOW(syscall(NR_fchmodat2, AT_FDCWD, "file", 0640, 0x10));
    SHOW(syscall(NR_fchmodat2, AT_FDCWD, wild, 0640, 0));
}

static void test_close_range(void)
{
    int fd;

    SHOW(dup2(0, 500));
    SHOW(dup2(0, 501));
    SHOW(dup2(0, 505));
    SHOW(close_range(500, 503, CLOSE_RANGE_CLOEXEC));
    SHOW(fcntl(500, F_GETFD));
    SHOW(fcntl(505, F_GETFD));
    SHOW(close_range(501, 510, 0));
    SHOW(fcntl(501, F_GETFD));
    SHOW(fcntl(500, F_GETFD));
    SHOW(close_range(500, ~0U, CLOSE_RANGE_UNSHARE));
    SHOW(fcntl(500, F_GETFD));
    SHOW(close_range(510, 500, 0));
    SHOW(close_range(500, 510, 0x100));
}

static void test_rename(void)
{
    struct stat st;

    close(open("other", O_CREAT | O_WRONLY, 0600));
    SHOW(renameat2(AT_FDCWD, "file", AT_FDCWD, "other", RENAME_NOREPLACE));
    SHOW(renameat2(AT_FDCWD, "link", AT_FDCWD, "other", RENAME_EXCHANGE));
    SHOW(lstat("other", &st));
    SHOW(S_ISLNK(st.st_mode));
    SHOW(renameat2(AT_FDCWD, "file", AT_FDCWD, "missing", RENAME_EXCHANGE));
    SHOW(renameat2(AT_FDCWD, "file", AT_FDCWD, "x", RENAME_EXCHANGE | RENAME_NOREPLACE));
    SHOW(renameat2(AT_FDCWD, "file", AT_FDCWD, wild, 0));
    SHOW(renameat2(AT_FDCWD, wild, AT_FDCWD, "x", 0));
}

static void test_cachestat(void)
{
    struct {
        uint64_t offset, size;
    } range = { 0, 0 };
    uint64_t stat[5] = { 0 };
    int fd = open("file", O_RDWR);

    SHOW(pwrite(fd, "data", 4, 0));
    SHOW(syscall(NR_cachestat, fd, &range, stat, 0));
    SHOW(stat[0]);
    SHOW(syscall(NR_cachestat, fd, &range, stat, 1));
    SHOW(syscall(NR_cachestat, fd, wild, stat, 0));
    SHOW(syscall(NR_cachestat, fd, &range, wild, 0));
    SHOW(syscall(NR_cachestat, -1, &range, stat, 0));
}

int main(void)
{
    umask(022);
    test_open();
    test_open_flags();
    test_statx();
    test_access();
    test_close_range();
    test_rename();
    test_cachestat();
    return 0;
}
