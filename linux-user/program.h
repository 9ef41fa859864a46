/*
 * From a path to the files to be mapped: scripts, the program, its interpreter.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "elf-image.h"
#include "linux-user/process.h"

/* One opened ELF file. */
typedef struct ProgramFile {
    ElfSource source; /* fd open for reading */
    ElfImage image;
    char *path; /* as the guest names it */
    char *host; /* what was opened */
} ProgramFile;

typedef struct Program {
    ProgramFile main;
    ProgramFile interp; /* host NULL: none */
    const GuestArch *arch;
    char **argv;     /* scripts inserted; NULL-ended */
    char *exec_name; /* AT_EXECFN: the path asked for, a script's own */
    char *sysroot;   /* the default sysroot the interpreter was found in; NULL: none */
} Program;

/*
 * Find everything for path (guest's view) with argv.  root: -L or NULL.  NULL, or one line of
 * explanation and the shell's exit status for it.
 */
char *program_open(Program *program, const char *root, const char *path, char **argv,
                   int *ret_status);
void program_done(Program *program);

/*
 * For execve: 0 if dragoman must run path (an ELF file of a guest, or a script whose interpreter
 * is one), 1 if the host's kernel is to, or -errno as execve would give.
 */
int program_probe(const char *root, const char *path);

#endif
