/* Clocks go forward and agree with each other; sleeping takes its time. */
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(void)
{
    double start = now(CLOCK_MONOTONIC), last = start, wall = now(CLOCK_REALTIME), took;
    struct timespec pause = { 0, 20000000 }, resolution;
    struct timeval tv;
    time_t fixed = 1700000000;
    struct tm parts;
    int forward = 1;

    for (int i = 0; i < 10000; i++) {
        double t = now(CLOCK_MONOTONIC);

        forward &= t >= last;
        last = t;
    }
    printf("forward %d\n", forward);
    start = now(CLOCK_MONOTONIC);
    nanosleep(&pause, NULL);
    took = now(CLOCK_MONOTONIC) - start;
    printf("slept %d\n", took >= 0.02 && took < 5);
    gettimeofday(&tv, NULL);
    printf("same second %d\n", (double)tv.tv_sec - wall > -2 && (double)tv.tv_sec - wall < 10);
    printf("time %d\n", time(NULL) - (time_t)wall >= 0 && time(NULL) - (time_t)wall < 10);
    printf("cpu %d\n", now(CLOCK_PROCESS_CPUTIME_ID) > 0 && clock() > 0);
    clock_getres(CLOCK_MONOTONIC, &resolution);
    printf("resolution %ld %ld\n", (long)resolution.tv_sec, resolution.tv_nsec);
    gmtime_r(&fixed, &parts);
    printf("%d-%d-%d %d:%d:%d\n", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
           parts.tm_hour, parts.tm_min, parts.tm_sec);
    return 0;
}
