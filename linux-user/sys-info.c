/*
 * The system as a whole: uname, reboot.
 */
#include <errno.h>
#include <glib.h>
#include <linux/reboot.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

/* int uname(struct utsname *buf): the host's, on the guest's machine */
int64_t sys_uname(GuestTask *task, const SysArgs *args)
{
    const char *release = task->process->options->uname_release;
    struct utsname names;

    if (uname(&names) < 0) {
        return -errno;
    }
    if (release) {
        g_strlcpy(names.release, release, sizeof(names.release));
    }
    g_strlcpy(names.machine, task->process->abi->uname_machine, sizeof(names.machine));
    return guest_put(task, args->v[0], &names, sizeof(names)) ? 0 : -EFAULT;
}

/* int reboot(int magic, int magic2, int command, void *arg): the host is asked what it cannot do */
int64_t sys_reboot(GuestTask *task, const SysArgs *args)
{
    if ((uint32_t)args->v[0] == LINUX_REBOOT_MAGIC1) {
        sys_unimp("reboot");
        return -EPERM;
    }
    return sys_result(syscall(SYS_reboot, 0, 0, 0, NULL));
}
