/*
 * The server's thread: accepts one gdb at a time and does what it says.
 *
 * While the process is stopped, this thread alone touches it.  While it runs, the thread waits for
 * gdb (an interrupt) and for the process (a stop).  Only when the process ends does another thread
 * use the connection, under send_lock.
 */
#include "session.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"
#include "util/own-fd.h"

enum {
    READ_SIZE = 65536,
    /* How long the end of the process waits for gdb to have read of it. */
    LINGER_MS = 1000,
};

static int listen_fd = -1;
/* Guards session.fd and writes to it, when the process ends. */
static pthread_mutex_t send_lock = PTHREAD_MUTEX_INITIALIZER;
static GdbSession session = { .fd = -1 };

char *gdb_server_listen(const char *spec, bool *ret_suspend)
{
    char *error = gdb_listen(spec, &listen_fd, ret_suspend);

    if (error) {
        listen_fd = -1;
    } else {
        listen_fd = own_fd_keep(listen_fd);
    }
    return error;
}

/* False: the connection is gone. */
static bool send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool send_bytes(GdbSession *s, const char *data, size_t size)
{
    bool ok;

    pthread_mutex_lock(&send_lock);
    ok = send_all(s->fd, data, size);
    pthread_mutex_unlock(&send_lock);
    return ok;
}

static bool send_reply(GdbSession *s)
{
    g_string_truncate(s->frame, 0);
    gdb_frame(s->frame, s->reply->str, s->reply->len);
    return send_bytes(s, s->frame->str, s->frame->len);
}

/* The process has stopped, or is to: bring it to rest and say so. */
static bool report_stop(GdbSession *s)
{
    GdbStop stop;

    s->target->stop(&stop);
    if (stop.kind == GDB_STOP_NONE) {
        if (!s->wants_stop) {
            return true; /* woken for nothing */
        }
        stop = (GdbStop){ GDB_STOP_SIGNAL, s->stop.tid, SIGINT };
        s->wants_stop = false;
    }
    if (!gdb_thread_exists(s, stop.tid)) {
        stop.tid = s->target->next_thread(0);
    }
    s->stop = stop;
    s->running = false;
    s->general_tid = stop.tid;
    g_string_truncate(s->reply, 0);
    gdb_put_stop(s);
    return send_reply(s);
}

static bool do_packet(GdbSession *s)
{
    bool acked = !s->no_ack;
    bool kills = g_str_has_prefix((char *)s->reader.data->data, "vKill");

    if (acked && !send_bytes(s, "+", 1)) {
        return false;
    }
    if (s->running) {
        return true; /* gdb may not ask anything now */
    }
    if (gdb_command(s, (char *)s->reader.data->data, s->reader.data->len) == GDB_REPLY &&
        !send_reply(s)) {
        return false;
    }
    if (kills && s->over) {
        s->target->kill();
    }
    return !s->over;
}

static bool do_input(GdbSession *s, GdbInput input)
{
    switch (input) {
    case GDB_INPUT_PACKET:
        return do_packet(s);
    case GDB_INPUT_DAMAGED:
        return s->no_ack || send_bytes(s, "-", 1);
    case GDB_INPUT_NAK:
        return s->no_ack || send_bytes(s, s->frame->str, s->frame->len);
    case GDB_INPUT_INTERRUPT:
        s->wants_stop = true; /* while stopped: for when it runs again */
        return true;
    default:
        return true;
    }
}

/* False: the connection is over. */
static bool read_input(GdbSession *s)
{
    static uint8_t buf[READ_SIZE];
    ssize_t got = recv(s->fd, buf, sizeof(buf), 0);
    const uint8_t *at = buf;
    size_t left = got > 0 ? (size_t)got : 0;
    GdbInput input;

    if (got <= 0) {
        return got < 0 && errno == EINTR;
    }
    while ((input = gdb_reader_next(&s->reader, &at, &left)) != GDB_INPUT_MORE) {
        if (!do_input(s, input)) {
            return false;
        }
    }
    return true;
}

static void serve(GdbSession *s)
{
    for (;;) {
        struct pollfd fds[2] = { { s->fd, POLLIN, 0 }, { s->target->event_fd, POLLIN, 0 } };

        if (s->running && s->wants_stop && !report_stop(s)) {
            return;
        }
        if (poll(fds, s->running ? 2 : 1, -1) < 0) {
            continue;
        }
        if (s->running && fds[1].revents && !report_stop(s)) {
            return;
        }
        if (fds[0].revents && !read_input(s)) {
            return;
        }
    }
}

static void begin_session(GdbSession *s, int fd)
{
    const GdbTarget *target = s->target;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)); /* fails for unix sockets */
    s->no_ack = s->running = s->wants_stop = s->over = false;
    s->swbreak = s->no_resumed = s->multiprocess = false;
    s->general_tid = s->resume_tid = s->next_listed_tid = 0;
    gdb_reader_reset(&s->reader);
    /* In this order: a signal that comes meanwhile is reported when the process runs again. */
    target->stop(&s->stop);
    target->attach();
    if (s->stop.kind == GDB_STOP_NONE) {
        s->stop = (GdbStop){ GDB_STOP_STEP, target->next_thread(0), SIGTRAP };
    }
    pthread_mutex_lock(&send_lock);
    s->fd = fd;
    pthread_mutex_unlock(&send_lock);
}

static void end_session(GdbSession *s)
{
    bool detached = s->over;
    int fd = s->fd;

    pthread_mutex_lock(&send_lock);
    s->fd = -1;
    pthread_mutex_unlock(&send_lock);
    if (!detached) {
        GdbStop stop;

        s->target->stop(&stop); /* the connection broke, maybe while it ran */
        s->target->detach();
    }
    gdb_close_files(s);
    own_fd_close(fd);
}

static void *server_main(void *opaque)
{
    GdbSession *s = &session;

    for (;;) {
        int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);

        if (fd < 0) {
            g_usleep(10000);
            continue;
        }
        begin_session(s, own_fd_keep(fd));
        serve(s);
        end_session(s);
    }
    return NULL;
}

void gdb_server_start(const GdbTarget *target)
{
    sigset_t all, old;
    pthread_t thread;

    session.target = target;
    session.reply = g_string_new(NULL);
    session.frame = g_string_new(NULL);
    gdb_reader_init(&session.reader);
    sigfillset(&all);
    sigdelset(&all, SIGSEGV); /* guest memory that is not there */
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    if (pthread_create(&thread, NULL, server_main, NULL) == 0) {
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void gdb_server_exited(int status, int signo)
{
    g_autoptr(GString) data = g_string_new(NULL), frame = g_string_new(NULL);

    pthread_mutex_lock(&send_lock);
    if (session.fd >= 0 && session.running) {
        struct pollfd closed = { session.fd, POLLRDHUP, 0 };

        if (signo) {
            g_string_append_printf(data, "X%02x", gdb_signal_from_host(signo));
        } else {
            g_string_append_printf(data, "W%02x", (unsigned)status & 0xff);
        }
        if (session.multiprocess) {
            g_string_append_printf(data, ";process:%x", (unsigned)getpid());
        }
        gdb_frame(frame, data->str, data->len);
        send_all(session.fd, frame->str, frame->len);
        /* A connection closed with input unread is reset, and the packet may be lost with it. */
        poll(&closed, 1, LINGER_MS);
    }
    pthread_mutex_unlock(&send_lock);
}

void gdb_server_after_fork(void)
{
    pthread_mutex_init(&send_lock, NULL);
    if (listen_fd >= 0) {
        own_fd_close(listen_fd);
        listen_fd = -1;
    }
    if (session.fd >= 0) {
        own_fd_close(session.fd);
        session.fd = -1;
    }
    for (unsigned n = 0; n < GDB_MAX_FILES; n++) {
        if (session.files[n]) {
            own_fd_close(session.files[n] - 1);
            session.files[n] = 0;
        }
    }
    if (session.target) {
        own_fd_close(session.target->event_fd);
    }
    session.target = NULL;
}
