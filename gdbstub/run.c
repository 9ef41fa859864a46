/*
 * Stops and what comes after them: ?, c, s, vCont, k, D.
 */
#include "session.h"

#include <signal.h>

/* The signal in stop replies: breakpoints and steps are SIGTRAP. */
static unsigned stop_signal(const GdbStop *stop)
{
    return gdb_signal_from_host(stop->kind == GDB_STOP_SIGNAL ? stop->signo : SIGTRAP);
}

void gdb_put_stop(GdbSession *s)
{
    const GdbStop *stop = &s->stop;

    if (stop->kind == GDB_STOP_NO_RESUMED && s->no_resumed) {
        g_string_append(s->reply, "N");
        return;
    }
    g_string_append_printf(s->reply, "T%02x", stop_signal(stop));
    if (stop->kind == GDB_STOP_BREAKPOINT && s->swbreak) {
        g_string_append(s->reply, "swbreak:;");
    }
    gdb_put_expedited(s, stop->tid);
    g_string_append(s->reply, "thread:");
    gdb_put_thread_id(s, s->reply, stop->tid);
    g_string_append_c(s->reply, ';');
}

GdbDone gdb_cmd_why(GdbSession *s, const char *args, size_t size)
{
    gdb_put_stop(s);
    return GDB_REPLY;
}

static GdbDone run(GdbSession *s)
{
    s->running = true;
    s->target->resume();
    return GDB_NO_REPLY;
}

/* c and s, with or without a signal: for the thread of Hc, the others continue if it is any. */
static GdbDone resume_old(GdbSession *s, GdbRun how, int signo, const char *args)
{
    bool one = s->resume_tid > 0;
    int chosen = one ? s->resume_tid : s->stop.tid;
    uint64_t addr;

    if (!gdb_thread_exists(s, chosen)) {
        return gdb_error(s, GDB_NO_THREAD);
    }
    if (gdb_number(&args, &addr)) {
        return gdb_error(s, GDB_BAD_ARGUMENT); /* gdb writes pc instead */
    }
    for (int tid = s->target->next_thread(0); tid; tid = s->target->next_thread(tid)) {
        GdbResume resume = { .run = GDB_CONTINUE };

        if (tid == chosen) {
            resume = (GdbResume){ .run = how, .signo = signo };
        } else if (one) {
            continue;
        }
        s->target->set_resume(tid, &resume);
    }
    return run(s);
}

GdbDone gdb_cmd_continue(GdbSession *s, const char *args, size_t size)
{
    return resume_old(s, GDB_CONTINUE, 0, args);
}

GdbDone gdb_cmd_step(GdbSession *s, const char *args, size_t size)
{
    return resume_old(s, GDB_STEP, 0, args);
}

static GdbDone resume_signal(GdbSession *s, GdbRun how, const char *args)
{
    uint64_t number;

    if (!gdb_number(&args, &number)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    args += *args == ';';
    return resume_old(s, how, gdb_signal_to_host(number), args);
}

GdbDone gdb_cmd_continue_signal(GdbSession *s, const char *args, size_t size)
{
    return resume_signal(s, GDB_CONTINUE, args);
}

GdbDone gdb_cmd_step_signal(GdbSession *s, const char *args, size_t size)
{
    return resume_signal(s, GDB_STEP, args);
}

GdbDone gdb_cmd_vcont_query(GdbSession *s, const char *args, size_t size)
{
    g_string_append(s->reply, "vCont;c;C;s;S;t;r");
    return GDB_REPLY;
}

/* One action of vCont. */
typedef struct Action {
    GdbResume how;
    int tid; /* -1: all that no earlier action names */
} Action;

static bool read_action(const GdbSession *s, const char **at, Action *ret)
{
    char letter = **at;
    uint64_t number;

    *ret = (Action){ .tid = -1 };
    if (!letter) {
        return false;
    }
    ++*at;
    switch (letter) {
    case 'c':
    case 'C':
        ret->how.run = GDB_CONTINUE;
        break;
    case 's':
    case 'S':
    case 'r':
        ret->how.run = GDB_STEP;
        break;
    case 't':
        ret->how.run = GDB_HOLD;
        break;
    default:
        return false;
    }
    if (letter == 'C' || letter == 'S') {
        if (!gdb_number(at, &number)) {
            return false;
        }
        ret->how.signo = gdb_signal_to_host(number);
    }
    if (letter == 'r' &&
        (!gdb_number_to(at, ',', &ret->how.range_start) || !gdb_number(at, &ret->how.range_end))) {
        return false;
    }
    if (**at == ':') {
        ++*at;
        return gdb_thread_id(s, at, &ret->tid);
    }
    return true;
}

/* NULL: not understood. */
static GArray *read_actions(const GdbSession *s, const char *at)
{
    GArray *actions = g_array_new(FALSE, FALSE, sizeof(Action));

    while (*at == ';') {
        Action action;

        at++;
        if (!read_action(s, &at, &action)) {
            break;
        }
        g_array_append_val(actions, action);
    }
    if (*at || actions->len == 0) {
        g_array_unref(actions);
        return NULL;
    }
    return actions;
}

GdbDone gdb_cmd_vcont(GdbSession *s, const char *args, size_t size)
{
    g_autoptr(GArray) actions = read_actions(s, args);

    if (!actions) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    for (int tid = s->target->next_thread(0); tid; tid = s->target->next_thread(tid)) {
        for (unsigned n = 0; n < actions->len; n++) {
            const Action *action = &g_array_index(actions, Action, n);

            if (action->tid <= 0 || action->tid == tid) {
                GdbResume how = action->how;

                /* A signal for all of them is one for the thread that stopped. */
                how.signo = action->tid > 0 || tid == s->stop.tid ? how.signo : 0;
                s->target->set_resume(tid, &how);
                break;
            }
        }
    }
    return run(s);
}

GdbDone gdb_cmd_kill(GdbSession *s, const char *args, size_t size)
{
    s->over = true;
    s->target->kill();
    return GDB_NO_REPLY;
}

GdbDone gdb_cmd_vkill(GdbSession *s, const char *args, size_t size)
{
    s->over = true;
    return gdb_ok(s); /* server.c kills when that is sent */
}

GdbDone gdb_cmd_detach(GdbSession *s, const char *args, size_t size)
{
    s->over = true;
    s->target->detach();
    return gdb_ok(s);
}
