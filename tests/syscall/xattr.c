/* Extended attributes: by path, by link, by descriptor. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "show.h"

static char *const wild = (char *)16;

/* The names of a list, sorted: their order is the file system's. */
static void show_names(char *list, ssize_t size)
{
    int has_a = 0, has_b = 0, others = 0;

    for (char *name = list; name < list + size; name += strlen(name) + 1) {
        has_a |= !strcmp(name, "user.a");
        has_b |= !strcmp(name, "user.b");
        others += !strncmp(name, "user.", 5);
    }
    printf("a %d b %d of user's: %d\n", has_a, has_b, others);
}

static void test_values(int fd)
{
    char buf[256];

    SHOW(setxattr("file", "user.a", "value", 5, 0));
    SHOW(setxattr("file", "user.a", "again", 5, XATTR_CREATE));
    SHOW(setxattr("file", "user.b", "value", 5, XATTR_REPLACE));
    SHOW(fsetxattr(fd, "user.b", "", 0, XATTR_CREATE));
    SHOW(getxattr("file", "user.a", NULL, 0));
    memset(buf, '?', sizeof(buf));
    SHOW(getxattr("link", "user.a", buf, sizeof(buf)));
    show_bytes("value", buf, 6);
    SHOW(lgetxattr("link", "user.a", buf, sizeof(buf)));
    SHOW(lgetxattr("file", "user.a", buf, sizeof(buf)));
    SHOW(fgetxattr(fd, "user.b", buf, sizeof(buf)));
    SHOW(getxattr("file", "user.a", buf, 2));
    SHOW(lsetxattr("link", "user.a", "v", 1, 0));
}

static void test_lists(int fd)
{
    char buf[1024];
    ssize_t size;

    size = listxattr("file", buf, sizeof(buf));
    show_names(buf, size);
    size = llistxattr("file", buf, sizeof(buf));
    show_names(buf, size);
    size = flistxattr(fd, buf, sizeof(buf));
    show_names(buf, size);
    SHOW(listxattr("file", NULL, 0) == size);
    SHOW(listxattr("file", buf, 3));
    SHOW(removexattr("file", "user.a"));
    SHOW(lremovexattr("file", "user.a"));
    SHOW(fremovexattr(fd, "user.b"));
    size = listxattr("file", buf, sizeof(buf));
    show_names(buf, size);
}

static void test_errors(void)
{
    char buf[8];
    int path = open("file", O_PATH);

    SHOW(setxattr("missing", "user.a", "v", 1, 0));
    SHOW(setxattr("file", "nonsense", "v", 1, 0));
    SHOW(setxattr("file", "user.", "v", 1, 0));
    SHOW(setxattr("file", "user.a", "v", 1, 99));
    SHOW(setxattr("file", "user.a", buf, 65537, 0));
    SHOW(setxattr("file", "user.a", wild, 4, 0));
    SHOW(setxattr("file", wild, "v", 1, 0));
    SHOW(setxattr(wild, "user.a", "v", 1, 0));
    SHOW(fsetxattr(path, "user.a", "v", 1, 0));
    SHOW(fgetxattr(-1, "user.a", buf, sizeof(buf)));
    SHOW(setxattr("file", "user.a", "1234", 4, 0));
    SHOW(getxattr("file", "user.a", wild, 100));
    SHOW(listxattr("file", wild, 1000));
    SHOW(removexattr("file", wild));
    SHOW(removexattr("file", ""));
}

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);

    SHOW(symlink("file", "link"));
    test_values(fd);
    test_lists(fd);
    test_errors();
    return 0;
}
