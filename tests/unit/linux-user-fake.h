/*
 * For the linux-user tests: a process without translator.
 *
 * The accelerator runs nothing: its run() calls the test's script, which plays the guest by
 * changing registers and saying why it came back.
 */
#ifndef LINUX_USER_FAKE_H
#define LINUX_USER_FAKE_H

#include <glib.h>
#include <string.h>
#include <sys/mman.h>

#include "accel/accel.h"
#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "linux-user/task.h"

static struct {
    VcpuExit (*run)(Vcpu *vcpu);          /* the script */
    volatile unsigned kicks;              /* counted in a signal handler */
    GuestAddr invalid_start, invalid_end; /* the last invalidate() */
    unsigned invalidations;
} fake;

static int fake_open(const GuestArch *guest, const AccelOptions *options, const AccelHooks *hooks,
                     const char **ret_error)
{
    return 0;
}

static void fake_close(void)
{
}

static int fake_vcpu_init(Vcpu *vcpu)
{
    vcpu->state = g_malloc0(vcpu->arch->state_size);
    return 0;
}

static void fake_vcpu_done(Vcpu *vcpu)
{
    g_free(vcpu->state);
}

static VcpuExit fake_run(Vcpu *vcpu)
{
    return fake.run(vcpu);
}

static void fake_kick(Vcpu *vcpu)
{
    fake.kicks++;
}

static void fake_invalidate(GuestAddr start, GuestAddr end)
{
    fake.invalid_start = start;
    fake.invalid_end = end;
    fake.invalidations++;
}

static bool fake_handle_fault(Vcpu *vcpu, siginfo_t *info, void *context)
{
    return false;
}

static void fake_after_fork(void)
{
}

static const AccelOps fake_accel = {
    .name = "fake",
    .open = fake_open,
    .close = fake_close,
    .vcpu_init = fake_vcpu_init,
    .vcpu_done = fake_vcpu_done,
    .run = fake_run,
    .kick = fake_kick,
    .invalidate = fake_invalidate,
    .handle_fault = fake_handle_fault,
    .after_fork = fake_after_fork,
};

/* A process of the first guest with an address space and one task, and nothing mapped. */
static inline GuestTask *fake_process(void)
{
    static Options options;
    Process *process = g_new0(Process, 1);
    GuestTask *task;

    process->arch = guest_archs[0];
    process->abi = process->arch->linux_abi;
    process->accel = &fake_accel;
    process->options = &options;
    process->mm = guest_mm_new(process->abi->mmap_top, &fake_accel);
    process->task_size = guest_mm_task_size(process->mm);
    pthread_mutex_init(&process->signal_lock, NULL);
    pthread_mutex_init(&process->tasks_lock, NULL);
    signal_init();
    task = task_new(process);
    task_set_self(task);
    g_assert_true(process->arch->reset(task->vcpu.state, NULL, &(const char *){ NULL }));
    signal_init_task(task);
    return task;
}

static inline void fake_process_free(GuestTask *task)
{
    Process *process = task->process;

    task_set_self(NULL);
    task_free(task);
    guest_mm_free(process->mm);
    g_free(process->auxv);
    g_free(process);
}

/* Guest memory for reading and writing. */
static inline GuestAddr fake_pages(GuestTask *task, uint64_t size)
{
    int64_t addr = guest_mmap(task->process->mm, 0, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    g_assert_cmpint(addr, >, 0);
    return (GuestAddr)addr;
}

#endif
