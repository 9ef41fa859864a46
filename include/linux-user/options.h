/*
 * What the command line and the DRAGOMAN_* environment ask for.  Filled once by options_parse();
 * constant afterwards.
 */
#ifndef LINUX_USER_OPTIONS_H
#define LINUX_USER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "accel/accel.h"

typedef struct Options {
    const char *root;      /* -L: where guest paths are looked up first; NULL: none given */
    const char *inside;    /* -inside: descriptors of the root to enter; NULL: stay */
    const char *argv0;     /* -0; NULL: the program's path */
    const char *exec_name; /* what execve was called for, if not the program; NULL: the program */
    const char *cpu;       /* -cpu; NULL: the default of the guest */
    const char *uname_release; /* -r; NULL: the host's */
    uint64_t stack_size;       /* -s; 0: RLIMIT_STACK */
    uint64_t guest_base;       /* -B */
    char *jitdump_dir;         /* what accel.jitdump_dir points at */
    const char *gdb;           /* -g; NULL: no server */
    AccelOptions accel;

    char **guest_env; /* the guest's environment, -E and -U applied; NULL-ended */
    char **program;   /* program and its arguments, from main's argv; NULL-ended */
    unsigned nb_program;
    /* Options to hand on when the guest calls execve: flags and values, NULL-ended. */
    char **inherited;
} Options;

typedef enum OptionsAction {
    OPTIONS_RUN,   /* run options->program */
    OPTIONS_DONE,  /* --help and its like: has been printed */
    OPTIONS_ERROR, /* *ret_error says why: one line, to be freed */
} OptionsAction;

/*
 * Read DRAGOMAN_* from environ, then argv.  The log is configured on the way (util/log.h).
 * Needs: argv and environ stay alive as long as *options.
 */
OptionsAction options_parse(Options *options, int argc, char **argv, char **environ_,
                            char **ret_error);
void options_done(Options *options);

#endif
