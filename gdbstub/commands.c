/*
 * The table of commands, and what their handlers share.  What is not in it gets the empty reply.
 */
#include "session.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

GdbDone gdb_ok(GdbSession *s)
{
    g_string_append(s->reply, "OK");
    return GDB_REPLY;
}

GdbDone gdb_error(GdbSession *s, unsigned number)
{
    g_string_truncate(s->reply, 0);
    g_string_append_printf(s->reply, "E%02x", number);
    return GDB_REPLY;
}

GdbDone gdb_unknown(GdbSession *s)
{
    g_string_truncate(s->reply, 0);
    return GDB_REPLY;
}

bool gdb_skip(const char **at, const char *text)
{
    if (!g_str_has_prefix(*at, text)) {
        return false;
    }
    *at += strlen(text);
    return true;
}

bool gdb_number(const char **at, uint64_t *ret)
{
    const char *p = *at;
    uint64_t value = 0;

    while (g_ascii_isxdigit(*p)) {
        value = value << 4 | (uint64_t)g_ascii_xdigit_value(*p++);
    }
    if (p == *at) {
        return false;
    }
    *ret = value;
    *at = p;
    return true;
}

bool gdb_number_to(const char **at, char end, uint64_t *ret)
{
    const char *p = *at;

    if (!gdb_number(&p, ret) || *p != end) {
        return false;
    }
    *at = p + 1;
    return true;
}

/* A number, or -1. */
static bool read_id(const char **at, int *ret)
{
    uint64_t value;

    if (gdb_skip(at, "-1")) {
        *ret = -1;
        return true;
    }
    if (!gdb_number(at, &value) || value > INT_MAX) {
        return false;
    }
    *ret = (int)value;
    return true;
}

bool gdb_thread_id(const GdbSession *s, const char **at, int *ret)
{
    int pid;

    if (!gdb_skip(at, "p")) {
        return read_id(at, ret);
    }
    if (!read_id(at, &pid) || (pid > 0 && pid != getpid())) {
        return false;
    }
    if (gdb_skip(at, ".")) {
        return read_id(at, ret);
    }
    *ret = -1;
    return true;
}

void gdb_put_thread_id(const GdbSession *s, GString *out, int tid)
{
    if (s->multiprocess) {
        g_string_append_printf(out, "p%x.", (unsigned)getpid());
    }
    g_string_append_printf(out, "%x", (unsigned)tid);
}

static GdbDone cmd_supported(GdbSession *s, const char *args, size_t size)
{
    g_auto(GStrv) features = g_strsplit(*args == ':' ? args + 1 : args, ";", -1);

    s->swbreak = g_strv_contains((const char *const *)features, "swbreak+");
    s->no_resumed = g_strv_contains((const char *const *)features, "no-resumed+");
    s->multiprocess = g_strv_contains((const char *const *)features, "multiprocess+");
    g_string_append_printf(
        s->reply,
        "PacketSize=%x;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+;no-resumed+;multiprocess+"
        ";"
        "QPassSignals+;QProgramSignals+;qXfer:features:read+;qXfer:auxv:read+;"
        "qXfer:exec-file:read+;qXfer:siginfo:read+;qXfer:siginfo:write+;qXfer:threads:read+",
        GDB_PACKET_SIZE);
    return GDB_REPLY;
}

/* The OK to this is the last reply that is acknowledged: server.c looks at no_ack afterwards. */
static GdbDone cmd_no_ack(GdbSession *s, const char *args, size_t size)
{
    s->no_ack = true;
    return gdb_ok(s);
}

/* 0: gdb may kill it when it quits. */
static GdbDone cmd_attached(GdbSession *s, const char *args, size_t size)
{
    g_string_append_c(s->reply, s->target->created ? '0' : '1');
    return GDB_REPLY;
}

/* gdb offers to look symbols up; there are none we want. */
static GdbDone cmd_symbol(GdbSession *s, const char *args, size_t size)
{
    return gdb_ok(s);
}

static GdbDone cmd_pass_signals(GdbSession *s, const char *args, size_t size)
{
    s->target->set_pass(gdb_signal_set(args));
    return gdb_ok(s);
}

static GdbDone cmd_program_signals(GdbSession *s, const char *args, size_t size)
{
    s->target->set_program(gdb_signal_set(args));
    return gdb_ok(s);
}

typedef struct GdbCommand {
    const char *name;
    bool whole; /* nothing may follow the name but : ; or , */
    GdbHandler *handle;
} GdbCommand;

/* The longest name that fits is taken. */
static const GdbCommand commands[] = {
    { "?", true, gdb_cmd_why },
    { "C", false, gdb_cmd_continue_signal },
    { "D", true, gdb_cmd_detach },
    { "G", false, gdb_cmd_write_all },
    { "H", false, gdb_cmd_select },
    { "M", false, gdb_cmd_write_memory },
    { "P", false, gdb_cmd_write_reg },
    { "QPassSignals:", false, cmd_pass_signals },
    { "QProgramSignals:", false, cmd_program_signals },
    { "QStartNoAckMode", true, cmd_no_ack },
    { "S", false, gdb_cmd_step_signal },
    { "T", false, gdb_cmd_alive },
    { "X", false, gdb_cmd_write_binary },
    { "Z", false, gdb_cmd_insert },
    { "c", false, gdb_cmd_continue },
    { "g", true, gdb_cmd_read_all },
    { "k", true, gdb_cmd_kill },
    { "m", false, gdb_cmd_read_memory },
    { "p", false, gdb_cmd_read_reg },
    { "qAttached", true, cmd_attached },
    { "qC", true, gdb_cmd_current },
    { "qCRC:", false, gdb_cmd_crc },
    { "qGetTLSAddr:", false, gdb_cmd_tls_address },
    { "qSearch:memory:", false, gdb_cmd_search },
    { "qSupported", true, cmd_supported },
    { "qSymbol", true, cmd_symbol },
    { "qThreadExtraInfo,", false, gdb_cmd_thread_extra },
    { "qXfer:", false, gdb_cmd_transfer },
    { "qfThreadInfo", true, gdb_cmd_first_threads },
    { "qsThreadInfo", true, gdb_cmd_next_threads },
    { "s", false, gdb_cmd_step },
    { "vCont", true, gdb_cmd_vcont },
    { "vCont?", true, gdb_cmd_vcont_query },
    { "vFile:", false, gdb_cmd_file },
    { "vKill", true, gdb_cmd_vkill },
    { "x", false, gdb_cmd_read_binary },
    { "z", false, gdb_cmd_remove },
};

static bool fits(const GdbCommand *command, const char *data)
{
    size_t size = strlen(command->name);

    if (strncmp(data, command->name, size) != 0) {
        return false;
    }
    return !command->whole || data[size] == '\0' || strchr(":;,", data[size]);
}

GdbDone gdb_command(GdbSession *s, const char *data, size_t size)
{
    const GdbCommand *best = NULL;
    size_t name;

    g_string_truncate(s->reply, 0);
    for (unsigned n = 0; n < G_N_ELEMENTS(commands); n++) {
        if (fits(&commands[n], data) && (!best || strlen(commands[n].name) > strlen(best->name))) {
            best = &commands[n];
        }
    }
    if (!best) {
        return GDB_REPLY;
    }
    name = strlen(best->name);
    return best->handle(s, data + name, size - name);
}
