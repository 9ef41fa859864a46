/*
 * binfmt_misc: the kernel starts dragoman for guest programs.
 */
#ifndef LINUX_USER_BINFMT_H
#define LINUX_USER_BINFMT_H

#include <stdio.h>

#include "linux-user/options.h"

/* "NAME MAGIC MASK" of each guest, escaped as the kernel's register file takes it. */
void binfmt_list(FILE *out);

/*
 * True if the kernel started this program for another by a rule with flag P: then argv is
 * dragoman, the other's path, its argv[0], its arguments, and nothing of it is an option.
 */
bool binfmt_is_caller(int argc);
/* With flag O or C the program is open already; nobody needs the descriptor.  At start. */
void binfmt_close_program(void);

#endif
