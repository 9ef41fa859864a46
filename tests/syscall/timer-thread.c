/*
 * Timers that call a function: the C library's thread for them must be safe from the timer's
 * signal before it has run an instruction.  In many processes, since it is a matter of timing.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "show.h"

static volatile int is_called;

static void on_timer(union sigval value)
{
    is_called = value.sival_int;
}

static int run_timer(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_value = { 7 } };
    struct itimerspec soon = { { 0, 0 }, { 0, 20000 } };
    timer_t timer;

    event.sigev_notify_function = on_timer;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &soon, NULL);
    for (int i = 0; i < 5000 && !is_called; i++) {
        usleep(1000);
    }
    return is_called;
}

int main(void)
{
    for (int i = 0; i < 40; i++) {
        int status;

        if (fork() == 0) {
            _exit(run_timer());
        }
        wait(&status);
        if (status != 7 << 8) {
            SHOW(status);
        }
    }
    return 0;
}
