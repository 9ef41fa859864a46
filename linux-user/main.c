/*
 * dragoman: run a Linux program built for another processor.
 *
 * The only place that writes user errors and decides exit statuses.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "accel/accel.h"
#include "binfmt.h"
#include "linux-user/options.h"
#include "linux-user/process.h"
#include "linux-user/task.h"
#include "outside.h"

enum {
    STATUS_BAD_OPTION = 2,
    STATUS_CANNOT_RUN = 126,
};

static int complain(Options *options, char *error, int status)
{
    fprintf(stderr, "dragoman: %s\n", error);
    g_free(error);
    options_done(options);
    return status;
}

int main(int argc, char **argv)
{
    Options options;
    Process *process;
    Outside outside = { false };
    char *error = NULL;
    int status = 0;

    binfmt_close_program();
    switch (options_parse(&options, argc, argv, environ, &error)) {
    case OPTIONS_DONE:
        options_done(&options);
        return 0;
    case OPTIONS_ERROR:
        return complain(&options, error, STATUS_BAD_OPTION);
    case OPTIONS_RUN:
        break;
    }
    error = outside_enter(&options, &outside);
    if (error) {
        return complain(&options, error, STATUS_CANNOT_RUN);
    }
    process = process_load(&options, &accel_tcg, &error, &status);
    if (!process) {
        return complain(&options, error, status);
    }
    process->outside = outside;
    debug_start(process);
    cpu_loop(process->tasks); /* the first thread's: does not return */
}
