/* inotify: events of files and directories as they are read. */
#include <fcntl.h>
#include <limits.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "show.h"

static void show_events(int fd)
{
    _Alignas(struct inotify_event) char buf[4096];
    int pending = 0;
    ssize_t size;

    SHOW(ioctl(fd, FIONREAD, &pending));
    size = read(fd, buf, sizeof(buf));
    printf("%d pending\n", pending);
    SHOW_IF(size == pending || size == -1);
    for (char *p = buf; size > 0 && p < buf + size;) {
        struct inotify_event *event = (struct inotify_event *)p;

        printf("wd %d mask %#x cookie %s len %u name %s\n", event->wd, event->mask,
               event->cookie ? "yes" : "no", event->len, event->len ? event->name : "");
        p += sizeof(*event) + event->len;
    }
    fflush(stdout);
}

static void make_events(void)
{
    int fd;

    mkdir("dir", 0700);
    fd = open("dir/file", O_RDWR | O_CREAT, 0600);
    SHOW(write(fd, "text", 4));
    SHOW(fchmod(fd, 0640));
    close(fd);
    rename("dir/file", "dir/renamed");
    unlink("dir/renamed");
    rmdir("dir");
}

int main(void)
{
    char small[8];
    int fd, other;

    SHOW(inotify_init1(0x12345));
    fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    SHOW(fcntl(fd, F_GETFL) & O_NONBLOCK);
    SHOW(fcntl(fd, F_GETFD));
    show_events(fd);
    mkdir("dir", 0700);
    SHOW(inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE | IN_MOVE));
    SHOW(inotify_add_watch(fd, "dir", IN_ALL_EVENTS));
    SHOW(inotify_add_watch(fd, "dir", IN_CREATE | IN_MASK_CREATE));
    make_events();
    show_events(fd);
    SHOW(inotify_rm_watch(fd, 1));
    SHOW(inotify_rm_watch(fd, 1));
    SHOW(read(fd, small, sizeof(small)));
    show_events(fd);
    SHOW(inotify_add_watch(fd, "missing", IN_CREATE));
    SHOW(inotify_add_watch(fd, ".", 0));
    SHOW(inotify_add_watch(fd, ".", IN_ONLYDIR | IN_CREATE));
    SHOW(inotify_add_watch(fd, (char *)16, IN_CREATE));
    SHOW(inotify_add_watch(0, ".", IN_CREATE));
    SHOW(inotify_add_watch(-1, ".", IN_CREATE));
    other = open("other", O_RDWR | O_CREAT, 0600);
    SHOW(inotify_add_watch(fd, "other", IN_ONLYDIR | IN_OPEN));
    SHOW(inotify_add_watch(fd, "other", IN_ONESHOT | IN_MODIFY));
    SHOW(write(other, "a", 1));
    SHOW(write(other, "b", 1));
    show_events(fd);
    return 0;
}
