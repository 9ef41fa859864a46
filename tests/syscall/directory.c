/* Reading directories; notification of what happens in them. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "show.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
    char *names[64];
    int n = 0;
    DIR *dir = opendir(path);

    for (struct dirent *e; (e = readdir(dir));) {
        if (asprintf(&names[n], "%s type %d", e->d_name, e->d_type) > 0) {
            n++;
        }
    }
    closedir(dir);
    qsort(names, n, sizeof(names[0]), by_name);
    for (int i = 0; i < n; i++) {
        puts(names[i]);
        free(names[i]);
    }
}

static int count(DIR *dir)
{
    int n = 0;

    while (readdir(dir)) {
        n++;
    }
    return n;
}

static void test_large(void)
{
    DIR *dir;
    long place;
    struct dirent *e;
    char name[32], kept[256];

    mkdir("large", 0755);
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "large/entry-%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
    dir = opendir("large");
    SHOW(count(dir));
    rewinddir(dir);
    for (int i = 0; i < 250; i++) {
        readdir(dir);
    }
    place = telldir(dir);
    e = readdir(dir);
    strcpy(kept, e->d_name);
    count(dir);
    seekdir(dir, place);
    e = readdir(dir);
    SHOW_IF(!strcmp(kept, e->d_name));
    closedir(dir);
}

static void test_errors(void)
{
    char buf[1024];
    int dir = open(".", O_RDONLY | O_DIRECTORY), file = open("file", O_RDONLY);

    SHOW(syscall(SYS_getdents64, file, buf, sizeof(buf)));
    SHOW(syscall(SYS_getdents64, dir, buf, 1));
    SHOW(syscall(SYS_getdents64, dir, (void *)0xffff800000000000, sizeof(buf)));
    SHOW(syscall(SYS_getdents64, 99, buf, sizeof(buf)));
}

static void test_inotify(void)
{
    char buf[4096] __attribute__((aligned(8)));
    int fd = inotify_init1(IN_NONBLOCK), watch;
    long size;

    SHOW(watch = inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE | IN_MOVE | IN_CLOSE_WRITE));
    SHOW(read(fd, buf, sizeof(buf)));
    close(open("watched", O_CREAT | O_WRONLY, 0600));
    rename("watched", "moved");
    unlink("moved");
    size = read(fd, buf, sizeof(buf));
    for (long at = 0; at < size;) {
        struct inotify_event *e = (void *)(buf + at);

        printf("mask %x name %s cookie %d\n", e->mask, e->len ? e->name : "", e->cookie != 0);
        at += sizeof(*e) + e->len;
    }
    SHOW(inotify_rm_watch(fd, watch));
    SHOW(inotify_rm_watch(fd, watch));
    SHOW(inotify_add_watch(fd, "missing", IN_CREATE));
}

int main(void)
{
    close(open("file", O_CREAT | O_WRONLY, 0600));
    mkdir("dir", 0755);
    symlink("file", "link");
    mkfifo("fifo", 0600);
    list(".");
    test_large();
    test_errors();
    test_inotify();
    return 0;
}
