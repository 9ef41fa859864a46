/*
 * The list of threads: H, T, qC, qfThreadInfo, qThreadExtraInfo, and as XML.
 */
#include "session.h"

bool gdb_thread_exists(const GdbSession *s, int tid)
{
    for (int other = s->target->next_thread(0); other; other = s->target->next_thread(other)) {
        if (other == tid) {
            return true;
        }
    }
    return false;
}

int gdb_general_thread(GdbSession *s)
{
    if (s->general_tid > 0 && gdb_thread_exists(s, s->general_tid)) {
        return s->general_tid;
    }
    if (gdb_thread_exists(s, s->stop.tid)) {
        return s->stop.tid;
    }
    return s->target->next_thread(0);
}

GdbDone gdb_cmd_select(GdbSession *s, const char *args, size_t size)
{
    char what = *args;
    int tid;

    if (what != 'g' && what != 'c') {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    args++;
    if (!gdb_thread_id(s, &args, &tid)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    if (tid > 0 && !gdb_thread_exists(s, tid)) {
        return gdb_error(s, GDB_NO_THREAD);
    }
    if (what == 'g') {
        s->general_tid = tid;
    } else {
        s->resume_tid = tid;
    }
    return gdb_ok(s);
}

GdbDone gdb_cmd_alive(GdbSession *s, const char *args, size_t size)
{
    int tid;

    if (!gdb_thread_id(s, &args, &tid) || !gdb_thread_exists(s, tid)) {
        return gdb_error(s, GDB_NO_THREAD);
    }
    return gdb_ok(s);
}

GdbDone gdb_cmd_current(GdbSession *s, const char *args, size_t size)
{
    g_string_append(s->reply, "QC");
    gdb_put_thread_id(s, s->reply, gdb_general_thread(s));
    return GDB_REPLY;
}

GdbDone gdb_cmd_next_threads(GdbSession *s, const char *args, size_t size)
{
    int tid = s->next_listed_tid;

    if (!tid) {
        g_string_append(s->reply, "l");
        return GDB_REPLY;
    }
    for (char before = 'm'; tid && s->reply->len < GDB_REPLY_ROOM; before = ',') {
        g_string_append_c(s->reply, before);
        gdb_put_thread_id(s, s->reply, tid);
        tid = s->target->next_thread(tid);
    }
    s->next_listed_tid = tid;
    return GDB_REPLY;
}

GdbDone gdb_cmd_first_threads(GdbSession *s, const char *args, size_t size)
{
    s->next_listed_tid = s->target->next_thread(0);
    return gdb_cmd_next_threads(s, args, size);
}

GdbDone gdb_cmd_thread_extra(GdbSession *s, const char *args, size_t size)
{
    char name[64];
    int tid;

    if (!gdb_thread_id(s, &args, &tid) || !gdb_thread_exists(s, tid) ||
        !s->target->thread_name(tid, name, sizeof(name))) {
        return gdb_error(s, GDB_NO_THREAD);
    }
    gdb_put_hex(s->reply, name, strlen(name));
    return GDB_REPLY;
}

/* "THREAD,OFFSET,MAP" */
GdbDone gdb_cmd_tls_address(GdbSession *s, const char *args, size_t size)
{
    uint64_t offset, map;
    GuestAddr addr;
    int tid;

    if (!gdb_thread_id(s, &args, &tid) || !gdb_skip(&args, ",") ||
        !gdb_number_to(&args, ',', &offset) || !gdb_number(&args, &map) ||
        !s->target->tls_address(tid, offset, map, &addr)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    g_string_append_printf(s->reply, "%" G_GINT64_MODIFIER "x", addr);
    return GDB_REPLY;
}

void gdb_put_threads_xml(GdbSession *s, GString *out)
{
    g_string_append(out, "<?xml version=\"1.0\"?>\n<threads>\n");
    for (int tid = s->target->next_thread(0); tid; tid = s->target->next_thread(tid)) {
        char name[64] = "";
        g_autofree char *escaped = NULL;

        s->target->thread_name(tid, name, sizeof(name));
        escaped = g_markup_escape_text(name, -1);
        g_string_append(out, "<thread id=\"");
        gdb_put_thread_id(s, out, tid);
        g_string_append_printf(out, "\" name=\"%s\"></thread>\n", escaped);
    }
    g_string_append(out, "</threads>\n");
}
