/*
 * The parent's WCOREDUMP().
 */
#ifndef LINUX_USER_CORE_FLAG_H
#define LINUX_USER_CORE_FLAG_H

#include <stdbool.h>

/*
 * Change to a directory that nobody else can see and that is gone with the process.  False: it
 * cannot be had here, nothing has changed.
 */
bool core_flag_enter_nowhere(void);

#endif
