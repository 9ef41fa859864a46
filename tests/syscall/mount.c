/* Mounts, namespaces and administration: refused as natively, or done in a user namespace. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "show.h"

static void *const wild = (void *)16;

/* Without privileges of the machine, whoever runs this: a user namespace of our own. */
static void in_namespace(void)
{
    struct utsname names;
    struct statfs fs;
    int fd;

    if (SHOW(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC)) == -1) {
        return;
    }
    SHOW(sethostname("inside", 6));
    SHOW(setdomainname("inside", 6));
    SHOW(uname(&names));
    printf("%s %s\n", names.nodename, names.domainname);
    SHOW(sethostname(wild, 6));
    SHOW(sethostname("x", 1000));
    mkdir("mnt", 0700);
    SHOW(mount("none", "mnt", "tmpfs", MS_NOSUID | MS_NODEV, "size=64k"));
    SHOW(statfs("mnt", &fs));
    printf("type %#lx size %ld blocks %ld files %d name %ld flags %#lx\n", (long)fs.f_type,
           (long)fs.f_bsize, (long)fs.f_blocks, fs.f_files > 0, (long)fs.f_namelen,
           (long)fs.f_flags);
    fd = open("mnt/file", O_RDWR | O_CREAT, 0600);
    SHOW(fstatfs(fd, &fs));
    SHOW(umount2("mnt", 0));
    close(fd);
    SHOW(mount("none", "mnt", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    SHOW(open("mnt/other", O_RDWR | O_CREAT, 0600));
    SHOW(umount2("mnt", 0x1000));
    SHOW(umount2("mnt", MNT_DETACH));
    SHOW(umount2("mnt", 0));
    SHOW(umount2(wild, 0));
    SHOW(mount("none", "mnt", "nothing", 0, NULL));
    SHOW(mount("none", "missing", "tmpfs", 0, NULL));
    SHOW(mount("none", wild, "tmpfs", 0, NULL));
    SHOW(mount("none", "mnt", wild, 0, NULL));
    SHOW(mount(wild, "mnt", "tmpfs", 0, NULL));
    SHOW(mount("none", "mnt", "tmpfs", 0, wild));
    SHOW_OK(fd = syscall(SYS_fsopen, "tmpfs", 1));
    SHOW(syscall(SYS_fsconfig, fd, 1, "size", "64k", 0));
    SHOW(syscall(SYS_fsconfig, fd, 1, wild, "64k", 0));
    SHOW(syscall(SYS_fsconfig, fd, 6, NULL, NULL, 0));
    SHOW_OK(fd = syscall(SYS_fsmount, fd, 1, 0));
    SHOW(syscall(SYS_move_mount, fd, "", AT_FDCWD, "mnt", 4));
    SHOW(statfs("mnt", &fs));
    printf("type %#lx\n", (long)fs.f_type);
    SHOW_OK(syscall(SYS_open_tree, AT_FDCWD, "mnt", 1));
    SHOW(syscall(SYS_open_tree, AT_FDCWD, wild, 1));
    SHOW(syscall(SYS_fspick, AT_FDCWD, "missing", 0));
    SHOW(chroot("mnt"));
    SHOW(open("/file", O_RDONLY));
}

static void test_refused(void)
{
    SHOW(mount("none", "missing", wild, 0, NULL));
    SHOW(syscall(SYS_fsopen, "nothing", 0));
    SHOW(syscall(SYS_fsopen, wild, 0));
    SHOW(syscall(SYS_pivot_root, wild, wild));
    SHOW(swapon("missing", 0));
    SHOW(swapoff("missing"));
    SHOW(syscall(SYS_reboot, 1, 2, 3, NULL));
    SHOW(unshare(0x1));
    SHOW(setns(-1, 0));
    SHOW(setns(0, 0));
    SHOW(statfs("missing", wild));
    SHOW(statfs("/", wild));
    SHOW(fstatfs(-1, wild));
}

int main(void)
{
    int status;

    test_refused();
    mkdir("area", 0777);
    chmod("area", 0777);
    chdir("area");
    if (fork() == 0) {
        if (getuid() == 0) { /* the same for root and for users */
            SHOW(syscall(SYS_setresgid, 12345, 12345, 12345));
            SHOW(syscall(SYS_setresuid, 12345, 12345, 12345));
        }
        in_namespace();
        _exit(0);
    }
    wait(&status);
    SHOW(status);
    return 0;
}
