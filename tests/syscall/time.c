/* Clocks and sleeping, in what can be said of them on any day. */
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>

#include "show.h"

static int64_t now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int main(void)
{
    struct timespec t, nap = { 0, 15000000 }, bad = { 0, 1000000000 };
    struct timeval tv;
    struct tms tms;
    struct timex tx = { .modes = 0 };
    int64_t start, end;

    SHOW(clock_getres(CLOCK_MONOTONIC, &t));
    printf("%ld.%09ld\n", (long)t.tv_sec, (long)t.tv_nsec);
    SHOW(clock_getres(CLOCK_REALTIME_COARSE, &t));
    SHOW(clock_gettime(99, &t));
    SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, (void *)0xffff800000000000));
    SHOW(clock_getres(99, NULL));
    start = now(CLOCK_MONOTONIC);
    SHOW(nanosleep(&nap, NULL));
    end = now(CLOCK_MONOTONIC);
    SHOW_IF(end - start >= 15000000 && end - start < INT64_C(5000000000));
    SHOW(nanosleep(&bad, NULL));
    clock_gettime(CLOCK_MONOTONIC, &t);
    start = now(CLOCK_MONOTONIC);
    SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL)); /* is over already */
    t.tv_nsec = (t.tv_nsec + 10000000) % 1000000000;
    t.tv_sec += t.tv_nsec < 10000000;
    SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));
    SHOW_IF(now(CLOCK_MONOTONIC) >= t.tv_sec * INT64_C(1000000000) + t.tv_nsec);
    SHOW(gettimeofday(&tv, NULL));
    SHOW_IF(llabs(tv.tv_sec - time(NULL)) <= 1);
    SHOW_IF(llabs(now(CLOCK_REALTIME) / 1000000000 - time(NULL)) <= 1);
    start = now(CLOCK_PROCESS_CPUTIME_ID);
    for (volatile int i = 0; i < 1000000; i++) {
    }
    SHOW_IF(now(CLOCK_PROCESS_CPUTIME_ID) > start);
    SHOW_IF(now(CLOCK_THREAD_CPUTIME_ID) > 0);
    SHOW_IF(now(CLOCK_BOOTTIME) >= now(CLOCK_MONOTONIC) - 1000000000);
    SHOW_IF(times(&tms) > 0);
    SHOW_IF(clock() > 0);
    SHOW(sysconf(_SC_CLK_TCK));
    SHOW_IF(adjtimex(&tx) >= 0);
    SHOW_IF(tx.tick >= 9000 && tx.tick <= 11000);
    return 0;
}
