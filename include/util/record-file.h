/*
 * A file that grows record by record and never holds part of one, whatever happens to the disk or
 * the process; for directories in which others may write, such as /tmp.
 *
 * The caller serialises.
 */
#ifndef UTIL_RECORD_FILE_H
#define UTIL_RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct RecordFile {
    int fd; /* -1: not open, or given up */
    char *path;
    uint64_t size;
} RecordFile;

/*
 * A new file of mode 0600 in place of what has that name; a link there is replaced, not followed.
 * 0 or -errno, with nothing open.
 */
int record_file_create(RecordFile *file, const char *path);
/*
 * Go on with a file of ours that is there and starts with these bytes; 0 or -errno, with nothing
 * open.
 */
int record_file_resume(RecordFile *file, const char *path, const void *start, size_t size);
/*
 * One write: all of it or, at the first failure, none; then the log has a line and nothing is
 * written any more.
 */
bool record_file_append(RecordFile *file, const void *record, size_t size);
/* Start over; what cannot be done ends as a failed append does. */
bool record_file_truncate(RecordFile *file);
void record_file_close(RecordFile *file);

#endif
