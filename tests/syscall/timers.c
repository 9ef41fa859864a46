/* Clocks and timers with every way to be told; accounting of times. */
/* flags: -O2 -static -w */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>

#include "show.h"

static void *const wild = (void *)16;

static void test_clocks(void)
{
    static const int clocks[] = { CLOCK_REALTIME,
                                  CLOCK_MONOTONIC,
                                  CLOCK_PROCESS_CPUTIME_ID,
                                  CLOCK_THREAD_CPUTIME_ID,
                                  CLOCK_MONOTONIC_RAW,
                                  CLOCK_BOOTTIME,
                                  CLOCK_TAI,
                                  CLOCK_REALTIME_COARSE,
                                  CLOCK_REALTIME_ALARM };
    struct timespec t, bad = { 0, 1000000000 };
    struct timeval tv;
    struct timezone tz = { 0 };
    struct timex tx = { 0 };
    clockid_t of_child;

    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        SHOW(syscall(SYS_clock_gettime, clocks[i], &t));
        SHOW(syscall(SYS_clock_getres, clocks[i], &t));
        printf("%lld %ld\n", (long long)t.tv_sec, t.tv_nsec);
    }
    SHOW(syscall(SYS_clock_gettime, 99, &t));
    SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, wild));
    SHOW(syscall(SYS_clock_getres, CLOCK_REALTIME, wild));
    SHOW(syscall(SYS_clock_getres, CLOCK_REALTIME, NULL));
    SHOW(syscall(SYS_gettimeofday, &tv, &tz));
    SHOW(syscall(SYS_gettimeofday, wild, NULL));
    SHOW(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &t));
    SHOW(syscall(SYS_clock_settime, CLOCK_REALTIME, &bad));
    SHOW(syscall(SYS_clock_settime, CLOCK_REALTIME, wild));
    SHOW(clock_getcpuclockid(getpid(), &of_child));
    SHOW(clock_gettime(of_child, &t));
    SHOW_IF(syscall(SYS_adjtimex, &tx) >= 0);
    SHOW(syscall(SYS_adjtimex, wild));
    SHOW_IF(syscall(SYS_clock_adjtime, CLOCK_REALTIME, &tx) >= 0);
    SHOW(syscall(SYS_clock_adjtime, CLOCK_MONOTONIC, &tx));
    SHOW(syscall(SYS_nanosleep, &bad, NULL));
    SHOW(syscall(SYS_nanosleep, wild, NULL));
    SHOW(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){ 1, 0 },
                 0));
    SHOW(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &t, NULL));
    SHOW(syscall(SYS_clock_nanosleep, 99, 0, &t, NULL));
}

static volatile sig_atomic_t told, told_code, told_value, in_thread;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    told_code = info->si_code;
    told_value = info->si_value.sival_int;
    told = signo;
}

static void on_thread(union sigval value)
{
    told_value = value.sival_int;
    in_thread = 1;
}

static void wait_told(volatile sig_atomic_t *flag)
{
    for (int i = 0; i < 2000 && !*flag; i++) {
        usleep(1000);
    }
    SHOW_IF(*flag != 0);
}

static void test_timers(void)
{
    struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2 };
    struct itimerspec soon = { { 0, 0 }, { 0, 1000000 } }, got, bad = { { 0 }, { 0, -1 } };
    timer_t timer;
    int id;

    sigaction(SIGRTMIN + 2, &act, NULL);
    sigaction(SIGALRM, &act, NULL);
    event.sigev_value.sival_int = 4321;
    SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
    SHOW(timer_settime(timer, 0, &soon, NULL));
    wait_told(&told);
    printf("+%d code %d value %d\n", told - SIGRTMIN, told_code, told_value);
    SHOW(timer_getoverrun(timer));
    SHOW(timer_gettime(timer, &got));
    printf("%ld %ld\n", (long)got.it_value.tv_nsec, (long)got.it_interval.tv_nsec);
    SHOW(timer_settime(timer, 0, &bad, NULL));
    SHOW(timer_settime(timer, 0, wild, NULL));
    SHOW(timer_settime(timer, 0, &soon, wild));
    SHOW(timer_gettime(timer, wild));
    SHOW(timer_delete(timer));
    SHOW(syscall(SYS_timer_delete, 12345));
    told = 0;
    SHOW(timer_create(CLOCK_REALTIME, NULL, &timer));
    SHOW(timer_settime(timer, 0, &soon, NULL));
    wait_told(&told);
    printf("%d code %d\n", told, told_code);
    SHOW(timer_delete(timer));
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = on_thread;
    event.sigev_value.sival_int = 77;
    SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
    SHOW(timer_settime(timer, 0, &soon, NULL));
    wait_told(&in_thread);
    SHOW(told_value);
    SHOW(timer_delete(timer));
    event.sigev_notify = SIGEV_NONE;
    SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
    soon.it_value.tv_sec = 1000;
    SHOW(timer_settime(timer, 0, &soon, &got));
    SHOW(timer_gettime(timer, &got));
    SHOW_IF(got.it_value.tv_sec >= 900);
    SHOW(timer_delete(timer));
    event.sigev_notify = SIGEV_THREAD_ID;
    event._sigev_un._tid = gettid();
    event.sigev_signo = SIGALRM;
    told = 0;
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
    soon.it_value.tv_sec = 0;
    SHOW(syscall(SYS_timer_settime, id, 0, &soon, NULL));
    wait_told(&told);
    event._sigev_un._tid = 1 << 30;
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
    event.sigev_notify = 99;
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = 99;
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, wild, &id));
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, wild));
    SHOW(syscall(SYS_timer_create, 99, NULL, &id));
}

static void test_itimers(void)
{
    struct itimerval soon = { { 0, 0 }, { 0, 1000 } }, got, bad = { { 0 }, { 0, 1000000 } };

    told = 0;
    SHOW(setitimer(ITIMER_REAL, &soon, NULL));
    wait_told(&told);
    SHOW(getitimer(ITIMER_REAL, &got));
    printf("%ld\n", (long)got.it_value.tv_usec);
    SHOW(setitimer(ITIMER_REAL, &bad, NULL));
    SHOW(setitimer(99, &soon, NULL));
    SHOW(setitimer(ITIMER_REAL, wild, NULL));
    SHOW(getitimer(ITIMER_REAL, wild));
    SHOW(getitimer(99, &got));
    SHOW(setitimer(ITIMER_REAL, NULL, &got));
}

static void test_accounting(void)
{
    struct rusage usage;
    struct tms tms;
    struct sysinfo info;
    int status;
    siginfo_t si = { 0 };

    if (fork() == 0) {
        for (volatile int i = 0; i < 3000000; i++) {
        }
        _exit(5);
    }
    memset(&usage, 0xff, sizeof(usage));
    SHOW(waitid(P_ALL, 0, &si, WEXITED | WNOWAIT));
    printf("%d %d %d\n", si.si_signo, si.si_code, si.si_status);
    SHOW_IF(wait4(-1, &status, 0, &usage) == si.si_pid);
    SHOW_IF(usage.ru_utime.tv_sec == 0 && usage.ru_maxrss > 0 && usage.ru_msgsnd == 0);
    SHOW(syscall(SYS_wait4, -1, NULL, 0, NULL));
    SHOW(syscall(SYS_wait4, -1, NULL, 0x100, NULL));
    SHOW(syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, NULL));
    SHOW(syscall(SYS_waitid, 99, 0, NULL, WEXITED, NULL));
    SHOW(syscall(SYS_waitid, P_ALL, 0, NULL, 0, NULL));
    if (fork() == 0) {
        _exit(6);
    }
    SHOW_IF(syscall(SYS_waitid, P_ALL, 0, &si, WEXITED, &usage) == 0 && si.si_status == 6);
    SHOW_IF(usage.ru_maxrss > 0);
    if (fork() == 0) {
        _exit(7);
    }
    SHOW(syscall(SYS_wait4, -1, wild, 0, NULL));
    SHOW(getrusage(RUSAGE_SELF, &usage));
    SHOW_IF(usage.ru_maxrss > 0);
    SHOW(getrusage(RUSAGE_CHILDREN, &usage));
    SHOW(getrusage(RUSAGE_THREAD, &usage));
    SHOW(getrusage(99, &usage));
    SHOW(getrusage(RUSAGE_SELF, wild));
    SHOW_IF(times(&tms) > 0 && tms.tms_cutime >= 0);
    SHOW(syscall(SYS_times, wild));
    SHOW(sysinfo(&info));
    SHOW_IF(info.uptime > 0 && info.totalram > 0 && info.mem_unit > 0 && info.procs > 0);
    SHOW(sysinfo(wild));
}

int main(void)
{
    test_clocks();
    test_timers();
    test_itimers();
    test_accounting();
    return 0;
}
