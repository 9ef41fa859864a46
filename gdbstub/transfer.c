/*
 * qXfer: objects that gdb reads in pieces, and siginfo, which it also writes.
 *
 *   qXfer:OBJECT:read:ANNEX:OFFSET,SIZE    qXfer:OBJECT:write:ANNEX:OFFSET:DATA
 */
#include "session.h"

#include <string.h>

enum { MAX_SIGINFO = 256 };

typedef struct Object {
    const char *name;
    /* The whole object; *ret_data is freed by the caller.  False: there is none. */
    bool (*read)(GdbSession *s, const char *annex, char **ret_data, size_t *ret_size);
    bool (*write)(GdbSession *s, uint64_t offset, const void *data, size_t size);
} Object;

static bool read_features(GdbSession *s, const char *annex, char **ret_data, size_t *ret_size)
{
    if (strcmp(annex, "target.xml") != 0) {
        return false;
    }
    if (!s->features) {
        s->features = gdb_make_features(s->target->arch);
    }
    *ret_data = g_strdup(s->features);
    *ret_size = strlen(*ret_data);
    return true;
}

static bool read_auxv(GdbSession *s, const char *annex, char **ret_data, size_t *ret_size)
{
    const void *auxv = s->target->auxv(ret_size);

    *ret_data = g_memdup2(auxv, *ret_size);
    return auxv != NULL;
}

/* The annex is a process id, which can only be this one's. */
static bool read_exec_file(GdbSession *s, const char *annex, char **ret_data, size_t *ret_size)
{
    *ret_data = g_strdup(s->target->exec_file());
    *ret_size = strlen(*ret_data);
    return true;
}

static bool read_siginfo(GdbSession *s, const char *annex, char **ret_data, size_t *ret_size)
{
    char *buf = g_malloc0(MAX_SIGINFO);

    *ret_size = s->target->siginfo(gdb_general_thread(s), buf, MAX_SIGINFO);
    *ret_data = buf;
    return *ret_size > 0;
}

static bool write_siginfo(GdbSession *s, uint64_t offset, const void *data, size_t size)
{
    char buf[MAX_SIGINFO];
    int tid = gdb_general_thread(s);
    size_t whole = s->target->siginfo(tid, buf, sizeof(buf));

    if (offset > whole || size > whole - offset) {
        return false;
    }
    memcpy(buf + offset, data, size);
    return s->target->set_siginfo(tid, buf, whole);
}

static bool read_threads(GdbSession *s, const char *annex, char **ret_data, size_t *ret_size)
{
    GString *text = g_string_new(NULL);

    gdb_put_threads_xml(s, text);
    *ret_size = text->len;
    *ret_data = g_string_free(text, FALSE);
    return true;
}

static const Object objects[] = {
    { "features", read_features, NULL },   { "auxv", read_auxv, NULL },
    { "exec-file", read_exec_file, NULL }, { "siginfo", read_siginfo, write_siginfo },
    { "threads", read_threads, NULL },
};

static GdbDone send_part(GdbSession *s, const char *data, size_t size, uint64_t offset,
                         uint64_t length)
{
    size_t left, part;

    if (offset > size) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    left = size - offset;
    part = gdb_escape_fits(data + offset, MIN(left, length), GDB_REPLY_ROOM);
    g_string_append_c(s->reply, part < left ? 'm' : 'l');
    gdb_escape(s->reply, data + offset, part);
    return GDB_REPLY;
}

/* args: ANNEX:OFFSET,SIZE */
static GdbDone read_object(GdbSession *s, const Object *object, const char *args)
{
    const char *colon = strrchr(args, ':');
    g_autofree char *annex = NULL, *data = NULL;
    uint64_t offset, length;
    size_t size = 0;

    if (!colon) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    annex = g_strndup(args, (size_t)(colon - args));
    args = colon + 1;
    if (!gdb_number_to(&args, ',', &offset) || !gdb_number(&args, &length) ||
        !object->read(s, annex, &data, &size)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    return send_part(s, data, size, offset, length);
}

/* args: ANNEX:OFFSET:DATA, the annex empty */
static GdbDone write_object(GdbSession *s, const Object *object, const char *args, size_t size)
{
    const char *end = args + size;
    uint64_t offset;

    if (!gdb_skip(&args, ":") || !gdb_number_to(&args, ':', &offset) ||
        !object->write(s, offset, args, (size_t)(end - args))) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    g_string_append_printf(s->reply, "%x", (unsigned)(end - args));
    return GDB_REPLY;
}

GdbDone gdb_cmd_transfer(GdbSession *s, const char *args, size_t size)
{
    const char *end = args + size;

    for (unsigned n = 0; n < G_N_ELEMENTS(objects); n++) {
        const Object *object = &objects[n];
        const char *at = args;

        if (!gdb_skip(&at, object->name)) {
            continue;
        }
        if (gdb_skip(&at, ":read:")) {
            return read_object(s, object, at);
        }
        if (object->write && gdb_skip(&at, ":write:")) {
            return write_object(s, object, at, (size_t)(end - at));
        }
    }
    return gdb_unknown(s);
}
