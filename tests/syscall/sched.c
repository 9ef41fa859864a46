/* Scheduling: policies, priorities, affinity, attributes, io priority. */
/* flags: -O2 -static -w */
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "show.h"

static void *const wild = (void *)16;

typedef struct Attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
} Attr;

static void test_policy(void)
{
    struct sched_param param = { 0 };
    struct timespec interval;

    SHOW(sched_getscheduler(0));
    SHOW(sched_getparam(0, &param));
    SHOW(param.sched_priority);
    SHOW(sched_setscheduler(0, SCHED_BATCH, &param));
    SHOW(sched_getscheduler(0));
    param.sched_priority = 1;
    SHOW(sched_setscheduler(0, SCHED_OTHER, &param));
    SHOW(sched_setparam(0, &param));
    param.sched_priority = 0;
    SHOW(sched_setscheduler(0, SCHED_FIFO, &param));
    SHOW(sched_setscheduler(0, 77, &param));
    SHOW(sched_setscheduler(1 << 30, SCHED_OTHER, &param));
    SHOW(sched_setscheduler(0, SCHED_OTHER, wild));
    SHOW(sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &param));
    SHOW(sched_getscheduler(0));
    SHOW(sched_getparam(0, wild));
    SHOW(sched_getparam(-1, &param));
    SHOW(sched_get_priority_max(SCHED_RR));
    SHOW(sched_get_priority_min(SCHED_RR));
    SHOW(sched_get_priority_max(99));
    SHOW(sched_rr_get_interval(0, &interval));
    SHOW_IF(interval.tv_sec == 0);
    SHOW(sched_rr_get_interval(0, wild));
    SHOW(sched_rr_get_interval(1 << 30, &interval));
    SHOW(sched_yield());
}

static void test_affinity(void)
{
    cpu_set_t set, one;
    unsigned cpu, node;

    SHOW_IF(syscall(SYS_sched_getaffinity, 0, sizeof(set), &set) > 0);
    SHOW_IF(CPU_COUNT(&set) >= 1);
    SHOW(syscall(SYS_sched_getaffinity, 0, 1, &set));
    SHOW(syscall(SYS_sched_getaffinity, 0, 8, wild));
    SHOW(syscall(SYS_sched_getaffinity, 1 << 30, 128, &set));
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++) {
        if (CPU_ISSET(i, &set)) {
            CPU_SET(i, &one);
            SHOW(sched_setaffinity(0, sizeof(one), &one));
            SHOW_IF(sched_getcpu() == i);
        }
    }
    SHOW(sched_getaffinity(0, sizeof(set), &set));
    SHOW(CPU_COUNT(&set));
    CPU_ZERO(&one);
    SHOW(sched_setaffinity(0, sizeof(one), &one));
    SHOW(sched_setaffinity(0, sizeof(one), wild));
    SHOW(syscall(SYS_getcpu, &cpu, &node, NULL));
    SHOW(syscall(SYS_getcpu, NULL, NULL, NULL));
    SHOW(syscall(SYS_getcpu, wild, NULL, NULL));
}

static void test_attr(void)
{
    Attr attr = { 0 };

    SHOW(syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0));
    printf("size %u policy %u nice %d\n", attr.size, attr.policy, attr.nice);
    attr.policy = SCHED_OTHER;
    attr.nice = 3;
    attr.flags = 0;
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 0));
    SHOW(getpriority(PRIO_PROCESS, 0));
    attr.size = 20;
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 0));
    attr.size = 5000;
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 0));
    SHOW(attr.size);
    SHOW(syscall(SYS_sched_setattr, 0, &attr, 1));
    SHOW(syscall(SYS_sched_setattr, 0, wild, 0));
    SHOW(syscall(SYS_sched_getattr, 0, &attr, 20, 0));
    SHOW(syscall(SYS_sched_getattr, 0, wild, 48, 0));
    SHOW(syscall(SYS_sched_getattr, 0, &attr, 48, 1));
}

static void test_priority(void)
{
    SHOW(setpriority(PRIO_PROCESS, 0, 5));
    SHOW(getpriority(PRIO_PROCESS, 0));
    SHOW(syscall(SYS_getpriority, PRIO_PROCESS, 0));
    SHOW(setpriority(PRIO_PROCESS, 0, 100));
    SHOW(getpriority(PRIO_PROCESS, getpid()));
    SHOW(getpriority(9, 0));
    SHOW(getpriority(PRIO_PROCESS, 1 << 30));
    SHOW(setpriority(PRIO_PROCESS, 1 << 30, 0));
    SHOW(syscall(SYS_ioprio_get, 1, 0));
    SHOW(syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 4));
    SHOW(syscall(SYS_ioprio_get, 1, 0));
    SHOW(syscall(SYS_ioprio_set, 1, 0, 7 << 13));
    SHOW(syscall(SYS_ioprio_get, 9, 0));
}

int main(void)
{
    test_policy();
    test_affinity();
    test_attr();
    test_priority();
    return 0;
}
