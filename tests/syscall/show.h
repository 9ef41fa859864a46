/*
 * Printing results so that two runs can be compared: what a call returned, or its error's name.
 */
#ifndef SHOW_H
#define SHOW_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SHOW(lseek(fd, 0, SEEK_END)): "lseek(fd, 0, SEEK_END) = 12", or "... = -1 EBADF". */
#define SHOW(call) show_result(#call, (errno = 0, (long)(call)))
/* For results that differ from run to run (descriptors, process ids): success or the error. */
#define SHOW_OK(call) show_ok(#call, (errno = 0, (long)(call)))
/* A fact: "size is whole = yes". */
#define SHOW_IF(condition) printf("%s: %s\n", #condition, (condition) ? "yes" : "no")

static inline long show_result(const char *text, long result)
{
    int error = errno;

    if (result == -1 && error) {
        printf("%s = -1 %s\n", text, strerrorname_np(error));
    } else {
        printf("%s = %ld\n", text, result);
    }
    fflush(stdout); /* before a fork doubles it */
    errno = error;
    return result;
}

static inline long show_ok(const char *text, long result)
{
    int error = errno;

    printf("%s: %s\n", text, result == -1 ? strerrorname_np(error) : "ok");
    fflush(stdout);
    errno = error;
    return result;
}

static inline void show_bytes(const char *what, const void *bytes, size_t size)
{
    printf("%s:", what);
    for (size_t i = 0; i < size; i++) {
        printf(" %02x", ((const unsigned char *)bytes)[i]);
    }
    printf("\n");
    fflush(stdout);
}

#endif
