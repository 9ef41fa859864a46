/*
 * syscalls.def, read into an array.
 */
#include "syscall-table.h"

#include <string.h>
#include <sys/syscall.h>

#include "host-numbers.h"
#include "sys.h"

const uint16_t arg_object_size[OBJ_COUNT] = {
#define X(name, size) size,
    ARG_OBJECTS(X)
#undef X
};

/* The columns of syscalls.def as initialisers: FLAGS(OPEN) becomes { ARG_FLAGS, SET_OPEN }. */
/* clang-format off */
#define FD              { ARG_FD, 0 }
#define DIRFD           { ARG_DIRFD, 0 }
#define PID             { ARG_PID, 0 }
#define UID             { ARG_UID, 0 }
#define SIG             { ARG_SIG, 0 }
#define INT             { ARG_INT, 0 }
#define UINT            { ARG_UINT, 0 }
#define LONG            { ARG_LONG, 0 }
#define SIZE            { ARG_SIZE, 0 }
#define OFF             { ARG_OFF, 0 }
#define MODE            { ARG_MODE, 0 }
#define DEV             { ARG_DEV, 0 }
#define HEX             { ARG_HEX, 0 }
#define RAW             { ARG_RAW, 0 }
#define FLAGS(set)      { ARG_FLAGS, SET_##set }
#define ENUM(set)       { ARG_ENUM, SET_##set }
#define ADDR            { ARG_ADDR, 0 }
#define RANGE(n)        { ARG_RANGE, n }
#define PATH            { ARG_PATH, 0 }
#define RPATH           { ARG_RPATH, 0 }
#define STR             { ARG_STR, 0 }
#define IN_BUF(n)       { ARG_IN_BUF, n }
#define OUT_BUF(n)      { ARG_OUT_BUF, n }
#define IN(object)      { ARG_IN, OBJ_##object }
#define OUT(object)     { ARG_OUT, OBJ_##object }
#define INOUT(object)   { ARG_INOUT, OBJ_##object }
#define IN_SOCKADDR(n)  { ARG_IN_SOCKADDR, n }
#define OUT_SOCKADDR(n) { ARG_OUT_SOCKADDR, n }
#define POLLFDS(n)      { ARG_POLLFDS, n }
#define IN_IOV(n)       { ARG_IN_IOV, n }
#define OUT_IOV(n)      { ARG_OUT_IOV, n }
#define FDSET(n)        { ARG_FDSET, n }
#define IN_IDS(n)       { ARG_IN_IDS, n }
#define OUT_IDS(n)      { ARG_OUT_IDS, n }
#define OUT_WORDS(n)    { ARG_OUT_WORDS, n }
#define IN_MASK(n)      { ARG_IN_MASK, n }
#define OUT_MASK(n)     { ARG_OUT_MASK, n }
#define IN_MSG(n)       { ARG_IN_MSG, n }
#define OUT_MSG(n)      { ARG_OUT_MSG, n }
#define OUT_PAGES(n)    { ARG_OUT_PAGES, n }
#define RET_ADDR        { ARG_RET_ADDR, 0 }
#define RET_OCTAL       { ARG_RET_OCTAL, 0 }
/* clang-format on */

#define FULL          NULL
#define PARTIAL(text) text

const SyscallRow syscall_rows[] = {
#define HOST(name_, ...) \
    { .name = #name_, .action = ACTION_HOST, .host_number = __NR_##name_, .args = { __VA_ARGS__ } },
#define WAIT(name_, ...) \
    { .name = #name_, .action = ACTION_WAIT, .host_number = __NR_##name_, .args = { __VA_ARGS__ } },
#define SYS(name_, support, handler_, ...) \
    { .name = #name_,                      \
      .action = ACTION_HANDLER,            \
      .handler = handler_,                 \
      .note = support,                     \
      .args = { __VA_ARGS__ } },
#define ARCH(name_, ...)   { .name = #name_, .action = ACTION_ARCH, .args = { __VA_ARGS__ } },
#define NONE(name_, why)   { .name = #name_, .action = ACTION_NONE, .note = why },
#define ABSENT(name_, why) { .name = #name_, .action = ACTION_ABSENT, .note = why },
#include "syscalls.def"
};

const unsigned nb_syscall_rows = sizeof(syscall_rows) / sizeof(syscall_rows[0]);

const SyscallRow *syscall_row_by_name(const char *name)
{
    for (unsigned i = 0; i < nb_syscall_rows; i++) {
        if (!strcmp(syscall_rows[i].name, name)) {
            return &syscall_rows[i];
        }
    }
    return NULL;
}
