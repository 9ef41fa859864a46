/*
 * The way back out of a root directory that the guest has entered, to start dragoman again.
 */
#ifndef OUTSIDE_H
#define OUTSIDE_H

#include "linux-user/options.h"
#include "linux-user/task.h"

/*
 * Before chroot(2): open what is out of reach behind it.  True: it is kept now, false: it was
 * before, or cannot be for want of /proc; programs in there can then be executed by the kernel
 * alone (binfmt_misc).
 */
bool outside_keep(GuestTask *task);
/* After outside_keep() was true and chroot has failed. */
void outside_drop(GuestTask *task);

/*
 * execve of dragoman itself with args, from where its libraries are; the new image goes back in
 * before it opens anything of the guest's.  -errno or SYS_RESTART; -ENOENT: nothing was kept.
 */
int64_t outside_exec(GuestTask *task, char **args, char **envp);

/* In the new image: go back in.  NULL, or why that failed. */
char *outside_enter(const Options *options, Outside *ret);

/* The descriptors kept, which the guest must not touch, and how many: 0 or 2. */
unsigned outside_fds(GuestTask *task, unsigned ret[2]);

#endif
