/*
 * backtrace(3) and _Unwind_Backtrace from a host timer's signal handler while a guest program runs:
 * each of them must come to main, wherever in generated code, helpers or the run loop the signal
 * came.
 *
 * usage: backtrace SAMPLES GUEST-PROGRAM [ARGUMENT]...     (a dragoman of its own: the libraries
 * are linked)
 */
#include <execinfo.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

#include "accel/accel.h"
#include "accel/debug-info.h"
#include "linux-user/options.h"
#include "linux-user/process.h"
#include "linux-user/task.h"

enum {
    MAX_FRAMES = 100,
    PERIOD_NS = 700000,
    /* The guest's program uses none of the real-time signals. */
    TIMER_SIGNAL = 50,
};

typedef enum Way { BACKTRACE, UNWIND, LIBUNWIND, WAY_COUNT } Way;
static const char *const way_names[WAY_COUNT] = { "backtrace(3)", "_Unwind_Backtrace",
                                                  "unw_backtrace" };

/* libunwind's, where LD_PRELOAD brings it along. */
int unw_backtrace(void **buffer, int size) __attribute__((weak));

/* A section of its own has a beginning and an end. */
#define BOTTOM __attribute__((noinline, noclone, section("bottom")))
extern const char __start_bottom[], __stop_bottom[];

static struct Count {
    unsigned wanted, samples, generated, blocks, wrong[WAY_COUNT];
} count;

typedef struct Trace {
    void *frame[MAX_FRAMES];
    int nb;
} Trace;

static bool in_code(const void *pc, uint64_t from)
{
    const DebugInfo *info = &dragoman_debug_info;

    return (uintptr_t)pc >= from && (uintptr_t)pc < info->code_start + info->code_size;
}

static bool is_whole(const Trace *trace)
{
    for (int n = 0; n < trace->nb; n++) {
        const char *pc = trace->frame[n];

        if (pc > __start_bottom && pc <= __stop_bottom) {
            return true;
        }
    }
    return false;
}

static void print_trace(const char *what, const Trace *trace)
{
    printf("# %s:", what);
    for (int n = 0; n < trace->nb; n++) {
        printf(" %p%s", trace->frame[n],
               in_code(trace->frame[n], dragoman_debug_info.code_start) ? "*" : "");
    }
    printf("\n");
}

static _Unwind_Reason_Code on_frame(struct _Unwind_Context *context, void *opaque)
{
    Trace *trace = opaque;

    trace->frame[trace->nb++] = (void *)_Unwind_GetIP(context);
    return trace->nb < MAX_FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

_Noreturn static void finish(void)
{
    bool enough = count.generated * 2 > count.samples && count.blocks > 0;

    bool wrong = false;

    printf("1..4\n");
    for (Way way = 0; way < WAY_COUNT; way++) {
        if (way == LIBUNWIND && !unw_backtrace) {
            printf("ok 3 - # SKIP no libunwind.so.8\n");
            continue;
        }
        printf("%s %u - %s: %u of %u come to main\n", count.wrong[way] ? "not ok" : "ok", way + 1,
               way_names[way], count.samples - count.wrong[way], count.samples);
        wrong |= count.wrong[way] != 0;
    }
    printf("%s 4 - %u through generated code, %u of them in a block itself\n",
           enough ? "ok" : "not ok", count.generated, count.blocks);
    fflush(stdout);
    _exit(wrong || !enough);
}

static void on_timer(int signo, siginfo_t *info, void *context)
{
    const void *pc = (void *)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    Trace traces[WAY_COUNT] = { { .nb = 0 } };
    bool generated = false;

    traces[BACKTRACE].nb = backtrace(traces[BACKTRACE].frame, MAX_FRAMES);
    _Unwind_Backtrace(on_frame, &traces[UNWIND]);
    if (unw_backtrace) {
        traces[LIBUNWIND].nb = unw_backtrace(traces[LIBUNWIND].frame, MAX_FRAMES);
    }
    for (int n = 0; n < traces[BACKTRACE].nb; n++) {
        generated |= in_code(traces[BACKTRACE].frame[n], dragoman_debug_info.code_start);
    }
    count.samples++;
    count.generated += generated;
    count.blocks += in_code(pc, dragoman_debug_info.code_entry_end);
    for (Way way = 0; way < WAY_COUNT; way++) {
        if ((way != LIBUNWIND || unw_backtrace) && !is_whole(&traces[way])) {
            count.wrong[way]++;
            print_trace(way_names[way], &traces[way]);
        }
    }
    if (count.samples == count.wanted) {
        finish();
    }
}

/* To this thread, so that the samples are its own. */
static void start_timer(void)
{
    struct sigaction act = { .sa_sigaction = on_timer,
                             .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK };
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = TIMER_SIGNAL };
    struct itimerspec spec = { { 0, PERIOD_NS }, { 0, PERIOD_NS } };
    timer_t timer;

    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    if (sigaction(TIMER_SIGNAL, &act, NULL) < 0 ||
        timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) < 0 ||
        timer_settime(timer, 0, &spec, NULL) < 0) {
        printf("Bail out! no timer\n");
        exit(1);
    }
}

BOTTOM static void run(Process *process)
{
    cpu_loop(process->tasks);
    __asm__ volatile("" ::: "memory"); /* not a tail call */
}

int main(int argc, char **argv)
{
    Options options;
    Process *process;
    char *error = NULL;
    int status;

    if (argc < 3 || options_parse(&options, argc - 1, argv + 1, environ, &error) != OPTIONS_RUN) {
        printf("Bail out! usage\n");
        return 1;
    }
    count.wanted = (unsigned)atoi(argv[1]);
    process = process_load(&options, &accel_tcg, &error, &status);
    if (!process) {
        printf("Bail out! %s\n", error);
        return 1;
    }
    start_timer();
    run(process);
    return 1;
}
