/*
 * Locks that a vfork child may take along when it is killed.
 *
 * Such a child is a process of its own on its parent's memory and thread storage, so the C library
 * takes a lock of the child's for one of the waiting parent's thread.  Kinds that check for errors
 * then tell the parent that it "holds" a lock already: the child did when it died.
 */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

static inline void lock_init(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(lock, &attr);
    pthread_mutexattr_destroy(&attr);
}

/* After vfork, in the parent: take the lock.  True: it is the child's, who died with it. */
static inline bool lock_inherit(pthread_mutex_t *lock)
{
    return pthread_mutex_lock(lock) == EDEADLK;
}

#endif
