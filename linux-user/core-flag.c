/*
 * The flag in a wait status that says "core dumped".
 *
 * Only the kernel can set it, and only by writing a core file: of dragoman, which nobody wants.
 * So it gets a file system of its own to write its (cut off) file to, in memory and without a
 * name anywhere: both are gone with the process.  Mounting one needs rights, which a user
 * namespace gives to anyone where the system allows them; a helper enters it, because a process
 * with threads cannot, and hands the mount over as a descriptor.
 */
#include "core-flag.h"

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    HELPER_STACK = 64 * 1024,
    /* linux/mount.h, which clashes with sys/mount.h. */
    OPEN_CLOEXEC = 1,
    CONFIG_SET_STRING = 1,
    CONFIG_CREATE = 6,
    MOUNT_CLOEXEC = 1,
    ATTR_NOSUID_NODEV_NOEXEC = 2 | 4 | 8,
};

/* Descriptor of a mount that is nowhere; -1: not allowed. */
static int mount_nowhere(void)
{
    int context = (int)syscall(SYS_fsopen, "tmpfs", OPEN_CLOEXEC);
    int mount = -1;

    if (context < 0) {
        return -1;
    }
    if (syscall(SYS_fsconfig, context, CONFIG_SET_STRING, "size", "64k", 0) == 0 &&
        syscall(SYS_fsconfig, context, CONFIG_CREATE, NULL, NULL, 0) == 0) {
        mount = (int)syscall(SYS_fsmount, context, MOUNT_CLOEXEC, ATTR_NOSUID_NODEV_NOEXEC);
    }
    close(context);
    return mount;
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    close(fd);
    return ok;
}

/* Our own user and group exist there, so that they may own the file. */
static bool enter_user_namespace(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    char line[32];

    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) {
        return false;
    }
    snprintf(line, sizeof(line), "0 %u 1", (unsigned)uid);
    if (!write_file("/proc/self/uid_map", line) || !write_file("/proc/self/setgroups", "deny")) {
        return false;
    }
    snprintf(line, sizeof(line), "0 %u 1", (unsigned)gid);
    return write_file("/proc/self/gid_map", line);
}

static int helper_main(void *opaque)
{
    int *ret_mount = opaque;

    *ret_mount = mount_nowhere();
    if (*ret_mount < 0 && enter_user_namespace()) {
        *ret_mount = mount_nowhere();
    }
    return 0;
}

bool core_flag_enter_nowhere(void)
{
    /* Ours, while we wait for it. */
    uint8_t stack[HELPER_STACK] __attribute__((aligned(16)));
    int mount = -1;
    /* On our memory and descriptors, and without a signal at its end. */
    pid_t pid =
        clone(helper_main, stack + sizeof(stack), CLONE_VM | CLONE_FILES | CLONE_VFORK, &mount);

    if (pid < 0) {
        return false;
    }
    waitpid(pid, NULL, __WALL);
    return mount >= 0 && fchdir(mount) == 0;
}
