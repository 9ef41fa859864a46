/*
 * One connection of a gdb, and what the files of this folder share.
 */
#ifndef GDBSTUB_SESSION_H
#define GDBSTUB_SESSION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "gdbstub/gdbstub.h"
#include "gdbstub/packet.h"

enum {
    /* Descriptors vFile gives out at the same time. */
    GDB_MAX_FILES = 16,
    /* Of a reply, less what frames it. */
    GDB_REPLY_ROOM = GDB_PACKET_SIZE - 64,
};

typedef struct GdbSession {
    const GdbTarget *target;
    int fd;
    GdbReader reader;
    GString *reply; /* of the command being done */
    GString *frame; /* the last packet sent, for - */
    bool no_ack;
    bool running;    /* the process may run; no command but an interrupt is due */
    bool wants_stop; /* 0x03 came */
    bool over;       /* detached or killed: close */
    bool swbreak;    /* gdb knows these */
    bool no_resumed;
    bool multiprocess;        /* thread ids are pPID.TID */
    GdbStop stop;             /* the last one reported */
    int general_tid;          /* Hg; for registers and memory */
    int resume_tid;           /* Hc; 0 or -1: any */
    int next_listed_tid;      /* qsThreadInfo */
    char *features;           /* target.xml; NULL: not made yet */
    int files[GDB_MAX_FILES]; /* descriptor + 1; 0: free */
} GdbSession;

typedef enum GdbDone {
    GDB_REPLY,    /* send session->reply, "" where the packet is not known */
    GDB_NO_REPLY, /* there is none, or it comes when the process stops */
} GdbDone;

/* size: of args, which ends with a NUL. */
typedef GdbDone GdbHandler(GdbSession *s, const char *args, size_t size);

/* commands.c */

/* Do one packet. */
GdbDone gdb_command(GdbSession *s, const char *data, size_t size);

/* What handlers return: OK, Exx with one of the numbers below, the empty reply. */
enum { GDB_BAD_ARGUMENT = 1, GDB_NO_THREAD = 3, GDB_NO_MEMORY = 14, GDB_FAILED = 22 };
GdbDone gdb_ok(GdbSession *s);
GdbDone gdb_error(GdbSession *s, unsigned number);
GdbDone gdb_unknown(GdbSession *s);
/* Skip text if *at begins with it. */
bool gdb_skip(const char **at, const char *text);
/* Read a hexadecimal number; false: none, *at stays. */
bool gdb_number(const char **at, uint64_t *ret);
/* A number and the character behind it. */
bool gdb_number_to(const char **at, char end, uint64_t *ret);
/* A thread id; -1: all; 0: any.  False: none, or another process's. */
bool gdb_thread_id(const GdbSession *s, const char **at, int *ret);
void gdb_put_thread_id(const GdbSession *s, GString *out, int tid);
bool gdb_thread_exists(const GdbSession *s, int tid);
/* The thread that registers are asked of: Hg's, or the one that stopped. */
int gdb_general_thread(GdbSession *s);

/* signals.c: gdb's numbers; 0 and unknown ones are 0 on the host's side, 143 on gdb's. */
int gdb_signal_to_host(uint64_t number);
unsigned gdb_signal_from_host(int signo);
/* A list "e;10;..." as bits of host signals. */
uint64_t gdb_signal_set(const char *list);

/* run.c */
GdbHandler gdb_cmd_why, gdb_cmd_continue, gdb_cmd_continue_signal, gdb_cmd_step,
    gdb_cmd_step_signal, gdb_cmd_vcont, gdb_cmd_vcont_query, gdb_cmd_kill, gdb_cmd_vkill,
    gdb_cmd_detach;
/* Put the packet for s->stop into s->reply. */
void gdb_put_stop(GdbSession *s);

/* registers.c */
GdbHandler gdb_cmd_read_all, gdb_cmd_write_all, gdb_cmd_read_reg, gdb_cmd_write_reg;
/* "nn:value;" for pc and stack pointer. */
void gdb_put_expedited(GdbSession *s, int tid);
/* target.xml, made from arch->regs.  To be freed. */
char *gdb_make_features(const GuestArch *arch);

/* memory.c */
GdbHandler gdb_cmd_read_memory, gdb_cmd_write_memory, gdb_cmd_write_binary, gdb_cmd_read_binary,
    gdb_cmd_insert, gdb_cmd_remove, gdb_cmd_crc, gdb_cmd_search;

/* transfer.c */
GdbHandler gdb_cmd_transfer;

/* threads.c */
GdbHandler gdb_cmd_select, gdb_cmd_alive, gdb_cmd_current, gdb_cmd_first_threads,
    gdb_cmd_next_threads, gdb_cmd_thread_extra, gdb_cmd_tls_address;
void gdb_put_threads_xml(GdbSession *s, GString *out);

/* host-io.c */
GdbHandler gdb_cmd_file;
void gdb_close_files(GdbSession *s);

#endif
