/*
 * Where the server listens: from -g's text to a socket.
 */
#include "listen.h"

#include "gdbstub/gdbstub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* "%d" is the process id. */
static char *expand(const char *text)
{
    g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
    g_auto(GStrv) parts = g_strsplit(text, "%d", -1);

    return g_strjoinv(pid, parts);
}

static char *listen_on(int fd, const struct sockaddr *addr, socklen_t size, const char *name)
{
    if (bind(fd, addr, size) < 0 || listen(fd, 1) < 0) {
        int error = errno;

        close(fd);
        return g_strdup_printf("-g: cannot listen on %s: %s", name, g_strerror(error));
    }
    return NULL;
}

/* A socket left behind by a process that is gone. */
static void remove_stale(const struct sockaddr_un *addr)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct stat st;

    if (fd >= 0 && lstat(addr->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
        connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 && errno == ECONNREFUSED) {
        unlink(addr->sun_path);
    }
    if (fd >= 0) {
        close(fd);
    }
}

static char *listen_unix(const char *path, int *ret_fd)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    mode_t mask;
    char *error;

    if (strlen(path) >= sizeof(addr.sun_path)) {
        return g_strdup_printf("-g: %s: %s", path, g_strerror(ENAMETOOLONG));
    }
    strcpy(addr.sun_path, path);
    remove_stale(&addr);
    *ret_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mask = umask(0077); /* whoever can connect can do anything to the program */
    error = listen_on(*ret_fd, (const struct sockaddr *)&addr, sizeof(addr), path);
    umask(mask);
    return error;
}

static char *listen_tcp(const char *host, const char *port, int *ret_fd)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICSERV | AI_PASSIVE };
    g_autofree char *name = g_strdup_printf("%s:%s", host, port);
    struct sockaddr_in addr = { .sin_family = AF_INET };
    struct addrinfo *list;
    char *error;
    int ret;

    if (inet_pton(AF_INET, host, &addr.sin_addr) == 1) {
        addr.sin_port = htons((uint16_t)g_ascii_strtoull(port, NULL, 10));
        *ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(*ret_fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
        return listen_on(*ret_fd, (const struct sockaddr *)&addr, sizeof(addr), name);
    }
    ret = getaddrinfo(host, port, &hints, &list);

    if (ret != 0) {
        return g_strdup_printf("-g: %s: %s", host, gai_strerror(ret));
    }
    *ret_fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(*ret_fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    error = listen_on(*ret_fd, list->ai_addr, list->ai_addrlen, name);
    freeaddrinfo(list);
    return error;
}

static bool is_port(const char *text)
{
    char *end;
    guint64 port = g_ascii_strtoull(text, &end, 10);

    return g_ascii_isdigit(*text) && *end == '\0' && port > 0 && port < 65536;
}

/* Cut ",suspend=y" off; NULL or what is wrong. */
static char *cut_options(char *text, bool *ret_suspend)
{
    char *comma = strchr(text, ',');

    *ret_suspend = true;
    if (!comma) {
        return NULL;
    }
    *comma++ = '\0';
    if (strcmp(comma, "suspend=n") == 0) {
        *ret_suspend = false;
    } else if (strcmp(comma, "suspend=y") != 0) {
        return g_strdup_printf("-g: unknown option \"%s\" (there is suspend=n)", comma);
    }
    return NULL;
}

char *gdb_listen(const char *spec, int *ret_fd, bool *ret_suspend)
{
    g_autofree char *text = expand(spec);
    char *error = cut_options(text, ret_suspend);
    char *colon, *host = text;

    if (error) {
        return error;
    }
    if (*text == '/') {
        return listen_unix(text, ret_fd);
    }
    if (is_port(text)) {
        return listen_tcp("127.0.0.1", text, ret_fd);
    }
    colon = strrchr(text, ':');
    if (!colon || !is_port(colon + 1)) {
        return g_strdup_printf("-g wants PORT, HOST:PORT or /PATH, not \"%s\"", spec);
    }
    *colon = '\0';
    if (*host == '[' && colon[-1] == ']') {
        colon[-1] = '\0';
        host++;
    }
    return listen_tcp(*host ? host : "127.0.0.1", colon + 1, ret_fd);
}
