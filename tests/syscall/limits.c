/* Limits, scheduling, identities and what the system says of itself. */
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "show.h"

static void test_limits(void)
{
    struct rlimit limit, old;

    SHOW(getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = 100;
    SHOW(setrlimit(RLIMIT_NOFILE, &limit));
    SHOW(dup2(0, 100));
    SHOW(dup2(0, 99));
    SHOW(sysconf(_SC_OPEN_MAX));
    limit = (struct rlimit){ 1 << 20, 1 << 30 };
    SHOW(prlimit(0, RLIMIT_AS, &limit, &old));
    SHOW(getrlimit(RLIMIT_AS, &limit));
    printf("%lu %lu\n", (unsigned long)limit.rlim_cur, (unsigned long)limit.rlim_max);
    limit = (struct rlimit){ 2, 1 };
    SHOW(setrlimit(RLIMIT_AS, &limit));
    SHOW(setrlimit(RLIMIT_CORE, &limit));
    SHOW(getrlimit(99, &limit));
    SHOW(prlimit(1 << 30, RLIMIT_CORE, NULL, &limit));
    SHOW(getrlimit(RLIMIT_STACK, &limit));
    printf("%ld\n", (long)limit.rlim_cur);
    SHOW(setpriority(PRIO_PROCESS, 0, 5));
    SHOW(getpriority(PRIO_PROCESS, 0));
    SHOW(getpriority(99, 0));
}

static void test_scheduling(void)
{
    struct sched_param param = { 0 };
    struct timespec t;
    cpu_set_t set;
    unsigned cpu, node;

    SHOW(sched_yield());
    SHOW(sched_getscheduler(0));
    SHOW(sched_getparam(0, &param));
    SHOW(sched_setscheduler(0, SCHED_BATCH, &param));
    SHOW(sched_getscheduler(0));
    SHOW(sched_get_priority_max(SCHED_FIFO));
    SHOW(sched_get_priority_min(SCHED_RR));
    SHOW(sched_rr_get_interval(0, &t));
    SHOW(sched_getaffinity(0, sizeof(set), &set));
    SHOW_IF(CPU_COUNT(&set) == sysconf(_SC_NPROCESSORS_ONLN));
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    SHOW(sched_setaffinity(0, sizeof(set), &set));
    SHOW(syscall(SYS_getcpu, &cpu, &node, NULL));
    SHOW(cpu);
    SHOW(sched_getcpu());
    SHOW(sched_getaffinity(0, 1, &set));
    CPU_ZERO(&set);
    SHOW(sched_setaffinity(0, sizeof(set), &set));
}

static void test_identities(void)
{
    uid_t r, e, s;
    gid_t groups[64];

    SHOW_IF(getuid() == geteuid() && getgid() == getegid());
    SHOW(getresuid(&r, &e, &s));
    SHOW_IF(r == getuid() && e == r && s == r);
    SHOW_IF(getgroups(64, groups) == getgroups(0, NULL));
    SHOW(getresgid(&r, &e, (void *)0xffff800000000000));
    SHOW_IF(setfsuid(-1) == (int)geteuid());
}

static void test_system(void)
{
    struct utsname names;
    struct sysinfo info;
    unsigned char bytes[64] = { 0 }, zero[64] = { 0 };

    SHOW(uname(&names));
    puts(names.sysname);
    SHOW_IF(names.release[0] && names.version[0] && names.machine[0]);
    SHOW(uname((void *)0xffff800000000000));
    SHOW(sysinfo(&info));
    SHOW_IF(info.totalram > info.freeram && info.procs > 0 && info.mem_unit > 0);
    SHOW(getrandom(bytes, sizeof(bytes), 0));
    SHOW_IF(memcmp(bytes, zero, sizeof(bytes)) != 0);
    SHOW(getrandom(bytes, 1, 0x80));
    SHOW(personality(0xffffffff));
    SHOW(syscall(SYS_membarrier, 0, 0, 0) >= 0);
    SHOW(syscall(5000, 1, 2, 3));
    SHOW(syscall(-1));
}

int main(void)
{
    test_limits();
    test_scheduling();
    test_identities();
    test_system();
    return 0;
}
