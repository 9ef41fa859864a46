/* futex_waitv and the calls that take futex(2) apart; keys; fanotify without privilege. */
/* flags: -O2 -static -w */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "show.h"

enum {
    NR_futex_waitv = 449,
    NR_futex_wake = 454,
    NR_futex_wait = 455,
    NR_futex_requeue = 456,
    SIZE_U32 = 2,
    PRIVATE = 128,
};

typedef struct Waiter {
    uint64_t value, addr;
    uint32_t flags, reserved;
} Waiter;

#define ALL_BITS 0xffffffffUL

static void *const wild = (void *)16;
static uint32_t words[2] = { 1, 2 };
static volatile int is_awake;

static void *wait_for_both(void *unused)
{
    Waiter waiters[2] = { { 1, (uintptr_t)&words[0], SIZE_U32 | PRIVATE },
                          { 2, (uintptr_t)&words[1], SIZE_U32 | PRIVATE } };
    long index = syscall(NR_futex_waitv, waiters, 2, 0, NULL, CLOCK_MONOTONIC);

    is_awake = 1;
    return (void *)index;
}

static void test_wait(void)
{
    Waiter waiter = { 9, (uintptr_t)&words[0], SIZE_U32 | PRIVATE };
    struct timespec past = { 1, 0 };
    pthread_t thread;
    void *result;

    pthread_create(&thread, NULL, wait_for_both, NULL);
    while (!is_awake && syscall(SYS_futex, &words[1], 1 | PRIVATE, 1, NULL, NULL, 0) == 0) {
        usleep(1000);
    }
    pthread_join(thread, &result);
    SHOW((long)result);
    SHOW(syscall(NR_futex_waitv, &waiter, 1, 0, NULL, 0));
    waiter.value = 1;
    SHOW(syscall(NR_futex_waitv, &waiter, 1, 0, &past, CLOCK_MONOTONIC));
    SHOW(syscall(NR_futex_waitv, &waiter, 1, 1, &past, CLOCK_MONOTONIC));
    SHOW(syscall(NR_futex_waitv, &waiter, 0, 0, &past, CLOCK_MONOTONIC));
    SHOW(syscall(NR_futex_waitv, &waiter, 1, 0, &past, 99));
    SHOW(syscall(NR_futex_waitv, wild, 1, 0, &past, CLOCK_MONOTONIC));
    SHOW(syscall(NR_futex_waitv, &waiter, 1, 0, wild, CLOCK_MONOTONIC));
    waiter.addr = 16;
    SHOW(syscall(NR_futex_waitv, &waiter, 1, 0, &past, CLOCK_MONOTONIC));
    SHOW(syscall(NR_futex_wake, words, ALL_BITS, 1, SIZE_U32 | PRIVATE));
    SHOW(syscall(NR_futex_wake, wild, ALL_BITS, 1, SIZE_U32 | PRIVATE));
    SHOW(syscall(NR_futex_wait, words, 9, ALL_BITS, SIZE_U32 | PRIVATE, NULL, 0));
    SHOW(syscall(NR_futex_wait, words, 1, ALL_BITS, SIZE_U32 | PRIVATE, &past, CLOCK_MONOTONIC));
    SHOW(syscall(NR_futex_requeue, wild, 0, 1, 1));
}

static void test_keys(void)
{
    char buf[64] = { 0 };
    long ring = syscall(SYS_keyctl, 1, NULL), key; /* JOIN_SESSION_KEYRING */

    if (ring == -1) {
        SHOW(syscall(SYS_keyctl, 1, NULL));
        return;
    }
    key = syscall(SYS_add_key, "user", "dragoman", "secret", 6, ring);
    SHOW_OK(key);
    SHOW(syscall(SYS_keyctl, 11, key, buf, sizeof(buf))); /* READ */
    printf("%s\n", buf);
    SHOW(syscall(SYS_keyctl, 2, key, "public", 6)); /* UPDATE */
    SHOW(syscall(SYS_keyctl, 11, key, wild, 10));
    SHOW_IF(syscall(SYS_request_key, "user", "dragoman", NULL, ring) == key);
    SHOW(syscall(SYS_request_key, "user", "missing", NULL, 0));
    SHOW(syscall(SYS_add_key, wild, "x", "y", 1, ring));
    SHOW(syscall(SYS_add_key, "user", wild, "y", 1, ring));
    SHOW(syscall(SYS_add_key, "user", "x", wild, 1, ring));
    SHOW(syscall(SYS_add_key, "nothing", "x", "y", 1, ring));
    SHOW(syscall(SYS_keyctl, 9, key, ring)); /* UNLINK */
    SHOW(syscall(SYS_keyctl, 11, key, buf, sizeof(buf)));
    SHOW(syscall(SYS_keyctl, 9999, 0));
}

static void test_fanotify(void)
{
    struct fanotify_event_metadata *event;
    _Alignas(8) char buf[1024];
    int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID | FAN_NONBLOCK, O_RDONLY);

    if (SHOW_OK(fd) == -1) {
        return;
    }
    mkdir("watched", 0700);
    if (SHOW(fanotify_mark(fd, FAN_MARK_ADD, FAN_CREATE | FAN_ONDIR, AT_FDCWD, "watched")) == 0) {
        close(open("watched/file", O_CREAT | O_WRONLY, 0600));
        SHOW_IF(read(fd, buf, sizeof(buf)) > (ssize_t)sizeof(*event));
        event = (void *)buf;
        printf("version %u mask %#llx fd %d self %d\n", event->vers,
               (unsigned long long)event->mask, event->fd, event->pid == getpid());
        SHOW(read(fd, buf, sizeof(buf)));
    }
    SHOW(fanotify_mark(fd, FAN_MARK_ADD, FAN_CREATE, AT_FDCWD, wild));
    SHOW(fanotify_mark(fd, FAN_MARK_ADD, 0, AT_FDCWD, "watched"));
    SHOW(fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_REMOVE, FAN_CREATE, AT_FDCWD, "watched"));
    SHOW(fanotify_mark(-1, FAN_MARK_ADD, FAN_CREATE, AT_FDCWD, "watched"));
    SHOW(fanotify_init(0x80000000, 0));
}

int main(void)
{
    test_wait();
    test_keys();
    test_fanotify();
    return 0;
}
