/*
 * Code buffer: two views of the same bytes, chunks until full, reset, and what fork must not share.
 */
#include "tcg/code-buf.h"

#include <glib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 64 * 1024 };

static void test_views(void)
{
    CodeBuf buf;
    TcgCodeSpace space;

    g_assert_cmpint(code_buf_init(&buf, SIZE, NULL), ==, 0);
    space = code_buf_take(&buf, 100);
    g_assert_cmpuint(space.size, ==, buf.granule);
    memcpy(space.rw, "\xb8\x2a\x00\x00\x00\xc3", 6); /* mov eax, 42; ret */
    g_assert_cmpmem(space.rx, 6, space.rw, 6);
    g_assert_true(code_buf_rx(&buf, space.rw + 3) == space.rx + 3);
    g_assert_true(code_buf_rw(&buf, space.rx + 3) == space.rw + 3);
    g_assert_true(code_buf_contains(&buf, space.rx));
    g_assert_false(code_buf_contains(&buf, space.rw));
    g_assert_false(code_buf_contains(&buf, buf.rx + buf.size));
#ifdef __x86_64__
    g_assert_cmpint(((int (*)(void))(uintptr_t)space.rx)(), ==, 42);
#endif
    code_buf_done(&buf);
}

/* What permissions does the page at addr have? */
static void get_perms(const void *addr, char perms[5])
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");

    strcpy(perms, "none");
    while (fgets(line, sizeof(line), maps)) {
        unsigned long start, end;
        char p[5];

        if (sscanf(line, "%lx-%lx %4s", &start, &end, p) == 3 && (uintptr_t)addr >= start &&
            (uintptr_t)addr < end) {
            strcpy(perms, p);
        }
    }
    fclose(maps);
}

static void check_perms(const CodeBuf *buf)
{
    char perms[5];

    for (size_t at = 0; at < buf->size; at += buf->granule) {
        get_perms(buf->rw + at, perms);
        g_assert_cmpstr(perms, ==, "rw-s");
        get_perms(buf->rx + at, perms);
        g_assert_cmpstr(perms, ==, "r-xs");
    }
}

static void test_permissions(void)
{
    CodeBuf buf;

    g_assert_cmpint(code_buf_init(&buf, SIZE, NULL), ==, 0);
    check_perms(&buf);
    (void)code_buf_take(&buf, SIZE / 2);
    code_buf_forked(&buf);
    g_assert_cmpint(code_buf_own(&buf, buf.rx, SIZE / 4), ==, 0);
    code_buf_reset(&buf);
    check_perms(&buf);
    code_buf_done(&buf);
}

static void test_near(void)
{
    CodeBuf buf;
    intptr_t distance;

    g_assert_cmpint(code_buf_init(&buf, 64 << 20, (const void *)&test_near), ==, 0);
    distance = (intptr_t)buf.rx - (intptr_t)&test_near;
    g_assert_cmpint(distance, >, INT32_MIN);
    g_assert_cmpint(distance + (64 << 20), <, INT32_MAX);
    code_buf_done(&buf);
}

static void test_full(void)
{
    CodeBuf buf;
    size_t nb = 0;
    uint8_t *last = NULL;

    g_assert_cmpint(code_buf_init(&buf, SIZE, NULL), ==, 0);
    (void)code_buf_take(&buf, 1);
    code_buf_keep(&buf);
    for (int round = 0; round < 2; round++) {
        size_t n = 0;

        for (TcgCodeSpace s = code_buf_take(&buf, 1); s.size; s = code_buf_take(&buf, 1)) {
            g_assert_true(s.rw > last);
            last = s.rw;
            memset(s.rw, 0xcc, s.size);
            n++;
        }
        g_assert_cmpuint(n, ==, SIZE / buf.granule - 1);
        g_assert_true(round == 0 || n == nb);
        nb = n;
        code_buf_reset(&buf);
        last = buf.rw;
    }
    g_assert_cmpuint(code_buf_take(&buf, SIZE).size, ==, 0);
    code_buf_done(&buf);
}

static void wait_for(int fd)
{
    char c;

    g_assert_cmpint(read(fd, &c, 1), ==, 1);
}

static void tell(int fd)
{
    g_assert_cmpint(write(fd, "x", 1), ==, 1);
}

/* Child: sees the parent's old bytes until it writes its own, and keeps them. */
static int fork_child(CodeBuf *buf, TcgCodeSpace space, int from_parent, int to_parent)
{
    TcgCodeSpace own;

    code_buf_forked(buf);
    wait_for(from_parent);
    if (memcmp(space.rx, "old", 3) != 0) {
        return 1; /* the parent's write got through */
    }
    if (code_buf_own(buf, space.rx, 3) != 0 || memcmp(space.rx, "old", 3) != 0) {
        return 2;
    }
    memcpy(space.rw, "chi", 3);
    if (memcmp(space.rx, "chi", 3) != 0) {
        return 3; /* the views came apart */
    }
    own = code_buf_take(buf, 1);
    memcpy(own.rw, "child's", 7);
    tell(to_parent);
    wait_for(from_parent);
    if (memcmp(own.rx, "child's", 7) != 0) {
        return 4; /* the parent's new chunk is the same memory */
    }
    return 0;
}

static void test_fork(void)
{
    CodeBuf buf;
    TcgCodeSpace space, other;
    int down[2], up[2], status;
    pid_t pid;

    g_assert_cmpint(code_buf_init(&buf, SIZE, NULL), ==, 0);
    space = code_buf_take(&buf, 1);
    memcpy(space.rw, "old", 3);
    g_assert_true(pipe(down) == 0 && pipe(up) == 0);
    pid = fork();
    if (pid == 0) {
        _exit(fork_child(&buf, space, down[0], up[1]));
    }
    code_buf_forked(&buf);
    g_assert_cmpint(code_buf_own(&buf, space.rx, 3), ==, 0);
    memcpy(space.rw, "new", 3);
    g_assert_cmpmem(space.rx, 3, "new", 3);
    tell(down[1]);
    wait_for(up[0]);
    other = code_buf_take(&buf, 1);
    memcpy(other.rw, "parent", 6);
    tell(down[1]);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpmem(space.rx, 3, "new", 3);
    g_assert_cmpmem(other.rx, 6, "parent", 6);
    code_buf_done(&buf);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/code-buf/views", test_views);
    g_test_add_func("/code-buf/permissions", test_permissions);
    g_test_add_func("/code-buf/near", test_near);
    g_test_add_func("/code-buf/full", test_full);
    g_test_add_func("/code-buf/fork", test_fork);
    return g_test_run();
}
